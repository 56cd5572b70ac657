"""By how much a recording goes on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.engine.repair.repair import LONGEST_MORE, SHORTEST
from ecgtwin_app.i18n.words import tr

#: Seconds that are proposed.
_USUAL = 5.0


class ContinueDialog(QDialog):
    """Asks for seconds; what is recorded stays as it is."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle(tr("Continue the recording"))
        self.seconds = QDoubleSpinBox(suffix=" s", decimals=1, minimum=SHORTEST, maximum=LONGEST_MORE)
        self.seconds.setSingleStep(1.0)
        self.seconds.setValue(_USUAL)
        self.seconds.setAccessibleName(tr("Seconds more"))
        words = QLabel(
            tr(
                "What is recorded stays as it is; what follows is drawn and stays marked as filled in, for ever."
            )
        )
        words.setWordWrap(True)
        words.setMinimumWidth(340)
        form = QFormLayout()
        form.addRow(tr("Seconds more"), self.seconds)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Continue"))
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        column.addWidget(words)
        column.addLayout(form)
        column.addWidget(buttons)

    def _choose(self):
        self.accept()
        self.chosen.emit(self.seconds.value())
