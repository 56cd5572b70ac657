"""Traces: from millivolts and seconds to lines on the paper."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainter, QPolygonF

from ecgtwin_app.ecg.recording import Recording
from ecgtwin_app.report.layout import PULSE_MV, PageLayout
from ecgtwin_app.report.placing import Panel

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
        Seconds from the panel's left edge, and what lies there.
    """
    first = (panel.start - shift) * recording.rate
    lower = max(0, int(np.ceil(first - 1e-6)))
    upper = min(values.size, int(np.floor(first + panel.seconds * recording.rate + 1e-6)) + 1)
    index = np.arange(lower, max(lower, upper))
    return (index - first) / recording.rate, values[index]


def extent(
    recording: Recording, leads, layout: PageLayout, start: float, seconds: float
) -> tuple[float, float]:
    """How far a row reaches above and below its baseline, in mm: its traces and the calibration pulse."""
    up, down = PULSE_MV * layout.gain + 1.0, 2.0
    part = slice(round(start * recording.rate), round((start + seconds) * recording.rate) + 1)
    for lead in leads:
        values = lead_values(recording, lead)
        if values is not None and np.isfinite(values[part]).any():
            up = max(up, float(np.nanmax(values[part])) * layout.gain_of(lead))
            down = max(down, -float(np.nanmin(values[part])) * layout.gain_of(lead))
    return up, down


def draw_trace(
    painter: QPainter, panel: Panel, layout: PageLayout, seconds: np.ndarray, values: np.ndarray
) -> None:
    """Draw samples with the painter's pen; samples that are missing leave a gap."""
    draw_points(
        painter,
        panel.x + seconds * layout.speed,
        panel.baseline - values * layout.gain_of(panel.lead),
    )


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
