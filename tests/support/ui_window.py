"""Helpers for tests that drive the window with the stand-in engine."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton

from ecgtwin_app.ui.commands.table import COMMANDS

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def idle(window) -> bool:
    """Whether no job runs or waits."""
    return not window.workbench.jobs.worker.busy and not window.workbench.jobs.running


def run(window, name) -> None:
    """Do what a command does."""
    (command,) = (one for one in COMMANDS if one.id == name)
    command.run(window.workbench)


def generate(window, qtbot, **request) -> None:
    """Make twins by the keyboard and wait for them."""
    window.workbench.session.set_request(replace(window.workbench.session.request, steps=3, **request))
    wanted = len(window.workbench.session.twins) + window.workbench.session.request.samples
    qtbot.keyClick(window, Qt.Key.Key_G, CONTROL)
    qtbot.waitUntil(lambda: len(window.workbench.session.twins) == wanted and idle(window))


def accept_file_dialog(window, qtbot, path, *more) -> None:
    """Answer the dialog that is open with a path, or several."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    dialog = QApplication.activeModalWidget()
    dialog.fileSelected.emit(str(path))
    dialog.filesSelected.emit([str(one) for one in (path, *more)])
    dialog.reject()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not dialog)


def asks_to_save(window) -> QDialog | None:
    """The dialog that asks whether the session is saved before it is left."""
    return next((one for one in window.findChildren(QDialog, "asksToSave") if one.isVisible()), None)


def answer(window, qtbot, text) -> None:
    """Answer it by the button of a text."""
    qtbot.waitUntil(lambda: asks_to_save(window) is not None)
    dialog = asks_to_save(window)
    (button,) = (one for one in dialog.findChildren(QPushButton) if one.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asks_to_save(window) is None)


def dialog_of(window, qtbot, kind):
    """The dialog of a kind that is open."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(kind)))
    return next(one for one in window.findChildren(kind) if one.isVisible())
