"""Columns side by side, and the ground that their panels stand on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QVBoxLayout, QWidget


class Pane(QWidget):
    """The ground of a side panel, painted by itself: a style sheet would reach into all that stands on it."""

    def __init__(self, widget: QWidget, narrowest: int, widest: int):
        super().__init__()
        self._colour = QColor("#FFFFFF")
        self.setMinimumWidth(narrowest)
        self.setMaximumWidth(widest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(widget)

    def set_colour(self, colour: str) -> None:
        """Paint the ground in another colour."""
        self._colour = QColor(colour)
        self.update()

    def paintEvent(self, event):
        """The ground."""
        QPainter(self).fillRect(event.rect(), self._colour)


class Columns(QSplitter):
    """Three columns side by side; the outer ones have their share until the user gives them widths."""

    #: Share of the whole, and how narrow and wide (pixels) it makes a panel: left, right; and left alone.
    SHARES, ALONE = ((0.2, 288, 340), (0.235, 336, 420)), (0.33, 288, 340)

    def __init__(self, widgets: tuple[QWidget, QWidget, QWidget]):
        super().__init__(Qt.Orientation.Horizontal)
        self._own_widths, self._before = False, []
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for number, widget in enumerate(widgets):
            self.addWidget(widget)
            self.setStretchFactor(number, 1 if number == 1 else 0)
        self.splitterMoved.connect(self._keep_widths)

    def createHandle(self):
        """A thin line in the theme's colour."""
        return _Handle(self.orientation(), self)

    def _keep_widths(self):
        self._own_widths = True

    @property
    def own_widths(self) -> list[int]:
        """Widths of both side columns (pixels) where the user gave them; empty where they have their share."""
        return [self.sizes()[0], self.sizes()[-1]] if self._own_widths and self.count() == 3 else self._before

    def take_up(self, widths: list[int]) -> None:
        """Give the side columns the widths that they had."""
        self._before = widths

    def resizeEvent(self, event):
        """Share the new width."""
        super().resizeEvent(event)
        if not self._own_widths:
            self.share()

    def share(self) -> None:
        """Give every column its share."""
        self._own_widths = False
        width = self.width()
        shares = self.SHARES if self.count() == 3 else (self.ALONE,)
        outer = [min(most, max(least, round(part * width))) for part, least, most in shares]
        if self._before and self.count() == 3:
            outer = list(self._before)
        self.setSizes([outer[0], width - sum(outer), *outer[1:]])


class _Handle(QSplitterHandle):
    def paintEvent(self, event):
        QPainter(self).fillRect(event.rect(), self.palette().mid())
