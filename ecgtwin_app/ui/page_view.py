"""The page on the screen: zoom, pan, and the synthetic mark that never scrolls away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ecgtwin_app.report import marking
from ecgtwin_app.report.ink import BANNER_FILL
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.render import PageRenderer, View

#: The page without the outer part of its margins, which a screen does not need (mm).
CONTENT = QRectF(9.0, 2.0, 279.0, 206.0)
#: Where the page's own banner lies; while it is in sight, no second mark is needed (mm).
_BANNER = QRectF(13.5, 5.0, 90.0, 7.0)
_DESK = 10  # pixels of desk around a fitted sheet
SMALLEST, LARGEST = 1.5, 40.0  # pixels a mm
_STEP = 1.25


class PageView(QAbstractScrollArea):
    """Shows a page; Ctrl+wheel zooms at the pointer, dragging and the arrow keys move it.

    Painting happens on another thread. Until it is done, the last image is shown, moved and stretched to
    where it belongs, so that the window follows at once.
    """

    zoomed = Signal(float)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._page: Page | None = None
        self._image: QImage | None = None
        self._image_part = QRectF()
        self._scale = 3.0
        self._fitted = True
        self._grip: QPointF | None = None
        self._painted: Page | None = None
        self._desk = QColor("#DDE2E7")
        self._renderer = PageRenderer(self)
        self._renderer.painted.connect(self._show_image)
        self._renderer.failed.connect(self.failed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("ECG page")
        self.setMinimumSize(320, 240)
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    @property
    def up_to_date(self) -> bool:
        """Whether the image on the screen is that of the page."""
        return self._page is None or self._painted is self._page

    def show_page(self, page: Page | None) -> None:
        """Show a page in place of the present one; zoom and place stay."""
        self._page = page
        self._order()
        self.viewport().update()
        self.setAccessibleDescription(_description(page))

    def set_desk(self, colour: str) -> None:
        """The colour around the sheet."""
        self._desk = QColor(colour)
        self.viewport().update()

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

    def zoom_in(self) -> None:
        """One step larger."""
        self.zoom(_STEP)

    def zoom_out(self) -> None:
        """One step smaller."""
        self.zoom(1 / _STEP)

    def fit(self) -> None:
        """The whole page, as large as it goes; it stays fitted when the window changes its size."""
        self._fitted = True
        room = self.viewport().size() - QSize(2 * _DESK, 2 * _DESK)
        self._scale = max(0.5, min(room.width() / CONTENT.width(), room.height() / CONTENT.height()))
        self._set_ranges()
        self._changed()

    def stop(self) -> None:
        """End the painting thread; to be called before the window goes."""
        self._renderer.stop()

    # -- geometry ---------------------------------------------------------------------------------

    def _origin(self) -> QPointF:
        """Where the page's top left corner lies in the viewport, pixels."""
        room, size = self.viewport().size(), CONTENT.size() * self._scale
        x = (room.width() - size.width()) / 2 if size.width() <= room.width() else -self._value("x")
        y = (room.height() - size.height()) / 2 if size.height() <= room.height() else -self._value("y")
        return QPointF(x, y) - CONTENT.topLeft() * self._scale

    def _value(self, axis):
        return (self.horizontalScrollBar() if axis == "x" else self.verticalScrollBar()).value()

    def _to_page(self, point: QPointF) -> QPointF:
        return (point - self._origin()) / self._scale

    def _to_view(self, point: QPointF) -> QPointF:
        return self._origin() + point * self._scale

    def _view_rect(self, part: QRectF) -> QRectF:
        return QRectF(self._to_view(part.topLeft()), part.size() * self._scale)

    def _set_ranges(self):
        room, size = self.viewport().size(), CONTENT.size() * self._scale
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

    # -- painting ---------------------------------------------------------------------------------

    def _changed(self):
        self._order()
        self.viewport().update()
        self.zoomed.emit(self._scale)

    def _order(self):
        """Ask for an image of what the viewport shows."""
        if self._page is None:
            return
        room = QRectF(self.viewport().rect())
        seen = QRectF(self._to_page(room.topLeft()), room.size() / self._scale)
        part = seen.intersected(CONTENT)
        ratio = self._scale * self.devicePixelRatioF()
        size = QSize(round(part.width() * ratio), round(part.height() * ratio))
        if not size.isEmpty():
            self._renderer.paint(View(self._page, part, size))

    def _show_image(self, view: View, image: QImage):
        self._image, self._image_part, self._painted = image, view.part, view.page
        self.viewport().update()

    def paintEvent(self, event):
        """Desk, sheet, the last image, and the mark."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._desk)
        if self._page is None:
            return
        sheet = self._view_rect(CONTENT)
        painter.fillRect(sheet.adjusted(-1, -1, 1, 1), self._desk.darker(118))
        painter.fillRect(sheet, Qt.GlobalColor.white)
        painter.setClipRect(sheet)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._view_rect(self._image_part), self._image)
        painter.setClipping(False)
        if self._generated() and not QRectF(self.viewport().rect()).contains(self._view_rect(_BANNER)):
            self._draw_badge(painter)

    def _generated(self):
        return ("twin" in self._page.shown and self._page.twin is not None) or self._page.reference.synthetic

    def _draw_badge(self, painter):
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(marking.SYNTHETIC) + 24
        badge = QRectF((self.viewport().width() - width) / 2, 8, width, painter.fontMetrics().height() + 10)
        painter.setPen(Qt.GlobalColor.black)
        painter.setBrush(BANNER_FILL)
        painter.drawRect(badge)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, marking.SYNTHETIC)

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

    def keyPressEvent(self, event: QKeyEvent):
        """Arrow keys move the page."""
        steps = {
            Qt.Key.Key_Left: (-40, 0),
            Qt.Key.Key_Right: (40, 0),
            Qt.Key.Key_Up: (0, -40),
            Qt.Key.Key_Down: (0, 40),
        }
        if event.key() in steps:
            self._scroll_by(*steps[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent):
        """Take hold of the page."""
        self._grip = event.position()
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent):
        """Drag it."""
        if self._grip is not None:
            moved = self._grip - event.position()
            self._grip = event.position()
            self._scroll_by(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent):
        """Let go."""
        self._grip = None
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent):
        """Zoom in where the pointer is, or back to the whole page."""
        if self._fitted:
            self.zoom(2.5, event.position())
        else:
            self.fit()


def _description(page: Page | None) -> str:
    """What a screen reader says about the page."""
    if page is None:
        return "No ECG is open."
    words = {"reference": "the reference", "twin": "a synthetic digital twin"}
    shown = " and ".join(words[who] for who in page.shown)
    return f"12-lead ECG of {shown}, {page.layout.speed:g} mm/s, {page.layout.gain:g} mm/mV."
