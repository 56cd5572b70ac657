"""A long recording in one strip, with a window of ten seconds that is moved by mouse and keys."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.trace import polygon
from ecgtwin_app.ui.widgets.timeline import Timeline

#: Seconds between the labels of the time axis, the first that leaves room for them.
_TICKS = (1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14400)
_LABEL_ROOM = 86.0
#: The window is drawn no narrower than this, pixels.
_NARROWEST = 5.0


class SecondsStrip(Timeline):
    """The overview: drag the window, or press where it should go."""

    def __init__(self, duration: float, seconds: float, stretches: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._duration, self._seconds = duration, seconds
        self._reach = np.full((2, stretches), np.nan)
        self._without_samples = np.zeros(stretches, bool)
        self.setMinimumHeight(84)
        self.setToolTip(
            tr("Drag the window, or: arrow keys 1 s, with Shift 0.1 s, with Ctrl 1 min, Page keys 10 s")
        )

    def add(self, stretches: np.ndarray, reach: np.ndarray) -> None:
        """Some more stretches are read (`formats.overview`)."""
        self._reach[:, stretches] = reach
        self._without_samples[stretches] = ~np.isfinite(reach[0])
        self.update()

    def show_start(self, start: float) -> None:
        """Put the window somewhere else."""
        self.start = start
        self.setAccessibleDescription(f"{clock(start)} – {clock(start + self._seconds)}")
        self.update()

    def window_rect(self) -> QRectF:
        """The window, pixels."""
        width = max(_NARROWEST, self._seconds / self._duration * self.width())
        left = self.start / self._duration * self.width()
        return QRectF(min(left, self.width() - width - 1), 1, width, self.height() - 20)

    def paintEvent(self, event):
        """The trace's reach, the window, and the time below."""
        painter = QPainter(self)
        text, ground = self.palette().windowText().color(), self.palette().base().color()
        area = QRectF(0, 0, self.width(), self.height() - 18)
        painter.fillRect(area, ground)
        known = np.flatnonzero(np.isfinite(self._reach[0]))
        if known.size:
            low, high = self._reach[:, known]
            # The largest artefact must not flatten the rest.
            top, bottom = max(0.2, np.percentile(high, 98)), min(-0.1, np.percentile(low, 2))
            scale = (area.height() - 6) / (top - bottom)
            x = (known + 0.5) * area.width() / self._reach.shape[1]
            top, bottom = (3 + (top - np.clip(values, bottom, top)) * scale for values in (high, low))
            painter.setPen(QColor(text.red(), text.green(), text.blue(), 170))
            painter.setBrush(QColor(text.red(), text.green(), text.blue(), 60))
            # A gap of the recording parts the trace; what is not read yet does not.
            parts = np.flatnonzero(np.diff(np.cumsum(self._without_samples)[known])) + 1
            for xs, highs, lows in zip(
                *(np.split(values, parts) for values in (x, top, bottom)), strict=True
            ):
                outline = np.concatenate([np.column_stack([xs, highs]), np.column_stack([xs, lows])[::-1]])
                painter.drawPolygon(polygon(outline))
        self._paint_time(painter, text)
        accent = self.palette().link().color()
        painter.setPen(accent)
        painter.setBrush(QColor(accent.red(), accent.green(), accent.blue(), 70))
        painter.drawRect(self.window_rect())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 19))

    def _paint_time(self, painter, colour):
        wanted = self._duration * _LABEL_ROOM / max(1, self.width())
        step = next((tick for tick in _TICKS if tick >= wanted), _TICKS[-1])
        painter.setPen(colour)
        for k in range(ceil(self._duration / step)):
            x = k * step / self._duration * self.width()
            painter.drawLine(QPointF(x, self.height() - 18), QPointF(x, self.height() - 14))
            if x + _LABEL_ROOM / 2 < self.width():
                painter.drawText(QPointF(x + 3, self.height() - 4), clock(k * step))


def clock(seconds: float) -> str:
    """A moment as hours, minutes and seconds; tenths where they are not zero.

    Examples
    --------
    >>> clock(75), clock(3723.4)
    ('0:01:15', '1:02:03.4')
    """
    tenths = round(seconds * 10)
    whole, tenth = divmod(tenths, 10)
    text = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{tenth}" if tenth else text


def seconds_of(text: str) -> float | None:
    """Seconds of "1:02:03.4", "2:03" or "45"; None for anything else.

    Examples
    --------
    >>> seconds_of("1:02:03.4"), seconds_of("2:03"), seconds_of("noon")
    (3723.4, 123.0, None)
    """
    try:
        parts = [float(part.replace(",", ".")) for part in text.strip().split(":")]
    except ValueError:
        return None
    if not 1 <= len(parts) <= 3 or any(part < 0 for part in parts):
        return None
    return sum(part * 60**k for k, part in enumerate(reversed(parts)))
