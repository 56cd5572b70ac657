"""The list of conditions under the headings of their groups."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from ecgtwin_app.conditions.record import GROUPS, Condition
from ecgtwin_app.i18n.words import N_, number, tr
from ecgtwin_app.session.combination import why_not
from ecgtwin_app.session.condition_names import synonyms_of

_NAME = Qt.ItemDataRole.UserRole
_ADD, _NAMES, _STATUS = range(3)
#: Pixels that a name needs beside and above its letters.
_BESIDE, _ABOVE = 9, 8
_STATUS_WORDS = {
    "ready": N_("ready"),
    "experimental": N_("experimental"),
    "": N_("not available"),
}
_GROUP_WORDS = {
    "rhythm": N_("Rhythm"),
    "conduction": N_("Conduction"),
    "muscle": N_("Muscle"),
    "ischaemia": N_("Ischaemia"),
    "metabolic": N_("Metabolic"),
}


class ConditionList(QTreeWidget):
    """Three columns: + to combine, the name, and how far the weights can be trusted with it.

    Long names take two lines. Rows are made once and put in and out as the search goes on.
    """

    chosen = Signal(str)
    toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._conditions: list[Condition] = []
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._room = 0
        self._headings = {group: _heading(group) for group in GROUPS}
        self._chosen: tuple[str, ...] = ()
        self._available: frozenset[str] | None = None
        self._measured = True
        self.setColumnCount(3)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)  # by rows, one may stay cut
        self.setAccessibleName(tr("Conditions"))
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(18)
        self.header().setSectionResizeMode(_NAMES, QHeaderView.ResizeMode.Stretch)
        font = self.font()
        font.setPixelSize(11)
        widest = max(QFontMetrics(font).horizontalAdvance(tr(words)) for words in _STATUS_WORDS.values())
        for column, width in ((_ADD, 22), (_STATUS, widest + 14)):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.header().resizeSection(column, width)
        self.header().sectionResized.connect(self._fit_rows)
        self.setMinimumHeight(110)

    def show_conditions(self, conditions: list[Condition]) -> None:
        """List what was found."""
        self._conditions = conditions
        self.invisibleRootItem().takeChildren()
        items = []
        for group in GROUPS:
            members = [condition for condition in conditions if condition.group == group]
            if members:
                items.append(self._headings[group])
            for condition in members:
                if condition.name not in self._rows:
                    self._rows[condition.name] = self._row(condition)
                items.append(self._rows[condition.name])
        if not conditions:
            nothing = QTreeWidgetItem(["", tr("Nothing found; clear the search")])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            items.append(nothing)
        self.addTopLevelItems(items)
        self._show_current()

    def show_chosen(self, names: tuple[str, ...]) -> None:
        """Mark what is chosen, and with what it can be combined."""
        self._chosen = names
        for name, row in self._rows.items():
            self._mark(name, row)
        self._show_current()

    def show_available(self, names: frozenset[str], measured: bool = True) -> None:
        """Say what the weights know, and whether the pass rates are theirs."""
        self._available, self._measured = names, measured
        self._rows = {}
        self.show_conditions(self._conditions)

    def of_generator(self, condition: Condition) -> Condition:
        """A condition without the pass rate that another generator's twins have."""
        return condition if self._measured else replace(condition, pass_rate=None)

    def is_available(self, name: str) -> bool:
        """Whether the weights know a condition; before they are read, every one may be asked."""
        return self._available is None or name in self._available

    def item_of(self, name: str) -> QTreeWidgetItem | None:
        """The row of a condition, if it is listed."""
        return next((item for item in self._items() if item.data(_NAMES, _NAME) == name), None)

    def name_at(self, place: QPoint) -> str | None:
        """The condition under a place of the list that can be chosen."""
        item = self.itemAt(place)
        possible = item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled
        return item.data(_NAMES, _NAME) if possible else None

    def mousePressEvent(self, event):
        """A click chooses; on the + or with Ctrl it combines."""
        item = self.itemAt(event.position().toPoint())
        name = self.name_at(event.position().toPoint())
        if not name or event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control or self.columnAt(int(event.position().x())) == _ADD:
            self.toggled.emit(name)
        else:
            self.setCurrentItem(item, _NAMES)
            self.chosen.emit(name)

    def keyPressEvent(self, event):
        """Enter chooses, the space bar combines."""
        item = self.currentItem()
        name = item.data(_NAMES, _NAME) if item is not None else None
        if name and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(name)
        elif name and event.key() == Qt.Key.Key_Space:
            self.toggled.emit(name)
        elif event.key() == Qt.Key.Key_QuoteLeft:
            event.ignore()  # the window's, for flicker; the list would search for it
        else:
            super().keyPressEvent(event)

    def _items(self):
        return [self.topLevelItem(k) for k in range(self.topLevelItemCount())]

    def _row(self, condition):
        available, condition = self.is_available(condition.name), self.of_generator(condition)
        words = _STATUS_WORDS[condition.status if available else ""]
        item = QTreeWidgetItem(["", tr(condition.name), tr(words)])
        item.setData(_NAMES, _NAME, condition.name)
        item.setTextAlignment(_ADD, Qt.AlignmentFlag.AlignCenter)
        item.setTextAlignment(_STATUS, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        font = item.font(_STATUS)
        font.setPixelSize(11)
        item.setFont(_STATUS, font)
        also = synonyms_of(condition)
        item.setToolTip(
            _NAMES, tr("Also: {names}").format(names=", ".join(also)) if also else tr(condition.name)
        )
        item.setToolTip(
            _STATUS,
            status_words(condition) if available else tr("these weights were not trained for it"),
        )
        item.setData(_NAMES, Qt.ItemDataRole.AccessibleTextRole, f"{tr(condition.name)}, {tr(words)}")
        if not available:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._mark(condition.name, item)
        return item

    def _mark(self, name, item):
        """Whether it is chosen, and whether it can be combined with what is."""
        chosen = name in self._chosen
        font = item.font(_NAMES)
        weight = font.Weight.DemiBold if chosen else font.Weight.Normal
        if font.weight() != weight or not item.sizeHint(_NAMES).isValid():
            font.setWeight(weight)
            item.setFont(_NAMES, font)
            self._fit(item)
        sentence = "" if chosen else why_not((*self._chosen, name))
        item.setText(_ADD, "✓" if chosen else "" if sentence else "+")
        add = tr("Leave it out") if chosen else tr("Combine with {name}").format(name=tr(name))
        item.setToolTip(_ADD, sentence or add)

    def _show_current(self):
        """The first of what is chosen is current, where it is listed."""
        row = self._rows.get(self._chosen[0]) if self._chosen else None
        if row is not None and row.treeWidget() is self and self.currentItem() is not row:
            self.setCurrentItem(row, _NAMES)
            self._keep_in_sight()

    def resizeEvent(self, event):
        """What is chosen stays in sight when the description below takes room."""
        super().resizeEvent(event)
        self._keep_in_sight()

    def _keep_in_sight(self):
        """In the next turn, when the rows have their heights."""
        QTimer.singleShot(0, self, lambda: self.currentItem() and self.scrollToItem(self.currentItem()))

    def _fit_rows(self, column, _, width):
        if column == _NAMES:
            self._room = width - _BESIDE
            for row in self._rows.values():
                self._fit(row)
            self._keep_in_sight()

    def _fit(self, row):
        """As many lines as the name takes; it is bold when it is chosen."""
        font = self.font()
        font.setWeight(row.font(_NAMES).weight())
        room = QRect(0, 0, self._room, 10_000)
        text = QFontMetrics(font).boundingRect(room, Qt.TextFlag.TextWordWrap, row.text(_NAMES))
        row.setSizeHint(_NAMES, QSize(0, text.height() + _ABOVE))


def status_words(condition: Condition) -> str:
    """How often twins meet the criteria, in words."""
    if condition.pass_rate is None:
        return tr("experimental: how often twins meet the criteria is not measured yet")
    sentence = (
        tr("ready: {percent} % of twins on unseen references meet the criteria")
        if condition.status == "ready"
        else tr("experimental: {percent} % of twins on unseen references meet the criteria")
    )
    return sentence.format(percent=number(100 * condition.pass_rate))


def _heading(group):
    item = QTreeWidgetItem(["", tr(_GROUP_WORDS[group]), ""])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font(_NAMES)
    font.setWeight(font.Weight.DemiBold)
    font.setPixelSize(12)
    item.setFont(_NAMES, font)
    item.setSizeHint(_NAMES, QSize(0, 26))
    return item
