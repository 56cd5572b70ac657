"""TSTR: a classifier trained on twins and tested on real records (TSTR), and the reverse (TRTS).

After Esteban, Hyland and Rätsch 2017. Beside both stands the classifier trained and tested on real records
(TRTR), by patient in three folds.
"""

from __future__ import annotations

import zlib

import numpy as np

from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.evaluation.metrics.encoder import fit, scores_of
from ecgtwin_app.evaluation.metrics.intervals import bootstrap
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

#: A label is tested when at least so many recordings of the test set have it.
FEWEST = 10
FOLDS = 3


def tstr(
    real_strips: np.ndarray,
    real_states: np.ndarray,
    patients: list[str],
    twin_strips: np.ndarray,
    twin_states: np.ndarray,
    statements: tuple[str, ...],
    seed: int,
) -> dict:
    """Train and test in the three ways.

    Parameters
    ----------
    real_strips, twin_strips : ndarray, shape (n, 8, 1000), int16
    real_states, twin_states : ndarray, shape (n, statements)
    patients : list of str
        Of the real recordings: all of one patient fall into one fold.

    Returns
    -------
    dict
        labels: those tested; for "TRTR", "TSTR" and "TRTS" the macro mean of the area under the curve with
        its interval over labels, and the area of each label.
    """
    enough = [
        k
        for k in range(len(statements))
        if min((s[:, k] == PRESENT).sum() for s in (real_states, twin_states)) >= FEWEST
    ]
    labels = tuple(statements[k] for k in enough)
    if len(labels) < 2:
        return {"labels": list(labels)}
    real_states, twin_states = real_states[:, enough], twin_states[:, enough]
    by_real = fit(real_strips, real_states, seed)
    by_twins = fit(twin_strips, twin_states, seed)
    return {
        "labels": list(labels),
        "TRTR": _areas(_folded(real_strips, real_states, patients, seed), real_states, labels, seed),
        "TSTR": _areas(scores_of(by_twins, real_strips), real_states, labels, seed),
        "TRTS": _areas(scores_of(by_real, twin_strips), twin_states, labels, seed),
        "n_real": len(real_strips),
        "n_twins": len(twin_strips),
    }


def _folded(strips, states, patients, seed):
    """Scores of every recording by a classifier that saw none of its patient."""
    fold = np.array([zlib.crc32(f"{seed} {patient}".encode()) % FOLDS for patient in patients])
    scores = np.zeros(states.shape)
    for k in range(FOLDS):
        network = fit(strips[fold != k], states[fold != k], seed)
        # Ranks, because the logits of two networks do not stand on one scale.
        own = scores_of(network, strips[fold == k])
        scores[fold == k] = own.argsort(axis=0).argsort(axis=0) / max(len(own), 1)
    return scores


def _areas(scores, states, labels, seed):
    areas = {}
    for k, label in enumerate(labels):
        known = states[:, k] != UNKNOWN
        area = auroc(scores[known, k], states[known, k] == PRESENT)
        if area is not None and (states[known, k] == ABSENT).sum() >= FEWEST:
            areas[label] = area
    return {"macro": bootstrap(np.mean, list(areas.values()), seed=seed), "by_label": areas}
