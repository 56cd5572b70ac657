"""The twins as small pictures in a row, each with the referee's mark."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from ecgtwin_app.engine.request import Twin
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.trace import keep_peaks, polygon
from ecgtwin_app.session.request_json import conditions_title, settings_words, title

_PICTURE = QSize(176, 34)
#: Seconds of lead II that a picture shows.
_SECONDS = 4.0
_LOOK = look_of("paper", "none")


class Filmstrip(QListWidget):
    """Shows the twins from left to right; a click or the arrow keys choose one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._pictures: dict[Twin, QPixmap] = {}
        self._hidden = False
        self.setObjectName("filmstrip")
        self.setAccessibleName(tr("Twins"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setWordWrap(True)  # or a second line is not painted
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(_PICTURE)
        # Below the picture stand two lines: the condition, and how it was drawn.
        self.setGridSize(QSize(_PICTURE.width() + 14, _PICTURE.height() + 52))
        self.setFixedHeight(_PICTURE.height() + 68)
        self.currentRowChanged.connect(self._moved)
        self.hide()

    def show_twins(self, twins: list[Twin], current: int, hidden: bool = False) -> None:
        """Show the twins; one alone needs no strip. Where their answers are hidden, they are only numbered."""
        self.blockSignals(True)
        if len(twins) > 1 and (twins != list(self._pictures) or hidden != self._hidden):
            self._hidden = hidden
            self._fill(twins)
        self.setCurrentRow(current)
        self.blockSignals(False)
        self.setVisible(len(twins) > 1)

    def _fill(self, twins):
        self.clear()
        self._pictures = {twin: self._pictures.get(twin) or _picture(twin) for twin in twins}
        for number, twin in enumerate(twins, 1):
            if self._hidden:
                self.addItem(QListWidgetItem(_icon(self._pictures[twin]), str(number)))
                continue
            item = QListWidgetItem(_icon(self._pictures[twin]), self._caption(number, twin))
            words = tr("Twin {number}: {conditions}, seed {seed}, {marks}").format(
                number=number,
                conditions=title(twin.request),
                seed=twin.seed,
                marks=marks(twin),
            )
            item.setToolTip(words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            self.addItem(item)

    def _caption(self, number, twin):
        """ "1 · atrial fibrillation" and below it "60/min · seed 5 · ✓ 4/4"; what is asked is cut where it must."""
        what = f"{number} · {conditions_title(twin.request)}"
        what = self.fontMetrics().elidedText(what, Qt.TextElideMode.ElideRight, _PICTURE.width())
        how = tr("seed {seed} · {marks}").format(seed=twin.seed, marks=marks(twin))
        metrics, asked = self.fontMetrics(), ", ".join(settings_words(twin.request))
        room = _PICTURE.width() - metrics.horizontalAdvance(f" · {how}")
        asked = metrics.elidedText(asked, Qt.TextElideMode.ElideRight, room)
        return f"{what}\n{asked} · {how}" if asked else f"{what}\n{how}"

    def _moved(self, row):
        if row >= 0:
            self.chosen.emit(row)


def marks(twin: Twin) -> str:
    """The referee's verdict in a few signs: "✓ 4/4", "✗ 2/4"."""
    lines = twin.judged
    return f"{'✓' if twin.met else '✗'}\u00a0{sum(bool(line.met) for line in lines)}/{len(lines)}"


def _icon(picture):
    """The picture, the same when it is chosen: Qt would tint it."""
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon


def _picture(twin):
    recording = twin.recording
    lead = recording.lead("II")[: round(_SECONDS * recording.rate)]
    lead = np.nan_to_num(lead - np.nanmedian(lead))
    picture = QPixmap(_PICTURE)
    picture.fill(QColor(_LOOK.paper))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#D9DEE3"))
    painter.drawRect(QRectF(0, 0, _PICTURE.width() - 1, _PICTURE.height() - 1))
    height = max(float(np.ptp(lead)), 1.0)
    x = np.linspace(3, _PICTURE.width() - 3, lead.size)
    y = _PICTURE.height() - 5 - (lead - lead.min()) / height * (_PICTURE.height() - 10)
    line: QPolygonF = polygon(keep_peaks(x, y, 1.0))
    painter.setPen(QColor(_LOOK.twins[0]))
    painter.drawPolyline(line)
    painter.end()
    return picture
