"""XML files of ECG devices: parsed without entities, external files or unbounded size."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder

import numpy as np
from defusedxml.ElementTree import DefusedXMLParser

from ecgtwin_app.ecg.signal.recording import EcgError

#: Ten seconds take a megabyte at most, an hour as decimal text a hundred.
LARGEST = 120_000_000
#: An element takes some hundred bytes of memory, even an empty one.
_MOST_ELEMENTS = 400_000

_ROOT = re.compile(r"<\s*(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_NOT_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", re.DOTALL)


def root_name(head: bytes) -> str | None:
    """The name of the root element in the beginning of an XML file; None when it is no XML.

    Examples
    --------
    >>> root_name(b'<?xml version="1.0"?><!-- a remark --><RestingECG>')
    'RestingECG'
    """
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return None
    found = _ROOT.match(_NOT_ROOT.sub("", text).lstrip())
    return found[1] if found else None


def parse(path: Path) -> Element:
    """The root element, namespaces left out of all names.

    Raises
    ------
    EcgError
        The document has too many elements. What the parser itself refuses (a syntax error, an entity) comes as
        the parser's own exception, to be caught by `guard.parsing`.
    """
    parser = DefusedXMLParser(
        target=_Builder(path.name), forbid_dtd=False, forbid_entities=True, forbid_external=True
    )
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            parser.feed(piece)
    return parser.close()


class _Builder(TreeBuilder):
    """Counts elements and drops namespaces."""

    def __init__(self, name: str):
        super().__init__()
        self._name, self._count = name, 0

    def start(self, tag, attributes):
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise EcgError(
                "{file} has more than {most:,} elements; it is no ECG.", file=self._name, most=_MOST_ELEMENTS
            )
        return super().start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def end(self, tag):
        return super().end(_local(tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def text_at(element: Element | None, path: str) -> str:
    """The text at a path below an element, without blanks around it; "" when it is not there."""
    return (element.findtext(path) or "").strip() if element is not None else ""


def number_in(text: str | None) -> float | None:
    """The finite number a text consists of, or None."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def numbers_in(name: str, text: str, separator: str | None = None) -> np.ndarray:
    """Decimal numbers in a text; `EcgError` when anything else is in it."""
    words = text.split(separator)
    if separator is not None and not words[-1].strip():
        words.pop()
    try:
        values = np.array(words, dtype=np.float64)
    except ValueError:
        raise EcgError(
            "{file} has samples that are no numbers; it is damaged, so copy it again.", file=name
        ) from None
    if not np.isfinite(values).all():
        raise EcgError("{file} has samples that are no numbers; it is damaged, so copy it again.", file=name)
    return values


def bytes_in(name: str, text: str) -> bytes:
    """Base64 bytes in a text, line breaks allowed; `EcgError` when anything else is in it."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise EcgError(
            "{file} has samples that are no Base64; it is damaged, so copy it again.", file=name
        ) from None


def measured(values: dict[str, str]) -> dict[str, float]:
    """What a device measured: those texts that are numbers; zero stands for "not measured", but for an axis.

    Parameters
    ----------
    values : dict
        Text by name as in `Recording.device`.
    """
    found = {name: number_in(text) for name, text in values.items()}
    return {
        name: number
        for name, number in found.items()
        if number is not None and (number > 0 or (name.endswith("axis") and abs(number) <= 360))
    }
