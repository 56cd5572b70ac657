"""Heat maps in the window: made when chosen, kept, and given up."""

from __future__ import annotations

from PySide6.QtCore import Qt
from ui_window import generate, idle, run

from ecgtwin_app.attribution.methods import METHODS
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.panels.heat_menu import HEAT_MAPS

pytest_plugins = ("ui_fixtures",)


def test_heat_maps_are_made_when_chosen_and_kept(opened, qtbot):
    generate(opened, qtbot)
    qtbot.keyClick(opened, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.heatmap is not None and idle(opened))
    contrast = opened.workbench.parts.page_view.page.heatmap
    assert contrast.method == "contrast"
    set_heat_map(opened.workbench, "")
    assert opened.workbench.parts.page_view.page.heatmap is None
    set_heat_map(opened.workbench, "contrast")
    assert opened.workbench.parts.page_view.page.heatmap is contrast, "a heat map is made once"


def test_one_key_takes_the_heat_map_off_and_shows_the_same_method_again(opened, qtbot):
    generate(opened, qtbot)
    opened.workbench.parts.heat_menu.methods["attention"].trigger()
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.heatmap is not None and idle(opened))
    assert opened.command_actions.of["toggle_heat_map"].isChecked()
    for wanted in ("", "attention", ""):
        qtbot.keyClick(opened, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
        assert opened.workbench.view.heat_map == wanted
        assert opened.workbench.parts.heat_menu.methods[wanted].isChecked()


def test_who_reads_the_heat_maps_checks_stays_there(opened, qtbot):
    generate(opened, qtbot, samples=2)
    set_heat_map(opened.workbench, "contrast")
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.heatmap is not None and idle(opened))
    tabs = opened.workbench.parts.results.tabs
    tabs.setCurrentWidget(opened.workbench.parts.results.heat_map)
    set_heat_map(opened.workbench, "attention")
    assert tabs.currentWidget() is opened.workbench.parts.results.heat_map, "while the map is made"
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.heatmap is not None and idle(opened))
    run(opened, "next_twin")
    assert tabs.currentWidget() is opened.workbench.parts.results.heat_map, "with another twin"
    run(opened, "toggle_heat_map")
    run(opened, "toggle_heat_map")
    assert tabs.currentWidget() is opened.workbench.parts.results.heat_map, "off and on again"
    run(opened, "toggle_heat_map")
    tabs.setCurrentWidget(opened.workbench.parts.results.by_lead)
    run(opened, "toggle_heat_map")
    assert tabs.currentWidget() is opened.workbench.parts.results.by_lead, "another tab that was chosen stays"


def test_a_heat_map_that_fails_is_not_tried_for_ever(opened, qtbot, engine):
    generate(opened, qtbot)
    calls = []

    def refuse(*_):
        calls.append(1)
        raise RuntimeError("no")
        yield

    engine.iter_attribute = refuse
    set_heat_map(opened.workbench, "attention")
    qtbot.waitUntil(lambda: "RuntimeError" in opened.workbench.messages.text and idle(opened))
    assert len(calls) == 1
    assert opened.workbench.view.heat_map == ""


def test_cancelling_a_heat_map_turns_it_off(opened, qtbot, engine):
    generate(opened, qtbot)
    engine.gate.clear()
    set_heat_map(opened.workbench, "contrast")
    run(opened, "cancel")
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert opened.workbench.view.heat_map == ""
    assert opened.workbench.parts.bar.heat_map.currentData() == ""


def test_every_method_of_the_engine_is_offered():
    assert [method for method, _ in HEAT_MAPS if method] == list(METHODS)
