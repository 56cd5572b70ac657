"""The menu of what runs the networks. A choice is remembered and holds from the next start on, and says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.preferences import settings

#: By the words of the command line.
NAMES = {"auto": N_("The faster one here"), "torch": N_("PyTorch"), "onnx": N_("ONNX Runtime")}


class BackendMenu(QMenu):
    """One entry for each backend.

    Parameters
    ----------
    store : QSettings
    tell : callable
        Takes the sentence that says when the choice holds.
    """

    def __init__(self, store: QSettings, tell: Callable[[str], None], parent: QMenu):
        super().__init__(tr("&Networks run by"), parent)
        self._store, self._tell = store, tell
        group = QActionGroup(self)
        chosen = settings.read(store, settings.BACKEND)
        for backend, name in NAMES.items():
            action = self.addAction(tr(name))
            action.setObjectName(f"backend_{backend}")
            action.setCheckable(True)
            action.setChecked(backend == chosen)
            action.triggered.connect(lambda _=False, backend=backend: self._choose(backend))
            group.addAction(action)

    def _choose(self, backend: str) -> None:
        settings.write(self._store, settings.BACKEND, backend)
        self._tell(tr("What runs the networks changes when the program starts again."))
