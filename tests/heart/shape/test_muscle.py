"""Hypertrophy, strain, low voltage and large atria of virtual patients meet their published limits."""

from dataclasses import replace

import numpy as np
import pytest
from hearts import changed, normal_hearts, qrs_of

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.morphologies import Traits
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.shape.atrial_size import has_notch, right_atrial_enlargement, terminal_force
from ecgtwin_app.heart.shape.muscle import cornell_voltage, sokolow_voltage
from ecgtwin_app.heart.virtual_patient import simulate

I, II, V1, V4, V5, V6 = 0, 1, 2, 5, 6, 7
SEEDS = range(16)
LVH, STRAIN = "left ventricular hypertrophy", "left ventricular strain"
RVH, LOW = "right ventricular hypertrophy", "low voltage"
LAE, RAE = "left atrial enlargement", "right atrial enlargement"


@pytest.mark.parametrize("name", [LVH, STRAIN, RVH, LOW, LAE, RAE])
def test_severity_varies_and_marks_stay(patient, name):
    own, severities = patient.template, []
    for seed in SEEDS:
        template, parameters = changed(patient, name, seed=seed)
        severities.append(parameters["severity"])
        assert template.qt - template.qrs_duration == pytest.approx(own.qt - own.qrs_duration, abs=0.0011)
        assert template.qrs_duration < template.t_peak < template.qt
        assert 0 < template.p_peak < template.p_duration
    assert 0 <= min(severities) and max(severities) <= 1 and np.ptp(severities) > 0.3


@pytest.mark.parametrize("sex", ["F", "M", None])
def test_left_ventricular_hypertrophy_exceeds_a_voltage_limit_but_not_all_bounds(patient, sex):
    heart = replace(patient, traits=Traits(60, sex))
    voltages = []
    for seed in SEEDS:
        qrs = qrs_of(changed(heart, LVH, seed=seed)[0])
        limit = 2.0 if sex == "F" else 2.8
        assert sokolow_voltage(qrs) >= 3.5 or cornell_voltage(qrs) > limit
        voltages.append(sokolow_voltage(qrs))
    # The real records of the label reach a median near 4 mV and rarely 6.
    assert np.median(voltages) < 4.8 and max(voltages) < 6.5


def test_plain_hypertrophy_is_not_strained(patient):
    for seed in SEEDS:
        plain, _ = changed(patient, LVH, seed=seed)
        strained, _ = changed(patient, LVH, STRAIN, seed=seed)
        end = round((strained.qt - strained.qrs_duration) * 500)
        for lead, inverted in ((I, -0.07), (V6, -0.1)):
            st_t = strained.t[lead, strained.j_index :]
            assert st_t[30] < -0.035 and st_t[:end].min() < inverted
            assert plain.t[lead].max() > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_strain_slopes_down_slowly_and_returns_fast(patient, seed):
    template, _ = changed(patient, LVH, STRAIN, seed=seed)
    t = template.t[V6, template.j_index :]
    top = int(np.argmin(t))
    end = round((template.qt - template.qrs_duration) * 500)
    assert top > end - top
    assert t[30] > t[top] and np.all(np.diff(t[10:top:8]) < 0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_right_ventricular_hypertrophy(patient, seed):
    template, _ = changed(patient, RVH, seed=seed)
    qrs = qrs_of(template)
    assert qrs[V1].max() > 0.7 and qrs[V1].max() > -qrs[V1].min()
    assert 90 < qrs_axis(qrs) < 180
    assert -qrs[V6].min() > 0.1
    assert template.qrs_duration < 0.12


@pytest.mark.parametrize("seed", SEEDS)
def test_low_voltage_in_every_limb_lead(patient, seed):
    template, parameters = changed(patient, LOW, seed=seed)
    leads = twelve_leads(template.qrs)
    assert np.ptp(leads[:6], axis=1).max() < 0.46
    if parameters["chest leads below 1 mV"]:
        assert np.ptp(leads[6:], axis=1).max() < 1.0
    # The axis stays the patient's.
    assert qrs_axis(template.qrs) == pytest.approx(qrs_axis(patient.template.qrs), abs=0.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_left_atrial_enlargement(patient, seed):
    template, _ = changed(patient, LAE, seed=seed)
    assert template.p_duration >= 0.12
    assert has_notch(template.p[II], 0.01) or terminal_force(template.p[V1]) >= 0.004


@pytest.mark.parametrize("seed", SEEDS)
def test_right_atrial_enlargement(patient, seed):
    template, _ = changed(patient, RAE, seed=seed)
    assert template.p[II].max() >= 0.25
    assert template.p_duration == pytest.approx(patient.template.p_duration)
    # A vertical P: larger in aVF than in I.
    assert (template.p[II] - template.p[I] / 2).max() > template.p[I].max()


def test_both_atria_can_be_large(patient):
    for seed in SEEDS:
        template, _ = changed(patient, LAE, RAE, seed=seed)
        assert template.p_duration >= 0.12 and template.p[II].max() >= 0.25


def test_a_long_p_ends_before_its_qrs(patient):
    for seed in SEEDS:
        ecg = simulate(patient, (LAE,), 75, np.random.default_rng(seed))
        p_end, onsets = ecg.marks["P"][:, 2], ecg.marks["QRS"][:, 0]
        ahead = [onsets[onsets > end - 60].min() - end for end in p_end if (onsets > end - 60).any()]
        assert min(ahead) > 4


def test_a_beat_without_p_has_no_large_atrium(patient):
    without = replace(patient.template, p=np.zeros((8, 0), np.float32))
    with pytest.raises(EcgError, match="P wave"):
        right_atrial_enlargement(without, patient.lead_field, np.random.default_rng(1), patient.traits)


def test_real_hearts_meet_the_limits(real_data):
    tested = 0
    for k, heart in normal_hearts(real_data, slice(20, 34)):
        tested += 1
        qrs = qrs_of(changed(heart, RVH, seed=k)[0])
        assert qrs[V1].max() > 0.7 and qrs[V1].max() > -qrs[V1].min() and 85 < qrs_axis(qrs) < 180
        assert changed(heart, RAE, seed=k)[0].p[II].max() >= 0.25
        assert sokolow_voltage(qrs_of(changed(heart, LVH, seed=k)[0])) < 6.5
    assert tested >= 8
