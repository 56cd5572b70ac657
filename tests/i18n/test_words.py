"""Languages: everything that is shown goes through the translation, and German is complete."""

from __future__ import annotations

import ast
import copy
import gettext
import re
from dataclasses import replace

import numpy as np
import polib
import pytest
import shown_words
from places import SUPPORT
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMenu
from ui_fixtures import engine, opened, qtbot, store, window  # noqa: F401
from ui_window import generate, run

from ecgtwin_app.conditions.record import GROUPS
from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.engine import METHODS
from ecgtwin_app.formats.own_lines import OWN_LINES
from ecgtwin_app.i18n import tables, words
from ecgtwin_app.i18n.message import Message, fields_of
from ecgtwin_app.report.displayed import FILTERS
from ecgtwin_app.resources import resource_path
from ecgtwin_app.session.condition_names import search, synonyms_of
from ecgtwin_app.ui.commands.command import written
from ecgtwin_app.ui.commands.language_menu import LanguageMenu
from ecgtwin_app.ui.commands.table import COMMANDS, MENUS
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.language import install_chosen_language, install_everywhere
from ecgtwin_app.ui.window.main_window import MainWindow

#: The German table, by key; a role follows its key.
GERMAN = {
    entry.msgid + (f"@{entry.msgctxt}" if entry.msgctxt else ""): entry
    for entry in polib.pofile(str(resource_path("words/de.po")))
}
CONDITIONS = tables.read_conditions("de")
#: Keys that stand in the code as the names of something.
OF_DATA = (*METHODS, "share", *GROUPS)
#: Window text that is the same in every language.
_NAMES = {"ECGTwin Desktop", "{0} (Ctrl+{1})"}


@pytest.fixture
def german(qapp):
    """The application in German, and in English again afterwards."""
    install_everywhere(qapp, "de")
    yield words
    install_everywhere(qapp, "en")


# -- the tables are complete ------------------------------------------------------------------------------


def test_every_shown_text_goes_through_the_translation():
    forgotten = [line for line in shown_words.forgotten() if line.split(": ", 1)[1] not in _NAMES]
    assert not forgotten, "Wrap these in tr(…):\n" + "\n".join(forgotten)


def test_every_key_has_german():
    known = GERMAN.keys() | CONDITIONS.keys()
    keys = shown_words.keys()
    assert "{file} is empty; copy it again from where it came from." in keys and "Twin@column" in keys
    missing = [
        f"{where}: {key}"
        for key, (_, where) in keys.items()
        if key not in known and shown_words.needs_words(key)
    ]
    missing += [key for key in OF_DATA if key not in GERMAN]
    assert not missing, "Add these to resources/words/de.po:\n" + "\n".join(missing)


def test_no_german_is_dead():
    dead = sorted(GERMAN.keys() - shown_words.keys().keys() - set(OF_DATA))
    assert not dead, "Nothing shows these any more; take them out of de.po:\n" + "\n".join(dead)


def test_what_counts_has_a_plural_in_both_languages():
    counting = {key: many for key, (many, _) in shown_words.keys().items() if many}
    assert counting == {key: entry.msgid_plural for key, entry in GERMAN.items() if entry.msgid_plural}
    assert all(set(GERMAN[key].msgstr_plural) == {0, 1} for key in counting)


def test_messages_are_keys_and_values_not_finished_sentences():
    assert shown_words.finished_sentences() == []


def test_every_place_of_a_message_is_filled_and_every_value_has_a_place():
    assert shown_words.unfilled() == []


def test_no_text_is_recognised_by_matching_it():
    """No regular expression in the languages' room, and no look into a message's text where messages are shown."""
    uses = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in shown_words.modules("i18n")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(alias.name == "re" for alias in node.names)
    ]
    shown = {"history", "asked_got", "quality", "notes", "reasons", "message"}
    for name, tree in shown_words.modules("conditions", "engine", "report", "session", "ui"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and shown_words._called(node) in (
                "startswith",
                "endswith",
                "fullmatch",
            ):
                text = ast.unparse(node.func)
                uses += [
                    f"{name}: {text}" for word in ("note", "line", "sentence", *shown) if f"{word}." in text
                ]
    assert uses == []


def test_the_lines_of_a_history_are_those_that_are_accepted_from_files():
    """What a file claims as history is held against this list (formats.own_lines)."""
    own = {key: many for one in OWN_LINES for key, many in [one if isinstance(one, tuple) else (one, "")]}
    rooms = ("ecg/signal/", "engine/repair/", "formats/", "session/morph.py")
    lines = {
        key: many
        for key, (many, where) in shown_words.keys().items()
        if where.startswith(rooms) and (key[0].islower() or key[0] == "{" and not key.endswith("."))
    }
    parts = {
        "rate", "rate 500", "unit", "unit mV", "lead order", "lead order I,II,III,aVR,…", "not in leads",
        "seconds", "milliseconds", "microseconds", "nanoseconds", "{n} other channel",
        "{edge:g} Hz high-pass", "{edge:g} Hz low-pass", "{edge:g} Hz notch",
    }  # fmt: skip
    assert {key: many for key, many in lines.items() if key not in parts} == own


def _german(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def test_both_languages_fill_in_the_same_values():
    for entry in GERMAN.values():
        values = dict(fields_of(entry.msgid)) | dict(fields_of(entry.msgid_plural))
        for german in _german(entry):
            # The sentence for one may leave the count out.
            assert values.items() - {("n", "")} <= set(fields_of(german)) | {("n", values.get("n"))}, (
                entry.msgid
            )
            assert set(fields_of(german)) <= values.items(), entry.msgid


def test_german_is_written_as_german():
    # A decimal point would be a left-over; three figures behind it are thousands, and versions have points.
    texts = [re.sub(r"\{[^}]*\}", "", german) for entry in GERMAN.values() for german in _german(entry)]
    texts += [entry[what] for entry in CONDITIONS.values() for what in ("name", "criteria", "teaching")]
    wrong = [text for text in texts if re.search(r"\d\.\d(?!\d\d)", text)]
    assert [text for text in wrong if "Version" not in text] == []
    assert [text for text in texts if "“" in text and "„" not in text] == []
    assert all(german for entry in GERMAN.values() for german in _german(entry))


def test_every_condition_has_german_words():
    for condition in load_vocabulary():
        german = CONDITIONS[condition.name]
        assert german["name"] and german["criteria"] and german["teaching"] and german["synonyms"]
    assert set(CONDITIONS) == {condition.name for condition in load_vocabulary()}
    names = [entry["name"] for entry in CONDITIONS.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", ["en", "de"])
def test_mnemonics_of_a_menu_differ(language):
    spoken = {key: entry.msgstr for key, entry in GERMAN.items()} if language == "de" else {}
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
    message = Message("{file} is empty; copy it again from where it came from.", file="sinus.edf")
    assert words.translate(message) == message == "sinus.edf is empty; copy it again from where it came from."


def test_german_sentences_numbers_and_plurals(german):
    assert german.tr("Open ECG") == "EKG öffnen"
    assert (german.tr("Twin"), german.tr("Twin", "column")) == ("Zwilling", "Zw.")
    assert german.number(-1234.5, 1) == "−1234,5"
    assert german.translate(FILTERS["diagnostic 50"].title) == "0,05–150 Hz, AC 50 Hz"
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
    empty = EcgError("{file} is empty; copy it again from where it came from.", file="a b.edf")
    assert (
        german.translate(empty.message) == "a b.edf ist leer; kopieren Sie die Datei erneut von ihrer Quelle."
    )
    with pytest.raises(EcgError) as refused:
        ten_seconds(Recording(np.zeros((12, 2100)), 500.0))
    assert str(refused.value) == ("Only 4.20 s follow second 0, but ten are needed; open a longer recording.")
    assert german.translate(refused.value.message) == (
        "Nach Sekunde 0 folgen nur 4,20 s, gebraucht werden zehn; öffnen Sie eine längere Aufzeichnung."
    )
    with pytest.raises(EcgError) as refused:
        check_combination(["left bundle branch block", "right bundle branch block"])
    assert german.translate(refused.value.message).startswith(
        "Kein Schlag zeigt Linksschenkelblock und Rechtsschenkelblock zusammen: beide"
    )
    assert german.translate(Message("{low:g} to {high:g}", low=-0.5, high=100)) == "−0,5 bis 100"
    assert german.translate(Message("≥ {limit:g}", limit=0.12)) == "≥ 0,12"
    assert german.translate(Message("{count:,} of {what}", count=1234567, what="x.y")) == "1.234.567 of x.y"
    assert german.translate("A file's own text, 0.5") == "A file's own text, 0.5"


@pytest.mark.parametrize(
    ("count", "english", "german_words"),
    [
        (0, "left out 0 lines above the table", "0 Zeilen über der Tabelle weggelassen"),
        (1, "left out 1 line above the table", "1 Zeile über der Tabelle weggelassen"),
        (2, "left out 2 lines above the table", "2 Zeilen über der Tabelle weggelassen"),
    ],
)
def test_what_is_counted_is_right_for_none_one_and_two(german, count, english, german_words):
    line = Message.counted(
        "left out {n:,} line above the table", "left out {n:,} lines above the table", count
    )
    assert line == english
    assert german.translate(line) == german_words
    beats = german.plural("{n} beat unlike the others", "{n} beats unlike the others", count)
    assert beats == f"{count} {'Schlag' if count == 1 else 'Schläge'} anders als die übrigen"


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
    window.workbench.jobs.prepare_engine()
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None)
    generate(window, qtbot)
    run(window, "show_palette")
    run(window, "show_shortcuts")
    qtbot.waitUntil(lambda: window.workbench.parts.page_view.up_to_date)
    unknown = {text for text in asked if re.search(r"[a-z]{4}", re.sub(r"\{[^}]*\}", "", text))}
    stand_in = (SUPPORT / "ui_standin.py").read_text("utf-8")
    assert {text for text in unknown if text not in stand_in} <= {"English", "Deutsch", "Letter"}
    assert window.windowTitle() == "waveform_ecg.dcm[*] – ECGTwin Desktop"
    assert "Ventrikuläre Extrasystole" in window.workbench.parts.results.summary.text()
    assert QApplication.instance() is not None
    labels = [label.text() for label in window.findChildren(QLabel)]
    assert "ZWILLINGE SIND SYNTHETISCH – NICHT ZUR DIAGNOSE" in labels
    engine.gate.set()
    window.close_now()
