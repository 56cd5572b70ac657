"""Identity: is a twin nearest to its own patient, by base vector?"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.evaluation.metrics.intervals import bootstrap, share


def retrieval(twins: np.ndarray, own: np.ndarray, references: np.ndarray, seed: int = 1) -> dict:
    """Twin to its patient.

    Parameters
    ----------
    twins : ndarray, shape (n, width)
        Unit-length base vectors.
    own : ndarray of int, shape (n,)
        Row of each twin's patient among the references.
    references : ndarray, shape (patients, width)

    Returns
    -------
    dict
        top1: share whose nearest reference is their own; floor: the same with the references shuffled;
        eer: equal error rate of telling own from other patients by similarity; gap: mean similarity to the
        own less that to other patients; among: number of patients.
    """
    own = np.asarray(own, int)
    if not len(twins) or len(references) < 2:
        return {
            "top1": share([]),
            "floor": None,
            "eer": None,
            "gap": bootstrap(np.mean, []),
            "among": len(references),
        }
    similarity = twins @ references.T
    best = similarity.argmax(axis=1)
    # A shift leaves no patient at his place, so that the floor is never right by luck.
    shift = int(np.random.default_rng(seed).integers(1, len(references)))
    mine = similarity[np.arange(len(own)), own]
    others = np.ones_like(similarity, dtype=bool)
    others[np.arange(len(own)), own] = False
    gaps = mine - np.where(others, similarity, 0).sum(axis=1) / (len(references) - 1)
    return {
        "top1": share(best == own),
        "floor": float(np.mean(best == (own + shift) % len(references))),
        "eer": equal_error_rate(mine, similarity[others]),
        "gap": bootstrap(np.mean, gaps, seed=seed),
        "among": len(references),
    }


def equal_error_rate(same: np.ndarray, other: np.ndarray) -> float:
    """Where as many same pairs fall below a threshold as other pairs reach it; 0 apart, 0.5 alike."""
    same, other = np.sort(same), np.sort(other)
    thresholds = np.unique(np.concatenate([same, other]))
    missed = np.searchsorted(same, thresholds, side="left") / len(same)
    accepted = 1 - np.searchsorted(other, thresholds, side="left") / len(other)
    at = int(np.argmin(np.abs(missed - accepted)))
    return float((missed[at] + accepted[at]) / 2)
