"""Which language was chosen, and Qt's own texts in it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator

from ecgtwin_app.i18n.words import LANGUAGES, N_, install_language
from ecgtwin_app.ui.preferences import settings

#: What can be chosen, by the name shown; a language is named in itself.
CHOICES = {"system": N_("System"), **{code: language.name for code, language in LANGUAGES.items()}}


def install_chosen_language(application: QCoreApplication, store: QSettings) -> None:
    """Use the remembered language; to be called before the window is built."""
    chosen = settings.read(store, settings.LANGUAGE)
    install_everywhere(application, system_language() if chosen == "system" else chosen)


def install_everywhere(application: QCoreApplication, language: str) -> None:
    """Show everything built from now on in a language, Qt's own dialogs and number fields too.

    Parameters
    ----------
    application : QCoreApplication
    language : str
        One of `LANGUAGES`.
    """
    install_language(language)
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.setParent(None)
    QLocale.setDefault(QLocale(language))
    if language != "en":
        translator = QTranslator(application)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        translator.load(f"qtbase_{language}", folder)
        application.installTranslator(translator)


def system_language() -> str:
    """The language of the desktop if there is a table for it, else English."""
    code = QLocale.system().name().partition("_")[0]
    return code if code in LANGUAGES else "en"
