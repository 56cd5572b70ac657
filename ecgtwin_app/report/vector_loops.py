"""The vectorcardiogram: QRS and T loops in three planes and in space, derived from the twelve leads."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.delineation.qrs_t import Waves
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat
from ecgtwin_app.ecg.measurement.vcg import heart_vector, loop_measures
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.ecg.signal.spline import natural_spline
from ecgtwin_app.i18n.words import N_, figure, tr
from ecgtwin_app.report import drawing, paper_marks
from ecgtwin_app.report.drawing import draw_text, pen
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.median_beats import median_beat
from ecgtwin_app.report.trace import draw_points

#: Planes of the vectorcardiogram: title, horizontal axis, vertical axis, and the words at their ends.
#: Frank's axes: x to the left, y to the feet, z to the back; the sagittal plane is seen from the right.
PLANES = (
    (N_("Frontal"), (1, 0, 0), (0, 1, 0), N_("left"), N_("foot")),
    (N_("Horizontal"), (1, 0, 0), (0, 0, -1), N_("left"), N_("front")),
    (N_("Sagittal"), (0, 0, -1), (0, 1, 0), N_("front"), N_("foot")),
)
#: Frank's axes with the words at their ends, for the view in space.
_AXES = (((1, 0, 0), N_("left")), ((0, 1, 0), N_("foot")), ((0, 0, -1), N_("front")))
#: Seconds between two dots on a loop.
TICK = 0.01
#: How much larger than a strip a loop may be drawn; the largest that fits is taken.
_GAINS = (8.0, 6.0, 5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5)
#: Points drawn for every sample: a QRS has few, and its loop is round.
_FINER = 6


def loop(beat: RepresentativeBeat) -> np.ndarray:
    """The heart vector of a beat (3, samples) in mV by Kors' regression (Eur Heart J 1990;11:1083)."""
    return heart_vector(beat.signal)


def qrs_t_angle(beat: RepresentativeBeat) -> float | None:
    """Angle in space between the mean vectors of QRS and T, degrees; None without a T."""
    waves = Waves(**{mark: getattr(beat, mark) for mark in vars(Waves())})
    return loop_measures(beat.signal, waves)["qrs_t_angle"]


def seen_from(turn: float, tilt: float) -> tuple[np.ndarray, np.ndarray]:
    """The directions to the right and down of an eye that looks at the heart.

    Parameters
    ----------
    turn : float
        Degrees by which the eye went from the front round to the patient's left.
    tilt : float
        Degrees by which it rose.
    """
    a, t = np.radians([turn, tilt])
    right = np.array([np.cos(a), 0.0, np.sin(a)])
    away = np.array([-np.sin(a), 0.0, np.cos(a)])
    return right, np.array([0.0, np.cos(t), 0.0]) - np.sin(t) * away


def loop_gain(page) -> float:
    """mm/mV at which all loops of a page fit into their quarters."""
    _, _, width, height = page.layout.paper
    across, down = width / 4 - 10, height / 4 - 7
    needed = 1e-3
    for vectors in (_vectors(page, who) for who in page.shown):
        if vectors is None:
            continue
        x, y, z = vectors
        # In space the depth may be turned into either direction.
        needed = max(needed, np.hypot(x, z).max() / across, np.hypot(y, z).max() / down)
    fitting = (gain for gain in _GAINS if gain * page.layout.gain * needed <= 1)
    return next(fitting, _GAINS[-1]) * page.layout.gain


def paint_loops(painter: QPainter, page) -> None:
    """QRS and T loops in three planes and, turned as the reader likes, in space."""
    left, top, width, height = page.layout.paper
    if page.generated is not None:
        paper_marks.draw_ghost(painter, left, width, page)
    gain = loop_gain(page)
    space = (tr("In space"), *seen_from(page.layout.turn, page.layout.tilt), "", "")
    for k, (title, across, down, right_word, down_word) in enumerate((*PLANES, space)):
        cell = QRectF(left + (k % 2) * width / 2, top + (k // 2) * height / 2, width / 2, height / 2)
        view = np.array([across, down], dtype=float)
        painter.save()
        painter.setClipRect(cell, Qt.ClipOperation.IntersectClip)
        if right_word:
            _draw_cross(painter, page, cell, tr(right_word), tr(down_word))
        else:
            _draw_axes(painter, page, cell, view)
        for who in page.shown:
            _draw_loop(painter, page, who, cell, view, gain)
        painter.restore()
        drawing.halo_text(painter, cell.x() + 3, cell.y() + 7, tr(title), 3.4, page.look)
    _draw_words(painter, page, left + 3, top + height - 3)


def _vectors(page, who):
    """The loop (3, points) from the onset of QRS to the end of T, beginning at zero; None without a beat."""
    beat = median_beat(page.recording(who))
    if beat is None or beat.qrs_onset is None:
        return None
    vectors = loop(beat)[:, beat.qrs_onset : (beat.t_offset or beat.qrs_offset or 0) + 1]
    vectors = vectors - vectors[:, :1]
    samples = np.arange(vectors.shape[1])
    finer = np.linspace(0, samples[-1], _FINER * samples[-1] + 1)
    return natural_spline(samples, vectors.T, finer).T


def _draw_loop(painter, page, who, cell, view, gain):
    vectors = _vectors(page, who)
    if vectors is None:
        return
    own = drawing.trace_pen(painter, page, who)
    points = (view @ vectors * gain).T + (cell.center().x(), cell.center().y())
    painter.setOpacity(page.layer(who).opacity)
    painter.setPen(own)
    draw_points(painter, points[:, 0], points[:, 1])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(own.color())
    step = round(TICK * MODEL_RATE * _FINER)
    for place in range(step, len(points), step):
        painter.drawEllipse(QPointF(*points[place]), 0.45, 0.45)
    _draw_arrow(painter, points)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_arrow(painter, points):
    """Which way the loop runs, where it runs fastest: the widest stride between two dots."""
    stride = _FINER * 4
    if len(points) <= stride:
        return
    moves = np.linalg.norm(points[stride:] - points[:-stride], axis=1)
    at = int(moves.argmax())
    if moves[at] < 1.0:
        return
    along = (points[at + stride] - points[at]) / moves[at]
    tip, side = points[at + stride // 2] + 1.3 * along, np.array([-along[1], along[0]])
    tail = tip - 2.6 * along
    painter.drawPolygon([QPointF(*tip), QPointF(*(tail + 1.1 * side)), QPointF(*(tail - 1.1 * side))])


def _draw_cross(painter, page, cell, right_word, down_word):
    """Both axes of a plane through zero."""
    x, y = cell.center().x(), cell.center().y()
    painter.setPen(pen(QColor(page.look.quiet), 0.15))
    painter.drawLine(QLineF(cell.left() + 12, y, cell.right() - 12, y))
    painter.drawLine(QLineF(x, cell.top() + 8, x, cell.bottom() - 6))
    draw_text(painter, cell.right() - 3, y - 1.5, right_word, 2.8, page.look.quiet, align=1.0)
    draw_text(painter, x + 1.5, cell.bottom() - 3, down_word, 2.8, page.look.quiet)


def _draw_axes(painter, page, cell, view):
    """Frank's three axes as the eye sees them."""
    x, y = cell.center().x(), cell.center().y()
    for axis, word in _AXES:
        dx, dy = view @ np.array(axis, dtype=float) * (cell.height() / 2 - 9)
        painter.setPen(pen(QColor(page.look.quiet), 0.15))
        painter.drawLine(QLineF(x - dx, y - dy, x + dx, y + dy))
        side = 1.0 if dx < 0 else 0.0
        draw_text(painter, x + dx + (1 - 2 * side), y + dy + 1, tr(word), 2.8, page.look.quiet, align=side)


def _draw_words(painter, page, x, y):
    angles = []
    for who in page.shown:
        beat = median_beat(page.recording(who))
        angle = None if beat is None else qrs_t_angle(beat)
        name = tr("Reference") if who == REFERENCE else page.layer(who).name or tr("Twin")
        angles.append(f"{name} {'–' if angle is None else f'{angle:.0f}°'}")
    text = tr("Derived loops (Kors 1990), a dot every {ms} ms. QRS-T angle in space: {angles}").format(
        ms=figure(1000 * TICK), angles=", ".join(angles)
    )
    drawing.halo_text(painter, x, y, text, 2.7, page.look)
