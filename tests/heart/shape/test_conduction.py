"""Blocks and pre-excitation of virtual patients meet their published limits by construction."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hearts import changed, qrs_of

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.physics.activation import (
    angle_to_axis,
    first_wave,
    last_run,
    lead_of,
    own_qrs,
    paced_to,
    qrs_axis,
    shows_qr,
    shows_rs,
    turned,
)
from ecgtwin_app.heart.virtual_patient import simulate

I, V1, V6 = 0, 2, 7
SEEDS = range(16)
IRBBB, RBBB = "incomplete right bundle branch block", "right bundle branch block"
LBBB, WPW = "left bundle branch block", "pre-excitation"
LAFB, LPFB = "left anterior fascicular block", "left posterior fascicular block"
BLOCKS = (IRBBB, RBBB, LBBB, LAFB, LPFB, WPW)


@pytest.mark.parametrize("name", BLOCKS)
def test_marks_follow_the_changed_qrs(patient, name):
    own = patient.template
    for seed in SEEDS:
        template, parameters = changed(patient, name, seed=seed)
        assert template.qt - template.qrs_duration == pytest.approx(own.qt - own.qrs_duration, abs=0.0011)
        assert template.qrs_duration < template.t_peak < template.qt
        assert 0 < template.qrs_peak < template.qrs_duration
        # The QRS begins and ends at zero where the marks say so.
        qrs = qrs_of(template)
        assert qrs.shape[1] == pytest.approx(template.qrs_duration * 500 + 1, abs=1)
        assert np.abs(qrs[:, -1]).max() < 0.02
        assert np.abs(qrs[:, 0]).max() < 0.06
        assert 0 <= parameters["severity"] <= 1


@pytest.mark.parametrize("name", BLOCKS)
def test_severity_and_shape_vary(patient, name):
    drawn = [changed(patient, name, seed=seed) for seed in SEEDS]
    assert np.ptp([parameters["severity"] for _, parameters in drawn]) > 0.3
    for (one, _), (other, _) in itertools.combinations(drawn[:6], 2):
        n = min(one.qrs.shape[1], other.qrs.shape[1])
        assert np.abs(one.qrs[:, :n] - other.qrs[:, :n]).max() > 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_incomplete_right_bundle_branch_block(patient, seed):
    template, _ = changed(patient, IRBBB, seed=seed)
    late = qrs_of(template)[:, 20:]
    assert 0.1 <= template.qrs_duration < 0.119
    assert late[V1].max() > 0.1
    for lead in (I, V6):
        assert last_run(late[lead] < -0.02) >= 20


def test_incomplete_block_of_a_heart_with_a_wide_qrs_stays_incomplete(patient):
    wide = replace(patient, template=paced_to(patient.template, 0.12))
    for seed in SEEDS:
        assert changed(wide, IRBBB, seed=seed)[0].qrs_duration < 0.12
        assert changed(wide, LAFB, seed=seed)[0].qrs_duration < 0.12


@pytest.mark.parametrize("name, low, high, qr, rs", [
    (LAFB, -90, -45, ("aVL",), ("II", "III", "aVF")),
    (LPFB, 90, 180, ("III",), ("I", "aVL")),
])  # fmt: skip
def test_fascicular_blocks(patient, name, low, high, qr, rs):
    whole = 0
    for seed in SEEDS:
        template, _ = changed(patient, name, seed=seed)
        qrs = qrs_of(template)
        assert low <= qrs_axis(qrs) <= high
        assert template.qrs_duration < 0.12
        whole += all(shows_qr(lead_of(qrs, n)) for n in qr) and all(shows_rs(lead_of(qrs, n)) for n in rs)
    assert whole >= 0.95 * len(SEEDS)


def test_pre_excitation_begins_slowly_inside_a_short_pr(patient):
    sites = set()
    for seed in range(24):
        template, parameters = changed(patient, WPW, seed=seed)
        qrs = qrs_of(template)
        assert template.qrs_duration > 0.11
        speed = np.linalg.norm(np.diff(qrs, axis=1), axis=0)
        normal = np.linalg.norm(np.diff(own_qrs(patient.template, 41), axis=1), axis=0)
        # The first 24 ms of the delta wave move slower than the fastest part of the QRS by half.
        assert speed[:12].max() < 0.5 * max(speed.max(), normal.max())
        # ... and are there: a delta wave, no silence.
        assert np.abs(qrs[:, 12]).max() > 0.05
        sites.add(parameters["pathway"])
    assert len(sites) == 4


def test_the_delta_wave_runs_into_the_qrs(patient):
    """One wave, no second onset: between delta and the fastest part the trace neither stands still at the baseline nor
    begins anew with the patient's own q."""
    second = 0
    for seed in range(24):
        template, parameters = changed(patient, WPW, seed=seed)
        qrs = qrs_of(template)
        lead = round(parameters["delta"] * 500)
        for one in qrs:
            if np.ptp(one) < 0.3 or abs(one[lead]) < 0.08:
                continue
            # Where the patient's own wave begins the delta wave still stands.
            held = one[lead - 4 : lead + 7] * np.sign(one[lead])
            second += held.min() < 0.4 * held[4]
    assert second <= 2


def test_the_score_of_pre_excitation_has_a_short_pr(patient):
    for seed in range(6):
        ecg = simulate(patient, (WPW,), 70, np.random.default_rng(seed))
        p, qrs = np.array(ecg.score.times("P")), np.array(ecg.score.times("QRS"))
        pr = [q - p[p < q].max() for q in qrs if (p < q).any()]
        assert 0.08 <= min(pr) and max(pr) < 0.12


@pytest.mark.parametrize("fascicle, low, high", [(LAFB, -95, -40), (LPFB, 85, 185)])
def test_bifascicular_block_keeps_the_left_axis_and_the_late_right(patient, fascicle, low, high):
    for seed in SEEDS:
        template, _ = changed(patient, fascicle, RBBB, seed=seed)
        qrs = qrs_of(template)
        assert template.qrs_duration >= 0.12
        assert low <= qrs_axis(qrs[:, :40]) <= high
        assert qrs[V1, 25:].max() > 0.25


def test_turning_reaches_the_axis_and_keeps_the_chest_voltage(patient):
    qrs, field = patient.template.qrs, patient.lead_field
    nothing = np.zeros_like(qrs)
    for axis in (-70, -20, 30, 80, 120):
        angle = angle_to_axis(qrs, nothing, field, axis)
        assert qrs_axis(turned(qrs, field, angle)) == pytest.approx(axis, abs=3)
    assert np.allclose(turned(qrs, field, 0.0), qrs, atol=1e-6)


def test_first_wave_and_patterns():
    n = np.arange(50)
    q = -0.1 * np.exp(-(((n - 8) / 3) ** 2))
    r = np.exp(-(((n - 24) / 5) ** 2))
    assert first_wave(q + r) == pytest.approx(-0.1, abs=0.01)
    assert shows_qr(q + r) and not shows_rs(q + r)
    assert shows_rs(-q - r) and not shows_qr(-q - r)
    assert not shows_qr(r) and not shows_rs(-r)


def test_pacing_the_qrs_keeps_its_shape(patient):
    longer = paced_to(patient.template, patient.template.qrs_duration + 0.02)
    assert longer.qrs_duration == pytest.approx(patient.template.qrs_duration + 0.02)
    assert longer.qrs.shape[1] == patient.template.qrs.shape[1] + 10
    assert longer.qrs.max() == pytest.approx(patient.template.qrs.max(), rel=0.03)
    back = paced_to(longer, patient.template.qrs_duration)
    n = back.qrs.shape[1]
    assert np.corrcoef(back.qrs.ravel(), patient.template.qrs[:, :n].ravel())[0, 1] > 0.995


def test_every_excluded_pair_is_known_and_refused(patient):
    known = {condition.name for condition in load_vocabulary()}
    for condition in load_vocabulary():
        for others in (*(excluded.names for excluded in condition.excludes), condition.not_in):
            assert set(others) <= known - {condition.name}
            for other in others:
                with pytest.raises(EcgError, match="leave one"):
                    check_combination((condition.name, other))
    with pytest.raises(EcgError):
        simulate(patient, (LBBB, RBBB), 70, np.random.default_rng(1))


@pytest.mark.parametrize("conditions", [
    (RBBB, LAFB), (RBBB, LPFB), (RBBB, "anterior STEMI"), (RBBB, "inferior STEMI"), (LAFB, "anterior STEMI"),
    ("left ventricular hypertrophy", "left ventricular strain", "left atrial enlargement"),
    ("right ventricular hypertrophy", "right atrial enlargement"), ("atrial fibrillation", LBBB),
    ("left atrial enlargement", "right atrial enlargement"), ("low voltage", LBBB),
])  # fmt: skip
def test_combinations_that_occur_are_performed(patient, conditions):
    check_combination(conditions)
    ecg = simulate(patient, conditions, 70, np.random.default_rng(3))
    assert np.isfinite(ecg.signal).all() and np.abs(ecg.signal).max() < 8
    for wave in ecg.marks.values():
        assert np.all(np.diff(wave, axis=1) > 0)


def test_a_laid_block_lies_where_its_marks_say(patient):
    template, _ = changed(patient, LBBB, seed=4)
    strip = render_beats(template, RhythmScore((Event(1.0, "QRS", "conducted"),)), 1500, qt_adaptation=0.0)
    assert np.abs(strip[:, :499]).max() < 1e-6
    stop = 500 + round(template.qrs_duration * 500)
    assert np.abs(strip[:, 500 : stop + 1] - template.qrs[:, : stop - 499]).max() < 0.6
