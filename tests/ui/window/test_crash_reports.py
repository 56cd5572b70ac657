"""Errors that nobody foresaw leave a report with nothing of the patient in it, and the next start says so once."""

import logging
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from synthetic_ecg import strip
from ui_window import idle

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.dialogs.crash_dialog import CrashDialog
from ecgtwin_app.ui.jobs.crash_reports import MOST, CrashReports, report_of
from ecgtwin_app.ui.window import app
from ecgtwin_app.ui.window.app import ErrorHooks

pytest_plugins = ("ui_fixtures",)
NAME, IDENTIFIER = "Zaphod Beeblebrox", "ID-4711-XY"


@pytest.fixture
def reports(tmp_path):
    reports = CrashReports(tmp_path / "state" / "errors")
    logging.getLogger("ecgtwin_app").addHandler(reports)
    yield reports
    logging.getLogger("ecgtwin_app").removeHandler(reports)


@pytest.fixture
def patient_open(window, qtbot, tmp_path):
    """The window with the recording of a known patient open, its file named after him; its hooks are in place."""
    recording = replace(strip(seconds=10)[0], patient=Patient(52.0, "M", NAME, IDENTIFIER))
    path = write_ecg(recording, tmp_path / "Beeblebrox_4711.dcm", keep_identity=True)
    open_path(window.workbench, path)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    shown = window.workbench.session.reference.patient
    assert "Beeblebrox" in shown.name and shown.identifier == IDENTIFIER
    hooks = ErrorHooks(window)
    yield window
    hooks.remove()


def _fail(window):
    """As a fault does: in its variables, its message and the error that it comes of it knows the patient."""
    patient = window.workbench.session.reference.patient
    try:
        raise KeyError(f"{patient.name} in {window.workbench.session.name}")
    except KeyError as error:
        raise RuntimeError(f"{patient.identifier}: {Path.home()}") from error


def _in_a_slot(window):
    QTimer.singleShot(0, lambda: _fail(window))


def _in_a_thread(window):
    thread = threading.Thread(target=_fail, args=(window,), name=NAME)
    thread.start()
    thread.join()


def _in_a_job(window):
    window.workbench.jobs.work("Saving", lambda: _fail(window), lambda _: None)


@pytest.mark.parametrize("fails", [_in_a_slot, _in_a_thread, _in_a_job])
def test_a_report_says_where_and_nothing_of_whom(patient_open, reports, qtbot, tmp_path, fails):
    fails(patient_open)
    qtbot.waitUntil(lambda: len(list(reports.folder.glob("*"))) == 1)
    (path,) = reports.folder.glob("*")
    qtbot.waitUntil(lambda: b"KeyError" in path.read_bytes())
    data = path.read_bytes()
    assert b"RuntimeError" in data and b"ECGTwin Desktop" in data and b"Python 3" in data
    assert (b"thread: main" in data) == (fails is _in_a_slot)
    if fails is _in_a_job:
        assert b"ui/jobs/worker.py:" in data and b"in _perform" in data
    for secret in (
        "Zaphod",
        "Beeblebrox",
        IDENTIFIER,
        "4711",
        str(tmp_path),
        str(Path.home()),
        __file__,
        "patient",
    ):
        assert secret.encode() not in data, secret
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(reports.folder.stat().st_mode) == 0o700
    qtbot.waitUntil(lambda: "RuntimeError" in patient_open.workbench.messages.text)


def test_the_next_start_says_so_once_shows_it_and_deletes_it(window, reports, qtbot, monkeypatch):
    for name in ("open_example", "offer_tour", "take_up_generator"):
        monkeypatch.setattr(app, name, lambda *_: None)
    app._begin(window, None, False, reports)
    assert not window.findChildren(CrashDialog)
    reports.keep("one report\n")
    app._begin(window, None, False, reports)
    (dialog,) = window.findChildren(CrashDialog)
    assert dialog.isVisible() and not dialog.report.isVisible()
    qtbot.mouseClick(dialog.shows, Qt.MouseButton.LeftButton)
    assert dialog.report.isVisible() and dialog.report.toPlainText() == "one report\n"
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(CrashDialog))
    app._begin(window, None, False, reports)
    assert not window.findChildren(CrashDialog), "it is said once"
    assert len(list(reports.folder.iterdir())) == 1, "and kept unless deleted"
    reports.keep("another\n")
    app._begin(window, None, False, reports)
    (dialog,) = window.findChildren(CrashDialog)
    qtbot.mouseClick(dialog.deletes, Qt.MouseButton.LeftButton)
    assert list(reports.folder.iterdir()) == []


def test_the_same_error_a_thousand_times_is_one_report_and_there_are_never_many(reports):
    for _ in range(1000):
        reports.keep("the same\n")
    assert len(list(reports.folder.iterdir())) == 1
    for number in range(2 * MOST):
        reports.keep(f"{number}\n")
    assert len(list(reports.folder.iterdir())) == MOST
    reports.take_new()
    reports.keep("the newest\n")
    assert [path.read_text() for path in reports.take_new()] == ["the newest\n"]
    assert len(list(reports.folder.iterdir())) == MOST


def test_errors_that_come_of_each_other_end(reports):
    one, other = ValueError(NAME), KeyError(NAME)
    one.__cause__, other.__cause__ = other, one
    text = report_of(one, True)
    assert text.count("ValueError") == text.count("KeyError") == 1 and NAME not in text


def test_a_state_that_cannot_be_written_does_not_stop_the_program(tmp_path):
    (tmp_path / "file").touch()
    handler = CrashReports(tmp_path / "file" / "errors")
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "x", (), (ValueError, ValueError(), None))
    handler.emit(record)
    assert handler.take_new() == []


def test_an_error_that_is_logged_without_a_traceback_is_no_report(reports):
    logging.getLogger("ecgtwin_app").error("Refused")
    assert not reports.folder.exists()
