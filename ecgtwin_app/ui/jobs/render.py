"""Painting pages off the GUI thread: the newest request wins, older ones are dropped."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.page import Page, paint_page

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class View:
    """A part of a page to paint.

    Attributes
    ----------
    page : Page
    part : QRectF
        The part of the page, mm.
    size : QSize
        Of the image, device pixels.
    """

    page: Page
    part: QRectF
    size: QSize


class PageRenderer(QObject):
    """A thread that paints `View` after `View` into images.

    A page takes 0.1 to 0.5 s of painting, far more than a window may wait; an image may be painted on any
    thread.
    """

    painted = Signal(object, QImage)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._wanted: View | None = None
        self._stopped = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ecgtwin-painter", daemon=True)
        self._thread.start()

    def paint(self, view: View) -> None:
        """Ask for a view; `painted` brings it, unless a newer one is asked for before it is begun."""
        with self._news:
            self._wanted = view
            self._news.notify()

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._news:
            self._stopped = True
            self._news.notify()
        self._thread.join()

    def _run(self):
        while True:
            with self._news:
                self._news.wait_for(lambda: self._wanted is not None or self._stopped)
                if self._stopped:
                    return
                view, self._wanted = self._wanted, None
            try:
                self.painted.emit(view, _paint(view))
            except Exception as error:  # a page that cannot be painted must not end the thread
                log.exception("A page could not be painted")
                words = tr("The page cannot be drawn ({error}); choose another layout.")
                self.failed.emit(words.format(error=type(error).__name__))


def _paint(view: View) -> QImage:
    image = QImage(view.size, QImage.Format.Format_RGB32)
    image.fill(QColor(view.page.look.sheet))  # the lens may look past the edge of the page
    painter = QPainter(image)
    try:
        painter.scale(view.size.width() / view.part.width(), view.size.height() / view.part.height())
        painter.translate(-view.part.topLeft())
        painter.setClipRect(view.part)
        paint_page(painter, view.page)
    finally:
        painter.end()  # an image that dies while it is painted on takes the program along
    return image
