"""Ten seconds of a long recording, drawn as they pass by."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.trace import draw_points, lead_values
from ecgtwin_app.ui.widgets.timeline import key_target

#: Leads that are shown, those there are: two of the rhythm and one of the left ventricle.
_SHOWN = ("II", "V1", "V5")
_ROW_MV = 2.6  # what a row shows at least


class SecondsView(QWidget):
    """The chosen seconds on paper; drag them, turn the wheel or use the keys."""

    moved = Signal(float)

    def __init__(self, duration: float, seconds: float, parent: QWidget | None = None):
        super().__init__(parent)
        self._duration, self._seconds, self.start = duration, seconds, 0.0
        self._block: Recording | None = None
        self._block_start, self._rows = 0.0, ()
        self._grip: tuple[float, float] | None = None
        self.setMinimumSize(640, 300)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("The chosen seconds"))

    def show_block(self, block: Recording, start: float) -> None:
        """Some seconds of the recording are read; `start` is where they begin."""
        self._block, self._block_start = block, start
        leads = [lead for lead in _SHOWN if lead in block.leads] or list(block.leads[:3])
        self._rows = tuple((lead, np.nan_to_num(lead_values(block, lead))) for lead in leads)
        self.update()

    def show_start(self, start: float) -> None:
        """Show other seconds."""
        self.start = start
        self.update()

    def covers(self, start: float) -> bool:
        """Whether the seconds from `start` on are read."""
        if self._block is None:
            return False
        end = self._block_start + self._block.duration
        return self._block_start <= start + 1e-6 and start + self._seconds <= end + 1e-6

    def paintEvent(self, event):
        """Paper, and what is read of the seconds."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = look_of("paper", "pink")
        painter.fillRect(self.rect(), QColor(look.paper))
        speed = self.width() / self._seconds
        self._paint_grid(painter, speed, look)
        if self._block is None:
            painter.setPen(QColor(look.quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Reading…"))
            return
        rate, height = self._block.rate, self.height() / len(self._rows)
        first = max(0, round((self.start - self._block_start) * rate))
        last = max(first, round((self.start + self._seconds - self._block_start) * rate))
        for row, (lead, values) in enumerate(self._rows):
            part = values[first:last]
            middle = (row + 0.5) * height
            if part.size:
                # As many pixels a millivolt as a millivolt has at this paper speed, less where the trace is tall.
                tall = max(_ROW_MV, 2.1 * float(np.abs(part).max()))
                gain = min(speed * 0.4, height / tall)
                x = (np.arange(part.size) + first) / rate + self._block_start - self.start
                painter.setPen(QPen(QColor(look.reference), 1.2))
                draw_points(painter, x * speed, middle - part * gain)
            painter.setPen(QColor(look.text))
            painter.drawText(QPointF(8, row * height + 18), lead)

    def _paint_grid(self, painter, speed, look):
        """Squares of 0.2 s that stand still on the recording, so that panning shows."""
        painter.setPen(QPen(QColor(look.major), 0.6))
        step = 0.2 * speed
        x = -(self.start % 0.2) * speed
        while x < self.width():
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
            x += step
        for y in np.arange(0, self.height(), step):
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))

    def wheelEvent(self, event):
        """A notch is a second."""
        notches = (event.angleDelta().y() or -event.angleDelta().x()) / 120
        self.moved.emit(self.start - notches)
        event.accept()

    def mousePressEvent(self, event):
        """Take hold of the paper."""
        self._grip = (event.position().x(), self.start)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event):
        """Pull it along."""
        if self._grip is not None:
            x, start = self._grip
            self.moved.emit(start - (event.position().x() - x) * self._seconds / max(1, self.width()))

    def mouseReleaseEvent(self, event):
        """Let go."""
        self._grip = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def keyPressEvent(self, event):
        """The keys of the overview."""
        to = key_target(event, self.start, self._duration)
        if to is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(to)
