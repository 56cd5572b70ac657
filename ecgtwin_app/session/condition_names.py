"""The conditions in the language of the window: names, synonyms, and the search among them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecgtwin_app.conditions.vocabulary import (
    Condition,
    UnknownCondition,
    find_condition,
    load_vocabulary,
    search_conditions,
)  # fmt: skip
from ecgtwin_app.i18n.message import Message, joined
from ecgtwin_app.i18n.tables import read_conditions
from ecgtwin_app.i18n.words import installed_language, tr


def names_text(names: Sequence[str], between: str = " + ") -> str:
    """The names of conditions, joined."""
    return between.join(tr(name) for name in names)


def capital(text: str) -> str:
    """The text with a capital letter in front; the others stay as they are (LSB, AV-Block)."""
    return text[:1].upper() + text[1:]


def synonyms_of(condition: Condition) -> tuple[str, ...]:
    """What else a condition is called, in the language of the window."""
    return tuple(_in_language(condition.name).get("synonyms", condition.synonyms))


def criteria_of(condition: Condition) -> str:
    """The published criteria of a condition, in the language of the window."""
    return _in_language(condition.name).get("criteria", condition.criteria)


def teaching_of(condition: Condition) -> str:
    """What is taught of a condition, in the language of the window."""
    return _in_language(condition.name).get("teaching", condition.teaching)


def condition_called(text: str) -> Condition:
    """The condition that goes by this name or synonym in the language of the window, in English, or by a code.

    Raises
    ------
    UnknownCondition
        In the language of the window, with what a search finds.
    """
    wanted = text.strip().casefold()
    for condition in load_vocabulary():
        if wanted in (entry.casefold() for entry in (tr(condition.name), *synonyms_of(condition))):
            return condition
    try:
        return find_condition(text)
    except UnknownCondition:
        found = [Message(condition.name) for condition in search(text)[:3]]
        if not found:
            raise
        raise UnknownCondition(
            "No condition is called “{text}”; did you mean {names}?", text=text, names=joined(found, " · ")
        ) from None


def search(text: str) -> list[Condition]:
    """Conditions for a search box, found by what they are called in the language of the window, then in
    English and by code."""
    wanted = text.casefold().split()
    if not wanted or installed_language() == "en":
        return search_conditions(text)
    ranked = []
    for condition in load_vocabulary():
        entries = [entry.casefold() for entry in (tr(condition.name), *synonyms_of(condition))]
        if all(any(word in entry for entry in entries) for word in wanted):
            phrase = " ".join(wanted)
            ranked.append((0 if phrase in entries else 1 if phrase in entries[0] else 2, condition))
    own = [condition for _, condition in sorted(ranked, key=lambda pair: pair[0])]
    return own + [condition for condition in search_conditions(text) if condition not in own]


def search_together(text: str) -> tuple[list[Condition], ...]:
    """What is found for each part of a combination, "AF with LBBB", "VHF + LSB"; () where it is none."""
    for between in (r"\s*[+&,/]\s*", r"\s+(?:with|and|mit|und)\s+"):
        parts = [part for part in re.split(between, text.strip(), flags=re.IGNORECASE) if part]
        found = tuple(search(part) for part in parts)
        if len(found) > 1 and all(found):
            return found
    return ()


def _in_language(name):
    """What a language other than English says of a condition; {} in English and where it says nothing yet."""
    return {} if installed_language() == "en" else read_conditions(installed_language()).get(name, {})
