"""What will be performed: the request made definite for one reference and one seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.vocabulary import Condition, find_condition
from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.ecg.score import RhythmScore
from ecgtwin_app.engine.reference import PreparedReference
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.heart.rhythm import write_score

#: Widest limits of a request; a condition's own range is narrower and only advice.
HEART_RATES = (30.0, 220.0)
AGES = (0.0, 120.0)
MOST_TWINS, MOST_STEPS, MOST_DRAWS = 100, 1000, 50


@dataclass(frozen=True)
class Plan:
    """Conditions, rate, age, sex and score of one draw.

    Attributes
    ----------
    names : tuple of str
    rate : float
        Ventricular rate, 1/min.
    age : float or None
    sex : str or None
    score : RhythmScore or None
        None when the model is to invent the rhythm.
    counterpart : RhythmScore or None
        The score that the same heart would have had without the condition, with the same random numbers.
    """

    names: tuple[str, ...]
    rate: float
    age: float | None
    sex: str | None
    score: RhythmScore | None
    counterpart: RhythmScore | None

    def without_condition(self) -> Plan:
        """The same draw in sinus rhythm, nothing else present."""
        return replace(self, names=("sinus rhythm",), score=self.counterpart)


def check_request(request: TwinRequest) -> list[Condition]:
    """The conditions a request names; `EcgError` (one sentence) when it cannot be granted."""
    if not request.conditions:
        raise EcgError("No condition is named; choose one, for example 'sinus rhythm'.")
    conditions = [find_condition(name) for name in request.conditions]
    for value, (low, high), what in (
        (request.heart_rate, HEART_RATES, "heart rate"),
        (request.age, AGES, "age"),
        (request.samples, (1, MOST_TWINS), "number of twins"),
        (request.steps, (1, MOST_STEPS), "number of steps"),
        (request.best_of, (1, MOST_DRAWS), "number of draws"),
        (request.strength, (0.0, 5.0), "strength"),
        (request.identity, (0.0, 5.0), "identity dial"),
        (request.seed, (0, 2**53), "seed"),
    ):
        if value is not None and not low <= value <= high:
            raise EcgError(f"The {what} must be between {low:g} and {high:g}, not {value:g}.")
    if request.sex not in (None, "F", "M"):
        raise EcgError("The sex must be F, M or left out.")
    return conditions


def make_plan(
    conditions: list[Condition], request: TwinRequest, reference: PreparedReference, seed: int
) -> Plan:
    """Settle what the request leaves open and write the score with the draw's own random numbers."""
    names = tuple(condition.name for condition in conditions)
    rate = request.heart_rate
    if rate is None:
        low = max(condition.rate_range[0] for condition in conditions)
        high = max(low, min(condition.rate_range[1] for condition in conditions))
        rate = float(np.clip(reference.rate, low, high))
    patient = reference.recording.patient
    age = patient.age if request.age is None else request.age
    sex = patient.sex if request.sex is None else request.sex
    score = counterpart = None
    if request.score is not None:
        score = counterpart = request.score
    elif request.use_score:
        score, counterpart = write_score(
            names, rate, np.random.default_rng(seed), reference.template, age=age
        )
    return Plan(names, rate, age, sex, score, counterpart)
