"""The left panel: what to ask, and the button that asks it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.ui.condition_panel import ConditionPanel
from ecgtwin_app.ui.request_form import RequestForm
from ecgtwin_app.ui.session import Session


class RequestPanel(QWidget):
    """Conditions above, numbers below, then Generate with progress and Cancel."""

    changed = Signal(object, str)
    generate_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._request = TwinRequest()
        self.conditions = ConditionPanel()
        self.form = RequestForm()
        self.generate = QPushButton("Generate", objectName="primary")
        self.generate.setToolTip("Make twins as asked (Ctrl+G or F5)")
        self.generate.setAccessibleDescription("Makes digital twins as asked above")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress")
        self.cancel = QPushButton("Cancel", objectName="secondary")
        self.cancel.setToolTip("Stop at the next step (Esc)")
        self._lay_out()
        self.conditions.chosen.connect(
            lambda names: self.changed.emit(replace(self._request, conditions=names), "condition")
        )
        self.form.changed.connect(self._form_changed)
        self.generate.clicked.connect(self.generate_wished)
        self.cancel.clicked.connect(self.cancel_wished)
        self.show_running(False)

    def show_request(self, request: TwinRequest) -> None:
        """Show what is asked."""
        self._request = request
        self.conditions.show_names(request.conditions)
        self.form.show_request(request)
        self.generate.setText(
            "Generate twin" if request.samples == 1 else f"Generate {request.samples} twins"
        )

    def show_session(self, session: Session) -> None:
        """A reference makes generating possible."""
        self.generate.setEnabled(session.reference is not None and not self.cancel.isEnabled())
        self.form.show_reference((session.measurements or {}).get("heart_rate"))

    def show_running(self, running: bool) -> None:
        """While a run lasts, progress and Cancel stand in Generate's place, and take its focus along."""
        focused = self.generate.hasFocus() or self.cancel.hasFocus()
        self.generate.setEnabled(not running)
        self.cancel.setEnabled(running)
        self._stack.setCurrentIndex(1 if running else 0)
        if focused:
            (self.cancel if running else self.generate).setFocus()
        if not running:
            self.show_progress("", 0, 1)

    def show_progress(self, words: str, step: int, total: int) -> None:
        """Words and how far; a total of 0 is a run of unknown length."""
        self.progress.setRange(0, total)
        self.progress.setValue(step)
        self.progress.setFormat(words.replace("%", "%%"))

    def _form_changed(self, request, what):
        self.changed.emit(replace(request, conditions=self._request.conditions), what)

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(10)
        column.addWidget(self.conditions, 1)
        column.addWidget(QFrame(objectName="rule"))
        column.addWidget(self.form)
        run = QWidget()
        row = QHBoxLayout(run)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.generate)
        self._stack.addWidget(run)
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column.addWidget(self._stack)
