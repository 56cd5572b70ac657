"""How well the recogniser tells labels apart on patients that nothing was fitted to."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN
from ecgtwin_app.training.cases.real_labels import LabelledRecords
from ecgtwin_app.training.networks.recogniser import DECAY, FOLDS, Fitted

#: Draws of a bootstrap over patients.
DRAWS = 1000


def about_training(records: LabelledRecords, seed: int) -> dict:
    """What it was fitted to."""
    patients = {name for name, out in zip(records.patients, records.held_out, strict=True) if not out}
    return {
        "records": int((~records.held_out).sum()),
        "patients": len(patients),
        "databases": sorted(set(records.databases)),
        "folds": FOLDS,
        "decay": DECAY,
        "seed": seed,
    }


def measured(fitted: Fitted, records: LabelledRecords) -> list[dict]:
    """By label, on held-out patients: how many have it, AUC with its interval, sensitivity and false claims.

    Beside them the AUC on training patients that the layer judged had never seen, which has more positives.
    """
    figures = []
    trained = fitted.trained
    for column, name in enumerate(trained.labels):
        states, shares = records.column(name), fitted.unseen[:, column]
        rows = np.flatnonzero(records.held_out & (states != UNKNOWN))
        with_it, share = states[rows] == PRESENT, shares[rows]
        claimed = share >= trained.thresholds[name].claims
        others = np.flatnonzero(~records.held_out & (states != UNKNOWN))
        figures.append(
            {
                "name": name,
                "positive": int(with_it.sum()),
                "negative": int((~with_it).sum()),
                "auc": _rounded(auc(share, with_it)),
                "interval": interval(share, with_it, np.array(records.patients)[rows]),
                "sensitivity": _rounded(claimed[with_it].mean() if with_it.any() else None),
                "false_claims": _rounded(claimed[~with_it].mean() if (~with_it).any() else None),
                "auc_unseen_training": _rounded(auc(shares[others], states[others] == PRESENT)),
                "positive_training": int((states[others] == PRESENT).sum()),
            }
        )
    return figures


def auc(shares: np.ndarray, with_it: np.ndarray) -> float | None:
    """Area under the ROC curve: how often one with the label is given more than one without; None without both."""
    one, other = shares[with_it], np.sort(shares[~with_it])
    if not len(one) or not len(other):
        return None
    below, upto = np.searchsorted(other, one, "left"), np.searchsorted(other, one, "right")
    return float((below + upto).sum() / (2 * len(one) * len(other)))


def interval(shares: np.ndarray, with_it: np.ndarray, patients: np.ndarray) -> list[float] | None:
    """95 % interval of the AUC by a bootstrap over patients; None with fewer than five who have the label."""
    if with_it.sum() < 5:
        return None
    rng = np.random.default_rng(0)
    names, member = np.unique(patients, return_inverse=True)
    rows = [np.flatnonzero(member == k) for k in range(len(names))]
    found = []
    for _ in range(DRAWS):
        some = np.concatenate([rows[k] for k in rng.integers(0, len(names), len(names))])
        if (value := auc(shares[some], with_it[some])) is not None:
            found.append(value)
    low, high = np.quantile(found, [0.025, 0.975])
    return [round(float(low), 3), round(float(high), 3)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)
