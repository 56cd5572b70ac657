"""Flutter waves of a tenth of a millivolt beside full T waves are found, and P and T are not taken for them."""

import numpy as np
import pytest
from synthetic_ecg import RATE, T_AMPLITUDES, fibrillating, strip

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.ecg.delineation.delineate import delineate
from ecgtwin_app.ecg.delineation.flutter import IN_PLACE_OF_P, find_flutter
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ui.jobs.reading import measured

#: Height of the waves in I, II, V1 to V6 against II.
SPREAD = np.array((0.1, -1.0, 0.5, 0.25, 0.1, 0.0, -0.1, -0.2))


def fluttering(rate: float, conducted, height: float, t: float = 1.0) -> Recording:
    """A sawtooth (1/min, mV peak to peak in II) under beats with T; how many waves come to each QRS, in turn."""
    period = 60 / rate
    turns = np.cumsum(np.resize(conducted, 60))
    onsets = 0.3 + period * np.concatenate([[0], turns])
    recording, _ = strip(pr=None, onsets=onsets[onsets < 9.9], t=t * T_AMPLITUDES, qt=370)
    phase = (np.arange(recording.samples) / RATE / period) % 1
    saw = np.where(phase < 0.65, phase / 0.65, (1 - phase) / 0.35) - 0.5
    return Recording(recording.signal + twelve_leads(np.outer(height * SPREAD, saw)), RATE)


@pytest.mark.parametrize("rate", [245, 270, 300, 335])
@pytest.mark.parametrize("conducted", [(3,), (4,), (3, 4, 2, 4)])
def test_small_waves_beside_a_full_t(rate, conducted):
    found = find_flutter(delineate(fluttering(rate, conducted, 0.1)))
    assert found.regular and found.rate == pytest.approx(rate, abs=3)
    assert found.to_a_qrs == pytest.approx(np.median(conducted), abs=0.6)


@pytest.mark.parametrize("rate", [245, 300, 335])
def test_two_waves_to_a_qrs(rate):
    found = find_flutter(delineate(fluttering(rate, (2,), 0.2, t=0.3)))
    assert found.regular and found.two_to_one and found.rate == pytest.approx(rate, abs=3)


@pytest.mark.parametrize("rate", [55, 63, 72, 81, 90, 99, 110])
@pytest.mark.parametrize("pr", [130, 180, 240])
def test_p_and_t_that_fit_such_a_rate_are_no_flutter(rate, pr):
    for t in (0.3, 1.0):
        recording, _ = strip(rate=rate, pr=pr, p=90, qt=min(380, 0.6 * 60000 / rate + 60), t=t * T_AMPLITUDES)
        assert not find_flutter(delineate(recording)).regular


def test_fibrillation_is_no_flutter():
    assert not any(find_flutter(delineate(fibrillating(seed=seed))).regular for seed in range(8))


def test_the_referee_asks_what_p_and_t_would_explain():
    names = [v.name for v in judge(fluttering(300, (4,), 0.1), ["atrial flutter"]) if v.met]
    assert {"flutter rate", "residual, flutter waves against P and T"} <= set(names)
    sinus = judge(strip(rate=75)[0], ["atrial flutter"])
    assert [v.met for v in sinus][:1] == [False]


def test_of_a_recording_in_flutter_no_p_is_told():
    """A wave that happens to stand before each QRS is no P; the window and the command line say why there is none."""
    recording = fluttering(280, (4,), 0.25, t=0.5)
    found = measure(recording)
    assert meets(judge(found, ["atrial flutter"]))
    values = measured(recording)[1]
    for key in ("pr", "p_duration", "p_axis", "p_before_qrs"):
        assert values[key] is None and values["reasons"][key] == IN_PLACE_OF_P
    assert set(values["p_amplitude"].values()) == {None}
    assert values["atrial_rate"] == pytest.approx(280, abs=3)
    assert values["qrs"] == pytest.approx(found.qrs, rel=1e-3)


def test_a_sinus_rhythm_keeps_its_p():
    values = measured(strip(rate=70)[0])[1]
    assert values["pr"] is not None and values["p_before_qrs"] == 1
