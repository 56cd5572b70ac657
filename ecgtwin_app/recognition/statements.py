"""What the statements of a file mean: conditions of the vocabulary that they name, and those they deny."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ecgtwin_app.conditions.vocabulary import find_condition, is_condition


def conditions_stated(statements: Iterable[str]) -> dict[str, str]:
    """The conditions that a file states, each with the statement that does so.

    Parameters
    ----------
    statements : iterable of str
        As `Recording.statements` keeps them.
    """
    found: dict[str, str] = {}
    for statement in statements:
        for part in (statement, *re.split(r"[;,.:]", statement)):
            if is_condition(part):
                found.setdefault(find_condition(part).name, statement)
    return found
