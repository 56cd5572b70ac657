"""The menu of what runs the networks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.commands.remembered_menu import RememberedMenu
from ecgtwin_app.ui.preferences import settings

#: By the words of the command line.
NAMES = {"auto": N_("The faster one here"), "torch": N_("PyTorch"), "onnx": N_("ONNX Runtime")}


class BackendMenu(RememberedMenu):
    """One entry for each backend.

    Parameters
    ----------
    store : QSettings
    tell : callable
        Takes the sentence that says when the choice holds.
    """

    def __init__(self, store: QSettings, tell: Callable[[str], None], parent: QMenu):
        def chosen() -> None:
            tell(tr("What runs the networks changes when the program starts again."))

        super().__init__(tr("&Networks run by"), store, settings.BACKEND, NAMES, "backend", chosen, parent)
