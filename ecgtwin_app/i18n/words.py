"""The language of everything that is shown: `tr` for a sentence of the window, `translate` for a message from below.

English sentences in the code are the keys. Another language is one table, `resources/words/<language>.po`, which
gettext of the standard library looks up, plural rules included; a sentence it does not hold is shown in English.
Data files and the metadata of pictures are not translated: they stay English, with decimal points.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from string import Formatter
from typing import cast

from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.tables import read_condition_names, read_table


@dataclass(frozen=True)
class Language:
    """How a language is called in itself, and how it writes numbers."""

    name: str
    decimal_point: str = "."
    group_separator: str = ","


#: Every language there is, by its code.
LANGUAGES = {"en": Language("English"), "de": Language("Deutsch", ",", ".")}


@dataclass(frozen=True)
class _Installed:
    """The language in use: its code, its table, and what conditions are called."""

    code: str
    table: gettext.NullTranslations
    conditions: dict[str, str]


_installed = _Installed("en", gettext.NullTranslations(), {})


def install_language(code: str) -> None:
    """Show everything that is built from now on in a language, one of `LANGUAGES`."""
    global _installed
    if code == "en":
        _installed = _Installed(code, gettext.NullTranslations(), {})
    else:
        _installed = _Installed(code, read_table(code), read_condition_names(code))


def installed_language() -> str:
    """The code of the language in use."""
    return _installed.code


def tr(text: str, role: str = "") -> str:
    """The text in the language of the window.

    Parameters
    ----------
    text : str
        A whole English sentence or label. Values go in afterwards, ``tr("Open {name}").format(name=…)``: a
        sentence glued of translated pieces cannot be put in another order. Or the name of a condition.
    role : str
        Where it stands, where another language needs other words there: ``tr("Twin", "column")`` is looked up
        in the context "column".
    """
    if not text:
        return ""
    if role:
        return _installed.table.pgettext(role, text)
    return _installed.conditions.get(text) or _installed.table.gettext(text)


def N_(text: str) -> str:
    """The text itself, marked as one that will be shown through `tr`: for tables built on import."""
    return text


def plural(one: str, many: str, count: int, **values) -> str:
    """The sentence for a count in the language of the window, with ``{n}`` and the other values filled in."""
    return _installed.table.ngettext(one, many, count).format(n=number(count), **values)


def translate(message: str) -> str:
    """A message of the rooms below in the language of the window; any other text as it is.

    Values that are messages are translated, numbers are written as the language writes them.
    """
    if not isinstance(message, Message) or _installed.code == "en":
        return str(message)
    if not message.values:
        return tr(message.key)
    if message.plural:
        template = _installed.table.ngettext(message.key, message.plural, cast(int, message.values["n"]))
    else:
        template = tr(message.key)
    return _FORMATTER.vformat(template, (), message.values)


class _LocalFormatter(Formatter):
    """Fills in values in the language of the window."""

    def format_field(self, value, format_spec):
        if isinstance(value, Message):
            return translate(value)
        if isinstance(value, int | float):
            return _localised(format(value, format_spec))
        return format(value, format_spec)


_FORMATTER = _LocalFormatter()


def _localised(text):
    """A number that Python wrote, as the language writes it."""
    language = LANGUAGES[_installed.code]
    signs = {".": language.decimal_point, ",": language.group_separator, "-": "−"}
    return text.translate(str.maketrans(signs))


def number(value: float, decimals: int = 0) -> str:
    """A number with so many decimals as the language writes it."""
    return figure(value, f".{decimals}f")


def figure(value: float, shape: str = "g") -> str:
    """A number in a format of Python's, with the language's decimal sign and a real minus, ungrouped."""
    return _localised(format(value, shape))
