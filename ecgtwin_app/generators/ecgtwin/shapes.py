"""The shapes of one draw's beats: the patient's own where nothing changes it, the beat model's elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from ecgtwin_app.conditions.together import changed_parts, keeps_axis
from ecgtwin_app.conditions.vocabulary import NORMAL, find_conditions
from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES
from ecgtwin_app.ecg.beat.template import BeatTemplate, keeping, qt_factor
from ecgtwin_app.generators.base import Beats
from ecgtwin_app.generators.ecgtwin.beat_law import bounded, by_physiology, missed_lines
from ecgtwin_app.generators.ecgtwin.beat_model import BeatContext
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.condition_input import condition_of
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.generators.ecgtwin.weights import TwinModel
from ecgtwin_app.heart.binding import condition_made_by
from ecgtwin_app.heart.morphologies import MORPHOLOGIES
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.physics.vector import fit_lead_field
from ecgtwin_app.heart.rhythm.atrial_waves import as_large_as_seen
from ecgtwin_app.heart.shape.bundle_branch import right_bundle_branch_block
from ecgtwin_app.heart.shape.set_points import brought_to
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat, looks_ectopic, with_soft_j

#: A beat conducted with a rate-dependent block has this one.
ABERRATION = condition_made_by(right_bundle_branch_block)
#: How often a ventricular beat is drawn at most, and how far apart the seeds of its trials lie.
MOST_TRIALS, TRIAL_STRIDE = 8, 1_000_003
#: How often a conducted beat is drawn at most.
CONDUCTED_TRIALS = 4
#: Columns of the condition's numbers: heart rate and PR are no property of a beat's shape.
_HEART_RATE, _PR, _QT = 0, 2, 4


class Shapes:
    """Shapes of the beats of one draw, drawn when first asked for; call it with chamber, origin and site.

    Parameters
    ----------
    model : TwinModel
    plan : EcgTwinPlan
        The same seed gives the same shapes, whatever else is asked.
    device : str
    """

    def __init__(self, model: TwinModel, plan: EcgTwinPlan, device: str):
        self._model, self._plan, self._device = model, plan, device
        self._strength = plan.task.settings.dials.get("strength", 1.0)
        self._own_beat = plan.patient.template
        self._own = model.beats.codec.vector(self._own_beat) if model.beats.draws_beats else None
        self._drawn: dict[tuple[str, str], BeatTemplate] = {}
        self._made: dict[tuple[str, str], Beats] = {}
        self._conditions = find_conditions(plan.names)
        self._untaught = [c for c in self._conditions if c.statement not in model.config.statements]
        rng = np.random.default_rng([plan.seed, 4])
        self._open_site = str(rng.choice(VENTRICULAR_SITES))

    def __call__(self, chamber: str, origin: str, site: str) -> BeatTemplate:
        """The template of an event's origin and site."""
        if chamber == "P" and origin == "sinus":
            chamber, origin = "QRS", "conducted"
        key = (f"{chamber} {origin}", site)
        if key not in self._drawn:
            self._drawn[key], self._made[key] = self._shape(chamber, origin, site or self._open_site)
        return self._drawn[key]

    def made_for(self) -> dict[str, Beats]:
        """How the beats of each condition were made, as far as shapes were asked for."""
        found: dict[str, set[Beats]] = {}
        for (kind, _), made in self._made.items():
            if kind.startswith("QRS"):
                found.setdefault(kind.removeprefix("QRS "), set()).add(made)
        result = {}
        for condition in self._conditions:
            ways = found.get(condition.own_beats) or found.get("conducted")
            if ways:
                result[condition.name] = next(iter(ways)) if len(ways) == 1 else Beats.MIXED
        return result

    def _shape(self, chamber: str, origin: str, site: str) -> tuple[BeatTemplate, Beats]:
        plan, own = self._plan, self._own_beat
        if origin in ("ventricular", "paced") and any(c.own_beats == origin for c in self._untaught):
            return self._simulated(origin, site), Beats.SIMULATED
        if origin == "flutter":
            wave = self._model.beats.turn.draw(plan.seed).cpu().numpy()
            return replace(own, p=as_large_as_seen(wave, own.qrs), p_offset=0), Beats.DRAWN
        if not self._model.beats.draws_beats:
            conducted = origin in ("conducted", "aberrant")
            return (own, Beats.RECORDED) if conducted else (_nothing(own), Beats.DRAWN)
        if chamber == "P":
            return self._draw(KINDS.index(f"P, {origin}"), plan) if own.has_p else own, Beats.DRAWN
        if origin == "aberrant":
            aberrant = replace(plan, names=(*plan.names, ABERRATION))
            beat = keeping(self._draw(0, aberrant), own, {"p", "qrs", "t"} - changed_parts(aberrant.names))
            return bounded(beat, own, aberrant.names, changed_parts(aberrant.names)), Beats.DRAWN
        if origin == "conducted":
            return self._conducted()
        kind = KINDS.index(f"{origin}, {site}")
        beat = with_soft_j(self._ectopic(kind) if origin == "ventricular" else self._draw(kind, plan))
        return self._bounded_if_led(beat), Beats.DRAWN

    def _simulated(self, origin: str, site: str) -> BeatTemplate:
        """A beat of physiology: of a rhythm that the networks were not taught."""
        own = self._own_beat
        rng = np.random.default_rng([self._plan.seed, 8, VENTRICULAR_SITES.index(site)])
        beat, _ = ectopic_beat(own, fit_lead_field(own.qrs, own.t), rng, site, origin == "paced")
        return self._bounded_if_led(beat)

    def _bounded_if_led(self, beat: BeatTemplate) -> BeatTemplate:
        led = any(condition.led_by_ventricles for condition in self._conditions)
        return bounded(beat, self._own_beat, self._plan.names) if led else beat

    def _conducted(self) -> tuple[BeatTemplate, Beats]:
        """What the conditions change is drawn, the rest is the patient's own, and set-points are kept.

        The draw is taken if it keeps `beat_law`, else the first beat of physiology that does, else of further draws the
        one that misses least. What the networks were not taught is physiology's alone.
        """
        plan, own = self._plan, self._own_beat
        if not changed_parts(plan.names):
            return self._brought(own), Beats.RECORDED
        best, made, fewest = own, Beats.RECORDED, np.inf
        for drawn, way in self._conducted_draws():
            beat = self._finished(drawn)
            missed = missed_lines(beat, plan)
            if missed < fewest:
                best, made, fewest = beat, way, missed
            if missed == 0:
                break
        return best, made

    def _conducted_draws(self) -> Iterator[tuple[BeatTemplate, Beats]]:
        taught = not any(condition.changes for condition in self._untaught)
        if taught:
            yield self._draw(0, self._plan), Beats.DRAWN
        # A reference on which one draw fails lies outside what the model was taught on: the next would be no better.
        yield from ((beat, Beats.SIMULATED) for beat in by_physiology(self._plan))
        if taught:
            for beat in self._draws(0, self._plan, range(1, CONDUCTED_TRIALS)):
                yield beat, Beats.DRAWN

    def _finished(self, beat: BeatTemplate) -> BeatTemplate:
        """A drawn beat with what the conditions leave alone, no larger than it can be, at its set-points."""
        own, names = self._own_beat, self._plan.names
        parts = changed_parts(names)
        beat = keeping(beat, own, {"p", "qrs", "t"} - parts)
        return self._brought(bounded(beat, own, names, parts))

    def _brought(self, beat: BeatTemplate) -> BeatTemplate:
        plan, own = self._plan, self._own_beat
        axis = plan.turned_to
        if axis is None and "qrs" in changed_parts(plan.names) and keeps_axis(plan.names):
            axis = qrs_axis(own.qrs)
        qrs = None if plan.qrs is None else plan.qrs / 1000
        qt = None if plan.qt is None else plan.qt / 1000 * self._at_own_cycle()
        return brought_to(beat, qrs, qt, axis)

    def _at_own_cycle(self) -> float:
        """What a QT at the plan's rate is multiplied by at the reference's own, at which beats are shaped."""
        return float(qt_factor(self._own_beat.rr) / qt_factor(60 / self._plan.rate))

    def _ectopic(self, kind: int) -> BeatTemplate:
        """A ventricular beat, drawn again while it could be taken for a conducted one: a net knows no sharp bounds."""
        beat = self._draw(kind, self._plan)
        if looks_ectopic(beat, self._own_beat):
            return beat
        # All further trials at once take hardly longer than one.
        again = self._draws(kind, self._plan, range(1, MOST_TRIALS))
        return next((one for one in again if looks_ectopic(one, self._own_beat)), again[-1])

    def _draw(self, kind: int, plan: EcgTwinPlan) -> BeatTemplate:
        return self._draws(kind, plan, (0,))[0]

    def _draws(self, kind: int, plan: EcgTwinPlan, trials: Sequence[int]) -> list[BeatTemplate]:
        statements = self._model.config.statements
        # Rhythms do not shape a beat.
        names = tuple(name for name in plan.names if name in MORPHOLOGIES)
        condition = condition_of(statements, replace(plan, names=(NORMAL, *names)), self._device)
        numbers = condition.numbers.clone()
        numbers[:, [_HEART_RATE, _PR]] = float("nan")
        numbers[:, _QT] *= self._at_own_cycle()
        assert self._own is not None, "without a beat model nothing is drawn"
        context = BeatContext(
            replace(condition, numbers=numbers), torch.tensor([kind], device=self._device), self._own
        )
        seeds = (plan.seed * 64 + kind + TRIAL_STRIDE * trial for trial in trials)
        strength = self._strength if kind == 0 else 1.0
        vectors = self._model.beats.draw(context, *seeds, strength=strength)
        return [self._model.beats.codec.template(one[None], self._own_beat) for one in vectors]


def _nothing(like: BeatTemplate) -> BeatTemplate:
    """A beat that leaves no trace, for the strip model to shape."""
    return replace(like, p=like.p * 0, qrs=like.qrs * 0, t=like.t * 0)
