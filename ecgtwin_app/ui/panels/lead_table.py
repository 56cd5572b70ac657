"""The measurement matrix by lead: amplitudes and ST, reference beside twin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTableWidget, QVBoxLayout, QWidget

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.ui.panels.definitions import DEFINITIONS
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.tables import difference, fill, make_table, number

#: Name in `ecg.measurement.measure` and words.
QUANTITIES = (
    ("st_j", N_("ST at the J point, mV")),
    ("st_60", N_("ST 60 ms after J, mV")),
    ("st_80", N_("ST 80 ms after J, mV")),
    ("q_amplitude", N_("Q amplitude, mV")),
    ("r_amplitude", N_("R amplitude, mV")),
    ("s_amplitude", N_("S amplitude, mV")),
    ("t_amplitude", N_("T amplitude, mV")),
)


class LeadTable(QWidget):
    """One quantity at a time, in all leads that were measured."""

    #: A value was chosen: its key, words, lead, and whose it is ("reference" or "twin").
    chosen = Signal(str, str, str, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._reference: dict = {}
        self._twin: dict = {}
        self.quantity = ChoiceBox()
        self.quantity.setAccessibleName(tr("Quantity by lead"))
        for key, words in QUANTITIES:
            self.quantity.addItem(tr(words), key)
        for row, (key, _) in enumerate(QUANTITIES):
            self.quantity.setItemData(row, tr(DEFINITIONS[key]), Qt.ItemDataRole.ToolTipRole)
        self.quantity.currentIndexChanged.connect(lambda _: self._show())
        self.table: QTableWidget = make_table(
            (tr("Lead"), tr("Ref."), tr("Twin", "column"), "Δ"), tr("Measurements by lead")
        )
        self.table.itemClicked.connect(self._choose)
        self.table.itemActivated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.quantity)
        column.addWidget(self.table, 1)
        self._show()

    def show_measurements(self, reference: dict, twin: dict) -> None:
        """Measurements as `ecg.measurement.measure` names them."""
        if (reference, twin) != (self._reference, self._twin):
            self._reference, self._twin = reference, twin
            self._show()

    def _show(self):
        key = self.quantity.currentData(Qt.ItemDataRole.UserRole)
        self.quantity.setToolTip(tr(DEFINITIONS[key]))
        before, after = self._reference.get(key) or {}, self._twin.get(key) or {}
        rows = []
        for lead in dict.fromkeys((*before, *after)) or LEADS:
            one, other = before.get(lead), after.get(lead)
            change = difference(one, other, 2)
            star = "*" if lead in self._reference.get("filled_leads", ()) else ""
            rows.append((lead, number(one, 2) + star, number(other, 2), number(change, 2, "+")))
        fill(self.table, rows)

    def _choose(self, item):
        key, lead = self.quantity.currentData(Qt.ItemDataRole.UserRole), LEADS[item.row()]
        before, after = ((values.get(key) or {}).get(lead) for values in (self._reference, self._twin))
        who, value = (TWIN, after) if item.column() == 2 and after is not None else (REFERENCE, before)
        if value is not None:
            name = self.quantity.currentText().removesuffix(", mV")
            self.chosen.emit(key, f"{name} {number(value, 2)} mV", lead, who)
