"""Where panels lie on the paper. Knows no Qt: tests, calipers and the painter read the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.report.layout import LEAD_GRIDS, PULSE_SECONDS, ROW_LENGTH, PageLayout, grid_rows

#: Rows that a strip of one lead has at most.
_MOST_STRIPS = 6
#: mm beyond a row's reach before its trace is cut: baselines lie on the lines of the paper.
_SLACK = 1.0
#: On a page too full rows are never closer than this share of even spacing: high traces overlap, as on any
#: electrocardiograph, rather than press the other rows together.
_CLOSEST = 0.75


@dataclass(frozen=True)
class Panel:
    """A stretch of one lead on the paper, in mm from the page's top left corner.

    Attributes
    ----------
    lead : str
    shows : tuple of str
        Names of the layers.
    x, width : float
        Left edge and length of the trace.
    top, baseline, bottom : float
        The row's band and the height of 0 mV.
    start, seconds : float
        The part of the recording.
    opens_row : bool
        The first panel of a row, which has the calibration pulse at its left.
    ceiling, floor : float
        How far up and down the trace may be drawn: its band, and beyond it as far as the row's beats reach.
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
    ceiling: float = -inf
    floor: float = inf

    def x_of(self, seconds: float, speed: float) -> float:
        """Where a moment of the recording lies, mm."""
        return self.x + (seconds - self.start) * speed

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the page lies in the panel."""
        return self.x <= x <= self.x + self.width and self.top <= y <= self.bottom


@dataclass(frozen=True)
class Block:
    """A rectangle of rows: the whole paper, or one half of a page side by side."""

    shows: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: float
    trace_left: float
    trace_width: float
    width: float


def blocks(
    layout: PageLayout, shows: tuple[str, ...], duration: float = 10.0, there: tuple[str, ...] = LEADS
) -> tuple[Block, ...]:
    """The page's blocks from left to right.

    Parameters
    ----------
    shows : tuple of str
        Names of the layers; in the view "side by side" each has a block of its own.
    duration : float
        Seconds of the recording; a strip of one lead has as many rows as it needs.
    there : tuple of str
        Its leads.
    """
    left, _, width, _ = layout.paper
    if layout.mode == "side by side" and len(shows) > 1:
        half = width / len(shows)
        room = PULSE_SECONDS * layout.speed + 3
        length = min(ROW_LENGTH / len(shows), half - room - 2)
        leads = LEAD_GRIDS[layout.leads].half
        rows = _rows(layout, leads, length / layout.speed, duration, there)
        return tuple(
            Block((who,), rows, left + k * half, left + k * half + room, length, half)
            for k, who in enumerate(shows)
        )
    rows = _rows(layout, layout.leads, layout.row_seconds, duration, there)
    return (Block(shows, rows, left, left + width - ROW_LENGTH - 5, ROW_LENGTH, width),)


def _rows(layout, leads, seconds, duration, there):
    rows = grid_rows(leads, layout.order, layout.strip_lead, there)
    if LEAD_GRIDS[leads].columns:
        return rows
    return rows * min(_MOST_STRIPS, max(1, ceil((duration - layout.start) / seconds - 1e-6)))


def place_panels(block: Block, layout: PageLayout, extents: list[tuple[float, float]]) -> list[Panel]:
    """The panels of a block.

    Parameters
    ----------
    extents : list of (up, down)
        How far the traces of each row reach above and below the baseline, mm.
    """
    _, top, _, height = layout.paper
    baselines = row_baselines(extents, top, height)
    edges = [top, *((a + b) / 2 for a, b in pairwise(baselines)), top + height]
    one_lead = not LEAD_GRIDS[layout.leads].columns
    panels = []
    for number, (row, baseline, upper, lower) in enumerate(zip(block.rows, baselines, edges, edges[1:])):
        width = block.trace_width / len(row)
        up, down = extents[number]
        for column, lead in enumerate(row):
            start = layout.start
            if one_lead:
                start += number * block.trace_width / layout.speed
            elif not layout.simultaneous:
                start += column * width / layout.speed
            panels.append(
                Panel(
                    lead=lead,
                    shows=block.shows,
                    x=block.trace_left + column * width,
                    width=width,
                    top=upper,
                    baseline=baseline,
                    bottom=lower,
                    start=start,
                    seconds=width / layout.speed,
                    opens_row=column == 0,
                    ceiling=max(top, min(upper, baseline - up - _SLACK)),
                    floor=min(top + height, max(lower, baseline + down + _SLACK)),
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
        first = top + ups[0] + max(free, 0.0)
        last = top + height - downs[-1] - max(free, 0.0)
        least = _CLOSEST * height * (count - 1) / count
        if free < 0 and last - first < least:
            # Rows stay in order, apart and on the paper whatever the gain; then traces are cut, and marked.
            last = min((first + last + least) / 2, top + height - 2.0)
            first = max(last - least, top + 2.0)
        # Every row reaches up as far as its calibration pulse: those never stand on each other.
        closest = ups.min() if free >= 0 else max(ups.min(), _CLOSEST * height / count)
        closest = min(closest, (last - first) / (count - 1))
        wishes = np.maximum(needed + free - closest, 0.0)
        spare = last - first - closest * (count - 1)
        steps = closest + spare * (wishes / wishes.sum() if wishes.any() else 1 / (count - 1))
        baselines = first + np.concatenate([[0.0], np.cumsum(steps)])
    return [top + float(np.round(y - top)) for y in baselines]
