"""The commands as Qt's actions, in the menus of a window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeySequence, QMouseEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.command import Command, tool_tip
from ecgtwin_app.ui.commands.table import COMMANDS, MENUS
from ecgtwin_app.ui.commands.workbench import Workbench


class Actions:
    """One action a command; menus hold them, buttons follow them.

    Attributes
    ----------
    of : dict of str to QAction
        By the command's id.
    menus : dict of str to QMenu
        By their English names.
    """

    def __init__(self, window: QMainWindow):
        self.menus = {name: window.menuBar().addMenu(f"&{tr(name)}") for name in MENUS}
        reasons = _Reasons(window)
        for menu in self.menus.values():
            menu.installEventFilter(reasons)
        self.of: dict[str, QAction] = {}
        self._shown: dict[str, tuple[bool, str]] = {}
        for command in COMMANDS:
            action = self.of[command.id] = QAction(tr(command.text), window)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setStatusTip(tr(command.tip))
            action.setToolTip(tool_tip(command))
            action.setCheckable(command.checked is not None)
            if command.rule_before:
                self.menus[command.menu].addSeparator()
            self.menus[command.menu].addAction(action)
        for command in COMMANDS:
            if command.also:
                self.menus[command.also].addSeparator()
                self.menus[command.also].addAction(self.of[command.id])

    def connect(self, workbench: Workbench) -> None:
        """Let the actions do what their commands do."""
        for command in COMMANDS:
            self.of[command.id].triggered.connect(partial(self._run, command, workbench))

    def show(self, workbench: Workbench) -> None:
        """Grey what cannot be done now, and say why; tick what is on."""
        for command in COMMANDS:
            action = self.of[command.id]
            if command.text_now is not None:
                action.setText(command.shown_text(workbench))
            # Tips are made where they change: every change of the view comes through here.
            now = command.enabled(workbench), command.why_not(workbench)
            if self._shown.get(command.id) != now:
                self._shown[command.id] = enabled, why = now
                action.setEnabled(enabled)
                action.setStatusTip(why or tr(command.tip))
                action.setToolTip(f"{tr(command.tip)}: {why}" if why else tool_tip(command))
            if command.checked is not None:
                action.setChecked(command.checked(workbench))

    def _run(self, command: Command, workbench: Workbench, *_):
        """Without the checked state that Qt hands over, and toggles before anyone says that it changed."""
        command.run(workbench)
        if command.checked is not None:
            self.of[command.id].setChecked(command.checked(workbench))


class _Reasons(QObject):
    """Says why a greyed command cannot be done: Qt's own style lets the pointer rest on enabled ones only."""

    def __init__(self, window: QMainWindow):
        super().__init__(window)
        self._window = window

    def eventFilter(self, menu: QObject, event: QEvent) -> bool:
        """The status tip of the greyed action under the pointer."""
        if isinstance(menu, QMenu) and isinstance(event, QMouseEvent):
            action = menu.actionAt(event.position().toPoint())
            if action is not None and not action.isEnabled():
                QApplication.sendEvent(self._window, QStatusTipEvent(action.statusTip()))
        return False
