"""The vocabulary: every condition's record, found by name, synonym or code.

How often the model meets a condition's criteria on unseen references stands beside the weights, in `pass_rates.json`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.records import RECORDS, sinus, ventricular
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message, alternatives
from ecgtwin_app.resources import weight_path

#: The name of what a heart does without any condition, and of the one that examples ask for.
NORMAL = sinus.RECORDS[0].name
EXAMPLE = ventricular.RECORDS[0].name
#: Words for a heart that has nothing but `NORMAL`.
HEALTHY = frozenset(["healthy", "normal", "normal ecg", "norm"])


class UnknownCondition(EcgError):
    """No condition goes by this name. The message names the nearest ones."""


@lru_cache(maxsize=1)
def load_vocabulary() -> tuple[Condition, ...]:
    """Every condition, in the order of lists, with its pass rate."""
    rates = _pass_rates()
    return tuple(replace(record, pass_rate=rates.get(record.name)) for record in RECORDS)


def find_conditions(texts: Iterable[str]) -> tuple[Condition, ...]:
    """The same for several; see `find_condition`."""
    return tuple(map(find_condition, texts))


def find_condition(text: str) -> Condition:
    """The condition that goes by this name, synonym or code, whatever its case and punctuation.

    Raises
    ------
    UnknownCondition
        With the nearest names in its message.
    """
    words = _words_of_all()
    condition = words.get(_plain(text))
    if condition is not None:
        return condition
    near = difflib.get_close_matches(_plain(text), list(words), n=5, cutoff=0.6)
    names = list(dict.fromkeys(words[word].name for word in near))[:3]
    if not names:
        raise UnknownCondition("No condition is called “{text}”; see the list of conditions.", text=text)
    raise UnknownCondition(
        "No condition is called “{text}”; did you mean {names}?",
        text=text,
        names=alternatives([Message(name) for name in names]),
    )


def with_atria(rhythm: str) -> Condition:
    """The condition whose atria do this, "fibrillation" or "flutter"."""
    return next(condition for condition in load_vocabulary() if condition.atria == rhythm)


def severity_range(name: str) -> tuple[float, float]:
    """Where a rhythm just holds and where it is most marked, by the measure that its record names.

    Raises
    ------
    ValueError
        The record names none.
    """
    severity = find_condition(name).severity
    if severity is None:
        raise ValueError(f"{name} has no severity.")
    return severity.mildest, severity.most


def is_condition(text: str) -> bool:
    """Whether a text is the name, a synonym or a code of a condition."""
    return _plain(text) in _words_of_all()


def is_healthy(text: str) -> bool:
    """Whether a text asks for a heart without any condition: more than `NORMAL`, beside which others can stand."""
    return _plain(text) in HEALTHY


def search_conditions(text: str) -> list[Condition]:
    """Conditions for a search box: each word typed occurs in a name or synonym, or begins a code; best first."""
    wanted = _plain(text)
    if not wanted:
        return list(load_vocabulary())
    found = []
    for condition in load_vocabulary():
        names = [_plain(entry) for entry in (condition.name, *condition.synonyms)]
        codes = [_plain(code) for code in condition.codes.values()]
        if all(
            any(word in name for name in names) or any(code.startswith(word) for code in codes)
            for word in wanted.split()
        ):
            begins = [entry.startswith(wanted) for entry in (*names, *codes)]
            rank = 0 if wanted in (*names, *codes) else 1 if begins[0] else 2 if any(begins) else 3
            found.append((rank, condition))
    return [condition for _, condition in sorted(found, key=lambda pair: pair[0])]


def _pass_rates():
    try:
        path = weight_path("pass_rates.json")
    except FileNotFoundError:
        return {}  # weights that were never evaluated: every condition stays experimental
    return json.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _words_of_all():
    words = {}
    for condition in load_vocabulary():
        for entry in _entries(condition):
            words.setdefault(_plain(entry), condition)
    return words


def _entries(condition):
    return (condition.name, *condition.synonyms, *condition.codes.values())


def _plain(text):
    """Lower case, with runs of anything but letters and digits as one space."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()
