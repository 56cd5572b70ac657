"""Which ten seconds of a long recording are opened."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.quality import quality_notes
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.overview import overview
from ecgtwin_app.i18n.words import number, plural, tr, translate
from ecgtwin_app.ui.dialogs.seconds_strip import SecondsStrip, clock, seconds_of
from ecgtwin_app.ui.dialogs.seconds_view import SecondsView
from ecgtwin_app.ui.jobs.reading import SECONDS
from ecgtwin_app.ui.jobs.worker import Worker

#: Seconds that are read at once, so that panning does not wait.
_BLOCK = 60.0
#: Stretches of the overview.
_STRETCHES = 480


class SecondsDialog(QDialog):
    """The recording at a glance, the chosen seconds, and what is to be minded about them."""

    chosen = Signal(float)

    def __init__(self, file: EcgFile, start: float = 0.0, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(tr("Choose ten seconds"))
        self._file = file
        self._latest = max(0.0, file.duration - SECONDS)
        self._stretches = file.stretches()
        if self._stretch(start) is None:
            start = next((a for a, b in self._stretches if b - a >= SECONDS), start)
        self._blocks, self._notes = Worker(self, "ecgtwin-reader"), Worker(self, "ecgtwin-overview")
        self._reading = self._noting = False
        self.strip = SecondsStrip(file.duration, SECONDS, _STRETCHES)
        self.page = SecondsView(file.duration, SECONDS)
        self.note, self.place = QLabel(objectName="quiet"), QLabel(objectName="heading")
        self.note.setWordWrap(True)
        self.go_to = QLineEdit(placeholderText="0:00:00")
        self.go_to.setAccessibleName(tr("Go to"))
        self.go_to.setFixedWidth(110)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Use these seconds"))
        self._lay_out()
        self.strip.moved.connect(self.show_start)
        self.page.moved.connect(self.show_start)
        self.go_to.textEdited.connect(self._go)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.resize(1000, 560)
        self.show_start(start)
        self._notes.submit(
            tr("Reading"), lambda: overview(file, _STRETCHES), lambda item: self.strip.add(*item)
        )
        self.strip.setFocus()

    @property
    def start(self) -> float:
        """Where the chosen seconds begin."""
        return self.page.start

    def _lay_out(self):
        words = tr("This recording lasts {duration}. Ten seconds of it are opened: choose which.")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(QLabel(words.format(duration=clock(round(self._file.duration)))))
        column.addWidget(self.page, 1)
        row = QHBoxLayout()
        row.addWidget(self.place)
        row.addStretch(1)
        row.addWidget(QLabel(tr("Go to")))
        row.addWidget(self.go_to)
        column.addLayout(row)
        column.addWidget(self.strip)
        column.addWidget(self.note)
        column.addWidget(self.buttons)

    def show_start(self, start: float) -> None:
        """Choose other seconds, as near as the recording allows."""
        start = round(min(self._latest, max(0.0, start)), 2)
        self.strip.show_start(start)
        self.page.show_start(start)
        self.place.setText(f"{clock(start)} – {clock(start + SECONDS)}")
        self._read()
        self._look()

    def accept(self) -> None:
        """Open these seconds."""
        self.chosen.emit(self.start)
        super().accept()

    def _go(self, text):
        seconds = seconds_of(text)
        if seconds is not None:
            self.show_start(seconds)

    def _read(self):
        """Read around the chosen seconds unless they are there; of quick moves only the last is read."""
        stretch = self._stretch(self.start)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(stretch is not None)
        if self._reading or stretch is None or self.page.covers(self.start):
            return
        self._reading = True
        begin, end = stretch
        length = min(_BLOCK, end - begin)
        start = min(max(begin, self.start - length / 2), end - length)

        def done(_):
            self._reading = False
            self._read()

        self._blocks.submit(
            tr("Reading"),
            lambda: iter([self._file.recording(start, length)]),
            lambda block: self.page.show_block(block, start),
            done,
            self._failed,
        )

    def _stretch(self, start):
        """Where the recorder ran without a stop through the seconds from `start` on; None where it did not."""
        last = min(start + SECONDS, self._file.duration)
        return next(((a, b) for a, b in self._stretches if a - 1e-6 <= start and last <= b + 1e-6), None)

    def _look(self):
        """Say what is to be minded about the chosen seconds, once they stay."""
        if self._noting:
            return
        self._noting, start = True, self.start

        def done(_):
            self._noting = False
            if self.start != start:
                self._look()

        def failed(sentence):
            self._failed(sentence)
            done(None)

        self._blocks.submit(
            tr("Reading"), lambda: _notes_on(self._file, start), self.note.setText, done, failed
        )

    def _failed(self, sentence):
        self.note.setText(translate(sentence))

    def hideEvent(self, event):
        """Closed by itself or with the window: the threads end first."""
        if not event.spontaneous():
            self._notes.stop()
            self._blocks.stop()


def _notes_on(file: EcgFile, start: float) -> Iterator[str]:
    """How the heart beats in ten seconds, what is wrong with the leads, and what a twin would need."""
    piece = file.recording(start, min(SECONDS, file.duration - start))
    notes = [translate(note) for note in quality_notes(piece)]
    lacks = [translate(sentence)] if (sentence := needs(piece)) else []
    try:
        found = measure(piece)
    except EcgError:
        yield "; ".join(notes + lacks) or tr("No lead is noisy, flat or clipped.")
        return
    if found.heart_rate is not None:
        notes.insert(0, tr("heart rate {rate}/min").format(rate=number(found.heart_rate)))
    unlike = sum(beat.kind != "dominant" for beat in found.beats)
    if unlike:
        notes.insert(1, plural("{n} beat unlike the others", "{n} beats unlike the others", unlike))
    yield " · ".join(notes + lacks)
