"""Starting and failing: the log is discreet, what nobody caught is said in the window."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings, QUrl
from PySide6.QtGui import QFileOpenEvent
from ui_standin import StandInEngine
from ui_window import run

from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ui.window import app
from ecgtwin_app.ui.window.app import DiscreetFormatter, ErrorHooks
from ecgtwin_app.ui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot, tmp_path):
    window = MainWindow(StandInEngine, QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(window)
    window.show()
    yield window
    run(window, "close")


def _raise_and_catch():
    try:
        raise ValueError("Doe^Jane, /home/doctor/jane.dcm")
    except ValueError:
        return sys.exc_info()


def test_the_log_says_where_but_not_what():
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "A job failed", (), _raise_and_catch())
    text = DiscreetFormatter("%(message)s").format(record)
    assert "ValueError" in text
    assert "_raise_and_catch" in text
    assert "Doe" not in text
    assert "/home" not in text


def test_what_nobody_caught_is_said_in_the_bar(window, qtbot):
    before = sys.excepthook
    hooks = ErrorHooks(window)
    sys.excepthook(*_raise_and_catch())
    qtbot.waitUntil(lambda: "ValueError" in window.workbench.messages.text)
    assert "Doe" not in window.workbench.messages.text
    hooks.remove()
    assert sys.excepthook is before


def test_so_is_what_nobody_caught_on_another_thread(window, qtbot):
    hooks = ErrorHooks(window)
    thread = threading.Thread(target=lambda: {}["missing"])
    thread.start()
    thread.join()
    hooks.remove()
    qtbot.waitUntil(lambda: "KeyError" in window.workbench.messages.text)


@pytest.mark.parametrize(("rate", "draws"), [(0.98, 1), (0.5, 4), (None, 4)])
def test_the_demo_draws_again_only_for_a_condition_that_is_not_ready(window, monkeypatch, rate, draws):
    condition = replace(find_condition("ventricular premature complex"), pass_rate=rate)
    monkeypatch.setattr(app, "find_condition", lambda name: condition)
    asked = []
    monkeypatch.setattr(
        app, "generate", lambda workbench: asked.append(window.workbench.session.request.best_of)
    )
    app._demonstrate(window.workbench)
    assert asked == [draws]
    assert window.workbench.session.request.best_of == 1, "the next request is an ordinary one"


def _loaded(script: str) -> set[str]:
    """Modules that are there after a script in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_splash_waits_for_nothing_but_qt():
    there = _loaded("import ecgtwin_app.ui.window.start")
    assert "PySide6.QtWidgets" in there
    assert not there & {"numpy", "torch", "scipy", "ecgtwin_app.ui.window.app"}


def test_the_window_waits_for_no_library_of_the_model_or_of_files():
    there = _loaded("import ecgtwin_app.ui.window.app")
    heavy = {"torch", "scipy", "captum", "wfdb", "pydicom", "pandas", "matplotlib", "requests"}
    assert not there & heavy
    assert "ecgtwin_app.formats.dicom" not in there


def test_measuring_a_table_imports_no_library_of_files(tmp_path):
    path = tmp_path / "strip.csv"
    script = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from synthetic_ecg import strip\n"
        "from ecgtwin_app.formats.registry import write_ecg\n"
        f"write_ecg(strip()[0], {str(path)!r})\n"
        "from ecgtwin_app.cli.main import main\n"
        f"main(['measure', {str(path)!r}])"
    )
    assert not _loaded(script) & {"scipy", "wfdb", "pydicom", "torch", "PySide6", "pandas"}


def test_the_start_opens_the_window_and_ends_with_it(tmp_path):
    script = (
        "import os, sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from ecgtwin_app.ui.window import start\n"
        "class Splash(start.Splash):\n"
        "    def finish(self, window):\n"
        "        super().finish(window)\n"
        "        QTimer.singleShot(0, window.close_now)\n"
        "start.Splash = Splash\n"
        "assert start.main() == 0\n"
        "print('ended')"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0 and "ended" in done.stdout, done.stderr


def test_a_file_that_the_desktop_hands_over_is_opened(window, qtbot, files):
    holder = app.Holder(window)
    event = QFileOpenEvent(QUrl.fromLocalFile(str(files / "other.hea")))
    assert holder.eventFilter(window, event)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None)
    assert window.workbench.session.name == "other.hea"
    holder.hooks.remove()
