"""How the window uses the screen: never larger than it."""

from __future__ import annotations

from PySide6.QtCore import QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from ecgtwin_app.ui.preferences.remembered import restore_geometry

#: The window's usual size, and the smallest one that a screen as large allows.
USUAL, SMALLEST = QSize(1440, 900), QSize(960, 620)
#: Pixels of a screen that a window's frame takes.
_FRAME = QSize(2, 32)


def room_for(window: QMainWindow) -> QSize:
    """How large a window may be on its screen."""
    screen = window.screen() or QGuiApplication.primaryScreen()
    return screen.availableGeometry().size() - _FRAME


def fit_screen(window: QMainWindow, store: QSettings) -> None:
    """Open at the usual size, or as large as the screen allows; a remembered size keeps to it, too."""
    room = room_for(window)
    window.setMinimumSize(SMALLEST.boundedTo(room))
    window.resize(USUAL.boundedTo(room))
    restore_geometry(store, window, room)
