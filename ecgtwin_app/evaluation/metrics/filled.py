"""What is filled in of a recording, beside what was there: errors, timing, and whether bands hold the truth."""

from __future__ import annotations

import numpy as np

#: So near (s) a beat that is filled in has to be to a true one to be the same beat.
SAME_BEAT = 0.25
#: The largest deflection of a lead is looked for within so many seconds of the R.
AROUND_R = 0.06


def errors(true: np.ndarray, filled: np.ndarray, hidden: np.ndarray) -> dict[str, float]:
    """Mean size of the error (µV) over what is hidden, and correlation, mean over the leads that have any hidden.

    Parameters
    ----------
    true, filled : ndarray, shape (leads, samples)
        mV.
    hidden : ndarray, shape (leads, samples), bool
    """
    correlations = []
    for one, other, there in zip(true, filled, hidden, strict=True):
        if there.any() and one[there].std() > 1e-6:
            flat = other[there].std() < 1e-6
            correlations.append(0.0 if flat else float(np.corrcoef(one[there], other[there])[0, 1]))
    return {
        "mae": 1000 * float(np.abs(filled - true)[hidden].mean()),
        "correlation": float(np.mean(correlations)) if correlations else float("nan"),
    }


def crps(true: np.ndarray, draws: np.ndarray) -> float:
    """Continuous ranked probability score (µV), mean over values; of a single draw the mean size of its error.

    Of the fair kind, which does not punish that draws are few (Ferro 2014, Q J R Meteorol Soc 140:1917).

    Parameters
    ----------
    true : ndarray, shape (values,)
        mV.
    draws : ndarray, shape (draws, values)
    """
    count = len(draws)
    error = np.abs(draws - true).mean(axis=0)
    if count > 1:
        ordered = np.sort(draws, axis=0)
        weights = 2 * np.arange(1, count + 1) - count - 1
        error = error - (weights[:, None] * ordered).sum(axis=0) / (count * (count - 1))
    return 1000 * float(error.mean())


def within_band(true: np.ndarray, draws: np.ndarray, percentiles: tuple[float, float]) -> float:
    """Share of values within the band between two percentiles of the draws."""
    low, high = np.percentile(draws.astype(np.float64), percentiles, axis=0, method="weibull")
    return float(np.mean((true >= low) & (true <= high)))


def beats_apart(true: np.ndarray, found: np.ndarray) -> tuple[float | None, int]:
    """Of true beats (s) that are found: how far off they are (ms, mean); and how many are missed or found besides."""
    if not len(true) or not len(found):
        return None, len(true) + len(found)
    distance = np.abs(true[:, None] - found[None])
    same = (distance.argmin(axis=1)[:, None] == np.arange(len(found))) & (
        distance.argmin(axis=0)[None] == np.arange(len(true))[:, None]
    )
    matched = distance[same & (distance < SAME_BEAT)]
    off = 1000 * float(matched.mean()) if len(matched) else None
    return off, len(true) + len(found) - 2 * len(matched)


def peaks_apart(
    true: np.ndarray, filled: np.ndarray, hidden: np.ndarray, beats: np.ndarray, rate: float
) -> float | None:
    """How far (ms, mean) the largest deflection of each hidden lead is off at the known beats (samples)."""
    reach, found = round(AROUND_R * rate), []
    for one, other, there in zip(true, filled, hidden, strict=True):
        for beat in beats:
            part = slice(max(0, beat - reach), beat + reach + 1)
            if there[part].all() and there[part].size > reach:
                found.append(abs(int(np.abs(one[part]).argmax()) - int(np.abs(other[part]).argmax())))
    return 1000 / rate * float(np.mean(found)) if found else None
