"""Median beats on top of one another: one beat of each layer instead of ten seconds."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.median import RepresentativeBeat, representative_beat
from ecgtwin_app.ecg.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.report import furniture, ink
from ecgtwin_app.report.layout import PULSE_MV, PULSE_SECONDS, grid_rows
from ecgtwin_app.report.trace import draw_points

#: The bounds of waves that are marked, as the measurements beside the page use them.
_MARKS = ("p_onset", "qrs_onset", "qrs_offset", "t_offset")
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
    """Twelve panels of the representative beats, their QRS fiducials on each other."""
    layout = page.layout
    left, top, width, height = layout.paper
    cell = QRectF(0, 0, width / 4, height / 3)
    if page.generated is not None:
        furniture.draw_ghost(painter, left, width, page)
    for row, leads in enumerate(grid_rows("3x4", layout.order)):
        # On a line of the paper, so that heights can be read off.
        baseline = top + round((row + 0.62) * cell.height())
        for column, lead in enumerate(leads):
            x, y = left + column * cell.width(), top + row * cell.height()
            painter.save()
            painter.setClipRect(QRectF(x, y, cell.width(), cell.height()), Qt.ClipOperation.IntersectClip)
            for who in page.shown:
                _paint_beat(painter, page, who, lead, x, baseline)
            painter.restore()
            ink.halo_text(painter, x + 2, y + 6, lead.replace("-", "−"), 3.2, page.look)
        _paint_pulse(painter, page, leads, left + width, baseline)


def _paint_beat(painter, page, who, lead, x, baseline):
    beat = median_beat(page.recording(who))
    if beat is None:
        return
    # One beat is spread over more paper than in a strip, and the footer says so.
    speed, _ = median_scale(page.layout)
    origin = x + 0.38 * speed + 3
    values = _lead(beat, lead)
    seconds = (np.arange(values.size) - beat.fiducial) / MODEL_RATE
    own = ink.trace_pen(painter, page, who)
    painter.setOpacity(page.layer(who).opacity)
    painter.setPen(own)
    draw_points(painter, origin + seconds * speed, baseline - values * page.layout.gain_of(lead))
    # The reference's marks point up, the twins' down, so that they can be told apart where they meet.
    reach = -9.0 if who == "reference" else 9.0
    painter.setPen(ink.pen(own.color(), 0.18))
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
    painter.setPen(ink.pen(QColor(page.look.reference), ink.REFERENCE_WIDTH))
    painter.drawPolyline([QPointF(*corner) for corner in corners])


def _lead(beat, lead):
    sign, name = (-1.0, lead[1:]) if lead.startswith("-") else (1.0, lead)
    return sign * twelve_leads(beat.signal)[LEADS.index(name)]
