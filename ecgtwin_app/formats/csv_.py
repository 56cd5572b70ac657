"""Text tables: CSV and TSV with a column for each lead.

A table says less of itself than any ECG format: the sampling rate and the unit are often missing. They
are never guessed; what the file does not state the caller must.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats.channels import known_leads, millivolts_in, require_stated
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import MAX_LEADS, check_shape, check_values, parsing
from ecgtwin_app.formats.marking import read_comment_lines
from ecgtwin_app.formats.table_text import (
    SECONDS,
    cells_of,
    find_separator,
    is_numeric,
    known_decimal,
    known_separator,
    number_in,
    split_comments,
    split_unit,
    title_lines,
)

FORMAT = "CSV"
SUFFIXES = (".csv", ".tsv", ".txt")
#: Text takes many times its size in memory while it is split.
LARGEST = 60_000_000
#: The options of `open_file`.
OPTIONS = ("rate", "unit", "lead_order", "separator", "decimal")

_TIME_NAMES = {"time": "s", "t": "s", "seconds": "s", "time_s": "s", "time_ms": "ms", "milliseconds": "ms"}
_COUNTER_NAMES = {"", "index", "sample", "samples", "n", "no"}
#: Steps of the time column may differ this much from their median: it is printed with few digits.
_TIME_TOLERANCE = 0.5


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is text that may be a table; try it after the formats that mark themselves."""
    if b"\0" in head:
        return False
    return path.suffix.lower() in SUFFIXES or b"<" not in head[:100]


def open_file(
    path: Path,
    rate: float | None = None,
    unit: str | None = None,
    lead_order: Sequence[str] | None = None,
    separator: str | None = None,
    decimal: str | None = None,
) -> EcgFile:
    """Read a table of numbers, one column a lead.

    Lines that begin with "#" may state "rate: 500 Hz", "unit: mV" and what `marking` writes. A first
    row of lead names may state units ("II (uV)"); a time column gives the rate. Lines of prose above a
    table without lead names are left out, and the history says so.

    Parameters
    ----------
    path : Path
    rate : float, optional
        Hz; wins over what the file states.
    unit : str, optional
        "mV", "uV", "nV" or "V"; wins over what the file states.
    lead_order : sequence of str, optional
        Names of the columns, for a table without a header (a time column is named "time").
    separator, decimal : str, optional
        Found from the first rows unless given: "," ";" tab or space, and "." or ",".

    Raises
    ------
    EcgError
        The rate, unit or lead order is neither in the file nor given, or the table holds anything
        but numbers.
    """
    with parsing(path, FORMAT):
        text = _decode(path)
        comments, rows = split_comments(text)
        if not rows:
            raise EcgError(f"{path.name} holds no table of numbers.")
        titles = title_lines(rows, separator, decimal)
        rows = rows[titles:]
        separator = known_separator(separator) if separator else find_separator(rows[: min(len(rows), 5)])
        decimal = known_decimal(decimal, separator, rows)

        names = None if is_numeric(cells_of(rows[0], separator), decimal) else cells_of(rows[0], separator)
        body = rows[1:] if names else rows
        stated = {
            key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in comments)
        }
        names = list(lead_order) if lead_order else names
        table = _numbers(path.name, body, separator, decimal)
        if names is not None and not known_leads([split_unit(name)[0] for name in names]):
            raise EcgError(
                f"{path.name} names no ECG lead in its first row; it should read like I, II, III, aVR …."
            )
        if names is not None and len(names) != table.shape[1]:
            raise EcgError(
                f"{path.name} has {table.shape[1]} columns, but {len(names)} are named; name them all."
            )

        time_rate, columns = _columns(path.name, names or [], table)
        rate = rate or number_in(stated.get("rate", "")) or time_rate
        units = [unit or column_unit or stated.get("unit") for _, column_unit, _ in columns]
        known_unit = all(units) if columns else unit or stated.get("unit")
        require_stated(path.name, rate=rate, unit=known_unit or None, lead_order=names)
        check_shape(path.name, len(columns), rate, len(table))
        check_values(path.name, len(columns), len(table))
        signal = np.array(
            [column * millivolts_in(path.name, u) for (_, _, column), u in zip(columns, units, strict=True)]
        )
        fields = read_comment_lines(comments)
        if titles:
            fields["history"] = (
                f"left out {titles} line{'s'[: titles > 1]} above the table",
                *fields["history"],
            )
        return EcgFile(
            path,
            FORMAT,
            tuple(name for name, _, _ in columns),
            rate,
            len(table),
            lambda first, last: signal[:, first:last],
            fields,
        )


def _decode(path: Path) -> str:
    data = path.read_bytes()
    if b"\0" in data:
        raise EcgError(f"{path.name} is not a text table; export it as CSV in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # every byte is a character, so only remarks can come out wrong


def _numbers(name: str, rows: list[str], separator: str, decimal: str) -> np.ndarray:
    """The table, shape (rows, columns); empty cells and letters are errors that say where."""
    if not rows:
        raise EcgError(f"{name} has a header but no numbers below it.")
    width = len(cells_of(rows[0], separator))
    if width > MAX_LEADS + 4:
        raise EcgError(f"{name} has {width} columns; turn it so that each lead is a column.")
    text = "\n".join(rows).replace('"', "")
    if decimal == ",":
        text = text.replace(",", ".")
    try:
        return np.loadtxt(
            io.StringIO(text), delimiter=None if separator == " " else separator, ndmin=2, comments=None
        )
    except ValueError as error:
        for number, row in enumerate(rows, start=1):
            cells = cells_of(row, separator)
            if len(cells) != width:
                raise EcgError(
                    f"{name} has {len(cells)} columns instead of {width} in row {number}."
                ) from error
            if not is_numeric(cells, decimal):
                break
        raise EcgError(
            f"{name} has something other than numbers in row {number}; every row needs numbers only."
        ) from error


def _columns(name: str, names: Sequence[str], table: np.ndarray) -> tuple[float | None, list[tuple]]:
    """The rate of a time column, if any, and (name, unit, samples) of the others."""
    rate, columns = None, []
    for header, column in zip(names, table.T):
        title, unit = split_unit(header)
        if header.strip().lower() in _TIME_NAMES or title.lower() in _TIME_NAMES:
            scale = SECONDS.get((unit or _TIME_NAMES.get(header.strip().lower(), "s")).lower())
            rate = _rate_of(name, column * scale) if scale else None
        elif title.lower() not in _COUNTER_NAMES:
            columns.append((title, unit, column))
    return rate, columns


def _rate_of(name: str, seconds: np.ndarray) -> float:
    """Samples a second of an even time column."""
    steps = np.diff(seconds)
    if steps.size == 0 or not np.all(np.isfinite(steps)):
        raise EcgError(f"{name} has a time column without times; leave it out and give the option rate.")
    step = (seconds[-1] - seconds[0]) / steps.size
    if step <= 0 or np.max(np.abs(steps - step)) > _TIME_TOLERANCE * step:
        raise EcgError(
            f"{name} has a time column with uneven steps; resample it evenly or leave the column out."
        )
    rate = 1 / step
    # A column printed in milliseconds gives 499.99 Hz for 500 Hz.
    return float(round(rate)) if abs(rate - round(rate)) < 1e-3 * rate else float(rate)
