"""Traces: from millivolts and seconds to lines on the paper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QPointF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.report.layout import PULSE_MV, PageLayout
from ecgtwin_app.report.panels import Panel

#: mV of baseline wander that a row makes room for; what wanders further is cut at the row's edge, and marked.
WANDER = 0.5
#: mV that most stretches of a lead never reach: a row makes no room for what does so once, an artefact.
ARTEFACT = 4.0
#: Seconds of one step of the wandering baseline, of the median that finds it, and of a stretch with a beat in it.
_STEP, _MEDIAN, _STRETCH = 0.04, 1.0, 1.5
#: Half the width and the height of the mark where a trace is cut, mm.
_MARK = 1.1

#: A polyline is stroked in pieces of this many points: Qt's rasteriser takes twice to four times as long
#: for one long wide line, and short calls let other threads run in between.
_PIECE = 96


def lead_values(recording: Recording, lead: str) -> np.ndarray | None:
    """A lead in mV about its own median, which lies on the baseline of the row; None if it is missing.

    Only the place on the paper is chosen so; the shape, and with it ST relative to the baseline, stays.
    "-aVR" is the inverted lead.
    """
    name, sign = (lead[1:], -1.0) if lead.startswith("-") else (lead, 1.0)
    if name not in recording.leads:
        return None
    values = sign * recording.lead(name)
    middle = np.nanmedian(values) if np.isfinite(values).any() else 0.0
    return values - middle


def stretch(recording: Recording, values: np.ndarray, panel: Panel, shift: float = 0.0):
    """The samples of a panel.

    Parameters
    ----------
    values : ndarray, shape (samples,)
    shift : float
        Seconds by which the recording is moved to the right.

    Returns
    -------
    seconds, values : ndarray
        Seconds from the panel's left edge, and what lies there: about the lead's median, or where the baseline
        wandered far from it about the panel's own (`drift`).
    """
    first = (panel.start - shift) * recording.rate
    lower = max(0, int(np.ceil(first - 1e-6)))
    upper = min(values.size, int(np.floor(first + panel.seconds * recording.rate + 1e-6)) + 1)
    index = np.arange(lower, max(lower, upper))
    part = values[index]
    return (index - first) / recording.rate, part - drift(part)


def drift(part: np.ndarray) -> float:
    """mV by which a panel's stretch lies too far from the lead's median to be drawn there; else 0."""
    if not np.isfinite(part).any():
        return 0.0
    middle = float(np.nanmedian(part))
    return middle if abs(middle) > WANDER else 0.0


def extent(
    recording: Recording, leads, layout: PageLayout, start: float, seconds: float
) -> tuple[float, float]:
    """How far a row reaches above and below its baseline, in mm: its beats and the calibration pulse.

    Wander and artefacts count no more than `WANDER` and `ARTEFACT`: one lead must not own the page.
    """
    up, down = PULSE_MV * layout.gain + 1.0, 2.0
    part = slice(round(start * recording.rate), round((start + seconds) * recording.rate) + 1)
    for lead in leads:
        values = lead_values(recording, lead)
        if values is not None and np.isfinite(values[part]).any():
            above, below = reach(values[part], recording.rate)
            up, down = max(up, above * layout.gain_of(lead)), max(down, below * layout.gain_of(lead))
    return up, down


def reach(values: np.ndarray, rate: float) -> tuple[float, float]:
    """How far a lead's beats reach above and below zero, mV, whatever its baseline does.

    Parameters
    ----------
    values : ndarray, shape (samples,)
        mV about the lead's median; NaN where nothing was recorded.
    rate : float
        Hz.
    """
    known = np.nan_to_num(values)
    if max(known.max(), -known.min()) <= WANDER:
        return float(known.max()), float(-known.min())
    step = max(1, round(_STEP * rate))
    whole = max(step, known.size // step * step)
    coarse = np.median(np.resize(known, whole).reshape(-1, step), axis=1)
    half = round(_MEDIAN / _STEP / 2)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(coarse, half, mode="edge"), 2 * half + 1)
    slow = np.median(windows, axis=1)
    slow = np.interp(np.arange(known.size), (np.arange(slow.size) + 0.5) * step, slow)
    steady = known - slow + np.clip(slow, -WANDER, WANDER)
    edges = np.arange(0, steady.size, max(1, round(_STRETCH * rate)))
    limits = []
    for signed in (steady, -steady):
        highest = np.maximum.reduceat(signed, edges)
        limits.append(min(float(highest.max()), max(ARTEFACT, 1.5 * float(np.median(highest)))))
    return limits[0], limits[1]


def off_paper(values: np.ndarray, panel: Panel, layout: PageLayout) -> np.ndarray:
    """Where a panel's trace lies above (1) or below (-1) the room it has on the paper, and is not drawn."""
    y = panel.baseline - values * layout.gain_of(panel.lead)
    with np.errstate(invalid="ignore"):
        return (y < panel.ceiling).astype(np.int8) - (y > panel.floor).astype(np.int8)


def draw_trace(
    painter: QPainter, panel: Panel, layout: PageLayout, seconds: np.ndarray, values: np.ndarray
) -> None:
    """Draw samples with the painter's pen.

    Samples that are missing leave a gap. So do those that leave the room of the row, with an arrowhead at its
    edge: nothing is cut without a mark.
    """
    x, y = panel.x + seconds * layout.speed, panel.baseline - values * layout.gain_of(panel.lead)
    out = off_paper(values, panel, layout)
    if out.any():
        y = np.where(out == 0, y, np.nan)
        _draw_cuts(painter, panel, x, out)
    draw_points(painter, x, y)


def _draw_cuts(painter, panel, x, out):
    """An arrowhead at the edge for every run of samples that are cut."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], out, [0]])))
    painter.save()
    colour = painter.pen().color()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    last = -np.inf
    for first, after in pairwise(edges):
        if out[first] == 0:
            continue
        middle = (x[first] + x[after - 1]) / 2
        if middle - last < 2.5 * _MARK:  # where a noisy trace crosses the edge again and again, one will do
            continue
        last = middle
        tip, foot = (panel.ceiling, _MARK) if out[first] > 0 else (panel.floor, -_MARK)
        corners = ((middle, tip), (middle - _MARK, tip + 1.6 * foot), (middle + _MARK, tip + 1.6 * foot))
        painter.drawPolygon([QPointF(*corner) for corner in corners])
    painter.restore()


def draw_points(painter: QPainter, x: np.ndarray, y: np.ndarray) -> None:
    """A line through points in mm with the painter's pen, with gaps where `y` is missing.

    Where x runs on, samples that share a pixel are thinned to their lowest and highest.
    """
    scale = abs(painter.deviceTransform().m11()) or 1.0
    runs_on = x.size > 1 and bool(np.all(np.diff(x) > 0))
    for run in _finite_runs(y):
        points = keep_peaks(x[run], y[run], scale) if runs_on else np.column_stack([x[run], y[run]])
        for first in range(0, max(1, len(points) - 1), _PIECE):
            painter.drawPolyline(polygon(points[first : first + _PIECE + 1]))


def keep_peaks(x: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    """Points (n, 2) that look the same at `scale` device pixels a mm.

    Where several samples share half a pixel, only the lowest and the highest are kept, in their order, so
    that no peak is ever lost. Paper output has more pixels than samples and keeps every sample.
    """
    points = np.column_stack([x, y])
    if x.size < 3:
        return points
    per_bin = int(0.5 / ((x[-1] - x[0]) / (x.size - 1) * scale))
    if per_bin < 3:
        return points
    whole = x.size // per_bin * per_bin
    bins = y[:whole].reshape(-1, per_bin)
    pair = np.sort(np.column_stack([bins.argmin(axis=1), bins.argmax(axis=1)]), axis=1)
    index = (pair + np.arange(0, whole, per_bin)[:, None]).ravel()
    return points[np.unique(np.concatenate([[0], index, np.arange(whole, x.size)]))]


def _finite_runs(values):
    """Slices of the stretches without missing samples."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)))
    return [slice(a, b) for a, b in edges.reshape(-1, 2) if b - a > 1]


def polygon(points: np.ndarray) -> QPolygonF:
    """A polygon from an array at once: one call instead of a QPointF for every sample."""
    line = QPolygonF()
    data = len(points).to_bytes(4, "big") + points.astype(">f8").tobytes()
    QDataStream(QByteArray(data)) >> line
    return line
