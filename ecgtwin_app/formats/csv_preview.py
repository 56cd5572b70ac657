"""The first rows of a table, for someone who has to say what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.formats.table_layout import find_layout
from ecgtwin_app.formats.table_text import cells_of
from ecgtwin_app.formats.table_turned import is_turned, sign_of
from ecgtwin_app.formats.text_rows import decode, is_row, text_bytes

#: Bytes that are read, rows that are shown, and cells of a row that has hundreds.
_HEAD, _ROWS, _CELLS = 65_536, 8, 24


@dataclass(frozen=True)
class TablePreview:
    """How a table reads with a separator and a decimal sign.

    Attributes
    ----------
    separator, decimal : str
        As given, or as found.
    names : tuple of str
        The header's cells; empty without a header.
    rows : tuple of tuple of str
        The first rows below it, cell by cell.
    leads : int
        How many names it needs: one a column, or one a row where the rows hold the samples.
    """

    separator: str
    decimal: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    leads: int


def preview(path: Path, separator: str | None = None, decimal: str | None = None) -> TablePreview:
    """Read the first rows of a text table.

    Parameters
    ----------
    path : Path
    separator, decimal : str, optional
        Found from the rows unless given.

    Raises
    ------
    EcgError
        The file holds no table, or the signs do not fit it.
    """
    data = text_bytes(path)
    lines = decode(data[:_HEAD].tobytes()).split("\n")
    if is_turned(lines, separator):
        sign = separator or sign_of(lines)
        lines = decode(data[: 64 * _HEAD].tobytes()).split("\n")
        rows = [tuple(cells_of(line[:2000], sign)[:_CELLS]) for line in lines if is_row(line)]
        return TablePreview(sign, decimal or ".", (), tuple(rows[:_ROWS]), len(rows))
    if data.size > _HEAD and len(lines) > 1:
        lines.pop()  # cut off
    layout = find_layout(path.name, lines, separator, decimal)
    below = [line for line in lines[layout.start :] if is_row(line)][:_ROWS]
    rows = tuple(tuple(cells_of(line, layout.separator)) for line in below)
    return TablePreview(layout.separator, layout.decimal, layout.names, rows, layout.width)
