"""What a recording holds besides the heart: the patient's own noise, made anew."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.ecg.signal.zero_phase import both_ways

#: Where a recording holds no heart: below the first, and above the second (Hz) but for the QRS and pacing spikes.
WANDER_BELOW, NOISE_ABOVE = 0.5, 35.0
#: Seconds around the middle of a QRS, and around a spike, that are not looked at above `NOISE_ABOVE`.
QRS_WINDOW, SPIKE_WINDOW = 0.24, 0.06


def same_spectrum(residual_spectrum: np.ndarray, rng: np.random.Generator, samples: int) -> np.ndarray:
    """New noise with the power and cross spectra of a residual, not a copy of it.

    Every frequency gets one random phase for all leads (Prichard & Theiler, Phys Rev Lett 1994;73:951),
    so that what the leads share stays shared.

    Parameters
    ----------
    residual_spectrum : ndarray, shape (8, samples // 2 + 1), complex
        `numpy.fft.rfft` of the residual.
    """
    phase = rng.uniform(0, 2 * np.pi, residual_spectrum.shape[1])
    return np.fft.irfft(residual_spectrum * np.exp(1j * phase), samples, axis=1).astype(np.float32)


def beside_the_heart(signal: np.ndarray, qrs: np.ndarray, spikes: np.ndarray) -> np.ndarray:
    """A recording's baseline wander and its noise from muscle, mains and amplifier, whatever its rhythm.

    Only bands without heart are read, so that neither fibrillation waves nor an odd beat count as noise; noise
    between 0.5 and 35 Hz is not seen.

    Parameters
    ----------
    signal : ndarray, shape (8, samples)
        Millivolts at 500 Hz.
    qrs, spikes : ndarray of int
        Samples in the middle of every QRS, and of pacing spikes.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts; the gaps around the QRS are empty, and the rest as much larger.
    """
    slow = both_ways(signal, MODEL_RATE, high=WANDER_BELOW, padding=int(MODEL_RATE / WANDER_BELOW))
    # A strip that does not end where it began would smear over all frequencies.
    slow -= np.linspace(0, 1, slow.shape[1]) * (slow[:, -1:] - slow[:, :1]) + slow[:, :1]
    slow -= slow.mean(axis=1, keepdims=True)
    heart = np.zeros(signal.shape[1], bool)
    for samples, window in ((qrs, QRS_WINDOW), (spikes, SPIKE_WINDOW)):
        half = round(window / 2 * MODEL_RATE)
        for at in np.asarray(samples, int):
            heart[max(at - half, 0) : at + half] = True
    fast = both_ways(signal, MODEL_RATE, low=NOISE_ABOVE, padding=9) * ~heart
    return (slow + fast / np.sqrt(max(1 - heart.mean(), 0.05))).astype(np.float32)
