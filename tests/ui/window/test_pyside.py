"""The Qt binding itself, where a bad release would end the process."""

from __future__ import annotations

import sys

import PySide6
from PySide6.QtGui import QImage, QPainter


def test_void_calls_keep_the_count_of_none(qapp):
    """PySide6 6.12.0 on Python 3.11 drops one reference to None at every void call, until it aborts."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(2000):
        painter.drawLine(0, 0, 7, 7)
    drift = before - sys.getrefcount(None)
    painter.end()
    assert drift < 1000


def test_the_checked_release_is_used():
    assert PySide6.__version__ == "6.11.3"
