"""The line that says what the open recording shows, and what becomes of it in the twin."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.session.condition_names import capital
from ecgtwin_app.session.reference_shows import IMPOSSIBLE, KEPT, REMOVED, Fate, as_corrected, fates
from ecgtwin_app.ui.widgets.chip import Chip
from ecgtwin_app.ui.widgets.flow_row import FlowRow
from ecgtwin_app.ui.widgets.theme import LIGHT, Theme

#: Pixels of the button that adds one, round as the end of a chip.
ADD_SIZE = 26
#: What becomes of it, in a word for those who hear it, and what its button does.
_STATE_WORDS = {KEPT: N_("kept"), REMOVED: N_("taken out"), IMPOSSIBLE: N_("cannot be kept")}
_BUTTON_WORDS = {
    KEPT: N_("The twin keeps it. Its × (Space or Delete) makes the twin without it."),
    REMOVED: N_("The twin is made without it. Its arrow (Space or Delete) keeps it again."),
    IMPOSSIBLE: N_("The twin is made without it, as long as this is asked."),
}


class ShownLine(QWidget):
    """ "This ECG shows: left bundle branch block ×  first-degree AV block ×  +".

    Attributes
    ----------
    chips : dict of str to Chip
        By the condition, in the order in which they stand.
    """

    #: A chip was clicked: the twin is made without its condition, or keeps it again.
    switched = Signal(str)
    add_requested = Signal()
    only_changed = Signal(bool)
    #: A chip has the focus now.
    entered = Signal(QWidget)
    #: Another height is needed.
    grown = Signal()
    #: The menu of a condition is asked for, at a place of the screen.
    menu_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = LIGHT
        self._shown_now: tuple = ()
        self.chips: dict[str, Chip] = {}
        self.heading = QLabel(tr("This ECG shows:"), objectName="quiet")
        self.words = QLabel()
        self.add = QToolButton(text="+", objectName="chipAdd")
        self.add.setToolTip(tr("Add what this ECG shows and was not found"))
        self.add.setAccessibleName(tr("Add what this ECG shows"))
        self.add.setFixedSize(ADD_SIZE, ADD_SIZE)
        self.add.clicked.connect(self.add_requested)
        self.note = QLabel(objectName="quiet")
        self.note.setWordWrap(True)
        self.only = QCheckBox(tr("Keep none of it"))
        self.only.setToolTip(tr("The twin has what is asked and nothing else that this ECG shows"))
        self.only.clicked.connect(self.only_changed)
        head = QHBoxLayout()
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.only)
        self._row = FlowRow()
        for widget in (self.words, self.add):
            self._row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addLayout(self._row)
        column.addWidget(self.note)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """The colours of the chips."""
        self._theme = theme
        for chip in self.chips.values():
            chip.set_theme(theme)

    def show_shown(self, shown: Shown | None, request: TwinRequest, is_open: bool = True) -> None:
        """Show what the recording shows, as corrected, and what becomes of it with what is asked.

        Parameters
        ----------
        shown : Shown or None
            None while it is being read.
        request : TwinRequest
        is_open : bool
            Whether there is a recording.
        """
        rows = fates(shown, request) if shown is not None else ()
        now = (is_open, shown, rows, request.only, request.shows, tuple(map(_tip, rows)))
        if now == self._shown_now:
            return
        self._shown_now = now
        self.setVisible(is_open)
        self._show_chips(rows)
        self._show_words(shown, request, rows)
        reasons = [translate(row.reason) for row in rows if row.reason is not None]
        self.note.setText(" ".join(capital(reason) for reason in reasons))
        self.note.setVisible(bool(reasons))
        self.add.setVisible(shown is not None)
        self.only.setVisible(bool(rows))
        self.only.setChecked(request.only)
        self.grown.emit()

    def room_for(self, width: int) -> int:
        """How high all of it is in a width, in pixels."""
        return 0 if self.isHidden() else self.layout().heightForWidth(width)

    def focus(self) -> None:
        """Go to the first chip, or to + where there is none."""
        next(iter(self.chips.values()), self.add).setFocus()

    def _show_words(self, shown, request, rows):
        """What stands in the place of chips."""
        if shown is None:
            words = tr("reading…")
        elif rows:
            words = ""
        elif NORMAL in as_corrected(shown, request).names:
            words = tr("nothing but sinus rhythm")
        else:
            words = tr("nothing that was recognised")
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def _show_chips(self, rows: Iterable[Fate]):
        """A chip a condition; one that is there already stays, and its focus with it."""
        wanted = {row.finding.name: row for row in rows}
        names = list(self.chips)
        for name in [name for name in names if name not in wanted]:
            self._take_away(name, names)
        for name in wanted:
            if name not in self.chips:
                self.chips[name] = self._chip(name)
        self._put_in_order(list(wanted))
        for name, row in wanted.items():
            self.chips[name].show_state(row.state, _tip(row), _heard(row))

    def _chip(self, name) -> Chip:
        chip = Chip(name, tr(name), self)
        chip.set_theme(self._theme)
        chip.clicked.connect(lambda: self.switched.emit(name))
        chip.entered.connect(lambda: self.entered.emit(chip))
        chip.left.connect(lambda step: self._go_on(name, step))
        chip.menu_requested.connect(lambda at: self.menu_requested.emit(name, at))
        return chip

    def _take_away(self, name, names):
        """Without a chip; its focus goes to the next one."""
        chip = self.chips.pop(name)
        if chip.hasFocus():
            after = [other for other in names[names.index(name) + 1 :] if other in self.chips]
            (self.chips[after[0]] if after else self.add).setFocus()
        self._row.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _put_in_order(self, names):
        """Words, chips, +: as they are read and as the Tab key goes."""
        there = [self._row.itemAt(k + 1).widget() for k in range(self._row.count() - 2)]
        if there != [self.chips[name] for name in names]:
            self.chips = {name: self.chips[name] for name in names}
            for widget in (*self.chips.values(), self.add):
                self._row.removeWidget(widget)
            for widget in (*self.chips.values(), self.add):
                self._row.addWidget(widget)
                widget.show()
        stops = [*self.chips.values(), self.add, self.only]
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    def _go_on(self, name, step):
        """The arrow keys go from chip to chip and on to +."""
        stops = [*self.chips.values(), self.add]
        at = stops.index(self.chips[name]) + step
        if 0 <= at < len(stops):
            stops[at].setFocus()


def _heard(row: Fate) -> str:
    """A chip for those who hear it."""
    words = tr("{condition}, {state}").format(
        condition=tr(row.finding.name), state=tr(_STATE_WORDS[row.state])
    )
    return f"{words}. {' '.join(_sentences(row))}"


def _tip(row: Fate) -> str:
    """Why it is there and what becomes of it."""
    head = f"<p style='margin:0 0 4px 0; font-weight:600'>{escape(capital(tr(row.finding.name)))}</p>"
    said = "<br>".join(map(escape, evidence_of(row.finding)))
    then = " ".join(map(escape, _sentences(row)))
    return f"{head}<p style='margin:0 0 4px 0'>{said}</p><p style='margin:0'>{then}</p>"


def _sentences(row):
    reason = [capital(translate(row.reason))] if row.reason is not None else []
    return [*reason, tr(_BUTTON_WORDS[row.state])]


def evidence_of(finding: Finding) -> list[str]:
    """What speaks for a finding, a line each: who says so, then the measurements."""
    said = [translate(sentence) for sentence in (*finding.sentences(), *finding.because)]
    return said or [tr("Nothing says that this ECG shows it.")]
