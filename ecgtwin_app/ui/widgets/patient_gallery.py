"""New patients as strips on ECG paper, each with who it is and what the referee found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem

from ecgtwin_app.ecg.signal.recording import MODEL_RATE, Patient, Recording
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.i18n.words import figure, tr, translate
from ecgtwin_app.report.small_strip import SmallStrip
from ecgtwin_app.session.request_json import title

STRIP = SmallStrip()


class PatientGallery(QListWidget):
    """Strips in rows, as many as there is room for; arrow keys choose, Enter and a double click use one."""

    used = Signal()

    def __init__(self):
        super().__init__(objectName="gallery")
        self.setAccessibleName(tr("New patients"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(True)
        self.setIconSize(STRIP.size)
        self.setGridSize(STRIP.size + QSize(8, 2 * self.fontMetrics().lineSpacing() + 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(lambda _: self.used.emit())
        self._growing: QListWidgetItem | None = None

    def show_patients(self, twins: Sequence[Twin]) -> None:
        """Show these and no others."""
        self.clear()
        self._growing = None
        for twin in twins:
            self.append(twin)

    def append(self, twin: Twin) -> None:
        """One more is finished, in the place of what was growing."""
        self.end_preview()
        number = self.count() + 1
        item = QListWidgetItem(self._icon(twin.recording, str(number)), _caption(twin))
        words = tr("New patient {number}: {what}").format(number=number, what=described(twin))
        item.setToolTip(words)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self.addItem(item)
        if number == 1:
            self.setCurrentRow(0)

    def show_preview(self, signal: np.ndarray) -> None:
        """What is being drawn, (12, samples) mV, at the end."""
        recording = Recording(signal, MODEL_RATE, patient=Patient(), source="ECGTwin", synthetic=True)
        if self._growing is None:
            self._growing = QListWidgetItem(tr("being drawn…"))
            self._growing.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.addItem(self._growing)
            self.scrollToItem(self._growing)
        self._growing.setIcon(self._icon(recording))

    def end_preview(self) -> None:
        """Nothing is being drawn any more."""
        if self._growing is not None:
            self.takeItem(self.row(self._growing))
            self._growing = None

    def _icon(self, recording: Recording, words: str = "") -> QIcon:
        """The picture, the same when it is chosen: Qt would tint it."""
        picture = QPixmap.fromImage(STRIP.image(recording, self.devicePixelRatioF(), words))
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)
        return icon


def who(twin: Twin) -> str:
    """ "70 years, female, 84/min": whom it was drawn for, and the rate that was measured."""
    patient, rate = twin.recording.patient, twin.measurements.get("heart_rate")
    words = [tr("{age} years").format(age=figure(patient.age))] if patient.age is not None else []
    words += [tr("female") if patient.sex == "F" else tr("male")] if patient.sex else []
    words += [f"{rate:.0f}/min"] if rate is not None else []
    return ", ".join(words)


def missed(twin: Twin) -> str:
    """What was asked and is not met, "" where nothing."""
    return ", ".join(translate(line.name) for line in twin.judged if not line.met)


def verdict(twin: Twin) -> str:
    """The referee's verdict in a line: "✓ meets all 4", "✗ misses heart rate"."""
    if twin.met:
        return tr("✓ meets all {count}").format(count=len(twin.judged))
    return tr("✗ misses {what}").format(what=missed(twin))


def described(twin: Twin) -> str:
    """All of it in words: what was asked, whom, what the referee found, the seed."""
    seed = tr("seed {seed}").format(seed=twin.seed)
    return "; ".join((title(twin.request), who(twin), verdict(twin), seed))


def _caption(twin: Twin) -> str:
    return f"{who(twin)}\n{verdict(twin)}"
