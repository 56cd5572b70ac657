"""Choosing conditions: a searchable list, what is chosen, its criteria and a teaching note."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSizePolicy, QTextBrowser, QVBoxLayout, QWidget

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.i18n.words import figure, tr
from ecgtwin_app.session.combination import in_order, why_not
from ecgtwin_app.session.condition_names import (
    capital,
    criteria_of,
    names_text,
    search,
    search_together,
    teaching_of,
)
from ecgtwin_app.ui.panels.condition_list import ConditionList, status_words

_CODE_SYSTEMS = {"scp": "SCP-ECG", "aha": "AHA", "mdc": "MDC", "snomed": "SNOMED CT"}


class ConditionPanel(QWidget):
    """The vocabulary. A click chooses one condition; Ctrl+click or its + adds it to the others."""

    chosen = Signal(tuple)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._may_be_none = False
        self._conditions = {condition.name: condition for condition in load_vocabulary()}
        self.search = QLineEdit(placeholderText=tr("Search name, synonym or code"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search conditions"))
        self.search.setToolTip(
            tr("Enter chooses the best match; with + before it, Enter adds it to what is chosen")
        )
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take_first)
        self.together = QPushButton(objectName="secondary")
        self.together.setAccessibleName(tr("Choose these together (Enter)"))
        self.together.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.together.clicked.connect(lambda: self._choose(self._combination()))
        self.together.hide()
        self.list = ConditionList()
        self.list.chosen.connect(lambda name: self._choose((name,)))
        self.list.toggled.connect(self._toggle)
        self.summary = QLabel(objectName="chosen")
        self.summary.setWordWrap(True)
        self.summary.setAccessibleName(tr("Chosen conditions"))
        self.problem = QLabel(objectName="problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.note = QTextBrowser(openLinks=False)
        self.note.setAccessibleName(tr("Criteria and teaching note"))
        self.note.setMinimumHeight(72)
        self._lay_out()
        self._fill()

    @property
    def possible(self) -> bool:
        """Whether one heart can show what is chosen."""
        return not self.problem.text()

    def show_names(self, names: tuple[str, ...]) -> None:
        """Show these as chosen without saying so to anyone."""
        if names == self._names:
            return
        self._names = names
        sentence = why_not(names)
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.summary.setText(names_text(names) or self._none_words())
        self.list.show_chosen(names)
        self._show_note()

    def _show_note(self):
        shown = [self.list.of_generator(self._conditions[name]) for name in self._names]
        self.note.setHtml("<hr>".join(_note(condition, len(shown) > 1) for condition in shown))

    def allow_none(self, allowed: bool) -> None:
        """Whether nothing need be chosen, because something that the recording shows is taken out."""
        self._may_be_none = allowed
        if not self._names:
            self.summary.setText(self._none_words())

    def _none_words(self) -> str:
        return tr("nothing added") if self._may_be_none else tr("nothing chosen")

    def choose(self, name: str) -> None:
        """Choose one condition, as a click on it does."""
        self._choose((name,))

    def show_available(self, names: frozenset[str], measured: bool = True) -> None:
        """Say which conditions the weights know, and whether the pass rates are theirs; others cannot be chosen."""
        self.list.show_available(names, measured)
        self._show_note()

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.together)
        column.addWidget(self.list, 3)
        column.addWidget(self.summary)
        column.addWidget(self.problem)
        column.addWidget(self.note, 2)

    def _found(self):
        text = self.search.text().lstrip("+")
        parts = () if (found := search(text)) and "+" not in text else search_together(text)
        return list({one.name: one for part in parts for one in part}.values()) if parts else found

    def _combination(self) -> tuple[str, ...]:
        """The best match for each part of what is searched for, where it names several conditions."""
        text = self.search.text().lstrip("+")
        if search(text) and "+" not in text:
            return ()
        best = [
            next((c.name for c in part if self.list.is_available(c.name)), None)
            for part in search_together(text)
        ]
        return in_order(best) if best and None not in best and len(set(best)) > 1 else ()

    def _fill(self):
        self.list.show_conditions(self._found())
        names = self._combination()
        self.together.setText(self._in_lines(f"↵ {names_text(names)}"))
        self.together.setToolTip(names_text(names))
        self.together.setVisible(bool(names))

    def _in_lines(self, words: str) -> str:
        """Words on a button: one condition a line where they do not fit into one, for a button does not wrap."""
        wide = self.together.fontMetrics().horizontalAdvance(words) > max(120, self.search.width() - 30)
        return words.replace(" + ", "\n+ ") if wide else words

    def _take_first(self):
        """Enter in the search box takes the best match, or combination, that the weights know."""
        if names := self._combination():
            self._choose(names)
            self.list.setFocus()
            return
        found = next((c for c in self._found() if self.list.is_available(c.name)), None)
        if found is None:
            return
        if self.search.text().startswith("+"):
            self._toggle(found.name)
        else:
            self._choose((found.name,))
            self.list.setFocus()

    def _toggle(self, name):
        rest = tuple(other for other in self._names if other != name)
        names = rest if name in self._names else (*rest, name)
        if names or self._may_be_none:
            self._choose(in_order(names))

    def _choose(self, names):
        if names != self._names:
            self.show_names(names)
            self.chosen.emit(names)


def _note(condition: Condition, named: bool) -> str:
    """Criteria and teaching; `named` puts the name above, where it does not stand there already."""
    low, high = condition.rate_range
    codes = " · ".join(f"{_CODE_SYSTEMS.get(k, k)} {escape(v)}" for k, v in condition.codes.items())
    bold = "<span style='font-weight:600'>"
    heading = f"{bold}{escape(capital(tr(condition.name)))}</span><br>" if named else ""
    return (
        f"<p style='margin:0 0 5px 0'>{heading}<small>{escape(capital(status_words(condition)))}.</small></p>"
        f"<p style='margin:0 0 5px 0'>{escape(teaching_of(condition))}</p>"
        f"<p style='margin:0 0 5px 0'>{bold}{tr('Criteria.')}</span> {escape(criteria_of(condition))} "
        f"{tr('Usual rate {low} to {high}/min.').format(low=figure(low), high=figure(high))}</p>"
        f"<p style='margin:0'><small>{escape(condition.source)}<br>{codes}</small></p>"
    )
