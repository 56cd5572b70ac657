"""The numbers of a text table of any length: small ones are parsed once, of large ones a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.table_clock import (
    Stretch,
    seconds_of_stamps,
    stretches_of_counts,
    stretches_of_marks,
    stretches_of_times,
)
from ecgtwin_app.formats.table_layout import Layout
from ecgtwin_app.formats.table_text import cells_of, kind_of, numbers
from ecgtwin_app.formats.text_rows import BLOCK, Rows

#: Values that are parsed at once and kept, and rows whose clock is read one by one.
_KEPT, _EACH = 1_500_000, 100_000
#: Rows that are parsed together.
_TOGETHER = 16 * BLOCK
#: Lines of text that may stand below the numbers.
_MOST_BELOW = 10


class TableRows:
    """Rows of one layout.

    Parameters
    ----------
    name : str
        The file, for messages.
    data : ndarray of uint8
        As from `text_rows.text_bytes`.
    layout : Layout
    """

    def __init__(self, name: str, data: np.ndarray, layout: Layout):
        self.name, self.layout = name, layout
        self._rows = Rows(name, data, _byte_of_line(data, layout.start))
        self.below = self._lines_below()
        self.count = self._rows.count - self.below
        self._leads: list[int] = []
        self._kept: np.ndarray | None = None

    def use(self, leads: Sequence[int]) -> None:
        """Choose the columns that `leads` gives."""
        self._leads = list(leads)
        if self.count * max(len(leads), 1) <= _KEPT:
            self._kept = self._parsed(0, self.count, self._leads)

    def leads(self, first: int, last: int) -> np.ndarray:
        """Rows of the chosen columns, shape (rows, columns)."""
        if self._kept is not None:
            return self._kept[first:last]
        return self._parsed(first, last, self._leads)

    def first_values(self, column: int, count: int) -> np.ndarray:
        """The first values of a column of numbers."""
        return self._parsed(0, min(self.count, count), [column])[:, 0]

    def is_empty(self, column: int, every_row: bool = True) -> bool:
        """Whether no cell of a column has a value; of a long table some rows are looked at where that is enough."""
        for first in range(0, self.count, _TOGETHER):
            lines = self._rows.lines(first, min(first + _TOGETHER, self.count))
            for line in lines:
                cells = cells_of(line, self.layout.separator)
                if len(cells) > column and kind_of(cells[column]) != "e":
                    return False
            if not every_row:
                break
        return True

    def filled(self) -> tuple[int, int]:
        """How many rows there are up to the last in which every lead has a value, and up to the last in which any has."""
        last_any, last_all, end = 0, 0, self.count
        while end > 0 and not last_all:
            first = max(0, end - _TOGETHER)
            there = ~np.isnan(self.leads(first, end))
            if not last_any and (some := np.flatnonzero(there.any(axis=1))).size:
                last_any = first + int(some[-1]) + 1
            if (every := np.flatnonzero(there.all(axis=1))).size:
                last_all = first + int(every[-1]) + 1
            end = first
        return last_all, last_any

    def by_times(self, column: int, scale: float) -> tuple[float, list[Stretch]]:
        """Rate and stretches by a column of times or time stamps; see `table_clock`."""

        def ticks(lines, first):
            return self._ticks(lines, first, column) * scale

        if self.count <= _EACH:
            return stretches_of_times(self.name, ticks(self._rows.lines(0, self.count), 0))
        return stretches_of_marks(self.name, *self._marks(ticks), self._between(ticks), self.count)

    def by_counts(self, column: int) -> list[Stretch] | None:
        """Stretches by a column of sample numbers; None where it counts nothing, or all rows are too many to look at."""
        if self.count > 10 * _EACH:
            return None
        found = [
            self._parsed(first, first + _TOGETHER, [column])[:, 0]
            for first in range(0, self.count, _TOGETHER)
        ]
        return stretches_of_counts(np.concatenate(found)) if found else None

    def _marks(self, ticks):
        rows, lines = self._rows.marked()
        keep = rows < self.count
        rows = np.append(rows[keep], self.count - 1)
        lines = [line for line, kept in zip(lines, keep, strict=True) if kept]
        return rows, ticks([*lines, *self._rows.lines(self.count - 1, self.count)], 0)

    def _between(self, ticks):
        return lambda first, last: ticks(self._rows.lines(first, last), first)

    def _ticks(self, lines: Sequence[str], first: int, column: int) -> np.ndarray:
        layout = self.layout
        if layout.kinds[column] != "t":
            return numbers(self.name, lines, layout.separator, layout.decimal, layout.width, [column], first)[
                :, 0
            ]
        cells = [cells_of(line, layout.separator) for line in lines]
        return seconds_of_stamps([row[column] if len(row) > column else "" for row in cells])

    def _parsed(self, first: int, last: int, columns: Sequence[int]) -> np.ndarray:
        layout, parts = self.layout, []
        for begin in range(first, min(last, self.count), _TOGETHER):
            lines = self._rows.lines(begin, min(begin + _TOGETHER, last, self.count))
            parts.append(
                numbers(self.name, lines, layout.separator, layout.decimal, layout.width, columns, begin)
            )
        return np.concatenate(parts) if parts else np.zeros((0, len(columns)))

    def _lines_below(self) -> int:
        """How many lines of text end the file."""
        lines = self._rows.lines(max(0, self._rows.count - _MOST_BELOW - 1), self._rows.count)
        below = 0
        for line in reversed(lines):
            cells = cells_of(line, self.layout.separator)
            kinds = [kind_of(cell) for cell in cells]
            if not {"s", "t"} & set(kinds) or 2 * kinds.count("n") > len(kinds):
                break
            if len(cells) == self.layout.width and all(
                k in (l, "e") for k, l in zip(kinds, self.layout.kinds, strict=True)
            ):
                break
            below += 1
        if below > _MOST_BELOW:
            raise EcgError("{file} has text below its table; take it out.", file=self.name)
        return below


def _byte_of_line(data: np.ndarray, line: int) -> int:
    """Where a line begins."""
    if line == 0:
        return 3 if data[:3].tobytes() == b"\xef\xbb\xbf" else 0
    return int(np.flatnonzero(np.asarray(data[: 1 << 20]) == ord("\n"))[line - 1]) + 1


class Columns(Protocol):
    """What gives the chosen columns of some rows."""

    def leads(self, first: int, last: int) -> np.ndarray:
        """Shape (rows, columns)."""
        ...


def values_of(
    table: Columns, scales: np.ndarray, offsets: np.ndarray, stretches: Sequence[Stretch]
) -> Callable[[int, int], np.ndarray]:
    """Millivolts of the chosen columns between two samples, for `EcgFile`; NaN in gaps."""

    def values(first: int, last: int) -> np.ndarray:
        signal = np.full((scales.size, last - first), np.nan)
        for s in stretches:
            begin, end = max(first, s.sample), min(last, s.sample + s.count)
            if begin < end:
                rows = table.leads(s.row + begin - s.sample, s.row + end - s.sample)
                signal[:, begin - first : end - first] = rows.T * scales[:, None] + offsets[:, None]
        return signal

    return values


def gaps_between(stretches: Sequence[Stretch]) -> tuple[tuple[int, int], ...]:
    """The samples that are missing between stretches."""
    return tuple((one.sample + one.count, other.sample) for one, other in pairwise(stretches))
