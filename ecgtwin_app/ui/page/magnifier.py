"""A lens over the page: what is under the pointer, three times as large and drawn anew."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.jobs.render import PageRenderer, View

_POWER = 3.0
_SIZE = QSize(340, 210)


class Magnifier(QWidget):
    """Follows the pointer; takes no mouse events itself."""

    failed = Signal(str)

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(_SIZE)
        self.setAccessibleName(tr("Magnifier"))
        self._image: QImage | None = None
        self._renderer = PageRenderer(self)
        self._renderer.painted.connect(self._show_image)
        self._renderer.failed.connect(self.failed)
        self.hide()

    def look_at(self, page: Page, place: QPointF, at: QPointF, scale: float) -> None:
        """Enlarge what lies around a place.

        Parameters
        ----------
        place : QPointF
            On the page, mm.
        at : QPointF
            The same in the parent, pixels; the lens stands beside it.
        scale : float
            Pixels a mm of the view.
        """
        power = scale * _POWER
        part = QRectF(0, 0, _SIZE.width() / power, _SIZE.height() / power)
        part.moveCenter(place)
        self._renderer.paint(View(page, part, _SIZE * self.devicePixelRatioF()))
        room = self.parentWidget().rect()
        x = at.x() + 18 if at.x() + 18 + self.width() < room.width() else at.x() - 18 - self.width()
        y = min(max(0.0, at.y() - self.height() / 2), room.height() - self.height())
        self.move(round(max(0.0, x)), round(y))
        self.show()

    def stop(self) -> None:
        """End the painting thread."""
        self._renderer.stop()

    def _show_image(self, _view, image):
        self._image = image
        self.update()

    def paintEvent(self, event):
        """The last image in a frame."""
        painter = QPainter(self)
        if self._image is not None:
            painter.drawImage(self.rect(), self._image)
        painter.setPen(QPen(self.palette().windowText().color(), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
