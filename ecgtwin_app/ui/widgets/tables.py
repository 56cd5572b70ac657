"""Tables of texts that are filled again and again."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ecgtwin_app.i18n.words import figure

#: Pixels that a cell needs beside its letters.
_BESIDE = 14
#: Pixels that lines of words need above and below them.
_ABOVE = 9


def make_table(titles: tuple[str, ...], name: str, words: tuple[int, ...] = (0,)) -> QTableWidget:
    """A table to read, its first column as wide as there is room.

    Parameters
    ----------
    titles : tuple of str
    name : str
        For screen readers.
    words : tuple of int
        Columns that hold words and stand left; the others hold numbers and stand right.
    """
    table = QTableWidget(0, len(titles))
    table.setHorizontalHeaderLabels(titles)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(23)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    for column in range(len(titles)):
        side = Qt.AlignmentFlag.AlignLeft if column in words else Qt.AlignmentFlag.AlignRight
        table.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    table.horizontalHeader().setMinimumSectionSize(26)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def fill(table: QTableWidget, rows: list[tuple[str, ...]]) -> None:
    """Put texts into a table; its items stay, and its columns are measured once, not for every cell."""
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = table.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag(table.horizontalHeaderItem(column).textAlignment()))
                table.setItem(row, column, item)
            item.setText(text)
    metrics = table.fontMetrics()
    for column in range(1, table.columnCount()):
        # Qt's own measuring asks the style about every cell: several milliseconds a table.
        texts = (table.horizontalHeaderItem(column).text(), *(texts[column] for texts in rows))
        table.setColumnWidth(column, _BESIDE + max(map(metrics.horizontalAdvance, texts)))


def fit_rows(table: QTableWidget) -> None:
    """As many lines a row as its longest text takes; Qt's own measuring forgets the margins and cuts a word."""
    metrics = table.fontMetrics()
    for row in range(table.rowCount()):
        height = 0
        for column in range(table.columnCount()):
            item = table.item(row, column)
            if item is not None and not table.isColumnHidden(column):
                over = range(column, column + table.columnSpan(row, column))
                wide = sum(table.columnWidth(one) for one in over if not table.isColumnHidden(one))
                room = QRect(0, 0, max(1, wide - _BESIDE), 10_000)
                height = max(
                    height, metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, item.text()).height()
                )
        table.setRowHeight(row, max(table.verticalHeader().defaultSectionSize(), height + _ABOVE))


def number(value: float | None, decimals: int, sign: str = "") -> str:
    """A rounded number with a real minus sign; a dash where there is none."""
    if value is None:
        return "–"
    rounded = round(value, decimals) + 0.0  # adding zero turns −0 to 0
    return figure(rounded, f"{sign if rounded else ''}.{decimals}f")


def difference(
    before: float | None, after: float | None, decimals: int, around: float | None = None
) -> float | None:
    """How much more `after` is, of the values as they are shown, so that the columns add up.

    Parameters
    ----------
    around : float, optional
        The full turn of an angle: the short way round is given.
    """
    if before is None or after is None:
        return None
    change = round(after, decimals) - round(before, decimals)
    return (change + around / 2) % around - around / 2 if around else change
