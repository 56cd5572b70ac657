"""Faults that end the process at once, such as a segmentation fault: what Python can still write down then.

Its `faulthandler` writes which functions were running into a file of the process. A process that ends in order deletes it; of
one that did not, the next start makes a report like any other (`crash_reports`) and deletes it then.
"""

from __future__ import annotations

import faulthandler
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile

from ecgtwin_app.ui.jobs.crash_reports import CrashReports, headings, place_of

_SUFFIX = ".fault"
#: Bytes of such a file that are read: a hundred threads of a hundred functions.
_MOST = 1_000_000
#: What ended it, without what may stand behind a colon: that may name a file.
_KIND = re.compile(r"(?:Fatal Python error|Windows fatal exception): ([\w ]+)")
_PLACE = re.compile(r' +File "(.*)", line (\d+) in (\S+)')
_THREAD = re.compile(r"(Current thread|Thread) 0x")


class FaultWatch:
    """Has the faults of this process written down, and makes reports of those of former ones.

    Parameters
    ----------
    reports : CrashReports
        Their folder is that of the files, too.
    """

    def __init__(self, reports: CrashReports):
        self._reports = reports
        self._path = reports.folder / f"{secrets.token_hex(8)}{_SUFFIX}"
        self._lock = _lock(self._path)
        self._file = None

    def start(self) -> None:
        """From now on; where the folder cannot be written the program goes on without."""
        _leave_no_core()
        with suppress(OSError):
            self._reports.make_folder()
            self._lock.tryLock(0)
            self._file = os.fdopen(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w")
            self._file.write("\n".join(headings()) + "\n")
            self._file.flush()
            faulthandler.enable(self._file)

    def stop(self) -> None:
        """The process ends in order: nothing is left behind."""
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._lock.unlock()

    def collect(self) -> None:
        """Make reports of processes that ended by a fault; files of running ones are locked."""
        with suppress(OSError):
            for path in self._reports.folder.glob(f"*{_SUFFIX}"):
                lock = _lock(path)
                if path == self._path or not lock.tryLock(0):
                    continue
                with path.open("rb") as file:
                    text = file.read(_MOST).decode("utf-8", "replace")
                report = "\n".join(_cleaned(text))
                if report:
                    self._reports.keep(f"{report}\n")
                path.unlink(missing_ok=True)
                lock.unlock()


def _cleaned(text: str) -> Iterator[str]:
    """The lines of a report, none where no fault was written down: a process that was killed, or lost its power."""
    head, fault, rest = text.partition("Fatal Python error")
    if not fault:
        head, fault, rest = text.partition("Windows fatal exception")
    if not fault:
        return
    yield from head.splitlines()
    last = ""
    for line in (fault + rest).splitlines():
        told = _told(line)
        if told and told != last:
            yield told
        last = told or last


def _told(line: str) -> str:
    """What a report says of a line that Python wrote; nothing of what it does not know."""
    if found := _PLACE.match(line):
        place = place_of(found[1])
        return f"  {place}:{found[2]} in {found[3]}" if place else "  outside the program"
    if found := _THREAD.match(line):
        return "thread: at fault, running" if found[1].startswith("Current") else "thread: another, running"
    found = _KIND.match(line)
    return f"ended by: {found[1].strip()}" if found else ""


def _leave_no_core() -> None:
    """Ask the system for no image of the memory, for the ECG would be in it."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only a process that is gone frees it
    return lock
