"""The menu of languages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.remembered_menu import RememberedMenu
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.language import CHOICES

#: In both languages, so that it is found by who cannot read the other one.
TITLE = "&Language / Sprache"


class LanguageMenu(RememberedMenu):
    """One entry a language, each named in itself.

    Parameters
    ----------
    store : QSettings
    tell : callable
        Takes the sentence that says when the choice holds.
    """

    def __init__(self, store: QSettings, tell: Callable[[str], None], parent: QMenu):
        def chosen() -> None:
            tell(tr("The language changes when the program starts again."))

        super().__init__(TITLE, store, settings.LANGUAGE, CHOICES, "language", chosen, parent)
