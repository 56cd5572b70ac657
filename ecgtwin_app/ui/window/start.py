"""The first second: something to see while the window and what it needs are loaded. Imports nothing but Qt."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import cast

# Idle OpenMP threads must sleep, not spin: on two cores they would take the window's time. It has to
# be in the environment before torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if sys.platform == "win32":  # elsewhere it is loaded when the window is there: it takes longer than all else
    for _name in ("torch", "onnxruntime"):  # before Qt, or their libraries cannot be loaded (WinError 1114)
        if find_spec(_name) is not None:
            import_module(_name)

from PySide6.QtCore import QPointF, QRectF, QSettings, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ecgtwin_app import __version__

_SIZE = QSize(460, 200)
_PAPER, _FINE, _INK, _TWIN = QColor("#FFFFFF"), QColor("#F3D9D9"), QColor("#17212B"), QColor("#0B5F94")
#: A beat, in shares of its length and of the height of R.
_BEAT = ((0, 0), (0.12, 0), (0.17, 0.14), (0.23, 0), (0.30, 0), (0.32, -0.08), (0.35, 1), (0.385, -0.22), (0.41, 0),
         (0.52, 0), (0.62, 0.26), (0.70, 0), (1, 0))  # fmt: skip


def main(path: str | None = None, demo: bool = False, self_test: Path | None = None) -> int:
    """Show the splash, then load and run the window (`app.run`); returns the exit status."""
    application = cast(QApplication, QApplication.instance() or QApplication(["ecgtwin"]))
    splash = Splash(_picture(application.devicePixelRatio()))
    splash.show()
    application.processEvents()
    Thread(target=_networks_ahead, daemon=True).start()
    from ecgtwin_app.ui.window import app

    return app.run(application, path, demo, splash.finish, self_test)


def _networks_ahead() -> None:
    """Load the networks beside the window, by what is remembered to run them."""
    from ecgtwin_app.engine.preload import load_networks_ahead
    from ecgtwin_app.ui.preferences import settings

    store = QSettings(settings.ORGANISATION, settings.APPLICATION)
    load_networks_ahead(settings.read(store, settings.BACKEND))


class Splash(QLabel):
    """A picture in the middle of the screen. Qt's own splash screen waits up to a second until it is mapped, and as
    long again for the window."""

    def __init__(self, picture: QPixmap):
        super().__init__(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.setPixmap(picture)
        self.resize(_SIZE)
        self.move(QGuiApplication.primaryScreen().availableGeometry().center() - self.rect().center())

    def finish(self, window: QWidget) -> None:
        """Give way to the window, which is shown."""
        self.close()


def _picture(ratio: float) -> QPixmap:
    """Paper, two beats and the program's name; words of another language would have to be loaded first."""
    picture = QPixmap(_SIZE * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(_PAPER)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_FINE, 1))
    for x in range(0, _SIZE.width() + 1, 20):
        painter.drawLine(x, 0, x, _SIZE.height())
    for y in range(0, _SIZE.height() + 1, 20):
        painter.drawLine(0, y, _SIZE.width(), y)
    for left, colour in ((20, _INK), (230, _TWIN)):
        painter.setPen(
            QPen(colour, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolyline([QPointF(left + 210 * at, 100 - 62 * size) for at, size in _BEAT])
    painter.setPen(_INK)
    font = QFont(painter.font())
    font.setPixelSize(26)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(20, 130, 420, 36), Qt.AlignmentFlag.AlignLeft, "ECGTwin Desktop")
    font.setPixelSize(13)
    font.setBold(False)
    painter.setFont(font)
    painter.drawText(QRectF(20, 166, 420, 20), Qt.AlignmentFlag.AlignLeft, __version__)
    painter.end()
    return picture
