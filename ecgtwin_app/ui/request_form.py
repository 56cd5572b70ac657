"""The numbers of a request: heart rate, age, sex, how many twins, seed and strength."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from ecgtwin_app.engine.request import TwinRequest

_SEXES = ((None, "as reference"), ("F", "female"), ("M", "male"))


class RequestForm(QWidget):
    """Two columns of fields. The lowest value of rate and age says that the patient's own is kept."""

    changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._request = TwinRequest()
        self.heart_rate = _whole(29, 220, "keep", " /min")
        self.age = _whole(-1, 120, "as reference", " years")
        self.samples = _whole(1, 12)
        self.seed = _whole(0, 999_999_999)
        self.sex = QComboBox()
        for value, text in _SEXES:
            self.sex.addItem(text, value)
        self.strength = QDoubleSpinBox(minimum=1.0, maximum=3.0, singleStep=0.1, decimals=1)
        self.strength.setToolTip("Guidance towards the condition; 1 is none, above 1.5 voltages grow")
        self._lay_out()
        self._connect()

    def show_request(self, request: TwinRequest) -> None:
        """Show a request without saying so to anyone."""
        self._request = request
        for field in (self.heart_rate, self.age, self.samples, self.seed, self.sex, self.strength):
            field.blockSignals(True)
        self.heart_rate.setValue(29 if request.heart_rate is None else round(request.heart_rate))
        self.age.setValue(-1 if request.age is None else round(request.age))
        self.samples.setValue(request.samples)
        self.seed.setValue(request.seed)
        self.sex.setCurrentIndex([value for value, _ in _SEXES].index(request.sex))
        self.strength.setValue(request.strength)
        for field in (self.heart_rate, self.age, self.samples, self.seed, self.sex, self.strength):
            field.blockSignals(False)

    def show_reference(self, heart_rate: float | None) -> None:
        """Say which heart rate "keep" keeps."""
        self.heart_rate.setSpecialValueText("keep" if heart_rate is None else f"keep ({heart_rate:.0f})")

    def _lay_out(self):
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        fields = (
            ("Heart rate", self.heart_rate),
            ("Strength", self.strength),
            ("Age", self.age),
            ("Sex", self.sex),
            ("Twins", self.samples),
            ("Seed", self.seed),
        )
        for k, (name, field) in enumerate(fields):
            label = QLabel(name, objectName="quiet")
            label.setBuddy(field)
            if isinstance(field, QAbstractSpinBox):
                field.lineEdit().setTextMargins(6, 0, 0, 0)
            field.setAccessibleName(name)
            row, column = 2 * (k // 2), k % 2
            grid.addWidget(label, row, column)
            grid.addWidget(field, row + 1, column)
            grid.setColumnStretch(column, 1)
        for (_, before), (_, after) in pairwise(fields):
            QWidget.setTabOrder(before, after)  # as they are read, not as they were made

    def _connect(self):
        self.heart_rate.valueChanged.connect(
            lambda v: self._change("heart rate", heart_rate=None if v == 29 else float(v))
        )
        self.age.valueChanged.connect(lambda v: self._change("age", age=None if v == -1 else float(v)))
        self.samples.valueChanged.connect(lambda v: self._change("number of twins", samples=v))
        self.seed.valueChanged.connect(lambda v: self._change("seed", seed=v))
        self.strength.valueChanged.connect(lambda v: self._change("strength", strength=round(v, 1)))
        self.sex.currentIndexChanged.connect(lambda k: self._change("sex", sex=_SEXES[k][0]))

    def _change(self, what, **fields):
        self._request = replace(self._request, **fields)
        self.changed.emit(self._request, what)


def _whole(low, high, lowest="", suffix=""):
    box = QSpinBox(minimum=low, maximum=high, suffix=suffix)
    box.setSpecialValueText(lowest)
    return box
