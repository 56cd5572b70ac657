"""The loops in space turn by themselves, so that the eye sees their depth."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

#: Milliseconds between two pictures, and degrees from one to the next: a turn in twelve seconds.
_INTERVAL, _DEGREES = 50, 1.5


class Spin(QObject):
    """Calls `turn(degrees)` until it is stopped."""

    def __init__(self, turn: Callable[[float], None], parent: QObject | None = None):
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(lambda: turn(_DEGREES))

    @property
    def running(self) -> bool:
        """Whether the loops turn."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Start or stop."""
        if self.running:
            self._timer.stop()
        else:
            self._timer.start()

    def stop(self) -> None:
        """Come to rest."""
        self._timer.stop()
