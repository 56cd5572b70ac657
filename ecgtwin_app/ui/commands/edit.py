"""The Edit menu: undo, the clipboard, finding things, favourites and presets."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QGuiApplication

from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.report.export import page_image, with_layout
from ecgtwin_app.session import request_json
from ecgtwin_app.ui.commands.attempt import attempt
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING, RECORDING, REVEALED
from ecgtwin_app.ui.commands.pages import measured_page
from ecgtwin_app.ui.commands.palette import show_palette
from ecgtwin_app.ui.commands.workbench import Workbench

#: Pixels a mm of a copied page: 150 dots an inch.
_CLIPBOARD_SCALE = 150 / 25.4


def undo(workbench: Workbench) -> None:
    """Take back the last change; what was said of it goes, too."""
    workbench.messages.withdraw()
    workbench.undo.undo()


def redo(workbench: Workbench) -> None:
    """Do again what was undone."""
    workbench.undo.redo()


def _undo_text(workbench):
    what = workbench.undo.undoText()
    return tr("&Undo {what}").format(what=what) if what else tr("&Undo")


def _redo_text(workbench):
    what = workbench.undo.redoText()
    return tr("&Redo {what}").format(what=what) if what else tr("&Redo")


def copy_page(workbench: Workbench) -> None:
    """Put a picture of the page, with its marks, on the clipboard; de-identified."""
    page = with_layout(measured_page(workbench), replace(workbench.view.layout, identity=False))

    def copied(image):
        QGuiApplication.clipboard().setImage(image)
        workbench.messages.tell(tr("Copied the page as a picture, de-identified."))

    workbench.jobs.work(tr("Copying"), lambda: page_image(page, _CLIPBOARD_SCALE), copied)


def copy_table(workbench: Workbench) -> None:
    """Put the measurements on the clipboard as a table, with the synthetic mark."""
    QGuiApplication.clipboard().setText(workbench.parts.results.table_text(workbench.session))
    workbench.messages.tell(tr("Copied the measurements as a table."))


def find_condition(workbench: Workbench) -> None:
    """Go to the search box; in teaching mode to that of the answers."""
    parts = workbench.parts
    if workbench.teaching.on:
        parts.arrangement.show_results()
        parts.quiz.focus_search()
        return
    parts.arrangement.show_request()
    parts.request_panel.conditions.search.setFocus()
    parts.request_panel.conditions.search.selectAll()


def add_favourite(workbench: Workbench) -> None:
    """Keep what is asked among the favourites."""
    request, history = workbench.session.request, workbench.parts.history
    history.favourites.add([(request_json.title(request), request)])
    history.show_favourites()
    workbench.messages.tell(tr("Kept as a favourite; it stands under History."))


def save_presets(workbench: Workbench) -> None:
    """Write the favourites into a file."""
    named = list(workbench.parts.history.favourites.named)

    def save(path):
        request_json.write_presets(path, named)
        workbench.messages.tell(
            plural(
                "Saved {n} preset in {name}; it holds nothing of a patient.",
                "Saved {n} presets in {name}; they hold nothing of a patient.",
                len(named),
                name=path.name,
            )
        )

    workbench.dialogs.ask_file_to_save(
        "json", "ecgtwin-presets.json", lambda path: attempt(workbench, lambda: save(path))
    )


def load_presets(workbench: Workbench) -> None:
    """Read favourites from a file."""
    history = workbench.parts.history

    def load(path):
        history.favourites.add(request_json.read_presets(path))
        history.show_favourites()

    workbench.dialogs.ask_file(
        tr("Load presets"), tr("Presets (*.json)"), lambda path: attempt(workbench, lambda: load(path))
    )


COMMANDS = (
    Command(
        "undo",
        "&Undo",
        "Edit",
        undo,
        ("Ctrl+Z",),
        "Take back the last change",
        needs=(Need(lambda w: w.undo.canUndo()), IDLE),
        text_now=_undo_text,
    ),
    Command(
        "redo",
        "&Redo",
        "Edit",
        redo,
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Do it again",
        needs=(Need(lambda w: w.undo.canRedo()), IDLE),
        text_now=_redo_text,
    ),
    Command(
        "copy_page",
        "&Copy page",
        "Edit",
        copy_page,
        ("Ctrl+Shift+C",),
        "A picture with its marks, de-identified",
        needs=(RECORDING,),
        rule_before=True,
    ),
    Command(
        "copy_table",
        "Copy &measurements",
        "Edit",
        copy_table,
        tip="As a table for a spreadsheet",
        needs=(RECORDING, REVEALED),
    ),
    Command(
        "show_palette",
        "Command p&alette…",
        "Edit",
        show_palette,
        ("Ctrl+Shift+P", "Ctrl+K"),
        "Everything by typing",
        rule_before=True,
    ),
    Command("find_condition", "&Find condition", "Edit", find_condition, ("Ctrl+F",), "Go to the search box"),
    Command(
        "add_favourite",
        "&Keep request as favourite",
        "Edit",
        add_favourite,
        ("Ctrl+D",),
        "It stands under History",
        needs=(NOT_TEACHING,),
    ),
    Command(
        "save_presets",
        "Save &presets…",
        "Edit",
        save_presets,
        tip="Write the favourites into a file",
        needs=(NOT_TEACHING,),
    ),
    Command(
        "load_presets",
        "&Load presets…",
        "Edit",
        load_presets,
        tip="Read favourites from a file",
        needs=(NOT_TEACHING,),
    ),
)
