"""Where the numbers of a text table begin, and what its columns are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NoReturn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.table_head import KEY
from ecgtwin_app.formats.table_text import (
    SEPARATORS,
    cells_of,
    decimal_of,
    is_unit,
    kind_of,
    known_decimal,
    known_separator,
    split_unit,
    unit_in,
)

#: Lines that may stand above the numbers, and rows that must look alike where they begin.
_MOST_HEAD, _ALIKE = 400, 12
_TIME_NAME = re.compile(
    r"^(?:elapsed|relative|phone|sensor|sample|recording|abs\w*|rel\w*|unix|epoch|utc|local)?[ _]*(?:time(?:[ _]?stamps?)?|seconds?|sec"
    r"|secs|milliseconds?|millis|micros|ms|s|t|zeit|temps|tiempo|tempo|tid|tijd|aika|date[ _]?time|clock|uhrzeit|timestamps?"
    r"|время|时间|時間|시간)$",
    re.IGNORECASE,
)
_COUNTER_NAME = re.compile(
    r"^(?:|index|samples?|sample[ _]?(?:#|no\.?|number|index|num)|n|no\.?|nr\.?|#|nseq|seq|counter|count|frame|row|id|unnamed:? ?\d*)$",
    re.IGNORECASE,
)
_SOME_ECG = re.compile(r"(?<![a-z])(?:ecg|ekg)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column: its name, its stated unit, what it is ("lead", "time", "counter" or "other")."""

    name: str
    unit: str | None
    role: str


@dataclass(frozen=True)
class Layout:
    """How a table is laid out.

    Attributes
    ----------
    start : int
        Lines above the numbers, blank ones counted.
    separator, decimal : str
    width : int
        Cells of a row.
    kinds : tuple of str
        What each cell holds (`table_text.kind_of`).
    names : tuple of str
        As the file spells them; empty without a row of names.
    units : tuple of str or None
        Of each column, from its name or a row of units.
    head : tuple of str
        The other lines above the numbers, remark signs taken off.
    prose : int
        How many of these are neither remarks nor have a key and a value.
    spoilt : int or None
        The row, counted from 1, of a line below the names that is none of numbers.
    """

    start: int
    separator: str
    decimal: str
    width: int
    kinds: tuple[str, ...]
    names: tuple[str, ...] = ()
    units: tuple[str | None, ...] = ()
    head: tuple[str, ...] = ()
    prose: int = 0
    spoilt: int | None = None

    def columns(self, names: Sequence[str] | None = None) -> list[Column]:
        """The columns by their own names, or by others."""
        own = list(self.names if names is None else names)
        units = self.units if names is None and self.units else (None,) * len(own)
        columns = []
        for cell, unit in zip(own, units, strict=True):
            title, in_name = split_unit(cell)
            columns.append(_column(cell, title, in_name or unit))
        if not any(column.role == "lead" for column in columns):
            # "ecg_raw": one column that is called an ECG among others that are not.
            some = [
                k
                for k, c in enumerate(columns)
                if c.role == "other" and _SOME_ECG.search(c.name.replace("_", " "))
            ]
            if len(some) == 1:
                columns[some[0]] = replace(columns[some[0]], name="ECG", role="lead")
        return columns


def _column(cell: str, title: str, unit: str | None) -> Column:
    timed = _TIME_NAME.match(cell.strip()) or _TIME_NAME.match(title)
    if timed and (unit is None or unit_in(unit) is None):
        return Column(title, unit or _unit_of_time(cell.strip()), "time")
    if _COUNTER_NAME.match(title):
        return Column(title, unit, "counter")
    return Column(title, unit, "lead" if known_leads([title]) else "other")


def _unit_of_time(name: str) -> str | None:
    """The unit that the name of a time column is: "seconds", "ms"."""
    word = re.split(r"[ _]", name.lower())[-1]
    return {"second": "s", "millisecond": "ms", "millis": "ms", "micros": "us", "secs": "s", "sec": "s", "seconds": "s",
            "milliseconds": "ms", "ms": "ms", "s": "s", "t": None}.get(word)  # fmt: skip


def find_layout(
    name: str, lines: Sequence[str], separator: str | None = None, decimal: str | None = None
) -> Layout:
    """Find the numbers in the first lines of a file.

    Parameters
    ----------
    name : str
        The file, for messages.
    lines : sequence of str
    separator, decimal : str, optional
        Found from the rows unless given.

    Raises
    ------
    EcgError
        There are no numbers, or the signs given cannot be used.
    """
    if separator is not None:
        separator = known_separator(separator)
    if decimal is not None and separator is not None:
        decimal = known_decimal(decimal, separator)
    plain = [line.strip("\r\n") for line in lines]
    if not any(_unmarked(line) for line in plain if not _is_remark(line)):
        raise EcgError("{file} holds no table of numbers.", file=name)
    found = None
    for texts in (False, True):
        for sign in [separator] if separator else [*SEPARATORS, " "]:
            one = _start(plain, sign, texts)
            if one and (found is None or _better(one, found)):
                found = one
        if found:
            break
    if found is None:
        _refuse(name, plain, separator)
    start, sign, kinds, rows = found
    layout = Layout(
        start, sign, decimal or decimal_of([c for row in rows for c in row], sign), len(kinds), kinds
    )
    if decimal is not None:
        known_decimal(decimal, sign)
    if sign == "," and separator is None and decimal is None and len(kinds) <= 2:
        layout = _perhaps_decimal_comma(layout, plain)
    return _with_names(layout, plain)


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith(("#", "%", "//"))


def _unmarked(line: str) -> str:
    """A line without its remark sign."""
    return line.strip().lstrip("#%/").strip()


def _start(lines: Sequence[str], sign: str, texts: bool) -> tuple | None:
    """The first line from which on the rows look alike: (line, separator, kinds, rows)."""
    rows, at = [], []
    for number, line in enumerate(lines[: _MOST_HEAD + 4 * _ALIKE]):
        if line.strip() and not _is_remark(line):
            if sign != " " and sign not in line and len(line) > 60:
                cells = [line]
            else:
                cells = cells_of(line, sign)
            rows.append(cells)
            at.append(number)
    kinds = [[kind_of(cell) for cell in cells] for cells in rows]
    for first in range(len(rows)):
        some = kinds[first : first + _ALIKE]
        width = len(some[0])
        if any(len(row) != width for row in some):
            continue
        together = tuple("".join(sorted(set(column) - {"e"})) or "e" for column in zip(*some, strict=True))
        if (
            all(kind in ("n", "t", "e", "s") for kind in together)
            and "n" in together
            and (texts or "s" not in together)
        ):
            if (
                sign != " "
                and sign != ","
                and width == 1
                and any("," in row[0] for row in rows[first : first + _ALIKE])
            ):
                # One number with a decimal comma, or two that a comma separates: looked at as the latter.
                continue
            return at[first], sign, together, rows[first : first + 200]
    return None


def _better(one: tuple, other: tuple) -> bool:
    """Whether a reading begins earlier, or has more columns from the same line on."""
    return (one[0], -len(one[2])) < (other[0], -len(other[2]))


def _perhaps_decimal_comma(layout: Layout, lines: Sequence[str]) -> Layout:
    """One column with a decimal comma, where that explains rows such as "-244,000" better than two columns do."""
    below = [line.strip() for line in lines[layout.start :] if line.strip() and not _is_remark(line)][:2000]
    cells = [row.split(",") for row in below]
    if '"' in "".join(below[:50]) or any(len(row) > 2 for row in cells):
        return layout
    halves = [row for row in cells if len(row) == 2]
    if not halves or not all(re.fullmatch(r"\d+(?:[eE][+-]?\d+)?", row[1].strip()) for row in halves):
        return layout
    if not all(re.fullmatch(r"[+-]?\d*", row[0].strip()) for row in cells):
        return layout
    for line in lines[: layout.start]:
        roles = [_column(cell, *split_unit(cell)).role for cell in cells_of(_unmarked(line), ",")]
        if len(roles) == 2 and "lead" in roles and "other" not in roles:
            return layout
    digits = {len(row[1].strip()) for row in halves}
    whole = [int(row[0] or 0) if row[0].strip() not in ("", "-", "+") else 0 for row in halves]
    counts = len(whole) > 2 and all(b - a == whole[1] - whole[0] != 0 for a, b in pairwise(whole))
    if counts and len(halves) == len(cells):
        return layout
    alike = len(digits) == 1 or len(halves) < len(cells) or max(digits) - min(digits) <= 2
    return Layout(layout.start, "\t", ",", 1, ("n",)) if alike else layout


def _with_names(layout: Layout, lines: Sequence[str]) -> Layout:
    """The layout with the rows of names and units found above the numbers."""
    above = [(k, line) for k, line in enumerate(lines[: layout.start]) if _unmarked(line)]
    best, names, at = 0, (), None
    for k, line in above:
        cells = _cells_as_wide(layout, line)
        if cells is None or is_units(cells) or re.search(r"[:=]", cells[0]):
            continue
        leads = known_leads([split_unit(cell)[0] for cell in cells])
        score = 2 * len(leads) + sum(_column(c, *split_unit(c)).role == "time" for c in cells)
        if layout.width == 1 and not leads:
            continue
        if score >= best and score > 0:
            best, names, at = score, tuple(cells), k
    if at is None and layout.width > 1 and above:
        k, line = above[-1]
        cells = _cells_as_wide(layout, line) if line.count(layout.separator) >= layout.width - 1 else None
        if cells is not None and not _is_remark(line) and "n" not in {kind_of(cell) for cell in cells}:
            names, at = tuple(cells), k
    units: tuple[str | None, ...] = (None,) * layout.width
    units_at = None
    for k, line in above:
        cells = _cells_as_wide(layout, line)
        if cells is not None and k != at and layout.width > 1 and is_units(cells):
            units, units_at = tuple(unit_in(cell) or cell.strip("[]() ") or None for cell in cells), k
    head = tuple(_unmarked(line) for k, line in above if k not in (at, units_at))
    prose = sum(
        not _is_remark(line) and KEY.fullmatch(line.strip()) is None
        for k, line in above
        if k not in (at, units_at)
    )
    spoilt = _spoilt(layout, [(k, line) for k, line in above if k not in (at, units_at)], at)
    return replace(layout, names=names, units=units, head=head, prose=prose, spoilt=spoilt)


def _cells_as_wide(layout: Layout, line: str) -> list[str] | None:
    """The cells of a line of the head, where they are as many as the columns."""
    text = _unmarked(line) if _is_remark(line) else line
    for sign in dict.fromkeys([layout.separator, *SEPARATORS, " "]):
        cells = cells_of(text, sign)
        while len(cells) > layout.width and not cells[-1]:
            cells.pop()
        if len(cells) == layout.width - 1 and layout.width > 2 and len(known_leads(cells)) == len(cells):
            return ["", *cells]  # the column of row names has none in the tables of R
        while (
            sign == layout.separator
            and len(cells) < layout.width
            and layout.kinds[len(cells) :].count("e") == layout.width - len(cells)
        ):
            cells.append("")
        if len(cells) == layout.width:
            if sign == layout.separator != " " and layout.width > 2 and re.fullmatch(r"\w+ ?[:=]", cells[0]):
                cells[0] = ""  # "UnitName=" before the cells of the other columns
            return cells
    return None


def is_units(cells: Sequence[str]) -> bool:
    """Whether a row holds units and nothing else."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(is_unit(cell) for cell in filled)


def _spoilt(layout: Layout, rest: Sequence[tuple[int, str]], names_at: int | None) -> int | None:
    """The row of a line that should be one of numbers: below the names, or nearly all numbers itself."""
    suspects = []
    rows = [line for k, line in rest if not _is_remark(line) and (names_at is None or k > names_at)]
    for number, line in enumerate(rows, start=1):
        cells = cells_of(line, layout.separator)
        kinds = [kind_of(cell) for cell in cells]
        numeric = kinds.count("n")
        if (names_at is not None and numeric) or (
            len(cells) == layout.width > 2 and 2 * numeric > len(cells)
        ):
            suspects.append((len(cells) == layout.width and "s" not in kinds, number))
    return min(suspects)[1] if suspects else None


def _refuse(name: str, lines: Sequence[str], separator: str | None) -> NoReturn:
    """Say why there is no table."""
    rows = [line for line in lines if line.strip() and not _is_remark(line)]
    signs = [separator] if separator else [*SEPARATORS, " "]
    for sign in signs:
        cells = cells_of(rows[0], sign)
        if (
            len(cells) > 1
            and len(known_leads([split_unit(cell)[0] for cell in cells])) > 0
            and len(rows) == 1
        ):
            raise EcgError("{file} has a header but no numbers below it.", file=name)
    raise EcgError(
        "{file} has something other than numbers in row {row}; every row needs numbers only.",
        file=name,
        row=1,
    )
