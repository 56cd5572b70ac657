"""The line that says what a recording shows: chips by mouse and keys, what is kept, undo, what is asked."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip
from shown_chips import (  # noqa: F401
    AF,
    AVB,
    LBBB,
    PVC,
    click_button,
    line_of,
    recognised,
    request_of,
    states,
)  # fmt: skip
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, generate, idle, run

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.session.request_json import title
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.jobs import controller

pytest_plugins = ("ui_fixtures",)


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
