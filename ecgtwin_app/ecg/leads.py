"""The laws between the leads.

Einthoven's law and Goldberger's augmented leads: III = II - I, aVR = -(I + II)/2, aVL = I - II/2,
aVF = II - I/2. Eight leads are therefore independent (I, II, V1 to V6) and the other four exact.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, LEADS

_INDEPENDENT_ROWS = [LEADS.index(name) for name in INDEPENDENT_LEADS]


def twelve_leads(independent: np.ndarray) -> np.ndarray:
    """All twelve leads from the eight independent ones.

    Parameters
    ----------
    independent : ndarray, shape (..., 8, samples)
        I, II, V1 to V6 in millivolts.

    Returns
    -------
    ndarray, shape (..., 12, samples)
        Canonical order, same type.
    """
    one, two = independent[..., 0, :], independent[..., 1, :]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.concatenate([np.stack(limb, axis=-2), independent[..., 2:, :]], axis=-2)


def independent_leads(signal: np.ndarray) -> np.ndarray:
    """The rows I, II, V1 to V6 of a canonical twelve-lead array (..., 12, samples)."""
    return signal[..., _INDEPENDENT_ROWS, :]


def lead_law_residual(signal: np.ndarray) -> float:
    """The largest contradiction between the limb leads, in the signal's unit.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
    """
    signal = np.asarray(signal, dtype=np.float64)
    return float(np.max(np.abs(signal - twelve_leads(independent_leads(signal)))))
