"""Fields of the request: back to "keep", keys that belong to the window, what stays for the next patient."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QHeaderView, QLineEdit
from synthetic_ecg import strip
from ui_window import CONTROL, generate, idle, run

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.session.session import OF_THE_PATIENT
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.widgets.number_field import is_of_field
from ecgtwin_app.ui.widgets.tables import fill, fit_rows, make_table

pytest_plugins = ("ui_fixtures",)

#: Fields that may be left as the reference has them, with a number.
OPEN = {"heart_rate": 90, "severity": 0.5, "pr": 180, "qrs": 110, "qt": 400, "axis": 20, "age": 40}
#: Shortcuts that edit the text of any field.
EDITING = {"Del", "Shift+Del", "Ctrl+Backspace", "Ctrl+Left", "Ctrl+Right", "Ctrl+C", "Ctrl+V", "Ctrl+X"}


def _field(window, name):
    form = window.workbench.parts.request_panel.form
    return form.fields[name]


def _type(qtbot, field, words, end=Qt.Key.Key_Return):
    field.setFocus()
    field.selectAll()
    if words:
        qtbot.keyClicks(field, words)
    else:
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClick(field, end)
    QApplication.processEvents()


# -- back to "keep" -----------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_every_number_goes_back_by_word_by_clearing_and_by_button(opened, qtbot, end):
    form = opened.workbench.parts.request_panel.form
    form.show_more(True)
    for name, value in OPEN.items():
        field = _field(opened, name)
        word = "random" if name == "severity" else "keep"
        back = form.backs["age"] if name == "age" else form.dials[name].back
        assert field.text().startswith(word) and not back.isVisible(), name
        for typed in (word, word.upper(), ""):
            _type(qtbot, field, str(value), end)
            assert getattr(opened.workbench.session.request, name) == value
            assert back.isVisible(), name
            _type(qtbot, field, typed, end)
            assert getattr(opened.workbench.session.request, name) is None, (name, typed)
            assert field.text().startswith(word)
        field.setValue(value)
        qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
        assert getattr(opened.workbench.session.request, name) is None, name
        assert not back.isVisible()
    assert form.boxes["age"].text() == f"keep ({opened.workbench.session.reference.patient.age:.0f})"
    assert form.boxes["sex"].itemText(0) == "keep"


def test_a_half_typed_word_changes_nothing(opened, qtbot):
    field = _field(opened, "pr")
    opened.workbench.parts.request_panel.form.show_more(True)
    field.setValue(200)
    _type(qtbot, field, "ke")
    assert opened.workbench.session.request.pr == 200 and field.text() == "200 ms"


# -- keys ---------------------------------------------------------------------------------------------


def _fields(window):
    form = window.workbench.parts.request_panel.form
    form.show_more(True)
    return list(form.fields.values())


def test_every_shortcut_reaches_the_window_from_every_field(opened, qtbot):
    """Through Qt's own question, whether the field takes a key for itself."""
    search = opened.workbench.parts.request_panel.conditions.search
    taken = []
    for field in (*_fields(opened), search):
        if isinstance(field, QAbstractSpinBox):
            field.selectAll()
        for keys in (keys for command in COMMANDS for keys in command.keys):
            combination = QKeySequence(keys)[0]
            letter = QKeySequence(keys).toString() if len(keys) == 1 else ""
            event = QKeyEvent(
                QEvent.Type.ShortcutOverride, combination.key(), combination.keyboardModifiers(),
                letter.lower(),
            )  # fmt: skip
            event.ignore()
            QApplication.sendEvent(field, event)
            if event.isAccepted():
                taken.append((type(field).__name__, field.accessibleName(), keys))
    letters = {keys for command in COMMANDS for keys in command.keys if len(keys) == 1}
    for kind, name, keys in taken:
        if kind == "QLineEdit":
            assert keys in letters | EDITING | {"Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"}, (name, keys)
        else:
            # The first letter of the word that can be typed is the field's.
            assert keys in EDITING | {"K", "R"}, (name, keys)
    assert {("NumberField", "Heart rate", "K"), ("NumberField", "Severity", "R")} <= set(taken)
    assert ("QLineEdit", "Search conditions", "T") in taken


@pytest.mark.parametrize("name", ["heart_rate", "age"])
def test_letters_and_ctrl_e_do_their_work_in_a_number_field(opened, qtbot, name):
    opened.workbench.parts.request_panel.form.show_more(True)
    field = _field(opened, name)
    opened.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field, Qt.Key.Key_T)
    assert opened.command_actions.of["tool_time"].isChecked()
    qtbot.keyClick(field, Qt.Key.Key_F)
    assert opened.command_actions.of["toggle_fiducials"].isChecked()
    called = []
    opened.command_actions.of["save_twins"].setEnabled(True)
    opened.command_actions.of["save_twins"].triggered.connect(lambda: called.append(1))
    qtbot.keyClick(field, Qt.Key.Key_E, CONTROL)
    assert called and getattr(opened.workbench.session.request, name) is None
    for dialog in opened.findChildren(QLineEdit):
        dialog.clearFocus()


def test_what_is_typed_counts_for_generate(opened, qtbot):
    field = _field(opened, "heart_rate")
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, "88")
    qtbot.keyClick(field, Qt.Key.Key_G, CONTROL)
    qtbot.waitUntil(lambda: bool(opened.workbench.session.twins) and idle(opened))
    assert opened.workbench.session.twin.request.heart_rate == 88


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
def test_a_number_field_gives_the_focus_back(opened, qtbot, key):
    run(opened, "cancel")  # takes the message away, so that Esc is nobody else's
    for field in _fields(opened):
        if not isinstance(field, QAbstractSpinBox):
            continue
        field.setFocus()
        qtbot.waitUntil(field.hasFocus)
        before = field.value()
        field.selectAll()
        qtbot.keyClicks(field, "7")
        qtbot.keyClick(field, key)
        qtbot.waitUntil(opened.workbench.parts.page_view.hasFocus)
        if key == Qt.Key.Key_Escape:
            assert field.value() == before


def test_a_letter_is_the_field_s_only_while_it_writes_the_word(opened):
    field = _field(opened, "heart_rate")
    field.setValue(60)
    field.selectAll()

    def of_field(letter, key):
        return is_of_field(
            field, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter)
        )

    assert of_field("k", Qt.Key.Key_K) and not of_field("e", Qt.Key.Key_E)
    field.lineEdit().setText("k")
    field.lineEdit().setCursorPosition(1)
    assert of_field("e", Qt.Key.Key_E) and not of_field("k", Qt.Key.Key_K)


# -- of the patient, of the user ----------------------------------------------------------------------


def test_what_belongs_to_the_patient_is_kept_again_with_the_next_one(opened, qtbot, tmp_path):
    asked = TwinRequest(
        ("left bundle branch block",), 88.0, 40.0, "M", 0.7, 150.0, 150.0, 420.0, 10.0, samples=2, seed=9,
        steps=3, strength=1.8, identity=1.2, best_of=2, rhythm="process",
    )  # fmt: skip
    opened.workbench.session.set_request(asked)
    path = write_ecg(Recording(strip(rate=72)[0].signal, 500.0), tmp_path / "next.hea")
    first = opened.workbench.session.reference
    open_path(opened.workbench, path)
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not first and idle(opened))
    request = opened.workbench.session.request
    for field in fields(TwinRequest):
        value = getattr(request, field.name)
        expected = field.default if field.name in OF_THE_PATIENT else getattr(asked, field.name)
        assert value == expected, field.name
    assert "at “keep” again" in opened.workbench.messages.text
    form = opened.workbench.parts.request_panel.form
    assert form.dials["pr"].value is None and form.boxes["samples"].value() == 2
    run(opened, "undo")
    assert opened.workbench.session.request == asked


def test_a_session_file_brings_its_own_request(opened, qtbot, tmp_path):
    from ecgtwin_app.session.session_file import SessionState, write_session

    state = SessionState(strip(rate=72)[0], request=TwinRequest(("sinus rhythm",), pr=170.0))
    write_session(tmp_path / "a.ecgtwin", state)
    first = opened.workbench.session.reference
    open_path(opened.workbench, tmp_path / "a.ecgtwin")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not first and idle(opened))
    assert opened.workbench.session.request.pr == 170.0


def test_the_folded_part_says_what_is_set_behind_it(opened):
    form = opened.workbench.parts.request_panel.form
    assert form.more.text() == "More: intervals, axis, dials ▸"
    for name, value in {"pr": 170.0, "sex": "F"}.items():
        opened.workbench.session.set_request(replace(opened.workbench.session.request, **{name: value}))
    assert form.more.text() == "● Set: PR, sex ▸"
    form.show_more(True)
    assert form.more.text().startswith("Less")
    form.show_more(False)
    opened.workbench.session.set_request(TwinRequest(heart_rate=80.0, severity=0.4, samples=3, seed=4))
    assert form.more.text().startswith("More"), "what is seen anyway needs no mark"


# -- said before Generate -----------------------------------------------------------------------------


def test_the_rate_that_is_taken_is_said_where_it_cannot_be_kept(opened, qtbot):
    form = opened.workbench.parts.request_panel.form
    assert not form.rate_note.isVisible()
    opened.workbench.session.set_request(TwinRequest(("sinus tachycardia",)))
    assert form.rate_note.isVisible() and "cannot be kept" in form.rate_note.text()
    assert opened.workbench.parts.request_panel.generate.isEnabled()
    opened.workbench.session.set_request(TwinRequest(("sinus tachycardia",), heart_rate=120.0))
    assert not form.rate_note.isVisible()


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (TwinRequest(("sinus bradycardia",), heart_rate=70.0), "contradicts sinus bradycardia"),
        (TwinRequest(("atrial fibrillation",), pr=180.0), "PR interval"),
        (TwinRequest(("first-degree AV block",), pr=150.0), "contradicts first-degree AV block"),
    ],
)
def test_a_contradiction_is_said_at_once_and_cannot_be_generated(opened, qtbot, request_, words):
    panel = opened.workbench.parts.request_panel
    opened.workbench.session.set_request(request_)
    assert words in panel.form.problem.text() and panel.form.problem.isVisible()
    assert not panel.generate.isEnabled() and not opened.command_actions.of["generate"].isEnabled()
    assert words in panel.generate.toolTip()
    opened.workbench.session.set_request(replace(request_, heart_rate=None, pr=None))
    assert panel.generate.isEnabled() and not panel.form.problem.isVisible()
    generate(opened, qtbot)


def test_rows_take_the_lines_that_their_names_need_between_the_margins(qtbot):
    table = make_table(("Criterion", "Got"), "criteria")
    qtbot.addWidget(table)
    table.setWordWrap(True)
    name = "its QRS duration, ms"
    fill(table, [(name, "170"), ("RR", "1")])
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
    table.setColumnWidth(0, table.fontMetrics().horizontalAdvance(name) + 6)  # as wide as the letters alone
    fit_rows(table)
    assert table.rowHeight(0) >= 2 * table.fontMetrics().height()
    assert table.rowHeight(1) < 2 * table.fontMetrics().height()  # one line needs no more
