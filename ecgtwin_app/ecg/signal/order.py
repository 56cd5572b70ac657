"""Medians and percentiles, to the last bit those of numpy, without what a call of numpy's takes for a handful of values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def median(values: ArrayLike) -> float:
    """Median of values (n,), none of them missing; NaN of none at all."""
    ordered = np.sort(values)
    if not len(ordered):
        return float("nan")
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def percentile(values: ArrayLike, percent: float) -> float:
    """Percentile of at least one of values (n,), none of them missing, between the two nearest."""
    ordered = np.sort(values)
    at = (len(ordered) - 1) * (percent / 100)
    low = int(at)
    share, one, two = at - low, float(ordered[low]), float(ordered[min(low + 1, len(ordered) - 1)])
    return one + (two - one) * share if share < 0.5 else two - (two - one) * (1 - share)


def median_over(values: np.ndarray, empty: float = 0.0) -> np.ndarray:
    """Median over the first axis, of the values that are no NaN.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
    empty : float
        Where all are missing.

    Returns
    -------
    ndarray, shape (...)
    """
    ordered = _sorted(values)
    count = len(values)
    # NaN is sorted behind all others.
    if count and not np.isnan(ordered[..., -1]).any():
        return (ordered[..., (count - 1) // 2] + ordered[..., count // 2]) / 2
    counts = count - np.isnan(ordered).sum(axis=-1)
    middles = np.stack([np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, count - 1)], axis=-1)
    low_high = np.take_along_axis(ordered, middles, axis=-1)
    return np.where(counts > 0, (low_high[..., 0] + low_high[..., 1]) / 2, empty)


def medians_without_one(values: np.ndarray) -> np.ndarray:
    """For each of at least two the median of the others.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        None of them missing.

    Returns
    -------
    ndarray, shape (n, ...)
    """
    ordered, others = _sorted(values), len(values) - 1

    def place(at):
        # Where the one itself stands before the place, or at it, the next moves up.
        return np.where(values <= ordered[..., at], ordered[..., at + 1], ordered[..., at])

    if others % 2:
        return place(others // 2)
    return (place(others // 2 - 1) + place(others // 2)) / 2


def _sorted(values):
    """The values in order along the last axis, which was the first: neighbours in memory are sorted faster."""
    ordered = np.moveaxis(values, 0, -1).copy(order="C")
    ordered.sort(axis=-1)
    return ordered
