"""The occlusion map: by how much the evidence for the condition falls when a wave of the twin is taken away.

A piece is one wave (before the QRS, QRS, ST-T) of all beats of a kind (conducted, or from the ventricles) in all
leads. Taken away means that the same noise performed without the condition stands in its place (the
perturbation of Zeiler & Fergus, ECCV 2014, with a counterfactual instead of grey). What a piece is worth depends on
what is gone already, so all pieces are replaced one after another in a drawn order and again in its reverse, and the
mean of both falls counts: they share the whole difference of the evidence out, and where pieces act at most in pairs
this is the Shapley value (Mitchell et al., J Mach Learn Res 2022;23:1). Every figure is one that the generator was
asked for; nothing is differentiated.

Pieces are not cut by leads. Of a twin with ventricular premature complexes the six waves had the same worth to 0.1
whichever order was drawn, of 27 in all; cut into four groups of leads as well, worths of -24 to 58 changed by half
between two orders. A strip that has the condition in some leads only is none that a heart makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from ecgtwin_app.attribution.checks import in_ectopic_beats
from ecgtwin_app.attribution.method import Found
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.ecg.signal.smoothing import mean
from ecgtwin_app.generators.base import Evidence, EvidenceGenerator
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.message import Message

#: Seconds before the onset of a QRS and after it that are its own, and before that the piece with the P wave.
BEFORE_QRS, AFTER_QRS, P_PIECE = 0.03, 0.16, 0.25
#: Seconds from the onset of a QRS to what `detect_qrs` finds of it.
TO_THE_MIDDLE = 0.05
#: Samples over which one piece gives way to the next.
FADE = 21
#: Waves of a kind of beats; the number of a piece is that of its wave, and so many more for ventricular beats.
WAVES = 3


def occlusion(question: Question) -> Iterator[Progress | Found]:
    """Draw the same noise without the condition, and put it piece by piece in the twin's place."""
    signal, steps = question.signal, question.steps
    pieces = pieces_of(signal, question.score)
    total = steps + 2 * len(pieces) + 1
    plain = signal
    for item in question.counterfactual(total):
        if isinstance(item, Progress):
            yield item
        else:
            plain, _ = item
    generator = cast(EvidenceGenerator, question.generator)
    evidence = generator.evidence(question.plan, question.one)
    order = np.random.default_rng([question.plan.seed, 4]).permutation(len(pieces))
    falls, ends = np.zeros((2, len(order))), (0.0, 0.0)
    for item in _replaced(evidence, signal, plain, pieces, order):
        if isinstance(item, int):
            yield Progress(steps + item, total, None, Message("Taking waves away"))
        else:
            falls, ends = item
    yield spread(falls, ends, pieces, question.score)


def pieces_of(signal: np.ndarray, score: RhythmScore | None) -> np.ndarray:
    """How much of each sample belongs to each piece in time, (pieces, samples); the sum of all is 1 everywhere.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
    score : RhythmScore or None
        What it performs; without one its QRS are found.
    """
    samples = signal.shape[1]
    if score is None:
        found = detect_qrs(independent_leads(signal), MODEL_RATE) / MODEL_RATE - TO_THE_MIDDLE
        beats = [(float(onset), False) for onset in found]
    else:
        beats = [(e.time, e.origin in ("ventricular", "paced")) for e in score.events if e.chamber == "QRS"]
    number = np.zeros(samples, int)
    at = np.arange(samples) / MODEL_RATE
    for k, (onset, ventricular) in enumerate(beats):
        kind = WAVES * ventricular
        start = -np.inf if k == 0 else max(onset - P_PIECE, beats[k - 1][0] + AFTER_QRS)
        for wave, begins in enumerate((start, onset - BEFORE_QRS, onset + AFTER_QRS)):
            number[at >= begins] = kind + wave
    weights = np.eye(2 * WAVES)[number].T
    return mean(weights[weights.any(axis=1)], FADE, axis=1)


def _replaced(
    evidence: Evidence,
    twin: np.ndarray,
    plain: np.ndarray,
    pieces: np.ndarray,
    order: np.ndarray,
) -> Iterator[int | tuple[np.ndarray, tuple[float, float]]]:
    """How many signals were asked about; at the end the falls (2, pieces) and the evidence at both ends."""
    start, change = independent_leads(twin), independent_leads(plain) - independent_leads(twin)

    def asked(signal):
        return float(evidence(signal.astype(np.float32)[None])[0])

    first, last = asked(start), 0.0
    done = 1
    yield done
    falls = np.zeros((2, len(order)))
    for which, path in enumerate((order, order[::-1])):
        signal, last = start.astype(np.float64), first
        for k in path:
            signal += pieces[k] * change
            now = asked(signal)
            falls[which, k], last = last - now, now
            done += 1
            yield done
    yield falls, (first, last)


def spread(
    falls: np.ndarray, ends: tuple[float, float], pieces: np.ndarray, score: RhythmScore | None
) -> Found:
    """The map of the falls of both orders, one course for all leads: each spread evenly over its piece.

    ``checks`` tells the evidence at both ends, how far the falls miss its difference, and how far the orders disagree.

    Parameters
    ----------
    falls : ndarray, shape (2, pieces)
    ends : tuple of float
        Evidence in the twin and without the condition.
    pieces : ndarray, shape (pieces, samples)
    """
    both = falls.mean(axis=0)
    course = (both / pieces.sum(axis=1)) @ pieces / max(float(np.abs(both).sum()), 1e-12)
    values = np.repeat(course[None], 12, axis=0).astype(np.float32)
    gained = ends[0] - ends[1]
    checks = {
        "evidence_twin": ends[0],
        "evidence_without": ends[1],
        "completeness_error": abs(float(both.sum()) - gained) / max(abs(gained), 1e-12),
        "order_error": float(np.abs(falls[0] - falls[1]).sum() / 2 / max(np.abs(both).sum(), 1e-12)),
        **in_ectopic_beats(values, score),
    }
    return Found(values, checks)
