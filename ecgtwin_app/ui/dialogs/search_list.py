"""A dialog in which typing narrows a list: of commands, of conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr

_MOST = 60


@dataclass(frozen=True)
class Entry:
    """A line of the list: what is read, what is searched besides, and what it does."""

    text: str
    words: str
    do: Callable[[], None]


def matching(entries: Sequence[Entry], text: str) -> list[Entry]:
    """Entries in which every word typed occurs, those that say it in their text first."""
    words = text.casefold().split()
    ranked = []
    for place, entry in enumerate(entries):
        shown, hidden = entry.text.casefold(), f"{entry.text} {entry.words}".casefold()
        if all(word in hidden for word in words):
            ranked.append((not all(word in shown for word in words), place, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])][:_MOST]


class SearchList(QDialog):
    """Typing narrows the list, the arrow keys choose, Enter does it.

    Parameters
    ----------
    parent : QWidget
    entries : sequence of Entry
    title : str
        Of the dialog and its list.
    hint : str
        In the empty search line.
    """

    def __init__(self, parent: QWidget, entries: Sequence[Entry], title: str, hint: str):
        super().__init__(parent)
        self.setWindowTitle(title)
        self._entries, self._found = entries, list(entries)
        self.search = QLineEdit(placeholderText=hint)
        self.search.setAccessibleName(hint)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.setMinimumSize(520, 380)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list.itemActivated.connect(lambda _: self._do())
        self.list.itemClicked.connect(lambda _: self._do())
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self._fill()

    def _fill(self):
        self._found = matching(self._entries, self.search.text())
        self.list.clear()
        for entry in self._found:
            item = QListWidgetItem(entry.text)
            item.setToolTip(entry.words)
            self.list.addItem(item)
        if not self._found:
            nothing = QListWidgetItem(tr("Nothing found; clear the search"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)

    def eventFilter(self, watched, event):
        """Arrow keys and Enter in the search line are the list's."""
        if event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in steps:
                row = self.list.currentRow() + steps[event.key()]
                self.list.setCurrentRow(min(max(0, row), self.list.count() - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)

    def _do(self):
        row = self.list.currentRow()
        if 0 <= row < len(self._found):
            do = self._found[row].do
            self.accept()
            do()
