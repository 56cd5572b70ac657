"""Conditions with a count each, found by what is typed in the language of the window."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import find_condition, is_healthy, load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.spec import Quota
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.session.condition_names import capital, condition_called, names_text
from ecgtwin_app.ui.widgets.quota_rows import count_field, heading

#: A new condition has so many twins.
USUAL = 10
HEALTHY = "healthy"


class ConditionCounts(QWidget):
    """What is asked for, and how many twins of each; the sum is how many there are."""

    changed = Signal()

    def __init__(self):
        super().__init__()
        self._rows: dict[tuple[str, ...], tuple] = {}
        self.line = QLineEdit(placeholderText=tr("Add a condition: “AF + LBBB”, “healthy”"))
        self.line.setAccessibleName(tr("Add a condition"))
        complete_conditions(self.line)
        self.line.returnPressed.connect(self._take)
        self.add = QToolButton(objectName="flat", text=tr("Add"))
        self.add.clicked.connect(self._take)
        self.problem = QLabel(objectName="problem", wordWrap=True, visible=False)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        top = QHBoxLayout()
        top.addWidget(self.line, 1)
        top.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading(tr("Conditions")))
        column.addLayout(self._grid)
        column.addLayout(top)
        column.addWidget(self.problem)

    @property
    def total(self) -> int:
        """Twins of all conditions together."""
        return sum(round(count.value()) for _, count, _ in self._rows.values())

    def quotas(self) -> tuple[Quota[tuple[str, ...]], ...]:
        """What is asked for, in the words of a plan."""
        return tuple(
            Quota(" + ".join(names), names, round(count.value()))
            for names, (_, count, _) in self._rows.items()
            if count.value()
        )

    def fill(self, quotas: Sequence[Quota[tuple[str, ...]]]) -> None:
        """Show other conditions."""
        for names in list(self._rows):
            self._take_away(names)
        for one in quotas:
            self._append(one.value, one.count)

    def _take(self) -> None:
        """Add what is typed."""
        text = self.line.text().strip()
        if not text:
            return
        try:
            names = conditions_in(text)
        except EcgError as error:
            self.problem.setText(translate(error.message))
            self.problem.setVisible(True)
            return
        self.problem.setVisible(False)
        self.line.clear()
        if names in self._rows:
            self._rows[names][1].setFocus()
        else:
            self._append(names, USUAL).setFocus()

    def _append(self, names: tuple[str, ...], count: int):
        words = capital(names_text(names))
        label = QLabel(words, wordWrap=True)
        field = count_field(count, tr("{what}: number of twins").format(what=words))
        field.valueChanged.connect(lambda _: self.changed.emit())
        remove = QToolButton(objectName="tool", text="×")
        remove.setAccessibleName(tr("Remove {condition}").format(condition=words))
        remove.setToolTip(tr("Remove"))
        remove.clicked.connect(lambda: self._take_away(names))
        self._rows[names] = (label, field, remove)
        self._lay_out()
        self.changed.emit()
        return field

    def _take_away(self, names: tuple[str, ...]) -> None:
        for widget in self._rows.pop(names):
            self._grid.removeWidget(widget)
            # At once: what is deleted later would stand behind its successor until then.
            widget.hide()
            widget.deleteLater()
        self._lay_out()
        self.changed.emit()

    def _lay_out(self) -> None:
        for number, row in enumerate(self._rows.values()):
            for place, widget in enumerate(row):
                self._grid.addWidget(widget, number, place)


def complete_conditions(line: QLineEdit) -> None:
    """Offer the conditions of the vocabulary, and “healthy”, while somebody types."""
    names = [tr(HEALTHY), *(capital(tr(one.name)) for one in load_vocabulary())]
    completer = QCompleter(names, line)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    line.setCompleter(completer)


def conditions_in(text: str) -> tuple[str, ...]:
    """The conditions of "AF + LBBB", in the words of the window's language or any other; `EcgError` where they are none, or
    cannot be together."""
    parts = [part for part in re.split(r"\s*\+\s*", text.strip()) if part]
    names = tuple(dict.fromkeys(map(_name, parts)))
    check_combination([find_condition(name).name for name in names])
    return names


def _name(text: str) -> str:
    if is_healthy(text) or text.casefold() == tr(HEALTHY).casefold():
        return HEALTHY
    return condition_called(text).name
