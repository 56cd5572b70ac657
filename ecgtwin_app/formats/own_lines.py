"""Which lines of a history this program writes itself.

A file may claim to come from this program and hold anything in its history, the name of a patient too. So of what a
file states only lines are taken that are made of this program's own words.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from ecgtwin_app.formats.channels import is_signal_name
from ecgtwin_app.resources import resource_path

#: Words beside numbers and names of leads that fill the places of a line.
_FILLING_WORDS = frozenset(
    [
        "s",
        "and",
        "or",
        "other",
        "channel",
        "channels",
        "hz",
        "high-pass",
        "low-pass",
        "notch",
        "not",
        "in",
        "leads",
        "ecg",
        "lead",
        "missing",
        "samples",
        "line",
        "lines",
        "column",
        "columns",
        "row",
        "rows",
        "signal",
        "signals",
        "sensor",
        "sensors",
        "milliseconds",
        "microseconds",
        "nanoseconds",
    ]
)
_NUMBER = re.compile(r"[-+−]?\d{1,9}(\.\d+)?%?")


def is_own_line(line: str) -> bool:
    """Whether a line of history is one of this program's, filled with nothing but numbers and names of leads.

    Examples
    --------
    >>> is_own_line("resampled 1000 Hz to 500 Hz"), is_own_line("Jane Doe had syncope")
    (True, False)
    """
    return any(
        all(_harmless(word) for place in found.groups() for word in re.split(r"[\s,;/]+", place))
        for shape in _shapes()
        if (found := shape.fullmatch(line))
    )


def _harmless(word: str) -> bool:
    return not word or bool(_NUMBER.fullmatch(word)) or word.lower() in _FILLING_WORDS or is_signal_name(word)


@lru_cache(maxsize=1)
def _shapes() -> list[re.Pattern]:
    """The lines as expressions. The table of their translations holds them all; a test sees to it."""
    lines = json.loads(resource_path("words/messages.de.json").read_text("utf-8"))
    return [
        re.compile(
            "".join(
                "(.*?)" if k % 2 else re.escape(part) for k, part in enumerate(re.split(r"(\{\d\})", line))
            )
        )
        for line in lines
        if re.match(r"[a-z]|\{0\} of the way", line)  # a line of history is no sentence, so it begins small
    ]
