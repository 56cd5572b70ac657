"""How a text table reads: separator, decimal sign, cells, names and units."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.units import millivolts_in, unit_in_millivolts

SEPARATORS = "\t;|,"
SECONDS = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "sekunden": 1.0, "ms": 1e-3, "msec": 1e-3,
    "millisecond": 1e-3, "milliseconds": 1e-3, "millis": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "microseconds": 1e-6,
    "micros": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9, "hh:mm:ss.mmm": 1.0, "h:m:s": 1.0, "min": 60.0,
}  # fmt: skip
#: Units that say that a column holds no voltage in a unit we know: steps of a converter, or a plain number.
_OTHER_UNITS = {
    "nu",
    "adu",
    "a.u.",
    "au",
    "lsb",
    "raw",
    "bpm",
    "%",
    "-",
    "none",
    "n/a",
    "#",
    "g",
    "mmhg",
    "date",
}
#: Words for units of voltage, without the plural's "s".
_VOLTS = {
    "microvolt": "uV", "mikrovolt": "uV", "microvoltio": "uV", "микровольт": "uV", "мкв": "uV", "微伏": "uV", "微伏特": "uV",
    "マイクロボルト": "uV", "마이크로볼트": "uV", "millivolt": "mV", "milivolt": "mV", "milivoltio": "mV", "милливольт": "mV",
    "мв": "mV", "毫伏": "mV", "毫伏特": "mV", "ミリボルト": "mV", "밀리볼트": "mV", "nanovolt": "nV", "volt": "V",
}  # fmt: skip
#: A cell without a value.
_MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "--", "#n/a", "nil", "?"}
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eEdD][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d*|[+-]?\d{1,3}(?:\.\d{3})+,\d*")
#: A time of the day or since the beginning, with or without a date.
CLOCK = re.compile(
    r"\[?\s*(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ,]+)?(?P<time>\d{1,3}:\d\d(?::\d\d)?(?:[.,:]\d+)?)\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|[+-]\d\d:?\d\d)?(?:\s+\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})?\s*\]?"
)
_UNIT_IN_HEADER = re.compile(
    r"[\[({](?P<bracket>[^\])}]+)[\])}]\s*$|(?:[_ /]|, ?| in )(?P<suffix>[nuµμm]?v|[nuµμm]?s|sec|seconds|milliseconds"
    r"|(?:micro|mikro|milli|nano)?volts?)$",
    re.IGNORECASE,
)


def known_separator(text: str) -> str:
    """The separator of a name or sign."""
    separator = {
        "tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|",
    }.get(text.lower(), text)  # fmt: skip
    if separator not in {*SEPARATORS, " "}:
        raise EcgError(
            "The separator {text!r} is not known; give a comma, a semicolon, tab or space.", text=text
        )
    return separator


def known_decimal(text: str, separator: str) -> str:
    """The decimal sign given; `EcgError` where it cannot be one."""
    if text not in (".", ",") or text == separator:
        raise EcgError(
            "The decimal sign {text!r} cannot be used; give . or a comma that is not the separator.",
            text=text,
        )
    return text


def cells_of(row: str, separator: str) -> list[str]:
    """The cells of a row, without quotes and blanks."""
    if separator == " ":
        cells = row.split()
    elif '"' in row and separator in row:
        try:
            cells = next(csv.reader([row], delimiter=separator, skipinitialspace=True))
        except (csv.Error, StopIteration):
            cells = row.split(separator)
    else:
        cells = row.split(separator)
    return [cell.strip().strip("\"'").strip() for cell in cells]


def kind_of(cell: str) -> str:
    """What a cell holds: "n" a number, "e" nothing, "t" a time stamp, "s" any other text."""
    if _NUMBER.fullmatch(cell) or _GROUPED.fullmatch(cell):
        return "n"
    if cell.lower() in _MISSING:
        return "e"
    return "t" if CLOCK.fullmatch(cell) else "s"


def decimal_of(cells: Sequence[str], separator: str) -> str:
    """The decimal sign of some numbers; a point where nothing shows otherwise."""
    with_comma = [cell for cell in cells if "," in cell and kind_of(cell) == "n"]
    if not with_comma or any(cell.rfind(".") > cell.rfind(",") for cell in with_comma):
        return "."
    # A comma within a cell of a table that commas separate stands in quotes.
    return "." if any("." in cell and "," not in cell and kind_of(cell) == "n" for cell in cells) else ","


def value_of(cell: str, decimal: str) -> float | None:
    """The number in a cell, NaN where it is empty, None where it holds something else."""
    if cell.lower() in _MISSING:
        return float("nan")
    if _GROUPED.fullmatch(cell):
        cell = cell.replace("," if decimal == "." else ".", "")
    if decimal == "," and "." not in cell:
        cell = cell.replace(",", ".")
    if not _NUMBER.fullmatch(cell) or "," in cell:
        return None
    return float(cell.lower().replace("d", "e"))


def number_in(text: str, decimal: str | None = None) -> float | None:
    """The leading number of "500 Hz" or "512,41 Hz", or None."""
    found = _NUMBER.match(text.strip())
    if not found:
        return None
    try:
        return float(found[0].replace(",", "."))
    except ValueError:
        return None


def unit_in(text: str) -> str | None:
    """The unit of voltage that a text is, as "uV"; None for any other text.

    Examples
    --------
    >>> unit_in("µV"), unit_in("Mikrovolt"), unit_in("milliVolts"), unit_in("mm/mV")
    ('µV', 'uV', 'mV', None)
    """
    plain = text.strip().strip("[](){}\"'").strip()
    word = plain.lower().removesuffix("s")
    if word in _VOLTS:
        return _VOLTS[word]
    return plain if unit_in_millivolts(plain) is not None else None


def millivolts_of(name: str, unit: str) -> float:
    """Millivolts in a unit such as "uV" or a multiple such as "4.88 uV"."""
    number, _, rest = unit.strip().partition(" ")
    try:
        return float(number.replace(",", ".")) * millivolts_in(name, unit_in(rest) or rest)
    except ValueError:
        return millivolts_in(name, unit_in(unit) or unit)


def is_unit(text: str) -> bool:
    """Whether a text is a unit of anything."""
    plain = text.strip().strip("[](){}\"'").strip().lower()
    return unit_in(text) is not None or plain in SECONDS or plain in _OTHER_UNITS


def split_unit(header: str) -> tuple[str, str | None]:
    """Name and unit of a column header: "II (uV)", "II [mV]", "II_uV" or "II"."""
    match = _UNIT_IN_HEADER.search(header)
    if match is None:
        return header.strip(), None
    text = (match["bracket"] or match["suffix"]).strip()
    unit = unit_in(text) or (text if text.lower() in SECONDS else None)
    if unit is None:
        return header.strip(), None
    return header[: match.start()].strip(" _,/").removesuffix(" in"), unit


def numbers(
    name: str,
    lines: Sequence[str],
    separator: str,
    decimal: str,
    width: int,
    columns: Sequence[int],
    first: int = 0,
) -> np.ndarray:
    """Some columns of some rows, NaN where a cell is empty.

    Parameters
    ----------
    name : str
        The file, for messages.
    lines : sequence of str
    separator, decimal : str
    width : int
        Cells of each row.
    columns : sequence of int
        Those that are read.
    first : int
        How many rows stand before them, for messages.

    Returns
    -------
    ndarray, shape (rows, columns), float64

    Raises
    ------
    EcgError
        A row has more or fewer cells, or one of the columns holds something other than numbers.
    """
    if not lines:
        return np.zeros((0, len(columns)))
    text = "\n".join(lines)
    if "\r" in text:
        text = text.replace("\r", "")
    text = text.replace('"', "").replace("'", "")
    if separator == " " or text.count(separator) == len(lines) * (width - 1):
        if decimal == "," and separator != ",":
            text = text.replace(",", ".")
        try:
            return _loaded(text, separator, width, columns)
        except ValueError:
            pass
    return _cell_by_cell(name, lines, separator, decimal, width, columns, first)


def _loaded(text: str, separator: str, width: int, columns: Sequence[int]) -> np.ndarray:
    """By NumPy's parser; ValueError where it takes anything for no number."""
    if separator == " ":
        table = np.loadtxt(text.split("\n"), ndmin=2, comments=None)
        if table.shape[1] != width:
            raise ValueError("rows of another width")
        return table[:, list(columns)]
    if separator in text:
        # Twice, because the end of one empty cell is the beginning of the next.
        for _ in range(2):
            text = text.replace(separator * 2, f"{separator}nan{separator}")
        text = f"\n{text}\n".replace(f"\n{separator}", f"\nnan{separator}")
        text = text.replace(f"{separator}\n", f"{separator}nan\n")[1:-1]
    return np.loadtxt(
        text.split("\n"),
        delimiter=None if separator == " " else separator,
        ndmin=2,
        comments=None,
        usecols=list(columns),
    )


def _cell_by_cell(name, lines, separator, decimal, width, columns, first) -> np.ndarray:
    """As NumPy does not: empty words, grouped thousands, quoted decimal commas; and the row of what is wrong."""
    table = np.empty((len(lines), len(columns)))
    for number, line in enumerate(lines):
        cells = cells_of(line, separator)
        if len(cells) == width + 1 and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            raise EcgError(
                "{file} has {columns} columns instead of {usual} in row {row}.",
                file=name,
                columns=len(cells),
                usual=width,
                row=first + number + 1,
            )
        for at, column in enumerate(columns):
            value = value_of(cells[column], decimal)
            if value is None:
                raise EcgError(
                    "{file} has something other than numbers in row {row}; every row needs numbers only.",
                    file=name,
                    row=first + number + 1,
                )
            table[number, at] = value
    return table
