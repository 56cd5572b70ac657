"""The bar for messages: one clear sentence, never in the way, gone with Esc or a click."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ecgtwin_app.i18n.words import tr, translate


class MessageBar(QFrame):
    """Shows one message at a time, above the page."""

    #: A message came or went.
    changed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("message")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._offers: list[QToolButton] = []
        close = QToolButton(text=tr("Dismiss"), objectName="flat")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.addWidget(self._label)
        row.addWidget(close)
        self._row = row
        self.hide()

    @property
    def text(self) -> str:
        """The message, or "" when none is shown."""
        return self._label.text() if self.isVisibleTo(self.parentWidget()) else ""

    def tell(self, sentence: str) -> None:
        """Show a piece of information."""
        self._show("info", sentence)

    def warn(self, sentence: str) -> None:
        """Show what went wrong and how to mend it."""
        self._show("error", translate(sentence))

    def settle(self, *_) -> None:
        """Something succeeded: what went wrong before it is no longer said."""
        if self.property("kind") == "error":
            self.hide()

    def withdraw(self) -> None:
        """What was told is undone; a message that offers something stays."""
        if not self._offers:
            self.hide()

    def offer(self, sentence: str, choices: tuple[tuple[str, Callable[[], None]], ...]) -> None:
        """Show a message with buttons; any of them closes it."""
        self._show("info", sentence)
        for place, (text, do) in enumerate(choices, 1):
            button = QToolButton(text=text, objectName="secondary")
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _=False, do=do: do())
            self._row.insertWidget(place, button)
            self._offers.append(button)

    def _show(self, kind, sentence):
        for button in self._offers:
            button.deleteLater()
        self._offers = []
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        for child in self.findChildren(QWidget):
            self.style().unpolish(child)
            self.style().polish(child)
        self._label.setText(sentence)
        kind_of = tr("Error: {sentence}") if kind == "error" else tr("Message: {sentence}")
        self.setAccessibleName(kind_of.format(sentence=sentence))
        self.show()
        self.changed.emit()

    def hideEvent(self, event):
        """It is gone, so that Esc has nothing to take away."""
        super().hideEvent(event)
        self.changed.emit()
