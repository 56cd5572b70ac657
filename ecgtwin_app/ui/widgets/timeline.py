"""A line as long as a recording, with a window on it that mouse and keys move."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ecgtwin_app.i18n.words import tr


class Timeline(QWidget):
    """Press where the window should go, drag it, or use the keys; how it looks is the subclass's own.

    Attributes
    ----------
    start : float
        Where the window begins, seconds. `moved` says where it is wished, within the recording.
    """

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.start = self._duration = self._seconds = 0.0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Overview of the recording"))

    def mousePressEvent(self, event):
        """The middle of the window goes to where the mouse is."""
        self._go(event.position().x())

    def mouseMoveEvent(self, event):
        """And follows it."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position().x())

    def keyPressEvent(self, event):
        """Arrow keys, page keys, Home and End move the window."""
        to = key_target(event, self.start, self._duration)
        if to is None:
            super().keyPressEvent(event)
        else:
            self._wish(to)

    def _go(self, x):
        self._wish(x / max(1, self.width()) * self._duration - self._seconds / 2)

    def _wish(self, start):
        latest = max(0.0, self._duration - self._seconds)
        self.moved.emit(round(min(latest, max(0.0, start)), 2))


def key_target(event, start: float, duration: float) -> float | None:
    """Where a key moves a window that begins at `start`; None for keys that do not move it."""
    modifiers = event.modifiers()
    step = 1.0
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        step = 0.1
    elif modifiers & Qt.KeyboardModifier.ControlModifier:
        step = 60.0
    targets = {
        Qt.Key.Key_Left: start - step,
        Qt.Key.Key_Right: start + step,
        Qt.Key.Key_PageUp: start - 10.0,
        Qt.Key.Key_PageDown: start + 10.0,
        Qt.Key.Key_Home: 0.0,
        Qt.Key.Key_End: duration,
    }
    return targets.get(event.key())
