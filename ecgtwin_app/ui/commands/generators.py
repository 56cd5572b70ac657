"""Which generator makes the twins: chosen, with the folder of its weights, and taken up again at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ecgtwin_app.generators.catalogue import OF_REFERENCE, USUAL, entry_of
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.ui.commands.command import Command
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.preferences import settings

#: The generator whose weights lie in a folder of the user's.
PUBLISHED = "published"


def why_not_chosen(workbench: Workbench) -> dict[str, str]:
    """A sentence for each generator that cannot be used now, in the language of the window."""
    folder = settings.read_folder(workbench.settings)
    reasons = {id: entry.unavailable(None if id == USUAL else folder) for id, entry in OF_REFERENCE.items()}
    return {id: translate(reason) for id, reason in reasons.items() if reason and id != USUAL}


def choose_generator(workbench: Workbench, id: str) -> None:
    """Make the next twins with another generator."""
    _take(workbench, id, None if id == USUAL else settings.read_folder(workbench.settings))


def choose_folder(workbench: Workbench) -> None:
    """Ask for the folder with the authors' files, and make the next twins with them."""
    title = tr("Choose the folder with the authors' files…").rstrip("…")
    workbench.dialogs.ask_folder_to_read(title, partial(_take, workbench, PUBLISHED))


def take_up_generator(workbench: Workbench) -> None:
    """Load the model ahead of the first run: the one that was chosen last, or the usual where that is gone."""
    id, folder = (
        settings.read(workbench.settings, settings.GENERATOR),
        settings.read_folder(workbench.settings),
    )
    if id == USUAL or entry_of(id).unavailable(folder):
        workbench.jobs.prepare_engine()
    else:
        workbench.jobs.choose_generator(id, folder, on_failure=workbench.jobs.prepare_engine)


def _take(workbench: Workbench, id: str, folder: Path | None) -> None:
    def done():
        settings.write(workbench.settings, settings.GENERATOR, id)
        if folder is not None:
            settings.write_folder(workbench.settings, folder)
        workbench.session.available_changed.emit()
        title = tr(OF_REFERENCE[id].title)
        workbench.messages.tell(tr("The next twins are made by {generator}.").format(generator=title))

    workbench.jobs.choose_generator(id, folder, done)


COMMANDS = (
    Command(
        "generator_folder",
        "&Folder of the published weights…",
        "Twin",
        choose_folder,
        (),
        "Choose the folder with the authors' files, to make twins with ECGTwin as published",
        needs=(NOT_TEACHING, IDLE),
        rule_before=True,
    ),
)
