"""What is said about the page beside it: the mark that never scrolls away, and words for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from ecgtwin_app.report import marking
from ecgtwin_app.report.ink import BANNER_FILL
from ecgtwin_app.report.page import Page


def draw_badge(painter: QPainter, font: QFont, width: int) -> None:
    """The synthetic mark in the middle of the upper edge, while the page's own is out of sight."""
    font = QFont(font)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    own = painter.fontMetrics().horizontalAdvance(marking.SYNTHETIC) + 24
    badge = QRectF((width - own) / 2, 8, own, painter.fontMetrics().height() + 10)
    painter.setPen(Qt.GlobalColor.black)
    painter.setBrush(BANNER_FILL)
    painter.drawRect(badge)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, marking.SYNTHETIC)


def describe(page: Page | None) -> str:
    """What a screen reader says about the page."""
    if page is None:
        return "No ECG is open."
    words = {"reference": "the reference", "difference": "the difference of twin and reference"}
    shown = " and ".join(dict.fromkeys(words.get(who, "a synthetic digital twin") for who in page.shown))
    return f"12-lead ECG of {shown}, {page.layout.speed:g} mm/s, {page.layout.gain:g} mm/mV."
