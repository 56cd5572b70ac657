"""A few leads of a recording on a small piece of ECG paper, for lists and tables of many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report import marking
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.drawing import REFERENCE_WIDTH, TWIN_WIDTH, draw_text, elided, halo_text, pen
from ecgtwin_app.report.paper_marks import draw_rules
from ecgtwin_app.report.trace import keep_peaks, lead_values, polygon

#: 25 mm a second, 10 mm a millivolt.
_SPEED, _GAIN = 25.0, 10.0
#: Seconds at the beginning that are left out: what a recorder or a network begins with is less even.
_FROM = 0.5
_PAPER = look_of("paper", "pink")


@dataclass(frozen=True)
class SmallStrip:
    """What a small strip shows.

    Attributes
    ----------
    leads : tuple of str
        A row each.
    seconds : float
    row : float
        Height of a row, mm.
    scale : float
        Logical pixels a mm.
    """

    leads: tuple[str, ...] = ("II", "V1", "V5")
    seconds: float = 3.6
    row: float = 17.5
    scale: float = 2.6

    @property
    def size(self) -> QSize:
        """Logical pixels."""
        return QSize(round(self.width * self.scale), round(self.height * self.scale))

    @property
    def width(self) -> float:
        """mm."""
        return self.seconds * _SPEED

    @property
    def height(self) -> float:
        """mm."""
        return self.row * len(self.leads) + 4.0

    def image(self, recording: Recording, ratio: float = 1.0, title: str = "") -> QImage:
        """The strip as a picture, marked where the recording is synthetic; of so many device pixels a logical one."""
        image = QImage(self.size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.scale, self.scale)
        self.paint(painter, recording, title)
        painter.end()
        return image

    def paint(self, painter: QPainter, recording: Recording, title: str = "") -> None:
        """The strip at the painter's origin, in millimetres."""
        draw_rules(painter, (0.0, 0.0, self.width, self.height), _PAPER)
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.width, self.height))
        for number, lead in enumerate(self.leads):
            self._paint_lead(painter, recording, lead, 2.5 + self.row * (number + 0.62))
        words = tr(marking.GHOST) if recording.synthetic else ""
        if words:
            draw_text(painter, self.width - 1.0, self.height - 1.2, words, 2.9, _PAPER.warning, True, 1.0)
        if title:
            draw_text(
                painter, 1.0, self.height - 1.2, elided(title, 2.9, self.width / 3, True), 2.9, bold=True
            )
        painter.restore()

    def _paint_lead(self, painter: QPainter, recording: Recording, lead: str, line: float) -> None:
        values = lead_values(recording, lead)
        name = 1.0, line - 0.42 * self.row, lead, 3.0
        if values is None:
            halo_text(painter, *name, _PAPER)
            return
        first = round(min(_FROM, max(0.0, recording.duration - self.seconds)) * recording.rate)
        part = values[first : first + round(self.seconds * recording.rate)]
        part = np.nan_to_num(part)
        x = np.arange(part.size) / recording.rate * _SPEED
        scale = abs(painter.deviceTransform().m11()) or 1.0
        points = keep_peaks(x, line - _GAIN * part, scale)
        colour = _PAPER.twins[0] if recording.synthetic else _PAPER.reference
        width = max(TWIN_WIDTH if recording.synthetic else REFERENCE_WIDTH, 1.1 / scale)
        painter.setPen(pen(QColor(colour), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(points))
        halo_text(painter, *name, _PAPER)
