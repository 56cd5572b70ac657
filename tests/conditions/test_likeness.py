"""Lines of plausibility see what no criterion names, and leave alone what patients have."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.conditions.likeness import likeness, unlike
from ecgtwin_app.conditions.real_ranges import range_of
from ecgtwin_app.conditions.referee import is_plausible, judge, meets
from ecgtwin_app.conditions.verdict import PLAUSIBILITY
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.traits import returned, traits_of, turns_of
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.smoothing import gaussian
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


@pytest.fixture(scope="module")
def real():
    return read_ecg(example_path())


@pytest.fixture(scope="module")
def own(real):
    return measure(real)


def missed(recording, conditions, own=None):
    lines = unlike(likeness(measure(recording), conditions, own))
    assert all(verdict.kind == PLAUSIBILITY for verdict in lines)
    return {verdict.name for verdict in lines}


def changed(recording, change):
    eight = independent_leads(recording.signal).astype(np.float64).copy()
    return Recording(twelve_leads(change(eight).astype(np.float32)), recording.rate)


def test_a_turn_counts_from_its_height():
    wave = np.concatenate([np.linspace(0, 1, 20), np.linspace(1, -0.5, 20), np.linspace(-0.5, 0, 10)])
    assert len(turns_of(wave, 0.06)) == 2
    splinter = wave.copy()
    splinter[10:13] -= (0.05, 0.3, 0.05)
    assert len(turns_of(splinter, 0.06)) == 4
    assert len(turns_of(wave + 0.01 * np.sin(np.arange(50)), 0.06)) == 2


def test_a_vector_that_comes_back_to_the_line_between_two_parts():
    at = np.arange(60)
    one = np.exp(-0.5 * ((at - 30) / 8) ** 2)
    two = np.exp(-0.5 * ((at - 12) / 4) ** 2) + np.exp(-0.5 * ((at - 44) / 4) ** 2)
    assert returned(one) == 1.0
    assert returned(two) < 0.1
    assert returned(one + 0.02 * (at % 2)) > 0.5, "ripple is no part"


def test_the_real_example_is_like_itself_and_like_patients(real, own):
    assert missed(real, ["sinus rhythm"]) == missed(real, ["sinus rhythm"], own) == set()
    lines = judge(own, ["sinus rhythm"], reference=own)
    assert is_plausible(lines) and "looks as recordings of patients do" in {v.name for v in lines}


def test_a_clean_beat_copied_has_no_breath_and_no_noise(real, own):
    dominant = own.delineation.shapes[0]
    eight = np.zeros((8, real.signal.shape[1]))
    rows = [dominant.leads.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]
    beat = gaussian(dominant.signal[rows], 3.0) * np.hanning(dominant.signal.shape[1]) ** 0.1
    for at in range(50, eight.shape[1] - beat.shape[1], beat.shape[1]):
        eight[:, at : at + beat.shape[1]] = beat
    found = missed(Recording(twelve_leads(eight.astype(np.float32)), 500.0), ["sinus rhythm"], own)
    assert {"QRS height from beat to beat", "noise between the QRS"} <= found


def test_a_wave_that_no_patient_with_the_label_has_is_named_with_its_lead(own):
    high = replace(own, s_amplitude=own.s_amplitude | {"V5": 4.7})
    (line,) = unlike(likeness(high, ["right ventricular hypertrophy"]))
    assert line.name == "size of S in V5" and line.got == 4.7
    low = replace(own, p_amplitude=own.p_amplitude | {"V3": -0.35})
    assert "size of P in V3" in {v.name for v in unlike(likeness(low, ["left atrial enlargement"]))}
    assert unlike(likeness(low, ["left atrial enlargement"], low)) == [], "the patient has it already"


def test_plausibility_is_no_criterion(own):
    high = replace(own, s_amplitude=own.s_amplitude | {"V5": 4.7})
    lines = judge(high, ["sinus rhythm"], reference=own)
    assert not is_plausible(lines)
    assert meets(lines) == meets(judge(high, ["sinus rhythm"]))


def test_a_condition_speaks_only_of_what_it_changes():
    block, inverted = find_condition("left bundle branch block"), find_condition("T inversion")
    assert range_of("QRS", [block])[1] > 150
    assert range_of("R V5", [inverted]) == range_of("R V5", [])
    assert range_of("T V5", [inverted]) != range_of("T V5", [])
    assert range_of("T V3", [find_condition("hyperkalaemia")]) == (-np.inf, np.inf)
    for condition in load_vocabulary():
        low, high = range_of("turns V3", [condition])
        assert low < 3 <= high, condition.name


def test_an_added_wave_before_an_intact_qrs_returns(own):
    """A delta wave of 50 ms that ends before the patient's own QRS begins."""
    recording, onsets = strip(rate=70)

    def delta(eight):
        wave = 0.45 * np.sin(np.pi * np.arange(25) / 25) * np.ones((8, 1))
        for onset in onsets:
            at = round((onset - 0.05) * 500)
            if at > 0:
                eight[:, at : at + 25] += wave
        return eight

    assert traits_of(measure(changed(recording, delta)))["return"] < traits_of(measure(recording))["return"]
    assert "one onset of the QRS: its vector between two parts" in missed(
        changed(recording, delta), ["pre-excitation"]
    )
