"""The recorder: what a device leaves of a strip, fitted to a recording and applied to what is drawn.

An electrocardiograph is coupled by a high-pass of 0.05 Hz or more, so that the mean of ten seconds is all but zero; it
lets pass what lies below 40, 100 or 150 Hz, has a noise of its own, and counts in steps of some microvolts
(Kligfield et al., AHA/ACC/HRS 2007 part I).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.resources import resource_path

#: Steps (microvolts) of common devices; and how many of the samples have to stand on one.
STEPS = (10.0, 9.765625, 5.0, 4.8828125, 4.88, 4.0, 3.75, 2.5, 2.44140625, 2.0, 1.25, 1.0)
ON_A_STEP = 0.995
#: Bands (Hz) of the noise floor, above the heart; its blocks (samples), and the share of blocks that are quieter:
#: the QRS takes up a fifth of a strip, and more when it is fast.
BANDS = ((40.0, 100.0), (100.0, 150.0), (150.0, 240.0))
BLOCK, QUIET_PERCENTILE = 20, 25
#: Edges (Hz) that are looked for, and what the noise above an edge has at most of the noise from 30 to 45 Hz (power).
EDGES = (40.0, 70.0, 100.0, 150.0, 200.0)
NOTHING_ABOVE = 0.003
#: A filter's own slope, as a share of its edge.
SLOPE = 0.25
#: Noise is added where less than this share of the floor is there.
LACKING = 0.9


@dataclass(frozen=True, eq=False)
class Recorder:
    """A device.

    Attributes
    ----------
    baseline : ndarray, shape (8,)
        Mean of each lead over ten seconds, mV.
    edge : float or None
        Nothing passes above it, Hz; None where all of 250 Hz passes.
    floor : ndarray, shape (8, 3)
        Noise in the quiet parts by lead and band of `BANDS`, mV (root mean square).
    step : float
        Of its counts, microvolts; 0 where there is none to be seen.
    """

    baseline: np.ndarray
    edge: float | None
    floor: np.ndarray
    step: float

    def record(self, strip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The strip as this device gives it.

        Parameters
        ----------
        strip : ndarray, shape (8, samples)
            I, II, V1 to V6, millivolts at 500 Hz. The other limb leads are to be derived afterwards: then the lead
            laws hold to the last digit.
        rng : numpy.random.Generator

        Returns
        -------
        ndarray, shape (8, samples), float32
        """
        out = np.asarray(strip, np.float64)
        out = out - out.mean(axis=1, keepdims=True) + self.baseline[:, None]
        if self.edge is not None:
            out = _low_pass(out, self.edge)
        out = out + self._lacking(out, rng)
        if self.step:
            step = self.step / 1000
            out = np.round(out / step) * step
        return out.astype(np.float32)

    def _lacking(self, strip, rng):
        """Noise for the bands in which the strip has less than the device."""
        have = noise_floor(strip)
        more = np.sqrt(np.maximum(self.floor**2 - have**2, 0)) * (have < LACKING * self.floor)
        if not more.any():
            return 0.0
        spectrum = np.fft.rfft(rng.standard_normal(strip.shape), axis=1)
        at = np.fft.rfftfreq(strip.shape[1], 1 / MODEL_RATE)
        size = np.zeros_like(spectrum, dtype=float)
        for k, (low, high) in enumerate(BANDS):
            inside = (at >= low) & (at < high)
            noise = np.fft.irfft(spectrum * inside, strip.shape[1], axis=1)
            size += inside * (more[:, k] / np.maximum(_quiet(noise), 1e-12))[:, None]
        return np.fft.irfft(spectrum * size, strip.shape[1], axis=1)


def recorder_of(signal: np.ndarray) -> Recorder:
    """The device that made a recording.

    Parameters
    ----------
    signal : ndarray, shape (8, samples)
        Millivolts at 500 Hz, as it was read, without missing samples.
    """
    signal = np.asarray(signal, np.float64)
    return Recorder(signal.mean(axis=1), _edge(signal), noise_floor(signal), step_of(signal))


def drawn_recorder(rng: np.random.Generator) -> Recorder:
    """A device drawn from those that made 64 recordings of the training patients, for a patient without a recording."""
    device = _devices()[int(rng.integers(len(_devices())))]
    baseline = rng.normal(0, device["baseline"] / 1000, 8)
    return Recorder(baseline, device["edge"], np.array(device["floor"]) / 1000, device["step"])


@cache
def _devices() -> list[dict]:
    """Fitted by `recorder_of`; baseline and floor in microvolts."""
    return json.loads(resource_path("recorders.json").read_text(encoding="utf-8"))


def noise_floor(signal: np.ndarray) -> np.ndarray:
    """Noise (mV, root mean square) in the quiet parts of each lead, by band of `BANDS`; (8, 3)."""
    spectrum = np.fft.rfft(signal, axis=1)
    at = np.fft.rfftfreq(signal.shape[1], 1 / MODEL_RATE)
    bands = [
        np.fft.irfft(spectrum * ((at >= low) & (at < high)), signal.shape[1], axis=1) for low, high in BANDS
    ]
    return np.stack([_quiet(band) for band in bands], axis=1)


def _quiet(band):
    blocks = band[:, : band.shape[1] // BLOCK * BLOCK].reshape(len(band), -1, BLOCK)
    return np.sqrt(np.percentile(np.mean(blocks**2, axis=2), QUIET_PERCENTILE, axis=1))


def step_of(signal: np.ndarray) -> float:
    """The device's step in microvolts, as far as the file tells; 0 where the samples stand on none."""
    counts = np.unique(np.asarray(signal, np.float64) * 1000)
    # Many files were rounded to whole microvolts on their way.
    whole = np.mean(np.abs(counts - np.round(counts)) < 0.01) >= ON_A_STEP
    for step in STEPS:
        slack = 0.51 if whole and step > 2 else 0.01
        if np.mean(np.abs(counts - step * np.round(counts / step)) <= slack) >= ON_A_STEP:
            return step
    return 0.0


def _edge(signal):
    """The lowest edge above which there is nothing but rounding."""
    at = np.fft.rfftfreq(BLOCK * 5, 1 / MODEL_RATE)
    length = BLOCK * 5
    blocks = signal[:, : signal.shape[1] // length * length].reshape(len(signal), -1, length)
    blocks = blocks - blocks.mean(axis=2, keepdims=True)
    power = np.abs(np.fft.rfft(blocks * np.hanning(length), axis=2)) ** 2
    power = np.median(np.percentile(power, QUIET_PERCENTILE, axis=1), axis=0)
    rounding = 1.5 * step_of(signal) ** 2 / 12e6 * np.sum(np.hanning(length) ** 2)
    below = np.mean(power[(at >= 25) & (at < 40)])
    for edge in EDGES:
        above = power[at >= (1 + SLOPE) * edge]
        if np.mean(above) <= max(NOTHING_ABOVE * below, rounding):
            return edge
    return None


def _low_pass(signal, edge):
    # Continued through its end points: a strip that does not end where it began would ring at both.
    pad = round(MODEL_RATE / 2)
    before = 2 * signal[:, :1] - signal[:, pad:0:-1]
    after = 2 * signal[:, -1:] - signal[:, -2 : -pad - 2 : -1]
    longer = np.concatenate([before, signal, after], axis=1)
    at = np.fft.rfftfreq(longer.shape[1], 1 / MODEL_RATE)
    share = np.clip((at - edge) / (SLOPE * edge), 0, 1)
    spectrum = np.fft.rfft(longer, axis=1) * (0.5 + 0.5 * np.cos(np.pi * share))
    return np.fft.irfft(spectrum, longer.shape[1], axis=1)[:, pad:-pad]
