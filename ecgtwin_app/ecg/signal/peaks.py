"""Peaks of a curve, by height, distance and prominence, as ``scipy.signal.find_peaks`` has them.

Here because importing `scipy.signal` takes longer than measuring a recording does.
"""

from __future__ import annotations

import math

import numpy as np


def find_peaks(
    curve: np.ndarray,
    height: float | None = None,
    distance: float | None = None,
    prominence: float | None = None,
) -> np.ndarray:
    """Indices of the local maxima; of a flat top its middle.

    Parameters
    ----------
    curve : ndarray, shape (samples,)
    height, prominence : float, optional
        Least height; least rise above the higher of the two lowest points between the peak and the next higher
        sample, or the end, on each side.
    distance : float, optional
        Least number of samples between two peaks; the lower ones give way.

    Returns
    -------
    ndarray of int
        In ascending order. They are chosen by height first, then by distance, then by prominence.
    """
    curve = np.asarray(curve, dtype=float)
    peaks = _local_maxima(curve)
    if height is not None:
        peaks = peaks[curve[peaks] >= height]
    if distance is not None:
        peaks = peaks[_far_apart(peaks, curve[peaks], math.ceil(distance))]
    if prominence is not None:
        peaks = peaks[prominences(curve, peaks) >= prominence]
    return peaks


def prominences(curve: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """How far each peak rises above its surroundings (see `find_peaks`), shape (peaks,)."""
    found = np.empty(len(peaks))
    for number, peak in enumerate(peaks):
        top = curve[peak]
        higher_before = np.flatnonzero(curve[:peak] > top)
        higher_after = np.flatnonzero(curve[peak:] > top)
        start = higher_before[-1] + 1 if higher_before.size else 0
        stop = peak + higher_after[0] if higher_after.size else curve.size
        found[number] = top - max(curve[start : peak + 1].min(), curve[peak:stop].min())
    return found


def foot_before(curve: np.ndarray, peak: int) -> int:
    """The lowest sample between the last higher one before a peak (or the start) and the peak."""
    higher = np.flatnonzero(curve[:peak] > curve[peak])
    start = higher[-1] + 1 if higher.size else 0
    return int(peak - np.argmin(curve[start : peak + 1][::-1]))


def _local_maxima(curve):
    """Middles of all runs of equal values that are higher than both neighbours."""
    if curve.size < 3:
        return np.empty(0, dtype=int)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(curve) != 0) + 1])
    stops = np.concatenate([starts[1:], [curve.size]])
    values = curve[starts]
    inner = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])) + 1
    return (starts[inner] + stops[inner] - 1) // 2


def _far_apart(peaks, heights, distance):
    """Which peaks stay when the highest keep the others at a distance."""
    keep = np.ones(peaks.size, dtype=bool)
    for number in np.argsort(heights)[::-1]:
        if not keep[number]:
            continue
        first = np.searchsorted(peaks, peaks[number] - distance, side="right")
        stop = np.searchsorted(peaks, peaks[number] + distance, side="left")
        keep[first:stop] = False
        keep[number] = True
    return keep
