"""A device is known by what it leaves of a strip, and leaves the same of another."""

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.leads import lead_law_residual, twelve_leads
from ecgtwin_app.heart.physics.recorder import Recorder, drawn_recorder, noise_floor, recorder_of, step_of
from ecgtwin_app.heart.virtual_patient import simulate


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(0, 0.01, (8, 5000))


@pytest.mark.parametrize("step", [5.0, 4.8828125, 2.5, 1.0])
def test_the_step_of_a_device_is_found(noise, step):
    assert step_of(np.round(noise * 1000 / step) * step / 1000) == step


def test_a_step_is_found_behind_rounding_to_microvolts(noise):
    counted = np.round(noise * 5000 / 4.88) * 4.88
    assert step_of(np.round(counted) / 1000) in (4.88, 4.8828125)


def test_samples_on_no_step_have_none(noise):
    assert step_of(noise) == 0


def test_what_is_recorded_has_the_mean_the_steps_and_the_noise_of_the_device(noise):
    device = Recorder(np.linspace(-0.004, 0.004, 8), None, np.full((8, 3), 0.004), 5.0)
    beats = np.zeros((8, 5000))
    beats[:, 100::400] = 1.0
    strip = device.record(beats + 0.08, np.random.default_rng(1))
    assert np.allclose(strip.mean(axis=1), device.baseline, atol=0.0005)
    assert step_of(strip) == 5.0
    assert np.all(noise_floor(strip) > 0.7 * 0.004)
    assert lead_law_residual(twelve_leads(strip)) <= 1e-5


def test_nothing_passes_above_the_edge():
    rng = np.random.default_rng(2)
    device = Recorder(np.zeros(8), 100.0, np.zeros((8, 3)), 0.0)
    strip = device.record(rng.normal(0, 0.02, (8, 5000)), rng)
    power = np.abs(np.fft.rfft(strip, axis=1)) ** 2
    at = np.fft.rfftfreq(5000, 1 / 500)
    assert power[:, at > 130].mean() < 1e-3 * power[:, at < 90].mean()
    assert recorder_of(strip).edge == 100.0


def test_noise_that_is_there_already_is_not_added_again(noise):
    device = recorder_of(noise)
    assert np.allclose(
        noise_floor(device.record(noise, np.random.default_rng(3))), noise_floor(noise), rtol=0.05
    )


def test_a_virtual_strip_is_recorded_by_the_device_of_its_recording(patient):
    ecg = simulate(patient, ("sinus rhythm",), 70, np.random.default_rng(5))
    assert np.allclose(ecg.signal.mean(axis=1), patient.recorder.baseline, atol=0.001)
    ratio = noise_floor(ecg.signal)[:, 0] / patient.recorder.floor[:, 0]
    assert 0.7 < np.median(ratio) < 1.5
    # Nothing of it is the straight line at zero that lay between drawn beats.
    assert np.mean(np.diff(ecg.signal, axis=1) == 0) < 0.2


def test_a_drawn_device_is_one_of_the_table():
    drawn = [drawn_recorder(np.random.default_rng(seed)) for seed in range(20)]
    assert len({device.floor.tobytes() for device in drawn}) > 5
    assert all(np.abs(device.baseline).max() < 0.1 and device.floor.max() < 0.06 for device in drawn)
