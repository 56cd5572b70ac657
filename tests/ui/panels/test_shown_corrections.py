"""What a recording shows as the user corrects it: by menu, by +, by the palette; kept in sessions, in German."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from shown_chips import (  # noqa: F401
    AF,
    AVB,
    LBBB,
    chip_menu,
    click_button,
    line_of,
    recognised,
    request_of,
    states,
)  # fmt: skip
from ui_window import accept_file_dialog, dialog_of, generate, idle, run

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.palette import entries_of
from ecgtwin_app.ui.commands.saving import state_of
from ecgtwin_app.ui.dialogs.search_list import SearchList, matching
from ecgtwin_app.ui.preferences.language import install_everywhere

pytest_plugins = ("ui_fixtures",)


@pytest.fixture
def german(qapp):
    install_everywhere(qapp, "de")
    yield
    install_everywhere(qapp, "en")


# -- corrections --------------------------------------------------------------------------------------


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
