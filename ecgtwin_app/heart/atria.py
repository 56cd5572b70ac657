"""Atrial activity that is no P wave: fibrillatory waves."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.recording import MODEL_RATE, MODEL_SAMPLES

#: Mean size of f waves in I, II, V1 to V6 against V1: largest in V1 and the inferior leads (Petrutiu
#: et al., Europace 2007;9:466; Meo et al., Comput Biol Med 2013).
F_WAVE_PATTERN = np.array([0.3, 0.75, 1.0, 0.65, 0.45, 0.35, 0.35, 0.35])
#: Dominant frequency, Hz, and amplitude (half of peak to peak in V1), mV: fine to coarse.
F_WAVE_RATE = (4.2, 8.5)
F_WAVE_AMPLITUDE = (0.02, 0.11)


def fibrillation_waves(rng: np.random.Generator, samples: int = MODEL_SAMPLES) -> np.ndarray:
    """Fibrillatory waves in eight leads.

    The sawtooth model of Stridh & Sörnmo (IEEE Trans Biomed Eng 2001;48:105): a fundamental and its
    harmonics, modulated in amplitude and frequency, here with two slowly wandering sources so that
    the leads do not all move together.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts.
    """
    amplitude = np.exp(rng.uniform(*np.log(F_WAVE_AMPLITUDE)))
    # Coarse waves are slower than fine ones.
    share = np.clip(
        1 - (amplitude - F_WAVE_AMPLITUDE[0]) / np.ptp(F_WAVE_AMPLITUDE) + rng.normal(0, 0.25), 0, 1
    )
    rate = F_WAVE_RATE[0] + share * (F_WAVE_RATE[1] - F_WAVE_RATE[0])
    at = np.arange(samples) / MODEL_RATE
    out = np.zeros((8, samples), np.float32)
    for source in range(2):
        wander = _slow(rng, at, 0.9) + 0.5 * _slow(rng, at, 0.25)
        frequency = rate * (1 + 0.02 * source) * (1 + 0.1 * wander)
        phase = 2 * np.pi * np.cumsum(frequency) / MODEL_RATE + rng.uniform(0, 2 * np.pi)
        phase = np.remainder(phase, 2 * np.pi).astype(np.float32)
        size = (1 + 0.38 * _slow(rng, at, 0.6)).astype(np.float32)
        pattern = (
            F_WAVE_PATTERN * rng.lognormal(0, 0.25, 8) * (1.0 if source == 0 else rng.normal(0, 0.55, 8))
        )
        lag = 0.35 * rng.standard_normal(8)
        harmonics = rng.uniform(0.25, 0.55)
        # Each lead lags a little; sin(n (phase + lag)) is mixed from the phase's own sine and cosine.
        for n, share in ((1, 1.0), (2, 0.5 * harmonics), (3, 0.33 * harmonics**2)):
            gain = (amplitude * share * pattern)[:, None] * np.stack(
                [np.cos(n * lag), np.sin(n * lag)], axis=1
            )
            turning = np.stack([np.sin(n * phase), np.cos(n * phase)])
            out += gain.astype(np.float32) @ (size * turning)
    return out


def _slow(rng, at, frequency):
    """A slow random course of about unit size: three sines around `frequency` (Hz)."""
    # Drawn coarsely and joined: nothing in it is faster than 1.3 Hz.
    coarse = np.arange(0, at[-1] + 0.06, 0.02)
    course = np.zeros_like(coarse)
    for _ in range(3):
        course += np.sin(2 * np.pi * frequency * rng.uniform(0.4, 1.4) * coarse + rng.uniform(0, 2 * np.pi))
    return np.interp(at, coarse, course / np.sqrt(1.5) / 1.4)
