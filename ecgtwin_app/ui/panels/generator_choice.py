"""Which generator makes the next twins, and the folder of its weights where it needs one."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ecgtwin_app.generators.catalogue import OF_REFERENCE, USUAL
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox


class GeneratorChoice(QWidget):
    """A list of the generators, those that cannot be used greyed with the reason, and a button for the folder."""

    chosen = Signal(str)
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.box = ChoiceBox()
        self.box.setAccessibleName(tr("Generator"))
        self.box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumWidth(40)
        for entry in OF_REFERENCE.values():
            self.box.addItem(tr(entry.title), entry.id)
        self.folder = QToolButton(objectName="flat", text="…")
        self.folder.setAccessibleName(tr("Choose the folder with the authors' files…"))
        self.folder.setToolTip(tr("Choose the folder with the authors' files…"))
        label = QLabel(tr("Generator"), objectName="quiet")
        label.setBuddy(self.box)
        label.setMinimumWidth(62)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self.folder)
        self.box.activated.connect(self._activated)
        self.folder.clicked.connect(self.folder_requested)
        self._shown = USUAL
        self.show_choice(USUAL, {})

    def show_choice(self, id: str, reasons: dict[str, str]) -> None:
        """Show which generator is chosen, and why others cannot be.

        Parameters
        ----------
        id : str
        reasons : dict of str to str
            A sentence for each generator that cannot be used.
        """
        self._shown = id
        model = cast(QStandardItemModel, self.box.model())
        for row, name in enumerate(OF_REFERENCE):
            reason = reasons.get(name, "")
            model.item(row).setEnabled(not reason)
            self.box.setItemData(row, reason, Qt.ItemDataRole.ToolTipRole)
        self.box.setCurrentIndex(self.box.findData(id))
        self.box.setToolTip(" ".join(filter(None, (tr("Which model makes the twins."), *reasons.values()))))

    def _activated(self, row: int):
        id = self.box.itemData(row)
        # It shows the other one when its weights are read, which takes a moment and may fail.
        self.box.setCurrentIndex(self.box.findData(self._shown))
        if id != self._shown:
            self.chosen.emit(id)
