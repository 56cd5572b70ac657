"""The generator `ecgtwin` with the real weights: its rhythms, its beats, and plans sampled together."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.traits import traits_of
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import HeatMap, TwinRequest
from ecgtwin_app.engine.tasks import task_of
from ecgtwin_app.generators.ecgtwin.generator import EcgTwin
from ecgtwin_app.generators.ecgtwin.shapes import settlements
from ecgtwin_app.generators.ecgtwin.waves import BLUR_OF_REMOVED, StripWaves
from ecgtwin_app.heart.rhythm.processes import mean_rate
from ecgtwin_app.heart.shape.ventricular_beats import looks_ectopic

PVC = TwinRequest(("ventricular premature complex",), heart_rate=70, seed=3)


def test_nobody_writes_no_rhythm(engine, reference):
    with pytest.raises(EcgError, match="has no 'none'; choose process or learned"):
        engine.generate(reference, TwinRequest(("sinus rhythm",), heart_rate=70, rhythm="none"))


def learned_plan(engine, reference, *names, rate=70.0, seed=1, **asked):
    request = TwinRequest(names, heart_rate=rate, rhythm="learned", **asked)
    return planned(engine, reference, request, seed)


def planned(engine, reference, request, seed):
    patient = engine._prepare((reference,))
    return engine.generator.plan(patient, task_of(request, (reference,)), seed)


@pytest.mark.parametrize("rate", [50.0, 90.0, 140.0])
def test_a_learned_sinus_rhythm_keeps_the_asked_rate(engine, reference, rate):
    misses = [
        mean_rate(learned_plan(engine, reference, "sinus rhythm", rate=rate, seed=seed).score) - rate
        for seed in range(4)
    ]
    assert np.mean(np.abs(misses)) < 2


def test_a_learned_rhythm_has_the_events_of_its_condition(engine, reference):
    pvc = learned_plan(engine, reference, "ventricular premature complex")
    assert pvc.score.times("QRS", "ventricular") and not pvc.counterpart.times("QRS", "ventricular")
    again = learned_plan(engine, reference, "ventricular premature complex")
    other = learned_plan(engine, reference, "ventricular premature complex", seed=2)
    assert again.score == pvc.score and other.score != pvc.score
    gaps = np.diff(learned_plan(engine, reference, "atrial fibrillation").score.times("QRS"))
    assert np.std(gaps) > 0.08 * np.mean(gaps)
    loop = learned_plan(engine, reference, "atrial flutter", rate=75.0).score
    assert loop.atrial == "flutter" and len(loop.times("P", "flutter")) > 20
    long = learned_plan(engine, reference, "first-degree AV block", pr=280.0).score
    assert np.median(pr_of(long)) == pytest.approx(0.28, abs=0.01)
    assert np.median(pr_of(learned_plan(engine, reference, "pre-excitation").score)) < 0.12


def pr_of(score):
    return [q - max(p for p in score.times("P") if p < q) for q in score.times("QRS") if q > 1]


def test_a_learned_rhythm_is_performed_and_explained(engine, reference):
    request = TwinRequest(("ventricular premature complex",), heart_rate=70, rhythm="learned", seed=2)
    twin = engine.generate(reference, request)[0]
    assert abs(twin.measurements["heart_rate"] - 70) < 3.5
    assert twin.recording.provenance["request"]["rhythm"] == "learned"
    heat = next(x for x in engine.iter_attribute(reference, twin, "contrast") if isinstance(x, HeatMap))
    assert heat.checks["energy_share_in_ectopic_beats"] > heat.checks["time_share_of_ectopic_beats"]


def test_weights_without_a_rhythm_model_say_so(engine, reference):
    plain = TwinEngine(EcgTwin(replace(engine.generator.model, rhythm=None)))
    assert plain.generate(reference, replace(PVC, steps=1))[0].score.times("QRS", "ventricular")
    with pytest.raises(EcgError, match="has no 'learned'"):
        plain.generate(reference, replace(PVC, rhythm="learned"))


def shapes_of(engine, plan):
    waves = StripWaves(engine.generator.drawer, plan)
    return waves, next(settlements(engine.generator.drawer, waves, waves.draw((0,))[0]))


def test_a_rhythm_leaves_the_patients_own_beats_as_they_are_one_after_the_other(engine, reference):
    plan = planned(engine, reference, PVC, 3)
    waves, shapes = shapes_of(engine, plan)
    own = plan.patient.residual.beats
    laid = [shapes.of_events[row] for row in waves.rows_of("QRS", "conducted")]
    order = [next(k for k, one in enumerate(own) if np.array_equal(one.qrs, beat.qrs)) for beat in laid]
    assert len(set(order)) > len(own) / 2
    ectopic = [shapes.of_events[row] for row in waves.rows_of("QRS", "ventricular")]
    assert all(beat.qrs_duration > plan.patient.template.qrs_duration for beat in ectopic)


def test_a_beat_keeps_of_the_patient_what_its_condition_does_not_change(engine, reference):
    def drawn(name, **asked):
        plan = planned(engine, reference, TwinRequest((name,), heart_rate=70, **asked), 3)
        waves, shapes = shapes_of(engine, plan)
        row = waves.rows_of("QRS", "conducted")[2]
        p_row = next(k for k in waves.rows_of("P") if waves.own[k] is waves.own[row])
        return waves.own[row], shapes.of_events[row], shapes.of_events[p_row]

    own, inverted, p = drawn("T inversion")
    assert np.array_equal(inverted.qrs, own.qrs) and p is own and not np.array_equal(inverted.t, own.t)
    # T begins where the beat's own QRS ends.
    assert inverted.j_index * 2 == pytest.approx(-2 * (inverted.t_offset - own.qrs_duration * 500), abs=2)
    own, enlarged, p = drawn("left atrial enlargement")
    assert np.array_equal(enlarged.t, own.t) and enlarged.qt == own.qt and not np.array_equal(p.p, own.p)
    own, blocked, p = drawn("left bundle branch block")
    assert p is own and not np.array_equal(blocked.qrs, own.qrs)
    own, turned, _ = drawn("T inversion", axis=-60)
    assert not np.array_equal(turned.qrs, own.qrs)


def test_what_the_reference_shows_already_is_left_as_it_is(engine, reference):
    request = TwinRequest(("T inversion",), heart_rate=70, shows=("T inversion",))
    waves, shapes = shapes_of(engine, planned(engine, reference, request, 3))
    assert not waves.changed
    rows = waves.rows_of("QRS", "conducted")
    assert all(shapes.of_events[row] is waves.own[row] for row in rows)


def test_what_is_removed_is_drawn_anew(engine, reference):
    request = TwinRequest(
        ("sinus rhythm",), shows=("left bundle branch block",), without=("left bundle branch block",)
    )
    plan = planned(engine, reference, request, 3)
    assert plan.removed == ("left bundle branch block",)
    waves, shapes = shapes_of(engine, plan)
    assert waves.changed == {"qrs", "t"} and waves.context().reference.blur.tolist()[0][1] > 0
    row = waves.rows_of("QRS", "conducted")[0]
    assert not np.array_equal(shapes.of_events[row].qrs, waves.own[row].qrs)


def test_what_is_ruled_out_is_removed_though_nothing_recognised_it(engine, reference):
    request = TwinRequest(("sinus rhythm",), shows=(), without=("left bundle branch block",))
    plan = planned(engine, reference, request, 3)
    assert plan.removed == ("left bundle branch block",)
    assert shapes_of(engine, plan)[0].changed == {"qrs", "t"}


def test_ventricular_beats_are_hardly_ever_like_conducted_ones(engine, reference):
    alike, seen = 0, 0
    for seed in range(8):
        plan = planned(engine, reference, PVC, seed)
        waves, shapes = shapes_of(engine, plan)
        for row in waves.rows_of("QRS", "ventricular"):
            alike += not looks_ectopic(shapes.of_events[row], plan.patient.template)
            seen += 1
    assert seen >= 8 and alike <= 0.2 * seen


@pytest.mark.parametrize("names", [("sinus rhythm",), ("left bundle branch block",)])
def test_the_less_identity_the_less_like_the_patient(engine, reference, names):
    """Kept beats, what drawn ones are added to and what the networks read go to nobody's together."""
    asked = TwinRequest(names, heart_rate=70.0, seed=1)
    alike = [
        engine.generate(reference, replace(asked, identity=identity))[0].identity_similarity
        for identity in (1.0, 0.66, 0.33, 0.0)
    ]
    assert all(more > less + 0.05 for more, less in itertools.pairwise(alike)), alike
    assert alike[0] > 0.6 and alike[-1] < 0.5, alike


def test_nobody_in_particular_is_the_same_for_every_patient(engine, reference):
    """Of another heart with the same cycle nothing is left: same waves, same tokens, from the same seed."""
    other = replace(reference, signal=-0.6 * reference.signal[::-1])
    request = TwinRequest(("left bundle branch block",), heart_rate=70.0, seed=1, identity=0.0, shows=())
    one, two = (
        StripWaves(engine.generator.drawer, planned(engine, of, request, 1)) for of in (reference, other)
    )
    everybody = engine.generator.drawer.own_centre
    for waves in (one, two):
        context = waves.context()
        start = engine.generator.drawer.start(context.reference, context.kind)
        assert np.allclose(start[0], everybody * engine.generator.drawer.live[waves.kind])
        assert not context.reference.known.any()
    assert np.abs(one.template.qrs - two.template.qrs).max() < 1e-4
    assert np.abs(one.template.t - two.template.t).max() < 1e-4


def test_of_nobody_a_block_is_made_anew(engine, reference):
    """What is kept as the recording has it would be the patient's own beat again."""
    request = TwinRequest(("sinus rhythm",), shows=("sinus rhythm", "left bundle branch block"), identity=0.0)
    plan = planned(engine, reference, request, 1)
    assert plan.kept == ("sinus rhythm",) and plan.made_anew == ("left bundle branch block",)
    assert planned(engine, reference, replace(request, identity=1.0), 1).made_anew == ()


def test_a_block_that_is_asked_at_a_severity_is_drawn_at_it_though_the_reference_has_one(engine, reference):
    block = "left bundle branch block"

    def context(**asked):
        request = TwinRequest((block,), heart_rate=70.0, shows=("sinus rhythm", block), **asked)
        waves = StripWaves(engine.generator.drawer, planned(engine, reference, request, 1))
        return waves.changed, waves.context()

    (column,) = engine.generator.condition_tokens([block])
    changed, kept = context()
    assert not changed and not kept.reference.blur.any() and np.isnan(kept.condition.severity[0, column])
    changed, anew = context(severity=0.9)
    assert changed == {"qrs", "t"} and anew.reference.blur[0].tolist() == [
        0.0,
        BLUR_OF_REMOVED,
        BLUR_OF_REMOVED,
    ]
    assert anew.condition.severity[0, column] == pytest.approx(0.9)


def drawn_together(engine, plans):
    *_, last = engine.generator.sample(plans)
    return last.preview


def test_plans_that_are_sampled_together_are_those_that_are_sampled_alone(engine, reference):
    """To the last bits: a product of larger matrices is summed in another order."""
    plans = [planned(engine, reference, PVC, seed) for seed in (1, 2, 3)]
    together = drawn_together(engine, plans)
    assert together.shape == (3, 12, 5000)
    for plan, one in zip(plans, together, strict=True):
        assert np.abs(drawn_together(engine, [plan])[0] - one).max() < 1e-5  # mV, a hundredth of a microvolt
    assert np.abs(together[0] - together[1]).max() > 0.1


def test_guided_plans_are_sampled_together_too(engine, reference):
    request = replace(PVC, identity=1.4, strength=2.0, sampler="ddpm", steps=3)
    plans = [planned(engine, reference, request, seed) for seed in (1, 2)]
    for plan, one in zip(plans, drawn_together(engine, plans), strict=True):
        assert np.abs(drawn_together(engine, [plan])[0] - one).max() < 1e-4


def test_plans_of_other_settings_are_not_sampled_together(engine, reference):
    plans = [planned(engine, reference, replace(PVC, steps=steps), 1) for steps in (2, 3)]
    with pytest.raises(ValueError, match="same settings"):
        next(engine.generator.sample(plans))


@pytest.mark.parametrize("name", ["left bundle branch block", "left ventricular strain", "inferior STEMI"])
def test_beats_that_are_drawn_breathe_as_the_patient_does(engine, reference, name):
    (twin,) = engine.generate(reference, TwinRequest((name,), heart_rate=70.0, seed=3))
    assert "drawn" in twin.recording.provenance["beats"].values()
    assert not [line for line in twin.asked_got if "from beat to beat" in line.name and line.met is False]
    own, drawn = (traits_of(measure(one))["breath"] for one in (reference, twin.recording))
    assert 0.4 * own < drawn < 3 * own
