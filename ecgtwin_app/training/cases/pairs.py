"""Which recordings go together: two of one patient, a reference and a target."""

from __future__ import annotations

import numpy as np

#: Share of draws that are two recordings of one patient, and that have the target as its own reference; the
#: rest have no reference, so that the model also knows the condition in nobody in particular.
PAIRED, OWN = 0.6, 0.2
NOBODY = -1


class PairDraw:
    """Pairs of a collection, drawn by patient: one with two hundred recordings counts as one with two.

    Parameters
    ----------
    patient : ndarray, shape (records,), int64
    weights : ndarray, shape (records,)
        How often a recording is drawn as a target where it needs no second one.
    """

    def __init__(self, patient: np.ndarray, weights: np.ndarray):
        self._order = np.argsort(patient, kind="stable")
        _, self._start, self._count = np.unique(patient[self._order], return_index=True, return_counts=True)
        self._several = np.flatnonzero(self._count > 1)
        self._edges = np.cumsum(weights, dtype=np.float64)

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return len(self._count)

    @property
    def patients_with_several(self) -> int:
        """How many of them have two recordings or more."""
        return len(self._several)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Rows of references (`NOBODY` for none) and of targets, `count` each."""
        kind = rng.random(count)
        targets = np.searchsorted(self._edges, rng.random(count) * self._edges[-1], "right")
        references = np.where(kind < PAIRED + OWN, targets, NOBODY)
        paired = np.flatnonzero(kind < PAIRED) if len(self._several) else np.zeros(0, int)
        references[paired], targets[paired] = self._two(rng.choice(self._several, len(paired)), rng)
        return references, targets

    def contrast(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Two rows each of `count` different patients, or of all if there are fewer.

        Patients with one recording fill up; their two rows are the same.
        """
        several = rng.permutation(self._several)[:count]
        left = min(count, self.patients) - len(several)
        if left == 0:
            return self._two(several, rng)
        singles = rng.permutation(np.flatnonzero(self._count == 1))[:left]
        single_rows = self._order[self._start[singles]]
        a, b = self._two(several, rng)
        return np.concatenate([a, single_rows]), np.concatenate([b, single_rows])

    def _two(self, patients: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Two different recordings of each patient, in either order."""
        count = self._count[patients]
        first = (rng.random(len(patients)) * count).astype(int)
        second = (first + 1 + (rng.random(len(patients)) * (count - 1)).astype(int)) % count
        return self._order[self._start[patients] + first], self._order[self._start[patients] + second]
