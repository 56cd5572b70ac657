"""What is said about the page beside it: the mark that never scrolls away, and words for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import figure, number, tr
from ecgtwin_app.report import marking
from ecgtwin_app.report.drawing import BANNER_FILL
from ecgtwin_app.report.filled import filled_text
from ecgtwin_app.report.layers import DIFFERENCE, REFERENCE
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.page.page_map import PageMap


def draw_badge(painter: QPainter, font: QFont, width: int, marked: Recording) -> None:
    """The synthetic mark in the middle of the upper edge, while the page's own is out of sight."""
    font = QFont(font)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    words = tr(marking.mark_of(marked))
    own = painter.fontMetrics().horizontalAdvance(words) + 24
    badge = QRectF((width - own) / 2, 8, own, painter.fontMetrics().height() + 10)
    painter.setPen(Qt.GlobalColor.black)
    painter.setBrush(BANNER_FILL)
    painter.drawRect(badge)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


def under(point: QPointF, page_map: PageMap) -> str:
    """Lead, time and voltage at a pixel: "V2  3.42 s  −0.85 mV", the voltage from the row's baseline."""
    panel = page_map.panel_at(point)
    if panel is None:
        return ""
    lead = panel.lead.replace("-", "−")
    seconds, millivolts = page_map.seconds(panel, point.x()), page_map.millivolts(panel, point.y())
    return f"{lead}  {number(seconds, 2)} s  {number(millivolts, 2)} mV"


def describe(page: Page | None) -> str:
    """What a screen reader says about the page."""
    if page is None:
        return tr("No ECG is open.")
    if page.shown == (REFERENCE,):
        sentence = tr("12-lead ECG of the reference, {speed} mm/s, {gain} mm/mV.")
    elif page.shown == (DIFFERENCE,):
        sentence = tr("Difference of twin and reference, 12 leads, {speed} mm/s, {gain} mm/mV.")
    elif REFERENCE in page.shown:
        sentence = tr(
            "12-lead ECG of the reference and a synthetic digital twin, {speed} mm/s, {gain} mm/mV."
        )
    else:
        sentence = tr("12-lead ECG of a synthetic digital twin, {speed} mm/s, {gain} mm/mV.")
    said = sentence.format(speed=figure(page.layout.speed), gain=figure(page.layout.gain))
    if page.partly is not None:
        said = f"{said} {tr('Filled in, not recorded: {what}.').format(what=filled_text(page.partly))}"
    return said
