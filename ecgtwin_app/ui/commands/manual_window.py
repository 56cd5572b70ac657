"""The manual of the Help menu: one window of it, in the colours of the program's own."""

from __future__ import annotations

from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.manual import Manual
from ecgtwin_app.ui.widgets.theme import chosen_theme


def show_manual(workbench: Workbench) -> None:
    """Open the manual beside the window, or bring it to the front."""
    manual = next(iter(workbench.window.findChildren(Manual)), None)
    if manual is None:
        made = manual = Manual(workbench.window)

        def in_its_colours():
            made.set_theme(chosen_theme(workbench.view.theme))

        in_its_colours()
        workbench.view.theme_changed.connect(in_its_colours)
    manual.show()
    manual.raise_()
    manual.activateWindow()
