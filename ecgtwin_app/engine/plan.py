"""What will be performed: the request made definite for one reference and one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.vocabulary import Condition
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import rate_for
from ecgtwin_app.engine.reference import PreparedReference
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.heart.morphologies import MORPHOLOGIES
from ecgtwin_app.heart.rhythm.atrial_waves import with_flutter_waves
from ecgtwin_app.heart.rhythm.processes import write_score

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
    rate_reason : str
        Why the rate is not the reference's, where that was to be kept; "" otherwise.
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
    rate_reason: str = ""

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
    rate, reason = rate_for(names, request.heart_rate, reference.rate)
    patient = reference.recording.patient
    age = patient.age if request.age is None else request.age
    sex = patient.sex if request.sex is None else request.sex
    # A stream of its own: a severity asked for leaves the score as it was.
    rng = np.random.default_rng([seed, 1])
    severity = float(rng.uniform(*USUAL_SEVERITY))
    severity = severity if request.severity is None else request.severity
    set_points = _set_points(request, names, rng)
    plan = Plan(names, rate, age, sex, severity, *set_points, request.axis, None, None, reason)
    score = counterpart = None
    if request.score is not None:
        score = counterpart = request.score
        if score.atrial == "flutter" and not score.times("P", "flutter"):
            score = with_flutter_waves(score, np.random.default_rng(seed))
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
