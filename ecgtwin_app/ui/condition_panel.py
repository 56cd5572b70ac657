"""Choosing conditions: a searchable list with criteria and teaching note."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.vocabulary import GROUPS, Condition, load_vocabulary, search_conditions

_NAME = Qt.ItemDataRole.UserRole
_CODE_SYSTEMS = {"scp": "SCP-ECG", "aha": "AHA", "mdc": "MDC", "snomed": "SNOMED CT"}


class ConditionPanel(QWidget):
    """The vocabulary. Ctrl+click combines conditions, e.g. a rhythm with a bundle branch block."""

    chosen = Signal(tuple)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._conditions = {condition.name: condition for condition in load_vocabulary()}
        self.search = QLineEdit(placeholderText="Search name, synonym or code")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search conditions")
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take_first)
        self.list = self._make_list()
        self.note = QTextBrowser(openLinks=False)
        self.note.setAccessibleName("Criteria and teaching note")
        self.note.setMinimumHeight(96)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        heading = QLabel("Condition", objectName="heading")
        heading.setBuddy(self.list)
        column.addWidget(heading)
        column.addWidget(self.search)
        column.addWidget(self.list, 3)
        column.addWidget(self.note, 2)
        self._fill()

    def show_names(self, names: tuple[str, ...]) -> None:
        """Select these conditions without saying so to anyone."""
        self._names = names
        self._select()
        self._describe()

    def _make_list(self):
        tree = QTreeWidget()
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName("Conditions")
        tree.header().setStretchLastSection(False)
        tree.header().setMinimumSectionSize(20)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.setMinimumHeight(120)
        tree.itemSelectionChanged.connect(self._selection_changed)
        return tree

    def _fill(self):
        """List what the search finds, under the headings of the groups."""
        self.list.blockSignals(True)
        self.list.clear()
        found = search_conditions(self.search.text())
        for group in GROUPS:
            members = [condition for condition in found if condition.group == group]
            if members:
                self.list.addTopLevelItem(_heading(group))
            for condition in members:
                self.list.addTopLevelItem(_row(condition))
        if not found:
            nothing = QTreeWidgetItem(["Nothing found; clear the search"])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addTopLevelItem(nothing)
        self.list.blockSignals(False)
        self._select()

    def _items(self):
        return [self.list.topLevelItem(k) for k in range(self.list.topLevelItemCount())]

    def _select(self):
        self.list.blockSignals(True)
        self.list.clearSelection()
        for item in self._items():
            if item.data(0, _NAME) in self._names:
                if not self.list.selectedItems():
                    self.list.setCurrentItem(item)
                item.setSelected(True)
        self.list.blockSignals(False)

    def _selection_changed(self):
        names = [item.data(0, _NAME) for item in self.list.selectedItems() if item.data(0, _NAME)]
        if not names:
            return
        # The first condition gives the rhythm if it is one.
        names.sort(key=lambda name: GROUPS.index(self._conditions[name].group))
        if tuple(names) != self._names:
            self._names = tuple(names)
            self._describe()
            self.chosen.emit(self._names)

    def _take_first(self):
        """Enter in the search box takes the best match."""
        found = search_conditions(self.search.text())
        if found:
            self._names = (found[0].name,)
            self._select()
            self._describe()
            self.chosen.emit(self._names)
            self.list.setFocus()

    def _describe(self):
        self.note.setHtml("<hr>".join(_note(self._conditions[name]) for name in self._names))


def _heading(group):
    item = QTreeWidgetItem([group.capitalize(), ""])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font(0)
    font.setWeight(font.Weight.DemiBold)
    font.setPixelSize(12)
    item.setFont(0, font)
    item.setSizeHint(0, QSize(0, 28))
    return item


def _row(condition: Condition):
    item = QTreeWidgetItem([condition.name, "" if condition.status == "ready" else "exp."])
    item.setData(0, _NAME, condition.name)
    font = item.font(1)
    font.setPixelSize(11)
    item.setFont(1, font)
    item.setToolTip(0, f"Also: {', '.join(condition.synonyms)}" if condition.synonyms else condition.name)
    item.setToolTip(1, _status(condition))
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{condition.name}, {condition.status}")
    return item


def _status(condition: Condition) -> str:
    if condition.pass_rate is None:
        return "experimental: how often twins meet the criteria is not measured yet"
    return f"{condition.status}: {condition.pass_rate:.0%} of twins on unseen references meet the criteria"


def _note(condition: Condition) -> str:
    low, high = condition.rate_range
    codes = " · ".join(f"{_CODE_SYSTEMS.get(k, k)} {escape(v)}" for k, v in condition.codes.items())
    return (
        f"<p style='margin:0 0 5px 0'><span style='font-weight:600'>{escape(condition.name.capitalize())}</span><br>"
        f"<small>{escape(_status(condition).capitalize())}.</small></p>"
        f"<p style='margin:0 0 5px 0'>{escape(condition.teaching)}</p>"
        f"<p style='margin:0 0 5px 0'><span style='font-weight:600'>Criteria.</span> {escape(condition.criteria)} "
        f"Usual rate {low:g}–{high:g}/min.</p>"
        f"<p style='margin:0'><small>{escape(condition.source)}<br>{codes}</small></p>"
    )
