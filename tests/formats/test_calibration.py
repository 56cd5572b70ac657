"""The calibration pulse: found at either end of a strip in any format by its shape, and nothing else is taken for it."""

import time

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.calibration import without_pulse
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

RATE = 500
SIGNAL = strip(seconds=10)[0].signal.astype(np.float64)
RNG = np.random.default_rng(4)


def pulse(height=1.0, plateau=0.2, line=0.1, rate=RATE, edge=0.0):
    """A line, a plateau and a line, in mV, shape (samples,)."""
    before, top = np.zeros(round(line * rate)), np.full(round(plateau * rate), height)
    slope = np.linspace(0, height, round(edge * rate) + 2)[1:-1]
    return np.concatenate([before, slope, top, slope[::-1], before])


def with_pulse(signal, added, at_start=False, noise=0.0):
    block = np.tile(added, (len(signal), 1)) + RNG.normal(0, 1, (len(signal), added.size)) * noise
    return np.hstack([block, signal] if at_start else [signal, block])


@pytest.mark.parametrize("at_start", [False, True])
@pytest.mark.parametrize(
    "added",
    [
        pulse(),
        pulse(0.5),
        pulse(2),
        pulse(plateau=0.1),
        pulse(edge=0.01),
        np.tile(pulse(), 3),
        pulse(line=0.05)[:-25],
    ],
)
def test_a_pulse_in_all_leads_is_found_to_the_sample(added, at_start):
    samples = SIGNAL.shape[1]
    first, last = without_pulse(with_pulse(SIGNAL, added[::-1] if at_start else added, at_start), RATE)
    assert last - first == samples and first == (added.size if at_start else 0)


def test_a_noisy_pulse_on_leads_with_offsets():
    signal = with_pulse(SIGNAL, pulse(), noise=0.008) + np.linspace(-0.4, 0.4, 12)[:, None]
    first, last = without_pulse(signal, RATE)
    assert first == 0 and abs(last - SIGNAL.shape[1]) <= 0.1 * RATE


@pytest.mark.parametrize("count", [1, 2])
def test_a_pulse_in_few_leads(count):
    first, last = without_pulse(with_pulse(SIGNAL[:count], pulse()), RATE)
    assert first == 0 and abs(last - SIGNAL.shape[1]) <= 2


@pytest.mark.parametrize(
    "added",
    [
        pulse(plateau=0.004),  # a pacing spike
        np.concatenate([np.zeros(50), np.full(200, 1.0)])[:60],  # not 40 ms of a plateau
        pulse(0.05),
        pulse(40),
        np.zeros(200),
        np.sin(np.linspace(0, np.pi, 200)),
    ],
)
def test_what_is_no_pulse_stays(added):
    signal = with_pulse(SIGNAL, added)
    assert without_pulse(signal, RATE) == (0, signal.shape[1])


def test_a_lead_that_fell_off_is_no_pulse():
    signal = SIGNAL.copy()
    signal[3, -400:] = 5.0
    assert without_pulse(signal, RATE) == (0, 5000)
    signal[:, -400:] = 3.0  # all leads at their rail, from wherever they were
    assert without_pulse(signal, RATE) == (0, 5000)


def test_steps_of_different_heights_are_no_pulse():
    signal = with_pulse(SIGNAL, pulse())
    signal[:, 5000:] *= np.linspace(0.5, 1.5, 12)[:, None]
    assert without_pulse(signal, RATE) == (0, signal.shape[1])


@pytest.mark.parametrize("suffix", [one.suffix for one in writers().values()])
@pytest.mark.parametrize("at_start", [False, True])
def test_every_format_leaves_the_pulse_out_and_says_so(tmp_path, suffix, at_start):
    recording = Recording(with_pulse(SIGNAL, pulse(), at_start), RATE)
    back = read_ecg(write_ecg(recording, tmp_path / f"x{suffix}"))
    assert back.samples == 5000
    np.testing.assert_allclose(back.signal, SIGNAL, atol=6e-4)
    where = "first" if at_start else "last"
    assert f"left out the calibration pulse in the {where} 0.4 s" in back.history


def test_real_recordings_have_none(real_data):
    packed = np.load(real_data / "real_ecg_8lead_500hz_uv.npz")
    high, low = packed["high"][:300], packed["low"][:300]
    for leads in np.cumsum((high.astype(np.int32) << 8) | low, axis=2) / 1000:
        assert without_pulse(leads, 500) == (0, leads.shape[1])
        assert without_pulse(leads[1:2], 500) == (0, leads.shape[1])


def test_the_rate_and_the_beats_of_a_real_file_is_that_of_the_device(real_data):
    recording = read_ecg(real_data / "cases" / "aecg_calibration_pulse.xml")
    assert recording.leads == LEADS and recording.duration == pytest.approx(10.6, abs=0.02)
    assert any(
        line.startswith("left out the calibration pulse in the last 0.4") for line in recording.history
    )
    measured = measure(recording)
    assert measured.heart_rate == pytest.approx(recording.device["heart rate"], abs=1)
    assert len(measured.beats) == 7


def test_a_long_flat_line_at_the_highest_rate_is_passed_quickly():
    signal = np.zeros((1, 40_000))
    signal[0, 5] = 0.4
    begin = time.process_time()
    assert without_pulse(signal, 10_000) == (0, 40_000)
    assert time.process_time() - begin < 0.5
