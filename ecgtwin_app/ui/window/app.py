"""Starting the window."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_data_dir, user_log_dir
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from ecgtwin_app import __version__
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.engine.preload import load_backend
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.inference import USUAL_BACKEND, prefer
from ecgtwin_app.resources import resource_path
from ecgtwin_app.ui.commands.generators import take_up_generator
from ecgtwin_app.ui.commands.opening import offer_recovery, open_example, open_path
from ecgtwin_app.ui.commands.touring import offer_tour
from ecgtwin_app.ui.commands.twin import generate
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.crash_dialog import AT_THE_START, CrashDialog
from ecgtwin_app.ui.jobs.crash_reports import CrashReports, reports_folder
from ecgtwin_app.ui.jobs.hard_faults import FaultWatch
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.language import install_chosen_language
from ecgtwin_app.ui.window.main_window import MainWindow
from ecgtwin_app.ui.window.self_test import SelfTest

log = logging.getLogger("ecgtwin_app")


def run(
    application: QApplication,
    path: str | None = None,
    demo: bool = False,
    shown: Callable[[QWidget], None] = lambda window: None,
    self_test: Path | None = None,
) -> int:
    """Run the window until it is closed.

    Parameters
    ----------
    application : QApplication
    path : str or None
        A recording to open; without one, the example.
    demo : bool
        Open the example and make a twin with ventricular premature complexes at once.
    shown : callable
        Gets the window when it is shown.
    self_test : Path or None
        Do the main job into this folder and close; the user's settings and recovery are left alone.

    Returns
    -------
    int
        Exit status.
    """
    application.setOrganizationName(settings.ORGANISATION)
    application.setApplicationName(settings.APPLICATION)
    application.setApplicationVersion(__version__)
    application.setWindowIcon(QIcon(str(resource_path("icons/ecgtwin.svg"))))
    if self_test is None:
        store, recovery = QSettings(), _recovery_folder()
    else:
        store, recovery = QSettings(str(self_test / "settings.ini"), QSettings.Format.IniFormat), None
    install_chosen_language(application, store)
    _start_log()
    reports = CrashReports(reports_folder())
    faults = FaultWatch(reports)
    if self_test is None:
        log.addHandler(reports)
        faults.collect()
        faults.start()
    window = MainWindow(_loader(store), store, recovery)
    holder = Holder(window)
    application.installEventFilter(holder)
    window.show()
    shown(window)
    if self_test is not None:
        test = SelfTest(window, self_test)
        QTimer.singleShot(0, test.start)
    else:
        # The window is painted before anything else begins, and the ECG is there before the model.
        QTimer.singleShot(0, lambda: _begin(window, path, demo, reports))
    status = application.exec()
    holder.hooks.remove()
    faults.stop()
    return status


def _begin(window: MainWindow, path: str | None, demo: bool, reports: CrashReports) -> None:
    """Open what was asked for, then load the model."""
    workbench = window.workbench
    recover = partial(offer_recovery, workbench)
    if demo:
        open_path(workbench, example_path(), lambda: _demonstrate(workbench))
    elif path is not None:
        open_path(workbench, path, recover)
    else:
        open_example(workbench, recover)
        offer_tour(workbench)
    take_up_generator(workbench)
    tell_of_errors(workbench, reports)


def tell_of_errors(workbench: Workbench, reports: CrashReports) -> None:
    """Say once that there are reports of errors of a former start."""
    found = reports.take_new()
    if found:
        texts = [path.read_text(encoding="utf-8") for path in found]
        workbench.dialogs.show(CrashDialog(texts, reports.delete, tr(AT_THE_START), workbench.window))


def _recovery_folder() -> Path:
    """Where autosaved sessions lie: the user's own data folder."""
    return Path(user_data_dir(settings.APPLICATION, settings.ORGANISATION)) / "recovery"


def _demonstrate(workbench: Workbench) -> None:
    """Make one twin; of a condition that is not ready the best of a few draws is shown, and marked so."""
    request = workbench.session.request
    if all(find_condition(name).status == "ready" for name in request.conditions):
        generate(workbench)
        return
    workbench.session.set_request(replace(request, best_of=4))
    generate(workbench)
    workbench.session.set_request(request)


def _loader(store: QSettings) -> Callable[[], object]:
    """What loads the engine with the backend that is remembered, read here and not in the thread that loads it."""
    backend = settings.read(store, settings.BACKEND)
    prefer(backend)  # a reference may be recognised before the engine is loaded
    return partial(load_engine, backend)


def load_engine(backend: str = USUAL_BACKEND):
    """The engine with the weights that ship, run by a backend; for another thread than the window's."""
    load_backend(backend)
    from ecgtwin_app.engine.engine import TwinEngine

    return TwinEngine.load(backend=backend, shares=True)


class Holder(QObject):
    """Holds the window, and puts another in its place that speaks the language chosen."""

    def __init__(self, window: MainWindow):
        super().__init__()
        self.hold(window)

    def hold(self, window: MainWindow) -> None:
        """This is the window now."""
        self.window, self.hooks = window, ErrorHooks(window)
        # In a turn of its own: the button that asks for it goes with the window.
        window.reopen = lambda: QTimer.singleShot(0, self, self.reopen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open what the desktop hands over: on macOS a file that is double-clicked comes as an event."""
        if isinstance(event, QFileOpenEvent):
            open_path(self.window.workbench, event.file())
            return True
        return False

    def reopen(self) -> None:
        """The same work in a new window; only the steps of Undo begin anew."""
        former = self.window
        install_chosen_language(QApplication.instance(), former.workbench.settings)
        engine = former.workbench.jobs.engine
        window = MainWindow(
            _loader(former.workbench.settings) if engine is None else lambda: engine,
            former.workbench.settings,
            former.recovery,
        )
        window.take_over(former)
        window.show()
        self.hooks.remove()
        former.close_now()
        self.hold(window)
        take_up_generator(window.workbench)


class ErrorHooks(QObject):
    """Whatever nobody caught, in whichever thread, becomes a line in the log and a sentence in the bar."""

    _caught = Signal(str)

    def __init__(self, window: MainWindow):
        super().__init__(window)
        self._caught.connect(window.workbench.messages.warn, Qt.ConnectionType.QueuedConnection)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._report
        threading.excepthook = lambda args: self._report(args.exc_type, args.exc_value, args.exc_traceback)

    def remove(self) -> None:
        """Put the former hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _report(self, kind, value, trace):
        log.error("Not caught", exc_info=(kind, value, trace))
        self._caught.emit(
            tr("Something went wrong ({error}); save your twins and start the program again.").format(
                error=kind.__name__
            )
        )


class DiscreetFormatter(logging.Formatter):
    """Writes where an error happened but not what it said: messages may hold names of files or patients."""

    def formatException(self, exc_info) -> str:
        """Type and places, without the message."""
        kind, _, trace = exc_info
        places = (f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in traceback.extract_tb(trace))
        return "\n".join([kind.__name__, *places])


def _start_log():
    try:
        folder = Path(user_log_dir(settings.APPLICATION, settings.ORGANISATION))
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "ecgtwin.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()  # a home that cannot be written must not keep the window away
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
