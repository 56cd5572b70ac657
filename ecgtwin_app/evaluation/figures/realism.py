"""Sets of twins against sets of real records of the same labels, rates, ages and sexes."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition
from ecgtwin_app.evaluation.metrics.clinical import QUANTITIES, features, quantity, standardised
from ecgtwin_app.evaluation.metrics.distances import FEWEST, frechet, over_floor, wasserstein
from ecgtwin_app.evaluation.metrics.intervals import bootstrap
from ecgtwin_app.evaluation.metrics.manifold import NEIGHBOURS, precision_recall
from ecgtwin_app.evaluation.metrics.memorisation import memorisation
from ecgtwin_app.evaluation.runs.real_set import RealSet

#: The part of the beat that shows each quantity; PR is the rhythm's, QT follows the rate in every condition.
_PART = {"QRS": "qrs", "R": "qrs", "S": "qrs", "T": "t", "QTc": "t"}
#: A median nearer to zero than this (ms, mV) has no meaningful ratio.
_SMALLEST = {"ms": 10.0, "mV": 0.1}


class RealSide:
    """The real records of every label that twins are drawn for.

    Attributes
    ----------
    rows : ndarray of int
        Into the real set; a record with two labels stands there twice.
    labels : ndarray of str
    """

    def __init__(self, real: RealSet, names: list[str]):
        parts = [(name, real.of_label(name)) for name in names]
        self.real = real
        self.rows = np.concatenate([rows for _, rows in parts]) if parts else np.zeros(0, int)
        self.labels = (
            np.concatenate([np.full(len(rows), name) for name, rows in parts]) if parts else np.zeros(0, str)
        )

    def quantity(self, name: str, label: str) -> np.ndarray:
        """One quantity of a label's records, without those where it could not be measured."""
        rows = self.rows[self.labels == label]
        return _known([quantity(self.real.rows[k]["measurements"], name) for k in rows])


def distributions(rows: list[dict], side: RealSide, seed: int) -> dict:
    """By label and quantity: Wasserstein distance over its floor, and the ratio of the medians.

    `changed` says whether the condition changes the quantity at all: where it does not, the ratio compares
    the references with other patients. The floor of a ratio is how far two halves of the real records differ: the middle 95 % of the ratio.
    """
    result: dict[str, dict] = {}
    for label in dict.fromkeys(row["name"] for row in rows):
        own = [row for row in rows if row["name"] == label and "failed" not in row]
        for name, (unit, *_) in QUANTITIES.items():
            ours = _known([quantity(row["measurements"], name) for row in own])
            real = side.quantity(name, label)
            if len(ours) < FEWEST or len(real) < FEWEST:
                continue
            entry = {
                "unit": unit,
                "distance": over_floor(wasserstein, ours, real, seed),
                "changed": _changed(label, name),
            }
            middle = float(np.median(real))
            if abs(middle) >= _SMALLEST[unit]:
                ratio = bootstrap(lambda a, b: np.median(a) / np.median(b), ours, real, seed=seed)
                entry["ratio"] = {**ratio, "floor": _ratio_floor(real, seed), "real_median": middle}
            result.setdefault(label, {})[name] = entry
    return result


def set_distances(
    rows: list[dict], encoded: np.ndarray, side: RealSide, real_encoded: np.ndarray, seed: int
) -> dict:
    """Fréchet distances in both feature spaces, precision, recall, density and coverage, over their floors.

    Parameters
    ----------
    rows : list of dict
        Twins that could be measured.
    encoded : ndarray, shape (twins, features)
        Of the encoder.
    real_encoded : ndarray, shape (real recordings, features)
    """
    groups = np.array([row["name"] for row in rows])
    spaces = {
        "encoder": (encoded, real_encoded[side.rows]),
        "clinical": (
            np.array([features(row["measurements"]) for row in rows]),
            np.array([features(side.real.rows[k]["measurements"]) for k in side.rows]),
        ),
    }
    result = {}
    for space, (ours, real) in spaces.items():
        ours, real = standardised([ours, real], real)
        result[f"frechet_{space}"] = over_floor(frechet, ours, real, seed, groups, side.labels)
        if space == "encoder" and len(rows) > NEIGHBOURS:
            for name in ("precision", "recall", "density", "coverage"):
                result[name] = over_floor(
                    lambda a, b, name=name: precision_recall(a, b)[name],
                    ours,
                    real,
                    seed,
                    groups,
                    side.labels,
                    10,
                )
    return result


def memorised(rows: list[dict], beats: np.ndarray, real: RealSet, seed: int) -> dict:
    """Distances to the nearest training record, of twins in sinus rhythm and of all twins.

    Parameters
    ----------
    beats : ndarray, shape (twins, 8, 500)
        Representative beats, mV.
    """
    usable, held_out = real.usable(), real.held_out()
    flat = real.beat.reshape(len(real.beat), -1)
    training = flat[usable[~held_out[usable]]].astype(np.float32)
    unseen = usable[held_out[usable]]
    beats = beats.reshape(len(beats), -1).astype(np.float32)
    sinus = np.array([row["name"] == NORMAL for row in rows], bool)
    normal = np.intersect1d(unseen, real.of_label(NORMAL))
    return {
        NORMAL: memorisation(beats[sinus], flat[normal].astype(np.float32), training, seed),
        "all": memorisation(beats, flat[unseen].astype(np.float32), training, seed),
    }


def _changed(label: str, name: str) -> bool:
    """Whether a condition changes a quantity; what it does not change stays the reference's in a twin."""
    condition = find_condition(label)
    if name in ("PR", "QT"):
        return name == "QT" or (condition.is_rhythm and condition.own_pr)
    return _PART[name.split()[0]] in condition.changes


def _known(values: list[float]) -> np.ndarray:
    known = np.array(values, float)
    return known[np.isfinite(known)]


def _ratio_floor(real: np.ndarray, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    half = len(real) // 2
    ratios = []
    for _ in range(200):
        order = rng.permutation(real)
        ratios.append(np.median(order[:half]) / np.median(order[half:]))
    return [float(x) for x in np.percentile(ratios, [2.5, 97.5])]
