"""What a table does not state of itself: rate, unit, lead order, separator and decimal sign, with a preview."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError
from ecgtwin_app.formats import csv_
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.csv_preview import TablePreview, preview
from ecgtwin_app.formats.guard import MAX_RATE, MIN_RATE
from ecgtwin_app.formats.registry import open_ecg, suffixes
from ecgtwin_app.i18n.words import N_, number, tr, translate
from ecgtwin_app.ui.jobs.worker import Worker
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox

_SEPARATORS = ((N_("Found in the file"), ""), (N_("Comma"), ","), (N_("Semicolon"), ";"),
               (N_("Tab"), "tab"), (N_("Space"), "space"))  # fmt: skip
_DECIMALS = ((N_("Found in the file"), ""), (N_("Point"), "."), (N_("Comma"), ","))
_UNITS = (("mV", "mV"), ("µV", "uV"), ("nV", "nV"), ("V", "V"))


class TableDialog(QDialog):
    """Asks only for what cannot be found; the rows below show how the file reads with it.

    Parameters
    ----------
    path : Path
    missing : tuple of str
        What the file does not state (`formats.channels.NotStated`).
    """

    stated = Signal(dict)

    def __init__(self, path: Path, missing: tuple[str, ...], parent: QWidget | None = None):
        super().__init__(parent)
        self._path, self._missing = path, missing
        self.setWindowTitle(
            tr("What the table does not say") if self._is_text() else tr("What the file does not say")
        )
        self._worker = Worker(self, "ecgtwin-table")
        self._checking = self._changed = False
        self.rate = QDoubleSpinBox(decimals=1, minimum=MIN_RATE, maximum=MAX_RATE, value=500.0, suffix=" Hz")
        self.unit = _choice(_UNITS)
        self.order = ChoiceBox(editable=True)
        self.separator, self.decimal = _choice(_SEPARATORS), _choice(_DECIMALS)
        self.table = QTableWidget()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(tr("First rows"))
        self.note = QLabel(objectName="quiet")
        self.note.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self._offer_orders()
        for field, signal in (
            (self.rate, self.rate.valueChanged), (self.unit, self.unit.currentIndexChanged),
            (self.order, self.order.editTextChanged), (self.separator, self.separator.currentIndexChanged),
            (self.decimal, self.decimal.currentIndexChanged),
        ):  # fmt: skip
            signal.connect(self._show)
            field.setMinimumWidth(260)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.resize(720, 560 if self._is_text() else 220)
        self._show()
        self.rate.setFocus()

    def options(self) -> dict:
        """What `open_ecg` is to be told."""
        told = {"separator": self.separator.currentData(), "decimal": self.decimal.currentData()}
        if "rate" in self._missing:
            told["rate"] = self.rate.value()
        if "unit" in self._missing:
            told["unit"] = self.unit.currentData()
        if "lead_order" in self._missing:
            told["lead_order"] = tuple(name.strip() for name in self.order.currentText().split(","))
        return {name: value for name, value in told.items() if value}

    def accept(self) -> None:
        """Open the file with what was stated."""
        self.stated.emit(self.options())
        super().accept()

    def hideEvent(self, event):
        """Closed by itself or with the window: the thread ends first."""
        if not event.spontaneous():
            self._worker.stop()

    def _lay_out(self):
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        rows = (
            ("rate", tr("Samples a second"), self.rate),
            ("unit", tr("Unit of the numbers"), self.unit),
            (
                "lead_order",
                tr("Columns, in order") if self._is_text() else tr("Channels, in order"),
                self.order,
            ),
        )
        for name, words, field in rows:
            field.setAccessibleName(words)
            if name in self._missing:
                form.addRow(words, field)
        if self._is_text():
            for words, field in ((tr("Separator"), self.separator), (tr("Decimal sign"), self.decimal)):
                field.setAccessibleName(words)
                form.addRow(words, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(QLabel(tr("This file does not say all that is needed to read it as an ECG.")))
        column.addLayout(form)
        if self._is_text():
            column.addWidget(self.table, 1)
        column.addWidget(self.note)
        column.addWidget(self.buttons)

    def _is_text(self):
        suffix = self._path.suffix.lower()
        return suffix in csv_.FORMAT.suffixes or suffix not in suffixes()

    def _offer_orders(self):
        """The usual orders that have as many names as the table has columns come first."""
        twelve, eight = list(LEADS), list(INDEPENDENT_LEADS)
        orders = [twelve, eight, ["time", *twelve], ["time", *eight], ["I", "II", "III"], ["II"]]
        try:
            columns = preview(self._path).leads if self._is_text() else 0
        except EcgError:
            columns = 0
        orders.sort(key=lambda names: len(names) != columns)
        self.order.addItems([",".join(names) for names in orders])

    def _show(self, *_):
        """How the file reads with what is stated now: its rows at once, its length from the worker."""
        if self._is_text():
            self._show_rows()
        self._check()

    def _show_rows(self):
        told = self.options()
        try:
            read: TablePreview = preview(self._path, told.get("separator"), told.get("decimal"))
        except EcgError as error:
            self.note.setText(translate(error.message))
            self.table.setRowCount(0)
            return
        width = max((len(row) for row in read.rows), default=0)
        names = list(read.names) or list(told.get("lead_order", ()))
        self.table.setColumnCount(width)
        self.table.setRowCount(len(read.rows))
        self.table.setHorizontalHeaderLabels([*names[:width], *("?" for _ in range(width - len(names)))])
        for row, cells in enumerate(read.rows):
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def _check(self):
        """Open the file off the GUI thread; of quick changes only the last is tried."""
        self._changed = True
        if self._checking:
            return
        self._checking, self._changed = True, False
        options = self.options()

        def ended():
            self._checking = False
            if self._changed:
                self._check()

        self._worker.submit(
            tr("Reading"),
            lambda: iter([_reads(self._path, options)]),
            lambda words: self._tell(words, True),
            lambda _: ended(),
            lambda sentence: (self._tell(translate(sentence), False), ended()),
        )

    def _tell(self, words, readable):
        self.note.setText(words)
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(readable)


def _reads(path: Path, options: dict) -> str:
    """What the file holds when it is read so."""
    file = open_ecg(path, **options)
    piece = file.recording(0.0, min(10.0, file.duration))
    words = tr("Reads as {leads}: {seconds} s, from {low} to {high} mV.")
    return words.format(
        leads=", ".join(known_leads(file.names)),
        seconds=number(file.duration, 1),
        low=number(float(piece.signal.min()), 2),
        high=number(float(piece.signal.max()), 2),
    )


def _choice(rows):
    box = ChoiceBox()
    for words, value in rows:
        box.addItem(tr(words), value)
    return box
