"""Calipers on the printed page. On the screen the window draws them itself, because there they are moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.i18n.words import number
from ecgtwin_app.report import drawing
from ecgtwin_app.report.panels import Panel

TIME, AMPLITUDE = "time", "amplitude"
#: Marching calipers repeat so often to either side at most.
MOST_MARCHED = 20
#: Colours on light and on dark ground; at least 4.5:1 against either.
COLOURS = ("#8E0F7A", "#FF8BE8")
#: Half the length of a leg, mm.
REACH = 9.0


@dataclass(frozen=True)
class Caliper:
    """A distance on the paper.

    Attributes
    ----------
    kind : {"time", "amplitude"}
    lead : str
        The lead it stands in, "-aVR" included.
    shows : tuple of str
        Layers of the panel it stands in.
    a, b : float
        The legs: seconds, or mV from the row's baseline.
    at : float
        Where the bar between them lies: mV for a time caliper, seconds for one of amplitude.
    marching : bool
        Repeated to both sides, to see whether a rhythm is regular.
    """

    kind: str
    lead: str
    shows: tuple[str, ...]
    a: float
    b: float
    at: float
    marching: bool = False

    @property
    def size(self) -> float:
        """Seconds or mV between the legs, never negative."""
        return abs(self.b - self.a)

    def moved(self, leg: str, by: float) -> Caliper:
        """One leg ("a" or "b") or the whole ("both") moved by seconds or mV."""
        fields = ("a", "b") if leg == "both" else (leg,)
        return replace(self, **{name: getattr(self, name) + by for name in fields})

    def marched(self, start: float, end: float) -> list[float]:
        """Where the further legs of a marching time caliper lie within a stretch, seconds."""
        if not self.marching or self.kind != TIME or self.size < 0.04:
            return []
        low, high = min(self.a, self.b), max(self.a, self.b)
        before = [low - k * self.size for k in range(1, MOST_MARCHED + 1)]
        after = [high + k * self.size for k in range(1, MOST_MARCHED + 1)]
        return [at for at in (*before, *after) if start <= at <= end]

    def stands_in(self, panel: Panel) -> bool:
        """Whether a panel of its lead shows the time it stands at."""
        anchor = (self.a + self.b) / 2 if self.kind == TIME else self.at
        return panel.start - 0.02 <= anchor <= panel.start + panel.seconds + 0.02


def label(caliper: Caliper) -> str:
    """What stands on the paper beside it: "82 ms", "732 ms 82/min", "1.20 mV"."""
    if caliper.kind == AMPLITUDE:
        return f"{number(caliper.size, 2)} mV"
    words = f"{1000 * caliper.size:.0f} ms"
    return f"{words}  {60 / caliper.size:.0f}/min" if caliper.size >= 0.2 else words


def draw_calipers(painter: QPainter, page, panels: list[Panel]) -> None:
    """Every caliper of the page in the panels it was set in, or where that layer is not shown, in its lead's."""
    for caliper in page.calipers:
        of_lead = [panel for panel in panels if panel.lead == caliper.lead and caliper.stands_in(panel)]
        for panel in [panel for panel in of_lead if panel.shows == caliper.shows] or of_lead:
            _draw(painter, page, panel, caliper)


def _draw(painter, page, panel, caliper):
    speed, gain = page.layout.speed, page.layout.gain_of(caliper.lead)
    colour = QColor(COLOURS[page.layout.scheme == "monitor"])
    painter.setPen(drawing.pen(colour, 0.3))
    if caliper.kind == TIME:
        y = panel.baseline - caliper.at * gain
        left, right = (panel.x_of(at, speed) for at in (caliper.a, caliper.b))
        painter.drawLines([QLineF(x, y - REACH, x, y + REACH) for x in (left, right)])
        painter.drawLine(QLineF(left, y, right, y))
        painter.setPen(_dashed(colour))
        for at in caliper.marched(panel.start, panel.start + panel.seconds):
            x = panel.x_of(at, speed)
            painter.drawLine(QLineF(x, y - REACH, x, y + REACH))
        place, share = ((left + right) / 2, y - 1.2), 0.5
    else:
        x = panel.x_of(caliper.at, speed)
        first, last = (panel.baseline - value * gain for value in (caliper.a, caliper.b))
        painter.drawLines([QLineF(x - REACH, y, x + REACH, y) for y in (first, last)])
        painter.drawLine(QLineF(x, first, x, last))
        place, share = (x + REACH + 1.5, (first + last) / 2 + 1.0), 0.0
    words = label(caliper)
    drawing.halo_text(
        painter, place[0] - share * drawing.text_width(words, 2.8, True), place[1], words, 2.8, page.look
    )


def _dashed(colour):
    made = drawing.pen(colour, 0.2)
    made.setStyle(Qt.PenStyle.DashLine)
    return made
