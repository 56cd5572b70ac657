"""Calipers on the page: drawing, dragging, snapping and nudging them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from ecgtwin_app.i18n.words import N_
from ecgtwin_app.report.calipers import AMPLITUDE, COLOURS, REACH, TIME, Caliper, label
from ecgtwin_app.session.marks import Marks
from ecgtwin_app.ui.page import snapping
from ecgtwin_app.ui.page.page_map import PageMap

#: Pixels within which the mouse takes hold of a leg.
_GRIP = 6.0
#: Seconds and mV of one nudge with the arrow keys; Shift makes it ten.
_NUDGE = {TIME: 0.002, AMPLITUDE: 0.01}


class CaliperTool(QObject):
    """Holds the calipers of the page; `changed` says what they are to become, with the words for undo."""

    changed = Signal(object, str)
    selected = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.calipers: tuple[Caliper, ...] = ()
        self.kind = ""
        self.current = -1
        self._leg = "b"
        self._held: Caliper | None = None
        self._before: tuple[Caliper, ...] = ()
        self._last = 0.0
        self.marks: dict[str, Marks] = {}

    @property
    def caliper(self) -> Caliper | None:
        """The chosen one."""
        return self.calipers[self.current] if 0 <= self.current < len(self.calipers) else None

    def show_calipers(self, calipers: tuple[Caliper, ...]) -> None:
        """Show these; the last one becomes the chosen one where the chosen one is gone."""
        self.calipers = calipers
        if not 0 <= self.current < len(calipers):
            self.current = len(calipers) - 1
        self.selected.emit()

    def remove(self) -> None:
        """Take the chosen caliper away."""
        if self.caliper is not None:
            rest = self.calipers[: self.current] + self.calipers[self.current + 1 :]
            self.changed.emit(rest, N_("removal of caliper"))

    def march(self) -> None:
        """Repeat the chosen caliper to both sides, or stop it; only one marches at a time."""
        chosen = self.caliper
        if chosen is not None and chosen.kind == TIME:
            still = tuple(replace(caliper, marching=False) for caliper in self.calipers)
            self._put(replace(chosen, marching=not chosen.marching), N_("march of caliper"), still)

    # -- mouse and keys ---------------------------------------------------------------------------

    def press(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Take hold of a caliper, or set a new one with the chosen tool."""
        point = event.position()
        hit = self._hit(point, page_map)
        self._before = self.calipers
        if hit is not None:
            self.current, self._leg = hit
            self._held = self.caliper
            self._last = self._value(point, page_map, self._panel(page_map), False)
            self.selected.emit()
            return True
        panel = page_map.panel_at(point) if self.kind else None
        if panel is None:
            return False
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if self.kind == TIME:
            a, at = page_map.seconds(panel, point.x()), page_map.millivolts(panel, point.y())
        else:
            a, at = page_map.millivolts(panel, point.y()), page_map.seconds(panel, point.x())
        a = a if free else self._snap(self.kind, a, point, panel, page_map)
        self._held = Caliper(self.kind, panel.lead, panel.shows, a, a, at)
        self.calipers = (*self.calipers, self._held)
        self.current, self._leg = len(self.calipers) - 1, "b"
        return True

    def move(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Drag what is held."""
        if self._held is None:
            return False
        panel = self._panel(page_map)
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier) or self._leg == "both"
        value = self._value(event.position(), page_map, panel, not free)
        chosen = self.caliper
        if self._leg == "both":
            chosen, self._last = chosen.moved("both", value - self._last), value
        else:
            chosen = replace(chosen, **{self._leg: value})
        self.calipers = (*self.calipers[: self.current], chosen, *self.calipers[self.current + 1 :])
        self.selected.emit()
        return True

    def release(self) -> bool:
        """Let go; a caliper without size is none."""
        if self._held is None:
            return False
        self._held, after = None, self.calipers
        smallest = 0.004 if self.caliper.kind == TIME else 0.02
        self.calipers = self._before
        if after != self._before and after[self.current].size >= smallest:
            new = len(after) > len(self._before)
            self.changed.emit(after, N_("caliper") if new else N_("move of caliper"))
        self.show_calipers(self.calipers)
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Arrow keys nudge the chosen leg, with Shift ten times as far; the space bar changes legs."""
        chosen = self.caliper
        if chosen is None:
            return False
        if event.key() == Qt.Key.Key_Space:
            self._leg = "a" if self._leg == "b" else "b"
            self.selected.emit()
            return True
        keys = {TIME: (Qt.Key.Key_Left, Qt.Key.Key_Right), AMPLITUDE: (Qt.Key.Key_Down, Qt.Key.Key_Up)}
        if event.key() not in keys[chosen.kind]:
            return False
        step = _NUDGE[chosen.kind] * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        step *= 1 if event.key() == keys[chosen.kind][1] else -1
        self._put(chosen.moved("b" if self._leg == "both" else self._leg, step), N_("move of caliper"))
        return True

    def _put(self, caliper, words, among=None):
        among = self.calipers if among is None else among
        self.changed.emit((*among[: self.current], caliper, *among[self.current + 1 :]), words)

    def _panel(self, page_map):
        """The panel in which the chosen caliper is drawn."""
        chosen = self.caliper
        panels = page_map.panels_of(chosen.lead, chosen.shows)
        at = chosen.a if chosen.kind == TIME else chosen.at
        inside = [panel for panel in panels if panel.start <= at <= panel.start + panel.seconds]
        return (inside or panels or [None])[0]

    def _value(self, point, page_map, panel, snap):
        if panel is None:
            return self._last
        kind = self.caliper.kind
        value = page_map.seconds(panel, point.x()) if kind == TIME else page_map.millivolts(panel, point.y())
        return self._snap(kind, value, point, panel, page_map) if snap else value

    def _snap(self, kind, value, point, panel, page_map):
        if kind == TIME:
            points, pixels = snapping.times(panel, page_map, self.marks), page_map.speed
        else:
            at = page_map.seconds(panel, point.x())
            points = snapping.levels(panel, page_map, self.marks, at)
            pixels = page_map.scale * page_map.page.layout.gain_of(panel.lead)
        return snapping.snapped(value, points, snapping.SNAP / pixels)

    def ends_text(self, page_map: PageMap) -> str:
        """What the legs of the chosen caliper stand on, in words."""
        panel = self._panel(page_map) if self.caliper is not None else None
        return "" if panel is None else snapping.ends_text(self.caliper, panel, page_map, self.marks)

    def _hit(self, point, page_map):
        """Number and leg of the caliper under a point, the newest first."""
        for number in reversed(range(len(self.calipers))):
            for panel in page_map.panels_of(self.calipers[number].lead, self.calipers[number].shows):
                a, b, bar = _lines(self.calipers[number], panel, page_map)
                if _distance(b, point) < _GRIP:
                    return number, "b"
                if _distance(a, point) < _GRIP:
                    return number, "a"
                if _distance(bar, point) < _GRIP:
                    return number, "both"
        return None

    # -- painting ---------------------------------------------------------------------------------

    def paint(self, painter: QPainter, page_map: PageMap) -> None:
        """Draw every caliper whose lead and time are on the page."""
        colour = QColor(COLOURS[page_map.page.layout.scheme == "monitor"])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, caliper in enumerate(self.calipers):
            for panel in page_map.panels_of(caliper.lead, caliper.shows):
                self._paint_one(painter, page_map, panel, caliper, colour, number == self.current)

    def _paint_one(self, painter, page_map, panel, caliper, colour, chosen):
        if not caliper.stands_in(panel):
            return
        first, last = panel.start, panel.start + panel.seconds
        a, b, bar = _lines(caliper, panel, page_map)
        painter.setPen(QPen(colour, 2.0 if chosen else 1.2))
        painter.drawLines([a, b, bar])
        if chosen:
            leg = a if self._leg == "a" else b
            painter.setBrush(colour)
            painter.drawEllipse(leg.p1(), 3.0, 3.0)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DashLine))
        for at in caliper.marched(first, last):
            x = page_map.x(panel, at)
            painter.drawLine(QLineF(x, a.y1(), x, a.y2()))
        above = caliper.kind == TIME
        place = bar.center() if above else (a.p2() + b.p2()) / 2
        _paint_label(painter, label(caliper), place, colour, page_map.page.look.paper, above)


def _lines(caliper, panel, page_map):
    """Both legs and the bar between them, in pixels."""
    reach = REACH * page_map.scale
    if caliper.kind == TIME:
        y = page_map.y(panel, caliper.at)
        xs = page_map.x(panel, caliper.a), page_map.x(panel, caliper.b)
        legs = [QLineF(x, y - reach, x, y + reach) for x in xs]
        return *legs, QLineF(xs[0], y, xs[1], y)
    x = page_map.x(panel, caliper.at)
    ys = page_map.y(panel, caliper.a), page_map.y(panel, caliper.b)
    legs = [QLineF(x - reach, y, x + reach, y) for y in ys]
    return *legs, QLineF(x, ys[0], x, ys[1])


def _distance(line: QLineF, point: QPointF) -> float:
    """From a point to the nearest place of a line, pixels."""
    along = line.p2() - line.p1()
    size = along.x() ** 2 + along.y() ** 2
    share = 0.0 if size == 0 else QPointF.dotProduct(point - line.p1(), along) / size
    nearest = line.p1() + along * min(1.0, max(0.0, share))
    return QLineF(nearest, point).length()


def _paint_label(painter, text, place, colour, ground, above):
    """What it measures, above the bar between upright legs or at the right of level ones."""
    metrics = painter.fontMetrics()
    size = metrics.horizontalAdvance(text) + 8, metrics.height() + 2
    corner = (-size[0] / 2, -size[1] - 4) if above else (4, -size[1] / 2)
    box = QRectF(place.x() + corner[0], place.y() + corner[1], *size)
    fill = QColor(ground)
    fill.setAlphaF(0.9)
    painter.fillRect(box, fill)
    painter.setPen(colour)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
