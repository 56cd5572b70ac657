"""Tables turned on their side: a row for each lead and a column for each sample, or all samples in one cell."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.guard import MAX_VALUES
from ecgtwin_app.formats.table_clock import (
    Stretch,
    seconds_of_stamps,
    stretches_of_counts,
    stretches_of_times,
)
from ecgtwin_app.formats.table_layout import Layout
from ecgtwin_app.formats.table_text import (
    SEPARATORS,
    cells_of,
    decimal_of,
    is_unit,
    kind_of,
    known_decimal,
    known_separator,
    split_unit,
    value_of,
)
from ecgtwin_app.formats.text_rows import decode

#: More columns than this are samples, not leads.
_MOST_COLUMNS = 256
#: Bytes of a table that is read so, and rows it may have.
_LARGEST, _MOST_ROWS = 100_000_000, 64
#: A list of numbers in a cell, and bytes of a table with such.
_LIST = re.compile(r"[\[{(]\s*[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*[,; ]\s*[-+]?\d")
_LARGEST_LISTS = 20_000_000


def is_turned(lines: Sequence[str], separator: str | None) -> bool:
    """Whether the numbers of the first lines lie in rows of samples."""
    signs = [known_separator(separator)] if separator else [*SEPARATORS, " "]
    for line in lines[:40]:
        if len(line) > 2 * _MOST_COLUMNS and not line.lstrip().startswith(("#", "%", "//")):
            for sign in signs:
                some = cells_of(line[: 20 * _MOST_COLUMNS].rpartition(sign)[0], sign)
                if len(some) > _MOST_COLUMNS and sum(kind_of(cell) in "ne" for cell in some) > 0.9 * len(
                    some
                ):
                    return True
                if sign != " " and len(some) > 20 and line.count(sign) > _MOST_COLUMNS:
                    return sum(kind_of(cell) in "ne" for cell in some) > 0.9 * len(some)
    return False


class TurnedRows:
    """What `table_rows.TableRows` is for tables that stand upright, all of it in memory."""

    def __init__(self, name: str, layout: Layout, table: np.ndarray, clocks: dict[int, np.ndarray]):
        self.name, self.layout, self.below = name, layout, 0
        self.count = len(table)
        self._table, self._clocks, self._leads = table, clocks, []

    def use(self, leads: Sequence[int]) -> None:
        """Choose the columns that `leads` gives."""
        self._leads = list(leads)

    def leads(self, first: int, last: int) -> np.ndarray:
        """Rows of the chosen columns, shape (rows, columns)."""
        return self._table[first:last, self._leads]

    def first_values(self, column: int, count: int) -> np.ndarray:
        """The first values of a column."""
        return self._clocks.get(column, self._table[:, column])[:count]

    def is_empty(self, column: int, every_row: bool = True) -> bool:
        """Whether no cell of a column has a value."""
        return column not in self._clocks and bool(np.isnan(self._table[:, column]).all())

    def filled(self) -> tuple[int, int]:
        """As in `table_rows.TableRows`."""
        there = ~np.isnan(self._table[:, self._leads])
        every, some = np.flatnonzero(there.all(axis=1)), np.flatnonzero(there.any(axis=1))
        return (int(every[-1]) + 1 if every.size else 0), (int(some[-1]) + 1 if some.size else 0)

    def by_times(self, column: int, scale: float) -> tuple[float, list[Stretch]]:
        """As in `table_rows.TableRows`."""
        return stretches_of_times(self.name, self._clocks.get(column, self._table[:, column]) * scale)

    def by_counts(self, column: int) -> list[Stretch] | None:
        """As in `table_rows.TableRows`."""
        return stretches_of_counts(self._table[:, column])


def turned_rows(
    name: str, data: np.ndarray, separator: str | None, decimal: str | None, lead_order: Sequence[str] | None
) -> TurnedRows:
    """Read a table of one row a lead; the first cells of the rows may name them.

    Raises
    ------
    EcgError
        The table is too large, its rows are of different lengths, or hold something other than numbers.
    """
    if data.size > _LARGEST:
        raise EcgError(
            "{file} has a row for each lead and {size:,.0f} MB; up to {most:,.0f} MB are read, so "
            "export a part of it or turn it so that each lead is a column.",
            file=name,
            size=data.size / 1e6,
            most=_LARGEST / 1e6,
        )
    lines = [line for line in decode(data.tobytes()).split("\n") if line.strip()]
    sign = known_separator(separator) if separator else sign_of(lines)
    head, rows = _head_and_rows(name, lines, sign)
    decimal = (
        known_decimal(decimal, sign) if decimal else decimal_of([c for row in rows for c in row[1:200]], sign)
    )
    for row in rows:
        while row and not row[-1] and len(row) > max(map(len, rows[:1])):
            row.pop()
    names, units = _names_and_units(rows)
    table, clocks, kinds = _columns(name, rows, decimal)
    if lead_order is None and not any(names):
        names = []
    elif lead_order is None and not known_leads([split_unit(text)[0] for text in names]):
        names = [text or "?" for text in names]
    layout = Layout(
        0, sign, decimal, len(rows), tuple(kinds), tuple(names), tuple(units) if names else (), tuple(head)
    )
    return TurnedRows(name, layout, table, clocks)


def _head_and_rows(name: str, lines: Sequence[str], sign: str) -> tuple[list[str], list[list[str]]]:
    """The lines above and between the rows, and the cells of the rows."""
    head, rows = [], []
    for line in lines:
        remark = line.lstrip().startswith(("#", "%", "//"))
        if remark or line.count(sign) < _MOST_COLUMNS and (sign != " " or len(line.split()) < _MOST_COLUMNS):
            head.append(line.strip().lstrip("#%/").strip())
        else:
            rows.append(cells_of(line, sign))
    if len(rows) > _MOST_ROWS:
        raise EcgError(
            "{file} has {rows} rows of {columns} numbers; an ECG has a row or a column for each lead.",
            file=name,
            rows=len(rows),
            columns=len(rows[0]),
        )
    return head, rows


def _names_and_units(rows: list[list[str]]) -> tuple[list[str], list[str | None]]:
    """The names and units in the first cells of the rows, taken from them; "" and None where there are none."""
    named = any(kind_of(row[0]) == "s" for row in rows) and sum(
        kind_of(row[0]) in "se" for row in rows
    ) == len(rows)
    names = [row.pop(0) if named else "" for row in rows]
    texts = [row[0] for row in rows if kind_of(row[0]) == "s"]
    if not (named and texts and all(is_unit(text) for text in texts)):
        return names, [None] * len(rows)
    return names, [cell if kind_of(cell) == "s" else None for cell in (row.pop(0) for row in rows)]


def _columns(
    name: str, rows: list[list[str]], decimal: str
) -> tuple[np.ndarray, dict[int, np.ndarray], list[str]]:
    """The values with a column for each row, the seconds of rows of time stamps, and what each row holds."""
    length = len(rows[0])
    if any(len(row) != length for row in rows):
        shortest = min(range(len(rows)), key=lambda k: len(rows[k]))
        raise EcgError(
            "{file} has {columns} columns instead of {usual} in row {row}.",
            file=name,
            columns=len(rows[shortest]),
            usual=max(map(len, rows)),
            row=shortest + 1,
        )
    if len(rows) * length > MAX_VALUES:
        raise EcgError("{file} holds more values than are read; export a part of it.", file=name)
    table, clocks, kinds = np.full((length, len(rows)), np.nan), {}, []
    for k, row in enumerate(rows):
        if any(kind_of(cell) == "t" for cell in row[:20]):
            clocks[k] = seconds_of_stamps(row)
            kinds.append("t")
            continue
        values = [value_of(cell, decimal) for cell in row]
        if None in values:
            raise EcgError(
                "{file} has something other than numbers in row {row}; every row needs numbers only.",
                file=name,
                row=k + 1,
            )
        table[:, k] = values
        kinds.append("n")
    return table, clocks, kinds


def sign_of(lines: Sequence[str]) -> str:
    """The separator of the longest line."""
    longest = max(lines, key=len)[:100_000]
    return max(
        [*SEPARATORS, " "], key=lambda sign: longest.count(sign) if sign != " " else len(longest.split()) - 1
    )


def is_listed(lines: Sequence[str]) -> bool:
    """Whether a cell of the first rows holds a list of samples in brackets."""
    return any(len(line) > 2 * _MOST_COLUMNS and _LIST.search(line[:4096]) for line in lines[:3])


def listed_rows(name: str, data: np.ndarray) -> TurnedRows:
    """Read a table with a row for each recording, whose samples are a list in one cell.

    The other cells of the row are taken for lines of the head, each under the name of its column.

    Raises
    ------
    EcgError
        There are several recordings, or a list holds something other than numbers.
    """
    if data.size > _LARGEST_LISTS:
        raise EcgError(
            "{file} has a row for each lead and {size:,.0f} MB; up to {most:,.0f} MB are read, so "
            "export a part of it or turn it so that each lead is a column.",
            file=name,
            size=data.size / 1e6,
            most=_LARGEST_LISTS / 1e6,
        )
    text = decode(data.tobytes())
    first = text.split("\n", 1)[0]
    sign = max(SEPARATORS, key=first.count)
    rows = [row for row in _csv_rows(text, sign) if any(cell.strip() for cell in row)]
    if not rows:
        raise EcgError("{file} holds no table of numbers.", file=name)
    names, recordings = rows[0], [row for row in rows[1:] if any(_LIST.match(cell.strip()) for cell in row)]
    if len(recordings) != 1:
        raise EcgError(
            "{file} holds {recordings} recordings; export one of them.", file=name, recordings=len(recordings)
        )
    head, columns, titles = [], [], []
    for title, cell in zip(names, recordings[0], strict=False):
        if not _LIST.match(cell.strip()):
            head.append(f"{title.strip()}: {cell.strip()}")
            continue
        words = re.split(r"[,;\s]+", cell.strip().strip("[]{}() \t"))
        values = [value_of(word, ".") for word in words if word]
        if None in values:
            raise EcgError(
                "{file} has something other than numbers in row {row}; every row needs numbers only.",
                file=name,
                row=1,
            )
        columns.append(values)
        titles.append(title.strip())
    if len({len(column) for column in columns}) != 1:
        raise EcgError("{file} has leads of different lengths; copy it again.", file=name)
    known = known_leads([split_unit(title)[0] for title in titles])
    layout = Layout(
        0, sign, ".", len(columns), ("n",) * len(columns), tuple(titles) if known else (), (), tuple(head)
    )
    return TurnedRows(name, layout, np.array(columns).T, {})


def _csv_rows(text: str, sign: str) -> list[list[str]]:
    """The rows of a table whose cells may be as long as a recording."""
    before = csv.field_size_limit(_LARGEST_LISTS)
    try:
        return list(csv.reader(text.splitlines(), delimiter=sign))
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(before)
