"""Between recordings and what the published networks read and write: leads' order, rate, patient's numbers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError

#: Their leads' order (that of MIMIC-IV-ECG, aVF before aVL), samples and length in seconds.
PUBLISHED_LEADS = ("I", "II", "III", "aVR", "aVF", "aVL", "V1", "V2", "V3", "V4", "V5", "V6")
PUBLISHED_SAMPLES, SECONDS = 1024, 10.0
PUBLISHED_RATE = PUBLISHED_SAMPLES / SECONDS
#: Mean and spread of heart rate (1/min) and age (years) in their training data.
HEART_RATE, AGE = (77.95, 20.37), (64.25, 17.13)
_SEX = {"F": 0.0, "M": 1.0}


def to_published(strip: np.ndarray) -> Tensor:
    """Twelve leads (12, 5000) at 500 Hz as their networks read them: (1, 12, 1024) mV at 102.4 Hz.

    Through the whole strip's spectrum, as their training data were made.
    """
    ordered = strip[[LEADS.index(name) for name in PUBLISHED_LEADS]]
    return torch.from_numpy(_fewer_samples(ordered, PUBLISHED_SAMPLES).astype(np.float32))[None]


def _fewer_samples(signal: np.ndarray, samples: int) -> np.ndarray:
    """As ``scipy.signal.resample(signal, samples, axis=1)`` to an even, smaller number, without scipy's linear algebra."""
    spectrum = np.fft.rfft(signal, axis=1)[:, : samples // 2 + 1]
    spectrum[:, -1] *= 2.0  # the highest frequency stands for its negative, too
    return np.fft.irfft(spectrum, samples, axis=1) * (samples / signal.shape[1])


def eight_leads(signal: np.ndarray) -> np.ndarray:
    """The leads I, II, V1 to V6 (…, 8, 1024) of their signal (…, 12, 1024).

    The four limb leads that they write as well are left out: nothing makes them agree with I and II, from which they
    follow exactly.
    """
    return signal[..., [PUBLISHED_LEADS.index(name) for name in INDEPENDENT_LEADS], :]


def patient_numbers(heart_rate: float, age: float | None, sex: str | None) -> Tensor:
    """(1, 3) of heart rate (1/min), age (years) and sex ("F" or "M") as their networks read them.

    Raises
    ------
    EcgError
        Age or sex is not known: the networks have no way to say so.
    """
    if age is None or sex not in _SEX:
        raise EcgError("The published generator needs the patient's age and sex; set them in the request.")
    scaled = [(value - mean) / spread for value, (mean, spread) in ((heart_rate, HEART_RATE), (age, AGE))]
    return torch.tensor([[*scaled, _SEX[sex]]])
