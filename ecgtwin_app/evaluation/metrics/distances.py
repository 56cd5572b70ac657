"""Distances between two sets of recordings, and what two sets of real ones would give.

No distance means anything by itself: how far two random halves of the real records lie apart, at the
same size and with the same mix of labels, is its floor.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import wasserstein_distance

from ecgtwin_app.evaluation.metrics.intervals import figure

#: Random halves of the real records that a figure is the mean of.
SPLITS = 40
#: Fewest recordings of either side that are compared.
FEWEST = 8


def wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """First Wasserstein distance of two samples (n,), in their own unit."""
    return float(wasserstein_distance(a, b))


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Fréchet distance of the Gaussians fitted to two sets (n, features) (Dowson and Landau 1982).

    |m1 - m2|² + tr(S1 + S2 - 2 (S1½ S2 S1½)½). Its bias grows with features over n, so it is only ever
    compared with a floor of the same n.
    """
    s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    s1, s2 = np.atleast_2d(s1), np.atleast_2d(s2)
    values, vectors = np.linalg.eigh(s1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ s2 @ root), 0)).sum()
    return float(np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(s1) + np.trace(s2) - 2 * cross)


def over_floor(
    distance: Callable[[np.ndarray, np.ndarray], float],
    ours: np.ndarray,
    real: np.ndarray,
    seed: int,
    our_groups: np.ndarray | None = None,
    real_groups: np.ndarray | None = None,
    splits: int = SPLITS,
) -> dict:
    """A distance to real records beside the distance of real records among themselves.

    Parameters
    ----------
    distance : callable (set, real set) -> float
    ours, real : ndarray, shape (n, ...)
    our_groups, real_groups : ndarray of str, shape (n,), optional
        Labels; every set that is compared has the same number of recordings of each label.

    Returns
    -------
    dict
        value, low, high: mean over random halves and the middle 95 % of them; n: recordings in each set;
        floor: the mean between two halves of the real records; ratio: value over floor. No values where a
        side has fewer than `FEWEST`.
    """
    one = np.zeros(len(ours), int) if our_groups is None else our_groups
    two = np.zeros(len(real), int) if real_groups is None else real_groups
    rng = np.random.default_rng(seed)
    pairs, size = [], 0
    for _ in range(splits):
        mine, left, right = _draw(one, two, rng)
        size = len(mine)
        if size < FEWEST:
            return {**figure(None, None, None, size), "floor": None, "ratio": None}
        pairs.append((distance(ours[mine], real[left]), distance(real[right], real[left])))
    values, floors = np.array(pairs).T
    low, high = np.percentile(values, [2.5, 97.5])
    floor = float(floors.mean())
    ratio = float(values.mean() / floor) if floor > 0 else None
    return {**figure(float(values.mean()), float(low), float(high), size), "floor": floor, "ratio": ratio}


def _draw(our_groups, real_groups, rng):
    """Rows of as many of ours, and of two halves of the real, as every label allows."""
    mine, left, right = [], [], []
    for group in np.intersect1d(our_groups, real_groups):
        own = rng.permutation(np.flatnonzero(our_groups == group))
        others = rng.permutation(np.flatnonzero(real_groups == group))
        count = min(len(own), len(others) // 2)
        mine.append(own[:count])
        left.append(others[:count])
        right.append(others[count : 2 * count])
    return tuple(np.concatenate(rows) if rows else np.zeros(0, int) for rows in (mine, left, right))
