"""Hidden pieces of a lead, and fitting what is filled in to what is visible on both sides of it."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.signal.order import median

#: Seconds of the visible signal from which the level beside a piece is taken, so that noise counts little.
LEVEL = 0.05
#: Seconds of the visible signal whose median is its level, a beat's length.
USUAL_LEVEL = 0.8
#: Seconds within which what is left at the very edge fades away.
EDGE = 0.03
#: Seconds within which the level itself does, or as many as the piece has.
FADES = 4.0


def pieces(hidden: np.ndarray) -> np.ndarray:
    """Begin and end (n, 2) of the stretches of True in a row (samples,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hidden, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def near(columns: np.ndarray, rate: float) -> np.ndarray:
    """Columns (samples,) and those beside them from which the level is taken, bool."""
    reach = max(1, round(LEVEL * rate))
    return np.convolve(columns, np.ones(2 * reach + 1), "same") > 0.5


def lines(known: np.ndarray) -> np.ndarray:
    """Straight lines over time from one known sample to the next, level at the ends; 0 where none is known.

    Parameters
    ----------
    known : ndarray, shape (leads, samples)
        NaN where hidden.
    """
    found = np.array(known, dtype=np.float64)
    for lead in found:
        there = np.isfinite(lead)
        if not there.any():
            lead[:] = 0
        elif not there.all():
            lead[~there] = np.interp(np.flatnonzero(~there), np.flatnonzero(there), lead[there])
    return found


def level_lines(known: np.ndarray, rate: float) -> np.ndarray:
    """The same from one side's level to the other's, so that no wave that is cut off is drawn out."""
    found, reach = lines(known), max(1, round(USUAL_LEVEL * rate))
    for row, lead in zip(found, known, strict=True):
        there = np.isfinite(lead)
        for start, stop in pieces(~there):
            sides = [lead[max(0, start - reach) : start], lead[stop : stop + reach]]
            levels = [median(one[np.isfinite(one)]) for one in sides if np.isfinite(one).any()]
            if levels:
                row[start:stop] = np.linspace(levels[0], levels[-1], stop - start)
    return found


def joined(known: np.ndarray, filled: np.ndarray, rate: float) -> np.ndarray:
    """A guess moved so that it goes on from what is known beside it, without a step.

    Parameters
    ----------
    known : ndarray, shape (leads, samples)
        NaN where hidden.
    filled : ndarray, shape (leads, samples)
        The guess of what is hidden and of what lies close beside it.
    rate : float
        Hz.

    Returns
    -------
    ndarray, shape (leads, samples)
        `known` where it is known.
    """
    hidden, difference = np.isnan(known), known - filled
    moved = np.where(hidden, filled, known)
    level, edge = max(1, round(LEVEL * rate)), max(1, round(EDGE * rate))
    for row, of_lead, apart in zip(moved, hidden, difference, strict=True):
        for start, stop in pieces(of_lead):
            at = np.arange(1, stop - start + 1)
            before, after = apart[max(0, start - level) : start], apart[stop : stop + level][::-1]
            for side, distance in ((before, at), (after, at[::-1])):
                row[start:stop] += _faded(side, distance, edge, FADES * rate)
    return moved


def _faded(side: np.ndarray, distance: np.ndarray, edge: int, slowly: float) -> np.ndarray:
    """What to add at a distance from a visible side: its level fades slowly, what is left at its last sample at once."""
    # Another piece may end close by.
    gaps = np.flatnonzero(np.isnan(side))
    side = side[gaps[-1] + 1 :] if len(gaps) else side
    if not len(side):
        return np.zeros(len(distance))
    level = float(np.mean(side))
    # Where the piece is short, what comes from the other side ends here.
    end = min(edge, len(distance) + 1)
    longer = 1 - fade(distance, 0, min(slowly, len(distance) + 1))
    return level * longer + (side[-1] - level) * (1 - fade(distance, 0, end))
