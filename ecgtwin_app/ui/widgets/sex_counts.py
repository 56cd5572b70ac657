"""How many twins are women's, how many men's, and how many whatever their patient is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ecgtwin_app.engine.cohorts.spec import LEFT, Quota
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.widgets.quota_rows import count_field, heading


class SexCounts(QWidget):
    """Two counts; the rest of the twins has the patient's own sex."""

    changed = Signal()

    def __init__(self):
        super().__init__()
        self._total = 0
        self.counts = {
            "F": count_field(0, tr("Women: number of twins")),
            "M": count_field(0, tr("Men: number of twins")),
        }
        self.left_over = QLabel(objectName="quiet")
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, field in zip((tr("Women"), tr("Men")), self.counts.values(), strict=True):
            row.addWidget(QLabel(words))
            row.addWidget(field)
            row.addSpacing(12)
            field.valueChanged.connect(self._tell)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading(tr("Sexes")))
        column.addLayout(row)
        column.addWidget(self.left_over)
        self._tell()

    @property
    def left(self) -> int:
        """How many twins have the patient's own; below zero where too many are counted."""
        return self._total - sum(round(field.value()) for field in self.counts.values())

    def set_total(self, total: int) -> None:
        """So many twins there are."""
        self._total = total
        self._tell()

    def quotas(self) -> tuple[Quota[str | None], ...]:
        """In the words of a plan; () where none is counted."""
        found: list[Quota[str | None]] = [
            Quota(sex, sex, round(field.value())) for sex, field in self.counts.items() if field.value()
        ]
        if found and self.left > 0:
            found.append(Quota(LEFT["sexes"], None, self.left))
        return tuple(found)

    def fill(self, quotas: Sequence[Quota[str | None]]) -> None:
        """Show other counts."""
        asked = {one.value: one.count for one in quotas}
        for sex, field in self.counts.items():
            field.setValue(asked.get(sex, 0))

    def _tell(self) -> None:
        too_many = self.left < 0
        words = tr("{n} too many; there are {total} twins.").format(n=-self.left, total=self._total)
        self.left_over.setText(words if too_many else tr("The patient's own sex: {n}").format(n=self.left))
        self.left_over.setObjectName("problem" if too_many else "quiet")
        self.left_over.style().polish(self.left_over)
        self.changed.emit()
