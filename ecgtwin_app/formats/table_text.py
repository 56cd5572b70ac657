"""How a text table reads: remarks, titles, separator, decimal sign and cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats.channels import known_leads, unit_in_millivolts

SEPARATORS = "\t;,"
SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6}
_UNIT_IN_HEADER = re.compile(
    r"[\[(](?P<bracket>[^\])]+)[\])]\s*$|[_ ](?P<suffix>[nuµμm]?v|ms|s)$", re.IGNORECASE
)
#: An hour at 1000 Hz.
_MOST_ROWS = 3_600_000
#: Lines of text that devices write above the numbers.
_MOST_TITLE_LINES = 10


def split_comments(text: str) -> tuple[list[str], list[str]]:
    """Comment lines without their sign, and rows that are not blank."""
    if text.count("\n") > _MOST_ROWS:
        raise EcgError(f"A table may have up to {_MOST_ROWS:,} rows; export a part of the recording.")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    comments = [line.lstrip().lstrip("#").strip() for line in lines if line.lstrip().startswith("#")]
    return comments, [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def title_lines(rows: Sequence[str], separator: str | None, decimal: str | None) -> int:
    """How many lines of prose stand above the names of the columns, or above the numbers."""
    for number, row in enumerate(rows[: _MOST_TITLE_LINES + 1]):
        sign = known_separator(separator) if separator else find_separator([row])
        cells = cells_of(row, sign)
        numeric = is_numeric(cells, decimal or ".") or (decimal is None and is_numeric(cells, ","))
        if len(known_leads([split_unit(cell)[0] for cell in cells])) > 1:
            return number
        if len(cells) > 1 and numeric:
            # A row as wide as the numbers names the columns, rightly or wrongly.
            named = number > 0 and len(cells_of(rows[number - 1], sign)) == len(cells)
            return number - named
    return 0


def known_decimal(text: str | None, separator: str, rows: Sequence[str]) -> str:
    """The decimal sign given, else the one found in the first rows."""
    if text is None:
        return "," if separator != "," and not any("." in row for row in rows[1:50]) else "."
    if text not in (".", ",") or text == separator:
        raise EcgError(
            f"The decimal sign {text!r} cannot be used; give . or a comma that is not the separator."
        )
    return text


def known_separator(text: str) -> str:
    """The separator of a name or sign."""
    separator = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}.get(
        text.lower(), text
    )
    if separator not in {*SEPARATORS, " "}:
        raise EcgError(f"The separator {text!r} is not known; give a comma, a semicolon, tab or space.")
    return separator


def find_separator(rows: Sequence[str]) -> str:
    """The first of tab, semicolon and comma in all rows; else blanks."""
    return next((sign for sign in SEPARATORS if all(sign in row for row in rows)), " ")


def cells_of(row: str, separator: str) -> list[str]:
    """The cells of a row, without quotes and blanks."""
    cells = row.split() if separator == " " else row.split(separator)
    return [cell.strip().strip('"').strip() for cell in cells]


def is_numeric(cells: Sequence[str], decimal: str) -> bool:
    """Whether every cell is a number."""
    return all(number_in(cell.replace(decimal, ".")) is not None for cell in cells)


def number_in(text: str) -> float | None:
    """The leading number of "500 Hz", or None."""
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return None


def split_unit(header: str) -> tuple[str, str | None]:
    """Name and unit of a column header: "II (uV)", "II [mV]", "II_uV" or "II"."""
    match = _UNIT_IN_HEADER.search(header)
    if match is None:
        return header.strip(), None
    text = (match["bracket"] or match["suffix"]).strip()
    if unit_in_millivolts(text) is None and text.lower() not in SECONDS:
        return header.strip(), None
    return header[: match.start()].strip(" _"), text
