"""From the databases' labels to the model's statements."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.record import Labels
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

#: Sexes as the model is told of them; 0 is unknown.
SEXES = {"F": 1, "M": 2}
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
    states = np.array(
        [state_by(find_condition(name).labels, labels, database) for name in statements], np.int8
    )
    present = (name for name, state in zip(statements, states, strict=True) if state == PRESENT)
    if any(condition.replaces_sinus for condition in find_conditions(present)):
        states[statements.index(NORMAL)] = ABSENT
    return states


def state_by(known: Labels, labels: tuple[str, ...], database: str) -> int:
    """The state of one statement: whether a record's labels state it, leave it out or leave it open.

    Parameters
    ----------
    known : Labels
        The words for it.
    labels : tuple of str
        Of the record.
    database : str
    """
    words = {label.strip().lower() for label in labels}
    if words & set(known.means):
        return PRESENT
    if words & set(known.doubtful) or (known.silent and not words & set(_NORMAL)):
        return UNKNOWN
    return ABSENT if database in _COMPLETE or words & set(_NORMAL) else UNKNOWN
