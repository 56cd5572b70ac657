"""What the ensemble is asked for one plan: the waves of its score, the condition, and the patient's own beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from ecgtwin_app.conditions.together import changed_parts
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES, Event
from ecgtwin_app.ecg.beat.template import BeatTemplate, qt_factor
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.condition_input import condition_of
from ecgtwin_app.generators.ecgtwin.nobody import OwnWaves
from ecgtwin_app.generators.ecgtwin.patient import told
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.generators.ecgtwin.strip_context import CONDUCTED, SINUS_P, StripContext
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer

#: How far apart the seeds of a strip's trials lie, and the steps of the sampler for all but the first.
TRIAL_STRIDE, TRIAL_STEPS = 1_000_003, 6
#: How far the reference is blurred where a condition of its own is to go, in spreads of the patients.
BLUR_OF_REMOVED = 0.5
#: Columns of the condition's numbers: heart rate and PR are no property of a beat's shape.
_HEART_RATE, _PR, _QT = 0, 2, 4


class StripWaves:
    """The waves of a plan's score that the ensemble draws.

    Parameters
    ----------
    drawer : WaveDrawer
    plan : EcgTwinPlan

    Attributes
    ----------
    rows : list of int
        Of the score's events, which are drawn.
    kind : ndarray, shape (waves,), int64
    changed : set of str
        The parts of a conducted beat, "p", "qrs" and "t", that are drawn.
    replaced : set of str
        Those under which nothing of the patient's own waves lies: the changed ones, or all where beats are less personal.
    residual : Residual
        What the reference holds beyond its beats.
    order : ndarray of int, shape (QRS events,)
        Which of the patient's beats surrounds each QRS.
    own : list of BeatTemplate
        The patient's own beat for each event of the score.
    """

    def __init__(self, drawer: WaveDrawer, plan: EcgTwinPlan):
        self.plan, self._drawer = plan, drawer
        self._statements = drawer.config.statements
        conditions = find_conditions(plan.names)
        self.untaught = [c for c in conditions if c.statement not in self._statements]
        self._open_site = str(np.random.default_rng([plan.seed, 4]).choice(VENTRICULAR_SITES))
        self._share = min(dials_of(plan)[2], 1.0)
        self.events = plan.performed.events
        kinds = [self._kind(event) for event in self.events]
        self.rows = [row for row, kind in enumerate(kinds) if kind is not None]
        self.kind = np.array([kind for kind in kinds if kind is not None], np.int64)
        self.changed = changed_of(plan)
        still = any(c.atria != "waves" for c in find_conditions(plan.removed))
        self.residual = plan.patient.still_residual if still else plan.patient.residual
        self.replaced = {"p", "qrs", "t"} if self.less_personal else self.changed
        self.order = self.residual.order(plan.performed, np.random.default_rng([plan.seed, 9]))
        patient = plan.patient
        waves = OwnWaves(patient.template, self.residual.beats, patient.reference)
        self._waves = waves.less_personal(self._drawer, self._share)
        self.own = self._own_of_events()

    @property
    def template(self) -> BeatTemplate:
        """The patient's median beat, or what the identity dial leaves of it."""
        return self._waves.template

    @property
    def less_personal(self) -> bool:
        """Whether the beats are less the patient's own than in the recording."""
        return self._share < 1.0

    @property
    def drawn_events(self) -> list[Event]:
        """Of the waves that the ensemble draws."""
        return [self.events[row] for row in self.rows]

    @property
    def drawn_anew(self) -> bool:
        """Whether any of the waves is laid as the ensemble draws it; not where all stay the patient's own."""
        return bool(self.changed) or bool(set(self.kind.tolist()) - {SINUS_P, CONDUCTED})

    def rows_of(self, chamber: str, *origins: str) -> list[int]:
        """Which events are of a chamber and of some origins, all unless some are named."""
        return [
            row
            for row, event in enumerate(self.events)
            if event.chamber == chamber and (not origins or event.origin in origins)
        ]

    def site_of(self, event: Event) -> str:
        """Where a ventricular or paced beat begins; one site for all that leave it open."""
        return event.site or self._open_site

    def context(self, extra: Sequence[str] = ()) -> StripContext:
        """All that the waves are drawn from, a batch of one; with `extra` conditions present."""
        plan = replace(self.plan, names=(*self.plan.names, *extra))
        condition = condition_of(self._statements, plan)
        numbers = condition.numbers.copy()
        numbers[:, [_HEART_RATE, _PR]] = float("nan")
        numbers[:, _QT] *= self.at_own_cycle()
        reference = told(self._waves.reference, self._statements, plan.shows)
        parts = freed(plan)
        blur = [BLUR_OF_REMOVED if part in parts else 0.0 for part in ("p", "qrs", "t")]
        reference = replace(reference, blur=np.array([blur], np.float32))
        there = np.ones_like(self.kind, bool)[None]
        return StripContext(replace(condition, numbers=numbers), reference, self.kind[None], there)

    def noise(self, trial: int = 0) -> np.ndarray:
        """What the waves are drawn from, (waves, SIZE)."""
        times = [event.time for event in self.drawn_events]
        return self._drawer.noise(self.kind, self.plan.seed + TRIAL_STRIDE * trial, times)

    def draw(self, trials: Sequence[int], extra: Sequence[str] = ()) -> list[np.ndarray]:
        """Waves (waves, SIZE) of some trials, drawn at once."""
        strength, away, _ = dials_of(self.plan)
        context = reduce(StripContext.joined, [self.context(extra)] * len(trials))
        noise = np.stack([self.noise(trial) for trial in trials])
        return list(self._drawer.draw(context, noise, TRIAL_STEPS, strength, away))

    def decoded(self, drawn: np.ndarray, rows: Sequence[int]) -> dict[int, BeatTemplate]:
        """The waves of some events, each as a beat that has that wave alone, or that QRS and T."""
        beats = self._drawer.codec.templates(self._vectors(drawn, rows), self.template)
        return dict(zip(rows, beats, strict=True))

    def mean(self, drawn: np.ndarray, rows: Sequence[int], p_rows: Sequence[int] = ()) -> BeatTemplate:
        """What the QRS and T of some events have in common, with what the P of others have."""
        mean = self._vectors(drawn, rows).mean(axis=0, keepdims=True)
        if p_rows:
            # No number belongs to both.
            mean = mean + self._vectors(drawn, p_rows).mean(axis=0, keepdims=True)
        return self._drawer.codec.templates(mean, self.template)[0]

    def at_own_cycle(self) -> float:
        """What a QT at the plan's rate is multiplied by at the reference's own, at which beats are shaped."""
        return float(qt_factor(self.template.rr) / qt_factor(60 / self.plan.rate))

    def _vectors(self, drawn: np.ndarray, rows: Sequence[int]) -> np.ndarray:
        at = {row: k for k, row in enumerate(self.rows)}
        return drawn[[at[row] for row in rows]]

    def _kind(self, event: Event) -> int | None:
        """Index of an event's kind of wave; None for what the ensemble does not draw."""
        if event.chamber == "P":
            if event.origin == "flutter":
                return None
            return SINUS_P if event.origin == "sinus" else KINDS.index(f"P, {event.origin}")
        if event.origin in ("conducted", "aberrant"):
            return CONDUCTED
        if any(c.own_beats == event.origin for c in self.untaught):
            return None
        return KINDS.index(f"{event.origin}, {self.site_of(event)}")

    def _own_of_events(self) -> list[BeatTemplate]:
        """The patient's own beats, one after the other as they came; a P goes with the QRS after it."""
        beats = [self._waves.beats[k] for k in self.order] or [self.template]
        found, beat = [], 0
        for event in self.events:
            found.append(beats[min(beat, len(beats) - 1)])
            beat += event.chamber == "QRS"
        return found


def changed_of(plan: EcgTwinPlan) -> set[str]:
    """The parts of a conducted beat, "p", "qrs" and "t", that are not the patient's own: new ones, or rid of a condition.

    A condition that the reference has already is left as it is. A P that the reference does not show is drawn.
    """
    changed = changed_parts(new_of(plan)) | freed(plan)
    return changed if plan.patient.own.median.has_p else changed | {"p"}


def new_of(plan: EcgTwinPlan) -> tuple[str, ...]:
    """What the reference does not show and the twin does."""
    return tuple(name for name in plan.names if name not in plan.kept)


def freed(plan: EcgTwinPlan) -> set[str]:
    """The parts of a conducted beat that a condition of the reference has shaped and no longer does, or not so.

    Where ventricles led, no conducted beat was seen; turns of a flutter loop run through every T.
    """
    parts = changed_parts((*plan.removed, *plan.made_anew))
    for condition in find_conditions(plan.removed):
        if condition.led_by_ventricles and condition.own_beats:
            parts |= {"qrs", "t"}
        if condition.atria == "flutter":
            parts |= {"t"}
    return parts


def dials_of(plan: EcgTwinPlan) -> tuple[float, float, float]:
    """Strength of the condition, guidance away from what the reference shows, and identity."""
    dials = plan.task.settings.dials
    strength = dials.get("strength", 1.0)
    return strength, (strength - 1.0 if plan.removed else 0.0), dials.get("identity", 1.0)
