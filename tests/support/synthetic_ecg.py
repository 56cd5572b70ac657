"""ECG strips drawn from bumps whose beginnings and ends are known to the sample."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording

RATE = 500.0

#: The parts of a beat: start and end (ms from the QRS onset) and amplitudes (mV) in I, II, V1 to V6.
NORMAL = (
    (0, 26, (-0.06, -0.05, 0.15, 0.2, 0.2, 0.1, -0.1, -0.1)),
    (18, 66, (0.7, 1.0, -0.2, 0.2, 0.7, 1.5, 1.4, 1.0)),
    (50, 90, (-0.05, -0.1, -0.9, -1.2, -0.9, -0.4, -0.2, -0.1)),
)
LBBB = (
    (0, 90, (0.6, 0.5, -0.9, -1.0, -0.7, 0.2, 0.7, 0.8)),
    (50, 150, (0.6, 0.4, -0.8, -1.1, -0.9, 0.2, 0.7, 0.8)),
)
RBBB = (
    (0, 40, (0.3, 0.4, 0.25, 0.3, 0.4, 0.5, 0.4, 0.3)),
    (20, 75, (0.6, 0.7, -0.4, -0.6, 0.2, 1.0, 1.1, 0.9)),
    (65, 145, (-0.3, -0.2, 0.7, 0.5, 0.1, -0.2, -0.3, -0.35)),
)
PVC = (
    (0, 100, (0.8, 1.2, -1.3, -1.6, -1.2, -0.6, 0.3, 0.6)),
    (60, 160, (0.5, 0.9, -1.0, -1.2, -0.9, -0.5, 0.2, 0.4)),
)
P_AMPLITUDES = np.array((0.08, 0.13, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06))
T_AMPLITUDES = np.array((0.2, 0.3, -0.05, 0.4, 0.4, 0.35, 0.3, 0.25))
T_LBBB = np.array((-0.2, -0.1, 0.35, 0.45, 0.3, -0.1, -0.25, -0.25))
T_PVC = np.array((-0.3, -0.4, 0.5, 0.6, 0.4, 0.2, -0.1, -0.2))


def bump(signal: np.ndarray, start: float, end: float, amplitudes, at: float) -> None:
    """Add a raised cosine from `start` to `end` ms after `at` s to every lead."""
    first, last = round((at + start / 1000) * RATE), round((at + end / 1000) * RATE)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(last - first + 1) / (last - first))
    low, high = max(first, 0), min(last + 1, signal.shape[1])
    if high > low:
        signal[:, low:high] += np.asarray(amplitudes)[:, None] * wave[low - first : high - first]


def strip(
    rate: float = 72.0,
    pr: float | None = 160.0,
    p: float = 100.0,
    qt: float = 380.0,
    parts=NORMAL,
    t=T_AMPLITUDES,
    onsets=None,
    ectopic=(),
    st: np.ndarray | None = None,
    noise: float = 0.005,
    seconds: float = 10.0,
    seed: int = 1,
) -> tuple[Recording, np.ndarray]:
    """A strip and the QRS onsets (s) in it.

    Parameters
    ----------
    rate : float
        1/min, when `onsets` are not given.
    pr, p, qt : float
        Milliseconds; without P when `pr` is None.
    parts, t
        Shape of the QRS and amplitudes of T.
    onsets : sequence of float or None
        QRS onsets, s.
    ectopic : collection of int
        Which beats are premature ventricular ones.
    st : ndarray or None
        Elevation at the J point in the eight leads, mV; falls to 0 at the end of T.
    noise : float
        Standard deviation, mV.
    """
    random = np.random.default_rng(seed)
    signal = random.normal(0, noise, (8, round(seconds * RATE)))
    onsets = np.arange(0.4, seconds - 0.1, 60 / rate) if onsets is None else np.asarray(onsets)
    for k, onset in enumerate(onsets):
        shape, repolarisation = (PVC, T_PVC) if k in ectopic else (parts, t)
        for start, end, amplitudes in shape:
            bump(signal, start, end, amplitudes, onset)
        width = max(end for _, end, _ in shape)
        bump(signal, width + 60, qt if k not in ectopic else qt + 60, repolarisation, onset)
        if st is not None:
            j, end = round((onset + width / 1000) * RATE), round((onset + qt / 1000) * RATE)
            j = min(j, signal.shape[1])
            end = min(end, signal.shape[1])
            first = max(0, j - 4)
            signal[:, first:j] += np.asarray(st)[:, None] * np.linspace(0, 1, j - first, endpoint=False)
            signal[:, j:end] += np.asarray(st)[:, None] * (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, end - j)))
        if pr is not None and k not in ectopic:
            bump(signal, -pr, -pr + p, P_AMPLITUDES, onset)
    return Recording(twelve_leads(signal), RATE), onsets


def fibrillating(seconds: float = 10.0, seed: int = 1, rr_cv: float = 0.3) -> Recording:
    """Irregular beats without P over fibrillatory waves of 0.05 mV."""
    random = np.random.default_rng(seed)
    gaps = np.clip(random.normal(0.75, 0.75 * rr_cv, 40), 0.42, 1.4)
    onsets = 0.3 + np.cumsum(gaps)
    onsets = onsets[onsets < seconds - 0.2]
    recording, _ = strip(pr=None, onsets=onsets, seconds=seconds, seed=seed)
    time = np.arange(recording.samples) / RATE
    waves = np.zeros((8, time.size))
    # Two wandering sources, each with its own place and a rate that drifts between 4 and 9 Hz.
    for spread in ((0.4, 0.8, 1.0, 0.7, 0.4, 0.3, 0.3, 0.3), (0.6, -0.3, 0.5, 0.8, 0.6, -0.2, -0.4, -0.4)):
        drift = np.convolve(random.normal(0, 1, time.size + 200), np.ones(201) / 14, "valid")
        phase = 2 * np.pi * (random.uniform() + np.cumsum(np.clip(6.5 + 1.5 * drift, 4, 9)) / RATE)
        waves += 0.05 * np.outer(spread, np.sin(phase) + 0.3 * np.sin(2 * phase))
    return Recording(recording.signal + twelve_leads(waves), RATE)
