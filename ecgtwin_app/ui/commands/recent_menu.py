"""The menu of recent files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.preferences.recent import RecentFiles
from ecgtwin_app.ui.preferences.remembered import Folders


class RecentMenu(QMenu):
    """Opens what was open before; forgets it at once where that is wanted.

    Parameters
    ----------
    recent : RecentFiles
    folders : Folders
        Forgotten with the files.
    open_path : callable
        Takes the path that was chosen.
    """

    def __init__(
        self, recent: RecentFiles, folders: Folders, open_path: Callable[[Path], None], parent: QWidget
    ):
        super().__init__(tr("Open &recent"), parent)
        self.recent, self.folders, self._open_path = recent, folders, open_path
        self._fill()

    def note(self, path: Path) -> None:
        """A file was opened or saved."""
        self.recent.add(Path(path))
        self._fill()

    def forget(self) -> None:
        """Forget every file, and the folders."""
        self.recent.clear()
        self.folders.forget()
        self._fill()

    def remember(self, wanted: bool) -> None:
        """Keep files from now on, or forget all and keep none."""
        self.recent.remember(wanted)
        if not wanted:
            self.folders.forget()
        self._fill()

    def _fill(self):
        self.clear()
        for path in self.recent.paths:
            self.addAction(path.name).triggered.connect(lambda _=False, path=path: self._open_path(path))
        if self.isEmpty():
            self.addAction(tr("None")).setEnabled(False)
        self.addSeparator()
        self.addAction(tr("Clear")).triggered.connect(self.forget)
        remember = self.addAction(tr("Remember recent files"))
        remember.setCheckable(True)
        remember.setChecked(self.recent.remembered)
        remember.triggered.connect(self.remember)
