"""Running means, medians and extremes, as `scipy.ndimage` has them.

Here because importing `scipy.ndimage` takes longer than measuring a recording does.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

#: What lies beyond the ends, in numpy's words: mirrored including the end itself, the end repeated, or zero.
_BEYOND: dict[str, Literal["symmetric", "edge", "constant"]] = {
    "reflect": "symmetric",
    "nearest": "edge",
    "constant": "constant",
}


def gaussian(signal: np.ndarray, sigma: float, axis: int = -1, mode: str = "reflect") -> np.ndarray:
    """Smooth with a Gaussian, cut at four standard deviations.

    Parameters
    ----------
    sigma : float
        Samples.
    mode : {"reflect", "nearest", "constant"}
        What lies beyond the ends: the signal mirrored, its end values, or zero.

    Returns
    -------
    ndarray
        Shape and type of `signal` (float64 for whole numbers).
    """
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    weights /= weights.sum()
    return _along(signal, axis, radius, radius, mode, lambda row: np.convolve(row, weights, "valid"))


def mean(signal: np.ndarray, size: int, axis: int = -1) -> np.ndarray:
    """Mean over a window of `size` samples; an even one reaches one sample further back."""
    weights = np.full(size, 1 / size)
    before = size // 2
    if size < 64:
        return _along(
            signal, axis, before, size - 1 - before, "reflect", lambda row: np.convolve(row, weights, "valid")
        )

    def by_sums(row):
        sums = np.concatenate([[0.0], np.cumsum(row)])
        return (sums[size:] - sums[:-size]) / size

    return _along(signal, axis, before, size - 1 - before, "reflect", by_sums)


def median(signal: np.ndarray, size: int) -> np.ndarray:
    """Median over a window of an odd number of samples, along the last axis."""
    half = size // 2
    return _along(
        signal, -1, half, half, "reflect", lambda row: np.median(sliding_window_view(row, size), axis=-1)
    )


def maximum(signal: np.ndarray, size: int) -> np.ndarray:
    """Largest value in a window of `size` samples, along the last axis; an even one reaches further back."""
    signal = np.asarray(signal)
    before = size // 2
    width = [(0, 0)] * (signal.ndim - 1) + [(before, size - 1 - before)]
    largest, covered = np.pad(signal, width, mode="edge"), 1
    while covered < size:
        step = min(covered, size - covered)
        largest = np.maximum(largest[..., :-step], largest[..., step:])
        covered += step
    return largest


def percentile_at(signal: np.ndarray, percent: float, size: int, at: np.ndarray) -> np.ndarray:
    """The percentile of the window of `size` samples around each index in `at`, of a signal (samples,)."""
    before = size // 2
    windows = sliding_window_view(np.pad(signal, (before, size - 1 - before), mode="symmetric"), size)
    rank = min(int(size * percent / 100), size - 1)
    return np.array([np.partition(windows[i], rank)[rank] for i in at], dtype=float)


def slope(signal: np.ndarray, window: int) -> np.ndarray:
    """First derivative per sample of a parabola fitted to a window of an odd number of samples.

    At the ends it is that of the parabola through the first and the last window.

    References
    ----------
    Savitzky and Golay, Anal. Chem. 36 (1964) 1627.
    """
    half = window // 2
    at = np.arange(-half, half + 1)
    weights = at / np.sum(at**2)
    inner = _along(signal, -1, 0, 0, "constant", lambda row: np.convolve(row, weights[::-1], "valid"))
    start, stop = (
        _parabola_slope(np.asarray(signal, dtype=float)[..., part], at)
        for part in (slice(None, window), slice(-window, None))
    )
    return np.concatenate([start[..., :half], inner, stop[..., half + 1 :]], axis=-1)


def _parabola_slope(piece, at):
    linear, square = np.linalg.pinv(np.vander(at, 3, increasing=True))[1:]
    return (piece @ linear)[..., None] + 2 * (piece @ square)[..., None] * at


def _along(signal, axis, before, after, mode, smooth):
    """`smooth` every row along an axis, continued beyond its ends."""
    signal = np.asarray(signal)
    kind = signal.dtype if np.issubdtype(signal.dtype, np.floating) else np.float64
    rows = np.moveaxis(signal, axis, -1)
    if rows.shape[-1] == 0:
        return signal.astype(kind)
    width = [(0, 0)] * (rows.ndim - 1) + [(before, after)]
    longer = np.pad(rows.astype(np.float64), width, mode=_BEYOND[mode])
    smoothed = [smooth(row) for row in longer.reshape(-1, longer.shape[-1])]
    shape = (*rows.shape[:-1], smoothed[0].size if smoothed else rows.shape[-1])
    return np.moveaxis(np.array(smoothed).reshape(shape), -1, axis).astype(kind)
