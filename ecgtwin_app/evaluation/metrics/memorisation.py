"""Memorisation: does a twin lie nearer to a training record than a real recording that no training saw does?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from ecgtwin_app.evaluation.metrics.intervals import bootstrap, share

#: Share of the unseen real records below whose distance a twin is called close.
CLOSE = 0.05


def nearest_distance(points: np.ndarray, training: np.ndarray, chunk: int = 256) -> np.ndarray:
    """Root mean square difference of each point (n, values) to the nearest of the training set."""
    parts = [cdist(points[i : i + chunk], training).min(axis=1) for i in range(0, len(points), chunk)]
    return np.concatenate(parts) / np.sqrt(points.shape[1]) if parts else np.zeros(0)


def nearest_strips(
    strips: np.ndarray, training: np.ndarray, patients: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The training strip nearest to each strip, at the shift in time that brings them nearest.

    The distance alone says little: a strip of low voltage is near to many. So that to the nearest strip of a second
    patient stands beside it: where one record was learned by heart, their ratio is small (after Carlini et al. 2023, arXiv
    2301.13188, who divide by the mean distance to fifty neighbours).

    Parameters
    ----------
    strips, training : ndarray, shape (n, leads, samples)
        In microvolts; shifted circularly.
    patients : sequence of str
        Of the training strips.

    Returns
    -------
    distance : ndarray
        Root mean square difference to the nearest.
    ratio : ndarray
        Of that to the nearest of a second patient.
    which : ndarray of int
        The nearest.
    """
    known, of_whom = training.astype(np.float32), np.asarray(patients)
    samples, size = known.shape[2], known[0].size
    spectra = np.fft.rfft(known).astype(np.complex64).conj()
    power = np.square(known).sum((1, 2))
    distance, ratio, which = np.zeros(len(strips)), np.zeros(len(strips)), np.zeros(len(strips), int)
    for k, strip in enumerate(np.asarray(strips, np.float32)):
        alike = np.fft.irfft(
            np.einsum("ls,nls->ns", np.fft.rfft(strip).astype(np.complex64), spectra), samples
        )
        squared = np.square(strip).sum() + power - 2 * alike.max(1)
        apart = np.sqrt(np.maximum(squared, 0) / size)
        which[k] = apart.argmin()
        distance[k] = apart[which[k]]
        second = apart[of_whom != of_whom[which[k]]].min(initial=np.inf)
        ratio[k] = distance[k] / second if second > 0 else 1.0
    return distance, ratio, which


def closer(ours: np.ndarray, floor: np.ndarray) -> dict:
    """The share of values below all but `CLOSE` of the floor's; about `CLOSE` where nothing is copied."""
    return share(ours < np.quantile(floor, CLOSE)) if len(ours) and len(floor) else share([])


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
        "closer": closer(ours, floor),
    }
