"""The window's door to its language (`report.words`), and which language was chosen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSettings

from ecgtwin_app.i18n.words import (
    LANGUAGES,
    N_,
    figure,
    figures,
    install_language,
    number,
    plural,
    said,
    system_language,
    tr,
)
from ecgtwin_app.ui.window import settings

__all__ = ["CHOICES", "N_", "figure", "figures", "install_chosen_language", "number", "plural", "said", "tr"]

#: What can be chosen, by the name shown; a language is named in itself.
CHOICES = {"system": N_("System"), **LANGUAGES}


def install_chosen_language(application: QCoreApplication, store: QSettings) -> None:
    """Use the remembered language; to be called before the window is built."""
    chosen = settings.read(store, settings.LANGUAGE)
    install_language(application, system_language() if chosen == "system" else chosen)
