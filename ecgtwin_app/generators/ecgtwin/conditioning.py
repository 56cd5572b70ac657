"""What the networks are told of a condition: each statement present (and how marked), absent or unknown; numbers and sex."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions, is_condition
from ecgtwin_app.sampling.arrays import library

#: Statements that are present at once, each as a token of its own; few recordings have more.
MOST_PRESENT = 5
#: The numbers of a condition, with the mean and spread that bring each near unit size.
NUMBERS = {
    "heart rate": (80.0, 30.0),  # 1/min
    "age": (55.0, 20.0),  # years
    "PR": (160.0, 40.0),  # ms
    "QRS": (105.0, 25.0),  # ms
    "QT": (390.0, 50.0),  # ms
    "axis": (40.0, 50.0),  # degrees, frontal plane, -90 to 270
    "bandwidth": (120.0, 40.0),  # Hz, of the recording
}


@dataclass(frozen=True, eq=False)
class ConditionBatch:
    """A batch of conditions: arrays, or tensors where networks are trained.

    Attributes
    ----------
    statements : array, shape (batch, statements), int64
        `UNKNOWN`, `ABSENT` or `PRESENT` for each statement of the model's list.
    severity : array, shape (batch, statements), float32
        From 0 (just meets its criteria) to 1 (marked); NaN where unknown.
    numbers : array, shape (batch, len(NUMBERS)), float32
        In the order and units of `NUMBERS`; NaN where unknown.
    sex : array, shape (batch,), int64
        0 unknown, 1 female, 2 male.
    """

    statements: Any
    severity: Any
    numbers: Any
    sex: Any

    def without_statements(self) -> ConditionBatch:
        """The same with every statement unknown: the other end of condition guidance."""
        xp = library(self.severity)
        unknown = xp.full_like(self.severity, float("nan"))
        return replace(self, statements=xp.full_like(self.statements, UNKNOWN), severity=unknown)

    def without_statement(self, column: int) -> ConditionBatch:
        """The same with one statement unknown."""
        xp = library(self.severity)
        statements, severity = xp.asarray(self.statements, copy=True), xp.asarray(self.severity, copy=True)
        statements[:, column], severity[:, column] = UNKNOWN, float("nan")
        return replace(self, statements=statements, severity=severity)

    def rows(self, rows: Any) -> ConditionBatch:
        """The conditions of some rows of the batch."""
        return ConditionBatch(self.statements[rows], self.severity[rows], self.numbers[rows], self.sex[rows])

    def joined(self, other: ConditionBatch) -> ConditionBatch:
        """Both batches in one."""
        join = library(self.sex).concatenate
        fields = ("statements", "severity", "numbers", "sex")
        return ConditionBatch(*(join([getattr(self, f), getattr(other, f)]) for f in fields))


def nothing_known(count: int, statements: int) -> ConditionBatch:
    """A batch of conditions of which nothing is known."""
    return ConditionBatch(
        np.full((count, statements), UNKNOWN, np.int64),
        np.full((count, statements), np.nan, np.float32),
        np.full((count, len(NUMBERS)), np.nan, np.float32),
        np.zeros(count, np.int64),
    )


def statement_states(statements: tuple[str, ...], conditions: tuple[str, ...]) -> np.ndarray:
    """State of each of the model's statements (int8) when exactly `conditions` are present.

    Bradycardia and tachycardia are sinus rhythm at a rate. Sinus rhythm is present unless another rhythm
    takes its place. A condition of the vocabulary that the model was not taught is not told to it.

    Raises
    ------
    KeyError
        For a name that is neither a statement nor in the vocabulary.
    """
    states = np.full(len(statements), ABSENT, np.int8)
    for name in conditions:
        statement = find_condition(name).statement if is_condition(name) else name
        if statement in statements:
            states[statements.index(statement)] = PRESENT
        elif not is_condition(name):
            raise KeyError(name)
    if NORMAL in statements:
        asked, sinus = find_conditions(conditions), PRESENT
        if any(condition.replaces_sinus for condition in asked):
            sinus = ABSENT
        elif any(condition.led_by_ventricles for condition in asked):
            sinus = UNKNOWN
        states[statements.index(NORMAL)] = sinus
    return states


def unwrapped_axis(degrees: float) -> float:
    """The same direction as a number from -90 to 270: right axes lie beyond 90, and nothing wraps near them."""
    return (degrees + 90.0) % 360.0 - 90.0
