"""What stands in the middle while no ECG is open: what to do, and the buttons that do it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr


class EmptyPage(QWidget):
    """Says how an ECG is opened."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        heading = QLabel(tr("Open an ECG"), objectName="emptyHeading")
        lines = (
            tr("Drop a file here, or choose one. Nothing leaves this computer."),
            "WFDB · DICOM · SCP-ECG · aECG · MUSE · CardioSoft · Sierra · Mortara · Schiller · EDF · BDF · GDF · ISHNE",
            tr("Tables and arrays: CSV, text, MATLAB, NumPy; watches and phones"),
            tr("Twins need twelve leads; fewer are shown and measured."),
        )
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        for line in lines:
            column.addWidget(QLabel(line, objectName="quiet"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._row)
        column.addStretch(1)
        self._row.addStretch(1)
        self._row.addStretch(1)

    def offer(self, action: QAction, text: str, main: bool = False, if_possible: bool = False) -> None:
        """A button for a command; one that is offered only `if_possible` is not seen while it cannot be done."""
        button = QPushButton(text, objectName="primary" if main else "secondary")
        button.setToolTip(action.toolTip())
        button.setMinimumWidth(150)
        button.clicked.connect(action.trigger)
        self._row.insertWidget(self._row.count() - 1, button)
        if if_possible:
            button.setVisible(action.isEnabled())
            action.enabledChanged.connect(button.setVisible)
