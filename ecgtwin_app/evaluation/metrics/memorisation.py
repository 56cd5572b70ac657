"""Memorisation: does a twin lie nearer to a training record than a real recording that no training saw does?"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from ecgtwin_app.evaluation.metrics.intervals import bootstrap, share

#: Share of the unseen real records below whose distance a twin is called close.
CLOSE = 0.05


def nearest_distance(points: np.ndarray, training: np.ndarray, chunk: int = 256) -> np.ndarray:
    """Root mean square difference of each point (n, values) to the nearest of the training set."""
    parts = [cdist(points[i : i + chunk], training).min(axis=1) for i in range(0, len(points), chunk)]
    return np.concatenate(parts) / np.sqrt(points.shape[1]) if parts else np.zeros(0)


def memorisation(twins: np.ndarray, unseen: np.ndarray, training: np.ndarray, seed: int = 1) -> dict:
    """Nearest-record distances of twins beside those of unseen real records.

    Parameters
    ----------
    twins, unseen, training : ndarray, shape (n, values)
        Representative beats, flattened, mV.

    Returns
    -------
    dict
        twins, unseen: median distance, in the unit of the values; ratio: of the two medians; closer: share
        of twins nearer than all but `CLOSE` of the unseen real records are (about `CLOSE` when nothing is
        copied; more tells of copies).
    """
    ours, floor = nearest_distance(twins, training), nearest_distance(unseen, training)
    if not len(ours) or not len(floor):
        empty = bootstrap(np.median, [])
        return {"twins": empty, "unseen": empty, "ratio": empty, "closer": share([])}
    return {
        "twins": bootstrap(np.median, ours, seed=seed),
        "unseen": bootstrap(np.median, floor, seed=seed),
        "ratio": bootstrap(lambda a, b: np.median(a) / np.median(b), ours, floor, seed=seed),
        "closer": share(ours < np.quantile(floor, CLOSE)),
    }
