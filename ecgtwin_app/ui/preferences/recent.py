"""Recent files: remembered by their paths, unless that is not wanted, and cleared at once."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QSettings

from ecgtwin_app.ui.preferences import settings

_KEY, _MOST = "recent/files", 8


class RecentFiles:
    """The newest first. Names of files may hold names of patients, so remembering can be turned off."""

    def __init__(self, store: QSettings):
        self._store = store

    @property
    def remembered(self) -> bool:
        """Whether paths are kept."""
        return settings.read(self._store, settings.REMEMBER_RECENT)

    @property
    def paths(self) -> list[Path]:
        """Those that still exist."""
        try:
            rows = json.loads(str(self._store.value(_KEY, "[]", str)))
            return [path for path in map(Path, rows) if path.exists()]
        except (ValueError, TypeError):
            return []

    def add(self, path: Path) -> None:
        """A file was opened or saved."""
        if self.remembered:
            paths = [str(path.resolve()), *(str(p) for p in self.paths if p != path.resolve())]
            settings.keep_private(self._store)
            self._store.setValue(_KEY, json.dumps(paths[:_MOST]))

    def clear(self) -> None:
        """Forget all of them."""
        self._store.remove(_KEY)

    def remember(self, wanted: bool) -> None:
        """Keep paths from now on, or forget all and keep none."""
        settings.write(self._store, settings.REMEMBER_RECENT, wanted)
        if not wanted:
            self.clear()
