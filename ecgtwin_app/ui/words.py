"""The window's door to its language (`report.words`), and which language was chosen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSettings

from ecgtwin_app.report.words import (
    LANGUAGES,
    figure,
    figures,
    noted,
    number,
    plural,
    said,
    speak,
    system_language,
    tr,
)
from ecgtwin_app.ui import settings

__all__ = ["CHOICES", "figure", "figures", "noted", "number", "plural", "said", "speak_chosen", "tr"]

#: What can be chosen, by the name shown; a language is named in itself.
CHOICES = {"system": noted("System"), **LANGUAGES}


def speak_chosen(application: QCoreApplication, store: QSettings) -> None:
    """Use the remembered language; to be called before the window is built."""
    chosen = settings.read(store, settings.LANGUAGE)
    speak(application, system_language() if chosen == "system" else chosen)
