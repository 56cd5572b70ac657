"""Starting and failing: the log is discreet, what nobody caught is said in the window."""

from __future__ import annotations

import logging
import sys
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from ui_standin import StandInEngine

from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ui import app
from ecgtwin_app.ui.app import DiscreetFormatter, ErrorHooks
from ecgtwin_app.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot, tmp_path):
    window = MainWindow(StandInEngine, QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


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
    qtbot.waitUntil(lambda: "ValueError" in window.messages.text)
    assert "Doe" not in window.messages.text
    hooks.remove()
    assert sys.excepthook is before


def test_so_is_what_nobody_caught_on_another_thread(window, qtbot):
    hooks = ErrorHooks(window)
    thread = threading.Thread(target=lambda: {}["missing"])
    thread.start()
    thread.join()
    hooks.remove()
    qtbot.waitUntil(lambda: "KeyError" in window.messages.text)


@pytest.mark.parametrize(("rate", "draws"), [(0.98, 1), (0.5, 4), (None, 4)])
def test_the_demo_draws_again_only_for_a_condition_that_is_not_ready(window, monkeypatch, rate, draws):
    condition = replace(find_condition("ventricular premature complex"), pass_rate=rate)
    monkeypatch.setattr(app, "find_condition", lambda name: condition)
    asked = []
    monkeypatch.setattr(window, "generate", lambda: asked.append(window.session.request.best_of))
    app._demonstrate(window)
    assert asked == [draws]
    assert window.session.request.best_of == 1, "the next request is an ordinary one"
