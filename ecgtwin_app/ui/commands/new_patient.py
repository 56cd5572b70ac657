"""New patients: drawn in a dialog, used as references, handed to a class."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.engine.new_patients import OF_NOBODY, usable
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.leaving import leave
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING
from ecgtwin_app.ui.commands.teach_files import open_course_path
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.new_patient_dialog import NewPatientDialog, offered


def ask_new_patient(workbench: Workbench) -> None:
    """Ask for patients that do not exist, and draw them."""
    jobs = workbench.jobs
    dialog = NewPatientDialog(
        workbench.dialogs, jobs.new_patients, usable(), offered(workbench.session.request)
    )

    def use(twin: Twin):
        dialog.accept()
        use_as_reference(workbench, twin)

    def open_course(path: Path):
        dialog.accept()
        open_course_path(workbench, path)

    dialog.use_requested.connect(use)
    dialog.course_made.connect(open_course)
    jobs.failed.connect(dialog.show_problem)
    workbench.dialogs.show(dialog)


def use_as_reference(workbench: Workbench, twin: Twin) -> None:
    """A new patient in the place of what is open; one step to undo."""

    def opened():
        workbench.messages.tell(
            tr(
                "This patient does not exist. Choose a condition and press Generate; Ctrl+S keeps the patient."
            )
        )

    leave(workbench, lambda: workbench.jobs.new_patients.use(twin, opened))


def _why_nobody(_: Workbench) -> str:
    return " ".join(translate(entry.unavailable(None)) for entry in OF_NOBODY.values())


#: A generator that needs no reference has its weights here.
DRAWS_NOBODY = Need(lambda w: bool(usable()), _why_nobody)

NEW_PATIENT = Command(
    "new_patient",
    "Ne&w patient…",
    "File",
    ask_new_patient,
    ("Ctrl+N",),
    "An ECG of somebody who does not exist, or many unlike ones",
    needs=(NOT_TEACHING, IDLE, DRAWS_NOBODY),
)
