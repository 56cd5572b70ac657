"""The ECG page. One painter, in millimetres, for the screen, PNG, SVG and PDF."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.report import furniture, ink
from ecgtwin_app.report.align import beat_times, shift_onto
from ecgtwin_app.report.heat import draw_band, draw_colour_bar, scale_of
from ecgtwin_app.report.layout import PAGE_SIZE, PAPER, Block, PageLayout, Panel, blocks, place_panels
from ecgtwin_app.report.trace import draw_trace, extent, lead_values, stretch


@dataclass(frozen=True, eq=False)
class Page:
    """What is on a page.

    Attributes
    ----------
    reference : Recording
    twin : Recording or None
        Generated, with its provenance; without one, only the reference can be shown.
    heatmap : HeatMap or None
        Of the twin, values (12, samples) at the twin's rate.
    layout : PageLayout
    reference_measurements, twin_measurements : dict or None
        Names as `ecg.measure` gives them; what is missing is printed as a dash.
    """

    reference: Recording
    twin: Recording | None = None
    heatmap: object | None = None
    layout: PageLayout = field(default_factory=PageLayout)
    reference_measurements: dict | None = None
    twin_measurements: dict | None = None

    def __post_init__(self):
        if self.twin is not None and not self.twin.synthetic:
            raise EcgError(
                "This twin is not marked synthetic; only generated recordings are drawn as a twin."
            )
        if self.heatmap is not None and (
            self.twin is None or self.heatmap.values.shape != self.twin.signal.shape
        ):
            raise EcgError("The heat map does not belong to this twin; make it again.")

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """What the page really shows: "reference", "twin" or both."""
        if self.twin is None:
            return ("reference",)
        return (self.layout.mode,) if self.layout.mode in ("reference", "twin") else ("reference", "twin")

    @property
    def aligned(self) -> bool:
        """Whether the twin is moved onto the reference's beats."""
        return self.layout.align and self.layout.mode == "overlay" and self.twin is not None

    @cached_property
    def blocks(self) -> tuple[tuple[Block, list[Panel]], ...]:
        """The blocks with their panels placed."""
        layout = self.layout
        if self.twin is None and layout.mode != "reference":
            layout = PageLayout(**{**layout.__dict__, "mode": "reference"})
        all_blocks = blocks(layout)
        # Both halves of a page side by side get the same heights, so that the eye can compare.
        reaches = np.array([[self._extent(block, row) for row in block.rows] for block in all_blocks])
        extents = [tuple(reach) for reach in reaches.max(axis=0)]
        return tuple((block, place_panels(block, layout, extents)) for block in all_blocks)

    @cached_property
    def heat_scale(self) -> tuple[float, float]:
        """The heat map's values at the two ends of the colour scale."""
        return scale_of(self.heatmap.values, self.heatmap.signed)

    def recording(self, who: str) -> Recording:
        """The recording that goes by "reference" or "twin"."""
        return self.reference if who == "reference" else self.twin

    def shift(self, panel: Panel) -> float:
        """Seconds by which the twin is moved to the right in a panel."""
        if not self.aligned:
            return 0.0
        return shift_onto(beat_times(self.reference), beat_times(self.twin), panel.start, panel.seconds)

    def _extent(self, block, row):
        reaches = [extent(self.recording(who), row, self.layout, block.trace_width) for who in block.shows]
        return max(up for up, _ in reaches), max(down for _, down in reaches)


def paint_page(painter: QPainter, page: Page) -> None:
    """Draw the page; the painter's unit is the millimetre and its origin the page's top left corner."""
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setClipRect(QRectF(0, 0, *PAGE_SIZE), _clip_operation(painter))
    furniture.draw_grid(painter)
    for block, panels in page.blocks:
        _paint_block(painter, page, block, panels)
    generated = page.twin is not None and "twin" in page.shown
    if generated:
        furniture.draw_banner(painter, page.twin)
    elif page.reference.synthetic:
        furniture.draw_banner(painter, page.reference)
    furniture.draw_header(painter, page)
    furniture.draw_footer(painter, page, [panel for _, panels in page.blocks for panel in panels])
    if generated and page.heatmap is not None:
        draw_colour_bar(painter, page.heatmap, page.heat_scale, PAPER[0] + PAPER[2] - 72, 197.6, 72)
    painter.restore()


def _paint_block(painter, page, block, panels):
    painter.save()
    painter.setClipRect(QRectF(block.left, PAPER[1], block.width, PAPER[3]), _clip_operation(painter))
    if "twin" in block.shows or page.reference.synthetic:
        furniture.draw_ghost(painter, block)
    if page.heatmap is not None and "twin" in block.shows:
        for panel in panels:
            draw_band(painter, page, panel)
    for panel in panels:
        if panel.opens_row:
            furniture.draw_pulse(painter, panel, block, page.layout)
    for who in block.shows:
        for panel in panels:
            _paint_trace(painter, page, panel, who)
    for panel in panels:
        missing = all(lead_values(page.recording(who), panel.lead) is None for who in block.shows)
        furniture.draw_lead_mark(painter, panel, missing)
    painter.restore()


def _paint_trace(painter, page, panel, who):
    recording = page.recording(who)
    values = lead_values(recording, panel.lead)
    if values is None:
        return
    twin = who == "twin"
    seconds, values = stretch(recording, values, panel, page.shift(panel) if twin else 0.0)
    painter.setPen(ink.trace_pen(painter, twin))
    draw_trace(painter, panel, page.layout, seconds, values)


def _clip_operation(painter):
    """Narrow the clip that is there: a viewer may show, and so paint, only a part of the page."""
    return Qt.ClipOperation.IntersectClip if painter.hasClipping() else Qt.ClipOperation.ReplaceClip
