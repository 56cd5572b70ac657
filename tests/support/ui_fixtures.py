"""Fixtures of tests that drive the window with the stand-in engine."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QSettings
from ui_standin import StandInEngine
from ui_window import idle, run

from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.ui.jobs import controller
from ecgtwin_app.ui.window.main_window import MainWindow


@pytest.fixture
def qtbot(qtbot):
    """Waits longer than five seconds: a loaded machine is slow, not wrong."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=60_000)
    return qtbot


@pytest.fixture
def engine():
    return StandInEngine()


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def recognised():
    """What every recording shows to a window that no network looks for."""
    return Shown((Finding("sinus rhythm"),))


@pytest.fixture
def window(qtbot, engine, store, recognised, monkeypatch):
    monkeypatch.setattr(controller, "shown_by", lambda recording: recognised)
    window = MainWindow(lambda: engine, store)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    engine.gate.set()
    window.close_now()


@pytest.fixture
def opened(window, qtbot):
    """The window with the example open and the weights known."""
    window.workbench.jobs.prepare_engine()
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    qtbot.waitUntil(
        lambda: (
            window.workbench.parts.page_view.up_to_date and window.workbench.parts.page_view.page is not None
        )
    )
    return window
