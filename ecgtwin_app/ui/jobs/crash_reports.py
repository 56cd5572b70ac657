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
from platformdirs import user_state_dir

import ecgtwin_app
from ecgtwin_app.ui.preferences import settings

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
                self.keep(report_of(record.exc_info[1], record.threadName == threading.main_thread().name))

    def take_new(self) -> list[Path]:
        """Reports that nobody was told of; they count as told from now on."""
        told = []
        with suppress(OSError):
            for path in sorted(self.folder.glob(f"*{_NEW}")):
                told.append(path.replace(path.with_name(path.name.removesuffix(_NEW) + _TOLD)))
        return told

    def texts(self) -> list[str]:
        """What is kept, the newest first, whether or not somebody was told."""
        found = []
        with suppress(OSError):
            for path in self.folder.glob(f"*{_TOLD}"):
                found.append((path.stat().st_mtime, path.read_text(encoding="utf-8")))
        return [text for _, text in sorted(found, reverse=True)]

    def delete(self) -> None:
        """Delete all reports."""
        with suppress(OSError):
            for path in self.folder.glob(f"*{_TOLD}"):
                path.unlink(missing_ok=True)

    def make_folder(self) -> None:
        """Make the folder, for the user alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def keep(self, text: str) -> None:
        """Keep a report that nobody was told of yet."""
        self.make_folder()
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


def reports_folder() -> Path:
    """Where reports lie as a rule: the program's own state, which only the user reads."""
    return Path(user_state_dir(settings.APPLICATION, settings.ORGANISATION)) / "errors"


def report_of(error: BaseException, on_main_thread: bool) -> str:
    """The report of an error, in English for whoever mends it."""
    lines = [*headings(), f"thread: {'main' if on_main_thread else 'another'}", *_chain(error)]
    return "\n".join(lines) + "\n"


def headings() -> list[str]:
    """The versions that run, and the system."""
    return [
        f"ECGTwin Desktop {ecgtwin_app.__version__}",
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, numpy {np.__version__}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
    ]


def place_of(filename: str) -> str | None:
    """Where in the program a file of code lies; None outside of it, for such a path may be of the user's home."""
    path = Path(filename)
    if path.parts[:1] == (_PROGRAM.name,):  # the packaged program's code knows no more of its place
        return Path(*path.parts[1:]).as_posix()
    return path.relative_to(_PROGRAM).as_posix() if path.is_relative_to(_PROGRAM) else None


def _chain(error: BaseException | None) -> Iterator[str]:
    """The error and those that it came of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__name__}, raised in"
        yield from _places(error.__traceback__)
        error = error.__cause__ or error.__context__


def _places(trace: TracebackType | None) -> Iterator[str]:
    """Where in the program, function by function."""
    for frame, line in traceback.walk_tb(trace):
        place = place_of(frame.f_code.co_filename)
        yield f"  {place}:{line} in {frame.f_code.co_name}" if place else "  outside the program"
