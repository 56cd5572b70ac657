"""What a drawn beat has to keep before it is rendered: the criteria of its conditions, and a voltage that a heart can reach.

The beat model learned from some 4,200 hearts. Where a reference lies outside them (a simulator's strip, an infarct, all
leads of one sign) its draw may be no beat of the condition. Such a draw is not rendered: the beat is made by the physiology
that taught the model (`heart.morphologies`), and only where that does not help either it is drawn again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.absence import judge_absent
from ecgtwin_app.conditions.plausible import LIMITS
from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.rendering import render_score
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.heart.morphologies import MORPHOLOGIES, Traits
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.physics.vector import fit_lead_field

#: Beats of the strip that a beat is judged on, and its noise, mV (root mean square).
BEATS, NOISE = 4, 0.004
#: Beats that physiology makes at most.
PHYSIOLOGY_DRAWS = 4
#: How far (degrees, ms) axis and QRS duration of a beat may be from those that define its condition.
AXIS_ASTRAY, QRS_ASTRAY = 15.0, 12.0
#: No QRS is drawn longer than this (s), and where the record of a condition has a longer one.
LONGEST_QRS, LONGEST_WHERE_LONG = 0.2, 0.24
#: How much larger than the patient's own largest QRS of the limb leads, and of the chest leads, a changed one may be. A
#: new bundle branch block adds a third to a half; hypertrophy has to bring a small heart to 3.5 mV (Sokolow-Lyon).
GROWTH, GROWTH_OF_HYPERTROPHY = 1.6, 2.4
#: A QRS of this size (mV peak to peak; limb, chest) is never too large, and in hypertrophy.
ALWAYS_ALLOWED, ALWAYS_IN_HYPERTROPHY = (1.2, 2.0), (1.8, 3.0)
#: Rows of the limb and of the chest leads among the eight.
_GROUPS = (slice(0, 2), slice(2, 8))
#: A wave is drawn so much inside its limit: beats differ, and noise adds to the tip.
INSIDE = 0.92
#: Samples after the J point at which T is looked for.
AFTER_J = 30


def missed_lines(beat: BeatTemplate, plan: EcgTwinPlan) -> int:
    """How much of the law a beat misses on a plain strip at the plan's rate.

    That is: lines of the criteria of its conditions, what defines a condition besides, and the criteria of what is
    to be gone.
    """
    names = _new_shapes(plan)
    cycle = 60.0 / plan.rate
    times = 0.35 + cycle * np.arange(BEATS)
    events = [Event(float(time), "QRS", "conducted") for time in times]
    asked = find_conditions(names)
    drawn = next((condition.drawn_pr for condition in asked if condition.drawn_pr), None)
    pr = beat.pr if drawn is None else np.mean(drawn)
    events += [Event(float(time - pr), "P", "sinus") for time in times if beat.has_p]
    duration = float(times[-1] + max(0.9 * cycle, 0.5))
    signal = render_score(RhythmScore(tuple(events), duration), lambda *_: beat)[
        :, : int(duration * MODEL_RATE)
    ]
    noise = NOISE * np.random.default_rng(0).standard_normal(signal.shape)
    strip = Recording(twelve_leads((signal + noise).astype(np.float32)), MODEL_RATE)
    try:
        measured = measure(strip, remember=False)
    except EcgError:
        return 1_000
    missed = _missed_criteria(measured, plan, names)
    if plan.axis is not None:
        missed += abs((qrs_axis(beat.qrs) - plan.axis + 180) % 360 - 180) > AXIS_ASTRAY
    if plan.qrs is not None:
        missed += measured.qrs is None or abs(measured.qrs - plan.qrs) > QRS_ASTRAY
    longest = LONGEST_WHERE_LONG if any(condition.longest_qrs for condition in asked) else LONGEST_QRS
    return missed + (beat.qrs_duration > max(longest, 1.1 * plan.patient.template.qrs_duration))


def missed_on_strip(strip: np.ndarray, plan: EcgTwinPlan, new_p: bool) -> int:
    """How many criteria of its new shapes, and of those that are to be gone, a laid strip (12, samples) misses, mV.

    With a `new_p` those of sinus rhythm count, too.
    """
    names = _new_shapes(plan)
    if new_p:
        names += [condition.name for condition in find_conditions(plan.names) if condition.sinus]
    if not names and not _removed_shapes(plan):
        return 0
    try:
        return _missed_criteria(measure(Recording(strip, MODEL_RATE)), plan, names)
    except EcgError:
        return 1_000


def _new_shapes(plan: EcgTwinPlan) -> list[str]:
    return [name for name in plan.names if name in MORPHOLOGIES and name not in plan.kept]


def _removed_shapes(plan: EcgTwinPlan) -> list[str]:
    return [name for name in plan.removed if name in MORPHOLOGIES]


def _missed_criteria(measured: Measurements, plan: EcgTwinPlan, names: list[str]) -> int:
    who = {"age": plan.age, "sex": plan.sex}
    lines = judge(measured, names, **who, reference=plan.patient.measured, whole=False)
    gone = [judge_absent(measured, name, names, **who) for name in _removed_shapes(plan)]
    return sum(line.met is False for line in (*lines, *gone))


def by_physiology(plan: EcgTwinPlan, own: BeatTemplate, draw: int) -> tuple[BeatTemplate, float]:
    """A beat of the patient's changed by the physiology of what is new, and how far it is from the plan's severity.

    One draw changes all beats of the patient alike.
    """
    field, traits = fit_lead_field(own.qrs, own.t), Traits(plan.age, plan.sex)
    rng = np.random.default_rng([plan.seed, 7, draw])
    beat, off = own, 0.0
    for name, change in MORPHOLOGIES.items():
        if name in plan.names and name not in plan.kept:
            beat, parameters = change(beat, field, rng, traits)
            off += abs(parameters.get("severity", plan.severity) - plan.severity)
    return beat, off


@dataclass(frozen=True, eq=False)
class Bounds:
    """By what QRS and T of a beat are multiplied, each (8, 1), so that a heart can have them."""

    qrs: np.ndarray
    t: np.ndarray

    def __call__(self, beat: BeatTemplate) -> BeatTemplate:
        """The beat within the bounds."""
        return replace(beat, qrs=beat.qrs * self.qrs, t=beat.t * self.t)


def bounds(
    beat: BeatTemplate, own: BeatTemplate, conditions: tuple[str, ...], parts: Collection[str] = ("qrs", "t")
) -> Bounds:
    """How a beat becomes one with no larger a QRS and T than the patient's heart can come to under the conditions.

    Limb and chest leads are bounded apart, all leads of a group by one factor: what they have to one another stays. A T
    shrinks with its QRS. Of a beat's `parts` those that are not drawn are left alone.
    """
    growth, allowed = GROWTH, ALWAYS_ALLOWED
    asked = find_conditions(conditions)
    if any(condition.raises_voltage for condition in asked):
        growth, allowed = GROWTH_OF_HYPERTROPHY, ALWAYS_IN_HYPERTROPHY
    of_qrs, of_t = np.ones((8, 1), np.float32), np.ones((8, 1), np.float32)
    for group, names, always in zip(_GROUPS, (LEADS[:6], LEADS[6:]), allowed, strict=True):
        size, before = (_sizes(one) for one in (beat, own))
        most = max(growth * max(before["QRS"][name] for name in names), always)
        factors = {"QRS": most / max(size["QRS"][name] for name in names), "T": 1.0}
        for limit in LIMITS:
            if limit.wave in size and set(limit.leads) <= set(names):
                of_own = max(before[limit.wave][name] for name in limit.leads)
                most = max(INSIDE * limit.allowed(asked), of_own)
                largest = max(size[limit.wave][name] for name in limit.leads)
                part = "T" if limit.wave == "T" else "QRS"
                factors[part] = min(factors[part], most / max(largest, 1e-6))
        if "qrs" in parts:
            of_qrs[group] = min(1.0, factors["QRS"])
        if "t" in parts:
            of_t[group] = min(float(of_qrs[group][0, 0]), factors["T"])
    return Bounds(of_qrs, of_t)


def _sizes(beat: BeatTemplate) -> dict[str, dict[str, float]]:
    """Largest R, S and T, and QRS peak to peak, by lead, mV."""
    qrs, t = twelve_leads(beat.qrs), twelve_leads(beat.t[:, beat.j_index + AFTER_J :])
    found = {
        "R": qrs.max(axis=1),
        "S": -qrs.min(axis=1),
        "QRS": np.ptp(qrs, axis=1),
        "T": np.abs(t).max(axis=1),
    }
    return {
        wave: {name: float(value) for name, value in zip(LEADS, values, strict=True)}
        for wave, values in found.items()
    }
