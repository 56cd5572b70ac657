"""New patients from the window: what is asked of nobody, who was drawn, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.new_patients import OF_NOBODY, new_patient
from ecgtwin_app.engine.request import FIELDS, Progress, Twin, TwinRequest
from ecgtwin_app.engine.unlike import AGES, UNLIKE
from ecgtwin_app.i18n.words import figure, tr, translate
from ecgtwin_app.session.condition_names import capital, names_text
from ecgtwin_app.ui.dialogs.dialogs import Dialogs
from ecgtwin_app.ui.jobs.new_patient_jobs import NewPatientJobs
from ecgtwin_app.ui.panels.request_form import box_of, dial_of
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.condition_counts import complete_conditions, conditions_in
from ecgtwin_app.ui.widgets.dial import Dial
from ecgtwin_app.ui.widgets.number_field import WholeField
from ecgtwin_app.ui.widgets.patient_gallery import PatientGallery, described

#: Fields of the request that have a row, in their order.
FIELDS_SHOWN = ("heart_rate", "age", "sex", "samples", "seed", "best_of")
#: Pixels of the form.
_WIDTH = 300


@dataclass(frozen=True)
class Asked:
    """What was asked of nobody, remembered for the next time.

    Attributes
    ----------
    request : TwinRequest
    unlike : bool
    generator : str
    """

    request: TwinRequest
    unlike: bool = True
    generator: str = ""


class NewPatientDialog(QDialog):
    """Asks, draws, shows, and hands over.

    Parameters
    ----------
    dialogs : Dialogs
        Of the window that this one belongs to.
    jobs : NewPatientJobs
    generators : sequence of str
        Those that can be used, the usual one first.
    asked : Asked
        What is offered first.
    """

    #: One of them becomes the reference.
    use_requested = Signal(object)
    #: The file of a course that was made of them.
    course_made = Signal(object)

    def __init__(self, dialogs: Dialogs, jobs: NewPatientJobs, generators: Sequence[str], asked: Asked):
        super().__init__(dialogs.parent)
        self.setWindowTitle(tr("New patient"))
        self._dialogs, self._jobs, self.running = dialogs.over(self), jobs, False
        self.conditions = QLineEdit(placeholderText=tr("“AF + LBBB”, “healthy”"))
        self.conditions.setAccessibleName(tr("Conditions"))
        complete_conditions(self.conditions)
        drawn = tr("any")
        self.fields: dict[str, Dial | WholeField | ChoiceBox] = {
            name: dial_of(FIELDS[name], drawn) if FIELDS[name].slider else box_of(FIELDS[name], drawn)
            for name in FIELDS_SHOWN
        }
        self.unlike = QCheckBox(tr("&Unlike each other"))
        self.generator = ChoiceBox()
        self.generator.setAccessibleName(tr("Generator"))
        for id in generators:
            self.generator.addItem(tr(OF_NOBODY[id].title), id)
        self.gallery = PatientGallery()
        self.summary = QLabel(wordWrap=True)
        self.problem = QLabel(objectName="problem", wordWrap=True, visible=False)
        self.bar = QProgressBar(visible=False)
        self.bar.setAccessibleName(tr("Progress of the new patients"))
        self._say_help()
        self._lay_out()
        self._connect()
        self._fill(asked)
        self.gallery.show_patients(jobs.made)
        self._tell()
        self.conditions.setFocus()

    # -- what is asked ----------------------------------------------------------------------------

    def asked(self) -> Asked:
        """What the form says; `EcgError` where it cannot be."""
        values = {name: self._value(name) for name in FIELDS_SHOWN}
        request = TwinRequest(conditions_in(self.conditions.text()), **values)
        new_patient(request)
        return Asked(request, self.unlike.isChecked(), self.generator.currentData())

    def _value(self, name: str):
        widget = self.fields[name]
        field = widget.field if isinstance(widget, Dial) else widget
        if isinstance(field, ChoiceBox):
            return field.currentData()
        if field.is_open:
            return None
        return field.value() if FIELDS[name].kind == "whole" else float(field.value())

    def _fill(self, asked: Asked) -> None:
        request = asked.request
        self.conditions.setText(capital(names_text(request.conditions)))
        for name in FIELDS_SHOWN:
            value, widget = getattr(request, name), self.fields[name]
            if isinstance(widget, Dial):
                widget.show_value(value)
            elif isinstance(widget, ChoiceBox):
                widget.setCurrentIndex(widget.findData(value))
            else:
                widget.setValue(widget.minimum() if value is None else round(value))
        self.unlike.setChecked(asked.unlike)
        self.generator.setCurrentIndex(max(0, self.generator.findData(asked.generator)))

    # -- drawing ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Draw what is asked."""
        if self.running or not self.go.isEnabled():
            return
        try:
            asked = self.asked()
        except EcgError as error:
            self._complain(translate(error.message))
            return
        self._complain("")
        self.gallery.show_patients(())
        self._run(True)
        self.bar.setRange(0, 0)
        self.summary.setText(tr("Loading the model…"))
        several = asked.request.samples > 1
        self._jobs.make(asked.generator, asked.request, asked.unlike and several, self._took, self._ended)

    def reject(self) -> None:
        """Esc ends the run first; without one the dialog closes."""
        if self.running:
            self.halt.setEnabled(False)
            self.summary.setText(tr("Stopping…"))
            self._jobs.stop()
        else:
            super().reject()

    def _took(self, item: object) -> None:
        if isinstance(item, Twin):
            self.gallery.append(item)
        elif isinstance(item, Progress):
            self.bar.setRange(0, item.total)
            self.bar.setValue(item.step)
            self.summary.setText(translate(item.message))
            if item.preview is not None:
                self.gallery.show_preview(item.preview)

    def _ended(self, sentence: str) -> None:
        self.gallery.end_preview()
        self._run(False)
        self._tell()
        if self._jobs.made:
            self.summary.setText(sentence)
            self.gallery.scrollToTop()
            self.gallery.setFocus()
        else:
            self.summary.setText("")
            self._complain(sentence)
            self.go.setFocus()

    # -- what becomes of them ---------------------------------------------------------------------

    def use(self) -> None:
        """The chosen patient becomes the reference."""
        row = self.gallery.currentRow()
        if not self.running and 0 <= row < len(self._jobs.made):
            self.use_requested.emit(self._jobs.made[row])

    def ask_folder(self) -> None:
        """Ask for a folder and write all of them, as twins are written."""
        title = tr("Save the new patients in this folder")
        self._dialogs.ask_folder(
            lambda folder: self._jobs.save(self._jobs.made, folder, self.summary.setText), title
        )

    def ask_course_folder(self) -> None:
        """Ask for a folder and make a course of them."""

        def made(path: Path):
            self.course_made.emit(path)

        def ask(folder: Path):
            title = self.conditions.text().strip() or tr("New patients")
            self._jobs.save_course(self._jobs.made, folder, title, made)

        self._dialogs.ask_folder(ask, tr("Make a course in this folder"))

    def show_problem(self, sentence: str) -> None:
        """Something could not be written."""
        if not self.running:
            self._complain(translate(sentence))

    # -- how it looks -----------------------------------------------------------------------------

    def _complain(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _run(self, running: bool) -> None:
        self.running = running
        self.form.setEnabled(not running)
        self.bar.setVisible(running)
        self.go.setVisible(not running)
        self.halt.setVisible(running)
        self.halt.setEnabled(running)
        if running:
            self.halt.setFocus()

    def _tell(self) -> None:
        """What can be done now."""
        several = bool((self._value("samples") or 1) > 1)
        self.unlike.setEnabled(several)
        self.go.setEnabled(bool(self.conditions.text().strip()))
        made, chosen = self._jobs.made, self.gallery.currentRow()
        idle = not self.running
        self.save.setEnabled(idle and bool(made))
        self.course.setEnabled(idle and bool(made))
        self.use_button.setEnabled(idle and 0 <= chosen < len(made))
        if idle and not made:
            self.summary.setText(
                tr("Nobody is drawn yet. Who is drawn does not exist, and is marked synthetic.")
            )
        elif idle and 0 <= chosen < len(made):
            self.summary.setText(f"{chosen + 1}: {described(made[chosen])}")

    def _say_help(self) -> None:
        self.unlike.setToolTip(
            tr(
                "Ages from {youngest} to {oldest} and both sexes, where they are left open; who is too like another"
                " (typical beats differ by less than {least}) is left out"
            ).format(youngest=figure(AGES[0]), oldest=figure(AGES[1]), least=figure(UNLIKE))
        )
        helps = {
            "heart_rate": tr("Ventricular rate; “any” draws one that people with the condition have"),
            "age": tr("“any” leaves it open; several who are unlike each other get an age each"),
            "sex": tr("“any” leaves it open; several who are unlike each other are women and men"),
            "samples": tr("How many patients are drawn"),
        }
        for name, words in helps.items():
            self.fields[name].setToolTip(words)

    def _lay_out(self) -> None:
        self.form = QWidget()
        self.form.setFixedWidth(_WIDTH)
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        labels = {"samples": tr("Ho&w many")}
        label = QLabel(tr("&Conditions"))
        label.setBuddy(self.conditions)
        grid.addWidget(label, 0, 0, 1, 2)
        grid.addWidget(self.conditions, 1, 0, 1, 2)
        row = 2
        for name, widget in self.fields.items():
            if isinstance(widget, Dial):
                grid.addWidget(widget, row, 0, 1, 2)
            else:
                label = QLabel(labels.get(name, tr(FIELDS[name].title)), objectName="quiet")
                label.setBuddy(widget)
                grid.addWidget(label, row, 0)
                grid.addWidget(widget, row, 1)
            if name == "samples":
                row += 1
                grid.addWidget(self.unlike, row, 0, 1, 2)
            row += 1
        label = QLabel(tr("Generator"), objectName="quiet")
        label.setBuddy(self.generator)
        grid.addWidget(label, row, 0)
        grid.addWidget(self.generator, row, 1)
        note = QLabel(
            tr(
                "Nobody’s ECG: drawn from these words alone. What came is measured, and what it misses is said."
            ),
            objectName="quiet",
            wordWrap=True,
        )
        grid.addWidget(note, row + 1, 0, 1, 2)
        grid.setRowStretch(row + 2, 1)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.form)
        top.addWidget(self.gallery, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addLayout(top, 1)
        column.addWidget(QFrame(objectName="rule"))
        for part in (self.summary, self.bar, self.problem):
            column.addWidget(part)
        column.addLayout(self._buttons())
        room = self.parentWidget().window().size()
        self.resize(min(1120, room.width() - 60), min(680, room.height() - 60))

    def _buttons(self) -> QHBoxLayout:
        self.save, self.course, self.close_button, self.use_button, self.halt = (
            QPushButton(text, objectName="secondary", autoDefault=False)
            for text in (
                tr("&Save all…"),
                tr("Make a c&ourse…"),
                tr("Close"),
                tr("Use as &reference"),
                tr("S&top"),
            )
        )
        self.go = QPushButton(tr("&Draw"), objectName="primary", autoDefault=False)
        self.halt.hide()
        self.go.setMinimumWidth(110)
        row = QHBoxLayout()
        for one in (self.save, self.course):
            row.addWidget(one)
        row.addStretch(1)
        for one in (self.close_button, self.use_button, self.halt, self.go):
            row.addWidget(one)
        return row

    def _connect(self) -> None:
        self.conditions.textChanged.connect(self._tell)
        self.conditions.returnPressed.connect(self.start)
        samples = self.fields["samples"]
        assert isinstance(samples, WholeField), "a number without a slider"
        samples.valueChanged.connect(self._tell)
        self.gallery.currentRowChanged.connect(self._tell)
        self.gallery.used.connect(self.use)
        for button, do in (
            (self.save, self.ask_folder), (self.course, self.ask_course_folder), (self.close_button, self.reject),
            (self.use_button, self.use), (self.halt, self.reject), (self.go, self.start),
        ):  # fmt: skip
            button.clicked.connect(do)


def offered(request: TwinRequest) -> Asked:
    """What a dialog begins with: what is asked of twins, as far as it can be asked of nobody."""
    names = request.conditions or TwinRequest().conditions
    return Asked(replace(TwinRequest(names), samples=1))
