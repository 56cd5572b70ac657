"""Every size of the window and every scale of the screen: nothing is cut, everything can be reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from places import SUPPORT
from PySide6.QtCore import Qt
from ui_window import generate

from ecgtwin_app.ui.panels.arrangement import NARROW
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.window.screen import fit_screen, room_for

pytest_plugins = ("ui_fixtures",)
SIZES = ("1024x700", "1280x800", "1600x1000")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_nothing_is_cut_and_every_command_is_reached(tmp_path, scale, language):
    script = SUPPORT / "ui_fitting.py"
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script), language, str(tmp_path), *SIZES],
        capture_output=True, text=True, env=environment, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert len(found) >= len(SIZES) * 3
    assert {key: problems for key, problems in found.items() if problems} == {}


def test_what_does_not_fit_is_opened_from_the_keyboard(opened, qtbot):
    row = opened.workbench.parts.page_bar
    row.setFixedWidth(260)
    qtbot.waitUntil(lambda: bool(row.left_out))
    assert row.more.isVisible()
    assert row.more.focusPolicy() & Qt.FocusPolicy.TabFocus
    row.menu.aboutToShow.emit()
    commands = row.menu.actions()
    assert opened.command_actions.of["print_page"] in commands
    assert opened.command_actions.of["zoom_in"] in commands
    opened.command_actions.of["zoom_in"].trigger()
    row.setMaximumWidth(2000)
    row.setMinimumWidth(900)
    qtbot.waitUntil(lambda: not row.left_out)
    assert not row.more.isVisible()


def test_a_narrow_window_has_its_results_in_a_tab_and_shows_them_after_generating(opened, qtbot):
    opened.setMinimumSize(800, 600)
    opened.resize(1024, 700)
    qtbot.waitUntil(lambda: opened.workbench.parts.arrangement.narrow)
    opened.workbench.parts.arrangement.tabs.setCurrentIndex(0)
    assert opened.workbench.parts.page_view.width() > 0.6 * opened.width()
    generate(opened, qtbot)
    assert opened.workbench.parts.arrangement.tabs.currentWidget() is opened.workbench.parts.arrangement.right
    assert opened.workbench.parts.results.isVisible()
    opened.workbench.view.choose_theme("dark")
    opened.resize(NARROW + 100, 800)
    qtbot.waitUntil(lambda: not opened.workbench.parts.arrangement.narrow)
    assert opened.workbench.parts.results.isVisible()
    assert opened.workbench.parts.request_panel.isVisible()
    assert opened.workbench.parts.arrangement.tabs.indexOf(opened.workbench.parts.arrangement.right) < 0


def test_a_page_too_small_to_read_scrolls(opened, qtbot):
    opened.setMinimumSize(500, 300)
    opened.resize(960, 420)
    qtbot.waitUntil(lambda: opened.height() == 420 and opened.workbench.parts.page_view.up_to_date)
    assert opened.workbench.parts.page_view._scale >= 1.7
    assert opened.workbench.parts.page_view.verticalScrollBar().maximum() > 0
    opened.resize(1280, 800)
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.up_to_date)
    assert opened.workbench.parts.page_view.verticalScrollBar().maximum() == 0, "still fitted"


def test_every_list_of_choices_shows_all_its_rows_whole(opened, qtbot):
    opened.workbench.parts.results.tabs.setCurrentWidget(opened.workbench.parts.results.by_lead)
    boxes = [box for box in opened.findChildren(ChoiceBox) if box.isVisible()]
    assert len(boxes) >= 5
    for box in boxes:
        box.setEnabled(True)
        for chosen in (0, box.count() - 1):
            box.setCurrentIndex(chosen)
            room = box.width() - 30
            assert box.fontMetrics().horizontalAdvance(box.currentText()) <= room, box.currentText()
            box.showPopup()
            view = box.view()
            last = view.visualRect(box.model().index(box.count() - 1, 0))
            assert last.bottom() <= view.viewport().height(), box.accessibleName()
            assert view.visualRect(box.model().index(0, 0)).top() >= 0
            widest = max(view.fontMetrics().horizontalAdvance(box.itemText(k)) for k in range(box.count()))
            assert widest < view.window().width() - 8
            box.hidePopup()


def test_the_window_opens_no_larger_than_its_screen(window):
    room = room_for(window)
    fit_screen(window, window.workbench.settings)
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    assert window.minimumWidth() <= room.width()
