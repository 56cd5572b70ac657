"""Pens, colours and text for a painter whose unit is the millimetre."""

from __future__ import annotations

import threading
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPen

from ecgtwin_app.report.layers import DIFFERENCE, REFERENCE, TWIN
from ecgtwin_app.resources import resource_path

BANNER_FILL = QColor("#FFE08A")

#: Pen widths in mm. A trace is at least 0.25 mm, as a thermal writer draws it.
REFERENCE_WIDTH, TWIN_WIDTH = 0.27, 0.33
MINOR_WIDTH, MAJOR_WIDTH = 0.1, 0.2
#: Device pixels that a trace is wide at least.
THINNEST = 1.15

#: Fonts are set at this many pixels a millimetre and scaled back, because Qt takes whole pixels only.
_FONT_SCALE = 40
_fonts = threading.local()
_FONT_FILES = ("fonts/Inter-Regular.otf", "fonts/Inter-SemiBold.otf")


@cache
def font_family() -> str:
    """The family of the font that ships with the program, registered on first use.

    Needs a running QGuiApplication.
    """
    ids = [QFontDatabase.addApplicationFont(str(resource_path(name))) for name in _FONT_FILES]
    if -1 in ids:
        raise RuntimeError("The program's font cannot be read; install the program again.")
    return QFontDatabase.applicationFontFamilies(ids[0])[0]


def _font(size: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
    """Font and metrics, kept for each thread: Qt's font engines belong to the thread that made them."""
    known: dict = _fonts.__dict__
    if (size, bold) not in known:
        font = QFont(font_family())
        font.setPixelSize(max(1, round(size * _FONT_SCALE)))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        # Contextual alternates draw "-50" and "90+" with signs that a PDF's text layer does not know.
        font.setFeature(QFont.Tag("calt"), 0)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        known[size, bold] = font, QFontMetricsF(font)
    return known[size, bold]


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of `text` in mm."""
    return _font(size, bold)[1].horizontalAdvance(text) / _FONT_SCALE


def elided(text: str, size: float, width: float, bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it is longer than `width` mm."""
    return _font(size, bold)[1].elidedText(text, Qt.TextElideMode.ElideRight, width * _FONT_SCALE)


def draw_text(
    painter: QPainter,
    x: float,
    y: float,
    text: str,
    size: float = 2.6,
    colour: str = "#1A1A1A",
    bold: bool = False,
    align: float = 0.0,
) -> None:
    """One line of text.

    Parameters
    ----------
    x, y : float
        Anchor on the text's base line, mm.
    size : float
        Height of the letters' em square, mm.
    align : float
        Which part of the text lies at `x`: 0 its left end, 0.5 its middle, 1 its right end.
    """
    painter.save()
    painter.translate(x - align * text_width(text, size, bold), y)
    painter.scale(1 / _FONT_SCALE, 1 / _FONT_SCALE)
    painter.setFont(_font(size, bold)[0])
    painter.setPen(QColor(colour))
    painter.drawText(QPointF(0, 0), text)
    painter.restore()


def layer_colour(page, who: str) -> str:
    """The colour of a layer: its own or the scheme's."""
    if who == DIFFERENCE:
        return page.look.difference
    layer = page.layer(who)
    if layer.colour:
        return layer.colour
    if who == REFERENCE:
        return page.look.reference
    twins = [other.who for other in page.layers if other.who not in (REFERENCE, TWIN)]
    place = 0 if who == TWIN or who not in twins else 1 + twins.index(who)
    return page.look.twins[place % len(page.look.twins)]


def trace_pen(painter: QPainter, page, who: str) -> QPen:
    """The pen of a layer: as on paper, but never thinner than a device pixel, where it would turn grey."""
    width = (REFERENCE_WIDTH if who == REFERENCE else TWIN_WIDTH) * page.look.weight
    scale = abs(painter.deviceTransform().m11()) or 1.0
    made = pen(QColor(layer_colour(page, who)), max(width, THINNEST / scale))
    if who != DIFFERENCE and page.layer(who).dashed:
        made.setDashPattern([6, 2.5])
        made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def pen(colour: QColor, width: float) -> QPen:
    """A round pen, `width` in mm."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def halo_text(painter: QPainter, x: float, y: float, text: str, size: float, look) -> None:
    """Bold text on a ground of its own, legible where a trace passes beneath."""
    ground = QColor(look.paper)
    ground.setAlphaF(0.8)
    painter.fillRect(
        QRectF(x - 0.4, y - size * 0.82, text_width(text, size, True) + 0.8, size * 1.05), ground
    )
    draw_text(painter, x, y, text, size, look.text, bold=True)
