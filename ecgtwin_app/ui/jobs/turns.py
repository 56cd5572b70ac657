"""One thing a turn of the event loop, so that keys and mouse are heard in between."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget


class PaintTurns(QObject):
    """Paints panels one after another where one change touches them all.

    What the panels hold is new at once; only their painting, which takes longer than the change itself,
    is shared out among the next turns of the event loop.

    Parameters
    ----------
    panels : iterable of QWidget
        In the order in which they are painted. None holds another.
    parent : QObject
    """

    def __init__(self, panels: Iterable[QWidget], parent: QObject):
        super().__init__(parent)
        self._panels = tuple(panels)
        self._waiting: list[QWidget] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._next)

    def begin(self) -> None:
        """Everything changes now; to be called before the change."""
        self._waiting = list(self._panels)
        for panel in self._panels:
            panel.setUpdatesEnabled(False)
        self._timer.start()

    def _next(self):
        self._waiting.pop(0).setUpdatesEnabled(True)
        if not self._waiting:
            self._timer.stop()
