"""The laws between the leads.

Einthoven's law and Goldberger's augmented leads: III = II - I, aVR = -(I + II)/2, aVL = I - II/2,
aVF = II - I/2. Eight leads are therefore independent (I, II, V1 to V6) and the other four exact. Of a
recording with fewer leads, any two limb leads give the other four.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, Recording

#: Each limb lead as shares of I and II.
LIMB_LEADS = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
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


def basis(recording: Recording) -> tuple[tuple[str, ...], np.ndarray]:
    """The leads of a recording that do not follow from each other, and their rows.

    I, II and V1 to V6 where they are all there, and nothing else. Of a recording with fewer leads: I and II where
    any two limb leads give them, or the one limb lead there is; then all others, whatever they are called.
    """
    if recording.leads == LEADS:
        return INDEPENDENT_LEADS, independent_leads(recording.signal)
    if all(name in recording.leads for name in INDEPENDENT_LEADS):
        return INDEPENDENT_LEADS, np.stack([recording.lead(name) for name in INDEPENDENT_LEADS])
    limb = [name for name in LIMB_LEADS if name in recording.leads]
    chest = [name for name in LEADS if name in recording.leads and name not in limb]
    others = [name for name in recording.leads if name not in LEADS]
    rows = [recording.lead(name) for name in (*chest, *others)]
    if len(limb) < 2:
        return (*limb, *chest, *others), np.stack([*map(recording.lead, limb), *rows])
    # I and II themselves where they are there; else what fits the others best.
    given = ["I", "II"] if "I" in limb and "II" in limb else limb
    shares = np.linalg.pinv(np.array([LIMB_LEADS[name] for name in given]))
    pair = shares @ np.stack([recording.lead(name) for name in given]).astype(np.float64)
    return ("I", "II", *chest, *others), np.stack([*pair, *rows])


def derivable(leads: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the rows that `with_limb_leads` makes of these leads."""
    return (*LIMB_LEADS, *leads[2:]) if leads[:2] == ("I", "II") else leads


def with_limb_leads(signal: np.ndarray, leads: tuple[str, ...]) -> np.ndarray:
    """The rows of a `basis` with the limb leads that follow from I and II, where those lead it.

    Parameters
    ----------
    signal : ndarray, shape (..., leads, samples)
    leads : tuple of str
        As `basis` names them.
    """
    return twelve_leads(signal) if leads[:2] == ("I", "II") else signal


def lead_law_residual(signal: np.ndarray) -> float:
    """The largest contradiction between the limb leads, in the signal's unit.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
    """
    signal = np.asarray(signal, dtype=np.float64)
    return float(np.max(np.abs(signal - twelve_leads(independent_leads(signal)))))
