"""Autosave and recovery: what is open is written every few seconds, and offered again after a crash."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.session.session_file import SUFFIX, SessionState, write_session
from ecgtwin_app.ui.jobs.worker import Worker

#: Milliseconds between two looks at whether something changed; never is more than ten seconds lost.
INTERVAL = 4000


class Autosave(QObject):
    """Keeps the session of one window in a file of its own, which goes when the window closes in order.

    Parameters
    ----------
    folder : Path
        For files of all windows; only the user can read it.
    state : callable
        The session as it is now, None while nothing is open.
    """

    failed = Signal(object)

    def __init__(self, folder: Path, state: Callable[[], SessionState | None], parent: QObject | None = None):
        super().__init__(parent)
        self._state, self._dirty = state, False
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
        self.folder = folder
        # Counted, for a clock may be set back; of what is left the one with the highest number is the newest.
        number = 1 + max(map(_number, folder.glob(f"*{SUFFIX}")), default=0)
        self.path = folder / f"{number:06d}-{secrets.token_hex(8)}{SUFFIX}"
        self._lock = _lock(self.path)
        self._lock.tryLock(0)
        self._held: tuple[Path, QLockFile] | None = None
        # A thread of its own: the other one may be busy with a run for longer than may be lost.
        self.worker = Worker(self, "ecgtwin-autosave")
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.save)
        self._timer.start()

    def touch(self, *_) -> None:
        """Something changed."""
        self._dirty = True

    def save(self) -> None:
        """Write what changed since the last time."""
        state = self._state() if self._dirty and not self.worker.busy else None
        if state is None:
            return
        self._dirty = False
        self.worker.submit(
            tr("Autosave"), lambda: iter([write_session(self.path, state)]), on_error=self._failed
        )

    def hold(self, path: Path | None) -> bool:
        """Hold the user's session file that is open in the window; False when another window holds it.

        The lock lies here and not beside the file, whose folder may be read-only. That of the former file goes.
        """
        if self._held is not None and self._held[0] == path:
            return True
        if self._held is not None:
            self._held[1].unlock()
            self._held = None
        if path is None:
            return True
        name = hashlib.sha256(os.path.realpath(path).encode(errors="surrogateescape")).hexdigest()[:32]
        self._held = path, _lock(self.folder / f"open-{name}")
        return self._held[1].tryLock(0)

    def leftover(self) -> Path | None:
        """The session of the last window that did not close in order; those of running windows are locked."""
        found = []
        for path in self.folder.glob(f"*{SUFFIX}"):
            if path == self.path:
                continue
            lock = _lock(path)
            if lock.tryLock(0):
                lock.unlock()
                found.append(path)
        return max(found, key=lambda path: (_number(path), path.name), default=None)

    def forget(self, path: Path) -> None:
        """A leftover is restored or not wanted."""
        path.unlink(missing_ok=True)

    def stop(self) -> None:
        """The window closes in order: nothing is left behind."""
        self._timer.stop()
        self.worker.stop()
        self.path.unlink(missing_ok=True)
        self._lock.unlock()
        self.hold(None)

    def _failed(self, sentence):
        self._timer.stop()  # a disk that is full or gone says so once
        self.failed.emit(tr("Autosave is off: {why}").format(why=translate(sentence)))


def _number(path: Path) -> int:
    """Which window of all it belongs to; 0 for files of former versions, which have none."""
    head = path.name.partition("-")
    return int(head[0]) if head[1] and head[0].isdigit() else 0


def _lock(path):
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only a process that is gone frees it, however long it lived
    return lock
