"""Infarction and ischaemia of virtual patients: criteria, territory by territory, and nothing else changed."""

import numpy as np
import pytest

from ecgtwin_app.heart.morphologies import Traits
from ecgtwin_app.heart.physics.activation import paced_to
from ecgtwin_app.heart.physics.leads_shown import (
    CONTIGUOUS,
    at_geometric_rank,
    contiguous,
    geometric_rank,
    q_duration,
    qrs_leads,
    r_exceeds_s,
    st_levels,
    t_amplitudes,
)
from ecgtwin_app.heart.shape.stemi import ANTERIOR, INFERIOR, SHAPES, j_limit
from ecgtwin_app.heart.virtual_patient import simulate, transform

SEEDS = range(40)
INFERIOR_LEADS = ("II", "III", "aVF")
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
NAMES = (
    *("old anterior infarct", "old inferior infarct", "anterior STEMI", "inferior STEMI"),
    *("ST depression", "T inversion"),
)


def cases(patient, *conditions):
    """The changed beat and what the last condition drew, for every seed."""
    for seed in SEEDS:
        beat, drawn = transform(patient, conditions, np.random.default_rng(seed))
        yield beat, drawn[conditions[-1]]


def shown(patient, name, beat):
    """Whether the beat meets the criterion of the condition."""
    st, t, qrs = st_levels(beat), t_amplitudes(beat), qrs_leads(beat)
    if name == "old anterior infarct":
        return any(q_duration(qrs[lead]) >= 0.02 for lead in ("V2", "V3"))
    if name == "old inferior infarct":
        return sum(q_duration(qrs[n]) >= 0.04 and qrs[n][:20].min() <= -0.1 for n in INFERIOR_LEADS) >= 2
    if name == "anterior STEMI":
        limits = {n: j_limit(k, patient.traits.age, patient.traits.sex) for k, n in enumerate(CHEST, 2)}
        return contiguous({n for n in CHEST if st[n] >= limits[n]})
    if name == "inferior STEMI":
        return sum(st[n] >= 0.1 for n in INFERIOR_LEADS) >= 2
    if name == "ST depression":
        later = st_levels(beat, 0.06)
        return contiguous({n for n in st if n != "aVR" and max(st[n], later[n]) <= -0.05})
    return contiguous({n for n in t if n != "aVR" and t[n] <= -0.1 and r_exceeds_s(qrs[n])})


@pytest.mark.parametrize("name", NAMES)
def test_every_case_meets_its_criterion_and_the_patient_does_not(patient, name):
    assert not shown(patient, name, patient.template)
    assert all(shown(patient, name, beat) for beat, _ in cases(patient, name))


@pytest.mark.parametrize("name", NAMES)
def test_severity_goes_from_mild_to_marked(patient, name):
    severity = [drawn["severity"] for _, drawn in cases(patient, name)]
    assert min(severity) >= 0 and max(severity) <= 1
    assert min(severity) < 0.2 and max(severity) > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_marks_stay_in_order_and_durations_keep(patient, name):
    own = patient.template
    for beat, _ in cases(patient, name):
        # A scar conducts slowly: QRS and QT grow together, at most by 16 ms.
        slower = beat.qrs_duration - own.qrs_duration
        assert 0 <= slower <= (0.017 if "infarct" in name else 0) and beat.pr == own.pr
        assert beat.qt - own.qt == pytest.approx(slower, abs=1e-6)
        assert 0 < beat.qrs_peak < beat.qrs_duration < beat.t_peak < beat.qt
        assert np.array_equal(beat.p, own.p)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_cases_alike(patient, name):
    beats = [np.concatenate([b.qrs[:, -45:], b.t[:, -180:]], axis=1) for b, _ in cases(patient, name)]
    gaps = [np.abs(a - b).max() for i, a in enumerate(beats) for b in beats[:i]]
    assert min(gaps) > 0.01 and np.median(gaps) > 0.2


def test_severity_ranks_the_j_elevation(patient):
    for name in ("anterior STEMI", "inferior STEMI"):
        pairs = sorted((drawn["J elevation"], drawn["severity"]) for _, drawn in cases(patient, name))
        ranks = [severity for _, severity in pairs]
        assert ranks == sorted(ranks)


def test_all_territories_and_shapes_are_drawn(patient):
    for name, table in (("anterior STEMI", ANTERIOR), ("inferior STEMI", INFERIOR)):
        drawn = [parameters for _, parameters in cases(patient, name)]
        assert {d["territory"] for d in drawn} == {territory.name for territory in table}
        assert {d["shape"] for d in drawn} == set(SHAPES)


def test_a_right_coronary_occlusion_raises_iii_above_ii_and_depresses_avl(patient):
    own = st_levels(patient.template)
    for beat, drawn in cases(patient, "inferior STEMI"):
        change = {lead: level - own[lead] for lead, level in st_levels(beat).items()}
        assert change["aVL"] < -0.02
        if drawn["territory"].startswith("right coronary"):
            assert change["III"] > change["II"] and change["I"] < 0
        if drawn["territory"] == "right coronary with right ventricle":
            assert change["V1"] > max(change["V2"], 0.03)
        if "posterior" in drawn["territory"]:
            assert max(change[lead] for lead in ("V1", "V2", "V3")) < 0


def test_an_old_inferior_infarct_leaves_lead_i_and_the_septum_alone(patient):
    for beat, drawn in cases(patient, "old inferior infarct"):
        if drawn["scar"] == "inferior":
            own = paced_to(patient.template, beat.qrs_duration).qrs
            # Up to where ST leaves from the QRS.
            assert np.abs(beat.qrs[2:] - own[2:])[:, :-10].max() < 0.01
            assert np.abs(beat.qrs[0] - own[0])[30:].max() < 0.02


def test_an_old_anterior_infarct_loses_r_and_leaves_the_inferior_leads_alone(patient):
    own = qrs_leads(patient.template)
    for beat, _ in cases(patient, "old anterior infarct"):
        now = qrs_leads(beat)
        assert min(now[lead][:25].max() / own[lead][:25].max() for lead in ("V2", "V3")) < 0.3
        slower = paced_to(patient.template, beat.qrs_duration)
        assert np.abs(beat.qrs[1] - slower.qrs[1])[:-10].max() < 0.01


def test_an_old_anterior_infarct_has_no_second_fall_in_the_lead_of_its_qs(patient):
    """Not a q before an intact rS: the trace of V2 or V3 falls once and rises once until the forces of the wall end."""
    w_shaped = 0
    for beat, _ in cases(patient, "old anterior infarct"):
        leads = qrs_leads(beat)
        rises = []
        for lead in ("V2", "V3"):
            fall = leads[lead][: int(np.argmin(leads[lead])) + 1]
            rises.append(float((fall - np.minimum.accumulate(fall)).max()))
        w_shaped += min(rises) > 0.03
    assert w_shaped == 0


@pytest.mark.parametrize("name", ["anterior STEMI", "inferior STEMI"])
def test_a_raised_st_leaves_from_the_limb_of_its_qrs(patient, name):
    """No needle that returns to the baseline before ST rises: between R and J the trace stays well above it."""
    own = qrs_leads(patient.template)
    needles = leads_seen = 0
    for beat, _ in cases(patient, name):
        st = st_levels(beat)
        for lead, qrs in qrs_leads(beat).items():
            top = int(np.argmax(qrs))
            # The patient's own S may stay.
            if st[lead] < 0.15 or qrs[top] < st[lead] + 0.1 or -own[lead][top:].min() > 0.05:
                continue
            leads_seen += 1
            needles += qrs[top:].min() < 0.3 * st[lead]
    assert leads_seen > 20
    assert needles <= 0.05 * leads_seen


def test_st_depression_turns_avr_up(patient):
    own = st_levels(patient.template)["aVR"]
    assert all(st_levels(beat)["aVR"] > own + 0.02 for beat, _ in cases(patient, "ST depression"))


@pytest.mark.parametrize(
    "sex, age, limit", [("F", 60, 0.15), ("M", 60, 0.2), ("M", 30, 0.25), (None, None, 0.25)]
)
def test_j_limits_by_age_and_sex(sex, age, limit):
    assert j_limit(3, age, sex) == j_limit(4, age, sex) == limit
    assert j_limit(2, age, sex) == j_limit(0, age, sex) == 0.1
    assert Traits(age, sex).sex == sex


@pytest.mark.parametrize(
    "first, name",
    [
        ("right bundle branch block", "anterior STEMI"),
        ("right bundle branch block", "inferior STEMI"),
        ("left ventricular hypertrophy", "inferior STEMI"),
        ("right bundle branch block", "old inferior infarct"),
        ("left ventricular hypertrophy", "ST depression"),
        ("old inferior infarct", "T inversion"),
    ],
)
def test_on_top_of_other_changes(patient, first, name):
    met = [shown(patient, name, beat) for beat, _ in cases(patient, first, name)]
    assert np.mean(met) >= 0.95


@pytest.mark.parametrize("rhythm", ["atrial fibrillation", "first-degree AV block", "sinus bradycardia"])
def test_in_any_rhythm(patient, rhythm):
    name = "ST depression" if rhythm == "atrial fibrillation" else "inferior STEMI"
    rate = 52 if rhythm == "sinus bradycardia" else 75
    ecg = simulate(patient, (rhythm, name), rate, np.random.default_rng(3))
    assert name in ecg.parameters and np.isfinite(ecg.signal).all()
    assert shown(patient, name, ecg.template)


def test_q_waves_are_measured_from_their_beginning():
    r, q = np.zeros(50), np.zeros(50)
    r[5:30] = 0.8 * np.sin(np.linspace(0, np.pi, 25))
    q[4:25] = -0.2 * np.sin(np.linspace(0, np.pi, 21))
    assert q_duration(r) == 0.0
    assert q_duration(q + np.roll(r, 20)) == pytest.approx(0.042, abs=0.006)
    assert q_duration(-np.abs(r) - 0.001) == pytest.approx(0.1)
    assert q_duration(np.zeros(50)) == 0.0


def test_ranks_and_neighbours():
    for share in (0.0, 0.3, 1.0):
        assert geometric_rank(at_geometric_rank(0.2, 0.8, share), 0.2, 0.8) == pytest.approx(share)
    assert contiguous({"V3", "V4"}) and contiguous({"I", "aVL"})
    assert not contiguous({"V1", "V3", "II"}) and not contiguous({"I", "II"})
    assert all("aVR" not in pair for pair in CONTIGUOUS)
