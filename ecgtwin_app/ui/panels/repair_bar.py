"""The bar under the page while a recording is repaired: marks first, then proposals to compare."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ecgtwin_app.ecg.signal.filled import spans_of
from ecgtwin_app.generators.catalogue import FILLING
from ecgtwin_app.i18n.words import N_, number, plural, tr
from ecgtwin_app.session.repair_state import COMPLETE, CONTINUE, REPAIR, RepairState
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox

_KINDS = {
    REPAIR: N_("Repair: proposal {k} of {n}"),
    COMPLETE: N_("Twelve leads: proposal {k} of {n}"),
    CONTINUE: N_("Continuation: proposal {k} of {n}"),
}


class RepairBar(QWidget):
    """Hidden until a recording is repaired; its buttons are commands of the window's table."""

    #: The generator that is to fill in.
    generator_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(5)
        self.says = QLabel(objectName="quiet")
        self.says.setWordWrap(True)
        column.addWidget(self.says)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column.addLayout(self._row)
        self.generator = ChoiceBox()
        self.generator.setAccessibleName(tr("Filled in by"))
        self.generator.setToolTip(tr("Which model fills in"))
        for id, entry in FILLING.items():
            if not entry.unavailable(None):
                self.generator.addItem(tr(entry.title), id)
        self.generator.activated.connect(lambda at: self.generator_chosen.emit(self.generator.itemData(at)))
        self._row.addWidget(self.generator)
        self._row.addStretch(1)
        self.marking = [
            self._button(actions[id], id == "repair") for id in ("take_proposed", "clear_marks", "repair")
        ]
        self.comparing = [
            self._button(actions[id], id == "accept_proposal")
            for id in ("previous_proposal", "next_proposal", "accept_proposal")
        ]
        self.close_button = self._button(actions["leave_repair"], False)
        self.hide()

    def _button(self, action: QAction, main: bool) -> QWidget:
        """A button that does what a command does, and is greyed with it."""
        button = QPushButton(objectName="primary" if main else "secondary")

        def follow():
            button.setText(action.text().replace("&", "").replace("…", ""))
            button.setToolTip(action.toolTip())
            button.setEnabled(action.isEnabled())

        action.changed.connect(follow)
        follow()
        button.clicked.connect(action.trigger)
        self._row.addWidget(button)
        return button

    def show_state(self, state: RepairState) -> None:
        """Show what is marked, or which proposal is seen and how sure it is."""
        self.setVisible(state.on)
        compared = state.proposals is not None
        for button in self.marking:
            button.setVisible(not compared)
        for button in self.comparing:
            button.setVisible(compared)
        self.generator.setVisible(not compared and self.generator.count() > 1)
        words = proposal_words(state) if compared else mark_words(state)
        self.says.setText(words)
        self.setAccessibleName(words)


def mark_words(state: RepairState) -> str:
    """What is marked, or how it is done."""
    mark = state.mark
    if mark is None:
        return tr("Drag over what is bad; a double click marks the whole lead, Insert sets a mark by keys.")
    where = tr("{lead} {start} to {end} s").format(
        lead=mark.lead, start=number(mark.start, 2), end=number(mark.end, 2)
    )
    count = plural("{n} mark", "{n} marks", len(state.marks))
    return tr(
        "{count}; {where} is chosen: arrows move it, with Alt its end, W marks its lead, Delete removes it."
    ).format(count=count, where=where)


def proposal_words(state: RepairState) -> str:
    """Which proposal is seen, and how wide the band of them is in each lead."""
    proposals = state.proposals
    assert proposals is not None
    words = tr(_KINDS[state.kind]).format(k=state.current + 1, n=len(proposals))
    widths: dict[str, float] = {}
    leads = proposals.recording.leads
    for lead, first, last in spans_of(proposals.mask, leads, 1):
        width = proposals.spread(leads.index(lead), int(first), int(last))
        if width is not None:
            widths[lead] = max(width, widths.get(lead, 0.0))
    if not widths:
        return words
    widest, narrowest = (pick(widths, key=lambda lead: widths[lead]) for pick in (max, min))
    if len(widths) == 1:
        sure = tr("band of 80 %: {width} mV").format(width=number(widths[widest], 2))
    else:
        sure = tr("band of 80 %: {least} mV ({surest}) to {most} mV ({widest})").format(
            least=number(widths[narrowest], 2),
            surest=narrowest,
            most=number(widths[widest], 2),
            widest=widest,
        )
    return f"{words} · {sure}"
