"""Devices of a cohort: their band, rate and leads, said in the history, and refused where no device is so."""

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording


def tones(*frequencies) -> Recording:
    """Twelve leads, each the sum of some frequencies (Hz), 1 mV each."""
    at = np.arange(5000) / MODEL_RATE
    wave = sum(np.sin(2 * np.pi * frequency * at) for frequency in frequencies)
    return Recording(np.stack([wave] * 12), MODEL_RATE)


def share(recording: Recording, frequency: float) -> float:
    """How much of a tone of 1 mV is there, in the middle of the strip."""
    middle = recording.signal[0, recording.samples // 4 : -recording.samples // 4]
    at = np.arange(len(middle)) / recording.rate
    return float(2 * abs(np.mean(middle * np.exp(-2j * np.pi * frequency * at))))


def test_its_band_passes_and_nothing_else():
    out = Device("monitor", 500.0, 0.5, 40.0).record(tones(10, 120))
    assert share(out, 10) == pytest.approx(1, abs=0.02) and share(out, 120) < 0.02
    assert out.history == ("filtered without delay: 0.5 Hz high-pass, 40 Hz low-pass",)


def test_rate_and_leads_are_its_own():
    reference = strip(70)[0]
    out = Device("holter", 250.0, leads=("V5", "II")).record(reference)
    assert (out.rate, out.leads, out.signal.shape) == (250.0, ("V5", "II"), (2, 2500))
    assert np.abs(out.lead("II") - reference.lead("II")[::2]).max() < 0.05
    assert out.history[-2:] == ("resampled 500 Hz to 250 Hz", "took the leads V5, II")


def test_a_device_that_is_as_the_model_changes_nothing():
    reference = strip(70)[0]
    assert Device("cart").record(reference) is reference


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rate": 99.0}, "A device has 100 to 1000 samples a second, not 99."),
        ({"rate": float("nan")}, "A device has 100 to 1000 samples a second, not nan."),
        ({"low": 40.0, "high": 0.5}, "the lower one first"),
        ({"low": 1.0, "high": 1.0}, "the lower one first"),
        ({"high": float("inf")}, "two edges from 0.01 to 250 Hz"),
        ({"leads": ()}, f"some of {', '.join(LEADS)}, each once"),
        ({"leads": ("I", "I")}, "each once"),
        ({"leads": ("I", "X")}, "each once"),
    ],
)
def test_what_no_device_is(said, sentence):
    with pytest.raises(EcgError, match=sentence.replace("(", "[(]")):
        Device("none", **said)
