"""Reports of errors that nobody foresaw: on this computer only, for the user alone, and nothing of a patient in them.

A report says which versions ran and where in the program the error came up. It has no message of an error, no value of a
variable, no line of source, no path: any of them may hold a name, or that of a file that is named after a patient.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import PySide6

import ecgtwin_app

#: So many are kept: an error in what is painted comes sixty times a second.
MOST = 20
_NEW, _TOLD = ".new.txt", ".txt"
_PROGRAM = Path(ecgtwin_app.__file__).parent


class CrashReports(logging.Handler):
    """Writes a report for every error that is logged with its traceback, whichever thread it comes from.

    Parameters
    ----------
    folder : Path
        Of the reports; made with the first one, for the user alone.
    """

    def __init__(self, folder: Path):
        super().__init__(logging.ERROR)
        self.folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a report of a logged error; where that fails the program goes on without it."""
        if record.exc_info and record.exc_info[1] is not None:
            with suppress(OSError):
                self._keep(report_of(record.exc_info[1], record.threadName == threading.main_thread().name))

    def take_new(self) -> list[Path]:
        """Reports that nobody was told of; they count as told from now on."""
        told = []
        with suppress(OSError):
            for path in sorted(self.folder.glob(f"*{_NEW}")):
                told.append(path.replace(path.with_name(path.name.removesuffix(_NEW) + _TOLD)))
        return told

    def delete(self) -> None:
        """Delete all reports."""
        with suppress(OSError):
            for path in self.folder.glob(f"*{_TOLD}"):
                path.unlink(missing_ok=True)

    def _keep(self, text: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        # The same error again is the same report.
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        there = list(self.folder.glob(f"*{_TOLD}"))
        if len(there) >= MOST:
            told = [path for path in there if not path.name.endswith(_NEW)]
            if not told:
                return
            told[0].unlink(missing_ok=True)
        with suppress(FileExistsError):
            file = os.open(self.folder / f"{name}{_NEW}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as opened:
                opened.write(text)


def report_of(error: BaseException, on_main_thread: bool) -> str:
    """The report of an error, in English for whoever mends it."""
    lines = [
        f"ECGTwin Desktop {ecgtwin_app.__version__}",
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, numpy {np.__version__}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
        f"thread: {'main' if on_main_thread else 'another'}",
        *_chain(error),
    ]
    return "\n".join(lines) + "\n"


def _chain(error: BaseException | None) -> Iterator[str]:
    """The error and those that it came of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__name__}, raised in"
        yield from _places(error.__traceback__)
        error = error.__cause__ or error.__context__


def _places(trace: TracebackType | None) -> Iterator[str]:
    """Where in the program; what lies outside of it is not named, for its path may be of the user's home."""
    for frame, line in traceback.walk_tb(trace):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_PROGRAM):
            yield f"  {path.relative_to(_PROGRAM).as_posix()}:{line} in {frame.f_code.co_name}"
        else:
            yield "  outside the program"
