"""Lay a score whose events have shapes of their own: conducted, ectopic and paced beats, P waves of any origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate, own_qt_intervals, place, place_beat, render_beats
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES

#: The shape of a chamber's events, by their origin and site.
ShapeOf = Callable[[str, str, str], BeatTemplate]


def render_score(score: RhythmScore, shape_of: ShapeOf) -> np.ndarray:
    """Perform a score, every event with the shape of its origin and site.

    Parameters
    ----------
    score : RhythmScore
    shape_of : callable (chamber, origin, site) -> BeatTemplate
        For "P" and "flutter", a template whose `p` is one turn of the loop; see `render_flutter_waves`.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts, zero between the waves.
    """
    signal = np.zeros((8, MODEL_SAMPLES), np.float32)
    beats = [e for e in score.events if e.chamber == "QRS"]
    for kind in dict.fromkeys((e.origin, e.site) for e in beats):
        # The other beats stay for the cycle lengths, under an origin that is not laid.
        part = tuple(
            Event(e.time, "QRS", "conducted" if (e.origin, e.site) == kind else "paced") for e in beats
        )
        shape = shape_of("QRS", *kind)
        signal += render_beats(
            shape, RhythmScore(part, score.duration), qrs_origins=("conducted",), p_origins=()
        )
    if score.times("P", "flutter"):
        signal += render_flutter_waves(score, shape_of("P", "flutter", "").p)
    waves = [e for e in score.events if e.chamber == "P" and e.origin != "flutter"]
    for origin in dict.fromkeys(e.origin for e in waves):
        part = RhythmScore(tuple(e for e in waves if e.origin == origin), score.duration)
        signal += render_beats(shape_of("P", origin, ""), part, qrs_origins=(), p_origins=(origin,))
    return signal


def render_each(
    score: RhythmScore, shapes: Sequence[BeatTemplate | None], turn: np.ndarray | None = None
) -> np.ndarray:
    """Perform a score, every event with a shape of its own.

    Parameters
    ----------
    score : RhythmScore
    shapes : sequence of BeatTemplate or None
        Of each of the score's events; one without a shape leaves nothing.
    turn : ndarray, shape (8, points), optional
        Of the flutter loop; see `render_flutter_waves`.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts, zero between the waves.
    """
    signal = np.zeros((8, MODEL_SAMPLES), np.float32)
    qts = iter(qt_of_each(score, shapes))
    for event, shape in zip(score.events, shapes, strict=True):
        if event.chamber == "QRS":
            qt = next(qts)
            if shape is not None:
                place_beat(signal, shape, event.time, qt)
        elif shape is not None:
            place(signal, shape.p, event.time * MODEL_RATE + shape.p_offset)
    if turn is not None and score.times("P", "flutter"):
        signal += render_flutter_waves(score, turn)
    return signal


def qt_of_each(score: RhythmScore, shapes: Sequence[BeatTemplate | None]) -> np.ndarray:
    """QT (s) of each QRS event of a score whose events have shapes of their own; NaN where one has none."""
    beats = [shape for event, shape in zip(score.events, shapes, strict=True) if event.chamber == "QRS"]
    known = next((beat for beat in beats if beat is not None), None)
    if known is None:
        return np.full(len(beats), np.nan)
    qts = own_qt_intervals([beat or known for beat in beats], score)
    return np.where([beat is None for beat in beats], np.nan, qts)


def flutter_phase(score: RhythmScore) -> np.ndarray:
    """How often the flutter loop has turned at each sample, (samples,), from its first event on."""
    turns = score.times("P", "flutter")
    return np.interp(np.arange(MODEL_SAMPLES) / MODEL_RATE, turns, np.arange(len(turns)))


def render_flutter_waves(score: RhythmScore, turn: np.ndarray, phase: np.ndarray | None = None) -> np.ndarray:
    """The sawtooth of a flutter loop: one turn, stretched from each of its events to the next.

    Parameters
    ----------
    turn : ndarray, shape (8, points)
        Millivolts at evenly spaced phases from 0 up to, but without, 1.
    phase : ndarray, shape (samples,), optional
        In turns; that of the score unless given.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts.
    """
    phase = np.remainder(flutter_phase(score) if phase is None else phase, 1.0)
    points = np.arange(turn.shape[1] + 1) / turn.shape[1]
    closed = np.concatenate([turn, turn[:, :1]], axis=1)
    return np.stack([np.interp(phase, points, lead) for lead in closed]).astype(np.float32)
