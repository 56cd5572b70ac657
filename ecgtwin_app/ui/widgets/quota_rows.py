"""Ranges with a count each, and what is left over: how many twins at 60 to 90/min, and how many at the patient's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.engine.cohorts.spec import Quota, Range
from ecgtwin_app.i18n.words import tr

#: Ranges that a list may have, and twins that a field may count.
MOST_ROWS, MOST_TWINS = 12, 1000
#: Pixels of a heading, which may have a button beside it.
HEADING = 28


@dataclass(frozen=True, eq=False)
class _Row:
    low: QDoubleSpinBox
    dash: QLabel
    high: QDoubleSpinBox
    count: QDoubleSpinBox
    remove: QToolButton

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        return self.low, self.dash, self.high, self.count, self.remove


class QuotaRows(QWidget):
    """Ranges that the user adds; the rest of the twins is left as it is.

    Parameters
    ----------
    title : str
        What the ranges are of, with their unit.
    rest : str
        What the twins beyond them have, with a place for "{n}".
    limits : Range
    usual : Range
        A new range begins there.
    decimals : int
    """

    changed = Signal()

    def __init__(self, title: str, rest: str, limits: Range, usual: Range, decimals: int = 0):
        super().__init__()
        self._title, self._rest, self._limits, self._usual, self._decimals = (
            title,
            rest,
            limits,
            usual,
            decimals,
        )
        self._rows: list[_Row] = []
        self._total = 0
        self.add = QToolButton(objectName="flat", text=tr("Add a range"))
        self.add.setFixedHeight(HEADING)
        self.add.setAccessibleName(tr("{what}: add a range").format(what=title))
        self.add.clicked.connect(lambda: self._append(*self._usual, max(1, self.left)).low.setFocus())
        self.left_over = QLabel(objectName="quiet")
        top = QHBoxLayout()
        top.addWidget(heading(title))
        top.addStretch(1)
        top.addWidget(self.add)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setColumnStretch(3, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(self._grid)
        column.addWidget(self.left_over)
        self._tell()

    @property
    def left(self) -> int:
        """How many twins are in no range; below zero where too many are."""
        return self._total - sum(round(row.count.value()) for row in self._rows)

    def set_total(self, total: int) -> None:
        """So many twins there are."""
        self._total = total
        self._tell()

    def quotas(self, left: str) -> tuple[Quota[Range | None], ...]:
        """The ranges, then what is left over under its label; () where there is no range."""
        found: list[Quota[Range | None]] = []
        for row in self._rows:
            ends = sorted((row.low.value(), row.high.value()))
            if count := round(row.count.value()):
                found.append(Quota(f"{ends[0]:g}-{ends[1]:g}", (ends[0], ends[1]), count))
        if found and self.left > 0:
            found.append(Quota(left, None, self.left))
        return tuple(found)

    def fill(self, quotas: Sequence[Quota[Range | None]]) -> None:
        """Show other ranges."""
        for row in list(self._rows):
            self._take_away(row)
        for one in quotas:
            if one.value is not None and one.count:
                self._append(*one.value, one.count)
        self._tell()

    def _append(self, low: float, high: float, count: int) -> _Row:
        row = _Row(
            self._end(low, tr("{what}: from").format(what=self._title)),
            QLabel("–"),
            self._end(high, tr("{what}: to").format(what=self._title)),
            count_field(count, tr("{what}: number of twins").format(what=self._title)),
            QToolButton(objectName="tool", text="×"),
        )
        row.remove.setAccessibleName(tr("{what}: remove the range").format(what=self._title))
        row.remove.setToolTip(tr("Remove"))
        row.remove.clicked.connect(lambda: self._take_away(row))
        for field in (row.low, row.high, row.count):
            field.valueChanged.connect(self._tell)
        self._rows.append(row)
        self._lay_out()
        self._tell()
        return row

    def _end(self, value: float, words: str) -> QDoubleSpinBox:
        low, high = self._limits
        field = QDoubleSpinBox(decimals=self._decimals, minimum=low, maximum=high, value=value)
        field.setSingleStep(5 if self._decimals == 0 else 0.1)
        field.setAccessibleName(words)
        field.setFixedWidth(76)
        return field

    def _take_away(self, row: _Row) -> None:
        self._rows.remove(row)
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            # At once: what is deleted later would stand behind its successor until then.
            widget.hide()
            widget.deleteLater()
        self._lay_out()
        self._tell()

    def _lay_out(self) -> None:
        for number, row in enumerate(self._rows):
            for place, widget in zip((0, 1, 2, 4, 5), row.widgets, strict=True):
                self._grid.addWidget(widget, number, place)

    def _tell(self) -> None:
        self.add.setEnabled(len(self._rows) < MOST_ROWS)
        too_many = self.left < 0
        words = tr("{n} too many; there are {total} twins.").format(n=-self.left, total=self._total)
        self.left_over.setText(words if too_many else self._rest.format(n=self.left))
        self.left_over.setObjectName("problem" if too_many else "quiet")
        self.left_over.style().polish(self.left_over)
        self.changed.emit()


def heading(words: str) -> QLabel:
    """Above a list; all of them are as high, so that those side by side stand on one line."""
    label = QLabel(words, objectName="heading")
    label.setFixedHeight(HEADING)
    return label


def count_field(count: int, words: str) -> QDoubleSpinBox:
    """A field for a number of twins."""
    field = QDoubleSpinBox(decimals=0, minimum=0, maximum=MOST_TWINS, value=count)
    field.setAccessibleName(words)
    field.setFixedWidth(76)
    return field
