"""The states of all statements of a network when some conditions are asked for, or performed by a virtual patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions

#: Sinus rhythm at a rate.
_BY_RATE = ("sinus bradycardia", "sinus tachycardia")
#: Statements wider than a condition, with the conditions that are some of each.
NOTHING_ELSE, ST_T = "normal ECG", "ST-T change"
_INCLUDES = {
    "anterior infarct": ("anterior STEMI", "old anterior infarct"),
    "inferior infarct": ("inferior STEMI", "old inferior infarct"),
    ST_T: ("ST depression", "T inversion", "left ventricular strain"),
}


def states_under(statements: Sequence[str], names: Sequence[str], rate: float) -> np.ndarray:
    """The state (int8) of each statement in an otherwise healthy heart.

    Parameters
    ----------
    statements : sequence of str
        Conditions of the vocabulary and the wider ones.
    names : sequence of str
        Conditions that are present; what is not named is absent, but for what follows from them.
    rate : float
        Ventricular, 1/min: sinus rhythm is a bradycardia or a tachycardia by it.
    """
    asked = find_conditions(names)
    present = {one.name for one in asked}
    rhythms = [one for one in asked if one.is_rhythm]
    sinus = not any(one.replaces_sinus for one in rhythms)
    hidden = sinus and any(one.led_by_ventricles for one in rhythms)
    if sinus and not hidden:
        present.add(NORMAL)
        if all(one.sinus or one.own_pr for one in rhythms):
            limits = {name: find_condition(name).rate_limits or (np.inf, -np.inf) for name in _BY_RATE}
            present |= {name for name, (low, high) in limits.items() if low <= rate <= high}
    if present <= {NORMAL}:
        present.add(NOTHING_ELSE)
    present |= {wide for wide, some in _INCLUDES.items() if present & set(some)}
    states = {name: PRESENT if name in present else ABSENT for name in statements}
    unknown = {NORMAL} if hidden else set()
    if ST_T not in present and any("t" in one.changes for one in asked):
        unknown.add(ST_T)
    return np.array([UNKNOWN if name in unknown else states[name] for name in statements], np.int8)
