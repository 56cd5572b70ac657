"""Limb leads that obey the lead laws to the bit, whichever of them are visible."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.leads import LIMB_LEADS, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS

LIMB = LEADS[:6]
_SHARES = np.array([LIMB_LEADS[lead] for lead in LIMB])


def with_laws(signal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Twelve leads whose filled limb leads follow the lead laws from those that are visible.

    At each moment one of three things holds. Two limb leads are visible: the others follow from them, and what was drawn
    is not needed. One is: what was drawn is moved by as little as makes it agree. None is: I and II as they were drawn.

    Parameters
    ----------
    signal : ndarray, shape (12, samples), float32
        Visible where the mask is False, drawn where it is True.
    mask : ndarray, shape (12, samples), bool

    Returns
    -------
    ndarray, shape (12, samples), float32
        Visible samples as they were.
    """
    hidden = mask[:6]
    if not hidden.any():
        return signal
    pair = signal[:2].astype(np.float64)
    patterns, which = np.unique(hidden, axis=1, return_inverse=True)
    which = np.ravel(which)
    for number, pattern in enumerate(patterns.T):
        at = which == number
        seen = np.flatnonzero(~pattern)
        if not pattern.any() or not seen.size or (not pattern[0] and not pattern[1]):
            continue
        shares = _SHARES[seen]
        # The least move of I and II that agrees with what is visible; with two leads it leaves no choice.
        wrong = signal[seen][:, at] - shares @ pair[:, at]
        pair[:, at] += np.linalg.pinv(shares) @ wrong
    ours = np.where(hidden[:2], pair.astype(np.float32), signal[:2])
    followed = twelve_leads(np.concatenate([ours, signal[6:]]))
    return np.where(mask, np.concatenate([followed[:6], signal[6:]]), signal)
