"""`ecgtwin --self-test FOLDER`: the window does its main job by itself, says how it went and closes.

For whoever has built or installed the program. Nothing is taken from the user's settings and nothing is left in them.
"""

from __future__ import annotations

import json
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.ui.commands.manual_window import show_manual
from ecgtwin_app.ui.commands.opening import open_example
from ecgtwin_app.ui.commands.pages import measured_page
from ecgtwin_app.ui.commands.twin import generate, set_heat_map
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.manual import missing_pictures
from ecgtwin_app.ui.window.main_window import MainWindow

#: What is written into the folder.
REPORT, PAGE, TWINS = "self-test.json", "page.pdf", "twins"
#: A step that takes longer has failed.
LIMIT_SECONDS = 180.0
#: The map of the first page: what the condition changed.
_MAP = "contrast"
_POLL_MILLISECONDS = 20
#: What reaches for another machine.
_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


class SelfTestError(Exception):
    """What went wrong, in one sentence."""


@dataclass(frozen=True)
class Step:
    """One thing that is done, and how one sees that it is."""

    name: str
    begin: Callable[[], None]
    is_done: Callable[[], bool]


class SelfTest(QObject):
    """Does one step after another in a window that is shown, then writes the report and ends the program.

    Parameters
    ----------
    window : MainWindow
    folder : Path
        Where the page, the twin and the report are written; made where it is not there.
    limit : float, optional
        Seconds that a step may take.
    """

    def __init__(self, window: MainWindow, folder: Path, limit: float = LIMIT_SECONDS):
        super().__init__(window)
        workbench = window.workbench
        self._window, self._folder, self._limit = window, folder, limit
        self._steps = iter(_steps(workbench, folder))
        self._step: Step | None = None
        self._seconds: dict[str, float] = {}
        self._reached: list[str]
        self._failure = ""
        self._began = time.perf_counter()
        workbench.jobs.failed.connect(lambda why: self._fail(str(why)))
        self._timer = QTimer(self, interval=_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        reached = self._reached = []
        # It cannot be taken off again, so it holds no more than a list.
        sys.addaudithook(lambda event, _: reached.append(event) if event in _NETWORK else None)

    def start(self) -> None:
        """Begin with the first step."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clear()
        self._timer.start()

    def _clear(self):
        """Take away what a former self-test wrote into the folder; what is somebody else's stays."""
        report = self._folder / REPORT
        if report.is_file():
            shutil.rmtree(self._folder / TWINS, ignore_errors=True)
            (self._folder / PAGE).unlink(missing_ok=True)
            report.unlink()

    def _fail(self, why: str):
        self._failure = self._failure or why

    def _look(self):
        """Go on to the next step, or end, where the one that runs is done or has failed."""
        try:
            if self._step is not None and time.perf_counter() - self._began > self._limit:
                self._fail(f"{self._step.name} took longer than {self._limit:g} s.")
            elif self._step is None or self._step.is_done():
                self._note()
                self._step = next(self._steps, None)
                if self._step is not None and not self._failure:
                    self._began = time.perf_counter()
                    self._step.begin()
        except (EcgError, SelfTestError, OSError, ValueError) as error:
            self._fail(str(error))
        if self._reached:
            self._fail(f"The program reached for the network ({self._reached[0]}).")
        if self._failure or self._step is None:
            self._end()

    def _note(self):
        if self._step is not None:
            self._seconds[self._step.name] = round(time.perf_counter() - self._began, 2)

    def _end(self):
        self._timer.stop()
        failed_in = self._step.name if self._step is not None else ""
        report = {
            "passed": not self._failure,
            "failure": f"{failed_in}: {self._failure}" if self._failure else "",
            "version": __version__,
            "system": f"{platform.system()} {platform.machine()}",
            "packaged": bool(getattr(sys, "frozen", False)),
            "seconds": self._seconds,
        }
        (self._folder / REPORT).write_text(json.dumps(report, indent=1), "utf-8")
        print(report["failure"] or f"The self-test passed: {self._folder}")
        self._window.close_now()
        QApplication.exit(1 if self._failure else 0)


def _steps(workbench: Workbench, folder: Path) -> Iterator[Step]:
    """From the example to a twin, a heat map, and both in files that are read again."""
    session, jobs, view = workbench.session, workbench.jobs, workbench.parts.page_view

    def idle():
        return not jobs.worker.busy and not jobs.running

    yield Step(
        "opening the example",
        lambda: open_example(workbench),
        lambda: session.reference is not None and session.shown is not None and idle(),
    )
    yield Step("making a twin", lambda: generate(workbench), lambda: bool(session.twins) and idle())
    yield Step(
        "making a heat map",
        lambda: set_heat_map(workbench, _MAP),
        lambda: session.heatmap(_MAP) is not None and idle(),
    )
    yield Step("drawing the page", lambda: None, lambda: view.up_to_date and view.page is not None)
    yield Step(
        "writing the page",
        lambda: jobs.files.export(measured_page(workbench), folder / PAGE),
        lambda: idle() and (folder / PAGE).is_file(),
    )
    yield Step(
        "writing the twin",
        lambda: jobs.files.save_twins(folder / TWINS),
        lambda: idle() and (folder / TWINS / "twins.json").is_file(),
    )
    yield Step("reading both again", lambda: _check(workbench, folder), lambda: True)
    yield Step("opening the manual", lambda: _open_manual(workbench), lambda: True)


def _open_manual(workbench: Workbench) -> None:
    """Whether the pages of the Help menu and their pictures came along."""
    if missing := missing_pictures():
        raise SelfTestError(f"The manual has lost {missing[0]}.")
    show_manual(workbench)


def _check(workbench: Workbench, folder: Path) -> None:
    """Whether the files hold what the window shows."""
    page = (folder / PAGE).read_bytes()
    if not page.startswith(b"%PDF-") or b"%%EOF" not in page[-64:]:
        raise SelfTestError("The page is no whole PDF.")
    twin = workbench.session.twin
    (header,) = (folder / TWINS).glob("*.hea")
    read = read_ecg(header)
    if twin is None or not read.synthetic:
        raise SelfTestError("The file does not say that the twin is synthetic.")
    # WFDB keeps whole steps of a few microvolts.
    if read.signal.shape != twin.recording.signal.shape or not np.allclose(
        read.signal, twin.recording.signal, atol=0.005
    ):
        raise SelfTestError("The file does not hold the twin that the window shows.")
