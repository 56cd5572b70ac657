"""Languages: everything that is shown goes through the translation, and German is complete."""

from __future__ import annotations

import copy
import gettext
import json
import re
from dataclasses import replace
from string import Formatter

import polib
import pytest
import shown_words
from places import SUPPORT
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMenu
from ui_fixtures import engine, opened, qtbot, store, window  # noqa: F401
from ui_window import generate

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.quality import NOTES
from ecgtwin_app.i18n import tables, words
from ecgtwin_app.resources import resource_path
from ecgtwin_app.session.condition_names import search, synonyms_of
from ecgtwin_app.ui.commands.language_menu import LanguageMenu
from ecgtwin_app.ui.commands.table import COMMANDS, MENUS, written
from ecgtwin_app.ui.window import settings
from ecgtwin_app.ui.window.language import install_chosen_language, install_everywhere
from ecgtwin_app.ui.window.main_window import MainWindow

_PO = polib.pofile(str(resource_path("words/de.po")))
#: Source to German; the sentence for many stands beside the one for one.
INTERFACE = {entry.msgid + (f"@{entry.msgctxt}" if entry.msgctxt else ""): entry.msgstr for entry in _PO}
INTERFACE |= {entry.msgid: entry.msgstr_plural[0] for entry in _PO if entry.msgid_plural}
INTERFACE |= {entry.msgid_plural: entry.msgstr_plural[1] for entry in _PO if entry.msgid_plural}
CONDITIONS = tables.read_conditions("de")
MESSAGES = json.loads(resource_path("words/messages.de.json").read_text("utf-8"))
_OF_CONDITIONS = {
    entry[what]: "" for entry in CONDITIONS.values() for what in ("name", "criteria", "teaching")
}
#: Window text that is the same in every language.
_NAMES = {"ECGTwin Desktop", "{0} (Ctrl+{1})"}


@pytest.fixture
def german(qapp):
    """The application in German, and in English again afterwards."""
    install_everywhere(qapp, "de")
    yield words
    install_everywhere(qapp, "en")


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


# -- the tables are complete ------------------------------------------------------------------------------


def test_every_shown_text_goes_through_the_translation():
    forgotten = [line for line in shown_words.forgotten() if line.split(": ", 1)[1] not in _NAMES]
    assert not forgotten, "Wrap these in tr(…):\n" + "\n".join(forgotten)


def test_every_marked_text_has_a_german_one():
    there = INTERFACE | MESSAGES
    missing = [f"{where}: {text!r}" for text, where in shown_words.marked().items() if text not in there]
    assert not missing, "Add these to resources/words/interface.de.json:\n" + "\n".join(missing)


def test_no_german_text_is_dead():
    dead = sorted(set(INTERFACE) - set(shown_words.marked()))
    assert not dead, "Nothing shows these any more; take them out of interface.de.json:\n" + "\n".join(dead)


def test_every_line_of_a_history_has_a_german_one():
    """The window shows them, and what a file claims as history is held against this table (formats.own_lines)."""
    found = shown_words.history_lines()
    assert "resampled {0} Hz to {1} Hz" in found and "took {0} s to {1} s of {2} s" in found
    missing = [f"{where}: {text}" for text, where in found.items() if text not in MESSAGES]
    assert not missing, "Add these to resources/words/messages.de.json:\n" + "\n".join(missing)


def test_every_error_that_reaches_the_window_has_a_german_one():
    missing = [f"{where}: {text}" for text, where in shown_words.messages().items() if text not in MESSAGES]
    assert not missing, "Add these to resources/words/messages.de.json:\n" + "\n".join(missing)


def test_no_message_is_dead():
    said = shown_words.source_of_rooms()
    dead = []
    for text in MESSAGES:
        pieces = [piece for piece in re.split(r"\{\d\}", text) if len(piece) > 3] or [text]
        spelled = [{piece, piece.lower().replace(" ", "_")} for piece in pieces]
        if not all(any(one in said for one in ways) for ways in spelled):
            dead.append(text)
    # Joined from parts of a criterion, so that no module holds them whole.
    joined = {"Sokolow-Lyon and Cornell", "P flat and QRS wide", "notched wide P and terminal force"}
    joined |= {f"{{0}}: {note}" for note in NOTES}
    assert not set(dead) - joined, "No room says these any more:\n" + "\n".join(dead)


def test_every_note_on_a_lead_has_a_german_one():
    assert [note for note in NOTES if f"{{0}}: {note}" not in MESSAGES or note not in MESSAGES] == []


@pytest.mark.parametrize("table", [INTERFACE, MESSAGES], ids=["window", "messages"])
def test_both_languages_fill_in_the_same_values(table):
    assert [text for text, german in table.items() if _fields(text) != _fields(german)] == []


@pytest.mark.parametrize(
    "table", [INTERFACE, dict(enumerate(_OF_CONDITIONS)), MESSAGES], ids=["window", "conditions", "messages"]
)
def test_german_is_written_as_german(table):
    # A decimal point would be a left-over; three figures behind it are thousands, and versions have points.
    wrong = [german for german in table.values() if re.search(r"\d\.\d(?!\d\d)", german)]
    assert [text for text in wrong if "Version" not in text] == []
    assert [german for german in table.values() if "“" in german and "„" not in german] == []


def test_every_condition_has_german_words():
    for condition in load_vocabulary():
        german = CONDITIONS[condition.name]
        assert german["name"] and german["criteria"] and german["teaching"] and german["synonyms"]
    assert set(CONDITIONS) == {condition.name for condition in load_vocabulary()}
    names = [entry["name"] for entry in CONDITIONS.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", ["en", "de"])
def test_mnemonics_of_a_menu_differ(language):
    spoken = INTERFACE if language == "de" else {}
    for menu in MENUS:
        if menu == "View":
            continue  # it has nearly as many entries as the alphabet has letters; Qt steps through those alike
        letters = [
            found[1].casefold()
            for command in COMMANDS
            if command.menu == menu and (found := re.search("&(.)", spoken.get(command.text, command.text)))
        ]
        assert len(letters) == len(set(letters)), (menu, sorted(letters))


# -- the door ---------------------------------------------------------------------------------------------


def test_english_is_what_the_code_says(qapp):
    assert words.tr("Open ECG") == "Open ECG"
    assert words.number(1.25, 2) == "1.25"
    assert words.said("sinus.edf is empty; copy it again from where it came from.").startswith("sinus.edf is")


def test_german_sentences_numbers_and_plurals(german):
    assert german.tr("Open ECG") == "EKG öffnen"
    assert (german.tr("Twin"), german.tr("Twin", "column")) == ("Zwilling", "Zw.")
    assert german.number(-1234.5, 1) == "−1234,5"
    assert german.figures("0.05–150 Hz, 10 s") == "0,05–150 Hz, 10 s"
    assert german.plural("Generate twin", "Generate {n} twins", 1) == "Zwilling erzeugen"
    assert german.plural("Generate twin", "Generate {n} twins", 3) == "3 Zwillinge erzeugen"


def test_keys_are_written_in_german_throughout(german):
    assert written(QKeySequence("Ctrl+Return")) == "Strg+Eingabe"
    assert written(QKeySequence("Shift+Del")) == "Umschalt+Entf"


def test_qt_speaks_german_too_and_english_again(qapp, qtbot):  # noqa: F811
    install_everywhere(qapp, "de")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text() == "Abbrechen"
    install_everywhere(qapp, "en")
    assert QLocale().language() == QLocale.Language.English
    assert not qapp.findChildren(QTranslator)
    assert words.tr("Open ECG") == "Open ECG"


def test_what_rooms_below_say_is_translated_with_its_values(german):
    said = german.said
    assert said("a b.edf is empty; copy it again from where it came from.") == (
        "a b.edf ist leer; kopieren Sie die Datei erneut von ihrer Quelle."
    )
    assert said("Only 4.2 s follow second 1, but ten are needed; open a longer recording.") == (
        "Nach Sekunde 1 folgen nur 4,2 s, gebraucht werden zehn; öffnen Sie eine längere Aufzeichnung."
    )
    sentence = said(
        "No beat shows left bundle branch block and right bundle branch block together: two blocks of the"
        " whole bundle are complete block, and the left one contains its fascicles; leave one of them out."
    )
    assert sentence.startswith("Kein Schlag zeigt Linksschenkelblock und Rechtsschenkelblock zusammen: beide")
    assert said("60 to 100") == "60 bis 100"
    assert said("≥ 0.12") == "≥ 0,12"
    assert said("A sentence that no table knows.") == "A sentence that no table knows."


def test_conditions_are_found_by_german_english_and_code(german):
    assert search("Vorhofflimmern")[0].name == "atrial fibrillation"
    assert search("VES")[0].name == "ventricular premature complex"
    assert search("mobitz")[0].name == "Mobitz II AV block"
    assert search("AV-Block 3")[0].name == "complete AV block"
    assert search("lsb")[0].name == "left bundle branch block"
    assert search("LBBB")[0].name == "left bundle branch block"
    assert search("164889003")[0].name == "atrial fibrillation"
    assert "Bigeminus" in synonyms_of(search("bigeminy")[0])


def test_the_language_is_chosen_in_the_menu_and_holds_from_the_next_start_on(qapp, qtbot, store):  # noqa: F811
    told = []
    parent = QMenu()
    qtbot.addWidget(parent)
    menu = LanguageMenu(store, told.append, parent)
    menu.findChild(object, "language_de").trigger()
    assert settings.read(store, settings.LANGUAGE) == "de"
    assert told == ["The language changes when the program starts again."]
    assert words.tr("Open ECG") == "Open ECG"
    install_chosen_language(qapp, store)
    try:
        assert words.tr("Open ECG") == "EKG öffnen"
    finally:
        install_everywhere(qapp, "en")


# -- the window in German ---------------------------------------------------------------------------------


def test_the_window_asks_for_no_text_that_has_no_german(german, qtbot, engine, store):  # noqa: F811
    asked = set()

    class Noting(gettext.NullTranslations):
        """Writes down what is looked up in vain."""

        def gettext(self, message):
            asked.add(message)
            return message

    table = copy.copy(tables.read_table("de"))
    table.add_fallback(Noting())
    words._installed = replace(words._installed, table=table)  # `german` puts it back
    window = MainWindow(lambda: engine, store)  # noqa: F811
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.controller.prepare_engine()
    window.open_example()
    qtbot.waitUntil(lambda: window.session.reference is not None)
    generate(window, qtbot)
    window.show_palette()
    window.show_shortcuts()
    qtbot.waitUntil(lambda: window.view.up_to_date)
    unknown = {text for text in asked - set(MESSAGES) if re.search(r"[a-z]{4}", text)}
    # Names of files and of the stand-in engine, and messages of rooms below that are looked up whole first.
    patterns = words._patterns("de")
    unknown = {text for text in unknown if not any(shape.fullmatch(text) for shape, _ in patterns)}
    stand_in = (SUPPORT / "ui_standin.py").read_text("utf-8")
    assert {text for text in unknown if text not in stand_in} <= {"English", "Deutsch", "Letter"}
    assert window.windowTitle() == "waveform_ecg.dcm[*] – ECGTwin Desktop"
    assert "Ventrikuläre Extrasystole" in window.results.summary.text()
    assert QApplication.instance() is not None
    labels = [label.text() for label in window.findChildren(QLabel)]
    assert "ZWILLINGE SIND SYNTHETISCH – NICHT ZUR DIAGNOSE" in labels
    engine.gate.set()
    window.close_now()
