"""Every command of the window in one table, which makes menus, toolbar, shortcuts, palette and the `?` sheet."""

from __future__ import annotations

from ecgtwin_app.i18n.words import N_
from ecgtwin_app.ui.commands import edit, file, generators, help, measure, repair, shown, teach, twin, view
from ecgtwin_app.ui.commands.compare import COMPARE

#: "Paper" is made from a table of its own (`paper_menu`).
MENUS = (
    N_("File"),
    N_("Edit"),
    N_("Twin"),
    N_("View"),
    N_("Paper"),
    N_("Measure"),
    N_("Repair"),
    N_("Teach"),
    N_("Help"),
)

COMMANDS = (
    *file.COMMANDS,
    *edit.COMMANDS,
    *twin.COMMANDS,
    *shown.COMMANDS,
    *generators.COMMANDS,
    COMPARE,
    *view.COMMANDS,
    *measure.COMMANDS,
    *repair.COMMANDS,
    *teach.COMMANDS,
    *help.COMMANDS,
)
