"""The ECG page. One painter, in millimetres, for the screen, print, PNG, SVG and PDF."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError, Recording
from ecgtwin_app.report import drawing, paper_marks
from ecgtwin_app.report.beat_alignment import beat_times, shift_onto
from ecgtwin_app.report.calipers import Caliper, draw_calipers
from ecgtwin_app.report.colours import Look, look_of
from ecgtwin_app.report.difference import difference_trace
from ecgtwin_app.report.displayed import as_displayed
from ecgtwin_app.report.filled import Band, draw_filled, draw_proposed_band
from ecgtwin_app.report.header import draw_banner, draw_footer, draw_header
from ecgtwin_app.report.heat import COLOUR_BAR_WIDTH, draw_band, draw_colour_bar, scale_of
from ecgtwin_app.report.layers import DIFFERENCE, REFERENCE, TWIN, Layer
from ecgtwin_app.report.layout import BEAT_MODES, TWIN_MODES, PageLayout
from ecgtwin_app.report.median_beats import paint_median_beats
from ecgtwin_app.report.panels import Block, Panel, blocks, place_panels
from ecgtwin_app.report.trace import draw_trace, drift, extent, lead_values, off_paper, stretch
from ecgtwin_app.report.vector_loops import paint_loops


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
        Names as `ecg.measurement.measure` gives them; what is missing is printed as a dash.
    layers : tuple of Layer
        What an overlay shows, the lowest first; left out, it shows the reference under the twin.
    calipers : tuple of Caliper
        Drawn over the traces: what was measured goes along into files and print.
    room_for : tuple of Recording
        Recordings that are not drawn but for which there is room: pages that follow each other with the same
        ones, such as the frames of a morph, keep their rows in place.
    band : Band or None
        How sure what is proposed for the reference is.
    """

    reference: Recording
    twin: Recording | None = None
    heatmap: HeatMap | None = None
    layout: PageLayout = field(default_factory=PageLayout)
    reference_measurements: dict | None = None
    twin_measurements: dict | None = None
    layers: tuple[Layer, ...] = cast("tuple[Layer, ...]", None)  # filled in below
    room_for: tuple[Recording, ...] = ()
    calipers: tuple[Caliper, ...] = ()
    band: Band | None = None

    def __post_init__(self):
        if self.layers is None:
            layers = [Layer(REFERENCE, self.reference, "", self.reference_measurements or {})]
            if self.twin is not None:
                layers.append(Layer(TWIN, self.twin, "", self.twin_measurements or {}))
            object.__setattr__(self, "layers", tuple(layers))
        generated = [self.twin, *(layer.recording for layer in self.layers if layer.who != REFERENCE)]
        if any(recording is not None and not recording.synthetic for recording in generated):
            raise EcgError(
                "This twin is not marked synthetic; only generated recordings are drawn as a twin."
            )
        if self.heatmap is not None and (
            self.twin is None or self.heatmap.values.shape != self.twin.signal.shape
        ):
            raise EcgError("The heat map does not belong to this twin; make it again.")
        if self.twin is None and self.layout.mode in TWIN_MODES:
            object.__setattr__(self, "layout", replace(self.layout, mode="reference"))
        if self.layout.mode in BEAT_MODES and not set(INDEPENDENT_LEADS) <= set(self.reference.leads):
            object.__setattr__(self, "layout", replace(self.layout, mode="reference"))

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Names of the layers that the page really shows, the lowest first."""
        mode = self.layout.mode
        if mode in (REFERENCE, TWIN):
            return (mode,)
        if mode == "difference":
            return (DIFFERENCE,)
        if mode == "side by side":
            return (REFERENCE, TWIN)
        return tuple(layer.who for layer in self.layers) or (REFERENCE,)

    @property
    def generated(self) -> Recording | None:
        """The generated recording whose marks the page carries, None when all of it was recorded."""
        if self.twin is not None and self.shown != (REFERENCE,):
            return self.twin
        return self.reference if self.reference.synthetic else None

    @property
    def partly(self) -> Recording | None:
        """The shown recording of which some was filled in, and that is not generated as a whole."""
        shown = REFERENCE in self.shown or DIFFERENCE in self.shown
        return self.reference if shown and self.reference.partly_synthetic else None

    @property
    def marked(self) -> Recording | None:
        """The recording that the page's marks are of: generated, or else in part."""
        return self.generated or self.partly

    @property
    def aligned(self) -> bool:
        """Whether twins are moved onto the reference's beats."""
        return self.layout.align and self.layout.mode == "overlay" and len(self.shown) > 1

    @cached_property
    def look(self) -> Look:
        """Colours and widths."""
        return look_of(self.layout.scheme, self.layout.grid)

    @cached_property
    def blocks(self) -> tuple[tuple[Block, list[Panel]], ...]:
        """The blocks with their panels placed."""
        all_blocks = blocks(self.layout, self.shown, self.reference.duration, self.reference.leads)
        # Both halves of a page side by side get the same heights, so that the eye can compare.
        reaches = np.array([[self._extent(block, k) for k in range(len(block.rows))] for block in all_blocks])
        extents = [tuple(reach) for reach in reaches.max(axis=0)]
        return tuple((block, place_panels(block, self.layout, extents)) for block in all_blocks)

    @cached_property
    def heat_scale(self) -> tuple[float, float]:
        """The heat map's values at the two ends of the colour scale."""
        if self.heatmap is None:
            return 0.0, 0.0
        return scale_of(self.heatmap.values, self.heatmap.signed)

    @cached_property
    def cut(self) -> bool:
        """Whether a trace leaves the room of its row somewhere, and is marked there."""
        return any(
            off_paper(
                stretch(self.recording(who), values, panel, self.shift(panel, who))[1], panel, self.layout
            ).any()
            for _, panels in self.blocks
            for panel in panels
            for who in panel.shows
            if (values := lead_values(self.recording(who), panel.lead)) is not None
        )

    def layer(self, who: str) -> Layer:
        """The layer of a name."""
        known = next((layer for layer in self.layers if layer.who == who), None)
        if known is not None:
            return known
        return Layer(who, self.twin if self.twin is not None and who != REFERENCE else self.reference, "")

    def recording(self, who: str) -> Recording:
        """What a layer draws: the recording behind the page's filter."""
        if who == DIFFERENCE:
            return difference_trace(self.recording(REFERENCE), self.recording(TWIN))
        return as_displayed(self.layer(who).recording, self.layout.filter)

    def shift(self, panel: Panel, who: str = TWIN) -> float:
        """Seconds by which a layer is moved to the right in a panel."""
        if not self.aligned or who == REFERENCE:
            return 0.0
        own = beat_times(self.layer(who).recording)
        return shift_onto(beat_times(self.reference), own, panel.start, panel.seconds)

    def drift(self, panel: Panel, who: str) -> float:
        """mV by which a layer is drawn below its lead's median in a panel, because its baseline wandered."""
        recording = self.recording(who)
        values = lead_values(recording, panel.lead)
        if values is None:
            return 0.0
        first = panel.start - self.shift(panel, who)
        start, end = (max(0, round(at * recording.rate)) for at in (first, first + panel.seconds))
        return drift(values[start : end + 1])

    def _extent(self, block, row):
        seconds = block.trace_width / self.layout.speed
        start = self.layout.start + (row * seconds if self.layout.leads == "strip" else 0.0)
        recordings = [self.recording(who) for who in block.shows]
        recordings += [as_displayed(recording, self.layout.filter) for recording in self.room_for]
        reaches = [extent(one, block.rows[row], self.layout, start, seconds) for one in recordings]
        return max(up for up, _ in reaches), max(down for _, down in reaches)


def faded(page: Page, who: str) -> Page:
    """The same overlay with every layer but one transparent: nothing else moves."""
    layers = tuple(layer if layer.who == who else replace(layer, opacity=0.0) for layer in page.layers)
    return replace(page, layers=layers, layout=replace(page.layout, mode="overlay"))


def paint_page(painter: QPainter, page: Page) -> None:
    """Draw the page; the painter's unit is the millimetre and its origin the page's top left corner."""
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setClipRect(QRectF(0, 0, *page.layout.size), _clip_operation(painter))
    paper_marks.draw_grid(painter, page.layout, page.look)
    panels = []
    if page.layout.mode == "median beats":
        paint_median_beats(painter, page)
    elif page.layout.mode == "vector loops":
        paint_loops(painter, page)
    else:
        for block, of_block in page.blocks:
            _paint_block(painter, page, block, of_block)
            panels += of_block
        draw_calipers(painter, page, panels)
    if page.marked is not None:
        draw_banner(painter, page)
    draw_header(painter, page)
    draw_footer(painter, page, panels)
    if page.heatmap is not None and TWIN in page.shown and panels:
        left, _, width, _ = page.layout.paper
        draw_colour_bar(
            painter,
            page.heatmap,
            page.heat_scale,
            left + width - COLOUR_BAR_WIDTH,
            page.layout.size[1] - 12.4,
            COLOUR_BAR_WIDTH,
            page.look,
        )
    painter.restore()


def _paint_block(painter, page, block, panels):
    painter.save()
    _, top, _, height = page.layout.paper
    painter.setClipRect(QRectF(block.left, top, block.width, height), _clip_operation(painter))
    if page.generated is not None and block.shows != (REFERENCE,) or page.reference.synthetic:
        paper_marks.draw_ghost(painter, block.left, block.width, page)
    if page.heatmap is not None and TWIN in block.shows:
        for panel in panels:
            draw_band(painter, page, panel)
    for panel in panels:
        for who in block.shows:
            draw_filled(painter, page, panel, who)
        if REFERENCE in block.shows:
            draw_proposed_band(painter, page, panel)
    paper_marks.draw_seconds(painter, panels, page.layout, page.look)
    for panel in panels:
        if panel.opens_row:
            paper_marks.draw_pulse(painter, panels, panel, block, page)
    for who in block.shows:
        _paint_layer(painter, page, panels, who)
    for panel in panels:
        missing = all(lead_values(page.recording(who), panel.lead) is None for who in block.shows)
        paper_marks.draw_lead_mark(painter, panel, missing, page.look)
    painter.restore()


def _paint_layer(painter, page, panels, who):
    recording = page.recording(who)
    painter.save()
    painter.setOpacity(page.layer(who).opacity if who != DIFFERENCE else 1.0)
    painter.setPen(drawing.trace_pen(painter, page, who))
    for panel in panels:
        values = lead_values(recording, panel.lead)
        if values is not None:
            seconds, values = stretch(recording, values, panel, page.shift(panel, who))
            draw_trace(painter, panel, page.layout, seconds, values)
    painter.restore()


def _clip_operation(painter):
    """Narrow the clip that is there: a viewer may show, and so paint, only a part of the page."""
    return Qt.ClipOperation.IntersectClip if painter.hasClipping() else Qt.ClipOperation.ReplaceClip
