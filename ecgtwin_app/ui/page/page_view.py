"""The page on the screen: its image, the tools that work on it, and the mark that never scrolls away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.jobs.render import PageRenderer, View
from ecgtwin_app.ui.page.caliper_tool import CaliperTool
from ecgtwin_app.ui.page.empty_page import EmptyPage
from ecgtwin_app.ui.page.magnifier import Magnifier
from ecgtwin_app.ui.page.mark_tool import MarkTool
from ecgtwin_app.ui.page.page_map import PageMap
from ecgtwin_app.ui.page.page_words import describe, draw_badge, under
from ecgtwin_app.ui.page.pointed import Pointed
from ecgtwin_app.ui.page.repair_tool import RepairTool
from ecgtwin_app.ui.page.sheet_view import SheetView

#: Degrees by which an arrow key turns the loops in space, and a pixel of the mouse.
_TURN, _TURN_OF_PIXEL = 5.0, 0.5


class PageView(SheetView):
    """Shows a page; dragging and the arrow keys move it, or turn the loops in space.

    Painting happens on another thread. Until it is done, the last image is shown, moved and stretched to
    where it belongs, so that the window follows at once.
    """

    READABLE = 1.7
    painted = Signal()
    failed = Signal(str)
    turned = Signal(float, float)
    pointed_changed = Signal()
    #: Lead, seconds and mV under the pointer, in words; "" beside the traces.
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._page: Page | None = None
        self._image: QImage | None = None
        self._image_part = QRectF()
        self._painted: Page | None = None
        self._wanted: View | None = None
        self._turning: QPointF | None = None
        self._desk = QColor("#DDE2E7")
        self.marks, self.calipers, self.repairs = MarkTool(self), CaliperTool(self), RepairTool(self)
        self._using: MarkTool | CaliperTool | RepairTool | None = None
        self._pointed: tuple[Pointed, ...] = ()
        self.empty = EmptyPage(self.viewport())
        self.magnifier = Magnifier(self.viewport())
        self.magnifying = False
        self._renderer = PageRenderer(self)
        self._renderer.painted.connect(self._show_image)
        self._renderer.failed.connect(self.failed)
        self.magnifier.failed.connect(self.failed)
        self.setAccessibleName(tr("ECG page"))
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
        """Whether the image on the screen is that of the page at its present zoom and place."""
        return self._page is None or (self._painted is self._page and self._wanted is None)

    def show_page(self, page: Page | None) -> None:
        """Show a page in place of the present one; zoom and place stay, a fitted page stays fitted."""
        before = self.content
        self._page = page
        self.empty.setVisible(page is None)
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

    def choose_tool(self, kind: str) -> None:
        """Set new calipers of a kind with the mouse, or with "" move the page."""
        self.calipers.kind = kind
        hand = Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if kind else hand)

    @property
    def pointed(self) -> tuple[Pointed, ...]:
        """What is pointed out now."""
        return self._pointed

    def point_out(self, places: Sequence[Pointed] = ()) -> None:
        """Show on the traces what a value was measured from, until the page is clicked or Esc is pressed.

        An enlarged page is moved so that the first place is in sight. It is drawn over the page only: it is
        no caliper, no step to undo, and goes into no file. Pages of one beat (median, loops) show none.

        Parameters
        ----------
        places : sequence of Pointed
            Intervals or amplitudes, each with its leads and layer; see `ui.page.places.places_of`, which finds
            them for a measurement. Without any, nothing is pointed out.
        """
        self._pointed = tuple(places)
        page_map = self.page_map()
        first = None
        if page_map is not None:
            boxes = (place.first_place(page_map) for place in self._pointed)
            first = next((box for box in boxes if box is not None), None)
        if first is not None and not self.viewport().rect().intersects(first.toAlignedRect()):
            away = first.center() - QPointF(self.viewport().rect().center())
            self._scroll_by(away.x(), away.y())
        self.viewport().update()
        self.pointed_changed.emit()

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

    # -- painting ---------------------------------------------------------------------------------

    def _changed(self):
        self._order()
        super()._changed()

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
            self._wanted = View(self._page, part, size)
            self._renderer.paint(self._wanted)

    def _show_image(self, view: View, image: QImage):
        self._image, self._image_part = image, view.part
        if view is self._wanted:
            self._wanted = None
        if view.page is not self._painted:
            self._painted = view.page
            self.painted.emit()
        self.viewport().update()

    def paintEvent(self, event):
        """Desk, sheet, the last image, and the mark."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._desk)
        if self._page is None:
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
            for place in self._pointed:
                place.paint(painter, page_map)
            self.calipers.paint(painter, page_map)
            self.repairs.paint(painter, page_map)
        painter.setClipping(False)
        # While the page's own banner is in sight, no second mark is needed.
        banner = self._view_rect(QRectF(self.content.left() + 4.5, 5.0, 90.0, 7.0))
        marked = self._page.marked
        if marked is not None and not QRectF(self.viewport().rect()).contains(banner):
            draw_badge(painter, self.font(), self.viewport().width(), marked)

    # -- events -----------------------------------------------------------------------------------

    def resizeEvent(self, event):
        """The words of an empty page stay in the middle."""
        super().resizeEvent(event)
        self.empty.setGeometry(self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent):
        """Arrow keys move the chosen mark or caliper, turn the loops in space, or move the page."""
        if self.repairs.key(event) or self.calipers.key(event):
            self.viewport().update()
            return
        turns = {
            Qt.Key.Key_Left: (-_TURN, 0.0),
            Qt.Key.Key_Right: (_TURN, 0.0),
            Qt.Key.Key_Up: (0.0, _TURN),
            Qt.Key.Key_Down: (0.0, -_TURN),
        }
        if self._shows_loops and event.key() in turns:
            self.turned.emit(*turns[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent):
        """Take hold of a caliper, a fiducial, the loops in space or the page."""
        self.glide.stop()
        if event.button() == Qt.MouseButton.RightButton:
            return  # for the menu
        self._pointed = ()
        page_map = self.page_map()
        if page_map is not None and event.button() == Qt.MouseButton.LeftButton:
            tools = (self.repairs, self.calipers, self.marks)
            self._using = next((tool for tool in tools if tool.press(event, page_map)), None)
        if self._using is None and self._in_space(event.position()):
            self._turning = event.position()
        elif self._using is None:
            super().mousePressEvent(event)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent):
        """Drag it, and say what lies under the pointer."""
        page_map = self.page_map()
        self.hovered.emit(under(event.position(), page_map) if page_map is not None else "")
        if self._using is not None and page_map is not None:
            self._using.move(event, page_map)
            self.viewport().update()
        elif self._turning is not None:
            moved, self._turning = event.position() - self._turning, event.position()
            self.turned.emit(-_TURN_OF_PIXEL * moved.x(), _TURN_OF_PIXEL * moved.y())
        else:
            super().mouseMoveEvent(event)
        if self.magnifying and self._page is not None:
            self._look(event.position())

    def leaveEvent(self, event):
        """Nothing lies under the pointer."""
        self.hovered.emit("")
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent):
        """Let go."""
        if self._using is not None:
            self._using.release()
            self._using = None
            self.viewport().update()
        else:
            super().mouseReleaseEvent(event)
        self._turning = None
        self.choose_tool(self.calipers.kind)

    def mouseDoubleClickEvent(self, event: QMouseEvent):
        """With a caliper in hand a second click is none for the zoom; while marks are set it marks a whole lead."""
        page_map = self.page_map()
        if page_map is not None and self.repairs.double_click(event, page_map):
            self._using = None
        elif not self.calipers.kind:
            super().mouseDoubleClickEvent(event)

    @property
    def _shows_loops(self):
        return self._page is not None and self._page.layout.mode == "vector loops"

    def _in_space(self, point):
        """Whether a point lies in the quarter of the page with the loops in space."""
        if not self._shows_loops:
            return False
        left, top, width, height = self._page.layout.paper
        quarter = QRectF(left + width / 2, top + height / 2, width / 2, height / 2)
        return quarter.contains(self._to_page(point))

    def _look(self, at):
        self.magnifier.look_at(self._page, self._to_page(at), at, self._scale)
