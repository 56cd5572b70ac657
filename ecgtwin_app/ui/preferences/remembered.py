"""What the window takes up again at the next start: its size and place, its columns, and the folders last used."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QFileDialog, QMainWindow

from ecgtwin_app.ui.preferences.recent import RecentFiles

_GEOMETRY, _COLUMNS, _FOLDERS = "window/geometry", "window/columns", "recent/folders"
#: Wider than this (pixels) no side column is remembered.
_WIDEST = 2000


def keep_geometry(store: QSettings, window: QMainWindow, columns: list[int] | None) -> None:
    """Remember size, place and, where the user chose them, the widths of the side columns."""
    store.setValue(_GEOMETRY, window.saveGeometry())
    if columns:
        store.setValue(_COLUMNS, json.dumps(columns))
    else:
        store.remove(_COLUMNS)


def restore_geometry(store: QSettings, window: QMainWindow, room: QSize) -> None:
    """Take up size and place again, never larger than the screen leaves room for.

    A place on a screen that is no longer there is put right by Qt.
    """
    geometry = store.value(_GEOMETRY)
    restored = isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)
    if restored and not (window.isMaximized() or window.isFullScreen()):
        window.resize(window.size().boundedTo(room))


def remembered_columns(store: QSettings) -> list[int]:
    """Widths of the left and right column, in pixels; empty where none were chosen."""
    try:
        widths = json.loads(str(store.value(_COLUMNS, "[]", str)))
        sound = len(widths) == 2 and all(isinstance(w, int) and 0 < w <= _WIDEST for w in widths)
    except (ValueError, TypeError):
        return []
    return widths if sound else []


class Folders:
    """The folders that files were last opened from and saved to.

    Like the recent files they may hold names of patients: they are kept only where those are, and forgotten with
    them.
    """

    def __init__(self, store: QSettings, recent: RecentFiles):
        self._store, self._recent = store, recent
        self._now: dict[str, str] = {}

    def begin(self, dialog: QFileDialog) -> None:
        """Let a dialog begin where one of its kind ended, and remember where it ends."""
        saving = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        kind = "save" if saving or dialog.fileMode() == QFileDialog.FileMode.Directory else "open"
        folder = self._read().get(kind)
        if folder is not None and Path(folder).is_dir():
            dialog.setDirectory(folder)
        dialog.accepted.connect(lambda: self._note(kind, dialog.directory().absolutePath()))

    def _read(self) -> dict[str, str]:
        if not self._recent.remembered:
            return self._now
        try:
            kept = json.loads(str(self._store.value(_FOLDERS, "{}", str)))
        except (ValueError, TypeError):
            kept = {}
        return (kept if isinstance(kept, dict) else {}) | self._now

    def _note(self, kind, folder):
        self._now[kind] = folder
        if self._recent.remembered:
            self._store.setValue(_FOLDERS, json.dumps(self._read()))

    def forget(self) -> None:
        """Keep no folder."""
        self._now.clear()
        self._store.remove(_FOLDERS)
