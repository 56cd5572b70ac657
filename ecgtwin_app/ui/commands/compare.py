"""Generators side by side."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.engine.comparison import COMPARED
from ecgtwin_app.generators.catalogue import USUAL
from ecgtwin_app.i18n.words import translate
from ecgtwin_app.ui.commands.command import Command
from ecgtwin_app.ui.commands.generators import PUBLISHED
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING, RECORDING
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.compare_dialog import CompareDialog, offered
from ecgtwin_app.ui.preferences import settings


def compare_generators(workbench: Workbench) -> None:
    """Ask all generators that can be used here the same."""
    session = workbench.session
    if session.reference is None:
        return
    folders: dict[str, Path | None] = {PUBLISHED: settings.read_folder(workbench.settings)}
    reasons = {
        id: translate(entry.unavailable(folders.get(id))) if id != USUAL else ""
        for id, entry in COMPARED.items()
    }
    dialog = CompareDialog(
        workbench.dialogs.parent,
        workbench.jobs.comparisons,
        session.reference,
        [(id, folders.get(id)) for id, reason in reasons.items() if not reason],
        {id: reason for id, reason in reasons.items() if reason},
        offered(session.request),
    )
    workbench.dialogs.show(dialog)


COMPARE = Command(
    "compare_generators",
    "C&ompare generators…",
    "Twin",
    compare_generators,
    ("Ctrl+Shift+V",),
    "The same request to every generator, side by side, with what the referee found",
    needs=(NOT_TEACHING, RECORDING, IDLE),
)
