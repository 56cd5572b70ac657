"""What the networks are told of a plan: the state of each statement, how marked it is, numbers and sex."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.generators.ecgtwin.conditioning import (
    PRESENT,
    ConditionBatch,
    statement_states,
    unwrapped_axis,
)
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan

#: A twin is drawn with all that a recorder of today lets through, Hz.
BANDWIDTH = 150.0


def condition_of(statements: tuple[str, ...], plan: EcgTwinPlan) -> ConditionBatch:
    """What a plan says to the networks. Of what the reference shows and keeps nobody knows how marked it is."""
    states = statement_states(statements, plan.names)
    kept = [statements.index(c.statement) for c in find_conditions(plan.kept) if c.statement in statements]
    marked = (states == PRESENT) & ~np.isin(np.arange(len(states)), kept)
    severity = np.where(marked, plan.severity, np.nan)
    axis = None if plan.axis is None else unwrapped_axis(plan.axis)
    numbers = [plan.rate, plan.age, plan.pr, plan.qrs, plan.qt, axis, BANDWIDTH]
    return ConditionBatch(
        states.astype(np.int64)[None],
        severity.astype(np.float32)[None],
        np.array([[np.nan if n is None else n for n in numbers]], np.float32),
        np.array([{"F": 1, "M": 2}.get(plan.sex or "", 0)], np.int64),
    )
