"""RR intervals: which of them tell of the sinus rhythm, and how much they vary.

SDNN and RMSSD as the Task Force of the European Society of Cardiology defines them (Circulation 1996;93:1043),
between beats that are neither early nor ectopic. Ten seconds are few beats: RMSSD of one strip agrees with that
of five minutes fairly, SDNN less (Munoz et al., PLoS One 2015;10:e0138921).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Beat


def all_intervals(beats: Sequence[Beat], rate: float) -> np.ndarray:
    """Seconds between neighbouring beats, whatever their kind."""
    return np.diff([beat.fiducial for beat in beats]) / rate


def usual_intervals(beats: Sequence[Beat], rate: float) -> np.ndarray:
    """Seconds between neighbours that both have the dominant shape; all intervals where none are."""
    kept = _neighbours([beat.shape == 0 for beat in beats])
    gaps = all_intervals(beats, rate)
    return gaps[kept] if kept.any() else gaps


def sdnn(beats: Sequence[Beat], rate: float) -> float | None:
    """Standard deviation of the normal-to-normal intervals, ms; None with fewer than two."""
    gaps = all_intervals(beats, rate)[_normal(beats)]
    return float(np.std(gaps, ddof=1) * 1000) if gaps.size > 1 else None


def rmssd(beats: Sequence[Beat], rate: float) -> float | None:
    """Root mean square of the steps between successive normal-to-normal intervals, ms; None without a step."""
    kept = _normal(beats)
    steps = np.diff(all_intervals(beats, rate))[kept[:-1] & kept[1:]]
    return float(np.sqrt(np.mean(steps**2)) * 1000) if steps.size else None


def coefficient_of_variation(gaps: np.ndarray) -> float | None:
    """Standard deviation over mean; None with fewer than two intervals."""
    return float(np.std(gaps) / np.mean(gaps)) if gaps.size > 1 else None


def _normal(beats):
    """Which intervals lie between two beats that are neither early nor unlike the others."""
    return _neighbours([beat.kind == "dominant" for beat in beats])


def _neighbours(wanted):
    wanted = np.array(wanted, dtype=bool)
    return wanted[:-1] & wanted[1:]
