"""What a page shows and where: lead grids, paper speed, gain and the placing of panels in millimetres.

Conventions after Kligfield et al., AHA/ACC/HRS recommendations part I, Circulation 2007;115:1306.
Knows no Qt: tests and the painter read the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ecgtwin_app.ecg.recording import LEADS, EcgError

#: A4 landscape, in mm.
PAGE_SIZE = (297.0, 210.0)
#: The ruled paper on the page: left, top, width, height in mm; whole 5 mm squares.
PAPER = (13.5, 31.0, 270.0, 160.0)
#: Length of a row of traces in mm: ten seconds at 25 mm/s.
ROW_LENGTH = 250.0
#: Calibration pulse: 1 mV for 200 ms at the left of every row.
PULSE_MV, PULSE_SECONDS = 1.0, 0.2

#: Neighbouring baselines are never nearer than this, in mm, before the rows are fitted to the paper.
_CLOSEST = 7.0

SPEEDS = (25.0, 50.0)
GAINS = (5.0, 10.0, 20.0)
MODES = ("overlay", "side by side", "reference", "twin")

_STANDARD = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
_CABRERA = (("aVL", "II", "V1", "V4"), ("I", "aVF", "V2", "V5"), ("-aVR", "III", "V3", "V6"))
_SIX_BY_TWO = tuple(zip(("I", "II", "III", "aVR", "aVL", "aVF"), ("V1", "V2", "V3", "V4", "V5", "V6")))
_CABRERA_SIX = tuple(zip(("aVL", "I", "-aVR", "II", "aVF", "III"), ("V1", "V2", "V3", "V4", "V5", "V6")))


@dataclass(frozen=True)
class LeadGrid:
    """Which lead stands where.

    Attributes
    ----------
    title : str
        As menus show it.
    rows : tuple of tuple of str
        Lead names of each row from left to right; a row of one lead is a rhythm strip. "-aVR" is the
        inverted lead of the Cabrera sequence.
    half : str
        The grid that shows the same leads in half the width, for a page side by side.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    half: str


LEAD_GRIDS = {
    "3x4+1R": LeadGrid("3 × 4 + II", (*_STANDARD, ("II",)), "6x2+1R"),
    "3x4": LeadGrid("3 × 4", _STANDARD, "6x2"),
    "3x4+2R": LeadGrid("3 × 4 + II, V1", (*_STANDARD, ("II",), ("V1",)), "6x2+1R"),
    "3x4+3R": LeadGrid("3 × 4 + II, V1, V5", (*_STANDARD, ("II",), ("V1",), ("V5",)), "6x2+1R"),
    "6x2": LeadGrid("6 × 2", _SIX_BY_TWO, "6x2"),
    "6x2+1R": LeadGrid("6 × 2 + II", (*_SIX_BY_TWO, ("II",)), "6x2+1R"),
    "12x1": LeadGrid("12 × 1", tuple((lead,) for lead in LEADS), "12x1"),
    "cabrera": LeadGrid("Cabrera 3 × 4 + II", (*_CABRERA, ("II",)), "cabrera 6x2"),
    "cabrera 6x2": LeadGrid("Cabrera 6 × 2", _CABRERA_SIX, "cabrera 6x2"),
}


@dataclass(frozen=True)
class PageLayout:
    """How a page is drawn.

    Attributes
    ----------
    leads : str
        A key of `LEAD_GRIDS`.
    speed : float
        Paper speed, mm/s.
    gain : float
        mm/mV.
    mode : str
        One of `MODES`.
    align : bool
        In an overlay, move the twin in every panel so that its beat lies on the reference's first one.
    start : float
        Second of the recording at the left edge.
    identity : bool
        Print name, identifier and date; otherwise the page is de-identified.
    """

    leads: str = "3x4+1R"
    speed: float = 25.0
    gain: float = 10.0
    mode: str = "overlay"
    align: bool = True
    start: float = 0.0
    identity: bool = False

    def __post_init__(self):
        if self.leads not in LEAD_GRIDS:
            raise EcgError(f"There is no page layout “{self.leads}”; choose one of {', '.join(LEAD_GRIDS)}.")
        if self.mode not in MODES:
            raise EcgError(f"There is no view “{self.mode}”; choose one of {', '.join(MODES)}.")
        if not (self.speed > 0 and self.gain > 0):
            raise EcgError("Paper speed and gain must be above zero, e.g. 25 mm/s and 10 mm/mV.")


@dataclass(frozen=True)
class Panel:
    """A stretch of one lead on the paper, in mm from the page's top left corner.

    Attributes
    ----------
    lead : str
    shows : tuple of str
        "reference", "twin" or both.
    x, width : float
        Left edge and length of the trace.
    top, baseline, bottom : float
        The row's band and the height of 0 mV.
    start, seconds : float
        The part of the recording.
    opens_row : bool
        The first panel of a row, which has the calibration pulse at its left.
    """

    lead: str
    shows: tuple[str, ...]
    x: float
    width: float
    top: float
    baseline: float
    bottom: float
    start: float
    seconds: float
    opens_row: bool


@dataclass(frozen=True)
class Block:
    """A rectangle of rows: the whole paper, or one half of a page side by side."""

    shows: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: float
    trace_left: float
    trace_width: float
    width: float


def blocks(layout: PageLayout) -> tuple[Block, ...]:
    """The page's blocks from left to right."""
    left, _, width, _ = PAPER
    grid = LEAD_GRIDS[layout.leads]
    if layout.mode == "side by side":
        rows, half = LEAD_GRIDS[grid.half].rows, width / 2
        room = PULSE_SECONDS * layout.speed + 3
        length = min(ROW_LENGTH / 2, half - room - 2)
        return tuple(
            Block((who,), rows, left + k * half, left + k * half + room, length, half)
            for k, who in enumerate(("reference", "twin"))
        )
    shows = ("reference", "twin") if layout.mode == "overlay" else (layout.mode,)
    return (Block(shows, grid.rows, left, left + 15, ROW_LENGTH, width),)


def place_panels(block: Block, layout: PageLayout, extents: list[tuple[float, float]]) -> list[Panel]:
    """The panels of a block.

    Time runs on from column to column (sequential), so that a row is one uninterrupted strip.

    Parameters
    ----------
    extents : list of (up, down)
        How far the traces of each row reach above and below the baseline, mm.
    """
    _, top, _, height = PAPER
    baselines = row_baselines(extents, top, height)
    edges = [top, *((a + b) / 2 for a, b in pairwise(baselines)), top + height]
    panels = []
    for row, baseline, upper, lower in zip(block.rows, baselines, edges, edges[1:]):
        width = block.trace_width / len(row)
        for column, lead in enumerate(row):
            panels.append(
                Panel(
                    lead=lead,
                    shows=block.shows,
                    x=block.trace_left + column * width,
                    width=width,
                    top=upper,
                    baseline=baseline,
                    bottom=lower,
                    start=layout.start + column * width / layout.speed,
                    seconds=width / layout.speed,
                    opens_row=column == 0,
                )
            )
    return panels


def row_baselines(extents: list[tuple[float, float]], top: float, height: float) -> list[float]:
    """Where each row's 0 mV lies, in mm, on the lines of the paper.

    Rows are equally spaced, as on any electrocardiograph. Only where traces would then run into each
    other, or off the paper, are they moved: the first and the last row stay on the paper, and the free
    space between neighbours (less than none, if the page is too full) becomes the same everywhere.
    """
    count = len(extents)
    baselines = top + height * (np.arange(count) + 0.5) / count
    ups, downs = np.array(extents, dtype=float).T
    needed = downs[:-1] + ups[1:]
    off_paper = baselines[0] - ups[0] < top or baselines[-1] + downs[-1] > top + height
    if count > 1 and (off_paper or np.any(np.diff(baselines) < needed)):
        free = (height - ups.sum() - downs.sum()) / (
            count + 1 if ups.sum() + downs.sum() < height else count - 1
        )
        steps = np.maximum(needed + free, _CLOSEST)
        first = top + ups[0] + max(free, 0.0)
        last = top + height - downs[-1] - max(free, 0.0)
        baselines = first + np.concatenate([[0.0], np.cumsum(steps)]) * (last - first) / steps.sum()
    return [top + float(np.round(y - top)) for y in baselines]
