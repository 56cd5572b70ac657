"""A window that ends by a segmentation fault leaves a report with nothing of the patient in it, offered at the next start."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from places import ROOT
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.ui.commands.help import show_crash_reports
from ecgtwin_app.ui.dialogs.crash_dialog import CrashDialog
from ecgtwin_app.ui.jobs.crash_reports import CrashReports, place_of, reports_folder
from ecgtwin_app.ui.jobs.hard_faults import FaultWatch
from ecgtwin_app.ui.window import app

pytest_plugins = ("ui_fixtures",)
NAME, IDENTIFIER = "Zaphod Beeblebrox", "ID-4711-XY"
#: The window as it starts, without the model; when the recording is there it does what the last argument says.
CHILD = """
import ctypes, os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ecgtwin_app.ui.window import app
app.take_up_generator = lambda workbench: None
application = QApplication([])

def shown(window):
    def look():
        if window.workbench.session.reference is not None:
            assert window.workbench.session.reference.patient.name == "Zaphod Beeblebrox"
            print("open", flush=True)
            {"fault": lambda: ctypes.string_at(0), "abort": os.abort, "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
             "close": window.close_now}[sys.argv[2]]()
    timer = QTimer(window, interval=20)
    timer.timeout.connect(look)
    timer.start()

sys.exit(app.run(application, sys.argv[1], shown=shown))
"""


def ended(tmp_path, how: str) -> int:
    """Open the recording of a known patient, its file named after him, and end so; the status of the process."""
    recording = replace(strip(seconds=10)[0], patient=Patient(52.0, "M", NAME, IDENTIFIER))
    path = write_ecg(recording, tmp_path / "Beeblebrox_4711.dcm", keep_identity=True)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "open" in done.stdout, done.stderr
    return done.returncode


@pytest.fixture
def begun(window, monkeypatch):
    """The next start of the window, as far as it tells of errors; the dialog, or None."""
    for name in ("open_example", "offer_tour", "take_up_generator"):
        monkeypatch.setattr(app, name, lambda *_: None)

    def begin():
        reports = CrashReports(reports_folder())
        FaultWatch(reports).collect()
        app._begin(window, None, False, reports)
        found = window.findChildren(CrashDialog)
        return found[0] if found else None

    return begin


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("how", "number", "word"),
    [("fault", signal.SIGSEGV, "Segmentation fault"), ("abort", signal.SIGABRT, "Aborted")],
)
def test_a_fault_is_told_at_the_next_start_without_the_patient(begun, tmp_path, how, number, word):
    assert ended(tmp_path, how) == -number
    (raw,) = reports_folder().glob("*.fault")
    assert stat.S_IMODE(raw.stat().st_mode) == 0o600 and stat.S_IMODE(raw.parent.stat().st_mode) == 0o700
    dialog = begun()
    text = dialog.report.toPlainText()
    assert f"ended by: {word}" in text and "ECGTwin Desktop" in text
    assert "ui/window/app.py:" in text and " in run" in text and "outside the program" in text
    for secret in (
        "Zaphod",
        "Beeblebrox",
        IDENTIFIER,
        "4711",
        str(tmp_path),
        str(Path.home()),
        str(ROOT),
        "<string>",
    ):
        assert secret not in text, secret
    dialog.reject()
    assert [path.suffix for path in reports_folder().iterdir()] == [".txt"], "what Python wrote is gone"


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("how", "status"), [("close", 0), ("kill", -signal.SIGKILL)])
def test_a_window_that_is_closed_or_killed_leaves_no_report(begun, tmp_path, how, status):
    assert ended(tmp_path, how) == status
    assert len(list(reports_folder().glob("*.fault"))) == (how == "kill")
    assert begun() is None
    assert list(reports_folder().iterdir()) == []


def test_the_fault_file_of_a_window_that_runs_is_left_alone(tmp_path):
    reports = CrashReports(tmp_path / "errors")
    running = FaultWatch(reports)
    running._reports.make_folder()
    assert running._lock.tryLock(0)
    running._path.write_text("head\nFatal Python error: Aborted\n")
    FaultWatch(reports).collect()
    assert running._path.exists() and reports.texts() == []
    running._lock.unlock()
    FaultWatch(reports).collect()
    assert not running._path.exists() and reports.texts() == ["head\nended by: Aborted\n"]


def test_a_report_has_only_the_kind_and_the_places_of_a_fault(tmp_path):
    reports = CrashReports(tmp_path / "errors")
    reports.make_folder()
    (reports.folder / "a.fault").write_text(
        "ECGTwin Desktop 1\n"
        "Fatal Python error: _enter_buffered_busy: could not acquire lock for <_io.BufferedWriter name='/home/zaphod/x'>\n\n"
        "Current thread 0x00007f12 [zaphod] (most recent call first):\n"
        '  File "/home/zaphod/lib/numpy/core.py", line 3 in dot\n'
        '  File "/home/zaphod/lib/numpy/core.py", line 9 in dot\n'
        '  File "ecgtwin_app/ui/window/app.py", line 12 in run\n'
        "  ...\nExtension modules: zaphod._secret (total: 1)\n"
    )
    FaultWatch(reports).collect()
    (text,) = reports.texts()
    assert text == (
        "ECGTwin Desktop 1\nended by: _enter_buffered_busy\nthread: at fault, running\n  outside the program\n"
        "  ui/window/app.py:12 in run\n"
    )


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path):
    (tmp_path / "file").touch()
    watch = FaultWatch(CrashReports(tmp_path / "file" / "errors"))
    watch.collect()
    watch.start()
    watch.stop()


def test_places_are_named_in_the_packaged_program_as_well():
    assert place_of(os.path.join("ecgtwin_app", "ui", "window", "app.py")) == "ui/window/app.py"
    assert place_of(str(ROOT / "ecgtwin_app" / "engine" / "engine.py")) == "engine/engine.py"
    assert place_of("/usr/lib/python3/ecgtwin_app_other.py") is None and place_of("main.py") is None


def test_reports_are_read_and_deleted_from_the_help_menu(window, qtbot):
    show_crash_reports(window.workbench)
    assert not window.findChildren(CrashDialog)
    assert window.workbench.messages.text == "There is no report of an error on this computer."
    reports = CrashReports(reports_folder())
    for number, text in enumerate(("the older\n", "the newer\n")):
        reports.keep(text)
        for path in reports.take_new():
            os.utime(path, (number, number))
    window.command_actions.of["crash_reports"].trigger()
    (dialog,) = window.findChildren(CrashDialog)
    assert dialog.report.isVisible() and dialog.report.toPlainText().split("\n\n") == [
        "the newer",
        "the older\n",
    ]
    dialog.deletes.click()
    assert reports.texts() == []
