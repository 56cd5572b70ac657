"""The `?` sheet: every command that has a shortcut."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.command import written
from ecgtwin_app.ui.commands.workbench import Workbench


def show_shortcuts(workbench: Workbench) -> None:
    """Every command that has a shortcut, from the one table of commands."""
    dialog = QDialog(workbench.dialogs.parent)
    dialog.setWindowTitle(tr("Keyboard shortcuts"))
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 16)
    column.setSpacing(16)
    row = QHBoxLayout()
    row.setSpacing(24)
    for menus in (("File", "Edit", "Help"), ("Twin", "Measure", "Teach"), ("View", "Repair")):
        row.addLayout(_sheet_column(workbench.commands, menus))
    column.addLayout(row)
    mouse = tr("Ctrl + wheel zooms · drag or arrow keys move the page · a double click zooms in and out")
    column.addWidget(QLabel(mouse, objectName="quiet"))
    keys = tr(
        "On a caliper the arrow keys nudge, with Shift ten times as far, and the space bar changes legs · on the"
        " rhythm score up and down choose, left and right move, Del takes away"
    )
    words = QLabel(keys, objectName="quiet")
    words.setWordWrap(True)
    column.addWidget(words)
    workbench.dialogs.show(dialog)


def _sheet_column(commands, menus):
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    row = 0
    for menu in menus:
        heading = QLabel(tr(menu), objectName="heading")
        heading.setContentsMargins(0, 12 if row else 0, 0, 2)
        heading.setMinimumHeight(heading.sizeHint().height() + 4)
        grid.addWidget(heading, row, 0, 1, 2)
        for command in commands:
            if command.menu == menu and command.keys:
                row += 1
                keys = " · ".join(written(QKeySequence(keys)) for keys in command.keys)
                grid.addWidget(QLabel(keys, objectName="quiet"), row, 0)
                grid.addWidget(QLabel(tr(command.text).replace("&", "").rstrip("…")), row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid
