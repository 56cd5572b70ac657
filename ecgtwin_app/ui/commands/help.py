"""The Help menu."""

from __future__ import annotations

from ecgtwin_app.ui.commands.command import Command
from ecgtwin_app.ui.commands.shortcut_sheet import show_shortcuts
from ecgtwin_app.ui.commands.touring import take_tour

COMMANDS = (
    Command("show_shortcuts", "&Keyboard shortcuts", "Help", show_shortcuts, ("?", "F1"), "This list"),
    Command(
        "take_tour", "&Tour in five steps", "Help", take_tour, tip="Open, ask, compare, measure and print"
    ),
    Command(
        "about",
        "&About and intended use",
        "Help",
        lambda w: w.dialogs.show_about(),
        tip="What this program is for",
    ),
)
