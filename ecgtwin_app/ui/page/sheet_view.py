"""A sheet of paper on a desk: its zoom, its place, and what moves it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ecgtwin_app.ui.page.kinetic_scroll import Glide

_DESK = 10  # pixels of desk around a fitted sheet
SMALLEST, LARGEST = 1.5, 40.0  # pixels a mm
_STEP = 1.25
_ARROWS = {
    Qt.Key.Key_Left: (-40, 0),
    Qt.Key.Key_Right: (40, 0),
    Qt.Key.Key_Up: (0, -40),
    Qt.Key.Key_Down: (0, 40),
}


class SheetView(QAbstractScrollArea):
    """Zooms at the pointer with Ctrl+wheel and scrolls with the wheel; a sheet that is thrown glides on.

    What lies on the sheet is for a subclass, which says where it is by `content`.
    """

    zoomed = Signal(float)
    #: Pixels a mm below which a fitted sheet is not shrunk: in a smaller window it scrolls.
    READABLE = 0.5

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._scale = 3.0
        self._fitted = True
        self._grip: QPointF | None = None
        self.glide = Glide(self._scroll_by, self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)

    @property
    def content(self) -> QRectF:
        """The part of the sheet that is shown, mm."""
        raise NotImplementedError

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Enlarge by `factor`, keeping the point `at` (viewport pixels, default its middle) in place."""
        at = at or QPointF(self.viewport().rect().center())
        fixed = self._to_page(at)
        self._fitted = False
        self._scale = min(LARGEST, max(SMALLEST, self._scale * factor))
        self._set_ranges()
        moved = self._to_view(fixed) - at
        self._scroll_by(moved.x(), moved.y())
        self._changed()

    def show_scale(self, scale: float) -> None:
        """Show so many pixels a mm, the middle in place."""
        self.zoom(scale / self._scale)

    def zoom_in(self) -> None:
        """One step larger."""
        self.zoom(_STEP)

    def zoom_out(self) -> None:
        """One step smaller."""
        self.zoom(1 / _STEP)

    def fit(self) -> None:
        """The whole sheet, as large as it goes, but legible; it stays fitted when the window changes its size."""
        self._fitted = True
        room = self.viewport().size() - QSize(2 * _DESK, 2 * _DESK)
        whole = min(room.width() / self.content.width(), room.height() / self.content.height())
        self._scale = max(self.READABLE, whole)
        self._set_ranges()
        self._changed()

    # -- geometry ---------------------------------------------------------------------------------

    def _origin(self) -> QPointF:
        """Where the sheet's top left corner lies in the viewport, pixels."""
        room, size = self.viewport().size(), self.content.size() * self._scale
        x = (room.width() - size.width()) / 2 if size.width() <= room.width() else -self._value("x")
        y = (room.height() - size.height()) / 2 if size.height() <= room.height() else -self._value("y")
        return QPointF(x, y) - self.content.topLeft() * self._scale

    def _value(self, axis):
        return (self.horizontalScrollBar() if axis == "x" else self.verticalScrollBar()).value()

    def _to_page(self, point: QPointF) -> QPointF:
        return (point - self._origin()) / self._scale

    def _to_view(self, point: QPointF) -> QPointF:
        return self._origin() + point * self._scale

    def _view_rect(self, part: QRectF) -> QRectF:
        return QRectF(self._to_view(part.topLeft()), part.size() * self._scale)

    def _set_ranges(self):
        room, size = self.viewport().size(), self.content.size() * self._scale
        for bar, have, need in (
            (self.horizontalScrollBar(), room.width(), size.width()),
            (self.verticalScrollBar(), room.height(), size.height()),
        ):
            bar.setRange(0, max(0, round(need - have)))
            bar.setPageStep(have)
            bar.setSingleStep(20)

    def _scroll_by(self, dx, dy):
        self.horizontalScrollBar().setValue(round(self.horizontalScrollBar().value() + dx))
        self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() + dy))

    def _changed(self):
        """The sheet lies elsewhere or is larger or smaller."""
        self.viewport().update()
        self.zoomed.emit(self._scale)

    # -- events -----------------------------------------------------------------------------------

    def resizeEvent(self, event):
        """Stay fitted, or keep the zoom."""
        if self._fitted:
            self.fit()
        else:
            self._set_ranges()
            self._changed()

    def scrollContentsBy(self, dx, dy):
        """The scroll bars moved."""
        self._changed()

    def wheelEvent(self, event: QWheelEvent):
        """Ctrl+wheel zooms, the wheel alone scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event):
        """Arrow keys move the sheet."""
        if event.key() in _ARROWS:
            self._scroll_by(*_ARROWS[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event):
        """Take hold of the sheet."""
        self._grip = event.position()
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event):
        """Drag it."""
        if self._grip is None:
            return
        moved = self._grip - event.position()
        self._grip = event.position()
        self.glide.note(moved.x(), moved.y(), event.timestamp())
        self._scroll_by(moved.x(), moved.y())

    def mouseReleaseEvent(self, event):
        """Let go; a sheet that is thrown glides on."""
        if self._grip is not None:
            self.glide.let_go(event.timestamp())
        self._grip = None

    def mouseDoubleClickEvent(self, event):
        """Zoom in where the pointer is, or back to the whole sheet."""
        if self._fitted:
            self.zoom(2.5, event.position())
        else:
            self.fit()
