"""What the network sees of a recording: ten seconds of the eight independent leads, 100 Hz, 0.5 to 40 Hz."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.leads import basis
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.ecg.signal.zero_phase import both_ways

RATE, SAMPLES = 100.0, 1000
#: Hz. Every recorder passes these, and recordings of 100 Hz hold them too.
BAND = (0.5, 40.0)
#: No heart reaches that voltage (mV): what does is an artefact, and must not drown the rest.
LARGEST = 6.0


def strips_of(recording: Recording, most: int = 3) -> np.ndarray | None:
    """The network's inputs.

    Parameters
    ----------
    recording : Recording
    most : int
        A longer recording is seen in up to so many strips, spread evenly.

    Returns
    -------
    ndarray, shape (strips, 8, 1000), float32, mV, or None
        None where a lead or ten seconds are missing.
    """
    leads, signal = basis(recording)
    if leads != INDEPENDENT_LEADS or recording.duration < SAMPLES / RATE - 1e-6:
        return None
    seen = as_seen(signal, recording.rate)
    count = min(most, seen.shape[1] // SAMPLES)
    starts = np.linspace(0, seen.shape[1] - SAMPLES, count).round().astype(int)
    return np.stack([seen[:, start : start + SAMPLES] for start in starts])


def as_seen(signal: np.ndarray, rate: float) -> np.ndarray:
    """Leads (8, samples) in millivolts at any rate as the network sees them: 100 Hz, `BAND`, float32."""
    signal = np.nan_to_num(np.asarray(signal, np.float64), posinf=0.0, neginf=0.0)
    low, high = BAND
    seen = both_ways(resample_array(signal, rate, RATE), RATE, low=low, high=high, padding=200)
    return np.clip(seen, -LARGEST, LARGEST).astype(np.float32)
