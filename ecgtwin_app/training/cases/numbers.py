"""The numbers of a training case, heart rate, age, PR, QRS, QT and axis, and how marked its conditions are."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import qt_intervals
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.generators.ecgtwin.conditioning import unwrapped_axis
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.virtual_patient import VirtualEcg


def case_numbers(rate: float, age: float, beat: RepresentativeBeat) -> np.ndarray:
    """Numbers (6,), float32, of a recording with this representative beat; NaN for what cannot be measured.

    Parameters
    ----------
    rate, age : float
        Ventricular rate (1/min) and age (years).
    beat : RepresentativeBeat
    """
    onset, ms = beat.qrs_onset, 1000 / MODEL_RATE

    def between(start, end):
        return np.nan if start is None or end is None else (end - start) * ms

    axis = np.nan
    if onset is not None and beat.qrs_offset is not None:
        axis = unwrapped_axis(qrs_axis(beat.signal[:, onset : beat.qrs_offset + 1]))
    intervals = between(beat.p_onset, onset), between(onset, beat.qrs_offset), between(onset, beat.t_offset)
    return np.array([rate, age, *intervals, axis], np.float32)


def virtual_numbers(case: VirtualEcg, rate: float, age: float) -> np.ndarray:
    """The same from a virtual patient's truth; intervals are unknown when no beat is conducted."""
    template, origins = case.template, [e.origin for e in case.score.events if e.chamber == "QRS"]
    conducted = np.array([origin == "conducted" for origin in origins])
    if template is None or conducted.mean() < 0.4:
        return np.array([rate, age, np.nan, np.nan, np.nan, np.nan], np.float32)
    qt = 1000 * float(np.median(qt_intervals(template, case.score)[conducted]))
    numbers = [
        rate,
        age,
        1000 * pr_of(case.score),
        1000 * template.qrs_duration,
        qt,
        unwrapped_axis(qrs_axis(template.qrs)),
    ]
    return np.array(numbers, np.float32)


def pr_of(score: RhythmScore) -> float:
    """Median PR (s) of a score; NaN unless nearly every conducted QRS has its P at a steady distance."""
    p = np.array(score.times("P", "sinus", "paced"))
    qrs = np.array(score.times("QRS", "conducted", "aberrant"))
    qrs = qrs[qrs > 0.4]
    if p.size == 0 or qrs.size == 0:
        return float("nan")
    row = np.searchsorted(p, qrs) - 1
    gaps = np.where(row >= 0, qrs - p[np.maximum(row, 0)], np.nan)
    median = float(np.nanmedian(gaps))
    steady = np.abs(gaps - median) < 0.02
    return median if median < 0.45 and steady.mean() > 0.75 else float("nan")


def severities(statements: tuple[str, ...], parameters: dict) -> np.ndarray:
    """How marked each of the model's statements is (float32, 0 to 1), from what a simulation drew; NaN unknown."""
    out = np.full(len(statements), np.nan, np.float32)
    for row, name in enumerate(statements):
        drawn = parameters.get(name)
        if isinstance(drawn, dict) and "severity" in drawn:
            out[row] = np.clip(drawn["severity"], 0.0, 1.0)
    return out
