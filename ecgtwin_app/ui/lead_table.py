"""The measurement matrix by lead: amplitudes and ST, reference beside twin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QTableWidget, QVBoxLayout, QWidget

from ecgtwin_app.ecg.recording import LEADS
from ecgtwin_app.ui.tables import fill, make_table, number

#: Name in `ecg.measure` and words; mV all of them.
QUANTITIES = (
    ("st_j", "ST at the J point"),
    ("st_60", "ST 60 ms after J"),
    ("st_80", "ST 80 ms after J"),
    ("q_amplitude", "Q amplitude"),
    ("r_amplitude", "R amplitude"),
    ("s_amplitude", "S amplitude"),
    ("t_amplitude", "T amplitude"),
)


class LeadTable(QWidget):
    """One quantity at a time, in all twelve leads."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._reference: dict = {}
        self._twin: dict = {}
        self.quantity = QComboBox()
        self.quantity.setAccessibleName("Quantity by lead")
        for key, words in QUANTITIES:
            self.quantity.addItem(f"{words}, mV", key)
        self.quantity.currentIndexChanged.connect(lambda _: self._show())
        self.table: QTableWidget = make_table(("Lead", "Ref.", "Twin", "Δ"), "Measurements by lead")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.quantity)
        column.addWidget(self.table, 1)

    def show_measurements(self, reference: dict, twin: dict) -> None:
        """Measurements as `ecg.measure` names them."""
        self._reference, self._twin = reference, twin
        self._show()

    def _show(self):
        key = self.quantity.currentData(Qt.ItemDataRole.UserRole)
        before, after = self._reference.get(key) or {}, self._twin.get(key) or {}
        rows = []
        for lead in LEADS:
            one, other = before.get(lead), after.get(lead)
            change = other - one if one is not None and other is not None else None
            rows.append((lead, number(one, 2), number(other, 2), number(change, 2, "+")))
        fill(self.table, rows)
