"""The mains' line in a recording: 50 or 60 Hz, with the size and phase that wander as they do."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import MODEL_RATE

FREQUENCIES = (50.0, 60.0)
#: A line stands out of its surroundings by this factor of power, in the loudest lead, or there is none.
STANDS_OUT = 8.0
#: Half the width (Hz) of the line, and of what it is compared with.
LINE, AROUND = 0.4, 4.0


def mains_of(signal: np.ndarray) -> np.ndarray:
    """The mains' line in eight leads; zeros where none stands out.

    Parameters
    ----------
    signal : ndarray, shape (8, samples)
        Millivolts at 500 Hz, without beats.

    Returns
    -------
    ndarray, shape (8, samples)
    """
    samples = signal.shape[1]
    spectrum = np.fft.rfft(signal, axis=1)
    at = np.fft.rfftfreq(samples, 1 / MODEL_RATE)
    power = np.abs(spectrum) ** 2
    kept = np.zeros(len(at))
    for frequency in FREQUENCIES:
        away = np.abs(at - frequency)
        line, around = away <= LINE, (away > 2 * LINE) & (away <= AROUND)
        if not around.any():
            continue
        ratio = power[:, line].mean(axis=1) / np.maximum(power[:, around].mean(axis=1), 1e-15)
        if ratio.max() >= STANDS_OUT:
            kept += np.clip((LINE - away) / (0.25 * LINE) + 1, 0, 1)
    return np.fft.irfft(spectrum * kept, samples, axis=1) if kept.any() else np.zeros_like(signal)
