"""From the pixels of the view to leads, seconds and millivolts, and back."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.page import Page
from ecgtwin_app.report.panels import Panel


class PageMap:
    """The geometry of a page at the view's present zoom and place.

    Parameters
    ----------
    page : Page
    origin : QPointF
        Where the page's top left corner lies in the viewport, pixels.
    scale : float
        Pixels a mm.
    """

    def __init__(self, page: Page, origin: QPointF, scale: float):
        self.page, self.origin, self.scale = page, origin, scale
        drawn_otherwise = page.layout.mode in ("median beats", "vector loops")
        self.panels = [] if drawn_otherwise else [panel for _, panels in page.blocks for panel in panels]

    @property
    def speed(self) -> float:
        """Pixels a second."""
        return self.page.layout.speed * self.scale

    def panel_at(self, point: QPointF) -> Panel | None:
        """The panel under a point of the viewport."""
        x, y = (point.x() - self.origin.x()) / self.scale, (point.y() - self.origin.y()) / self.scale
        return next((panel for panel in self.panels if panel.holds(x, y)), None)

    def panels_of(self, lead: str, shows: tuple[str, ...]) -> list[Panel]:
        """The panels of a lead that show these layers, or of the lead alone where none does."""
        of_lead = [panel for panel in self.panels if panel.lead == lead]
        return [panel for panel in of_lead if panel.shows == shows] or of_lead

    def seconds(self, panel: Panel, x: float) -> float:
        """The moment under a pixel."""
        return panel.start + ((x - self.origin.x()) / self.scale - panel.x) / self.page.layout.speed

    def millivolts(self, panel: Panel, y: float) -> float:
        """The voltage under a pixel, from the row's baseline."""
        return (panel.baseline - (y - self.origin.y()) / self.scale) / self.page.layout.gain_of(panel.lead)

    def x(self, panel: Panel, seconds: float) -> float:
        """The pixel of a moment."""
        return self.origin.x() + panel.x_of(seconds, self.page.layout.speed) * self.scale

    def y(self, panel: Panel, millivolts: float) -> float:
        """The pixel of a voltage."""
        return self.origin.y() + self.scale * (
            panel.baseline - millivolts * self.page.layout.gain_of(panel.lead)
        )

    def shift(self, panel: Panel, who: str) -> float:
        """Seconds by which a layer is drawn to the right of its own time."""
        return 0.0 if who == REFERENCE else self.page.shift(panel, who)
