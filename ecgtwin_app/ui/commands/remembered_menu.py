"""A menu of what is remembered and holds from the next start on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSettings
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.preferences import settings


class RememberedMenu(QMenu):
    """One entry for each value of a setting.

    Parameters
    ----------
    title : str
        As it is shown.
    store : QSettings
    setting : Setting
    names : mapping of str to str
        Value to the key of its name.
    prefix : str
        Each action is called by it and its value.
    chosen : callable
        Called when another value was chosen and is remembered; says when it holds.
    """

    def __init__(
        self,
        title: str,
        store: QSettings,
        setting: settings.Setting,
        names: Mapping[str, str],
        prefix: str,
        chosen: Callable[[], None],
        parent: QMenu,
    ):
        super().__init__(title, parent)
        self._store, self._setting, self._chosen = store, setting, chosen
        group = QActionGroup(self)
        now = settings.read(store, setting)
        for value, name in names.items():
            action = self.addAction(tr(name))
            action.setObjectName(f"{prefix}_{value}")
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(lambda _=False, value=value: self._choose(value))
            group.addAction(action)

    def _choose(self, value: str) -> None:
        settings.write(self._store, self._setting, value)
        self._chosen()
