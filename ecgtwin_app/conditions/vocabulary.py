"""The words for conditions: one table of names, synonyms, codes, rates, criteria and teaching notes.

The table is `resources/conditions.json`; a further condition is one more row. How often the model
meets a condition's criteria on unseen references stands beside the weights, in `pass_rates.json`.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.resources import resource_path, weight_path

#: A condition that the model meets less often than this is offered as experimental.
READY_FROM = 0.9
GROUPS = ("rhythm", "conduction", "muscle", "ischaemia", "metabolic")


class UnknownCondition(EcgError):
    """No condition goes by this name. The message names the nearest ones."""


@dataclass(frozen=True)
class Condition:
    """A row of the vocabulary.

    Attributes
    ----------
    name : str
        Unique, as the program writes it.
    group : str
        One of `GROUPS`.
    synonyms : tuple of str
    codes : dict
        "scp", "aha" (2007 statement list, a modifier after "+"), "mdc" (aECG RefID) and "snomed" (CT
        identifier), as text, from the sources in docs/codes.md; a system without a code for it is left out.
    rate_range : tuple of float
        Lowest and highest usual ventricular rate, 1/min: advice.
    rate_limits : tuple of float or None
        Slowest and fastest ventricular rate at which it can be told, 1/min, by its criteria or its mechanism; None
        where it sets no limit.
    default_rate : float or None
        1/min; None keeps the reference's.
    criteria, source, teaching : str
        When a recording meets it, who says so, and what a student should see.
    pass_rate : float or None
        Share of twins on unseen references that met the criteria, 0 to 1; None when not measured.
    """

    name: str
    group: str
    synonyms: tuple[str, ...]
    codes: dict[str, str]
    rate_range: tuple[float, float]
    default_rate: float | None
    criteria: str
    source: str
    teaching: str
    pass_rate: float | None = None
    rate_limits: tuple[float, float] | None = None

    @property
    def status(self) -> str:
        """ "ready" when the measured pass rate allows, otherwise "experimental"."""
        return "ready" if self.pass_rate is not None and self.pass_rate >= READY_FROM else "experimental"


@lru_cache(maxsize=1)
def load_vocabulary() -> tuple[Condition, ...]:
    """Every condition, in the table's order."""
    rows = json.loads(resource_path("conditions.json").read_text(encoding="utf-8"))["conditions"]
    rates = _pass_rates()
    return tuple(
        Condition(
            name=row["name"],
            group=row["group"],
            synonyms=tuple(row["synonyms"]),
            codes=dict(row["codes"]),
            rate_range=tuple(float(rate) for rate in row["rate_range"]),
            default_rate=row["default_rate"],
            criteria=row["criteria"],
            source=row["source"],
            teaching=row["teaching"],
            pass_rate=rates.get(row["name"]),
            rate_limits=tuple(map(float, row["rate_limits"])) if "rate_limits" in row else None,
        )
        for row in rows
    )


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
    advice = f"did you mean {' or '.join(names)}?" if names else "see the list of conditions."
    raise UnknownCondition(f"No condition is called “{text}”; {advice}")


def is_condition(text: str) -> bool:
    """Whether a text is the name, a synonym or a code of a condition."""
    return _plain(text) in _words_of_all()


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
