"""The whole recording in one line; the part on the page is marked and can be dragged."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.report.trace import lead_values, polygon
from ecgtwin_app.ui.widgets.timeline import Timeline

_COLUMNS = 1200


class OverviewBar(Timeline):
    """Lead II, or the first lead there is; hidden while the page shows all of it."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._envelope = np.zeros((2, 0))
        self._recording: Recording | None = None
        self._accent = QColor("#0B5F94")
        self.setFixedHeight(38)
        self.hide()

    def show_part(self, recording: Recording | None, start: float, seconds: float) -> None:
        """Show a recording and which part of it is on the page."""
        if recording is not self._recording:
            self._recording = recording
            self._envelope = _envelope(recording) if recording is not None else np.zeros((2, 0))
        self.start, self._seconds = start, seconds
        self._duration = recording.duration if recording is not None else 0.0
        self.setVisible(self._duration > seconds + 0.05)
        words = tr("Seconds {start} to {end} of {duration}")
        self.setAccessibleDescription(
            words.format(start=number(start), end=number(start + seconds), duration=number(self._duration))
        )
        self.update()

    def set_accent(self, colour: str) -> None:
        """The colour of the frame."""
        self._accent = QColor(colour)
        self.update()

    def paintEvent(self, event):
        """The line, and a frame around the part that is shown."""
        painter = QPainter(self)
        colour = self.palette().windowText().color()
        painter.fillRect(self.rect(), self.palette().window())
        if not self._envelope.size:
            return
        count = self._envelope.shape[1]
        x = np.repeat((np.arange(count) + 0.5) * self.width() / count, 2)
        span = max(float(np.ptp(self._envelope)), 0.5)
        y = 3 + (self._envelope.max() - self._envelope.T.ravel()) / span * (self.height() - 6)
        line: QPolygonF = polygon(np.column_stack([x, y]))
        painter.setPen(QColor(colour.red(), colour.green(), colour.blue(), 150))
        painter.drawPolyline(line)
        accent = self._accent
        frame = QRectF(
            self.start / self._duration * self.width(), 1,
            min(1.0, self._seconds / self._duration) * self.width(), self.height() - 2,
        )  # fmt: skip
        painter.fillRect(frame, QColor(accent.red(), accent.green(), accent.blue(), 45))
        painter.setPen(accent)
        painter.drawRect(frame)


def _envelope(recording):
    """Lowest and highest value in each column, shape (2, columns)."""
    lead = "II" if "II" in recording.leads else recording.leads[0]
    values = np.nan_to_num(lead_values(recording, lead))
    columns = min(_COLUMNS, values.size)
    edges = np.linspace(0, values.size, columns + 1).astype(int)[:-1]
    return np.stack([np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)])
