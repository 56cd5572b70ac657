"""Fiducials and beat labels on the page; a fiducial can be dragged, and the measurements follow."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.drawing import layer_colour
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session.marks import LABEL_WORDS, MOVABLE, Marks
from ecgtwin_app.ui.page.page_map import PageMap

_GRIP = 5.0
#: The leads that carry labels and marks where they are on the page: the rhythm strip first.
_STRIPS = ("II", "V1", "I")


class MarkTool(QObject):
    """Shows marks of the front layer; `moved` gives the layer's name and its new marks."""

    moved = Signal(str, object)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.marks: dict[str, Marks] = {}
        self.show_fiducials = False
        self.show_labels = False
        self._held: tuple[str, str] | None = None
        self._start: Marks | None = None
        self._from = 0.0

    def press(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Take hold of a fiducial."""
        if not self.show_fiducials:
            return False
        for panel in self._panels(page_map):
            who = self._who(panel)
            if who is None or not self._in_row(panel, page_map, event.position()):
                continue
            for beat in self.marks[who].beats:
                for name in beat.marks if beat.label == "N" else ():
                    time = self.marks[who].time_of(beat, name)
                    if time is None:
                        continue
                    at = time + page_map.shift(panel, who)
                    if abs(page_map.x(panel, at) - event.position().x()) <= _GRIP:
                        self._held, self._start = (who, name), self.marks[who]
                        self._from = page_map.seconds(panel, event.position().x())
                        self._held_panel = panel
                        return True
        return False

    def move(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Drag it."""
        if self._held is None:
            return False
        who, name = self._held
        by = page_map.seconds(self._held_panel, event.position().x()) - self._from
        self.marks[who] = self._start.move(name, round(by, 3))
        return True

    def release(self) -> bool:
        """Let go: the measurements follow."""
        if self._held is None:
            return False
        (who, _), after = self._held, self.marks[self._held[0]]
        self._held, self.marks[who] = None, self._start
        if after != self._start:
            self.moved.emit(who, after)
        return True

    def paint(self, painter: QPainter, page_map: PageMap) -> None:
        """Draw labels above the strip, and the marks as upright lines with their names."""
        for panel in self._panels(page_map):
            who = self._who(panel)
            if who is None:
                continue
            colour = QColor(layer_colour(page_map.page, who))
            left, right = (page_map.x(panel, panel.start + k * panel.seconds) for k in (0, 1))
            painter.save()
            top = page_map.origin.y() + panel.top * page_map.scale
            painter.setClipRect(QRectF(left, top, right - left, (panel.bottom - panel.top) * page_map.scale))
            for beat in self.marks[who].beats:
                shift = page_map.shift(panel, who)
                if self.show_labels:
                    _paint_label(painter, page_map, page_map.x(panel, beat.time + shift), top, beat.label)
                if self.show_fiducials:
                    self._paint_marks(painter, page_map, panel, who, beat, shift, colour)
            painter.restore()

    def _paint_marks(self, painter, page_map, panel, who, beat, shift, colour):
        centre = page_map.y(panel, 0.0)
        reach = 6.5 * page_map.scale
        for name in beat.marks:
            moved = beat.label == "N" and self.marks[who].moved.get(name)
            painter.setPen(
                QPen(colour, 1.6 if moved else 1.0, Qt.PenStyle.SolidLine if moved else Qt.PenStyle.DotLine)
            )
            x = page_map.x(panel, self.marks[who].time_of(beat, name) + shift)
            low = -1 if name.endswith("onset") else 1
            painter.drawLine(QLineF(x, centre - reach, x, centre + reach))
            painter.drawLine(QLineF(x, centre - reach, x - 3.0 * low, centre - reach))

    def _panels(self, page_map):
        """The strip that carries marks: the lowest whole row of a rhythm lead, else every panel of lead II."""
        if not (self.show_labels or self.show_fiducials):
            return []
        for lead in _STRIPS:
            of_lead = [panel for panel in page_map.panels if panel.lead == lead]
            if of_lead:
                longest = max(panel.seconds for panel in of_lead)
                return [panel for panel in of_lead if panel.seconds == longest]
        return []

    def _who(self, panel):
        """The layer whose marks a panel shows: the front one that has some."""
        return next((who for who in reversed(panel.shows) if who in self.marks), None)

    @staticmethod
    def _in_row(panel, page_map, point: QPointF):
        y = (point.y() - page_map.origin.y()) / page_map.scale
        return panel.top <= y <= panel.bottom


def _paint_label(painter, page_map, x, top, text):
    ground = QColor(page_map.page.look.paper)
    ground.setAlphaF(0.85)
    box = QRectF(x - 8, top + 3, 16, painter.fontMetrics().height())
    painter.fillRect(box, ground)
    look = page_map.page.look
    painter.setPen(QColor(look.text if text == "N" else look.warning))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def describe(marks: Marks, who: str) -> str:
    """The beats in words, for the line under the page and for screen readers."""
    counts = {label: sum(beat.label == label for beat in marks.beats) for label in LABEL_WORDS}
    words = ", ".join(
        f"{count} {label} ({tr(LABEL_WORDS[label])})" for label, count in counts.items() if count
    )
    moved = ", ".join(
        f"{tr(MOVABLE[name])} {1000 * by:+.0f} ms".replace("-", "−") for name, by in marks.moved.items() if by
    )
    name = tr("Reference") if who == REFERENCE else tr("Twin")
    sentence = tr("{name}: {beats}; moved by hand: {moved}") if moved else "{name}: {beats}"
    return sentence.format(name=name, beats=words, moved=moved)
