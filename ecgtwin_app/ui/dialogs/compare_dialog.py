"""Generators side by side: a row a request, a column a generator, each cell a strip with what the referee found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.comparison import COMPARED, Cell
from ecgtwin_app.engine.request import Progress, TwinRequest
from ecgtwin_app.i18n.words import figure, tr, translate
from ecgtwin_app.report.small_strip import SmallStrip
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.ui.jobs.compare_jobs import CompareJobs
from ecgtwin_app.ui.widgets.condition_counts import HEALTHY, complete_conditions, conditions_in
from ecgtwin_app.ui.widgets.patient_gallery import verdict

STRIP = SmallStrip(seconds=3.2)
#: Rows that one may ask for.
MOST = 12
#: A generator with the folder of its weights.
Column = tuple[str, Path | None]


class CompareDialog(QDialog):
    """Asks for requests, and shows what each generator makes of them.

    Parameters
    ----------
    parent : QWidget
    jobs : CompareJobs
    reference : Recording
        Whose twins are made.
    columns : sequence of Column
        The generators that can be used here.
    lacking : dict of str to str
        Why others cannot, a sentence each.
    requests : sequence of tuple of str
        Conditions of the rows that are offered first.
    """

    def __init__(
        self,
        parent: QWidget,
        jobs: CompareJobs,
        reference: Recording,
        columns: Sequence[Column],
        lacking: dict[str, str],
        requests: Sequence[tuple[str, ...]],
    ):
        super().__init__(parent)
        self.setWindowTitle(tr("Compare generators"))
        self._jobs, self._reference, self._columns, self.running = jobs, reference, tuple(columns), False
        self._rows: list[tuple[str, ...]] = []
        self.line = QLineEdit(placeholderText=tr("Add a row: “AF + LBBB”, “healthy”"))
        self.line.setAccessibleName(tr("Add a row"))
        complete_conditions(self.line)
        self.add, self.remove = QPushButton(tr("&Add")), QPushButton(tr("&Remove row"))
        self.table = QTableWidget(0, 1 + len(self._columns))
        self.table.setAccessibleName(tr("Generators side by side"))
        self.summary = QLabel(wordWrap=True)
        self.lacking = QLabel(_lacking_words(lacking), objectName="quiet", wordWrap=True)
        self.lacking.setVisible(bool(lacking))
        self.problem = QLabel(objectName="problem", wordWrap=True, visible=False)
        self.bar = QProgressBar(visible=False)
        self.bar.setAccessibleName(tr("Progress of the comparison"))
        self.close_button, self.halt = QPushButton(tr("Close")), QPushButton(tr("S&top"))
        self.go = QPushButton(tr("&Compare"), objectName="primary", autoDefault=False)
        self._lay_out()
        for conditions in requests:
            self._append(conditions)
        self._tell()
        self.go.setFocus()

    def start(self) -> None:
        """Ask all generators for all rows."""
        if self.running or not self._rows:
            return
        self._complain("")
        for row in range(len(self._rows)):
            for column in range(1, self.table.columnCount()):
                self.table.removeCellWidget(row, column)
                self.table.setItem(row, column, QTableWidgetItem())
        self._run(True)
        self.bar.setRange(0, 0)
        self.summary.setText(tr("Loading the models…"))
        requests = [TwinRequest(names) for names in self._rows]
        self._jobs.make(self._columns, requests, self._took, self._ended)

    def reject(self) -> None:
        """Esc ends the run first; without one the dialog closes."""
        if self.running:
            self.halt.setEnabled(False)
            self.summary.setText(tr("Stopping…"))
            self._jobs.stop()
        else:
            super().reject()

    def add_row(self) -> None:
        """A row for what is typed."""
        try:
            names = conditions_in(self.line.text())
        except EcgError as error:
            self._complain(translate(error.message))
            return
        self._complain("")
        self.line.clear()
        if names and names not in self._rows and len(self._rows) < MOST:
            self._append(names)
        self._tell()

    def remove_row(self) -> None:
        """Without the row that is chosen, or the last."""
        row = self.table.currentRow()
        row = row if row >= 0 else len(self._rows) - 1
        if not self.running and 0 <= row < len(self._rows):
            del self._rows[row]
            self.table.removeRow(row)
        self._tell()

    # -- what came --------------------------------------------------------------------------------

    def _took(self, item: object) -> None:
        if isinstance(item, Cell):
            column = 1 + [id for id, _ in self._columns].index(item.generator)
            self._fill(item.request, column, *_shown(item))
        elif isinstance(item, Progress):
            self.bar.setRange(0, item.total)
            self.bar.setValue(item.step)
            self.summary.setText(translate(item.message))

    def _ended(self, whole: bool, failure: str) -> None:
        self._run(False)
        self._complain(failure)
        if not failure:
            done = tr(
                "Done; everything blue is synthetic. One draw is an example, no measurement of a generator."
            )
            self.summary.setText(done if whole else tr("Stopped; what is finished stays."))
        self.go.setFocus()

    def _append(self, names: tuple[str, ...]) -> None:
        row = len(self._rows)
        self._rows.append(names)
        self.table.insertRow(row)
        self._fill(
            row, 0, self._reference, tr("Asked: {conditions}").format(conditions=names_text(names)), ""
        )
        self.table.setRowHeight(row, STRIP.size.height() + 3 * self.fontMetrics().lineSpacing() + 18)

    def _fill(self, row: int, column: int, recording: Recording | None, words: str, more: str) -> None:
        cell = QWidget()
        box = QVBoxLayout(cell)
        box.setContentsMargins(6, 6, 6, 4)
        box.setSpacing(2)
        if recording is not None:
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(STRIP.image(recording, self.devicePixelRatioF())))
            box.addWidget(picture)
        for text, kind in ((words, ""), (more, "quiet")):
            if text:
                label = QLabel(text, objectName=kind, wordWrap=True)
                box.addWidget(label)
        box.addStretch(1)
        item = QTableWidgetItem()
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words} {more}".strip())
        item.setToolTip(f"{words} {more}".strip())
        self.table.setItem(row, column, item)
        self.table.setCellWidget(row, column, cell)

    # -- how it looks -----------------------------------------------------------------------------

    def _complain(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _run(self, running: bool) -> None:
        self.running = running
        for part in (self.line, self.add, self.remove):
            part.setEnabled(not running)
        self.bar.setVisible(running)
        self.go.setVisible(not running)
        self.halt.setVisible(running)
        self.halt.setEnabled(running)
        if running:
            self.halt.setFocus()

    def _tell(self) -> None:
        self.go.setEnabled(bool(self._rows))
        self.remove.setEnabled(bool(self._rows))
        self.add.setEnabled(len(self._rows) < MOST)
        words = tr("Each generator is asked the same of the open ECG, by the same seed.")
        self.summary.setText(words if self._rows else tr("Add a row first."))

    def _lay_out(self) -> None:
        titles = [tr("The open ECG"), *(tr(COMPARED[id].title) for id, _ in self._columns)]
        self.table.setHorizontalHeaderLabels(titles)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for column in range(self.table.columnCount()):
            self.table.setColumnWidth(column, STRIP.size.width() + 14)
        top = QHBoxLayout()
        for part, stretch in ((self.line, 1), (self.add, 0), (self.remove, 0)):
            top.addWidget(part, stretch)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        self.halt.hide()
        self.go.setMinimumWidth(110)
        for part in (self.close_button, self.halt, self.go):
            bottom.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        for part in (self.lacking, QFrame(objectName="rule"), self.summary, self.bar, self.problem):
            column.addWidget(part)
        column.addLayout(bottom)
        self.line.returnPressed.connect(self.add_row)
        actions: tuple[tuple[QPushButton, Callable[[], None]], ...] = (
            (self.add, self.add_row), (self.remove, self.remove_row), (self.close_button, self.reject),
            (self.halt, self.reject), (self.go, self.start),
        )  # fmt: skip
        for button, do in actions:
            if button is not self.go:
                button.setObjectName("secondary")
                button.setAutoDefault(False)
            button.clicked.connect(do)
        room, wide = (
            self.parentWidget().window().size(),
            (STRIP.size.width() + 18) * self.table.columnCount() + 80,
        )
        self.resize(min(wide, room.width() - 60), min(760, room.height() - 50))


def offered(request: TwinRequest) -> list[tuple[str, ...]]:
    """Rows that a dialog begins with: what is asked in the window, and a healthy heart beside it."""
    asked = request.conditions or (NORMAL,)
    return [asked, *([(HEALTHY,)] if asked != (NORMAL,) else [])]


def _shown(cell: Cell) -> tuple[Recording | None, str, str]:
    if cell.twin is None:
        return None, translate(cell.reason), ""
    twin, rate = cell.twin, cell.twin.measurements.get("heart_rate")
    said = [f"{rate:.0f}/min"] if rate is not None else []
    said.append(tr("{seconds} s").format(seconds=figure(round(twin.seconds, 2))))
    said += [tr("a new patient of the same age and sex")] if cell.of_nobody else []
    return twin.recording, verdict(twin), " · ".join(said)


def _lacking_words(lacking: dict[str, str]) -> str:
    return " ".join(f"{tr(COMPARED[id].title)}: {reason}" for id, reason in lacking.items())
