"""Running means, medians and extremes, as `scipy.ndimage` has them.

Here because importing `scipy.ndimage` takes longer than measuring a recording does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

#: What lies beyond the ends, in numpy's words: mirrored including the end itself, the end repeated, or zero.
_BEYOND: dict[str, Literal["symmetric", "edge", "constant"]] = {
    "reflect": "symmetric",
    "nearest": "edge",
    "constant": "constant",
}
#: From so many samples on, and with fewer taps than these, a sum is made tap by tap over all rows.
_MANY, _WIDE = 2_000, 64
#: A median over no more samples than these is found by comparing whole rows.
_SHORT = 15


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
    radius, weights = _bell(sigma)
    return _along(signal, axis, radius, radius, mode, lambda rows: _weighted(rows, weights))


@lru_cache(maxsize=64)
def _bell(sigma):
    """Radius and weights of a Gaussian."""
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return radius, weights / weights.sum()


def _weighted(rows, weights):
    """Running sums of all rows with weights that are the same from both sides."""
    taps = len(weights)
    length, middle = rows.shape[-1] - taps + 1, taps // 2
    if rows.size > _MANY and taps < _WIDE:
        # Tap by tap over all rows: a call a row costs more than the sums.
        out = weights[middle] * rows[..., middle : middle + length]
        pair = np.empty_like(out)
        for k in range(middle):
            np.add(rows[..., k : k + length], rows[..., taps - 1 - k : taps - 1 - k + length], out=pair)
            pair *= weights[k]
            out += pair
        return out
    return _each(rows, lambda row: np.convolve(row, weights, "valid"))


def mean(signal: np.ndarray, size: int, axis: int = -1) -> np.ndarray:
    """Mean over a window of `size` samples; an even one reaches one sample further back."""
    weights = np.full(size, 1 / size)
    before = size // 2
    if size < 64:
        return _along(
            signal,
            axis,
            before,
            size - 1 - before,
            "reflect",
            lambda rows: _each(rows, lambda row: np.convolve(row, weights, "valid")),
        )

    def by_sums(rows):
        sums = np.zeros((*rows.shape[:-1], rows.shape[-1] + 1))
        np.cumsum(rows, axis=-1, out=sums[..., 1:])
        return (sums[..., size:] - sums[..., :-size]) / size

    return _along(signal, axis, before, size - 1 - before, "reflect", by_sums)


def median(signal: np.ndarray, size: int) -> np.ndarray:
    """Median over a window of an odd number of samples, along the last axis."""
    half = size // 2
    if size > _SHORT:
        return _along(
            signal, -1, half, half, "reflect", lambda rows: np.median(sliding_window_view(rows, size, -1), -1)
        )
    return _along(signal, -1, half, half, "reflect", lambda rows: _short_median(rows, size))


def _short_median(rows, size):
    """The median of `size` neighbours: all windows are sorted at once, a comparison at a time."""
    length = rows.shape[-1] - size + 1
    sorted_ = [rows[..., k : k + length] for k in range(size)]
    for low, high in _comparisons(size):
        one, two = sorted_[low], sorted_[high]
        sorted_[low], sorted_[high] = np.minimum(one, two), np.maximum(one, two)
    return sorted_[size // 2]


@lru_cache(maxsize=16)
def _comparisons(size):
    """Pairs of places that sort so many numbers when they are compared one after the other.

    References
    ----------
    Knuth, The Art of Computer Programming, vol. 3, 5.2.2, algorithm M (merge exchange).
    """
    pairs = []
    top = 1 << max(0, (size - 1).bit_length() - 1)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            pairs += [(i, i + d) for i in range(size - d) if i & p == r]
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
    return tuple(pairs)


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
    inner = _along(
        signal,
        -1,
        0,
        0,
        "constant",
        lambda rows: _each(rows, lambda row: np.convolve(row, weights[::-1], "valid")),
    )
    start, stop = (
        _parabola_slope(np.asarray(signal, dtype=float)[..., part], at)
        for part in (slice(None, window), slice(-window, None))
    )
    return np.concatenate([start[..., :half], inner, stop[..., half + 1 :]], axis=-1)


@lru_cache(maxsize=16)
def _parabola(window):
    """What the samples of a window count for in the slope and in the bend of the parabola through them."""
    at = np.arange(-(window // 2), window // 2 + 1)
    return np.linalg.pinv(np.vander(at, 3, increasing=True))[1:]


def _parabola_slope(piece, at):
    linear, square = _parabola(len(at))
    return (piece @ linear)[..., None] + 2 * (piece @ square)[..., None] * at


def _each(rows, smooth):
    """`smooth` row by row."""
    flat = rows.reshape(-1, rows.shape[-1])
    return np.array([smooth(row) for row in flat]).reshape(*rows.shape[:-1], -1)


def _along(signal, axis, before, after, mode, smooth):
    """`smooth` all rows along an axis, continued beyond their ends."""
    signal = np.asarray(signal)
    kind = signal.dtype if signal.dtype.kind == "f" else np.float64
    if signal.size == 0:
        return signal.astype(kind)
    if axis in (-1, signal.ndim - 1):
        return smooth(_continued(signal, before, after, mode)).astype(kind, copy=False)
    smoothed = smooth(_continued(np.moveaxis(signal, axis, -1), before, after, mode))
    return np.moveaxis(smoothed, -1, axis).astype(kind, copy=False)


def _continued(rows, before, after, mode):
    """The rows as float64, continued beyond both ends."""
    samples = rows.shape[-1]
    if max(before, after) > samples:
        width = [(0, 0)] * (rows.ndim - 1) + [(before, after)]
        return np.pad(rows.astype(np.float64), width, mode=_BEYOND[mode])
    longer = np.empty((*rows.shape[:-1], before + samples + after))
    longer[..., before : before + samples] = rows
    first, last = 0.0, 0.0
    if mode == "reflect":
        first, last = rows[..., :before][..., ::-1], rows[..., samples - after :][..., ::-1]
    elif mode == "nearest":
        first, last = rows[..., :1], rows[..., -1:]
    longer[..., :before], longer[..., before + samples :] = first, last
    return longer
