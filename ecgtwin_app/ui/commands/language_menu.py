"""The menu of languages. A choice is remembered and holds from the next start on, and says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.language import CHOICES

#: In both languages, so that it is found by who cannot read the other one.
TITLE = "&Language / Sprache"


class LanguageMenu(QMenu):
    """One entry a language, each named in itself.

    Parameters
    ----------
    store : QSettings
    tell : callable
        Takes the sentence that says when the choice holds.
    """

    def __init__(self, store: QSettings, tell: Callable[[str], None], parent: QMenu):
        super().__init__(TITLE, parent)
        self._store, self._tell = store, tell
        group = QActionGroup(self)
        chosen = settings.read(store, settings.LANGUAGE)
        for code, name in CHOICES.items():
            action = self.addAction(tr(name))
            action.setObjectName(f"language_{code}")
            action.setCheckable(True)
            action.setChecked(code == chosen)
            action.triggered.connect(lambda _=False, code=code: self._choose(code))
            group.addAction(action)

    def _choose(self, code):
        settings.write(self._store, settings.LANGUAGE, code)
        self._tell(tr("The language changes when the program starts again."))
