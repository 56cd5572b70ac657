"""From the databases' labels to the model's statements."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

#: Databases whose cardiologists state everything they see: what is not named is absent.
_COMPLETE = ("PTB-XL", "LUDB")
#: Labels that say that nothing else is to be seen.
_NORMAL = ("norm", "normal", "healthy control")


def statements_of(labels: tuple[str, ...], database: str, statements: tuple[str, ...]) -> np.ndarray:
    """State of every statement (int8), as far as the database tells.

    Parameters
    ----------
    labels : tuple of str
    database : str
    statements : tuple of str
        The model's list.
    """
    words = {label.strip().lower() for label in labels}
    complete = database in _COMPLETE or bool(words & set(_NORMAL))
    states = np.full(len(statements), ABSENT if complete else UNKNOWN, np.int8)
    for row, name in enumerate(statements):
        condition = find_condition(name)
        if words & set(condition.labels.means):
            states[row] = PRESENT
        elif words & set(condition.labels.doubtful) or (condition.labels.silent and not words & set(_NORMAL)):
            states[row] = UNKNOWN
    present = (name for name, state in zip(statements, states, strict=True) if state == PRESENT)
    if any(condition.replaces_sinus for condition in find_conditions(present)):
        states[statements.index(NORMAL)] = ABSENT
    return states
