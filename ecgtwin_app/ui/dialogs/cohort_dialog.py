"""A cohort from the window: references, conditions and quotas, where to, and how far it is. The words are those of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.plan import EXAMPLE
from ecgtwin_app.engine.cohorts.quotas import shared
from ecgtwin_app.engine.cohorts.spec import ASKED, LEFT, LIMITS, NOUNS, OWN, SHARDED, CohortSpec, Quota, forms
from ecgtwin_app.engine.cohorts.table import ABOUT, CohortRow
from ecgtwin_app.engine.cohorts.time_left import TimeLeft, duration
from ecgtwin_app.engine.cohorts.toml_plan import plan_text, read_plan
from ecgtwin_app.engine.cohorts.worker import CohortFailure
from ecgtwin_app.engine.request import FIELDS, Progress, TwinRequest
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.i18n.words import plural, tr, translate
from ecgtwin_app.ui.dialogs.dialogs import Dialogs
from ecgtwin_app.ui.dialogs.reference_list import ReferenceList
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.condition_counts import ConditionCounts
from ecgtwin_app.ui.widgets.quota_rows import QuotaRows
from ecgtwin_app.ui.widgets.sex_counts import SexCounts
from ecgtwin_app.whole_files import why, write_whole

#: Twins that the window makes; more are for the command line, which takes all cores and no window.
MOST = 1000
#: Seconds that a twin takes until the run tells better: 0.17 were measured on a core of its own (docs/cohorts.md).
SECONDS_A_TWIN = 0.25
#: Quotas that the dialog does not show; a plan that is opened keeps them.
_UNSEEN = ("severities", "devices")


class CohortDialog(QDialog):
    """Asks what a cohort is to be, and makes it.

    Parameters
    ----------
    dialogs : Dialogs
        Of the window that this one belongs to.
    spec : CohortSpec
        What is offered first.
    make : callable
        Takes the plan, the folder, what gets every item of the run, and what gets the sentence at its end.
    stop : callable
        Ends the run.
    """

    def __init__(
        self, dialogs: Dialogs, spec: CohortSpec, make: Callable[..., None], stop: Callable[[], None]
    ):
        super().__init__(dialogs.parent)
        self.setWindowTitle(tr("Make a cohort"))
        self._dialogs, self._make, self._stop = dialogs.over(self), make, stop
        self._kept, self._left, self.running = spec, TimeLeft(), False
        self.references = ReferenceList(self._dialogs)
        self.conditions = ConditionCounts()
        self.rates = QuotaRows(
            tr("Heart rates, 1/min"), tr("At the patient's own rate where the condition allows it: {n}"),
            LIMITS["heart_rates"], (60, 90),
        )  # fmt: skip
        self.ages = QuotaRows(
            tr("Ages, years"), tr("At the patient's own age: {n}"), LIMITS["ages"], (40, 59)
        )
        self.sexes = SexCounts()
        self.people = QCheckBox(tr("Ask for ages and sexes of any patient"))
        self.people.setToolTip(
            tr("Otherwise a reference that states another age or sex is not used for a range or a count.")
        )
        self.folder = QLineEdit(placeholderText=tr("A new or empty folder"))
        self.folder.setAccessibleName(tr("Folder of the cohort"))
        self.form = ChoiceBox()
        self.form.setAccessibleName(tr("Form of the files"))
        for name in forms():
            self.form.addItem(_form_words(name), name)
        self.summary = QLabel(wordWrap=True)
        self.unseen = QLabel(objectName="quiet", wordWrap=True)
        self.problem = QLabel(objectName="problem", wordWrap=True, visible=False)
        self.bar = QProgressBar(visible=False)
        self.bar.setAccessibleName(tr("Progress of the cohort"))
        self._lay_out()
        for part in (self.references, self.conditions, self.rates, self.ages, self.sexes):
            part.changed.connect(self._tell)
        self.folder.textChanged.connect(self._tell)
        self.people.toggled.connect(self._tell)
        self.fill(spec)
        self.conditions.line.setFocus()

    def spec(self) -> CohortSpec:
        """The plan as the dialog says it now."""
        total, kept = self.conditions.total, self._kept
        unseen = {name: _resized(getattr(kept, name), total) for name in _UNSEEN}
        return replace(
            kept,
            total=total,
            references=self.references.texts(),
            conditions=self.conditions.quotas(),
            heart_rates=self.rates.quotas(LEFT["heart_rates"]),
            ages=self.ages.quotas(LEFT["ages"]),
            sexes=self.sexes.quotas(),
            people=ASKED if self.people.isChecked() else OWN,
            form=self.form.currentData(),
            **unseen,
        )

    def fill(self, spec: CohortSpec) -> None:
        """Show another plan."""
        self._kept = spec
        self.references.fill(spec.references)
        self.conditions.fill(spec.conditions)
        self.rates.fill(spec.heart_rates)
        self.ages.fill(spec.ages)
        self.sexes.fill(spec.sexes)
        self.people.setChecked(spec.people == ASKED)
        self.form.setCurrentIndex(max(0, self.form.findData(spec.form)))
        self.unseen.setText(_unseen_words(spec))
        self.unseen.setVisible(bool(self.unseen.text()))
        self._tell()

    def start(self) -> None:
        """Make what is missing of the cohort."""
        if not self.go.isEnabled() or self.running:
            return
        self._complain("")
        self._left = TimeLeft()
        self._run(True)
        self.bar.setRange(0, 0)
        self.bar.setFormat("")
        self.summary.setText(tr("Reading the references…"))
        self._make(self.spec(), Path(self.folder.text().strip()).expanduser(), self._took, self._ended)

    def reject(self) -> None:
        """Esc ends the run first; without one the dialog closes."""
        if self.running:
            self.halt.setEnabled(False)
            self.summary.setText(tr("Stopping…"))
            self._stop()
        else:
            super().reject()

    def ask_plan(self) -> None:
        """Ask for a plan and show it."""
        self._dialogs.ask_file(tr("Open a plan"), f"{tr('Plans')} (*.toml)", self.open_plan)

    def open_plan(self, path: Path) -> None:
        """Show the plan in a file; one sentence where it is none."""
        try:
            spec = read_plan(path)
        except EcgError as error:
            self._complain(translate(error.message))
            return
        self._complain("")
        self.fill(spec)

    def ask_plan_to_save(self) -> None:
        """Ask where to, and write the plan."""
        self._dialogs.ask_file_to_save("toml", "cohort.toml", self.save_plan)

    def save_plan(self, path: Path) -> None:
        """Write the plan as the command line reads it."""
        try:
            write_whole(path, plan_text(self.spec()).encode())
        except OSError as error:
            words = tr("{file} cannot be written: {reason}.")
            self._complain(words.format(file=path.name, reason=translate(why(error))))
        else:
            self._complain("")
            words = tr("Saved {file}; on the command line: ecgtwin cohort {file} --out FOLDER")
            self.summary.setText(words.format(file=path.name))

    def _took(self, item: object) -> None:
        """Something of the run: how far it is, or what cannot be made."""
        if isinstance(item, CohortRow):
            self._left.made()
        elif isinstance(item, CohortFailure):
            self._complain(f"{item.reference.name}: {translate(item.reason)}")
        elif isinstance(item, Progress):
            self.bar.setRange(0, item.total)
            self.bar.setValue(item.step)
            self.bar.setFormat(tr("{step} of {total}").format(step=item.step, total=item.total))
            left = self._left.words(item.total - item.step)
            words = (
                tr("Making twins; about {time} left.").format(time=translate(left))
                if left
                else tr("Making twins…")
            )
            self.summary.setText(words)

    def _ended(self, sentence: str) -> None:
        whole = 0 < self.bar.maximum() == self.bar.value()
        self._run(False)
        self._tell()
        self.summary.setText(translate(sentence))
        if whole:
            # Nothing is left to make until something is changed.
            self.go.setEnabled(False)
            self.close_button.setFocus()

    def _complain(self, sentence: str) -> None:
        """Say what is wrong; without anything wrong no line is taken up."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _run(self, running: bool) -> None:
        """What can be done while a run goes on, and what after it."""
        self.running = running
        for part in (self.form_area, self.open_button, self.save_button, self.folder, self.choose, self.form):
            part.setEnabled(not running)
        self.bar.setVisible(running)
        self.go.setVisible(not running)
        self.halt.setVisible(running)
        self.halt.setEnabled(running)
        (self.halt if running else self.go).setFocus()

    def _tell(self) -> None:
        """The total, the time, and what is missing before it can begin."""
        total = self.conditions.total
        for part in (self.rates, self.ages, self.sexes):
            part.blockSignals(True)
            part.set_total(total)
            part.blockSignals(False)
        if self.running:
            return
        there = self._there()
        self.go.setText(tr("&Go on") if there else tr("&Start"))
        missing = self._missing(total)
        self.go.setEnabled(not missing)
        self.save_button.setEnabled(bool(total) and bool(self.references.texts()))
        counted = plural("{n} twin", "{n} twins", total)
        time = translate(duration(total * SECONDS_A_TWIN * self._kept.request.best_of))
        words = tr("{twins}, about {time}.").format(twins=counted, time=time) if total else ""
        if there and not missing:
            words += " " + tr("The folder holds a cohort; what is finished in it stays.")
        self.summary.setText(" ".join(one for one in (words, missing) if one))

    def _missing(self, total: int) -> str:
        """Why it cannot begin, in one sentence; "" where it can."""
        if not self.references.texts():
            return tr("Add a reference.")
        if not total:
            return tr("Add a condition.")
        if total > MOST:
            return tr("The window makes up to {n}; save the plan and use the command line.").format(n=MOST)
        if any(part.left < 0 for part in (self.rates, self.ages, self.sexes)):
            return tr("A list counts more twins than there are.")
        return "" if self.folder.text().strip() else tr("Choose a folder.")

    def _there(self) -> bool:
        """Whether the folder holds a cohort that may be gone on with."""
        text = self.folder.text().strip()
        return bool(text) and (Path(text).expanduser() / ABOUT).is_file()

    def _ask_folder(self) -> None:
        title = tr("Folder of the cohort")
        self._dialogs.ask_folder(lambda folder: self.folder.setText(str(folder)), title)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for side, parts in (
            (left, (self.references, self.conditions)),
            (right, (self.rates, self.ages, self.sexes, self.people)),
        ):
            side.setSpacing(12)
            for part in parts:
                side.addWidget(part)
            side.addStretch(1)
        self.form_area = QWidget()
        columns = QHBoxLayout(self.form_area)
        columns.setContentsMargins(2, 2, 12, 2)
        columns.setSpacing(32)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        area = QScrollArea(objectName="plain", widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form_area)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        column.addWidget(area, 1)
        column.addWidget(QFrame(objectName="rule"))
        column.addLayout(self._where())
        for part in (self.unseen, self.summary, self.bar, self.problem):
            column.addWidget(part)
        column.addLayout(self._buttons())
        self.resize(900, 620)

    def _where(self) -> QHBoxLayout:
        """Where to, and as what."""
        row = QHBoxLayout()
        folder_label, form_label = QLabel(tr("&Folder")), QLabel(tr("For&m"))
        folder_label.setBuddy(self.folder)
        form_label.setBuddy(self.form)
        self.choose = QPushButton(tr("&Choose…"), objectName="secondary", autoDefault=False)
        self.choose.clicked.connect(self._ask_folder)
        for part, stretch in (
            (folder_label, 0),
            (self.folder, 1),
            (self.choose, 0),
            (form_label, 0),
            (self.form, 0),
        ):
            row.addWidget(part, stretch)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.open_button = QPushButton(tr("&Open plan…"), objectName="secondary", autoDefault=False)
        self.save_button = QPushButton(tr("Save &plan…"), objectName="secondary", autoDefault=False)
        self.close_button = QPushButton(tr("Close"), objectName="secondary", autoDefault=False)
        self.halt = QPushButton(tr("S&top"), objectName="secondary", autoDefault=False, visible=False)
        self.go = QPushButton(tr("&Start"), objectName="primary", autoDefault=False)
        self.go.setMinimumWidth(110)
        for button, do in (
            (self.open_button, self.ask_plan), (self.save_button, self.ask_plan_to_save), (self.close_button, self.reject),
            (self.halt, self.reject), (self.go, self.start),
        ):  # fmt: skip
            button.clicked.connect(do)
            if button is self.close_button:
                row.addStretch(1)
            row.addWidget(button)
        return row


def _form_words(name: str) -> str:
    """A form in the words of the dialog."""
    if name in SHARDED:
        return tr("{name}, many twins a file").format(name=name.capitalize())
    return writers()[name].title


def _unseen_words(spec: CohortSpec) -> str:
    """What a plan says beyond what the dialog shows; "" where nothing."""
    said = [
        f"{tr(NOUNS[name])}: {', '.join(f'{one.label} ({one.count})' for one in quotas)}"
        for name in _UNSEEN
        if (quotas := [one for one in getattr(spec, name) if one.value is not None])
    ]
    usual = TwinRequest()
    said += [
        tr(record.noun)
        for name, record in FIELDS.items()
        if name not in ("conditions", "seed") and getattr(spec.request, name) != getattr(usual, name)
    ]
    return tr("The plan also says, and it stays so: {what}.").format(what="; ".join(said)) if said else ""


def _resized(quotas: tuple[Quota, ...], total: int) -> tuple[Quota, ...]:
    """Quotas that are not shown, in the same shares of another total."""
    if not quotas or sum(one.count for one in quotas) == total:
        return quotas
    counts = shared(total, [one.count for one in quotas])
    return tuple(replace(one, count=count) for one, count in zip(quotas, counts, strict=True))


def offered(conditions: tuple[str, ...]) -> CohortSpec:
    """What a dialog begins with: the example, and what is asked in the window."""
    count = 10
    return CohortSpec(count, (EXAMPLE,), (Quota(" + ".join(conditions), conditions, count),))
