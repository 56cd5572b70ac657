"""What will be performed: the request made definite for one reference and one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.vocabulary import Condition, find_condition
from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.ecg.score import RhythmScore
from ecgtwin_app.engine.reference import PreparedReference
from ecgtwin_app.engine.request import RHYTHM_WRITERS, TwinRequest
from ecgtwin_app.heart.atria import with_turns
from ecgtwin_app.heart.registry import MORPHOLOGIES, check_combination
from ecgtwin_app.heart.rhythm import write_score
from ecgtwin_app.model.sampler_names import USUAL_STEPS

#: Widest limits of a request; a condition's own range is narrower and only advice.
HEART_RATES = (30.0, 220.0)
AGES = (0.0, 120.0)
#: Set-points: ms, and degrees for the axis.
SET_POINTS = {"pr": (80.0, 400.0), "qrs": (60.0, 220.0), "qt": (240.0, 700.0), "axis": (-180.0, 270.0)}
#: How far (1/min) a rate that is not asked stays inside the condition's range.
RATE_ROOM = 2.0
#: Severity drawn where none is asked: not so mild that a criterion hangs on a microvolt.
USUAL_SEVERITY = (0.45, 0.95)
#: Set-points (ms, degrees) that define a condition, drawn where none is asked and no other condition changes
#: the QRS: well inside the limits of Surawicz et al. (AHA/ACCF/HRS 2009 part III). A duration is measured some
#: 4 ms longer on the performed strip than it was drawn.
DEFINING = {
    "incomplete right bundle branch block": {"qrs": (100.0, 107.0)},
    "left anterior fascicular block": {"qrs": (88.0, 102.0), "axis": (-72.0, -56.0)},
    "left posterior fascicular block": {"qrs": (88.0, 102.0), "axis": (105.0, 135.0)},
}
MOST_TWINS, MOST_STEPS, MOST_DRAWS = 100, 1000, 50


@dataclass(frozen=True)
class Plan:
    """All that one draw performs, nothing left open but the noise.

    Attributes
    ----------
    names : tuple of str
    rate : float
        Ventricular rate, 1/min.
    age : float or None
    sex : str or None
    severity : float
        0 to 1.
    pr, qrs, qt, axis : float or None
        Set-points, ms and degrees.
    turned_to : float or None
        The axis that was asked, to which the beat is turned. One that defines a fascicular block is only aimed at:
        turned to it, the block would lose the small waves that tell it.
    score : RhythmScore or None
        None when the strip model is to invent the rhythm.
    counterpart : RhythmScore or None
        The score that the same heart would have had without the condition: by the same random numbers of a rhythm
        process, or from the beats of a learned rhythm.
    """

    names: tuple[str, ...]
    rate: float
    age: float | None
    sex: str | None
    severity: float
    pr: float | None
    qrs: float | None
    qt: float | None
    axis: float | None
    turned_to: float | None
    score: RhythmScore | None
    counterpart: RhythmScore | None

    def without_condition(self) -> Plan:
        """The same draw in sinus rhythm, nothing else present."""
        return replace(
            self,
            names=("sinus rhythm",),
            score=self.counterpart,
            pr=None,
            qrs=None,
            qt=None,
            axis=None,
            turned_to=None,
        )


#: Writes score and counterpart of a plan that has none yet, for a reference and a seed.
Composer = Callable[[Plan, PreparedReference, int], tuple[RhythmScore, RhythmScore]]


def check_request(request: TwinRequest) -> list[Condition]:
    """The conditions a request names; `EcgError` (one sentence) when it cannot be granted."""
    if not request.conditions:
        raise EcgError("No condition is named; choose one, for example 'sinus rhythm'.")
    conditions = [find_condition(name) for name in request.conditions]
    check_combination([condition.name for condition in conditions])
    for value, (low, high), what in (
        (request.heart_rate, HEART_RATES, "heart rate"),
        (request.age, AGES, "age"),
        (request.samples, (1, MOST_TWINS), "number of twins"),
        (request.steps, (1, MOST_STEPS), "number of steps"),
        (request.best_of, (1, MOST_DRAWS), "number of draws"),
        (request.strength, (0.0, 5.0), "strength"),
        (request.identity, (0.0, 5.0), "identity dial"),
        (request.seed, (0, 2**53), "seed"),
        (request.severity, (0.0, 1.0), "severity"),
        (request.pr, SET_POINTS["pr"], "PR interval"),
        (request.qrs, SET_POINTS["qrs"], "QRS duration"),
        (request.qt, SET_POINTS["qt"], "QT interval"),
        (request.axis, SET_POINTS["axis"], "QRS axis"),
    ):
        if value is not None and not low <= value <= high:
            raise EcgError(f"The {what} must be between {low:g} and {high:g}, not {value:g}.")
    if request.rhythm not in RHYTHM_WRITERS:
        raise EcgError(
            f"Nobody called {request.rhythm!r} writes rhythms; choose {', '.join(RHYTHM_WRITERS)}."
        )
    if request.sampler not in USUAL_STEPS:
        raise EcgError(f"No sampler is called {request.sampler!r}; choose one of {', '.join(USUAL_STEPS)}.")
    if request.sex not in (None, "F", "M"):
        raise EcgError("The sex must be F, M or left out.")
    return conditions


def make_plan(
    conditions: list[Condition],
    request: TwinRequest,
    reference: PreparedReference,
    seed: int,
    composer: Composer | None = None,
) -> Plan:
    """Settle what the request leaves open and write the score with the draw's own random numbers.

    `composer` writes it where the request asks for a learned rhythm.
    """
    names = tuple(condition.name for condition in conditions)
    rate = request.heart_rate
    if rate is None:
        low = max(condition.rate_range[0] for condition in conditions)
        high = max(low, min(condition.rate_range[1] for condition in conditions))
        # At the very limit of a tachycardia a beat's width would decide what it is.
        room = min(RATE_ROOM, (high - low) / 2)
        rate = float(np.clip(reference.rate, low + room, high - room))
    patient = reference.recording.patient
    age = patient.age if request.age is None else request.age
    sex = patient.sex if request.sex is None else request.sex
    # A stream of its own: a severity asked for leaves the score as it was.
    rng = np.random.default_rng([seed, 1])
    severity = float(rng.uniform(*USUAL_SEVERITY))
    severity = severity if request.severity is None else request.severity
    set_points = _set_points(request, names, rng)
    plan = Plan(names, rate, age, sex, severity, *set_points, request.axis, None, None)
    score = counterpart = None
    if request.score is not None:
        score = counterpart = request.score
        if score.atrial == "flutter" and not score.times("P", "flutter"):
            score = with_turns(score, np.random.default_rng(seed))
    elif request.rhythm == "learned":
        if composer is None:
            raise EcgError("These weights have no rhythm model; choose the rhythm 'process'.")
        score, counterpart = composer(plan, reference, seed)
    elif request.rhythm == "process":
        score, counterpart = write_score(
            names, rate, np.random.default_rng(seed), reference.template, age=age
        )
    if request.score is None and score is not None and request.pr is not None:
        score = with_pr(score, request.pr / 1000)
    return replace(plan, score=score, counterpart=counterpart)


def _set_points(request: TwinRequest, names: tuple[str, ...], rng: np.random.Generator):
    """PR, QRS, QT and axis as asked; where open, what defines the one condition that changes the beat."""
    asked = {name: getattr(request, name) for name in SET_POINTS}
    shaping = [name for name in names if name in MORPHOLOGIES]
    if len(shaping) == 1:
        for name, limits in DEFINING.get(shaping[0], {}).items():
            drawn = float(rng.uniform(*limits))
            asked[name] = drawn if asked[name] is None else asked[name]
    return tuple(asked.values())


def with_pr(score: RhythmScore, pr: float) -> RhythmScore:
    """The score with the P that belongs to each conducted QRS moved to `pr` seconds before it.

    A P belongs to a QRS when it lies 0.08 to 0.4 s before it and no other QRS comes between.
    """
    qrs = np.array(score.times("QRS"))
    conducted = set(score.times("QRS", "conducted", "aberrant"))
    events = []
    for event in score.events:
        following = qrs[qrs > event.time] if event.chamber == "P" else ()
        if len(following) and following[0] in conducted and 0.08 <= following[0] - event.time <= 0.4:
            event = replace(event, time=float(following[0]) - pr)
        events.append(event)
    return replace(score, events=tuple(events))
