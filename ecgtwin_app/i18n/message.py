"""Messages as data: a sentence that keeps what it says and the values it says it with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter
from types import MappingProxyType
from typing import Self


class Message(str):
    """An English sentence, with the key and the values that it was made of.

    It is a `str`, the English sentence, so that files, logs and the command line use it as one. What shows it asks
    `i18n.words.translate` for the same sentence in another language, which looks up the key and fills in the values;
    the text itself is never read again.

    Parameters
    ----------
    key : str
        The English sentence with named places for values, as `str.format` writes them: "{file} is empty.". Without
        values it is the sentence itself, braces included.
    **values
        What fills the places: text, numbers, or further messages, which are translated too.

    Attributes
    ----------
    key : str
    plural : str
        The key for all counts but one; "" where nothing is counted.
    values : mapping
        Plain values: numbers of numpy are Python's.

    Examples
    --------
    >>> Message("{file} lasts {seconds:g} s.", file="a.edf", seconds=4.0)
    'a.edf lasts 4 s.'
    """

    key: str
    plural: str
    values: Mapping[str, object]

    def __new__(cls, key: str, /, **values) -> Self:
        return cls._made(key, "", values)

    @classmethod
    def counted(cls, one: str, many: str, n: int, /, **values) -> Message:
        """A message for a count, which fills ``{n}``: `one` for 1, else `many`. Other languages have their own rule."""
        return cls._made(one, many, {"n": n, **values})

    @classmethod
    def _made(cls, key, plural, values):
        template = plural if plural and values["n"] != 1 else key
        message = super().__new__(cls, template.format(**values) if values else template)
        plain = {name: _plain(value) for name, value in values.items()}
        for name, value in (("key", key), ("plural", plural), ("values", MappingProxyType(plain))):
            object.__setattr__(message, name, value)
        return message

    def __setattr__(self, name, value):
        raise AttributeError("A message does not change; make another one.")

    def __reduce__(self):
        return _restored, (self.key, self.plural, dict(self.values))

    def __deepcopy__(self, memo):
        return self

    def to_json(self) -> dict:
        """Key and values as JSON knows them; `from_json` makes the message again."""
        values = {
            name: value.to_json() if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return {"key": self.key, **({"plural": self.plural} if self.plural else {}), "values": values}

    @classmethod
    def from_json(cls, plain: Mapping) -> Message:
        """The message that `to_json` wrote.

        A file can hold anything, so only what the program itself writes is accepted: named places, short formats.

        Raises
        ------
        ValueError, KeyError, TypeError
            When it is something else.
        """
        key, plural = plain["key"], plain.get("plural", "")
        values = {
            str(name): cls.from_json(value) if isinstance(value, Mapping) else _scalar(value)
            for name, value in plain["values"].items()
        }
        for template in filter(None, (key, plural)):
            _check_template(template, values)
        if plural and type(values["n"]) not in (int, float):
            raise TypeError("no count")
        return cls._made(key, plural, values)


def as_message(text: str) -> Message:
    """A sentence without values as a message; a message as it is."""
    return text if isinstance(text, Message) else Message(text)


def joined(parts: Iterable[str], between: str) -> Message:
    """Messages in a row, each translated by itself: ``joined(notes, "; ")``.

    Parameters
    ----------
    between : str
        Punctuation. Words, as in "I and II", belong into a key of their own.
    """
    values = {f"part{number}": part for number, part in enumerate(parts, 1)}
    return Message(between.join(f"{{{name}}}" for name in values), **values)


def in_a_row(parts: Sequence[str]) -> Message:
    """Names or messages as one reads them: "I, II and V1"."""
    if len(parts) < 2:
        return joined(parts, "")
    return Message("{first} and {last}", first=joined(parts[:-1], ", "), last=parts[-1])


def conjoined(parts: Sequence[str]) -> Message:
    """Names or messages, an "and" between any two: "I and II and V1"."""
    if len(parts) < 2:
        return joined(parts, "")
    return Message("{first} and {last}", first=conjoined(parts[:-1]), last=parts[-1])


def alternatives(parts: Sequence[str]) -> Message:
    """Names or messages to choose from: "I or II or V1"."""
    if len(parts) < 2:
        return joined(parts, "")
    return Message("{first} or {others}", first=parts[0], others=alternatives(parts[1:]))


def fields_of(template: str) -> Iterator[tuple[str, str]]:
    """The name and the format of each place of a template."""
    for _, name, spec, _ in Formatter().parse(template):
        if name is not None:
            yield name, spec or ""


#: Longest template and format that a file may bring.
_LONGEST_KEY, _LONGEST_FORMAT = 1000, 4


def _check_template(template, values):
    if not isinstance(template, str) or len(template) > _LONGEST_KEY:
        raise ValueError("no template")
    if not values:
        return
    for name, spec in fields_of(template):
        # "{a.__class__}" reads attributes and "{a:99999999}" fills the memory.
        if name not in values or not name.isidentifier() or len(spec) > _LONGEST_FORMAT or "{" in spec:
            raise ValueError("no template of this program")


def _scalar(value):
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError("no value of a message")


def _plain(value):
    """The value as a Python number or text; a message stays one."""
    if value is None or isinstance(value, Message) or type(value) in (bool, int, float, str):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def _restored(key, plural, values):
    return Message._made(key, plural, values)
