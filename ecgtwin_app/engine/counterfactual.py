"""The same draw without the condition that a heat map asks about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.conditions.vocabulary import Condition, find_condition
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.plan import Plan, with_pr
from ecgtwin_app.engine.reference import PreparedReference
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.heart.rhythm.processes import RHYTHMS, write_score


def asked_about(of: str, conditions: list[Condition]) -> tuple[str, ...]:
    """Names of the conditions that a map is of: the one that is named, all of the twin's without a name.

    Raises
    ------
    EcgError
        The twin was not made with that condition.
    """
    names = tuple(condition.name for condition in conditions)
    if not of:
        return names
    name = find_condition(of).name
    if name not in names:
        raise EcgError(f"This twin was not made with {name}; choose {' or '.join(names)}.")
    return (name,)


def without(
    plan: Plan, about: tuple[str, ...], request: TwinRequest, reference: PreparedReference, seed: int
) -> Plan:
    """A plan less some of its conditions, everything else the same: rate, severity, seed, and the others.

    Without a rhythm the patient is in the counterpart's sinus rhythm, and the beat keeps what was asked of it.
    Without a shape the beats fall at the same times, and what was asked of QRS, QT and axis goes with it.

    Parameters
    ----------
    about : tuple of str
        All of the plan's conditions, or one.
    """
    left = tuple(name for name in plan.names if name not in about)
    if not left:
        return plan.without_condition()
    if not set(about) & set(RHYTHMS):
        changed = replace(plan, names=left, qrs=None, qt=None, axis=None, turned_to=None)
        # A shape that the score knows of, pre-excitation or a large atrium, has a PR of its own.
        return replace(changed, score=_rewritten(changed, request, reference, seed) or plan.score)
    changed = replace(plan, names=left, pr=None)
    if set(left) & set(RHYTHMS):
        return replace(changed, score=_rewritten(changed, request, reference, seed) or plan.counterpart)
    return replace(changed, score=plan.counterpart)


def _rewritten(plan: Plan, request: TwinRequest, reference: PreparedReference, seed: int):
    """The score of the plan's conditions by the draw's own random numbers; None where no process wrote it."""
    if request.score is not None or request.rhythm != "process":
        return None
    score, _ = write_score(
        plan.names, plan.rate, np.random.default_rng(seed), reference.template, age=plan.age
    )
    return score if plan.pr is None else with_pr(score, plan.pr / 1000)
