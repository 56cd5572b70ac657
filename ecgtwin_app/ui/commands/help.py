"""The Help menu."""

from __future__ import annotations

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.command import Command
from ecgtwin_app.ui.commands.manual_window import show_manual
from ecgtwin_app.ui.commands.shortcut_sheet import show_shortcuts
from ecgtwin_app.ui.commands.touring import take_tour
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.crash_dialog import WHEN_ASKED, CrashDialog
from ecgtwin_app.ui.jobs.crash_reports import CrashReports, reports_folder


def show_crash_reports(workbench: Workbench) -> None:
    """Show the reports of errors that are kept, or say that there is none."""
    reports = CrashReports(reports_folder())
    reports.take_new()  # whoever reads them now need not be told again
    texts = reports.texts()
    if not texts:
        workbench.messages.tell(tr("There is no report of an error on this computer."))
        return
    dialog = CrashDialog(texts, reports.delete, tr(WHEN_ASKED), workbench.window)
    dialog.shows.click()
    workbench.dialogs.show(dialog)


COMMANDS = (
    Command(
        "show_manual",
        "&Manual",
        "Help",
        show_manual,
        ("F1",),
        "Paths of ten minutes, intended use and limits",
    ),
    Command("show_shortcuts", "&Keyboard shortcuts", "Help", show_shortcuts, ("?",), "This list"),
    Command(
        "take_tour", "&Tour in five steps", "Help", take_tour, tip="Open, ask, compare, measure and print"
    ),
    Command(
        "crash_reports",
        "&Reports of errors…",
        "Help",
        show_crash_reports,
        tip="Errors of the program that were kept on this computer: read or delete them",
    ),
    Command(
        "about",
        "&About and intended use",
        "Help",
        lambda w: w.dialogs.show_about(),
        tip="What this program is for",
    ),
)
