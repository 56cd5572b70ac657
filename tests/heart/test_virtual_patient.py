"""Virtual patients: the truth is in the signal, the criteria are met, no two cases are alike."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pydicom.data
import pytest
from hearts import normal_hearts

from ecgtwin_app.conditions.together import changed_parts
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.rendering import render_flutter_waves
from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES, Event, RhythmScore
from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.signal.leads import lead_law_residual, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.heart.morphologies import MORPHOLOGIES, Traits
from ecgtwin_app.heart.physics.vector import fit_lead_field, vectorcardiogram
from ecgtwin_app.heart.rhythm.atrial_waves import (
    fibrillation_waves,
    flutter_cycle,
    flutter_wave,
    flutter_waves,
    with_atrial_origin,
)
from ecgtwin_app.heart.rhythm.processes import write_score
from ecgtwin_app.heart.shape.muscle import cornell_voltage, sokolow_voltage
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat, has_discordant_t, qrs_likeness
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate, transform

I, II, V1, V2, V3, V5, V6 = 0, 1, 2, 3, 4, 6, 7
RBBB, LBBB = "right bundle branch block", "left bundle branch block"
LVH, STEMI = "left ventricular hypertrophy", "anterior STEMI"
SEEDS = range(12)
CONDITIONS = [condition.name for condition in load_vocabulary()]


@pytest.fixture(scope="module")
def example():
    return resample(read_ecg(pydicom.data.get_testdata_file("waveform_ecg.dcm", download=False)), 500.0)


@pytest.fixture(scope="module")
def patient(example):
    return VirtualPatient.from_recording(example)


def performed(patient, conditions, seed, rate=70, **options):
    return simulate(patient, conditions, rate, np.random.default_rng(seed), **options)


def changed(patient, condition, seed):
    """The changed beat laid once: QRS onset at sample 500."""
    template, parameters = transform(patient, (condition,), np.random.default_rng(seed))
    score = RhythmScore((Event(1.0, "QRS", "conducted"),))
    strip = render_beats(template, score, 1500, qt_adaptation=0.0)
    return template, strip, parameters


def qrs_of(template, strip):
    return strip[:, 500 : 500 + round(template.qrs_duration * 500) + 1]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_truth_is_in_the_signal(patient, condition):
    for seed in range(3):
        ecg = performed(patient, (condition,), seed)
        found = detect_qrs(ecg.signal, 500.0)
        whole = ecg.marks["QRS"][(ecg.marks["QRS"][:, 0] > 50) & (ecg.marks["QRS"][:, 2] < 4900)]
        for onset, _, offset in whole:
            assert np.any((found > onset - 15) & (found < offset + 15))
        for wave in ecg.marks.values():
            assert np.all(np.diff(wave, axis=1) > 0)
        assert len(ecg.beat_types) == len(ecg.marks["QRS"]) == len(ecg.score.times("QRS"))
        assert ecg.marks["QRS"][:, 0] == pytest.approx(500 * np.array(ecg.score.times("QRS")))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_same_seed_same_ecg_other_seed_other_ecg(patient, condition):
    one, again, other = (performed(patient, (condition,), seed).signal for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.abs(one - other).max() > 0.05


@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_steps_no_clipping_and_lead_laws(patient, condition):
    for seed in SEEDS:
        ecg = performed(patient, (condition,), seed, noise=False)
        # Pacing spikes are steps, and known.
        signal = ecg.signal - ecg.spikes
        assert signal.shape == (8, 5000) and signal.dtype == np.float32 and np.isfinite(signal).all()
        assert np.abs(signal).max() < 8
        # A step of height h shows as a second difference of h; corners of real and squeezed QRS stay below this.
        assert np.abs(np.diff(signal, 2, axis=1)).max() < 0.16 * max(np.ptp(signal), 1)
        recording = ecg.recording(Patient())
        assert recording.synthetic and lead_law_residual(recording.signal) < 1e-5


def test_between_the_waves_there_is_nothing(patient):
    ecg = performed(patient, ("sinus bradycardia",), 1, rate=45, noise=False)
    quiet = np.ones(5000, bool)
    for onset in ecg.marks["P"][:, 0]:
        quiet[max(int(onset) - 25, 0) : int(onset) + 150] = False
    for onset, end in zip(ecg.marks["QRS"][:, 0], ecg.marks["T"][:, 2], strict=True):
        quiet[max(int(onset), 0) : max(int(end) + 70, 0)] = False
    assert quiet.sum() > 500
    assert np.abs(ecg.signal[:, quiet]).max() < 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_right_bundle_branch_block(patient, seed):
    template, strip, _ = changed(patient, RBBB, seed)
    qrs = qrs_of(template, strip)
    late = qrs[:, qrs.shape[1] // 3 :]
    assert template.qrs_duration >= 0.12
    assert late[V1].max() > 0.25
    for lead in (I, V6):
        assert np.sum(late[lead] < -0.02) >= 20
    # The first 30 ms stay the patient's own.
    own = patient.template.qrs[:, -patient.template.qrs_offset :][:, :15]
    assert np.corrcoef(own.ravel(), qrs[:, :15].ravel())[0, 1] > 0.9
    assert template.qt - template.qrs_duration == pytest.approx(
        patient.template.qt - patient.template.qrs_duration, abs=1e-6
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_left_bundle_branch_block(patient, seed):
    template, strip, _ = changed(patient, LBBB, seed)
    qrs = qrs_of(template, strip)
    assert template.qrs_duration >= 0.12
    assert -qrs[V1].min() > 2 * qrs[V1].max()
    for lead in (I, V6):
        top = int(np.argmax(qrs[lead]))
        assert qrs[lead][: top + 1].min() > -0.05
        assert np.sum(qrs[lead] > 0.1 * qrs[lead][top]) >= 30
    t = strip[:, 500 + qrs.shape[1] : 1300]
    assert qrs[V1].sum() * t[V1].sum() < 0
    assert qrs[I].sum() * t[I].sum() < 0 or qrs[V6].sum() * t[V6].sum() < 0


@pytest.mark.parametrize("sex", ["F", "M", None])
def test_left_ventricular_hypertrophy(patient, sex):
    other = replace(patient, traits=Traits(60, sex))
    for seed in SEEDS:
        template, strip, _ = changed(other, LVH, seed)
        qrs = qrs_of(template, strip)
        limit = 2.0 if sex == "F" else 2.8
        assert sokolow_voltage(qrs) >= 3.5 or cornell_voltage(qrs) > limit
        assert template.qrs_duration <= 0.12


@pytest.mark.parametrize("seed", SEEDS)
def test_anterior_stemi(patient, seed):
    template, strip, _ = changed(patient, STEMI, seed)
    j = 500 + round(template.qrs_duration * 500)
    assert min(strip[V2, j], strip[V3, j]) >= 0.25
    # The QRS is still to be seen: the J point is no peak of it.
    assert np.ptp(qrs_of(template, strip)) > 0.5
    limb = twelve_leads(strip)[:6, j]
    assert limb[LEADS.index("aVF")] < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_ectopic_beats_are_wide_strange_and_discordant(patient, seed):
    beat, parameters = ectopic_beat(patient.template, patient.lead_field, np.random.default_rng(seed))
    assert beat.qrs_duration >= 0.12 and not beat.has_p
    assert qrs_likeness(beat.qrs, patient.template.qrs) < 0.7
    assert has_discordant_t(beat)
    own = np.ptp(patient.template.qrs, axis=1).max()
    assert 0.74 * own < np.ptp(beat.qrs, axis=1).max() < 1.61 * own
    assert parameters["site"] in VENTRICULAR_SITES


def test_ectopic_beats_have_many_shapes(patient):
    beats = [
        ectopic_beat(patient.template, patient.lead_field, np.random.default_rng(k))[0] for k in range(20)
    ]
    alike = [qrs_likeness(a.qrs, b.qrs) for i, a in enumerate(beats) for b in beats[:i]]
    assert np.median(alike) < 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_fibrillatory_waves_are_in_band_and_largest_in_v1(seed):
    waves = fibrillation_waves(np.random.default_rng(seed))
    power = np.abs(np.fft.rfft(waves[V1])) ** 2
    at = np.fft.rfftfreq(5000, 1 / 500)
    assert 3.5 <= at[np.argmax(power)] <= 9.5
    assert 0.015 < np.ptp(waves[V1]) < 0.9
    assert power[(at > 3) & (at < 12)].sum() > 0.8 * power.sum()


def test_fibrillatory_waves_have_the_known_pattern():
    size = np.mean([fibrillation_waves(np.random.default_rng(k)).std(axis=1) for k in range(40)], axis=0)
    assert np.argmax(size) == V1 and size[II] > size[I]


def test_rhythm_conditions_leave_the_beat_alone(patient):
    template, _ = transform(patient, ("atrial fibrillation",), np.random.default_rng(1))
    assert template is patient.template
    ecg = performed(patient, ("first-degree AV block",), 1, noise=False)
    onset = int(ecg.marks["QRS"][2, 0])
    own = patient.template.qrs[:, -patient.template.qrs_offset :]
    segment = ecg.signal[:, onset : onset + own.shape[1]]
    assert np.corrcoef(segment.ravel(), own.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("condition", MORPHOLOGIES)
def test_a_condition_changes_the_parts_of_the_beat_that_it_says(patient, condition):
    found = set()
    for seed in range(4):
        template, _ = transform(patient, (condition,), np.random.default_rng(seed))
        found |= {
            part
            for part in ("p", "qrs", "t")
            if not np.array_equal(getattr(template, part), getattr(patient.template, part))
        }
    assert found == changed_parts((condition,))


@pytest.mark.parametrize(
    "conditions",
    [
        ("atrial fibrillation", LBBB),
        ("ventricular premature complex", LVH),
        ("sinus tachycardia", STEMI),
        (RBBB, STEMI),
        ("first-degree AV block", "ventricular premature complex", LBBB),
    ],
)
def test_conditions_combine(patient, conditions):
    ecg = performed(patient, conditions, 5, rate=90)
    assert np.isfinite(ecg.signal).all()
    assert set(ecg.parameters) >= {c for c in conditions if c in (LBBB, RBBB, LVH, STEMI)}


def test_a_score_of_ones_own_is_performed(patient):
    own = RhythmScore(tuple(Event(t, "QRS", "conducted") for t in (1.0, 2.5, 3.25, 7.0)))
    ecg = performed(patient, ("sinus rhythm",), 1, score=own)
    found = detect_qrs(ecg.signal, 500.0)
    assert len(found) == 4
    assert np.allclose(np.diff(found), 500 * np.diff([1.0, 2.5, 3.25, 7.0]), atol=3)


EVERY_ORIGIN = RhythmScore(
    (
        Event(0.84, "P", "sinus"),
        Event(1.0, "QRS", "conducted"),
        Event(1.84, "P", "ectopic"),
        Event(2.0, "QRS", "aberrant"),
        Event(3.0, "QRS", "ventricular"),
        Event(3.2, "P", "retrograde"),
        Event(4.0, "QRS", "ventricular", "left ventricular apex"),
        Event(4.84, "P", "paced"),
        Event(5.0, "QRS", "paced"),
        Event(6.0, "QRS", "paced", "left ventricular lateral wall"),
    )
)


@pytest.mark.parametrize("atrial", ["waves", "fibrillation", "flutter"])
def test_every_origin_is_performed_and_marked(patient, atrial):
    score = replace(EVERY_ORIGIN, atrial=atrial)
    ecg = performed(patient, ("sinus rhythm",), 3, score=score, noise=False)
    for chamber in ("P", "QRS"):
        marks = ecg.marks[chamber]
        assert marks[:, 0] == pytest.approx(500 * np.array(score.times(chamber)))
        for onset, _, offset in marks.astype(int):
            assert np.ptp(ecg.signal[:, onset : offset + 1], axis=1).max() > 0.04
    # Each origin and site has a shape of its own.
    shapes = [ecg.signal[:, int(on) : int(on) + 60] for on in ecg.marks["QRS"][:, 0]]
    if atrial == "waves":
        for one, other in combinations(shapes, 2):
            assert np.abs(one - other).max() > 0.1


def test_an_empty_score_is_refused(patient):
    with pytest.raises(EcgError, match="no QRS"):
        performed(patient, ("sinus rhythm",), 1, score=RhythmScore(()))


@pytest.mark.parametrize("seed", SEEDS)
def test_spikes_stand_before_paced_waves_and_can_be_taken_off(patient, seed):
    ecg = performed(patient, ("ventricular pacing",), seed)
    lead = np.abs(ecg.spikes).max(axis=0)
    found = np.flatnonzero(lead > 0.4 * lead.max())
    paced = [e.time for e in ecg.score.events if e.origin == "paced" and 0.02 < e.time < 9.99]
    for time in paced:
        before = 500 * time - found
        assert np.any((before >= 1) & (before <= 12))
    assert len(found) <= 2 * len(paced) + 2
    assert 0.29 < lead.max() < 3.01
    without = ecg.signal - ecg.spikes
    assert np.abs(np.diff(without, 2, axis=1)).max() < np.abs(np.diff(ecg.signal, 2, axis=1)).max()


def test_no_pacemaker_no_spikes(patient):
    assert not performed(patient, ("ventricular tachycardia",), 1, rate=150).spikes.any()


@pytest.mark.parametrize("seed", SEEDS)
def test_flutter_waves_keep_step_and_are_inferior(patient, seed):
    rng = np.random.default_rng(seed)
    rate = rng.uniform(65, 165)
    score, _ = write_score(("atrial flutter",), rate, rng)
    turn = flutter_wave(rng)
    waves = flutter_waves(score, turn, rng)
    cycle, _ = flutter_cycle(score, np.random.default_rng(0))
    assert 240 <= 60 / cycle <= 340
    power = np.abs(np.fft.rfft(waves[II] - waves[II].mean())) ** 2
    assert 4 <= np.fft.rfftfreq(5000, 1 / 500)[np.argmax(power)] <= 5.7
    assert 0.05 < np.ptp(waves[II]) < 0.6
    assert np.ptp(waves[II]) > 2 * np.ptp(waves[I])
    assert np.abs(waves - render_flutter_waves(score, turn)).max() < 0.4 * np.ptp(
        waves
    )  # it wanders, but only a little


def test_retrograde_waves_point_upwards(patient):
    for seed in SEEDS:
        shape = with_atrial_origin(
            patient.template, patient.lead_field, "retrograde", np.random.default_rng(seed)
        )
        peak = int(np.argmax(np.linalg.norm(shape.p, axis=0)))
        assert shape.p[II, peak] < 0
        assert np.abs(shape.p[:, [0, -1]]).max() < 1e-6


def test_a_dipole_is_found_again():
    rng = np.random.default_rng(0)
    true = fit_lead_field(rng.standard_normal((8, 60)), rng.standard_normal((8, 100))).matrix
    vector = np.cumsum(rng.standard_normal((3, 160)), axis=1)
    leads = (true @ vector).astype(np.float32)
    field = fit_lead_field(leads[:, :60], leads[:, 60:])
    rest = leads - field.matrix @ vectorcardiogram(leads)
    assert np.sum(rest**2) < 0.2 * np.sum(leads**2)


def test_what_cannot_be_a_virtual_patient_says_why(example):
    flat = Recording(np.zeros((12, 5000), np.float32), 500.0)
    with pytest.raises(EcgError):
        VirtualPatient.from_recording(flat)
    with pytest.raises(EcgError, match="500"):
        VirtualPatient.from_recording(Recording(example.signal[:, ::2], 250.0))
    fibrillating = performed(VirtualPatient.from_recording(example), ("atrial fibrillation", LBBB), 2)
    with pytest.raises(EcgError):
        VirtualPatient.from_recording(fibrillating.recording())


def test_unknown_conditions_are_refused(patient):
    with pytest.raises(EcgError, match="broken heart"):
        performed(patient, ("broken heart",), 1)


def test_real_normal_hearts_can_be_virtual_patients(real_data):
    used = 0
    for k, heart in normal_hearts(real_data, slice(12)):
        used += 1
        for condition in (LBBB, "ventricular premature complex"):
            ecg = performed(heart, (condition,), k)
            assert np.abs(ecg.signal).max() < 10
    assert used >= 10
