"""New patients in the window, by keys and mouse: drawn, stopped, used as references, saved, handed to a class."""

from __future__ import annotations

import json

import numpy as np
import pytest
from drawn_patients import DrawnPatients
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from shipped import engine as shipped_engine
from ui_window import (
    CONTROL,
    accept_file_dialog,
    answer,
    asks_to_save,
    dialog_of,
    generate,
    idle,
    run,
)

from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.session.course import read_course
from ecgtwin_app.session.session_file import read_session
from ecgtwin_app.ui.commands import new_patient
from ecgtwin_app.ui.dialogs.new_patient_dialog import NewPatientDialog
from ecgtwin_app.ui.jobs import engines

pytest_plugins = ("ui_fixtures",)
LEFT, ENTER, ESC, TAB, SPACE = (
    Qt.MouseButton.LeftButton,
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Space,
)
networks = shipped_engine


@pytest.fixture
def generator():
    return DrawnPatients()


@pytest.fixture
def drawing(monkeypatch, generator):
    """As if its weights were there; the engine of new patients is one that needs none."""
    monkeypatch.setattr(new_patient, "usable", lambda: ("sssd",))
    monkeypatch.setattr(engines, "_load", lambda id, folder: TwinEngine(generator))


def opened_dialog(window, qtbot) -> NewPatientDialog:
    """By its keys."""
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_N, CONTROL)
    return dialog_of(window, qtbot, NewPatientDialog)


@pytest.fixture
def dialog(drawing, window, qtbot):
    return opened_dialog(window, qtbot)


def type_into(qtbot, field, text) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, TAB)


def draw(dialog, qtbot, conditions="sinus rhythm", samples=1) -> None:
    """By the keyboard alone."""
    type_into(qtbot, dialog.conditions, conditions)
    type_into(qtbot, dialog.fields["samples"], str(samples))
    dialog.go.setFocus()
    qtbot.keyClick(dialog.go, SPACE)
    qtbot.waitUntil(lambda: not dialog.running)


def test_without_weights_it_is_not_offered_and_says_why(window, qtbot, monkeypatch):
    monkeypatch.setattr(new_patient, "usable", lambda: ())
    window.presenter.show_commands()
    qtbot.keyClick(window, Qt.Key.Key_N, CONTROL)
    assert not window.findChildren(NewPatientDialog)
    assert "New patient…" not in [
        one.text()
        for one in window.workbench.parts.page_view.empty.findChildren(QPushButton)
        if one.isVisible()
    ]
    (command,) = (one for one in window.workbench.commands if one.id == "new_patient")
    if new_patient.OF_NOBODY["sssd"].unavailable(None):
        assert "weights" in command.why_not(window.workbench)


def test_the_empty_page_offers_it(drawing, window, qtbot):
    window.presenter.show_commands()
    (button,) = (
        one
        for one in window.workbench.parts.page_view.empty.findChildren(QPushButton)
        if one.text() == "New patient…"
    )
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)
    assert dialog_of(window, qtbot, NewPatientDialog)


def test_a_patient_is_drawn_for_whom_was_asked_and_becomes_the_reference(dialog, window, qtbot):
    assert not dialog.save.isEnabled() and "Nobody is drawn yet" in dialog.summary.text()
    type_into(qtbot, dialog.fields["age"], "70")
    type_into(qtbot, dialog.fields["heart_rate"].field, "66")
    dialog.fields["sex"].setCurrentIndex(dialog.fields["sex"].findData("F"))
    draw(dialog, qtbot)
    assert (
        dialog.gallery.count() == 1
        and dialog.gallery.item(0).text() == "70 years, female, 66/min\n✓ meets all 5"
    )
    assert "1 new patient, synthetic; 1 met all" in dialog.summary.text()
    qtbot.keyClick(dialog.gallery, ENTER)
    session = window.workbench.session
    qtbot.waitUntil(lambda: session.reference is not None and idle(window))
    reference = session.reference
    assert reference.synthetic and (reference.patient.age, reference.patient.sex) == (70, "F")
    assert reference.provenance["generator"] == "sssd" and session.shown is not None
    assert "does not exist" in window.workbench.messages.text
    assert round(session.measurements["heart_rate"]) == 66


def test_it_is_kept_asked_about_saved_opened_again_and_undone(drawing, opened, qtbot, tmp_path):
    session, first = opened.workbench.session, opened.workbench.session.reference
    dialog = opened_dialog(opened, qtbot)
    draw(dialog, qtbot)
    qtbot.mouseClick(dialog.use_button, LEFT)
    qtbot.waitUntil(lambda: session.reference is not first and idle(opened))
    patient = session.reference
    opened.workbench.undo.undo()
    assert session.reference is first
    opened.workbench.undo.redo()
    assert session.reference is patient
    # Leaving would lose it.
    qtbot.keyClick(opened, Qt.Key.Key_O, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: asks_to_save(opened) is not None)
    answer(opened, qtbot, "Save session")
    path = tmp_path / "patient.ecgtwin"
    accept_file_dialog(opened, qtbot, path)
    qtbot.waitUntil(lambda: session.reference is not patient and idle(opened))
    kept = read_session(path).reference
    assert kept.synthetic and np.array_equal(kept.signal, patient.signal)
    assert (kept.provenance["generator"], kept.provenance["seed"]) == ("sssd", 1)


def test_twins_of_a_new_patient_say_that_their_reference_was_synthetic(
    drawing, window, networks, qtbot, monkeypatch, tmp_path
):
    monkeypatch.setattr(window.workbench.jobs.engines, "_load_usual", lambda: networks)
    dialog = opened_dialog(window, qtbot)
    draw(dialog, qtbot)
    dialog.use()
    session = window.workbench.session
    qtbot.waitUntil(lambda: session.reference is not None and idle(window))
    generate(window, qtbot, conditions=("left bundle branch block",))
    origin = session.twin.recording.provenance
    assert (origin["reference"]["generator"], origin["reference"]["seed"]) == ("sssd", 1)
    assert session.twin.identity_similarity > 0.5


def test_twenty_unlike_cases_are_shown_saved_and_made_a_course(dialog, window, qtbot, tmp_path):
    draw(dialog, qtbot, "LBBB", 6)
    made = window.workbench.jobs.new_patients.made
    assert dialog.gallery.count() == len(made) > 2
    assert len({twin.recording.patient.age for twin in made}) == len(made)
    met = sum(twin.met for twin in made)
    assert f"{len(made)} new patients, synthetic; {met} met all that was asked." in dialog.summary.text()
    qtbot.keyClick(dialog.gallery, Qt.Key.Key_End)
    assert dialog.summary.text().startswith(f"{len(made)}: left bundle branch block; ")
    qtbot.mouseClick(dialog.save, LEFT)
    accept_file_dialog(window, qtbot, tmp_path / "all")
    qtbot.waitUntil(lambda: "Saved" in dialog.summary.text() and idle(window))
    document = json.loads((tmp_path / "all" / "twins.json").read_text("utf-8"))
    assert len(document["twins"]) == len(made) and read_ecg(tmp_path / "all" / "twin_001.hea").synthetic
    qtbot.mouseClick(dialog.course, LEFT)
    accept_file_dialog(window, qtbot, tmp_path / "class")
    qtbot.waitUntil(lambda: window.workbench.teaching.on and idle(window))
    course = read_course(tmp_path / "class" / "course.ecgcourse")
    assert [case.met for case in course.cases] == [twin.met for twin in made]
    assert {case.answers for case in course.cases} == {("left bundle branch block",)}
    assert [case.seed for case in course.cases] == [twin.seed for twin in made]
    assert window.workbench.teaching.at == 0 and window.workbench.session.reference.synthetic
    assert not any("bundle" in path.name.lower() for path in (tmp_path / "class").iterdir())


def test_a_run_shows_what_grows_and_is_stopped_by_esc(dialog, generator, window, qtbot):
    generator.gate.clear()
    type_into(qtbot, dialog.conditions, "sinus rhythm")
    type_into(qtbot, dialog.fields["samples"], "9")
    dialog.unlike.setChecked(False)
    qtbot.keyClick(dialog.conditions, ENTER)
    assert dialog.running and not dialog.form.isEnabled() and not dialog.go.isVisible()
    generator.gate.set()
    qtbot.waitUntil(lambda: dialog.gallery.count() >= 2)
    qtbot.keyClick(dialog, ESC)
    qtbot.waitUntil(lambda: not dialog.running)
    assert dialog.isVisible() and dialog.summary.text().startswith("Stopped")
    made = window.workbench.jobs.new_patients.made
    assert 1 <= len(made) < 9 and dialog.gallery.count() == len(made)
    qtbot.keyClick(dialog, ESC)
    assert not dialog.isVisible()
    run(window, "new_patient")
    again = dialog_of(window, qtbot, NewPatientDialog)
    assert again.gallery.count() == len(made), "those who were drawn are there again"


@pytest.mark.parametrize(
    ("conditions", "rate", "words"),
    [
        ("sinus bradycardia", "90", "contradicts sinus bradycardia"),
        ("LBBB + RBBB", "", "left bundle branch block"),
        ("something", "", "something"),
        ("flutter", "", "not trained for atrial flutter"),
    ],
)
def test_what_cannot_be_is_one_sentence_in_the_dialog(dialog, window, qtbot, conditions, rate, words):
    type_into(qtbot, dialog.conditions, conditions)
    if rate:
        type_into(qtbot, dialog.fields["heart_rate"].field, rate)
    qtbot.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: dialog.problem.isVisible() and not dialog.running)
    assert words in dialog.problem.text() and not window.workbench.jobs.new_patients.made


def test_a_double_click_uses_a_patient(dialog, window, qtbot):
    draw(dialog, qtbot, samples=2)
    place = dialog.gallery.visualItemRect(dialog.gallery.item(1)).center()
    qtbot.mouseClick(dialog.gallery.viewport(), LEFT, pos=QPoint(place))
    qtbot.mouseDClick(dialog.gallery.viewport(), LEFT, pos=QPoint(place))
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert window.workbench.session.reference.provenance["seed"] != 1
