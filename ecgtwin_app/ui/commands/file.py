"""The File menu: opening, saving, exporting and printing."""

from __future__ import annotations

from collections.abc import Callable

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.export import print_page as print_onto
from ecgtwin_app.report.export import with_layout
from ecgtwin_app.session.heat_map_names import taken_out_of
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.leaving import leave
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING, RECORDING, REVEALED, TWIN
from ecgtwin_app.ui.commands.new_patient import NEW_PATIENT
from ecgtwin_app.ui.commands.opening import ask_seconds, open_example, open_path
from ecgtwin_app.ui.commands.pages import measured_page
from ecgtwin_app.ui.commands.saving import save_session, save_session_as
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.cohort_dialog import CohortDialog, offered
from ecgtwin_app.ui.dialogs.export_dialog import ExportDialog
from ecgtwin_app.ui.jobs.export_jobs import MAP, PAGE, REFERENCE, TABLE, TWINS, Export
from ecgtwin_app.ui.jobs.undo import Change
from ecgtwin_app.ui.widgets.condition_counts import HEALTHY


def open_file(workbench: Workbench) -> None:
    """Ask for a recording, a session or a course, and open it."""
    workbench.dialogs.ask_file_to_open(lambda path: open_path(workbench, path))


def choose_seconds(workbench: Workbench) -> None:
    """Other ten seconds of the long recording that is open."""
    if workbench.session.piece is not None:
        file, start = workbench.session.piece
        ask_seconds(
            workbench,
            file,
            lambda at: leave(workbench, lambda: workbench.jobs.files.open_seconds(file, at)),
            start,
        )


def add_recordings(workbench: Workbench) -> None:
    """Ask for more recordings of the same patient."""
    workbench.dialogs.ask_recordings_to_add(workbench.jobs.files.add)


def remove_recordings(workbench: Workbench) -> None:
    """The next twins are made from the reference alone."""
    session = workbench.session
    workbench.undo.push(Change(tr("removal of recordings"), session.set_others, session.others, ()))


def save_twins(workbench: Workbench) -> None:
    """Ask for a folder and write the twins into it."""
    workbench.dialogs.ask_folder(workbench.jobs.files.save_twins)


def export(workbench: Workbench) -> None:
    """Ask what is exported, then where to."""
    twin = workbench.session.twin
    # Who only takes something out names no condition.
    conditions = (twin.request.conditions or (NORMAL,)) if twin is not None else ()
    dialog = ExportDialog(
        conditions,
        workbench.settings,
        workbench.dialogs.parent,
        workbench.view.heat_map,
        taken_out_of(twin) if twin is not None else (),
    )
    dialog.chosen.connect(lambda chosen: _export(workbench, chosen))
    workbench.dialogs.show(dialog)


def _export(workbench: Workbench, chosen: Export):
    suffix, exports = chosen.suffix.lstrip("."), workbench.jobs.exports
    if chosen.what == PAGE:
        _save_page(suffix)(workbench)
    elif chosen.into_folder:
        title = tr("Export into this folder")
        workbench.dialogs.ask_folder(lambda folder: exports.export_as(chosen, folder), title)
    else:
        # Names of files say nothing of the patient.
        name = {TWINS: "twin", REFERENCE: "ecg", MAP: "heatmap", TABLE: "measurements"}[chosen.what]
        workbench.dialogs.ask_file_to_save(
            suffix, f"{name}.{suffix}", lambda path: exports.export_as(chosen, path)
        )


def make_cohort(workbench: Workbench) -> None:
    """Ask for references, conditions and quotas, and make twins of them in a folder."""
    asked = workbench.session.request
    cohorts = workbench.jobs.cohorts
    only = asked.only and asked.conditions == (NORMAL,)
    conditions = (HEALTHY,) if only else asked.conditions or (NORMAL,)
    dialog = CohortDialog(workbench.dialogs, offered(conditions), cohorts.make, cohorts.stop)
    workbench.dialogs.show(dialog)


def _save_page(suffix: str) -> Callable[[Workbench], None]:
    """What asks for a file and writes the page into it."""

    def save(workbench):
        page = measured_page(workbench)
        workbench.dialogs.ask_file_to_save(
            suffix, f"ecg-page.{suffix}", lambda path: workbench.jobs.files.export(page, path)
        )

    return save


def print_page(workbench: Workbench) -> None:
    """Print at true scale; the dialog chooses the printer."""
    page = with_layout(measured_page(workbench), workbench.view.layout.on_paper())

    def sent(_):
        workbench.messages.tell(tr("Sent to the printer at true scale; 100 mm of its ruler are 100 mm."))

    def send(printer):
        workbench.jobs.work(tr("Printing"), lambda: print_onto(printer, page), sent)

    workbench.dialogs.ask_printer(page.layout.sheet, send)


COMMANDS = (
    Command("open_file", "&Open ECG…", "File", open_file, ("Ctrl+O",), "Open a recording from a file"),
    Command(
        "choose_seconds",
        "Ot&her ten seconds…",
        "File",
        choose_seconds,
        ("Ctrl+J",),
        "Of a long recording that is open",
        needs=(
            RECORDING,
            Need(
                lambda w: w.session.piece is not None,
                N_("The open recording is not longer than what is shown."),
            ),
        ),
    ),
    Command("open_example", "Open &example", "File", open_example, ("Ctrl+Shift+O",), "Open the example ECG"),
    NEW_PATIENT,
    Command(
        "add_recordings",
        "Add a re&cording of the same patient…",
        "File",
        add_recordings,
        ("Ctrl+Shift+A",),
        "Twins are made from all recordings of a patient together",
        needs=(NOT_TEACHING, RECORDING, IDLE),
        rule_before=True,
    ),
    Command(
        "remove_recordings",
        "Re&move the added recordings",
        "File",
        remove_recordings,
        tip="Twins from the open ECG alone again",
        needs=(NOT_TEACHING, Need(lambda w: bool(w.session.others), N_("No recording was added")), IDLE),
    ),
    Command(
        "save_session",
        "&Save session",
        "File",
        save_session,
        ("Ctrl+S",),
        "Everything that is open, in one file",
        needs=(RECORDING,),
        rule_before=True,
    ),
    Command(
        "save_session_as",
        "Save session &as…",
        "File",
        save_session_as,
        ("Ctrl+Shift+S",),
        "Under another name",
        needs=(RECORDING,),
    ),
    Command(
        "save_twins",
        "Save &twins…",
        "File",
        save_twins,
        ("Ctrl+E",),
        "Write the twins as WFDB with twins.json",
        needs=(TWIN, REVEALED),
        rule_before=True,
    ),
    Command(
        "export",
        "E&xport…",
        "File",
        export,
        ("Ctrl+Shift+X",),
        "Twins, ECG, heat maps, measurements or the page, in any format",
        needs=(RECORDING, IDLE, REVEALED),
    ),
    Command(
        "make_cohort",
        "Make a coho&rt…",
        "File",
        make_cohort,
        ("Ctrl+Shift+H",),
        "Many twins of many recordings by quotas, in a folder",
        needs=(NOT_TEACHING, IDLE),
    ),
    Command(
        "save_pdf",
        "Save page as P&DF…",
        "File",
        _save_page("pdf"),
        ("Ctrl+Shift+D",),
        "True-scale A4 or Letter page",
        needs=(RECORDING,),
    ),
    Command(
        "save_png",
        "Save page as P&NG…",
        "File",
        _save_page("png"),
        ("Ctrl+Shift+E",),
        "A picture of the page",
        needs=(RECORDING,),
    ),
    Command(
        "save_svg",
        "Save page as S&VG…",
        "File",
        _save_page("svg"),
        tip="A vector drawing of the page",
        needs=(RECORDING,),
    ),
    Command(
        "print_page",
        "&Print…",
        "File",
        print_page,
        ("Ctrl+P",),
        "At true scale",
        needs=(RECORDING,),
        rule_before=True,
    ),
    Command(
        "close",
        "&Quit",
        "File",
        lambda w: w.window.close(),
        ("Ctrl+Q",),
        "Leave the program",
        rule_before=True,
    ),
)
