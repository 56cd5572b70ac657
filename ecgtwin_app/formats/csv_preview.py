"""The first rows of a table, for someone who has to say what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats import table_text

#: Bytes that are read, and rows that are shown.
_HEAD, _ROWS = 65_536, 8


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
    """

    separator: str
    decimal: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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
    with path.open("rb") as file:
        head = file.read(_HEAD)
    # The last line may be cut off.
    text = head.decode("utf-8-sig", errors="replace")
    if len(head) == _HEAD:
        text = text.rpartition("\n")[0]
    _, rows = table_text.split_comments(text)
    if not rows:
        raise EcgError(f"{path.name} holds no table of numbers.")
    rows = rows[table_text.title_lines(rows, separator, decimal) :]
    separator = table_text.known_separator(separator) if separator else table_text.find_separator(rows[:5])
    decimal = table_text.known_decimal(decimal, separator, rows)
    cells = [tuple(table_text.cells_of(row, separator)) for row in rows[: _ROWS + 1]]
    header = not table_text.is_numeric(cells[0], decimal)
    return TablePreview(separator, decimal, cells[0] if header else (), tuple(cells[header : header + _ROWS]))
