"""A row of widgets that goes on in the next line where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowRow(QLayout):
    """Widgets beside each other, in as many lines as they take; none is wider than the layout.

    Parameters
    ----------
    parent : QWidget or None
    gap : int
        Pixels between widgets and between lines.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 5):
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Put something at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """One of them; None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Take one out; None where there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It takes no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All lines together, in pixels."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """As small as it can be: the width decides the height."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest of what cannot be narrower."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def _shown(self):
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect, move):
        """Lay the lines out within a rectangle; how high they are."""
        x, y, high = rect.x(), rect.y(), 0
        line: list[tuple[QLayoutItem, QPoint, QSize]] = []
        for item in self._shown():
            size = item.sizeHint()
            size.setWidth(min(size.width(), rect.width()))
            if line and x + size.width() > rect.right() + 1:
                self._end(line, high, move)
                x, y, high, line = rect.x(), y + high + self._gap, 0, []
            line.append((item, QPoint(x, y), size))
            x += size.width() + self._gap
            high = max(high, size.height())
        self._end(line, high, move)
        return y + high - rect.y()

    @staticmethod
    def _end(line, high, move):
        """Each in the middle of its line's height."""
        if move:
            for item, at, size in line:
                item.setGeometry(QRect(at + QPoint(0, (high - size.height()) // 2), size))
