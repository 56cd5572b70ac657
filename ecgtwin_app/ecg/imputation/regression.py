"""A hidden lead as a weighted sum of the visible ones.

The weights are those of least squares over the samples of the same recording where the lead is in sight. They begin from
the population's, which count as `PRIOR` seconds of it: where the lead is nowhere in sight those are all there is. Both are
second moments of the eight independent leads, so that any set of visible leads is served by one table.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np

from ecgtwin_app.ecg.imputation.laws import SHARES
from ecgtwin_app.ecg.imputation.seams import level_lines, lines, near
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.resources import resource_path

#: Hz below which a lead tells nothing of another: each electrode's baseline wanders by itself.
LOWEST = 0.5
#: Seconds of recording that the population counts for, and the share of a lead's own power that is noise to the others.
PRIOR, NOISE = 0.3, 1e-3
#: A file of `resources/`, made by `python -m ecgtwin_app.training.cases.lead_moments`.
TABLE = "imputation/lead_moments.json"
_EIGHT = len(INDEPENDENT_LEADS)


@cache
def population_moments() -> np.ndarray:
    """Second moments (8, 8) of I, II and V1 to V6 over the training patients, each patient's of trace 1."""
    return np.array(json.loads(resource_path(TABLE).read_text(encoding="utf-8"))["moments"])


def steady(known: np.ndarray, rate: float) -> np.ndarray:
    """Leads (rows, samples) without their baseline's wander, hidden pieces bridged by lines."""
    return both_ways(level_lines(known, rate), rate, low=LOWEST, padding=int(2 * rate))


def wander(known: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """The baseline's wander in leads of which `steady` made `flat`, by straight lines where they are hidden."""
    return lines(known - flat)


def regressed(
    known: np.ndarray, flat: np.ndarray, rate: float, usual: np.ndarray | None = None
) -> np.ndarray:
    """Each hidden sample of the independent leads from those of other leads at the same time.

    Parameters
    ----------
    known : ndarray, shape (12, samples)
        See `laws.solved`.
    flat : ndarray, shape (12, samples)
        What `steady` makes of it.
    rate : float
        Hz.
    usual : ndarray, shape (8, samples), optional
        The usual beat in each lead at its times: one more that the sum is made of, where the recording shows how far it
        is to be trusted.

    Returns
    -------
    ndarray, shape (8, samples)
        Without the baseline's wander: the guess of what is hidden and of what is visible close beside it, so that it can
        be moved there; elsewhere what is visible. 0 where no lead is in sight, or the usual beat where it is known.
    """
    hidden, seen = np.isnan(independent_leads(known)), ~np.isnan(known)
    found = np.array(independent_leads(flat))
    codes = (1 << np.arange(len(known))) @ seen
    for code in np.unique(codes[hidden.any(axis=0)]):
        rows = _predictors(seen[:, np.argmax(codes == code)])
        for target in np.flatnonzero(hidden[:, codes == code].all(axis=1)):
            own = codes == code
            columns = own | (near(own, rate) & ~hidden[target])
            guessed = np.zeros(columns.sum()) if usual is None else usual[target, columns]
            if rows:
                weights = _weights(flat, seen, rows, target, rate, usual)
                of_usual = weights[len(rows) :].sum()
                guessed = weights[: len(rows)] @ flat[rows][:, columns] + of_usual * guessed
            found[target, columns] = guessed
    return found


def _predictors(seen: np.ndarray) -> list[int]:
    """Visible rows of the twelve that do not follow from each other."""
    limb = [row for row in range(len(SHARES)) if seen[row]]
    limb = [0, 1] if len(limb) > 1 else limb
    return [*limb, *(row for row in range(len(SHARES), len(seen)) if seen[row])]


def _weights(flat, seen, rows, target, rate, usual) -> np.ndarray:
    """Of the rows, and of the usual beat where the target is known for long enough to say."""
    own = target if target < 2 else target + len(SHARES) - 2
    times = seen[own] & seen[rows].all(axis=0)
    count = int(times.sum())
    features = flat[rows][:, times]
    if usual is not None and count > rate:
        features = np.vstack([features, usual[target, times]])
    of_features, of_target = features @ features.T, features @ flat[own, times]
    a = np.array([_functional(row) for row in rows])
    prior = population_moments()
    power = np.mean(flat[rows] ** 2, axis=1).sum() / max(np.trace(a @ prior @ a.T), 1e-12)
    prior = prior * power * PRIOR * rate
    size = len(rows)
    of_features[:size, :size] += a @ prior @ a.T
    of_target[:size] += a @ prior[:, target]
    noise = NOISE * np.diag(of_features).mean() + 1e-12
    return np.linalg.solve(of_features + noise * np.eye(len(of_features)), of_target)


def _functional(row: int) -> np.ndarray:
    """A row of the twelve as a sum of the eight."""
    found = np.zeros(_EIGHT)
    if row < len(SHARES):
        found[:2] = SHARES[row]
    else:
        found[row - len(SHARES) + 2] = 1
    return found
