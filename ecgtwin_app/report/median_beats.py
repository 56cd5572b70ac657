"""Median beats on top of one another: one beat of each layer instead of ten seconds."""

from __future__ import annotations

from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat, representative_beat
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.report import drawing, paper_marks
from ecgtwin_app.report.layout import PULSE_MV, PULSE_SECONDS, grid_rows
from ecgtwin_app.report.panels import row_baselines
from ecgtwin_app.report.trace import draw_points

#: The bounds of waves that are marked, as the measurements beside the page use them.
_MARKS = ("p_onset", "qrs_onset", "qrs_offset", "t_offset")
#: Length of their lines, mm.
_MARK_REACH = 9.0
_known: WeakKeyDictionary[Recording, RepresentativeBeat | None] = WeakKeyDictionary()


def median_beat(recording: Recording) -> RepresentativeBeat | None:
    """The representative beat, found once a recording; None where there is none."""
    if recording not in _known:
        try:
            _known[recording] = representative_beat(recording)
        except EcgError:
            _known[recording] = None
    return _known[recording]


def median_scale(layout) -> tuple[float, float]:
    """Paper speed and gain of the median beats: twice the strip's speed, the strip's gain."""
    return 2 * layout.speed if layout.speed < 50 else layout.speed, layout.gain


def paint_median_beats(painter: QPainter, page) -> None:
    """Twelve panels of the representative beats, their QRS fiducials on each other.

    Rows are as high as their beats, so that none is cut: a deep S overlaps the row below where there is no room.
    """
    layout = page.layout
    left, top, width, height = layout.paper
    column_width = width / 4
    if page.generated is not None:
        paper_marks.draw_ghost(painter, left, width, page)
    rows = grid_rows("3x4", layout.order)
    baselines = row_baselines([_extent(page, leads) for leads in rows], top, height)
    edges = [top, *((a + b) / 2 for a, b in pairwise(baselines))]
    for leads, baseline, upper in zip(rows, baselines, edges):
        for column, lead in enumerate(leads):
            x = left + column * column_width
            painter.save()
            painter.setClipRect(QRectF(x, top, column_width, height), Qt.ClipOperation.IntersectClip)
            for who in page.shown:
                _paint_beat(painter, page, who, lead, x, baseline)
            painter.restore()
            drawing.halo_text(
                painter, x + 2, max(upper + 4, baseline - 22), lead.replace("-", "−"), 3.2, page.look
            )
        _paint_pulse(painter, page, leads, left + width, baseline)


def _extent(page, leads):
    """How far the beats of a row reach above and below its baseline, mm, the pulse and the marks included."""
    up, down = PULSE_MV * page.layout.gain + 1.0, _MARK_REACH + 1.0
    for beat in (median_beat(page.recording(who)) for who in page.shown):
        for lead in leads if beat is not None else ():
            values, gain = _lead(beat, lead), page.layout.gain_of(lead)
            up, down = max(up, float(values.max()) * gain), max(down, -float(values.min()) * gain)
    return up, down


def _paint_beat(painter, page, who, lead, x, baseline):
    beat = median_beat(page.recording(who))
    if beat is None:
        return
    # One beat is spread over more paper than in a strip, and the footer says so.
    speed, _ = median_scale(page.layout)
    origin = x + 0.38 * speed + 3
    values = _lead(beat, lead)
    seconds = (np.arange(values.size) - beat.fiducial) / MODEL_RATE
    own = drawing.trace_pen(painter, page, who)
    painter.setOpacity(page.layer(who).opacity)
    painter.setPen(own)
    draw_points(painter, origin + seconds * speed, baseline - values * page.layout.gain_of(lead))
    # The reference's marks point up, the twins' down, so that they can be told apart where they meet.
    reach = -_MARK_REACH if who == "reference" else _MARK_REACH
    painter.setPen(drawing.pen(own.color(), 0.18))
    for at in (getattr(beat, name) for name in _MARKS):
        if at is not None:
            mark = origin + (at - beat.fiducial) / MODEL_RATE * speed
            painter.drawLine(QLineF(mark, baseline, mark, baseline + reach))


def _paint_pulse(painter, page, leads, right, baseline):
    """The calibration pulse at the right of a row, with two steps where the gain is split."""
    heights = list(dict.fromkeys(PULSE_MV * page.layout.gain_of(lead) for lead in leads))
    width = PULSE_SECONDS * median_scale(page.layout)[0]
    start, step = right - width - 2.0, width / len(heights)
    corners = [(start - 1, baseline), (start, baseline)]
    for k, height in enumerate(heights):
        corners += [(start + k * step, baseline - height), (start + (k + 1) * step, baseline - height)]
    corners += [(start + width, baseline), (start + width + 1, baseline)]
    painter.setPen(drawing.pen(QColor(page.look.reference), drawing.REFERENCE_WIDTH))
    painter.drawPolyline([QPointF(*corner) for corner in corners])


def _lead(beat, lead):
    sign, name = (-1.0, lead[1:]) if lead.startswith("-") else (1.0, lead)
    return sign * twelve_leads(beat.signal)[LEADS.index(name)]
