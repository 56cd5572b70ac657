"""A figure with its interval and its n: Wilson's for a share, the seeded bootstrap for anything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

#: Resamples of a bootstrap.
DRAWS = 500


def wilson(met: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, J Am Stat Assoc 1927;22:209)."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, met / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def figure(value: float | None, low: float | None, high: float | None, n: int) -> dict:
    """A figure as every report holds it: value, 95 % interval, n."""
    return {"value": value, "low": low, "high": high, "n": n}


def share(met: Sequence[bool]) -> dict:
    """The share of true answers, with Wilson's interval; no value where nothing was asked."""
    met = [bool(m) for m in met]
    if not met:
        return figure(None, None, None, 0)
    return figure(sum(met) / len(met), *wilson(sum(met), len(met)), len(met))


def bootstrap(
    statistic: Callable[..., float], *samples: Sequence | np.ndarray, seed: int = 1, draws: int = DRAWS
) -> dict:
    """A statistic of one or more samples with its percentile interval (Efron 1979).

    Parameters
    ----------
    statistic : callable (\\*arrays) -> float
    *samples : array_like, shape (n, ...)
        Resampled each by itself, along the first axis.

    Returns
    -------
    dict
        See `figure`; n is that of the first sample. No value where a sample is empty.
    """
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    if any(len(array) == 0 for array in arrays):
        return figure(None, None, None, 0)
    rng = np.random.default_rng(seed)
    again = [
        statistic(*(array[rng.integers(len(array), size=len(array))] for array in arrays))
        for _ in range(draws)
    ]
    low, high = np.percentile(again, [2.5, 97.5])
    return figure(float(statistic(*arrays)), float(low), float(high), len(arrays[0]))
