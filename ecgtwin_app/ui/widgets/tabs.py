"""Tabs that are painted anew only where something changed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QTabWidget, QWidget


class Tabs(QTabWidget):
    """A `QTabWidget` that lays itself out, and so paints all it holds, only when its bar needs another size.

    Qt's own does both whenever anything inside asks for a layout: a button that changes places with a
    progress bar costs the painting of the whole panel, 5 to 10 ms in one turn of the event loop. What lies
    inside lays itself out all the same.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._bar_size = None
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        # Names are never cut: where all do not fit, arrows lead to the rest.
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)

    def event(self, event: QEvent) -> bool:
        """Leave out layouts that would move nothing."""
        if event.type() == QEvent.Type.LayoutRequest:
            size = self.tabBar().sizeHint()
            if size == self._bar_size:
                return True
            self._bar_size = size
        return super().event(event)
