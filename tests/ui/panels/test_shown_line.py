"""The line that says what a recording shows: chips by mouse and keys, corrections, undo, sessions, what is asked."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QToolTip
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, accept_file_dialog, dialog_of, generate, idle, run

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.session.request_json import title
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.palette import entries_of
from ecgtwin_app.ui.commands.saving import state_of
from ecgtwin_app.ui.dialogs.search_list import SearchList, matching
from ecgtwin_app.ui.jobs import controller
from ecgtwin_app.ui.preferences.language import install_everywhere

pytest_plugins = ("ui_fixtures",)
LBBB, AVB, AF, PVC = (
    "left bundle branch block",
    "first-degree AV block",
    "atrial fibrillation",
    "ventricular premature complex",
)


@pytest.fixture
def recognised():
    """First-degree block by its PR, left bundle branch block by network and file."""
    of_pr = Message(
        "{what}: {value:.3g} {unit} ({asked})", what="PR interval", value=232.0, unit="ms", asked="> 200"
    )
    of_file = Message("The file says: {statement}", statement="LBBB, read by Dr. Smith")
    return Shown(
        (
            Finding("sinus rhythm"),
            Finding(AVB, 0.61, True, ("criteria", "network"), (of_pr,)),
            Finding(LBBB, 0.823, None, ("file", "network"), (of_file,)),
        ),
        probabilities={"old anterior infarct": 0.2},
    )


@pytest.fixture
def german(qapp):
    install_everywhere(qapp, "de")
    yield
    install_everywhere(qapp, "en")


def line_of(window):
    return window.workbench.parts.request_panel.shown_line


def states(window):
    return {name: chip.state for name, chip in line_of(window).chips.items()}


def request_of(window):
    return window.workbench.session.request


def click_button(window, qtbot, name):
    """Click the × of a chip, or its arrow."""
    chip = line_of(window).chips[name]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.button.center())


# -- what is shown ------------------------------------------------------------------------------------


def test_every_finding_has_a_chip_in_the_order_of_the_vocabulary(opened):
    line = line_of(opened)
    assert [chip.text() for chip in line.chips.values()] == [AVB, LBBB]
    assert line.isVisible() and not line.words.isVisible() and line.add.isVisible()
    places = [chip.geometry() for chip in line.chips.values()]
    assert not places[0].intersects(places[1])
    assert all(line.rect().contains(place) for place in (*places, line.add.geometry()))


def test_a_chip_says_why_it_is_there_and_never_that_the_patient_has_it(opened):
    tips = {name: chip.toolTip() for name, chip in line_of(opened).chips.items()}
    assert "meets the criteria of first-degree AV block" in tips[AVB]
    assert "PR interval: 232 ms (&gt; 200)" in tips[AVB]
    assert "It looks like left bundle branch block (probability 82 %)" in tips[LBBB]
    assert "The file states left bundle branch block" in tips[LBBB]
    assert all("diagnos" not in tip.casefold() for tip in tips.values())


def test_the_keyboard_brings_the_words_too(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F, CONTROL | SHIFT)
    chip = line_of(opened).chips[AVB]
    assert chip.hasFocus()
    qtbot.waitUntil(lambda: "232 ms" in QToolTip.text())
    qtbot.keyClick(chip, Qt.Key.Key_Right)
    assert line_of(opened).chips[LBBB].hasFocus()
    qtbot.waitUntil(lambda: "82 %" in QToolTip.text())
    qtbot.keyClick(line_of(opened).chips[LBBB], Qt.Key.Key_Right)
    assert line_of(opened).add.hasFocus()


def test_a_click_beside_the_button_says_why_and_changes_nothing(opened, qtbot):
    before = request_of(opened)
    qtbot.mouseClick(line_of(opened).chips[LBBB], Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    qtbot.waitUntil(lambda: "82 %" in QToolTip.text())
    assert request_of(opened) == before


def test_while_it_is_read_the_line_says_so_and_an_older_answer_is_not_taken(
    window, qtbot, tmp_path, monkeypatch
):
    gate, asked = threading.Event(), []

    def slow(recording):
        asked.append(recording)
        if len(asked) == 1:
            assert gate.wait(60)
            return Shown((Finding(AF),))
        return Shown((Finding("sinus rhythm"),))

    monkeypatch.setattr(controller, "shown_by", slow)
    for name, rate in (("one", 72), ("two", 80)):
        write_ecg(Recording(strip(rate=rate)[0].signal, 500.0), tmp_path / f"{name}.hea")
    open_path(window.workbench, tmp_path / "one.hea")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and bool(asked))
    assert line_of(window).words.text() == "reading…" and not line_of(window).add.isVisible()
    assert not window.command_actions.of["add_shown"].isEnabled()
    open_path(window.workbench, tmp_path / "two.hea")
    gate.set()
    qtbot.waitUntil(lambda: len(asked) == 2 and idle(window))
    assert line_of(window).words.text() == "nothing but sinus rhythm"
    assert not line_of(window).chips


def test_a_recording_that_cannot_be_measured_can_be_told_what_it_shows(window, qtbot, monkeypatch):
    def fails(recording):
        raise EcgError("No beats are found; choose another recording.")

    monkeypatch.setattr(controller, "shown_by", fails)
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert line_of(window).words.text() == "nothing that was recognised"
    assert window.command_actions.of["add_shown"].isEnabled()


def test_without_a_recording_there_is_no_line(window):
    assert not line_of(window).isVisible()


# -- made without -------------------------------------------------------------------------------------


def test_the_button_takes_out_and_puts_back_and_both_are_undone(opened, qtbot):
    click_button(opened, qtbot, LBBB)
    assert request_of(opened).without == (LBBB,)
    assert states(opened) == {AVB: "kept", LBBB: "removed"}
    click_button(opened, qtbot, LBBB)
    assert request_of(opened).without == () and states(opened)[LBBB] == "kept"
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert states(opened)[LBBB] == "removed"
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert states(opened)[LBBB] == "kept" and request_of(opened).without == ()
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert request_of(opened).without == (LBBB,)


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return]
)
def test_the_same_key_takes_out_and_puts_back(opened, qtbot, key):
    run(opened, "go_to_shown")
    chip = line_of(opened).chips[AVB]
    qtbot.keyClick(chip, key)
    assert states(opened)[AVB] == "removed" and chip.hasFocus()
    assert "taken out" in chip.accessibleName()
    qtbot.keyClick(chip, key)
    assert states(opened)[AVB] == "kept" and chip.hasFocus()


def test_what_cannot_be_kept_is_greyed_with_the_reason_as_the_target_is_chosen(opened, qtbot):
    panel = opened.workbench.parts.request_panel
    panel.conditions.choose(AF)
    assert states(opened) == {AVB: "impossible", LBBB: "kept"}
    assert line_of(opened).note.isVisible()
    assert line_of(opened).note.text().startswith("First-degree AV block cannot be kept")
    assert "cannot be kept" in line_of(opened).chips[AVB].toolTip()
    before = request_of(opened)
    click_button(opened, qtbot, AVB)
    assert request_of(opened) == before, "there is nothing to take out"
    panel.conditions.choose(PVC)
    assert states(opened) == {AVB: "kept", LBBB: "kept"} and not line_of(opened).note.isVisible()


def test_none_of_it_is_kept_by_a_tick_and_one_of_it_is_put_back(opened, qtbot):
    line = line_of(opened)
    qtbot.mouseClick(line.only, Qt.MouseButton.LeftButton, pos=QPoint(8, line.only.height() // 2))
    assert request_of(opened).only and set(states(opened).values()) == {"removed"}
    assert opened.command_actions.of["keep_nothing"].isChecked()
    click_button(opened, qtbot, AVB)
    assert not request_of(opened).only and not line.only.isChecked()
    assert states(opened) == {AVB: "kept", LBBB: "removed"}
    run(opened, "undo")
    assert request_of(opened).only and line.only.isChecked()
    run(opened, "keep_nothing")
    assert set(states(opened).values()) == {"kept"}


def test_asking_for_what_is_taken_out_keeps_it(opened, qtbot):
    click_button(opened, qtbot, LBBB)
    opened.workbench.parts.request_panel.conditions.choose(LBBB)
    assert request_of(opened).without == () and states(opened)[LBBB] == "kept"
    assert opened.workbench.parts.request_panel.generate.isEnabled()


def test_the_twins_are_asked_with_it(opened, qtbot):
    click_button(opened, qtbot, LBBB)
    opened.workbench.parts.request_panel.form.boxes["samples"].setValue(2)
    assert request_of(opened).without == (LBBB,), "a number of the form leaves it as it is"
    generate(opened, qtbot)
    assert {twin.request.without for twin in opened.workbench.session.twins} == {(LBBB,)}


def test_what_could_not_be_kept_is_said_after_the_run_too(opened, qtbot):
    opened.workbench.parts.request_panel.conditions.choose(AF)
    generate(opened, qtbot)
    assert opened.workbench.messages.text.startswith("First-degree AV block cannot be kept")
    assert "inus rhythm cannot" not in opened.workbench.messages.text, "another rhythm was asked for"
    opened.workbench.messages.hide()
    opened.workbench.parts.request_panel.conditions.choose(PVC)
    generate(opened, qtbot)
    assert opened.workbench.messages.text == ""


def test_what_a_twin_is_made_without_stands_in_its_titles(opened, qtbot):
    click_button(opened, qtbot, LBBB)
    generate(opened, qtbot)
    parts = opened.workbench.parts
    assert f"{PVC}, without {LBBB}" in parts.results.summary.text()
    assert f"without {LBBB}" in parts.layers_panel.list.item(0).text()
    assert f"without {LBBB}" in title(opened.workbench.session.requests[-1])


def test_the_line_takes_the_room_it_needs_and_the_note_gives_way(opened, qtbot):
    opened.setMinimumSize(800, 500)
    opened.resize(1024, 640)
    panel = opened.workbench.parts.request_panel
    panel.conditions.choose(AF)
    opened.workbench.parts.arrangement.show_request()
    qtbot.waitUntil(lambda: not panel.conditions.note.isVisible() and panel.shown_line.note.isVisible())
    widgets = [
        panel.shown_line.note,
        panel.conditions.search,
        panel.conditions.list,
        panel.conditions.summary,
    ]
    qtbot.waitUntil(
        lambda: all(
            one.mapTo(panel, one.rect().bottomLeft()).y() < other.mapTo(panel, QPoint(0, 0)).y()
            for one, other in pairwise(widgets)
        )
    )
    opened.resize(1280, 1000)
    qtbot.waitUntil(panel.conditions.note.isVisible)


def test_what_was_taken_out_has_a_heat_map(opened, qtbot):
    click_button(opened, qtbot, LBBB)
    generate(opened, qtbot)
    menu, session = opened.workbench.parts.heat_menu, opened.workbench.session
    assert [action.text() for action in menu.parts.values()] == [
        "Of all conditions",
        f"Of {LBBB}, taken out",
    ]
    run(opened, "toggle_heat_map")
    qtbot.waitUntil(lambda: session.heatmap("contrast") is not None and idle(opened))
    menu.parts[LBBB].trigger()
    qtbot.waitUntil(lambda: session.heatmap(f"contrast of {LBBB}") is not None and idle(opened))
    assert menu.parts[LBBB].isChecked()
    menu.methods["attention"].trigger()
    qtbot.waitUntil(lambda: session.heatmap("attention") is not None and idle(opened))
    assert opened.workbench.view.heat_map == "attention", "attention is paid to what the twin has"
    assert not menu.parts[LBBB].isEnabled()


# -- corrections --------------------------------------------------------------------------------------


def chip_menu(window, name):
    chip = line_of(window).chips[name]
    chip.menu_requested.emit(chip.mapToGlobal(QPoint(5, 5)))
    return window.context_menus.menu


def test_the_menu_of_a_chip_denies_it_and_undo_brings_it_back(opened, qtbot):
    texts = [action.text() for action in chip_menu(opened, LBBB).actions()]
    assert texts[:2] == ["Make the twin without it", "The recording does not show this"]
    chip_menu(opened, LBBB).actions()[1].trigger()
    assert request_of(opened).shows == ("sinus rhythm", AVB)
    assert states(opened) == {AVB: "kept"}
    assert opened.command_actions.of["back_to_recognised"].isEnabled()
    run(opened, "undo")
    assert request_of(opened).shows is None and set(states(opened)) == {AVB, LBBB}


def test_the_menu_key_opens_it(opened, qtbot):
    run(opened, "go_to_shown")
    chip = line_of(opened).chips[AVB]
    asked = []
    line_of(opened).menu_requested.connect(lambda name, at: asked.append(name))
    QApplication.sendEvent(chip, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(3, 3)))
    assert asked == [AVB]
    opened.context_menus.menu.close()


def test_the_focus_goes_on_when_a_chip_goes(opened, qtbot):
    run(opened, "go_to_shown")
    chip_menu(opened, AVB).actions()[1].trigger()
    assert line_of(opened).chips[LBBB].hasFocus()


def test_plus_adds_by_name_synonym_and_code(opened, qtbot):
    qtbot.mouseClick(line_of(opened).add, Qt.MouseButton.LeftButton)
    dialog = dialog_of(opened, qtbot, SearchList)
    qtbot.keyClicks(dialog.search, "AFib")
    assert dialog.list.item(0).text() == AF
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: AF in line_of(opened).chips)
    assert "You have stated atrial fibrillation" in line_of(opened).chips[AF].toolTip()
    assert AF in request_of(opened).shows and LBBB in request_of(opened).shows
    run(opened, "back_to_recognised")
    assert request_of(opened).shows is None and set(states(opened)) == {AVB, LBBB}


def test_the_palette_does_all_of_it_by_typing(opened):
    entries = entries_of(opened.workbench)
    for typed, then in (
        ("without left bundle", {AVB: "kept", LBBB: "removed"}),
        ("does not show first-degree", {LBBB: "removed"}),
    ):
        found = matching(entries, typed)
        assert len(found) == 1, typed
        found[0].do()
        assert states(opened) == then
        entries = entries_of(opened.workbench)
    assert any(entry.text == f"Keep again: {LBBB}" for entry in entries)


# -- sessions, other patients, languages --------------------------------------------------------------


def test_all_of_it_comes_back_with_the_session_and_no_words_of_the_file(opened, qtbot, tmp_path):
    click_button(opened, qtbot, LBBB)
    chip_menu(opened, AVB).actions()[1].trigger()
    run(opened, "save_session_as")
    accept_file_dialog(opened, qtbot, tmp_path / "s.ecgtwin")
    qtbot.waitUntil(lambda: (tmp_path / "s.ecgtwin").exists() and idle(opened))
    assert b"Smith" not in (tmp_path / "s.ecgtwin").read_bytes()
    state = read_session(tmp_path / "s.ecgtwin")
    assert state.shown.names == ("sinus rhythm", AVB, LBBB)
    assert (state.request.shows, state.request.without) == (("sinus rhythm", LBBB), (LBBB,))
    run(opened, "open_example")
    qtbot.waitUntil(lambda: set(states(opened)) == {AVB, LBBB} and idle(opened))
    assert request_of(opened).without == () and request_of(opened).shows is None
    open_path(opened.workbench, tmp_path / "s.ecgtwin")
    qtbot.waitUntil(lambda: states(opened) == {LBBB: "removed"})


def test_a_session_of_a_former_version_is_looked_at_when_it_opens(opened, qtbot, tmp_path):
    state = replace(state_of(opened.workbench), shown=None)
    write_session(tmp_path / "old.ecgtwin", state)
    assert read_session(tmp_path / "old.ecgtwin").shown is None
    open_path(opened.workbench, tmp_path / "old.ecgtwin")
    qtbot.waitUntil(lambda: opened.workbench.session.path is not None and idle(opened))
    assert set(states(opened)) == {AVB, LBBB}


def test_a_damaged_finding_is_a_damaged_session(opened, tmp_path):
    state = state_of(opened.workbench)
    broken = replace(state, shown=Shown((Finding(LBBB, 7.0),)))
    write_session(tmp_path / "bad.ecgtwin", broken)
    with pytest.raises(EcgError, match="no session, or is damaged"):
        read_session(tmp_path / "bad.ecgtwin")
    assert SessionState(state.reference).shown is None


def test_a_correction_is_a_change_of_a_saved_session(opened, qtbot, tmp_path):
    run(opened, "save_session_as")
    accept_file_dialog(opened, qtbot, tmp_path / "s.ecgtwin")
    qtbot.waitUntil(lambda: opened.workbench.session.path is not None and idle(opened))
    assert not opened.isWindowModified()
    chip_menu(opened, AVB).actions()[1].trigger()
    assert opened.isWindowModified()


def test_teaching_does_not_tell(opened, qtbot):
    generate(opened, qtbot)
    run(opened, "toggle_teaching")
    qtbot.waitUntil(lambda: idle(opened))
    assert not line_of(opened).isVisible()
    assert not any(AVB in entry.text for entry in entries_of(opened.workbench))


def test_the_line_is_german(german, opened):
    line = line_of(opened)
    assert line.heading.text() == "Dieses EKG zeigt:"
    assert [chip.text() for chip in line.chips.values()] == ["AV-Block I°", "Linksschenkelblock"]
    assert "Sie sieht aus wie: Linksschenkelblock (Wahrscheinlichkeit 82 %)" in line.chips[LBBB].toolTip()
    opened.workbench.parts.request_panel.conditions.choose(AF)
    assert line.note.text().startswith("AV-Block I° kann nicht erhalten werden")


def test_favourites_hold_nothing_of_what_the_patient_shows(opened):
    chip_menu(opened, AVB).actions()[1].trigger()
    run(opened, "add_favourite")
    assert opened.workbench.parts.history.favourites.named[-1][1].shows is None
