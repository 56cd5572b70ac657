"""What will be performed: a task made definite for one patient and one seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.feasible_rate import rate_for
from ecgtwin_app.conditions.together import why_apart
from ecgtwin_app.conditions.vocabulary import NORMAL, find_conditions
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.generators.base import Plan
from ecgtwin_app.generators.ecgtwin.patient import EcgTwinPatient
from ecgtwin_app.generators.task import Target, Task
from ecgtwin_app.heart.rhythm.atrial_waves import with_flutter_waves
from ecgtwin_app.heart.rhythm.processes import write_score

#: Severity drawn where none is asked: not so mild that a criterion hangs on a microvolt.
USUAL_SEVERITY = (0.45, 0.95)
#: Set-points that shape the beat, in the order in which open ones are drawn.
_OF_THE_BEAT = ("pr", "qrs", "qt", "axis")


@dataclass(frozen=True, eq=False, kw_only=True)
class EcgTwinPlan(Plan):
    """All that one draw performs, nothing left open but the noise.

    Attributes
    ----------
    patient : EcgTwinPatient
    rate : float
        Ventricular rate, 1/min.
    severity : float
        0 to 1.
    shows : tuple of str
        What the reference shows.
    pr, qrs, qt, axis : float or None
        Set-points, ms and degrees.
    turned_to : float or None
        The axis that was asked, to which the beat is turned. One that defines a fascicular block is only aimed at:
        turned to it, the block would lose the small waves that tell it.
    counterpart : RhythmScore or None
        The score that the same heart would have had without the condition: by the same random numbers of a rhythm
        process, or from the beats of a learned rhythm.
    """

    patient: EcgTwinPatient
    rate: float
    severity: float
    shows: tuple[str, ...] = ()
    pr: float | None = None
    qrs: float | None = None
    qt: float | None = None
    axis: float | None = None
    turned_to: float | None = None
    counterpart: RhythmScore | None = None

    @property
    def performed(self) -> RhythmScore:
        """The score; every plan that `make_plan` gives has one."""
        assert self.score is not None
        return self.score

    @property
    def kept(self) -> tuple[str, ...]:
        """Of what the reference shows, what the twin shows as well: as it is there, not made once more."""
        return tuple(name for name in self.shows if name in self.names and name not in self.made_anew)

    @property
    def made_anew(self) -> tuple[str, ...]:
        """Shapes that reference and twin show, but the twin not as the reference has them.

        At a severity that was asked, or in a twin that is less of a person.
        """
        target = self.task.target
        less_personal = self.task.settings.dials.get("identity", 1.0) < 1
        both = find_conditions([name for name in self.shows if name in self.names])
        return tuple(
            one.name
            for one in both
            if one.changes
            and not one.is_rhythm
            and (less_personal or (one.name in target.present and one.name not in target.keep))
        )

    @property
    def removed(self) -> tuple[str, ...]:
        """Of what the reference shows, what the twin does not."""
        return tuple(name for name in self.shows if name not in self.names)

    def without_condition(self, names: Sequence[str] = ()) -> EcgTwinPlan:
        """The plan less some of its conditions, everything else the same: rate, severity, seed, and the others.

        Without a rhythm the patient is in the counterpart's sinus rhythm, and the beat keeps what was asked of it.
        Without a shape the beats fall at the same times, and what was asked of QRS, QT and axis goes with it.
        Unless some are named, all go that the reference does not show, or all where it shows them all.
        """
        names = names or [name for name in self.names if name not in self.kept] or self.names
        left = tuple(name for name in self.names if name not in names)
        unshaped = replace(self, qrs=None, qt=None, axis=None, turned_to=None)
        if not left:
            return replace(unshaped, names=(NORMAL,), score=self.counterpart, pr=None)
        if not any(condition.is_rhythm for condition in find_conditions(names)):
            changed = replace(unshaped, names=left)
            # A shape that the score knows of, pre-excitation or a large atrium, has a PR of its own.
            return replace(changed, score=changed._rewritten() or self.score)
        changed = replace(self, names=left, pr=None)
        if any(condition.is_rhythm and condition.name != NORMAL for condition in find_conditions(left)):
            return replace(changed, score=changed._rewritten() or self.counterpart)
        return replace(changed, score=self.counterpart)

    def with_condition(self, names: Sequence[str]) -> EcgTwinPlan:
        """The plan with conditions of the reference that were removed, and less what cannot stand beside them.

        Seed, severity and rate are the same. What comes back is the patient's own, as the reference has it; a rhythm is
        written by the draw's own random numbers.
        """
        back = find_conditions(names)
        left = tuple(
            one.name
            for one in find_conditions(self.names)
            if not any(why_apart(one, other) for other in back)
        )
        changed = replace(self, names=(*left, *(one.name for one in back)))
        return replace(changed, score=changed._rewritten() or self.score)

    def _rewritten(self) -> RhythmScore | None:
        """The score of the conditions by the draw's own random numbers; None where no process wrote it."""
        if self.task.target.score is not None or self.task.settings.rhythm != "process":
            return None
        score, _ = write_score(
            self.names, self.rate, np.random.default_rng(self.seed), self.patient.template, age=self.age
        )
        return score if self.pr is None else with_pr(score, self.pr / 1000)


#: Writes score and counterpart of a plan that has none yet.
Composer = Callable[[EcgTwinPlan], tuple[RhythmScore, RhythmScore]]


def make_plan(
    patient: EcgTwinPatient, task: Task, seed: int, composer: Composer | None = None
) -> EcgTwinPlan:
    """Settle what the task leaves open and write the score with the draw's own random numbers.

    `composer` writes it where the task asks for a learned rhythm.
    """
    target = task.target
    rate, reason = rate_for(target.present, target.set_points.get("heart_rate"), patient.rate, seed)
    known = patient.recording.patient
    # A stream of its own: a severity asked for leaves the score as it was.
    rng = np.random.default_rng([seed, 1])
    severity = float(rng.uniform(*USUAL_SEVERITY))
    pr, qrs, qt, axis = _set_points(target, rng)
    plan = EcgTwinPlan(
        patient=patient,
        # What is to go is taken to be there: who rules it out has seen it.
        shows=tuple(dict.fromkeys((*task.source.shows, *target.absent))),
        task=task,
        seed=seed,
        names=target.present,
        rate=rate,
        rate_reason=reason,
        age=known.age if target.age is None else target.age,
        sex=known.sex if target.sex is None else target.sex,
        severity=target.set_points.get("severity", severity),
        pr=pr,
        qrs=qrs,
        qt=qt,
        axis=axis,
        turned_to=target.set_points.get("axis"),
    )
    score, counterpart = _scores(plan, composer)
    return replace(plan, score=score, counterpart=counterpart)


def _scores(plan: EcgTwinPlan, composer: Composer | None) -> tuple[RhythmScore, RhythmScore]:
    """What is performed, and what the same heart would perform without the condition."""
    target, rhythm = plan.task.target, plan.task.settings.rhythm
    if target.score is not None:
        score = target.score
        if score.atrial == "flutter" and not score.times("P", "flutter"):
            return with_flutter_waves(score, np.random.default_rng(plan.seed)), score
        return score, score
    if rhythm == "process":
        score, counterpart = write_score(
            plan.names, plan.rate, np.random.default_rng(plan.seed), plan.patient.template, age=plan.age
        )
    else:
        assert composer is not None, "not offered without a rhythm model"
        score, counterpart = composer(plan)
    pr = target.set_points.get("pr")
    return score if pr is None else with_pr(score, pr / 1000), counterpart


def _set_points(target: Target, rng: np.random.Generator) -> list[float | None]:
    """PR, QRS, QT and axis as asked; where open, what defines the one new condition that changes the beat."""
    asked = {name: target.set_points.get(name) for name in _OF_THE_BEAT}
    new = [name for name in target.present if name not in target.keep]
    shaping = [condition for condition in find_conditions(new) if not condition.is_rhythm]
    if len(shaping) == 1:
        for name, limits in shaping[0].defining.items():
            drawn = float(rng.uniform(*limits))
            asked[name] = drawn if asked[name] is None else asked[name]
    return list(asked.values())


def with_pr(score: RhythmScore, pr: float) -> RhythmScore:
    """The score with the P that belongs to each conducted QRS moved to `pr` seconds before it.

    A P belongs to a QRS when it lies 0.08 to 0.4 s before it and no other QRS comes between.
    """
    qrs = np.array(score.times("QRS"))
    conducted = set(score.times("QRS", "conducted", "aberrant"))
    events = []
    for event in score.events:
        following = qrs[qrs > event.time] if event.chamber == "P" else qrs[:0]
        if len(following) and following[0] in conducted and 0.08 <= following[0] - event.time <= 0.4:
            event = replace(event, time=float(following[0]) - pr)
        events.append(event)
    return replace(score, events=tuple(events))
