"""The engine with the real weights, on the real example ECG."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.attribution.methods import METHODS
from ecgtwin_app.cli.generate import summary
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, lead_law_residual, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import HeatMap, Progress, Twin, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.evaluation.metrics.preservation import usual_and_spread
from ecgtwin_app.formats.registry import read_ecg

PVC = TwinRequest(("ventricular premature complex",), heart_rate=70, seed=3)


@pytest.fixture(scope="module")
def pvc_twin(engine, reference):
    return engine.generate(reference, PVC)[0]


def test_a_twin_is_whole(engine, reference, pvc_twin):
    recording = pvc_twin.recording
    assert recording.leads == LEADS and recording.signal.shape == (12, 5000) and recording.rate == 500
    assert recording.signal.dtype == np.float32 and np.isfinite(recording.signal).all()
    assert lead_law_residual(recording.signal) <= 1e-5
    assert recording.synthetic and recording.provenance["synthetic"] is True
    assert recording.provenance["weights_sha256"] == engine.weights_sha256
    assert recording.provenance["reference_sha256"] == reference.digest()
    assert recording.patient.name == "" and recording.patient.identifier == ""


def test_the_twin_has_what_was_asked(pvc_twin):
    assert pvc_twin.met, [line for line in pvc_twin.asked_got if line.met is False]
    assert abs(pvc_twin.measurements["heart_rate"] - 70) < 3.5


def test_the_same_seed_gives_the_same_twin_and_another_seed_another(engine, reference, pvc_twin):
    again = engine.generate(reference, PVC)[0]
    assert np.array_equal(again.recording.signal, pvc_twin.recording.signal)
    other = engine.generate(reference, replace(PVC, seed=4))[0]
    assert not np.array_equal(other.recording.signal, pvc_twin.recording.signal)


def test_twin_k_does_not_depend_on_how_many_are_asked(engine, reference):
    two = engine.generate(reference, replace(PVC, samples=2, steps=2))
    second = engine.generate(reference, replace(PVC, seed=PVC.seed + 1, steps=2))[0]
    assert np.array_equal(two[1].recording.signal, second.recording.signal)


def test_every_step_is_a_progress_and_a_place_to_cancel(engine, reference):
    job = engine.iter_generate(reference, replace(PVC, steps=6))
    first, second = next(job), next(job)
    assert isinstance(first, Progress) and (first.step, first.total) == (1, 6)
    assert first.preview.shape == (12, 5000)
    assert not np.array_equal(first.preview, second.preview)
    job.close()
    assert isinstance(engine.generate(reference, replace(PVC, steps=2))[0], Twin)


def test_the_contrast_of_a_pvc_lies_in_the_pvc(engine, reference, pvc_twin):
    heat = next(x for x in engine.iter_attribute(reference, pvc_twin, "contrast") if isinstance(x, HeatMap))
    assert heat.values.shape == (12, 5000) and heat.signed and heat.unit == "mV"
    assert heat.checks["energy_share_in_ectopic_beats"] > 3 * heat.checks["time_share_of_ectopic_beats"]


@pytest.fixture(scope="module")
def both_twin(engine, reference):
    names = ("atrial fibrillation", "left bundle branch block")
    return engine.generate(reference, TwinRequest(names, heart_rate=90, seed=5))[0]


def _map(engine, reference, twin, method, of=""):
    return next(x for x in engine.iter_attribute(reference, twin, method, of=of) if isinstance(x, HeatMap))


def test_a_combination_has_a_map_by_condition(engine, reference, both_twin):
    """The block's map lies in QRS and ST-T at the same beats; the fibrillation's is of another rhythm."""
    whole, block, rhythm = (_map(engine, reference, both_twin, "contrast", of) for of in ("", "LBBB", "AF"))
    assert [one.of for one in (whole, block, rhythm)] == [
        "",
        "left bundle branch block",
        "atrial fibrillation",
    ]
    assert (
        block.checks["same_rhythm"] and not rhythm.checks["same_rhythm"] and not whole.checks["same_rhythm"]
    )
    time = np.arange(5000) / 500
    beats = np.zeros(5000, bool)
    for onset in both_twin.score.times("QRS"):
        beats |= (time > onset - 0.06) & (time < onset + 0.5)
    energy = (block.values**2).sum(axis=0)
    assert energy[beats].sum() > 0.97 * energy.sum()
    assert len({one.values.tobytes() for one in (whole, block, rhythm)}) == 3
    # Less the block's map, the twin is the same draw of the fibrillation alone: its QRS are narrow.
    alone = replace(both_twin.recording, signal=both_twin.recording.signal - block.values)
    assert measure(alone).as_dict()["qrs"] < 115 < both_twin.measurements["qrs"]


@pytest.mark.parametrize("method", ["attention", "gradients"])
def test_other_methods_have_a_map_by_condition_too(engine, reference, both_twin, method):
    twin = replace(both_twin, request=replace(both_twin.request, steps=2))
    block, rhythm = (_map(engine, reference, twin, method, of) for of in ("LBBB", "atrial fibrillation"))
    assert (block.of, rhythm.of) == ("left bundle branch block", "atrial fibrillation")
    assert not np.array_equal(block.values, rhythm.values)


def test_a_map_of_a_condition_that_the_twin_has_not_is_refused(engine, reference, both_twin, pvc_twin):
    with pytest.raises(EcgError, match="was not made with atrial flutter"):
        _map(engine, reference, both_twin, "contrast", "atrial flutter")
    alone = _map(engine, reference, pvc_twin, "contrast", "PVC")  # the only one is the whole
    assert alone.of == ""
    np.testing.assert_array_equal(alone.values, _map(engine, reference, pvc_twin, "contrast").values)


def test_a_map_that_is_of_all_conditions_only_is_asked_of_no_other(engine, reference, both_twin, monkeypatch):
    monkeypatch.setitem(METHODS, "contrast", replace(METHODS["contrast"], of_one=False))
    with pytest.raises(EcgError, match="of all conditions together; leave atrial fibrillation out"):
        _map(engine, reference, both_twin, "contrast", "AF")


def test_attention_is_a_share_and_leaves_nothing_behind(engine, reference, pvc_twin):
    heat = next(x for x in engine.iter_attribute(reference, pvc_twin, "attention") if isinstance(x, HeatMap))
    assert 0 <= heat.values.min() <= heat.values.max() <= 1
    assert np.ptp(heat.values, axis=0).max() == 0 and not heat.per_lead
    assert engine.generator.drawer.looked is None
    job = engine.iter_attribute(reference, pvc_twin, "attention")
    next(job)
    job.close()
    assert engine.generator.drawer.looked is None
    ensemble = engine.generator.model.ensemble
    assert ensemble is None or not any(block.condition.keep_weights for block in ensemble.network.blocks)


def test_a_score_of_ones_own_is_performed(engine, reference):
    beats = [0.4 + 0.8 * k for k in range(12)]
    events = [Event(t, "QRS", "conducted") for t in beats] + [Event(t - 0.16, "P", "sinus") for t in beats]
    score = RhythmScore(tuple(events))
    twin = engine.generate(reference, TwinRequest(("sinus rhythm",), score=score))[0]
    assert abs(twin.measurements["heart_rate"] - 75) < 1
    assert twin.score == score


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"conditions": ("sinus rythm",)}, "did you mean"),
        ({"conditions": ()}, "No condition"),
        ({"heart_rate": 0.0}, "heart rate must be between"),
        ({"samples": -1}, "number of twins must be between"),
        ({"steps": 0}, "number of steps"),
        ({"age": 200.0}, "age must be"),
        ({"sex": "X"}, "sex must be"),
        ({"conditions": ("atrial fibrillation", "first-degree AV block")}, "first-degree AV block"),
        ({"conditions": ("LBBB", "RBBB")}, "two blocks"),
        ({"severity": 1.5}, "severity must be"),
        ({"qrs": 400.0}, "QRS duration must be"),
        ({"sampler": "magic"}, "sampler must be one of dpm_solver_2m"),
        ({"rhythm": "magic"}, "rhythm must be one of process"),
    ],
)
def test_bad_requests_are_refused_in_one_sentence(engine, reference, change, sentence):
    with pytest.raises(EcgError, match=sentence):
        engine.generate(reference, replace(PVC, **change))


def test_a_reference_without_beats_is_refused(engine):
    with pytest.raises(EcgError):
        engine.generate(Recording(np.zeros((12, 5000)), 500.0), PVC)


def test_saved_twins_tell_everything(tmp_path, pvc_twin):
    paths = save_twins([pvc_twin], tmp_path / "out")
    assert [p.name for p in paths] == ["twin_001.hea", "twins.json"]
    document = json.loads((tmp_path / "out" / "twins.json").read_text(encoding="utf-8"))
    twin = document["twins"][0]
    for key in ("file", "seed", "asked_versus_got", "lead_law_residual_uv", "identity_similarity", "seconds"):
        assert key in twin
    assert twin["first_draw"] is True and document["provenance"]["synthetic"] is True
    back = read_ecg(tmp_path / "out" / "twin_001.hea")
    assert back.synthetic
    assert np.abs(back.signal - pvc_twin.recording.signal).max() <= 0.00051
    assert lead_law_residual(back.signal) <= 0.002
    first = (tmp_path / "out" / "twin_001.dat").read_bytes()
    save_twins([pvc_twin], tmp_path / "again")
    assert (tmp_path / "again" / "twin_001.dat").read_bytes() == first


def test_a_moved_event_changes_the_strip_around_it_and_nothing_else(engine, reference):
    request = TwinRequest(("sinus rhythm",), heart_rate=60, seed=2)
    score = engine.generate(reference, request)[0].score
    beats = [event for event in score.events if event.chamber == "QRS"]
    chosen = next(event for event in beats if 4.5 < event.time < 6)
    moved = replace(
        score, events=tuple(replace(e, time=e.time - 0.12) if e is chosen else e for e in score.events)
    )
    before, after = (
        engine.generate(reference, replace(request, score=s))[0].recording.signal for s in (score, moved)
    )
    change = np.abs(after - before).max(axis=0)
    at = np.arange(5000) / 500
    near = np.abs(at - chosen.time) < 1.3
    assert change[near].max() > 0.4
    assert np.percentile(change[~near], 99) < 0.1 * change[near].max()


def test_severity_and_set_points_are_performed(engine, reference):
    def twin(name, **asked):
        return engine.generate(reference, TwinRequest((name,), heart_rate=70, seed=5, **asked))[0]

    mild, marked = (twin("left bundle branch block", severity=s).measurements["qrs"] for s in (0.0, 1.0))
    assert marked > mild + 10
    short, long = (twin("first-degree AV block", pr=pr).measurements["pr"] for pr in (220, 300))
    assert abs(short - 220) < 25 and abs(long - 300) < 25


def test_set_points_are_kept_where_no_condition_changes_the_beat(engine, reference):
    asked = {"qrs": 112, "qt": 430, "axis": -20}
    twin = engine.generate(reference, TwinRequest(("sinus rhythm",), heart_rate=65, seed=5, **asked))[0]
    assert twin.measurements["qrs"] == pytest.approx(112, abs=8)
    assert twin.measurements["qt"] == pytest.approx(430, abs=20)
    assert twin.measurements["qrs_axis"] == pytest.approx(-20, abs=6)


def test_other_recordings_of_the_patient_are_pooled(engine, reference):
    noise = np.random.default_rng(0).normal(0, 0.04, (2, 12, reference.samples)).astype(np.float32)
    noisy, other = (
        replace(reference, signal=twelve_leads(independent_leads(reference.signal + n))) for n in noise
    )
    clean, alone, pooled = (
        engine._prepare((one, *others))
        for one, others in ((reference, ()), (noisy, ()), (noisy, (other, reference)))
    )
    assert pooled.base @ clean.base > alone.base @ clean.base
    assert pooled.template.qrs_duration == alone.template.qrs_duration
    request = TwinRequest(("left bundle branch block",), heart_rate=70, seed=1)
    (twin,) = engine.generate(noisy, request, (other,))
    assert twin.recording.provenance["pooled_sha256"] == [other.digest()]
    with pytest.raises(EcgError, match="generated recording"):
        engine.generate(noisy, request, (twin.recording,))
    assert not np.array_equal(twin.recording.signal, engine.generate(noisy, request)[0].recording.signal), (
        "drawn from other beats of the patient"
    )


def test_the_height_of_the_qrs_is_kept_in_a_rhythm_change(engine, reference):
    twin = engine.generate(reference, TwinRequest(("sinus arrhythmia",), heart_rate=70, seed=1))[0]
    usual, spread = usual_and_spread(engine._prepare((reference,)).measured.delineation)
    made, _ = usual_and_spread(measure(twin.recording).delineation)
    # The tokens alone lose some hundredths of a millivolt of an R's tip.
    assert abs(made["QRS voltage"] - usual["QRS voltage"]) < min(0.012, 2 * spread["QRS voltage"])


def test_a_paced_twin_has_spikes_and_a_condition_unknown_to_the_weights_is_refused(engine, reference):
    twin = engine.generate(reference, TwinRequest(("ventricular pacing",), heart_rate=70, seed=1))[0]
    paced = [e.time for e in twin.score.events if e.origin == "paced" and 0.5 < e.time < 9.5]
    steps = np.abs(np.diff(twin.recording.signal, axis=1)).max(axis=0)
    at = [steps[round(t * 500) - 14 : round(t * 500) + 1].max() for t in paced]
    assert min(at) > 0.25
    engine_of_less = TwinEngine(engine.generator)
    engine_of_less.knows = lambda condition: condition.name == "sinus rhythm"
    with pytest.raises(EcgError, match="not trained for atrial flutter"):
        engine_of_less.generate(reference, TwinRequest(("atrial flutter",)))


def test_a_rate_that_cannot_be_kept_is_said(engine, reference, tmp_path):
    own = measure(reference).heart_rate
    kept = engine.generate(reference, TwinRequest(("T inversion",), steps=1))[0]
    (line,) = [line for line in kept.asked_got if line.name == "heart rate"]
    assert line.asked.startswith(f"kept, {own:.3g} ±") and line.met is True
    assert line.reference == pytest.approx(own) and abs(line.got - own) < 0.02 * own
    assert kept.recording.provenance["rate_asked"] == pytest.approx(own)
    assert "rate_reason" not in kept.recording.provenance

    taken = engine.generate(reference, TwinRequest(("sinus tachycardia",), steps=1))[0]
    line, because = taken.asked_got[:2]
    rate = taken.recording.provenance["rate_asked"]
    assert (line.name, line.met) == ("heart rate", True) and line.asked.startswith(f"{rate:g} ± ")
    assert 101 < rate < 180 and line.got == pytest.approx(rate, rel=0.05)
    assert because.name.startswith(
        f"A rate of {own:.0f}/min cannot be kept: sinus tachycardia has 101 to 180/min; {rate:.0f}/min is drawn"
    )
    assert because.met is None
    save_twins([taken], tmp_path)
    assert (
        json.loads((tmp_path / "twins.json").read_text("utf-8"))["provenance"]["rate_reason"] == because.name
    )


@pytest.mark.parametrize("field, value, name", [("pr", 172, "PR interval"), ("qrs", 100, "QRS duration"),
                                                ("qt", 400, "QT interval"), ("axis", 20, "QRS axis"),
                                                ("heart_rate", 77, "heart rate")])  # fmt: skip
def test_every_set_point_asked_is_a_line_and_is_met(engine, reference, field, value, name):
    twin = engine.generate(reference, TwinRequest(("sinus rhythm",), seed=5, steps=1, **{field: value}))[0]
    (line,) = [line for line in twin.asked_got if line.name == name and "±" in line.asked]
    assert line.asked.startswith(f"{value} ± ") and line.met is True, line
    assert line.reference is not None and line.got is not None
    told = " ".join(summary([twin], [], None))
    assert f"{name} asked {line.asked}, got" in told


def test_a_contradiction_is_refused_before_anything_is_drawn(engine, reference):
    job = engine.iter_generate(reference, TwinRequest(("sinus bradycardia",), heart_rate=70))
    with pytest.raises(EcgError, match="70/min contradicts sinus bradycardia"):
        next(job)


def test_the_lead_law_is_no_criterion(pvc_twin):
    assert not [line for line in pvc_twin.asked_got if "lead law" in line.name]
    assert pvc_twin.lead_law_residual_uv <= 0.01
