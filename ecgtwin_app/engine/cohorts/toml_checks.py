"""Values of a plan in TOML, each checked: one sentence that names the line and the key, and what to write instead."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message

#: Entries of a table or a list, and characters of a text, at most.
MOST_ENTRIES, MOST_CHARACTERS = 500, 300


class Checks:
    """Asks a document for its values.

    Parameters
    ----------
    name : str
        Of the file, for sentences.
    text : str
        What was parsed, to find the line of a key.
    """

    def __init__(self, name: str, text: str):
        self._name, self._lines = name, text.splitlines()

    def refuse(self, keys: tuple[str, ...], what: str) -> NoReturn:
        """`EcgError` for what stands at a key."""
        line = self._line_of(keys)
        if line:
            raise EcgError("{file}, line {line}: {what}", file=self._name, line=line, what=what)
        raise EcgError("{file}: {what}", file=self._name, what=what)

    def wrong(self, keys: tuple[str, ...], wanted: str, value: object, example: str) -> NoReturn:
        """A value is not what it must be."""
        words = Message(
            "{key} must be {wanted}, not {value}; write for example {example}.",
            key=dotted(keys),
            wanted=wanted,
            value=shown(value),
            example=example,
        )
        self.refuse(keys, words)

    def known(self, keys: tuple[str, ...], table: Mapping[str, Any], names: Collection[str]) -> None:
        """Refuse keys that nobody reads."""
        for key in table:
            if key not in names:
                words = Message(
                    "{key} is not known here; the keys are {known}.",
                    key=dotted((*keys, key)),
                    known=", ".join(names),
                )
                self.refuse((*keys, key), words)

    def table(self, keys: tuple[str, ...], value: Any, example: str) -> dict[str, Any]:
        """A table of not too many entries."""
        if not isinstance(value, dict):
            self.wrong(keys, Message("a table"), value, example)
        self._not_too_many(keys, value)
        return value

    def texts(self, keys: tuple[str, ...], value: Any, example: str) -> tuple[str, ...]:
        """A list of texts."""
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(keys, Message("a list of texts"), value, example)
        self._not_too_many(keys, value)
        return tuple(self.text(keys, one, example) for one in value)

    def text(self, keys: tuple[str, ...], value: Any, example: str) -> str:
        """A text that is not too long and has no control characters."""
        if not isinstance(value, str) or not 0 < len(value) <= MOST_CHARACTERS or not value.isprintable():
            self.wrong(keys, Message("a text of up to {n} characters", n=MOST_CHARACTERS), value, example)
        return value

    def choice(self, keys: tuple[str, ...], value: object, choices: Collection[str]) -> str:
        """One of some words."""
        if not isinstance(value, str) or value not in choices:
            wanted = Message("one of {choices}", choices=", ".join(choices))
            self.wrong(keys, wanted, value, f'"{next(iter(choices))}"')
        return value

    def whole(self, keys: tuple[str, ...], value: Any, low: int, high: int, example: int) -> int:
        """A whole number in limits."""
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            wanted = Message("a whole number from {low} to {high}", low=low, high=high)
            self.wrong(keys, wanted, value, str(example))
        return value

    def number(self, keys: tuple[str, ...], value: Any, low: float, high: float, example: str) -> float:
        """A number in limits."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high or not math.isfinite(value):
            self.wrong(keys, Message("a number from {low:g} to {high:g}", low=low, high=high), value, example)
        return float(value)

    def _not_too_many(self, keys: tuple[str, ...], value: Collection) -> None:
        if len(value) > MOST_ENTRIES:
            words = Message(
                "{key} has {n} entries, and {most} are read; write fewer, or name a folder.",
                key=dotted(keys),
                n=len(value),
                most=MOST_ENTRIES,
            )
            self.refuse(keys, words)

    def _line_of(self, keys: tuple[str, ...]) -> int:
        """The line of a key, from 1; that of its table where it stands in none of its own, 0 where neither is found."""
        first = 0
        for key in keys:
            name = rf"[\"']?{re.escape(key)}[\"']?"
            begins = re.compile(rf"\s*(?:\[+[^\]=]*(?<![\w-]){name}\s*[\].]|(?:[^=#]*\.\s*)?{name}\s*[=.])")
            inside = re.compile(rf".*[{{,]\s*{name}\s*=")
            found = next(
                (n for n in range(max(first, 1) - 1, len(self._lines))
                 if begins.match(self._lines[n]) or inside.match(self._lines[n])),
                None,
            )  # fmt: skip
            if found is None:
                break
            first = found + 1
        return first


def dotted(keys: tuple[str, ...]) -> str:
    """Keys as TOML writes them, long ones cut: `conditions."AF + LBBB"`."""
    plain = [key if re.fullmatch(r"[\w-]{1,40}", key, re.ASCII) else f'"{_cut(key)}"' for key in keys]
    return ".".join(plain)


def shown(value: object) -> str:
    """A value in a sentence: one short line, whatever it is."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 128:
        return "…"
    return _cut(str(value)) or '""'


def _cut(text: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in text[:41])
    return text if len(text) <= 40 else text[:40] + "…"
