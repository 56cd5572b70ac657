"""Figures of a set of twins and their references. Every one carries its n."""

from __future__ import annotations

import math

import numpy as np

from ecgtwin_app.ecg.median import representative_beat
from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.model.identity import beat_input


def wilson(met: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, met / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def condition_figures(twins: list[Twin], references: list[tuple[str, Recording]]) -> dict:
    """Pass rate with interval, what was missed, rate error, likeness to the reference, seconds."""
    met = sum(twin.met for twin in twins)
    missed: dict[str, int] = {}
    for twin in twins:
        for line in twin.asked_got:
            if line.met is False:
                missed[line.name] = missed.get(line.name, 0) + 1
    errors = [
        abs(twin.measurements["heart_rate"] - twin.request.heart_rate)
        for twin in twins
        if twin.measurements.get("heart_rate") is not None
    ]
    likeness = [_beat_correlation(twin.recording, ref) for twin, (_, ref) in zip(twins, references)]
    voltage = [_peak(twin.recording) / _peak(ref) for twin, (_, ref) in zip(twins, references)]
    low, high = wilson(met, len(twins))
    return {
        "n": len(twins),
        "met": met,
        "pass_rate": met / len(twins),
        "pass_rate_95": [round(low, 3), round(high, 3)],
        "missed": missed,
        "heart_rate_error": float(np.mean(errors)) if errors else math.nan,
        "heart_rate_error_n": len(errors),
        "beat_correlation_median": float(np.median(likeness)),
        "peak_voltage_ratio_median": float(np.median(voltage)),
        "lead_law_residual_uv_max": max(twin.lead_law_residual_uv for twin in twins),
        "seconds_median": float(np.median([twin.seconds for twin in twins])),
    }


def retrieval(twins: np.ndarray, references: np.ndarray, rng: np.random.Generator) -> dict:
    """Twin to its patient by base vector.

    Parameters
    ----------
    twins, references : ndarray, shape (n, width)
        Unit-length base vectors; row k of both is the same patient.

    Returns
    -------
    dict
        Share of twins whose nearest reference is their own, the same with the references shuffled (the
        floor), mean similarity to the own and to other patients.
    """
    similarity = twins @ references.T
    own = np.arange(len(twins))
    # Rolling by a random shift leaves no row at its place, so the control can never be right by luck.
    shuffled = np.roll(own, int(rng.integers(1, len(own))))
    best = similarity.argmax(axis=1)
    others = similarity[~np.eye(len(own), dtype=bool)]
    return {
        "top1": float(np.mean(best == own)),
        "top1_shuffled": float(np.mean(best == shuffled)),
        "similarity_own": float(similarity[own, own].mean()),
        "similarity_others": float(others.mean()),
    }


def _beat_correlation(a: Recording, b: Recording) -> float:
    """Correlation of two representative beats over all leads; NaN when one cannot be formed."""
    try:
        x, y = (beat_input(representative_beat(recording)).ravel() for recording in (a, b))
    except EcgError:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def _peak(recording: Recording) -> float:
    """99.5th percentile of the absolute voltage, mV."""
    return float(np.percentile(np.abs(recording.signal), 99.5))
