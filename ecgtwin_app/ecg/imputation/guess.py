"""The best simple guess of what is hidden of twelve leads, and the simple ways it is made of."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.imputation.beats import Beats, find_beats, in_sight, laid, predicted
from ecgtwin_app.ecg.imputation.laws import lawful, solved
from ecgtwin_app.ecg.imputation.regression import regressed, steady, wander
from ecgtwin_app.ecg.imputation.seams import joined, lines
from ecgtwin_app.ecg.signal.leads import independent_leads

#: Straight lines over time; the sum of other leads; the usual beat at its times; the best of them for each sample.
LINES, REGRESSION, TEMPLATE, BEST = WAYS = ("lines", "regression", "template", "best")


def guess(
    signal: np.ndarray, mask: np.ndarray, rate: float, way: str = BEST, beats: Beats | None = None
) -> np.ndarray:
    """Twelve leads with what is hidden filled in.

    Where two limb leads are in sight the others are no guess (see `laws`). `BEST` fills a lead that is hidden while others
    are in sight by the sum of those, to which the usual beat of the lead is added as far as the recording shows that it
    helps; a span of all leads, and what follows the end, by the usual beat at the predicted times.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
        Millivolts, canonical order. What is hidden is not read and may be anything.
    mask : ndarray, shape (12, samples), bool
        What is to be filled.
    rate : float
        Hz.
    way : str
        One of `WAYS`.
    beats : Beats, optional
        Beats of the recording where they are known already; those in sight are used.

    Returns
    -------
    ndarray, shape (12, samples), float32
        What is visible is unchanged, bit by bit; the laws between leads hold in what is filled.

    Raises
    ------
    ValueError
        The arrays are of other shapes, or the way is none.
    """
    if way not in WAYS:
        raise ValueError(f"no way is called {way!r}")
    known = solved(signal, mask)
    eight = independent_leads(known)
    if not np.isnan(eight).any():
        return lawful(signal, mask, eight)
    if way == LINES:
        return lawful(signal, mask, lines(eight))
    flat = steady(known, rate)
    filled = regressed(known, flat, rate)
    if way != REGRESSION:
        usual = _usual(known, flat, filled, rate, beats)
        filled = usual if way == TEMPLATE else regressed(known, flat, rate, usual)
    filled = filled + independent_leads(wander(known, flat))
    return lawful(signal, mask, joined(eight, filled, rate))


def _usual(
    known: np.ndarray, flat: np.ndarray, filled: np.ndarray, rate: float, beats: Beats | None
) -> np.ndarray:
    """The usual beat (8, samples) at the beats in sight and at those expected; `filled` is a first guess."""
    columns = np.asarray(np.isfinite(known).any(axis=0))
    hidden = np.isnan(independent_leads(known))
    own = independent_leads(flat)
    if beats is None:
        found = find_beats(np.where(hidden, filled, own), columns, rate)
    else:
        found = in_sight(beats, columns, rate)
    return laid(own, hidden, found, predicted(found, columns, rate), rate)
