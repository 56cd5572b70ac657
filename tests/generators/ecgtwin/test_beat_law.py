"""A drawn beat keeps the criteria of its conditions and a voltage that patients have, whatever the reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.conditions.plausible import LIMITS
from ecgtwin_app.conditions.referee import is_plausible, judge, meets
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.template import keeping
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.tasks import task_of
from ecgtwin_app.generators.base import Beats
from ecgtwin_app.generators.ecgtwin import shapes as shapes_of_strips
from ecgtwin_app.generators.ecgtwin import strip as laying
from ecgtwin_app.generators.ecgtwin.beat_law import (
    ALWAYS_ALLOWED,
    GROWTH,
    bounds,
    by_physiology,
    missed_lines,
)
from ecgtwin_app.generators.ecgtwin.shapes import settlements
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.generators.ecgtwin.waves import StripWaves
from ecgtwin_app.heart.morphologies import MORPHOLOGIES
from ecgtwin_app.heart.rhythm.atrial_waves import SEEN_FLUTTER, as_large_as_seen, with_sinus_p
from ecgtwin_app.heart.shape.ventricular_beats import looks_ectopic

LBBB = "left bundle branch block"


def planned(engine, recording, *conditions, seed=3, **asked):
    request = TwinRequest(conditions, 70.0, seed=seed, **asked)
    patient = engine._prepare((recording,))
    return engine.generator.plan(patient, task_of(request, (recording,)), seed)


def conducted_beats(engine, plan):
    """The conducted beats of a strip, each with the P before it, and how they were made."""
    waves = StripWaves(engine.generator.drawer, plan)
    shapes = next(settlements(engine.generator.drawer, waves, waves.draw((0,))[0]))
    p = {id(waves.own[row]): shapes.of_events[row] for row in waves.rows_of("P", "sinus")}
    rows = [row for row in waves.rows_of("QRS", "conducted") if id(waves.own[row]) in p]
    return [keeping(shapes.of_events[row], p[id(waves.own[row])], {"p"}) for row in rows], shapes.made


def test_where_no_draw_is_a_beat_of_the_condition_physiology_makes_it(engine, reference, monkeypatch):
    plan = planned(engine, reference, LBBB)
    own = plan.patient.template
    assert missed_lines(own, plan) > 0
    # As for a reference that the model was never taught on: it gives the patient's own beat back.
    monkeypatch.setattr(WaveDrawer, "velocity", lambda self, x, *_: x)
    beats, made = conducted_beats(engine, plan)
    assert made[LBBB] == Beats.SIMULATED
    assert all(missed_lines(beat, plan) == 0 and beat.qrs_duration >= 0.12 for beat in beats)
    (twin,) = engine.generate(reference, TwinRequest((LBBB,), 70.0, seed=3))
    assert twin.met, [line for line in twin.asked_got if line.met is False]
    # An ablation lays what was drawn, whatever it misses.
    monkeypatch.setattr(engine.generator, "networks_alone", True)
    (twin,) = engine.generate(reference, TwinRequest((LBBB,), 70.0, seed=3))
    assert not twin.met and set(twin.recording.provenance["beats"].values()) == {"drawn"}


def test_physiology_changes_all_beats_of_a_patient_alike(engine, reference):
    plan = planned(engine, reference, LBBB)
    own = plan.patient.own.single
    beats = [by_physiology(plan, one, 1)[0] for one in own]
    assert len({beat.qrs_duration for beat in beats}) == 1
    apart = [np.std([one.qrs for one in some], axis=0).max() for some in (own, beats)]
    assert apart[1] < 3 * apart[0] + 0.02


def test_no_voltage_grows_beyond_what_a_heart_can_come_to(engine, reference):
    own = engine._prepare((reference,)).template
    large = replace(own, qrs=4 * own.qrs, t=4 * own.t)
    beat = bounds(large, own, (LBBB,))(large)
    for rows, allowed in ((slice(0, 6), ALWAYS_ALLOWED[0]), (slice(6, 12), ALWAYS_ALLOWED[1])):
        before, after = (np.ptp(twelve_leads(one.qrs)[rows], axis=1).max() for one in (own, beat))
        assert after <= max(GROWTH * before, allowed) + 1e-4
    # One factor for the limb leads: the frontal axis stays, and so does the law of the limb leads.
    ratio = beat.qrs[:2] / np.where(large.qrs[:2] == 0, 1, large.qrs[:2])
    assert np.ptp(ratio[large.qrs[:2] != 0]) < 1e-4
    assert (bounds(own, own, (LBBB,)).qrs == 1).all()
    # What the condition does not change is not touched: T of a strain is bounded, its QRS is the patient's.
    strained = bounds(large, own, ("left ventricular strain",), {"t"})(large)
    assert np.array_equal(strained.qrs, large.qrs) and np.abs(strained.t).max() < np.abs(large.t).max()


@pytest.mark.parametrize("name", [LBBB, "left ventricular hypertrophy", "anterior STEMI", "T inversion"])
def test_waves_of_a_twin_are_of_a_size_that_patients_have(engine, reference, name):
    (twin,) = engine.generate(reference, TwinRequest((name,), 70.0, seed=11, severity=1.0))
    (line,) = [line for line in twin.asked_got if line.name == "waves no larger than patients have them"]
    assert line.met is True


def test_a_wave_that_no_patient_has_is_missed_and_named(reference):
    before = measure(reference)
    eight = independent_leads(reference.signal).copy()
    eight[3] *= 5.67 / before.s_amplitude["V2"]
    verdicts = judge(Recording(twelve_leads(eight), reference.rate), (), reference=reference)
    (line,) = [v for v in verdicts if v.name.startswith("size of S")]
    assert line.name == "size of S in V2" and line.asked == "≤ 3.9" and line.met is False
    assert line.got == pytest.approx(5.67, abs=0.1)
    assert meets(verdicts) and not is_plausible(verdicts), "nothing that was asked is missed"
    # The patient's own is never too large, and a recording that is no twin is not held against it.
    large = Recording(twelve_leads(eight), reference.rate)
    assert is_plausible(judge(large, (), reference=large))
    assert judge(large, ()) == ()


def test_records_name_places_of_the_limits_and_raise_them():
    usual = {limit.place: limit.usual for limit in LIMITS}
    for condition in load_vocabulary():
        assert set(condition.larger_waves) <= set(usual)
        assert all(value > usual[place] for place, value in condition.larger_waves.items())
    assert all(limit.allowed(()) == limit.usual for limit in LIMITS)


def test_a_rhythm_need_not_narrow_the_patients_own_wide_qrs(reference):
    wide = measure(reference)
    for own, got, met in (
        (138.0, 146.0, True),
        (168.0, 128.0, True),
        (138.0, 162.0, False),
        (90.0, 122.0, False),
    ):
        lines = judge(replace(wide, qrs=got), ("junctional rhythm",), reference=replace(wide, qrs=own))
        (line,) = [line for line in lines if line.name == "QRS duration"]
        assert line.met is met, (own, got, line)
        assert ("the reference has" in line.asked) is (own >= 120)


def test_a_patient_without_p_has_one_in_sinus_rhythm(engine, reference):
    template = engine._prepare((reference,)).template
    none = replace(template, p=template.p[:, :0], p_offset=0, pr=np.nan, p_peak=np.nan, p_duration=np.nan)
    drawn = with_sinus_p(none, np.random.default_rng(1))
    assert drawn.has_p and 0.085 <= drawn.p_duration <= 0.115 and 0.12 <= drawn.pr <= 0.2
    one, two = drawn.p[0], drawn.p[1]
    assert one.max() > 0.02 and two.max() > 0.06 and two.max() > 3 * -two.min()
    assert np.array_equal(drawn.qrs, none.qrs)


@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_a_flutter_wave_is_as_large_as_a_reader_sees(size):
    wave = np.outer(np.array([0.1, 1, -0.2, 0, 0, 0, 0, 0.3]), np.sin(np.linspace(0, 6.28, 64))).astype(
        np.float32
    )
    qrs = size * np.outer(np.ones(8), np.sin(np.linspace(0, 6.28, 40)) / 2).astype(np.float32)
    small, large = as_large_as_seen(0.02 * wave, qrs), as_large_as_seen(0.3 * wave, qrs)
    assert np.ptp(small[1]) == pytest.approx(SEEN_FLUTTER * np.clip(size, 0.8, 1.6), rel=0.01)
    assert np.allclose(large, 0.3 * wave)


def test_every_morphology_is_judged_on_its_beat(engine, reference):
    for name in MORPHOLOGIES:
        plan = planned(engine, reference, name)
        beats, _ = conducted_beats(engine, plan)
        missed = [missed_lines(beat, plan) for beat in beats[:4]]
        assert min(missed) == 0 and np.mean(missed) < 1, (name, missed)


@pytest.mark.parametrize("missed, kept", [([0], 0), ([2, 0], 1), ([2, 1, 3, 2], 1)])
def test_what_misses_its_criteria_where_it_is_laid_is_settled_otherwise(
    engine, reference, monkeypatch, missed, kept
):
    plan = planned(engine, reference, LBBB)
    waves = StripWaves(engine.generator.drawer, plan)
    laid_strips = []

    def counted(strip, *_):
        laid_strips.append(strip)
        return missed[len(laid_strips) - 1]

    monkeypatch.setattr(laying, "missed_on_strip", counted)
    _, strip = laying.laid(engine.generator.drawer, plan, waves, waves.draw((0,))[0])
    assert len(laid_strips) == len(missed) <= laying.MOST_STRIPS
    assert np.array_equal(strip, laid_strips[kept])
    assert len({one.tobytes() for one in laid_strips}) == len(missed), "each is another strip"


def test_networks_alone_lay_what_they_draw_first(engine, reference, monkeypatch):
    plan = planned(engine, reference, LBBB)
    waves = StripWaves(engine.generator.drawer, plan)
    monkeypatch.setattr(laying, "missed_on_strip", lambda *_: pytest.fail("nothing is asked of it"))
    laying.laid(engine.generator.drawer, plan, waves, waves.draw((0,))[0], networks_alone=True)


def test_where_no_draw_is_an_ectopic_beat_physiology_makes_one(engine, reference, monkeypatch):
    plan = planned(engine, reference, "ventricular premature complex")
    monkeypatch.setattr(shapes_of_strips, "looks_ectopic", lambda *_: False)
    waves = StripWaves(engine.generator.drawer, plan)
    found = next(settlements(engine.generator.drawer, waves, waves.draw((0,))[0]))
    (row, *_) = waves.rows_of("QRS", "ventricular")
    assert found.made["ventricular premature complex"] == Beats.SIMULATED
    assert looks_ectopic(found.of_events[row], waves.template)
