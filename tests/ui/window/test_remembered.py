"""The title of the window, and what it takes up again at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtWidgets import QFileDialog
from ui_window import CONTROL, accept_file_dialog, generate, idle, run

from ecgtwin_app.formats.example import example_path
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.saving import write
from ecgtwin_app.ui.window import screen
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)


def title(window) -> tuple[str, bool]:
    return window.windowTitle(), window.isWindowModified()


def again(qtbot, engine, store) -> MainWindow:
    window = MainWindow(lambda: engine, store)
    qtbot.addWidget(window)
    window.show()
    return window


def test_the_title_names_file_and_session_and_what_is_not_saved(opened, qtbot, tmp_path):
    assert title(opened) == ("waveform_ecg.dcm[*] – ECGTwin Desktop", False)
    generate(opened, qtbot)
    assert title(opened) == ("waveform_ecg.dcm[*] – ECGTwin Desktop", True)
    qtbot.keyClick(opened, Qt.Key.Key_S, CONTROL)
    accept_file_dialog(opened, qtbot, tmp_path / "lesson.ecgtwin")
    qtbot.waitUntil(lambda: idle(opened) and not opened.isWindowModified())
    assert title(opened) == ("lesson.ecgtwin[*] – ECGTwin Desktop", False)
    opened.workbench.undo.undo()
    assert title(opened)[1]


def test_the_title_without_an_ecg_is_the_programs(window):
    assert title(window) == ("ECGTwin Desktop", False)


def test_the_title_does_not_tell_the_answer_in_teaching(opened, qtbot):
    generate(opened, qtbot)
    opened.command_actions.of["toggle_teaching"].trigger()
    assert "waveform" not in opened.windowTitle()
    opened.command_actions.of["toggle_teaching"].trigger()
    assert "waveform" in opened.windowTitle()


def test_size_and_columns_are_taken_up_again(window, qtbot, engine, store, monkeypatch):
    monkeypatch.setattr(screen, "room_for", lambda window: QSize(1900, 1000))  # the offscreen screen is small
    window.resize(1302, 744)
    qtbot.waitUntil(lambda: window.width() == 1302)
    window.workbench.parts.arrangement.splitter.setSizes(
        [333, window.workbench.parts.arrangement.splitter.width() - 333 - 402, 402]
    )
    window.workbench.parts.arrangement.splitter.splitterMoved.emit(333, 1)
    left, right = (
        window.workbench.parts.arrangement.splitter.sizes()[0],
        window.workbench.parts.arrangement.splitter.sizes()[-1],
    )
    run(window, "close")
    window = again(qtbot, engine, store)
    assert window.height() == 744  # Qt keeps the width to the screen
    window.resize(1302, 744)
    qtbot.waitUntil(lambda: abs(window.workbench.parts.arrangement.splitter.sizes()[0] - left) <= 2)
    assert abs(window.workbench.parts.arrangement.splitter.sizes()[-1] - right) <= 2


def test_a_remembered_size_is_never_larger_than_the_screen(window, qtbot, engine, store, monkeypatch):
    window.resize(1500, 950)
    run(window, "close")
    monkeypatch.setattr(screen, "room_for", lambda window: QSize(1024, 700))
    window = again(qtbot, engine, store)
    assert window.width() <= 1024 and window.height() <= 700


def test_what_is_remembered_may_be_damaged(qtbot, engine, store):
    store.setValue("window/geometry", "no geometry")
    store.setValue("window/columns", '["wide", -3]')
    store.setValue("recent/folders", "[1, 2]")
    window = again(qtbot, engine, store)
    assert window.isVisible()


def test_a_dialog_begins_where_the_last_of_its_kind_ended(opened, tmp_path):
    (tmp_path / "ward").mkdir()
    dialog = QFileDialog(opened)
    opened.workbench.parts.recent_menu.folders.begin(dialog)
    dialog.setDirectory(str(tmp_path / "ward"))
    dialog.accepted.emit()
    later, saving = QFileDialog(opened), QFileDialog(opened)
    saving.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    opened.workbench.parts.recent_menu.folders.begin(later)
    opened.workbench.parts.recent_menu.folders.begin(saving)
    assert Path(later.directory().absolutePath()) == tmp_path / "ward"
    saving.setDirectory(str(tmp_path))
    saving.accepted.emit()
    opened.workbench.parts.recent_menu.folders.begin(later)
    assert Path(later.directory().absolutePath()) == tmp_path / "ward"


def test_folders_are_forgotten_with_the_recent_files(opened, tmp_path, store):
    dialog = QFileDialog(opened)
    opened.workbench.parts.recent_menu.folders.begin(dialog)
    dialog.setDirectory(str(tmp_path))
    dialog.accepted.emit()
    store.sync()
    assert tmp_path.name in Path(store.fileName()).read_text()
    opened.workbench.parts.recent_menu.forget()
    store.sync()
    assert tmp_path.name not in Path(store.fileName()).read_text()
    opened.workbench.parts.recent_menu.remember(False)
    dialog.accepted.emit()
    store.sync()
    assert tmp_path.name not in Path(store.fileName()).read_text()


def test_the_name_of_the_file_is_kept_nowhere(opened, qtbot, tmp_path, store):
    opened.workbench.parts.recent_menu.recent.remember(False)
    path = tmp_path / "Doe_Jane.dcm"
    path.write_bytes(example_path().read_bytes())
    open_path(opened.workbench, path)
    qtbot.waitUntil(lambda: opened.workbench.session.name == path.name and idle(opened))
    write(opened.workbench, tmp_path / "kept.ecgtwin")
    qtbot.waitUntil(lambda: (tmp_path / "kept.ecgtwin").exists() and idle(opened))
    run(opened, "close")
    store.sync()
    assert b"Doe_Jane" not in (tmp_path / "kept.ecgtwin").read_bytes()
    assert "Doe_Jane" not in Path(store.fileName()).read_text()
    assert isinstance(store, QSettings)
