"""How well labels are read from recordings: area under the curve, F1 and G-mean by label, with patients drawn anew.

Every figure is computed for many sets of weights at once. The first set is all ones; each of the others holds how often
a record is there when patients are drawn with replacement (Efron 1979), so that an interval is one over patients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ecgtwin_app.conditions.states import ABSENT, PRESENT
from ecgtwin_app.evaluation.metrics.intervals import DRAWS

AREA, F1, G_MEAN = "AUC", "F1", "G-mean"
#: Records with and without a label that a test set needs.
FEWEST = 8


def patient_weights(patients: Sequence[str], seed: int = 1, draws: int = DRAWS) -> np.ndarray:
    """How often each record counts (draws + 1, records): once, then as often as its patient is drawn."""
    names, own = np.unique(np.asarray(patients), return_inverse=True)
    counts = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=draws
    )
    return np.concatenate([np.ones((1, len(own))), counts[:, own]]).astype(float)


def enough_of(states: np.ndarray) -> np.ndarray:
    """Columns of the labels that `FEWEST` records have and as many do not."""
    return np.flatnonzero(np.minimum((states == PRESENT).sum(0), (states == ABSENT).sum(0)) >= FEWEST)


def threshold(scores: np.ndarray, states: np.ndarray, figure: Callable[..., np.ndarray]) -> float:
    """The score above which a label is called present so that a figure of these records is largest.

    Parameters
    ----------
    scores, states : ndarray, shape (n,)
        Of one label, of the records that a network was trained on: nothing else may choose a threshold.
    figure : callable
        `f1` or `g_mean`.
    """
    there, not_there = np.sort(scores[states == PRESENT]), np.sort(scores[states == ABSENT])
    if not len(there) or not len(not_there):
        return np.inf
    levels = np.unique(np.concatenate([there, not_there]))
    cuts = (levels[1:] + levels[:-1]) / 2 if len(levels) > 1 else levels
    found = len(there) - np.searchsorted(there, cuts)
    false = len(not_there) - np.searchsorted(not_there, cuts)
    return float(cuts[int(np.argmax(figure(found, false, len(there), len(not_there))))])


def f1(found: np.ndarray, false: np.ndarray, present, absent) -> np.ndarray:
    """Harmonic mean of precision and sensitivity, from how many are found, found falsely, present and absent."""
    return 2 * found / np.maximum(found + false + present, 1e-12)


def g_mean(found: np.ndarray, false: np.ndarray, present, absent) -> np.ndarray:
    """Geometric mean of sensitivity and specificity (Kubat and Matwin 1997)."""
    return np.sqrt(
        found / np.maximum(present, 1e-12) * (1 - np.minimum(1, false / np.maximum(absent, 1e-12)))
    )


_BY_THRESHOLD = {F1: f1, G_MEAN: g_mean}


def by_label(
    scores: np.ndarray,
    states: np.ndarray,
    weights: np.ndarray,
    trained_on: tuple[np.ndarray, np.ndarray],
    labels: Sequence[int],
) -> dict[str, np.ndarray]:
    """Figures of one network, each (sets of weights, labels); NaN where a set has no record of a kind.

    Parameters
    ----------
    scores, states : ndarray, shape (n, all labels)
        Of the tested records.
    weights : ndarray, shape (sets, n)
        See `patient_weights`.
    trained_on : tuple of ndarray
        Scores and states of the records it was trained on, by which thresholds are chosen.
    labels : sequence of int
        Columns.
    """
    found: dict[str, list[np.ndarray]] = {name: [] for name in (AREA, F1, G_MEAN)}
    for k in labels:
        there, not_there = states[:, k] == PRESENT, states[:, k] == ABSENT
        w1, w0 = weights[:, there], weights[:, not_there]
        present, absent = w1.sum(1), w0.sum(1)
        s1, s0 = scores[there, k], scores[not_there, k]
        above = (s1[:, None] > s0[None, :]) + 0.5 * (s1[:, None] == s0[None, :])
        nothing = (present == 0) | (absent == 0)
        area = ((w1 @ above) * w0).sum(1) / np.where(nothing, 1, present * absent)
        found[AREA].append(np.where(nothing, np.nan, area))
        for name, figure in _BY_THRESHOLD.items():
            cut = threshold(trained_on[0][:, k], trained_on[1][:, k], figure)
            value = figure(w1 @ (s1 > cut), w0 @ (s0 > cut), present, absent)
            found[name].append(np.where(nothing, np.nan, value))
    return {name: np.stack(columns, 1) for name, columns in found.items()}


def over_seeds(of_each: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The mean of several networks' figures."""
    return {name: np.mean([one[name] for one in of_each], axis=0) for name in of_each[0]}


def with_interval(values: np.ndarray, n: int) -> dict:
    """A figure of `metrics.intervals` from its value and those under redrawn patients behind it."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return {"value": float(values[0]), "low": float(low), "high": float(high), "n": n}
