"""Median beats on top of one another, and vector loops: one beat instead of ten seconds."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.median import RepresentativeBeat, representative_beat
from ecgtwin_app.ecg.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.heart.vector import KORS
from ecgtwin_app.report import furniture, ink
from ecgtwin_app.report.ink import draw_text, pen
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.layout import grid_rows
from ecgtwin_app.report.trace import draw_points

#: Planes of the vectorcardiogram: title, horizontal axis, vertical axis, and the words at their ends.
#: Frank's axes: x to the left, y to the feet, z to the back.
PLANES = (
    ("Frontal", (1, 0, 0), (0, 1, 0), "left", "foot"),
    ("Horizontal", (1, 0, 0), (0, 0, -1), "left", "front"),
    ("Sagittal", (0, 0, -1), (0, 1, 0), "front", "foot"),
    ("In space", (0.87, 0.0, 0.5), (0.25, 0.87, -0.43), "left", "foot"),
)
#: How much larger than a strip a loop is drawn.
LOOP_GAIN = 4
_known: WeakKeyDictionary[Recording, RepresentativeBeat | None] = WeakKeyDictionary()


def median_beat(recording: Recording) -> RepresentativeBeat | None:
    """The representative beat, found once a recording; None where there is none."""
    if recording not in _known:
        try:
            _known[recording] = representative_beat(recording)
        except EcgError:
            _known[recording] = None
    return _known[recording]


def loop(beat: RepresentativeBeat) -> np.ndarray:
    """The heart vector of a beat (3, samples) in mV by Kors' regression (Eur Heart J 1990;11:1083)."""
    return KORS @ beat.signal


def qrs_t_angle(beat: RepresentativeBeat) -> float | None:
    """Angle in space between the mean vectors of QRS and T, degrees; None without a T."""
    if beat.t_offset is None or beat.qrs_onset is None or beat.qrs_offset is None:
        return None
    vectors = loop(beat)
    qrs = vectors[:, beat.qrs_onset : beat.qrs_offset + 1].sum(axis=1)
    t = vectors[:, beat.qrs_offset + round(0.06 * MODEL_RATE) : beat.t_offset + 1].sum(axis=1)
    size = np.linalg.norm(qrs) * np.linalg.norm(t)
    return float(np.degrees(np.arccos(np.clip(qrs @ t / size, -1, 1)))) if size > 0 else None


def paint_median_beats(painter: QPainter, page) -> None:
    """Twelve panels of the representative beats, their QRS fiducials on each other."""
    layout, look = page.layout, page.look
    left, top, width, height = layout.paper
    rows = grid_rows("3x4", layout.order)
    cell = QRectF(0, 0, width / 4, height / 3)
    # One beat is spread over more paper than in a strip: twice the speed, and said in the footer.
    speed, gain = median_scale(layout)
    if page.generated is not None:
        furniture.draw_ghost(painter, left, width, page)
    for row, leads in enumerate(rows):
        for column, lead in enumerate(leads):
            x, y = left + column * cell.width(), top + row * cell.height()
            origin = x + 0.38 * speed + 3, y + 0.62 * cell.height()
            painter.save()
            painter.setClipRect(QRectF(x, y, cell.width(), cell.height()))
            for who in page.shown:
                beat = median_beat(page.recording(who))
                if beat is not None:
                    painter.setOpacity(page.layer(who).opacity)
                    painter.setPen(ink.trace_pen(painter, page, who))
                    values = _lead(beat, lead)
                    seconds = (np.arange(values.size) - beat.fiducial) / MODEL_RATE
                    draw_points(
                        painter, origin[0] + seconds * speed, origin[1] - values * gain * _share(layout, lead)
                    )
            painter.restore()
            ink.halo_text(painter, x + 2, y + 6, lead.replace("-", "−"), 3.2, look)


def median_scale(layout) -> tuple[float, float]:
    """Paper speed and gain of the median beats: twice the strip's speed, the strip's gain."""
    return 2 * layout.speed if layout.speed < 50 else layout.speed, layout.gain


def paint_loops(painter: QPainter, page) -> None:
    """QRS and T loops in three planes and in space, derived from the twelve leads."""
    left, top, width, height = page.layout.paper
    scale = LOOP_GAIN * page.layout.gain
    if page.generated is not None:
        furniture.draw_ghost(painter, left, width, page)
    for k, (title, across, down, right_word, down_word) in enumerate(PLANES):
        x, y = left + (k % 2) * width / 2, top + (k // 2) * height / 2
        centre = x + width / 4, y + height / 4
        painter.save()
        painter.setClipRect(QRectF(x, y, width / 2, height / 2))
        painter.setPen(pen(QColor(page.look.quiet), 0.15))
        painter.drawLine(QLineF(x + 12, centre[1], x + width / 2 - 12, centre[1]))
        painter.drawLine(QLineF(centre[0], y + 8, centre[0], y + height / 2 - 6))
        for who in page.shown:
            beat = median_beat(page.recording(who))
            if beat is None or beat.qrs_onset is None:
                continue
            vectors = loop(beat)[:, beat.qrs_onset : beat.t_offset or beat.qrs_offset]
            points = np.array([across, down]) @ vectors * scale
            painter.setOpacity(page.layer(who).opacity)
            painter.setPen(ink.trace_pen(painter, page, who))
            draw_points(painter, centre[0] + points[0], centre[1] + points[1])
        painter.restore()
        ink.halo_text(painter, x + 3, y + 7, title, 3.4, page.look)
        draw_text(painter, x + width / 2 - 3, centre[1] - 1.5, right_word, 2.6, page.look.quiet, align=1.0)
        draw_text(painter, centre[0] + 1.5, y + height / 2 - 3, down_word, 2.6, page.look.quiet)
    _draw_angles(painter, page, left + 3, top + height - 3)


def _draw_angles(painter, page, x, y):
    words = []
    for who in page.shown:
        beat = median_beat(page.recording(who))
        angle = None if beat is None else qrs_t_angle(beat)
        name = "reference" if who == REFERENCE else page.layer(who).name or who
        words.append(f"{name} {'–' if angle is None else f'{angle:.0f}°'}")
    text = f"Derived loops (Kors 1990), {LOOP_GAIN * page.layout.gain:g} mm/mV. Spatial QRS-T angle: {', '.join(words)}"
    ink.halo_text(painter, x, y, text, 2.7, page.look)


def _lead(beat, lead):
    sign, name = (-1.0, lead[1:]) if lead.startswith("-") else (1.0, lead)
    return sign * twelve_leads(beat.signal)[LEADS.index(name)]


def _share(layout, lead):
    """How much smaller a chest lead is drawn when the gain is split."""
    return layout.gain_of(lead) / layout.gain
