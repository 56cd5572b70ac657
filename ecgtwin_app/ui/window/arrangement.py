"""How the window uses the screen: never larger than it, and in a narrow window two columns in place of three."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.window.remembered import restore_geometry

#: A window narrower than this (pixels) shows the results in a tab beside the request: three columns would leave the
#: page too small to read.
NARROW = 1180
#: The window's usual size, and the smallest one that a screen as large allows.
USUAL, SMALLEST = QSize(1440, 900), QSize(960, 620)
#: Pixels of a screen that a window's frame takes.
_FRAME = QSize(2, 32)


class Arrangement:
    """The part of the window that knows its room."""

    narrow = False

    def fit_screen(self) -> None:
        """Open at the usual size, or as large as the screen allows; a remembered size keeps to it, too."""
        room = self.room()
        self.setMinimumSize(SMALLEST.boundedTo(room))
        self.resize(USUAL.boundedTo(room))
        restore_geometry(self.store, self, room)

    def room(self) -> QSize:
        """How large the window may be on its screen."""
        screen = self.screen() or QGuiApplication.primaryScreen()
        return screen.availableGeometry().size() - _FRAME

    def arrange(self) -> None:
        """Put the results where there is room for them."""
        narrow = self.width() < NARROW
        if narrow == self.narrow:
            return
        self.narrow = narrow
        if narrow:
            self.tabs.addTab(self.right, tr("Results"))
        else:
            read = self.tabs.currentWidget() is self.right
            self.tabs.removeTab(self.tabs.indexOf(self.right))
            if read:
                self.tabs.setCurrentIndex(0)
            self.splitter.addWidget(self.right)
            self.splitter.setStretchFactor(2, 0)
            self.right.setVisible(self.side.isVisible())
        self.splitter.share()

    def show_results(self) -> None:
        """Bring the results into sight where they stand in a tab."""
        if self.narrow:
            self.tabs.setCurrentWidget(self.right)

    def resizeEvent(self, event):
        """Another room, another arrangement."""
        super().resizeEvent(event)
        self.arrange()
