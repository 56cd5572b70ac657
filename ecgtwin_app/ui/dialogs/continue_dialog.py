"""By how much a recording goes on, and under which rhythm."""

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

from ecgtwin_app.engine.repair.other_rhythm import LONGEST
from ecgtwin_app.engine.repair.repair import LONGEST_MORE, SHORTEST
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox

#: Seconds that are proposed.
_USUAL = 5.0


class ContinueDialog(QDialog):
    """Asks for seconds and a rhythm; what is recorded stays as it is.

    Parameters
    ----------
    rhythms : list of str
        Those that a twin can have.
    why_not : str
        Why no twin of the recording can be made, "" where it can.
    """

    #: Seconds, and the condition or "" for its own rhythm.
    chosen = Signal(float, str)

    def __init__(self, parent: QWidget, rhythms: list[str], why_not: str = ""):
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
        self.rhythm = ChoiceBox()
        self.rhythm.setAccessibleName(tr("Rhythm"))
        self.rhythm.addItem(tr("Own rhythm"), "")
        for name in rhythms if not why_not else ():
            self.rhythm.addItem(tr(name), name)
        self.rhythm.setToolTip(why_not or tr("Another rhythm is that of a twin of the patient"))
        self.rhythm.currentIndexChanged.connect(self._limit)
        form.addRow(tr("Seconds more"), self.seconds)
        form.addRow(tr("Rhythm"), self.rhythm)
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

    def _limit(self, _=0):
        """A twin lasts ten seconds."""
        self.seconds.setMaximum(LONGEST if self.rhythm.currentData() else LONGEST_MORE)

    def _choose(self):
        self.accept()
        self.chosen.emit(self.seconds.value(), self.rhythm.currentData())
