"""The command palette: every command, every choice of the paper and every condition by typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.condition_names import synonyms_of
from ecgtwin_app.ui.commands.command import keys_text
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.panels.paper_menu import OPTIONS, choice_text

_MOST = 60


@dataclass(frozen=True)
class Entry:
    """A line of the palette: what is read, what is searched besides, and what it does."""

    text: str
    words: str
    do: Callable[[], None]


def show_palette(workbench: Workbench) -> None:
    """Open the palette."""
    workbench.dialogs.show(Palette(workbench.dialogs.parent, entries_of(workbench)))


def entries_of(workbench: Workbench) -> list[Entry]:
    """Everything that can be done now."""
    found = []
    for command in workbench.commands:
        if command.enabled(workbench) and command.run is not show_palette:
            shown = command.shown_text(workbench).replace("&", "").rstrip("…")
            words = " · ".join(dict.fromkeys((tr(command.tip), command.tip)))
            text = f"{tr(command.menu)}: {shown}   {keys_text(command)}".rstrip()
            found.append(Entry(text, words, partial(command.run, workbench)))
    for option in OPTIONS:
        for value, words in option.values:
            action = workbench.parts.paper_menu.actions[option.field, value]
            text = tr("Paper: {what} {choice}").format(
                what=tr(option.title), choice=choice_text(option, value, words)
            )
            found.append(Entry(text, tr("page display"), action.trigger))
    if workbench.teaching.on:
        return found  # what is asked stays hidden, and answers are ticked in the quiz
    panel = workbench.parts.request_panel.conditions
    for condition in load_vocabulary():
        if panel.list.is_available(condition.name):
            also = (condition.name, *condition.synonyms, *synonyms_of(condition), *condition.codes.values())
            text = tr("Ask: {condition}").format(condition=tr(condition.name))
            words = " ".join(dict.fromkeys(also))
            found.append(Entry(text, words, partial(panel.choose, condition.name)))
    return found


def matching(entries: list[Entry], text: str) -> list[Entry]:
    """Entries in which every word typed occurs, those that say it in their text first."""
    words = text.casefold().split()
    ranked = []
    for place, entry in enumerate(entries):
        shown, hidden = entry.text.casefold(), f"{entry.text} {entry.words}".casefold()
        if all(word in hidden for word in words):
            ranked.append((not all(word in shown for word in words), place, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])][:_MOST]


class Palette(QDialog):
    """Typing narrows the list, the arrow keys choose, Enter does it."""

    def __init__(self, parent: QWidget, entries: list[Entry]):
        super().__init__(parent)
        self.setWindowTitle(tr("Commands"))
        self._entries, self._found = entries, entries
        self.search = QLineEdit(placeholderText=tr("Type a command, a paper choice or a condition"))
        self.search.setAccessibleName(tr("Search commands"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
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
