"""One session file open in two windows: the second is told, and neither writes over the other unasked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QDialog, QPushButton
from synthetic_ecg import strip
from ui_window import accept_file_dialog, idle, run

from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.twin import generate
from ecgtwin_app.ui.jobs import controller
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)


@pytest.fixture
def windows(qtbot, engine, tmp_path, recognised, monkeypatch):
    """Two windows of one user, as two starts of the program have them."""
    monkeypatch.setattr(controller, "shown_by", lambda recording: recognised)
    both = []
    for number in range(2):
        store = QSettings(str(tmp_path / f"{number}.ini"), QSettings.Format.IniFormat)
        window = MainWindow(lambda: engine, store, tmp_path / "recovery")
        qtbot.addWidget(window)
        window.show()
        both.append(window)
    yield both
    for window in both:
        window.close_now()


@pytest.fixture
def path(tmp_path):
    write_session(tmp_path / "a.ecgtwin", SessionState(strip(seconds=10)[0]))
    return tmp_path / "a.ecgtwin"


def _open(window, qtbot, path):
    open_path(window.workbench, path)
    qtbot.waitUntil(lambda: window.workbench.session.path == path and idle(window))


def _make(window, qtbot, count=1):
    """Not by the keyboard, which only one of two windows has."""
    session = window.workbench.session
    session.set_request(replace(session.request, steps=1, samples=count))
    wanted = len(session.twins) + count
    generate(window.workbench)
    qtbot.waitUntil(lambda: len(session.twins) == wanted and idle(window))


def _asked(window) -> QDialog | None:
    return next(
        (
            one
            for one in window.findChildren(QDialog)
            if one.isVisible() and one.windowTitle() == "Changed elsewhere"
        ),
        None,
    )


def _answer(window, qtbot, text):
    qtbot.waitUntil(lambda: _asked(window) is not None)
    (button,) = (one for one in _asked(window).findChildren(QPushButton) if one.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_second_is_told_and_nobody_after_the_first_is_gone(windows, qtbot, path, files):
    first, second = windows
    _open(first, qtbot, path)
    assert "another window" not in first.workbench.messages.text
    _open(second, qtbot, path)
    assert second.workbench.messages.text.startswith("a.ecgtwin is open in another window, too;")
    _open(first, qtbot, files / "a.ecgtwin")
    _open(second, qtbot, files / "b.ecgtwin")
    _open(second, qtbot, path)
    assert "another window" not in second.workbench.messages.text


def test_what_the_other_saved_is_not_written_over_unasked(windows, qtbot, path, tmp_path):
    first, second = windows
    for window in windows:
        _open(window, qtbot, path)
    _make(first, qtbot, 2)
    run(first, "save_session")
    qtbot.waitUntil(lambda: "Saved the session" in first.workbench.messages.text)
    _make(second, qtbot)
    run(second, "save_session")
    _answer(second, qtbot, "Save under another name")
    accept_file_dialog(second, qtbot, tmp_path / "b.ecgtwin")
    qtbot.waitUntil(lambda: "Saved the session as b" in second.workbench.messages.text and idle(second))
    assert [len(read_session(tmp_path / name).twins) for name in ("a.ecgtwin", "b.ecgtwin")] == [2, 1]
    # The first one's own writing is no change of another's.
    _make(first, qtbot)
    run(first, "save_session")
    qtbot.waitUntil(lambda: len(read_session(path).twins) == 3)
    assert _asked(first) is None


def test_it_is_written_over_when_that_is_wanted_and_anew_when_it_is_gone(windows, qtbot, path):
    window, _ = windows
    _open(window, qtbot, path)
    _make(window, qtbot)
    write_session(path, SessionState(strip(rate=90)[0]))
    run(window, "save_session")
    _answer(window, qtbot, "Write over it")
    qtbot.waitUntil(lambda: len(read_session(path).twins) == 1 and idle(window))
    path.unlink()
    _make(window, qtbot)
    run(window, "save_session")
    qtbot.waitUntil(lambda: path.exists() and len(read_session(path).twins) == 2)
