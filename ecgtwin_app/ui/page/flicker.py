"""Flicker comparison: while a key is held, reference and twin take turns in the same place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from ecgtwin_app.report.page import Page

#: Milliseconds each is shown. Twice a second: slower than the three flashes a second that WCAG 2.3.1 allows.
INTERVAL = 500


class Flicker(QObject):
    """Shows two pages in turn.

    Parameters
    ----------
    show : callable
        Takes the page to show.
    """

    def __init__(self, show: Callable[[Page], None], parent: QObject | None = None):
        super().__init__(parent)
        self._show = show
        self._pages: tuple[Page, ...] = ()
        self._turn = 0
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.step)

    @property
    def running(self) -> bool:
        """Whether the key is held."""
        return self._timer.isActive()

    def start(self, pages: tuple[Page, Page]) -> None:
        """The key is down."""
        self._pages, self._turn = pages, 0
        self._show(pages[0])
        self._timer.start()

    def step(self) -> None:
        """The other one's turn."""
        self._turn = 1 - self._turn
        self._show(self._pages[self._turn])

    def stop(self) -> None:
        """The key is up."""
        self._timer.stop()
        self._pages = ()
