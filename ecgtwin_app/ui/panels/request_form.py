"""The numbers of a request: what is asked of the heart, and how the model goes about it.

What a field is, its words, limits and steps, stands in the table of the request (`engine.request.FIELDS`); here stands
only where its row is. A field that no row names comes last.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.request_fields import RequestField
from ecgtwin_app.engine.tasks import why_not_offered
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.generators.catalogue import GENERATORS, USUAL
from ecgtwin_app.i18n.words import number, tr, translate
from ecgtwin_app.ui.panels.generator_choice import GeneratorChoice
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.dial import Dial, back_button
from ecgtwin_app.ui.widgets.number_field import NumberField, WholeField

_SHOWN = {name: record for name, record in FIELDS.items() if record.in_form}
_ALWAYS = (("samples", "seed"),)
_BEHIND = (("age",), ("sex",), ("rhythm",), ("best_of", "steps"))


class RequestForm(QWidget):
    """A dial for every field with a slider, a box for every other; what is advanced stands behind “More”.

    Attributes
    ----------
    dials : dict of str to Dial
    boxes : dict of str to WholeField or ChoiceBox
    backs : dict of str to QToolButton
        The button beside a box that may be left open.
    """

    changed = Signal(object, str)
    more_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._request = TwinRequest()
        self._spec: Spec | None = None
        self.dials = {name: dial_of(record) for name, record in _SHOWN.items() if record.slider}
        self.boxes = {name: box_of(record) for name, record in _SHOWN.items() if not record.slider}
        self.backs = {}
        for name, box in self.boxes.items():
            if isinstance(box, WholeField) and box.may_be_open:
                self.backs[name] = back_button(box.accessibleName(), tr(FIELDS[name].unset))
                self.backs[name].clicked.connect(box.leave_open)
        self.generator = GeneratorChoice()
        self.rate_note, self.problem = QLabel(objectName="quiet"), QLabel(objectName="problem")
        self.more = QToolButton(checkable=True, objectName="flat")
        self.more.setToolTip(tr("Set-points of intervals and axis, guidance, age and sex, draws and steps"))
        self.more.toggled.connect(self.show_more)
        self._lay_out()
        self._connect()
        self.show_more(False)

    @property
    def heart_rate(self) -> QWidget:
        """The field of the heart rate."""
        return self.dials["heart_rate"].field

    @property
    def fields(self) -> dict[str, NumberField | WholeField | ChoiceBox]:
        """What is typed or chosen in, by the field of the request."""
        return {name: dial.field for name, dial in self.dials.items()} | self.boxes

    def show_request(self, request: TwinRequest) -> None:
        """Show a request without saying so to anyone."""
        self._request = request
        for name, dial in self.dials.items():
            dial.show_value(getattr(request, name))
        for name, box in self.boxes.items():
            value = getattr(request, name)
            box.blockSignals(True)
            if isinstance(box, ChoiceBox):
                box.setCurrentIndex(box.findData(value))
            else:
                box.setValue(box.minimum() if value is None else round(value))
            box.blockSignals(False)
        self._show_backs()
        self.show_offer(self._spec)

    def show_offer(self, spec: Spec | None) -> None:
        """Grey what the generator cannot be given, with the reason; what is set stays open, to be taken back."""
        self._spec = spec
        widgets = self.dials | self.boxes
        for name, widget in widgets.items():
            reason = None if spec is None else why_not_offered(spec, name)
            unset = getattr(self._request, name) == FIELDS[name].default
            widget.setEnabled(reason is None or not unset)
            parts = (widget.field, widget.label) if isinstance(widget, Dial) else (widget,)
            for part in parts:
                part.setToolTip(tr(FIELDS[name].help) if reason is None else translate(reason))
        self._show_more_text()

    def show_reference(self, heart_rate: float | None, age: float | None = None) -> None:
        """Say which heart rate and which age "keep" keeps."""
        for name, value in (("heart_rate", heart_rate), ("age", age)):
            keep = tr(FIELDS[name].unset)
            field = self.fields[name]
            assert not isinstance(field, ChoiceBox), "a number's field"
            field.set_word(keep, keep if value is None else f"{keep} ({number(value)})")

    def show_notes(self, rate: str, problem: str) -> None:
        """Say which heart rate is taken where it cannot be kept, and what of the request contradicts itself."""
        for label, words in ((self.rate_note, rate), (self.problem, problem)):
            label.setText(words)
            label.setVisible(bool(words))

    def show_rate_range(self, low: float, high: float) -> None:
        """Bind the heart rate's slider to what the condition allows."""
        slowest, fastest = FIELDS["heart_rate"].limits
        low, high = max(low, slowest), min(high, fastest)
        self.dials["heart_rate"].set_plausible(low, max(low + 1, high))

    def first_height(self) -> int:
        """Height of what is always seen, down to the button that opens the second part."""
        column, second = self.layout(), self._second
        unfolded = 0 if second.isHidden() else second.sizeHint().height() + column.spacing()
        return column.sizeHint().height() - unfolded

    def show_more(self, shown: bool) -> None:
        """Open or close the second part."""
        self._second.setVisible(shown)
        self.more.setChecked(shown)
        self._show_more_text()
        self.more_toggled.emit(shown)

    def _show_more_text(self):
        """Folded, it names what is set behind it: nothing that is asked stays unseen."""
        behind = [FIELDS[name] for name in self.fields if FIELDS[name].advanced]
        names = [tr(one.short) for one in behind if getattr(self._request, one.name) != one.default]
        if self._spec is not None and self._spec.id != USUAL:
            names.insert(0, tr(GENERATORS[self._spec.id].title))
        if self.more.isChecked():
            words = tr("Less: intervals, axis, dials ▾")
        elif names:
            shown = ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")
            words = tr("● Set: {names} ▸").format(names=shown)
        else:
            words = tr("More: intervals, axis, dials ▸")
        self.more.setText(words)
        self.more.setProperty("set", bool(names))
        self.more.style().unpolish(self.more)
        self.more.style().polish(self.more)

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._second = QWidget()
        second = QVBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(3)
        for name, dial in self.dials.items():
            (second if FIELDS[name].advanced else column).addWidget(dial)
            if name == "heart_rate":
                for label in (self.rate_note, self.problem):
                    label.setWordWrap(True)
                    label.hide()
                    column.addWidget(label)
        placed = {name for row in (*_ALWAYS, *_BEHIND) for name in row}
        behind = (*_BEHIND, *((name,) for name in self.boxes if name not in placed))
        column.addLayout(self._rows(_ALWAYS))
        second.addLayout(self._rows(behind))
        second.addWidget(self.generator)
        column.addWidget(self.more)
        column.addWidget(self._second)
        first = [dial.field for name, dial in self.dials.items() if not FIELDS[name].advanced]
        first += [self.boxes[name] for row in _ALWAYS for name in row]
        after = [dial.field for dial in self.dials.values() if dial.field not in first]
        after += [self.boxes[name] for row in behind for name in row]
        after += [self.generator.box, self.generator.folder]
        for one, other in pairwise([*first, self.more, *after]):
            QWidget.setTabOrder(one, other)  # as they are read, not as they were made

    def _rows(self, rows) -> QGridLayout:
        """Rows of one or two named boxes, each with its button back."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        for row, names in enumerate(rows):
            for k, name in enumerate(names):
                box, back = self.boxes[name], self.backs.get(name)
                label = QLabel(box.accessibleName(), objectName="quiet")
                label.setBuddy(box)
                label.setMinimumWidth(40 if k else 62)
                box.setMinimumWidth(40)
                grid.addWidget(label, row, 2 * k)
                columns = 1 if len(names) > 1 else 2 if back else 3
                grid.addWidget(box, row, 2 * k + 1, 1, columns)
                if back:
                    grid.addWidget(back, row, 3, Qt.AlignmentFlag.AlignRight)
                grid.setColumnStretch(2 * k + 1, 1)
        return grid

    def _connect(self):
        for name, dial in self.dials.items():
            dial.changed.connect(partial(self._change, name))
        for name, box in self.boxes.items():
            chosen = box.currentIndexChanged if isinstance(box, ChoiceBox) else box.valueChanged
            chosen.connect(partial(self._chosen, name))

    def _chosen(self, name, _):
        box = self.boxes[name]
        if isinstance(box, ChoiceBox):
            self._change(name, box.currentData())
        elif box.is_open:
            self._change(name, None)
        else:
            self._change(name, float(box.value()) if FIELDS[name].kind == "number" else box.value())

    def _change(self, name, value):
        self._request = replace(self._request, **{name: value})
        self._show_backs()
        self.changed.emit(self._request, FIELDS[name].short)

    def _show_backs(self):
        for name, back in self.backs.items():
            back.setVisible(getattr(self._request, name) is not None)


def dial_of(record: RequestField, unset: str = "") -> Dial:
    """A dial for a number with a slider; `unset` is the word for one that is left open, the record's unless given."""
    word = unset or (tr(record.unset) if record.unset else "")
    dial = Dial(
        tr(record.title), record.unit, record.offered, record.slider, record.step, word, record.default
    )
    for part in (dial.field, dial.label):
        part.setToolTip(tr(record.help))
    return dial


def box_of(record: RequestField, unset: str = "") -> WholeField | ChoiceBox:
    """A list of the choices, or a field of whole numbers; the one below the lowest says that it is left open.

    `unset` is the word for that, the record's unless given.
    """
    if record.choices:
        box = ChoiceBox()
        for value, words in record.choices:
            if words:
                box.addItem(unset if unset and value is None else tr(words), value)
    else:
        low, high = map(int, record.offered)
        box = WholeField(
            minimum=low - 1 if record.unset else low,
            maximum=high,
            suffix=f" {tr(record.unit)}" if record.unit else "",
        )
        box.set_word((unset or tr(record.unset)) if record.unset else "")
    box.setAccessibleName(tr(record.title))
    box.setToolTip(tr(record.help))
    return box
