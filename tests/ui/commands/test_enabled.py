"""Which commands can be done when: every command in six states of the window, written out."""

from __future__ import annotations

import re

import pytest
from ui_window import generate, idle, run

from ecgtwin_app.engine.new_patients import usable
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.commands.table import COMMANDS

pytest_plugins = ("ui_fixtures",)

STATES = ("empty", "reference", "twin", "running", "hidden", "revealed")
#: By the command's id, whether it can be done (x) in the states of `STATES`, in their order. With a twin there are two
#: of them and the second is shown; hidden and revealed are teaching mode with that twin.
EXPECTED = {
    "open_file": "x x x x x x",
    "choose_seconds": "- - - - - -",
    "open_example": "x x x x x x",
    "new_patient": "x x x - - -"
    if usable()
    else "- - - - - -",  # with the weights of a generator that draws them
    "add_recordings": "- x x - - -",
    "remove_recordings": "- - - - - -",
    "save_session": "- x x x x x",
    "save_session_as": "- x x x x x",
    "save_twins": "- - x x - x",
    "export": "- x x - - x",
    "make_cohort": "x x x - - -",
    "save_pdf": "- x x x x x",
    "save_png": "- x x x x x",
    "save_svg": "- x x x x x",
    "print_page": "- x x x x x",
    "close": "x x x x x x",
    "undo": "- - x - x x",
    "redo": "- - - - - -",
    "copy_page": "- x x x x x",
    "copy_table": "- x x x - x",
    "show_palette": "x x x x x x",
    "find_condition": "x x x x x x",
    "add_favourite": "x x x x - -",
    "save_presets": "x x x x - -",
    "load_presets": "x x x x - -",
    "generate": "- x x - - -",
    "cancel": "- - - x - -",
    "new_seed": "x x x x - -",
    "previous_twin": "- - x x x x",
    "next_twin": "- - - - - -",
    "remove_twin": "- - x - - -",
    "toggle_heat_map": "- - x x - x",
    "go_to_shown": "- x x x - -",
    "add_shown": "- x x x - -",
    "back_to_recognised": "- - - - - -",
    "keep_nothing": "- - - - - -",
    "generator_folder": "x x x - - -",
    "compare_generators": "- x x - - -",
    "view_overlay": "- - x x x x",
    "view_side_by_side": "- - x x x x",
    "view_reference": "- x x x x x",
    "view_twin": "- - x x x x",
    "view_difference": "- - x x x x",
    "view_median_beats": "- x x x x x",
    "view_vector_loops": "- x x x x x",
    "flicker": "- - x x x x",
    "toggle_align": "- - x x x x",
    "next_page": "- - - - - -",
    "previous_page": "- - - - - -",
    "spin_loops": "- x x x x x",
    "zoom_in": "- x x x x x",
    "zoom_out": "- x x x x x",
    "fit": "- x x x x x",
    "true_size": "- x x x x x",
    "calibrate_screen": "x x x x x x",
    "toggle_identity": "- x x x x x",
    "toggle_panels": "x x x x x x",
    "next_theme": "x x x x x x",
    "tool_hand": "- x x x x x",
    "tool_time": "- x x x x x",
    "tool_amplitude": "- x x x x x",
    "march": "- - - - - -",
    "remove_caliper": "- - - - - -",
    "clear_calipers": "- - - - - -",
    "toggle_fiducials": "- x x x - x",
    "toggle_labels": "- x x x - x",
    "reset_fiducials": "- - - - - -",
    "toggle_magnifier": "- x x x x x",
    "mark_bad": "- x x - - -",
    "take_proposed": "- x x - - -",
    "mark_lead": "- - - - - -",
    "remove_mark": "- - - - - -",
    "clear_marks": "- - - - - -",
    "repair": "- - - - - -",
    "previous_proposal": "- - - - - -",
    "next_proposal": "- - - - - -",
    "accept_proposal": "- - - - - -",
    "leave_repair": "- - - - - -",
    "complete": "- - - - - -",
    "continue_recording": "- x x - - -",
    "toggle_teaching": "x x x - x x",
    "reveal": "- - - - x -",
    "next_case": "- - - - - -",
    "previous_case": "- - - - - -",
    "open_course": "x x x x x x",
    "edit_course": "x x x x x x",
    "review_answers": "- - - - - -",
    "start_again": "- - - - - -",
    "save_handout": "- - - - - -",
    "save_handout_answers": "- - - - - -",
    "toggle_morph": "- - x - x x",
    "play_morph": "- - x - x x",
    "morph_less": "- - - - - -",
    "morph_more": "- - - - - -",
    "show_manual": "x x x x x x",
    "show_shortcuts": "x x x x x x",
    "take_tour": "x x x x x x",
    "crash_reports": "x x x x x x",
    "about": "x x x x x x",
}
#: Greyed commands that need no words: what they do says it.
OBVIOUS = {"undo", "redo", "cancel", "reveal"}


def possible(window) -> dict[str, str]:
    """ "x" or "-" of every command: as the command says it, and as its action and the menus show it."""
    found = {}
    for command in window.workbench.commands:
        enabled = command.enabled(window.workbench)
        assert window.command_actions.of[command.id].isEnabled() == enabled, command.id
        found[command.id] = "x" if enabled else "-"
    return found


def expected(state: str) -> dict[str, str]:
    return {name: row.split()[STATES.index(state)] for name, row in EXPECTED.items()}


def wrong(window, state: str) -> dict[str, str]:
    """The commands of a state that are not as they should be, with what they are."""
    want, found = expected(state), possible(window)
    return {name: found[name] for name in found if found[name] != want[name]}


def enter(window, qtbot, engine, state):
    """Bring an empty window into a state."""
    if state == "empty":
        return
    window.workbench.jobs.prepare_engine()
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    qtbot.waitUntil(lambda: window.workbench.parts.page_view.up_to_date)
    if state != "reference":
        generate(window, qtbot, samples=2)
        window.workbench.session.show_twin(1)
    if state == "running":
        engine.gate.clear()
        run(window, "generate")
        qtbot.waitUntil(lambda: window.workbench.jobs.running)
    if state in ("hidden", "revealed"):
        run(window, "toggle_teaching")
        qtbot.waitUntil(lambda: idle(window))
    if state == "revealed":
        run(window, "reveal")
        qtbot.waitUntil(lambda: window.workbench.teaching.outcome is not None and idle(window))
    window.workbench.messages.hide()


def test_every_command_has_its_row():
    assert list(EXPECTED) == [command.id for command in COMMANDS]
    assert {len(row.split()) for row in EXPECTED.values()} == {len(STATES)}


def test_no_two_commands_have_the_same_keys():
    keys = [one for command in COMMANDS for one in command.keys]
    assert len(keys) == len(set(keys)), sorted(one for one in set(keys) if keys.count(one) > 1)


@pytest.mark.parametrize("state", STATES)
def test_every_command_is_possible_when_it_should_be(window, qtbot, engine, state):
    enter(window, qtbot, engine, state)
    assert wrong(window, state) == {}
    for command in COMMANDS:
        why = command.why_not(window.workbench)
        shown = window.command_actions.of[command.id].statusTip()
        if command.enabled(window.workbench):
            assert (why, shown) == ("", tr(command.tip)), command.id
        elif command.id in OBVIOUS:
            assert shown == why or shown == tr(command.tip), command.id
        else:
            assert re.fullmatch(r"[A-Z].{10,}", why) and shown == why, command.id


def test_what_depends_on_the_page_follows_it(opened, qtbot):
    """Calipers come and go without a change of state."""

    def now(*names):
        return [possible(opened)[name] for name in names]

    calipers = ("march", "remove_caliper", "clear_calipers")
    assert now(*calipers) == ["-", "-", "-"]
    set_calipers(opened.workbench, (Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2),), "caliper")
    assert now(*calipers) == ["x", "x", "x"]
    run(opened, "clear_calipers")
    assert now(*calipers) == ["-", "-", "-"]
    run(opened, "undo")
    assert now(*calipers) == ["x", "x", "x"]


def test_a_command_without_a_row_is_found(monkeypatch, window):
    monkeypatch.delitem(EXPECTED, "about")
    with pytest.raises(KeyError):
        wrong(window, "empty")


def test_one_tool_is_ticked(opened):
    opened.command_actions.of["tool_time"].trigger()
    tools = ("tool_hand", "tool_time", "tool_amplitude")
    assert [opened.command_actions.of[name].isChecked() for name in tools] == [False, True, False]


def test_a_ticked_command_stays_as_the_window_is(opened):
    """Qt toggles a ticked action before its command runs; what is taken already stays ticked."""
    hand = opened.command_actions.of["tool_hand"]
    assert hand.isChecked()
    hand.trigger()
    assert hand.isChecked()


def test_a_greyed_command_says_why_under_the_pointer(window, qtbot):
    menu, action = window.command_actions.menus["Twin"], window.command_actions.of["next_twin"]
    menu.popup(window.mapToGlobal(window.rect().center()))
    qtbot.mouseMove(menu, menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: window.statusBar().currentMessage() == "Make a twin first (Ctrl+G)")
    menu.close()
