"""The numbers of a request: what is asked of the heart, and how the model goes about it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ecgtwin_app.engine.feasible import AGES, HEART_RATES, SET_POINTS
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.i18n.words import N_, number, tr
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.dial import Dial, back_button
from ecgtwin_app.ui.widgets.number_field import WholeField

#: The one word for what the twin has from its reference.
KEEP = N_("keep")
_USUAL = TwinRequest()
_SEXES = ((None, KEEP), ("F", N_("female")), ("M", N_("male")))
#: Who writes the rhythm.
_RHYTHMS = (
    ("process", N_("by rules")),
    ("learned", N_("by the model")),
    ("none", N_("by nobody")),
)
_FIRST = ("heart_rate", "severity")
#: Fields that are always seen.
_SEEN = (*_FIRST, "samples", "seed")
#: Field of the request, name, unit, limits, plausible range, step and the word for "not set".
_DIALS = (
    ("heart_rate", N_("Heart rate"), "/min", HEART_RATES, (40, 180), 1.0, KEEP),
    ("severity", N_("Severity"), "", (0.0, 1.0), (0.0, 1.0), 0.05, N_("random")),
    ("pr", N_("PR"), "ms", SET_POINTS["pr"], (100, 320), 1.0, KEEP),
    ("qrs", N_("QRS"), "ms", SET_POINTS["qrs"], (70, 180), 1.0, KEEP),
    ("qt", N_("QT"), "ms", SET_POINTS["qt"], (300, 560), 1.0, KEEP),
    ("axis", N_("QRS axis"), "°", SET_POINTS["axis"], (-90, 180), 1.0, KEEP),
    ("strength", N_("Strength"), "", (1.0, 5.0), (1.0, 3.0), 0.1, ""),
    ("identity", N_("Identity"), "", (0.0, 5.0), (1.0, 2.0), 0.1, ""),
)
#: Fields as the undo menu says them.
_CHANGED = {
    "heart_rate": N_("heart rate"),
    "severity": N_("severity"),
    "pr": N_("PR"),
    "qrs": N_("QRS"),
    "qt": N_("QT"),
    "axis": N_("QRS axis"),
    "strength": N_("strength"),
    "identity": N_("identity"),
    "samples": N_("number of twins"),
    "seed": N_("seed"),
    "best_of": N_("draws"),
    "steps": N_("steps"),
    "age": N_("age"),
    "sex": N_("sex"),
    "rhythm": N_("rhythm"),
}
_TIPS = {
    "heart_rate": N_("Ventricular rate; “keep” is the patient's own where the condition allows it"),
    "severity": N_(
        "How marked the condition is: 0 just meets the criteria, 1 is severe; “random” draws it for each twin"
    ),
    "pr": N_("From the onset of P to the onset of QRS"),
    "qrs": N_("From the earliest onset to the latest end over twelve leads"),
    "qt": N_("From the onset of QRS to the end of T"),
    "axis": N_("Mean QRS axis in the frontal plane"),
    "strength": N_("Guidance towards the condition; 1 is none, above 1.5 voltages grow"),
    "identity": N_("Guidance towards the patient's own beat; 1 is none"),
    "samples": N_("How many twins are made, each from a draw of its own"),
    "seed": N_("The same seed makes the same twin again; Ctrl+R takes another"),
    "age": N_("Age that the twin is made for; it moves rate limits and criteria that depend on age"),
    "sex": N_("Sex that the twin is made for; it moves criteria that depend on sex"),
    "rhythm": N_(
        "Who writes when atria and ventricles beat: rules of physiology, a model that learned rhythms, or nobody, "
        "so that the strip's model has to invent it, which it does poorly"
    ),
    "best_of": N_("Draw so many for each twin and keep the one that meets most criteria; it is marked so"),
    "steps": N_("Steps of the sampler; more take longer"),
}


class RequestForm(QWidget):
    """The first dials are always there; the others behind “More”."""

    changed = Signal(object, str)
    more_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._request = TwinRequest()
        self.dials = {
            field: Dial(tr(name), *rest, tr(word) if word else "", getattr(_USUAL, field))
            for field, name, *rest, word in _DIALS
        }
        self.samples, self.seed = _whole(tr("Twins"), 1, 12), _whole(tr("Seed"), 0, 999_999_999)
        self.best_of, self.steps = _whole(tr("Best of"), 1, 50), _whole(tr("Steps"), 1, 100)
        youngest, oldest = int(AGES[0]) - 1, int(AGES[1])
        self.age = _whole(tr("Age"), youngest, oldest, tr(KEEP), tr(" years"))
        self.age_back = back_button(tr("Age"), tr(KEEP))
        self.age_back.clicked.connect(self.age.leave_open)
        self.rate_note, self.problem = QLabel(objectName="quiet"), QLabel(objectName="problem")
        self.sex = _choice(tr("Sex"), _SEXES)
        self.rhythm = _choice(tr("Rhythm"), _RHYTHMS)
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

    def show_request(self, request: TwinRequest) -> None:
        """Show a request without saying so to anyone."""
        self._request = request
        for field, dial in self.dials.items():
            dial.show_value(getattr(request, field))
        boxes = (self.samples, self.seed, self.best_of, self.steps, self.age, self.sex, self.rhythm)
        for box in boxes:
            box.blockSignals(True)
        self.samples.setValue(request.samples)
        self.seed.setValue(request.seed)
        self.best_of.setValue(request.best_of)
        self.steps.setValue(request.steps)
        self.age.setValue(-1 if request.age is None else round(request.age))
        self.sex.setCurrentIndex([value for value, _ in _SEXES].index(request.sex))
        self.rhythm.setCurrentIndex(self.rhythm.findData(request.rhythm))
        for box in boxes:
            box.blockSignals(False)
        self.age_back.setVisible(request.age is not None)
        self._show_more_text()

    def show_reference(self, heart_rate: float | None, age: float | None = None) -> None:
        """Say which heart rate and which age "keep" keeps."""
        keep = tr(KEEP)
        for field, value in ((self.heart_rate, heart_rate), (self.age, age)):
            field.set_word(keep, keep if value is None else f"{keep} ({number(value)})")

    def show_notes(self, rate: str, problem: str) -> None:
        """Say which heart rate is taken where it cannot be kept, and what of the request contradicts itself."""
        for label, words in ((self.rate_note, rate), (self.problem, problem)):
            label.setText(words)
            label.setVisible(bool(words))

    def show_rate_range(self, low: float, high: float) -> None:
        """Bind the heart rate's slider to what the condition allows."""
        low, high = max(low, HEART_RATES[0]), min(high, HEART_RATES[1])
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
        behind = [field for field in _CHANGED if field not in _SEEN]
        names = [tr(_CHANGED[f]) for f in behind if getattr(self._request, f) != getattr(_USUAL, f)]
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
        for field, dial in self.dials.items():
            dial.field.setToolTip(tr(_TIPS[field]))
            dial.label.setToolTip(tr(_TIPS[field]))
            (column if field in _FIRST else second).addWidget(dial)
            if field == "heart_rate":
                for label in (self.rate_note, self.problem):
                    label.setWordWrap(True)
                    label.hide()
                    column.addWidget(label)
        column.addLayout(_pairs((self.samples, self.seed)))
        second.addLayout(
            _pairs((self.age,), (self.sex,), (self.rhythm,), (self.best_of, self.steps), back=self.age_back)
        )
        for field in ("samples", "seed", "age", "sex", "rhythm", "best_of", "steps"):
            getattr(self, field).setToolTip(tr(_TIPS[field]))
        column.addWidget(self.more)
        column.addWidget(self._second)
        boxes = [self.dials[field].field for field in _FIRST] + [self.samples, self.seed, self.more]
        boxes += [dial.field for field, dial in self.dials.items() if field not in _FIRST]
        boxes += [self.age, self.sex, self.rhythm, self.best_of, self.steps]
        for before, after in pairwise(boxes):
            QWidget.setTabOrder(before, after)  # as they are read, not as they were made

    def _connect(self):
        for field, dial in self.dials.items():
            dial.changed.connect(lambda v, f=field: self._change(f, v))
        for field in ("samples", "seed", "best_of", "steps"):
            getattr(self, field).valueChanged.connect(lambda v, f=field: self._change(f, v))
        self.age.valueChanged.connect(lambda v: self._change("age", None if v == -1 else float(v)))
        for field in ("sex", "rhythm"):
            box = getattr(self, field)
            box.currentIndexChanged.connect(lambda k, b=box, f=field: self._change(f, b.itemData(k)))

    def _change(self, field, value):
        self._request = replace(self._request, **{field: value})
        self.age_back.setVisible(self._request.age is not None)
        self.changed.emit(self._request, _CHANGED[field])


def _whole(name, low, high, word="", suffix=""):
    box = WholeField(minimum=low, maximum=high, suffix=suffix)
    box.set_word(word)
    box.setAccessibleName(name)
    return box


def _choice(name, options):
    """A box of (value, noted words)."""
    box = ChoiceBox()
    box.setAccessibleName(name)
    for value, text in options:
        box.addItem(tr(text), value)
    return box


def _pairs(*rows, back=None):
    """Rows of two named fields, `back` behind the first one."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(6)
    grid.setVerticalSpacing(3)
    for row, fields in enumerate(rows):
        for k, field in enumerate(fields):
            label = QLabel(field.accessibleName(), objectName="quiet")
            label.setBuddy(field)
            label.setMinimumWidth(40 if k else 62)
            field.setMinimumWidth(40)
            grid.addWidget(label, row, 2 * k)
            behind = back is not None and row == 0
            grid.addWidget(field, row, 2 * k + 1, 1, 1 if len(fields) > 1 else 2 if behind else 3)
            if behind:
                grid.addWidget(back, row, 3, Qt.AlignmentFlag.AlignRight)
            grid.setColumnStretch(2 * k + 1, 1)
    return grid
