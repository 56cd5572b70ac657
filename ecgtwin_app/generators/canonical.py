"""What a generator draws, as every other part of the program expects a signal: twelve leads at 500 Hz."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, MODEL_RATE
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.i18n.message import Message


def canonical(signal: np.ndarray, spec: Spec) -> np.ndarray:
    """Twelve leads in canonical order at 500 Hz.

    Parameters
    ----------
    signal : ndarray, shape (leads, samples)
        Millivolts, leads and rate as `spec` says.

    Returns
    -------
    ndarray, shape (12, samples), float32
        All twelve leads as they were drawn; where III, aVR, aVL or aVF was not, all four are derived from I and II.
    """
    signal = resample_array(np.asarray(signal, np.float32), spec.rate, MODEL_RATE)
    if spec.leads == LEADS:
        return signal
    drawn = LEADS if set(LEADS) <= set(spec.leads) else INDEPENDENT_LEADS
    rows = signal[[spec.leads.index(name) for name in drawn]]
    return rows if drawn == LEADS else twelve_leads(rows)


def history_of(spec: Spec) -> tuple[str, ...]:
    """What `canonical` does to the samples, as a recording's history says it."""
    done = []
    if spec.rate != MODEL_RATE:
        done.append(Message("resampled {old_rate:g} Hz to {rate:g} Hz", old_rate=spec.rate, rate=MODEL_RATE))
    if not set(LEADS) <= set(spec.leads):
        done.append(Message("derived {leads} from I and II", leads="III, aVR, aVL, aVF"))
    return tuple(done)
