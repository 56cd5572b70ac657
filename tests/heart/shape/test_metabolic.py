"""Long QT, hyperkalaemia and Brugada's pattern of virtual patients."""

import numpy as np
import pytest

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.heart.physics.leads_shown import beat_leads, st_levels, t_amplitudes
from ecgtwin_app.heart.shape.hyperkalaemia import STAGES
from ecgtwin_app.heart.shape.long_qt import PATTERNS
from ecgtwin_app.heart.virtual_patient import simulate, transform

SEEDS = range(40)
NAMES = ("long QT", "hyperkalaemia", "Brugada type 1")


def cases(patient, name):
    """The changed beat and what was drawn, for every seed."""
    for seed in SEEDS:
        beat, drawn = transform(patient, (name,), np.random.default_rng(seed))
        yield beat, drawn[name]


@pytest.mark.parametrize("name", NAMES)
def test_severity_and_marks(patient, name):
    severity = []
    for beat, drawn in cases(patient, name):
        severity.append(drawn["severity"])
        assert 0 < beat.qrs_peak < beat.qrs_duration < beat.t_peak < beat.qt
        assert beat.p_peak < beat.p_duration < beat.pr
        # What lies after the marked end of T is its faded foot.
        t = beat.t[:, beat.j_index :]
        end = round((beat.qt - beat.qrs_duration) * 500)
        assert np.abs(t[:, end + 1 :]).max() < 0.3 * np.abs(t).max()
        assert np.abs(t[:, -1]).max() < 1e-3
    assert 0 <= min(severity) < 0.2 and 0.8 < max(severity) <= 1


@pytest.mark.parametrize("rate", [45, 60, 75, 98])
def test_the_corrected_qt_holds_at_the_rate_of_the_strip(patient, rate):
    for seed in range(8):
        ecg = simulate(patient, ("long QT",), rate, np.random.default_rng(seed), noise=False)
        qt = (ecg.marks["T"][:, 2] - ecg.marks["QRS"][:, 0])[1:] / 500
        rr = np.diff(ecg.marks["QRS"][:, 0]) / 500
        qtc = np.mean(qt) / np.mean(rr) ** (1 / 3)
        assert qtc == pytest.approx(ecg.parameters["long QT"]["QTc"], rel=0.02)
        assert qtc >= 0.48


def test_long_qt_has_its_patterns_and_a_t_to_be_seen(patient):
    drawn = set()
    for beat, parameters in cases(patient, "long QT"):
        drawn.add(parameters["pattern"])
        assert max(map(abs, t_amplitudes(beat).values())) >= 0.15
        assert np.array_equal(beat.qrs, patient.template.qrs)
    assert drawn == set(PATTERNS)


def test_a_late_t_is_no_wider_than_a_broad_one(patient):
    width = {"late": [], "broad": []}
    for beat, drawn in cases(patient, "long QT"):
        if drawn["pattern"] in width:
            size = np.linalg.norm(beat.t, axis=0)
            width[drawn["pattern"]].append(np.sum(size > 0.5 * size[beat.j_index + 30 :].max()) / beat.qt)
    assert np.mean(width["late"]) < 0.9 * np.mean(width["broad"])


def test_hyperkalaemia_is_tall_narrow_and_slow(patient):
    drawn = set()
    for beat, parameters in cases(patient, "hyperkalaemia"):
        stage = next(s for s in STAGES if s.name == parameters["stage"])
        drawn.add(stage.name)
        t = t_amplitudes(beat)
        tall = [n for n in LEADS if t[n] > (1.0 if n.startswith("V") else 0.5)]
        assert tall
        lead = beat_leads(beat)[LEADS.index(max(tall, key=lambda n: t[n]))]
        after_j = lead[round(beat.qrs_duration * 500) + 20 :]
        assert np.sum(after_j > 0.5 * after_j.max()) / 500 <= 0.11
        assert beat.qrs_duration > 0.11 or beat.p[1].max() <= 0.05
        if stage is not STAGES[0]:
            assert beat.qrs_duration > max(0.11, patient.template.qrs_duration)
        assert beat.qt - beat.qrs_duration == pytest.approx(
            patient.template.qt - patient.template.qrs_duration, abs=1e-6
        )
    assert drawn == {stage.name for stage in STAGES}


def test_hyperkalaemia_flattens_and_lengthens_p_before_the_qrs(patient):
    own = patient.template
    for beat, _ in cases(patient, "hyperkalaemia"):
        assert np.abs(beat.p).max() < 0.6 * np.abs(own.p).max()
        assert beat.p_duration >= own.p_duration
        assert beat.p_offset + beat.p.shape[1] <= round(own.pr * 500) + 1


def test_brugada_is_coved_in_v1_or_v2_and_normal_elsewhere(patient):
    own = twelve_leads(patient.template.t)
    for beat, _ in cases(patient, "Brugada type 1"):
        levels = [st_levels(beat, after) for after in (0.0, 0.06, 0.08)]
        coved = [
            n for n in ("V1", "V2") if levels[0][n] >= 0.2 and levels[0][n] > levels[1][n] > levels[2][n]
        ]
        t = beat_leads(beat)[:, round(beat.qrs_duration * 500) :]
        assert any(t[LEADS.index(n), t.shape[1] // 3 :].min() < -0.05 for n in coved)
        first, last = beat.j_index, beat.j_index + own.shape[1] - patient.template.j_index
        new = twelve_leads(beat.t[:, first:last])
        change = np.abs(new - own[:, patient.template.j_index :]).max(axis=1)
        assert change[[LEADS.index(n) for n in ("I", "aVL", "V5", "V6")]].max() < 0.1
        assert np.array_equal(beat.qrs[[0, 1, 5, 6, 7]], patient.template.qrs[[0, 1, 5, 6, 7]])


@pytest.mark.parametrize("name", NAMES)
def test_the_referee_finds_what_was_simulated(patient, name):
    """On clean strips: amid this patient's own residual a P of hyperkalaemia is above 0.05 mV in 5 of 12."""
    met = []
    for seed in range(12):
        ecg = simulate(patient, (name,), 70, np.random.default_rng(seed), noise=False)
        met.append(meets(judge(measure(ecg.recording()), (name,))))
    assert np.mean(met) >= 0.9
