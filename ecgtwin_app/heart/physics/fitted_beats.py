"""A recording's beats as its median beat performs them: each wave as large, and as early, as it is in that beat.

What a breath does to a beat is to turn and to move the heart under the electrodes: every lead's P, QRS and T gets a
size of its own. What is left when these are taken away is noise, and what the median beat does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: A size is read against noise of so many millivolts, and keeps within these limits: a flat wave has none of its own.
NOISE = {"p": 0.02, "qrs": 0.02, "t": 0.015}
SIZES = (0.6, 1.5)
#: Furthest that a wave may stand from where the median has it (s).
FURTHEST = {"p": 0.006, "qrs": 0.004, "t": 0.012}
#: A P belongs to a QRS that follows it by so many seconds, as in `generators.ecgtwin.plan.with_pr`.
CONDUCTED_PR = (0.06, 0.42)


def fitted_beats(median: BeatTemplate, single: Sequence[BeatTemplate]) -> tuple[BeatTemplate, ...]:
    """The single beats of a recording, each as the median with sizes and shifts of its own.

    Parameters
    ----------
    median : BeatTemplate
    single : sequence of BeatTemplate
        Cut at the same marks, as `ecg.delineation.own_beats` cuts them.
    """
    return tuple(
        replace(median, **{part: _fitted(getattr(median, part), getattr(beat, part), part) for part in NOISE})
        for beat in single
    )


def _fitted(usual: np.ndarray, own: np.ndarray, part: str) -> np.ndarray:
    """A wave (8, n) of the median at the size and place, by lead, that fits the beat's own best."""
    if usual.shape[1] < 3:
        return usual
    slope = np.gradient(usual, axis=1)
    noise = usual.shape[1] * NOISE[part] ** 2
    rest = own - usual
    # One after the other: in a wave that begins and ends at nothing, size and slope hardly mix.
    size = np.sum(rest * usual, axis=1) / (np.sum(usual**2, axis=1) + noise)
    size = np.clip(1 + size, *SIZES)[:, None]
    shift = np.sum((own - size * usual) * slope, axis=1) / (np.sum(slope**2, axis=1) + noise / 50)
    reach = FURTHEST[part] * MODEL_RATE
    return (size * usual + np.clip(shift, -reach, reach)[:, None] * slope).astype(np.float32)


def breath_of(
    median: BeatTemplate, beats: Sequence[BeatTemplate], score: RhythmScore, samples: int
) -> np.ndarray:
    """How much larger than the median each lead is along a score: the sizes of the QRS of its beats, joined.

    Parameters
    ----------
    beats : sequence of BeatTemplate
        As `fitted_beats` fits them, one for each QRS of the score.

    Returns
    -------
    ndarray, shape (8, samples), float32
    """
    if not beats:
        return np.ones((8, samples), np.float32)
    power = np.maximum(np.sum(median.qrs**2, axis=1), 1e-9)
    sizes = np.array([np.sum(beat.qrs * median.qrs, axis=1) / power for beat in beats]).T
    onsets = np.array(score.times("QRS")) * MODEL_RATE
    return np.stack([np.interp(np.arange(samples), onsets, lead) for lead in sizes]).astype(np.float32)


def conducted_pr(score: RhythmScore) -> np.ndarray:
    """PR (s) of every QRS event in the score's order; NaN where no P leads to it."""
    waves = np.array([e.time for e in score.events if e.chamber == "P" and e.origin != "flutter"])
    found, before = [], -np.inf
    for event in score.events:
        if event.chamber != "QRS":
            continue
        own = waves[(waves > before) & (waves <= event.time - CONDUCTED_PR[0])]
        pr = event.time - own[-1] if own.size else np.nan
        found.append(pr if pr <= CONDUCTED_PR[1] else np.nan)
        before = event.time
    return np.array(found)


def shapes_along(beats: Sequence[BeatTemplate], score: RhythmScore) -> list[BeatTemplate | None]:
    """The shape of each of a score's events, for `ecg.beat.rendering.render_each`.

    Parameters
    ----------
    beats : sequence of BeatTemplate
        As many as the score has QRS. A P has the shape of the beat that follows it.
    """
    shapes: list[BeatTemplate | None] = []
    beat = 0
    for event in score.events:
        one = beats[min(beat, len(beats) - 1)] if beats else None
        silent = event.chamber == "P" and (event.origin == "flutter" or one is None or not one.has_p)
        shapes.append(None if silent else one)
        beat += event.chamber == "QRS"
    return shapes
