"""Generators side by side in the window, by keys and mouse, with the networks that ship."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from drawn_patients import DrawnPatients
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from shipped import engine as shipped_engine
from ui_window import CONTROL, SHIFT, dialog_of, idle

from ecgtwin_app.engine.comparison import COMPARED
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.ui.commands import compare
from ecgtwin_app.ui.dialogs.compare_dialog import MOST, CompareDialog
from ecgtwin_app.ui.jobs import engines

pytest_plugins = ("ui_fixtures",)
LEFT, ENTER, ESC = Qt.MouseButton.LeftButton, Qt.Key.Key_Return, Qt.Key.Key_Escape
networks = shipped_engine


@pytest.fixture
def engine(networks):
    """In the place of the stand-in, which waits at a gate when it is told to."""
    networks.gate = threading.Event()
    return networks


@pytest.fixture
def generator(monkeypatch):
    """A generator of new patients that needs no weights."""
    made = DrawnPatients()
    entry = replace(COMPARED["sssd"], unavailable=lambda folder: "")
    monkeypatch.setattr(compare, "COMPARED", {**COMPARED, "sssd": entry})
    monkeypatch.setattr(engines, "_load", lambda id, folder: TwinEngine(made))
    return made


@pytest.fixture
def dialog(generator, opened, qtbot):
    """Opened by its keys."""
    opened.workbench.session.set_request(
        replace(opened.workbench.session.request, conditions=("left bundle branch block",))
    )
    qtbot.waitUntil(opened.isActiveWindow)
    qtbot.keyClick(opened, Qt.Key.Key_V, CONTROL | SHIFT)
    return dialog_of(opened, qtbot, CompareDialog)


def words(dialog, row, column) -> str:
    cell = dialog.table.cellWidget(row, column)
    return " ".join(label.text() for label in cell.findChildren(QLabel)) if cell else ""


def headings(dialog) -> list[str]:
    return [dialog.table.horizontalHeaderItem(k).text() for k in range(dialog.table.columnCount())]


def test_the_same_requests_stand_side_by_side(dialog, opened, qtbot):
    assert headings(dialog) == ["The open ECG", "ECGTwin", "New patients (SSSD-ECG)"]
    assert "ECGTwin as published: The generator 'published' needs" in dialog.lacking.text()
    assert dialog.table.rowCount() == 2 and "left bundle branch block" in words(dialog, 0, 0)
    qtbot.keyClicks(dialog.line, "T inversion")
    qtbot.keyClick(dialog.line, ENTER)
    assert dialog.table.rowCount() == 3
    qtbot.mouseClick(dialog.go, LEFT)
    assert dialog.running
    qtbot.waitUntil(lambda: not dialog.running)
    assert dialog.summary.text().startswith("Done")
    assert "✓ meets all" in words(dialog, 0, 1) and "a new patient of the same age and sex" in words(
        dialog, 0, 2
    )
    assert "not trained for T inversion" in words(dialog, 2, 2) and words(dialog, 2, 1)
    pictures = [
        any(
            not label.pixmap().isNull() for label in dialog.table.cellWidget(row, column).findChildren(QLabel)
        )
        for row, column in ((0, 0), (0, 1), (0, 2), (2, 2))
    ]
    assert pictures == [True, True, True, False]
    # What is open stays as it was.
    assert (
        not opened.workbench.session.twins
        and opened.workbench.jobs.engines.now is opened.workbench.jobs.engine
    )


def test_rows_are_added_and_taken_away(dialog, qtbot):
    qtbot.keyClicks(dialog.line, "nothing of the kind")
    qtbot.keyClick(dialog.line, ENTER)
    assert dialog.problem.isVisible() and dialog.table.rowCount() == 2
    dialog.line.clear()
    for name in ("AF", "RBBB", "AF"):
        qtbot.keyClicks(dialog.line, name)
        qtbot.keyClick(dialog.line, ENTER)
    assert dialog.table.rowCount() == 4 <= MOST and not dialog.problem.isVisible(), (
        "the same row is there once"
    )
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.remove, LEFT)
    assert "without" not in words(dialog, 0, 0) and dialog.table.rowCount() == 3
    for _ in range(3):
        qtbot.mouseClick(dialog.remove, LEFT)
    assert not dialog.go.isEnabled() and not dialog.remove.isEnabled()


def test_esc_ends_the_run_first(dialog, generator, opened, qtbot):
    generator.gate.clear()
    qtbot.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: bool(generator.seeds))
    qtbot.keyClick(dialog, ESC)
    generator.gate.set()
    qtbot.waitUntil(lambda: not dialog.running and idle(opened))
    assert dialog.isVisible() and dialog.summary.text().startswith("Stopped")
    assert words(dialog, 0, 1) and not words(dialog, 1, 2)
    qtbot.keyClick(dialog, ESC)
    assert not dialog.isVisible()
