"""What a value was measured from, pointed out on the traces: intervals as bands, amplitudes as upright bars."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ecgtwin_app.report.calipers import COLOURS
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.panels import Panel
from ecgtwin_app.ui.page.page_map import PageMap

#: Half the length of a bar's feet, pixels.
_FOOT = 5.0


@dataclass(frozen=True)
class Pointed:
    """Places on the traces of one layer.

    Attributes
    ----------
    spans : tuple of (float, float)
        Intervals, seconds of the layer's own recording.
    levels : tuple of (float, float, float)
        Amplitudes: second, and the two voltages (mV) from the lead's median, which lies on the row's baseline.
    leads : tuple of str
        The leads that are marked; empty means all of them.
    who : str
        The layer: "reference", "twin".
    words : str
        What stands beside the first place.
    """

    spans: tuple[tuple[float, float], ...] = ()
    levels: tuple[tuple[float, float, float], ...] = ()
    leads: tuple[str, ...] = ()
    who: str = REFERENCE
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.spans or self.levels)

    def panels(self, page_map: PageMap) -> list[Panel]:
        """The panels that carry it: of these leads, where the layer is shown."""
        return [
            panel
            for panel in page_map.panels
            if self.who in panel.shows and (not self.leads or panel.lead.lstrip("-") in self.leads)
        ]

    def first_place(self, page_map: PageMap) -> QRectF | None:
        """The first place on the page, pixels of the viewport; None where the page shows none."""
        return next((box for panel in self.panels(page_map) for box in self._boxes(panel, page_map)), None)

    def _boxes(self, panel, page_map):
        shift = page_map.shift(panel, self.who)
        for start, end in self.spans:
            left, right = (
                page_map.x(panel, min(max(at + shift, panel.start), panel.start + panel.seconds))
                for at in (start, end)
            )
            if right - left > 0.5:
                height = 0.8 * (panel.bottom - panel.top) * page_map.scale
                top = page_map.origin.y() + panel.top * page_map.scale + height / 8
                yield QRectF(left, top, right - left, height)
        sign = -1.0 if panel.lead.startswith("-") else 1.0
        drift = page_map.page.drift(panel, self.who) if self.levels else 0.0
        for at, one, other in self.levels:
            if panel.start <= at + shift <= panel.start + panel.seconds:
                x = page_map.x(panel, at + shift)
                ys = sorted(page_map.y(panel, sign * value - drift) for value in (one, other))
                yield QRectF(x - _FOOT, ys[0], 2 * _FOOT, ys[1] - ys[0])

    def paint(self, painter: QPainter, page_map: PageMap) -> None:
        """Bands with an edge at either end, or bars between two voltages; the words once, at the first."""
        colour = QColor(COLOURS[page_map.page.layout.scheme == "monitor"])
        wash = QColor(colour)
        wash.setAlphaF(0.1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        boxes = [box for panel in self.panels(page_map) for box in self._boxes(panel, page_map)]
        painter.setPen(QPen(colour, 1.2 if self.spans else 1.8))
        for box in boxes:
            sides = [QLineF(x, box.top(), x, box.bottom()) for x in (box.left(), box.right())]
            if self.spans:
                painter.fillRect(box, wash)
                painter.drawLines(sides)
            else:
                middle = box.center().x()
                feet = [QLineF(box.left(), y, box.right(), y) for y in (box.top(), box.bottom())]
                painter.drawLines([QLineF(middle, box.top(), middle, box.bottom()), *feet])
        if boxes and self.words:
            _paint_words(painter, page_map, boxes[0], self.words, colour, bool(self.spans))


def _paint_words(painter, page_map, box, words, colour, inside):
    """At the upper end of a band, or under a bar; within the viewport, on a ground of their own."""
    metrics = painter.fontMetrics()
    room = QRectF(painter.window())
    width, height = metrics.horizontalAdvance(words) + 8, metrics.height() + 2
    x = min(max(room.left(), box.right() + 4 if inside else box.left()), room.right() - width)
    y = max(room.top(), box.top() + 2 if inside else box.bottom() + 3)
    label = QRectF(x, min(y, room.bottom() - height), width, height)
    ground = QColor(page_map.page.look.paper)
    ground.setAlphaF(0.92)
    painter.fillRect(label, ground)
    painter.setPen(colour)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
