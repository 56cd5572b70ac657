"""Fidelity and diversity apart: do twins lie among real records, and are real records reached by twins?

Precision and recall of Kynkäänniemi et al. (NeurIPS 2019); density and coverage of Naeem et al. (ICML
2020), which a single outlier does not move.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

#: Neighbours that span a recording's surroundings.
NEIGHBOURS = 5


def precision_recall(ours: np.ndarray, real: np.ndarray, k: int = NEIGHBOURS) -> dict[str, float]:
    """Precision, recall, density and coverage.

    Parameters
    ----------
    ours, real : ndarray, shape (n, features)
        More than `k` of each.

    Returns
    -------
    dict
        precision: share of ours inside the surroundings of a real one; recall: share of the real inside
        the surroundings of one of ours; density: how many surroundings ours lie in, over k (1 when both are
        alike); coverage: share of the real whose surroundings hold one of ours.
    """
    real_reach = _reach(real, k)
    our_reach = _reach(ours, k)
    apart = cdist(ours, real)
    inside = apart <= real_reach[None, :]
    return {
        "precision": float(inside.any(axis=1).mean()),
        "recall": float((apart <= our_reach[:, None]).any(axis=0).mean()),
        "density": float(inside.sum(axis=1).mean() / k),
        "coverage": float(inside.any(axis=0).mean()),
    }


def _reach(points, k):
    """Distance to the k-th neighbour of each point, itself not counted."""
    return np.partition(cdist(points, points), k, axis=1)[:, k]
