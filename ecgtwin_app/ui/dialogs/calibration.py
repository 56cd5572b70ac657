"""True size on the screen: a bank card is held against a drawing of it.

What a screen says of its own resolution is often wrong, so it is measured. Cards are 85.60 mm by
53.98 mm (ISO/IEC 7810, ID-1).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QSlider, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr

CARD_WIDTH, CARD_HEIGHT = 85.60, 53.98
#: Pixels a mm that screens have: from coarse projectors to the finest panels.
_LOWEST, _HIGHEST, _STEPS = 2.0, 12.0, 1000


class Card(QWidget):
    """The outline of a card at a number of pixels a mm."""

    def __init__(self, pixels_per_mm: float):
        super().__init__()
        self.pixels_per_mm = pixels_per_mm
        self.setMinimumSize(560, 320)
        self.setAccessibleName(tr("Outline of a bank card"))

    def paintEvent(self, event):
        """Draw the outline from the left edge, where the card is held."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().windowText().color(), 1))
        width, height = CARD_WIDTH * self.pixels_per_mm, CARD_HEIGHT * self.pixels_per_mm
        painter.drawRoundedRect(QRectF(6, 6, width, height), 3 * self.pixels_per_mm, 3 * self.pixels_per_mm)
        painter.drawText(
            QRectF(6, 6, width, height), Qt.AlignmentFlag.AlignCenter, tr("hold a bank card here")
        )


class CalibrationDialog(QDialog):
    """A slider makes the outline as large as the card."""

    def __init__(self, parent: QWidget, pixels_per_mm: float, then: Callable[[float], None]):
        super().__init__(parent)
        self.setWindowTitle(tr("True size on this screen"))
        self.card = Card(pixels_per_mm)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setAccessibleName(tr("Size of the outline"))
        self.slider.setValue(round((pixels_per_mm - _LOWEST) / (_HIGHEST - _LOWEST) * _STEPS))
        self.slider.valueChanged.connect(self._show)
        words = QLabel(
            tr(
                "Hold a bank card against the screen and move the slider (arrow keys for single steps) until the"
                " outline is as wide as the card. “True size” then shows 25 mm as 25 mm."
            )
        )
        words.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(lambda: (then(self.card.pixels_per_mm), self.accept()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        for widget in (words, self.card, self.slider, buttons):
            column.addWidget(widget, 1 if widget is self.card else 0)

    def _show(self, position):
        self.card.pixels_per_mm = _LOWEST + position / _STEPS * (_HIGHEST - _LOWEST)
        self.card.update()
