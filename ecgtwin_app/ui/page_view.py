"""The page on the screen: zoom, pan, and the synthetic mark that never scrolls away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QImage, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.caliper_tool import CaliperTool
from ecgtwin_app.ui.glide import Glide
from ecgtwin_app.ui.magnifier import Magnifier
from ecgtwin_app.ui.mark_tool import MarkTool
from ecgtwin_app.ui.page_map import PageMap
from ecgtwin_app.ui.page_words import describe, draw_badge
from ecgtwin_app.ui.render import PageRenderer, View
from ecgtwin_app.ui.words import noted, tr

_DESK = 10  # pixels of desk around a fitted sheet
SMALLEST, LARGEST = 1.5, 40.0  # pixels a mm
_STEP = 1.25
_EMPTY = noted("Open an ECG with Ctrl+O, or drop a file here")


class PageView(QAbstractScrollArea):
    """Shows a page; Ctrl+wheel zooms at the pointer, dragging and the arrow keys move it.

    Painting happens on another thread. Until it is done, the last image is shown, moved and stretched to
    where it belongs, so that the window follows at once.
    """

    zoomed = Signal(float)
    painted = Signal()
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
        self.marks, self.calipers = MarkTool(self), CaliperTool(self)
        self._using: MarkTool | CaliperTool | None = None
        self.calipers.snap_points = self.marks.snap_points
        self.glide = Glide(self._scroll_by, self)
        self.magnifier = Magnifier(self.viewport())
        self.magnifying = False
        self._renderer = PageRenderer(self)
        self._renderer.painted.connect(self._show_image)
        self._renderer.failed.connect(self.failed)
        self.magnifier.failed.connect(self.failed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("ECG page"))
        self.setMinimumSize(320, 240)
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        self.viewport().setMouseTracking(True)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    @property
    def content(self) -> QRectF:
        """The sheet without the outer part of its margins, which a screen does not need (mm)."""
        layout = self._page.layout if self._page is not None else PageLayout()
        left, _, width, _ = layout.paper
        return QRectF(left - 4.5, 2.0, width + 9.0, layout.size[1] - 4.0)

    @property
    def up_to_date(self) -> bool:
        """Whether the image on the screen is that of the page."""
        return self._page is None or self._painted is self._page

    def show_page(self, page: Page | None) -> None:
        """Show a page in place of the present one; zoom and place stay, a fitted page stays fitted."""
        before = self.content
        self._page = page
        if page is None:
            self._painted = self._image = None
        if self._fitted and self.content != before:
            self.fit()
        self._order()
        self.viewport().update()
        self.setAccessibleDescription(describe(page))

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
        """The whole page, as large as it goes; it stays fitted when the window changes its size."""
        self._fitted = True
        room = self.viewport().size() - QSize(2 * _DESK, 2 * _DESK)
        self._scale = max(
            0.5, min(room.width() / self.content.width(), room.height() / self.content.height())
        )
        self._set_ranges()
        self._changed()

    def choose_tool(self, kind: str) -> None:
        """Set new calipers of a kind with the mouse, or with "" move the page."""
        self.calipers.kind = kind
        hand = Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if kind else hand)

    def magnify(self, on: bool) -> None:
        """Turn the lens on or off."""
        self.magnifying = on
        self.magnifier.setVisible(on and self._page is not None)
        if on and self._page is not None:
            self._look(QPointF(self.viewport().mapFromGlobal(QCursor.pos())))

    def page_map(self) -> PageMap | None:
        """Where leads, seconds and millivolts lie in the image that is shown.

        None before the first image: placing a page filters and measures, which is the painter's to do.
        """
        return PageMap(self._painted, self._origin(), self._scale) if self._painted is not None else None

    def stop(self) -> None:
        """End the painting threads; to be called before the window goes."""
        self.glide.stop()
        self._renderer.stop()
        self.magnifier.stop()

    # -- geometry ---------------------------------------------------------------------------------

    def _origin(self) -> QPointF:
        """Where the page's top left corner lies in the viewport, pixels."""
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
        part = seen.intersected(self.content)
        ratio = self._scale * self.devicePixelRatioF()
        size = QSize(round(part.width() * ratio), round(part.height() * ratio))
        if not size.isEmpty():
            self._renderer.paint(View(self._page, part, size))

    def _show_image(self, view: View, image: QImage):
        self._image, self._image_part = image, view.part
        if view.page is not self._painted:
            self._painted = view.page
            self.painted.emit()
        self.viewport().update()

    def paintEvent(self, event):
        """Desk, sheet, the last image, and the mark."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._desk)
        if self._page is None:
            painter.setPen(self.palette().windowText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, tr(_EMPTY))
            return
        sheet = self._view_rect(self.content)
        painter.fillRect(sheet.adjusted(-1, -1, 1, 1), self._desk.darker(118))
        painter.fillRect(sheet, QColor(self._page.look.sheet))
        painter.setClipRect(sheet)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._view_rect(self._image_part), self._image)
        page_map = self.page_map()
        if page_map is not None:
            self.marks.paint(painter, page_map)
            self.calipers.paint(painter, page_map)
        painter.setClipping(False)
        # While the page's own banner is in sight, no second mark is needed.
        banner = self._view_rect(QRectF(self.content.left() + 4.5, 5.0, 90.0, 7.0))
        if self._page.generated is not None and not QRectF(self.viewport().rect()).contains(banner):
            draw_badge(painter, self.font(), self.viewport().width())

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
        """Arrow keys nudge the chosen caliper, or move the page."""
        steps = {
            Qt.Key.Key_Left: (-40, 0),
            Qt.Key.Key_Right: (40, 0),
            Qt.Key.Key_Up: (0, -40),
            Qt.Key.Key_Down: (0, 40),
        }
        if self.calipers.key(event):
            self.viewport().update()
        elif event.key() in steps:
            self._scroll_by(*steps[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent):
        """Take hold of a caliper, a fiducial or the page."""
        self.glide.stop()
        page_map = self.page_map()
        if page_map is not None and event.button() == Qt.MouseButton.LeftButton:
            self._using = next((t for t in (self.calipers, self.marks) if t.press(event, page_map)), None)
        if self._using is None:
            self._grip = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent):
        """Drag it."""
        page_map = self.page_map()
        if self._using is not None and page_map is not None:
            self._using.move(event, page_map)
            self.viewport().update()
        elif self._grip is not None:
            moved = self._grip - event.position()
            self._grip = event.position()
            self.glide.note(moved.x(), moved.y(), event.timestamp())
            self._scroll_by(moved.x(), moved.y())
        if self.magnifying and self._page is not None:
            self._look(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent):
        """Let go; a page thrown glides on."""
        if self._using is not None:
            self._using.release()
            self._using = None
            self.viewport().update()
        elif self._grip is not None:
            self.glide.let_go(event.timestamp())
        self._grip = None
        self.choose_tool(self.calipers.kind)

    def _look(self, at):
        self.magnifier.look_at(self._page, self._to_page(at), at, self._scale)

    def mouseDoubleClickEvent(self, event: QMouseEvent):
        """Zoom in where the pointer is, or back to the whole page."""
        if self.calipers.kind:
            return
        if self._fitted:
            self.zoom(2.5, event.position())
        else:
            self.fit()
