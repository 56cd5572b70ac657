"""The language of everything that is shown: one door, `tr`, over Qt's translation.

The sources are English sentences. Another language is a table `resources/words/<language>.json`, source to
translation, loaded by a `QTranslator`; a sentence it does not hold is shown in English. Data files and the
metadata of pictures are not translated: they stay English, with decimal points.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ecgtwin_app.resources import resource_path

CONTEXT = "ecgtwin"
#: Every language there is, by its code and its own name.
LANGUAGES = {"en": "English", "de": "Deutsch"}
#: What a language's tables are: the interface, the conditions, what the rooms below the window say.
TABLES = ("interface", "conditions", "messages")


def tr(text: str, role: str = "") -> str:
    """The text in the language of the window.

    Parameters
    ----------
    text : str
        A whole English sentence or label. Values go in afterwards, ``tr("Open {name}").format(name=…)``: a
        sentence glued of translated pieces cannot be put in another order.
    role : str
        Where it stands, where another language needs other words there: ``tr("Twin", "column")`` is looked up
        as "Twin@column".
    """
    return QCoreApplication.translate(CONTEXT, text, role or None)


def N_(text: str) -> str:
    """The text itself, marked as one that will be shown through `tr`: for tables built on import."""
    return text


def plural(one: str, many: str, count: int, **values) -> str:
    """`one` or `many` in the language of the window, with ``{n}`` and the other values filled in.

    English and German share one rule (1 is singular, all else plural), so two sentences are enough.
    """
    return tr(one if count == 1 else many).format(n=number(count), **values)


def number(value: float, decimals: int = 0) -> str:
    """A number with so many decimals as the language writes it."""
    return figure(value, f".{decimals}f")


def figure(value: float, shape: str = "g") -> str:
    """A number in a format of Python's, with the language's decimal sign and a real minus, ungrouped."""
    return format(value, shape).replace("-", "−").replace(".", QLocale().decimalPoint())


def figures(text: str) -> str:
    """A text whose numbers have decimal points, with the language's decimal sign."""
    return re.sub(r"(?<=\d)\.(?=\d)", QLocale().decimalPoint(), text)


def said(sentence: str) -> str:
    """What a room below the window said, an error, a note or a criterion, in the language of the window.

    Those rooms know no Qt and make their sentences themselves, in English. The table of messages has their
    patterns, ``"{0} cannot be read ({1}); choose another file."``; what fills the braces is looked up, too.
    A sentence without a pattern stays English.
    """
    known = tr(sentence)
    if known != sentence:
        return known
    limits = re.fullmatch(r"(-?[\d.]+) to (-?[\d.]+)", sentence)
    if limits:
        return tr("{low} to {high}").format(low=said(limits[1]), high=said(limits[2]))
    for shape, pattern in _patterns(QLocale().name().partition("_")[0]):
        found = shape.fullmatch(sentence)
        if found:
            values = {name[1:]: said(value) for name, value in found.groupdict().items()}
            return re.sub(r"\{(\d)\}", lambda match, values=values: values[match[1]], tr(pattern))
    return figures(sentence) if re.fullmatch(r"[-−+≤≥<>±\d. ]+", sentence) else sentence


@lru_cache(maxsize=4)
def _patterns(language: str) -> list[tuple[re.Pattern, str]]:
    """The patterns of the messages as expressions, those with the most words first."""
    if language not in LANGUAGES or language == "en":
        return []
    patterns = [source for source in read_table("messages", language) if "{0}" in source]
    shaped = []
    for source in sorted(patterns, key=len, reverse=True):
        pieces = re.split(r"\{(\d)\}", source)
        shape = "".join(f"(?P<v{piece}>.*?)" if k % 2 else re.escape(piece) for k, piece in enumerate(pieces))
        shaped.append((re.compile(shape, re.DOTALL), source))
    return shaped


def system_language() -> str:
    """The language of the desktop if there is a table for it, else English."""
    code = QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else "en"


def install_language(application: QCoreApplication, language: str) -> None:
    """Show everything built from now on in a language, Qt's own dialogs too.

    Parameters
    ----------
    application : QCoreApplication
    language : str
        One of `LANGUAGES`.
    """
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.setParent(None)
    QLocale.setDefault(QLocale(language))
    if language == "en":
        return
    own = _Catalogue(read_tables(language), application)
    qt = QTranslator(application)
    qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (qt, own):
        application.installTranslator(translator)


def read_tables(language: str) -> dict[str, str]:
    """Source to translation, all tables of a language together."""
    words: dict[str, str] = {}
    for table in TABLES:
        words |= read_table(table, language)
    return words


def read_table(table: str, language: str) -> dict[str, str]:
    """Source to translation, one of `TABLES`."""
    return json.loads(resource_path(f"words/{table}.{language}.json").read_text("utf-8"))


class _Catalogue(QTranslator):
    """Qt's translator over a plain table."""

    def __init__(self, words: dict[str, str], parent):
        super().__init__(parent)
        self._words = words

    def isEmpty(self) -> bool:
        return not self._words

    def translate(self, context, source, disambiguation=None, n=-1):
        # None, not "": Qt then asks the next translator, and shows the source at last.
        if context != CONTEXT:
            return None
        return self._words.get(f"{source}@{disambiguation}" if disambiguation else source)
