"""The recordings that twins are made of: files, folders, or the example."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.engine.cohorts.plan import EXAMPLE
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.dialogs.dialogs import Dialogs
from ecgtwin_app.ui.widgets.quota_rows import heading

_TEXT = Qt.ItemDataRole.UserRole


class ReferenceList(QWidget):
    """Shows names only, never where they lie.

    Parameters
    ----------
    dialogs : Dialogs
        Asks for files and folders.
    """

    changed = Signal()

    def __init__(self, dialogs: Dialogs):
        super().__init__()
        self.list = QListWidget(selectionMode=QListWidget.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(tr("References"))
        self.list.setFixedHeight(104)
        self.buttons = {
            name: self._button(words, tip, do)
            for name, words, tip, do in (
                ("files", tr("Files…"), tr("Add files"), lambda: dialogs.ask_recordings(tr("Add references"), self._add_paths)),
                ("folder", tr("Folder…"), tr("Add every recording of a folder"),
                 lambda: dialogs.ask_folder_to_read(tr("Add a folder of references"), lambda path: self._add_paths([path]))),
                ("example", tr("Example"), tr("Add the example"), lambda: self.add([EXAMPLE])),
                ("remove", tr("Remove"), tr("Remove what is chosen (Del)"), self._remove),
            )
        }  # fmt: skip
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading(tr("References")))
        column.addWidget(self.list)
        column.addLayout(row)

    def texts(self) -> tuple[str, ...]:
        """As a plan names them."""
        return tuple(self.list.item(row).data(_TEXT) for row in range(self.list.count()))

    def fill(self, texts: Sequence[str]) -> None:
        """Show others."""
        self.list.clear()
        self.add(texts)

    def add(self, texts: Sequence[str]) -> None:
        """Add some that are not there yet."""
        for text in texts:
            if text not in self.texts():
                path = Path(text)
                words = tr("The example ECG") if text == EXAMPLE else path.name
                if path.is_dir():
                    words = tr("{name}, a folder").format(name=path.name)
                item = QListWidgetItem(words)
                item.setData(_TEXT, text)
                self.list.addItem(item)
        self.changed.emit()

    def _add_paths(self, paths: Sequence[Path]) -> None:
        self.add([str(path) for path in paths])

    def _remove(self) -> None:
        for item in self.list.selectedItems() or [self.list.currentItem()]:
            if item is not None:
                self.list.takeItem(self.list.row(item))
        self.changed.emit()

    def _button(self, words: str, tip: str, do) -> QPushButton:
        button = QPushButton(words, objectName="secondary", autoDefault=False)
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.clicked.connect(do)
        return button
