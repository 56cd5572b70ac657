"""What the laws between the limb leads say of hidden samples, and keeping to them in what is filled in.

At each sample any two limb leads give all six: what is recovered so is no guess. With one alone in sight the other four
and it still have to agree; with none of them I and II are free.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.ecg.signal.leads import LIMB_LEADS, independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS

#: Each limb lead (rows) as shares of I and II, in the order of the twelve leads.
SHARES = np.array([LIMB_LEADS[name] for name in LEADS[:6]])
_LIMB, _WEIGHTS = len(SHARES), 1 << np.arange(len(SHARES))


def solved(signal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """All that is known for certain.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
        Canonical order. What is hidden is not read.
    mask : ndarray, shape (12, samples), bool
        What is hidden. A visible sample that is no finite number is taken for hidden.

    Returns
    -------
    ndarray, shape (12, samples), float64
        The visible samples, limb leads that follow from two others, and NaN elsewhere.
    """
    hidden = unknown(signal, mask)
    known = np.where(hidden, np.nan, signal).astype(np.float64)
    for columns, seen in _patterns(hidden[:_LIMB]):
        if len(seen) > 1:
            limbs = SHARES @ _pair(known[:, columns], seen)
            known[:_LIMB, columns] = np.where(hidden[:_LIMB, columns], limbs, known[:_LIMB, columns])
    return known


def unknown(signal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What is hidden, and what is no number: shape (12, samples), bool; `ValueError` for other shapes."""
    signal, mask = np.asarray(signal), np.asarray(mask, dtype=bool)
    if signal.ndim != 2 or signal.shape[0] != len(LEADS) or mask.shape != signal.shape:
        raise ValueError("signal and mask are arrays (12, samples)")
    return mask | ~np.isfinite(np.where(mask, 0, signal))


def lawful(signal: np.ndarray, mask: np.ndarray, independent: np.ndarray) -> np.ndarray:
    """Twelve leads of which the hidden samples are as near to a guess as the laws between leads let them be.

    Parameters
    ----------
    signal, mask
        As in `solved`.
    independent : ndarray, shape (8, samples)
        A guess of I, II and V1 to V6; what is visible is not read.

    Returns
    -------
    ndarray, shape (12, samples), float32
        Visible samples are those of `signal`, bit by bit.
    """
    hidden = unknown(signal, mask)
    seen_values = np.where(hidden, 0, signal).astype(np.float64)
    made = np.empty(hidden.shape)
    made[_LIMB:] = independent[2:]
    for columns, seen in _patterns(hidden[:_LIMB]):
        pair = np.array(independent[:2, columns], dtype=np.float64)
        if len(seen) > 1:
            pair = _pair(seen_values[:, columns], seen)
        elif len(seen):
            share = SHARES[seen[0]]
            pair += share[:, None] * (seen_values[seen[0], columns] - share @ pair) / (share @ share)
        made[:_LIMB, columns] = SHARES @ pair
    return np.where(hidden, made.astype(np.float32), np.asarray(signal, dtype=np.float32))


def _patterns(hidden: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Columns that show the same limb leads, and which those are."""
    codes = _WEIGHTS @ hidden
    for code in np.unique(codes):
        yield np.flatnonzero(codes == code), np.flatnonzero(~(code & _WEIGHTS).astype(bool))


def _pair(signal: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """I and II of at least two limb leads: themselves where they are there, else what fits the others best."""
    given = seen[:2] if seen[0] == 0 and seen[1] == 1 else seen
    return np.linalg.pinv(SHARES[given]) @ signal[given]


def independent_mask(mask: np.ndarray) -> np.ndarray:
    """Which samples of I, II and V1 to V6 (8, samples) no law gives, by a mask (12, samples)."""
    two = (~mask[:_LIMB]).sum(axis=0) > 1
    found = independent_leads(mask).copy()
    found[:2] &= ~two
    return found
