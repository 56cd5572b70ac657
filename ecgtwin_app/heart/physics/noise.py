"""What a recording holds besides the heart: the patient's own noise, made anew, and drawn disturbances."""

from __future__ import annotations

from functools import cache

import numpy as np

from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.ecg.signal.zero_phase import both_ways

#: Shares of strips with additional muscle noise, mains hum and baseline wander.
MUSCLE_SHARE, MAINS_SHARE, WANDER_SHARE = 0.3, 0.06, 0.5
#: Largest noise (mV, standard deviation) that a patient's own recording may lend.
LARGEST_OWN_NOISE = 0.12


#: Where a recording holds no heart: below the first, and above the second (Hz) but for the QRS and pacing spikes.
WANDER_BELOW, NOISE_ABOVE = 0.5, 35.0
#: Seconds around the middle of a QRS, and around a spike, that are not looked at above `NOISE_ABOVE`.
QRS_WINDOW, SPIKE_WINDOW = 0.24, 0.06


@cache
def _muscle_band():
    # Imported here: only training draws disturbances, and the import takes a second.
    from scipy.signal import butter

    return butter(2, [20, 120], "bandpass", fs=MODEL_RATE, output="sos")


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


def disturbances(rng: np.random.Generator, samples: int = MODEL_SAMPLES) -> np.ndarray:
    """Baseline wander, muscle noise and mains hum, each in a share of strips; (8, samples), mV.

    Sizes after the MIT-BIH Noise Stress Test recordings (Moody et al., Comput Cardiol 1984;11:381), the
    small end of them.
    """
    out = np.zeros((8, samples), np.float32)
    at = np.arange(samples, dtype=np.float32) / np.float32(MODEL_RATE)
    if rng.random() < WANDER_SHARE:
        size = rng.lognormal(np.log(0.03), 0.7)
        for frequency in (rng.uniform(0.05, 0.15), rng.uniform(0.18, 0.35), rng.uniform(0.3, 0.6)):
            wave = np.sin(2 * np.pi * frequency * at + rng.uniform(0, 2 * np.pi))
            out += (size * rng.normal(0, 0.6, 8)).astype(np.float32)[:, None] * wave[None]
    if rng.random() < MUSCLE_SHARE:
        size = rng.lognormal(np.log(0.008), 0.6) * rng.lognormal(0, 0.4, 8)
        from scipy.signal import sosfilt

        noise = sosfilt(_muscle_band(), rng.standard_normal((8, samples)).astype(np.float32), axis=1)
        burst = 1 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.05, 0.3) * at + rng.uniform(0, 2 * np.pi))
        out += (size[:, None] * burst * noise).astype(np.float32)
    if rng.random() < MAINS_SHARE:
        size = rng.lognormal(np.log(0.008), 0.5) * rng.normal(0, 1, 8)
        hum = np.sin(2 * np.pi * float(rng.choice([50.0, 60.0])) * at + rng.uniform(0, 2 * np.pi))
        out += size.astype(np.float32)[:, None] * hum[None]
    return out


def breathing(rng: np.random.Generator, samples: int = MODEL_SAMPLES) -> np.ndarray:
    """Respiratory modulation of amplitude and axis: a gain near 1 for each lead, (8, samples).

    A few per cent, not the same in every lead, since the heart turns under the electrodes (Bailon et
    al., IEEE Trans Biomed Eng 2006;53:1273).
    """
    at = np.arange(samples, dtype=np.float32) / np.float32(MODEL_RATE)
    depth = rng.lognormal(np.log(0.018), 0.5) * rng.normal(0.6, 0.7, 8)
    rate = rng.uniform(0.18, 0.33)
    wave = np.sin(2 * np.pi * rate * at + rng.uniform(0, 2 * np.pi)) + 0.3 * np.sin(
        4 * np.pi * rate * at + rng.uniform(0, 2 * np.pi)
    )
    return (1 + np.clip(depth, -0.1, 0.1).astype(np.float32)[:, None] * wave[None]).astype(np.float32)
