"""The morph in the window: made behind it, moved by keys, and never in its way."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from ui_window import CONTROL, SHIFT, generate, idle, run

from ecgtwin_app.session.morph import FRAMES

pytest_plugins = ("ui_fixtures",)


def test_the_morph_is_made_behind_and_moved_by_keys(opened, qtbot, engine):
    generate(opened, qtbot)
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)
    assert opened.workbench.parts.morph_bar.isVisible()
    assert len(opened.workbench.morph.frames) == FRAMES
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.session.twin.recording
    rows = [panel.baseline for _, panels in opened.workbench.parts.page_view.page.blocks for panel in panels]
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    assert opened.workbench.morph.frame.fraction == 1 - 1 / (FRAMES - 1)
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.morph.frame.recording
    assert opened.workbench.parts.page_view.page.generated.synthetic
    qtbot.keyClick(opened.workbench.parts.morph_bar.slider, Qt.Key.Key_Home)
    assert opened.workbench.morph.frame.fraction == 0.0
    assert "Morph, 0 %" in [layer.name for layer in opened.workbench.parts.page_view.page.layers]
    assert rows == [
        panel.baseline for _, panels in opened.workbench.parts.page_view.page.blocks for panel in panels
    ], "rows stay"
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL | SHIFT)
    assert opened.workbench.morph.playing
    qtbot.waitUntil(lambda: opened.workbench.morph.frame.fraction > 0)
    qtbot.mouseClick(opened.workbench.parts.morph_bar.play, Qt.MouseButton.LeftButton)
    assert not opened.workbench.morph.playing
    begun = engine.begun
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    assert not opened.workbench.morph.on
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.session.twin.recording
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)
    assert engine.begun == begun, "frames were kept"


def test_the_panel_shows_the_figures_of_the_frame_that_is_shown(opened, qtbot):
    generate(opened, qtbot)
    results, twin = opened.workbench.parts.results, opened.workbench.session.twin
    opened.workbench.morph.start()
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)

    def shown():
        rows = (row.split("\t") for row in opened.workbench.parts.results.measurements.text().splitlines())
        return {name: of_twin for name, _, _, of_twin in rows}

    assert "criteria met" in results.verdict.text() and results.criteria.isVisible()
    full = shown()
    opened.workbench.morph.move_to(0.38)
    frame = opened.workbench.morph.frame
    assert 0.3 < frame.fraction < 0.45 and frame.measurements.keys() - twin.measurements.keys()
    assert results.verdict.text() == f"Morph, {100 * frame.fraction:.0f} %"
    assert "Measured on what is shown" in results.summary.text() and not results.criteria.isVisible()
    between = shown()
    assert between["QT"] == f"{frame.measurements['qt']:.0f}" != full["QT"]
    opened.workbench.morph.stop()
    assert shown() == full and results.criteria.isVisible()


def test_a_morph_never_holds_the_window_and_ends_when_it_is_not_wanted(opened, qtbot, engine):
    generate(opened, qtbot)
    engine.gate.clear()
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: engine.begun == 2)
    began = time.perf_counter()
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    run(opened, "toggle_teaching")
    assert time.perf_counter() - began < 15, "the engine stands still for twenty seconds"
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert engine.closed == 1
    assert not opened.workbench.morph.on
    run(opened, "toggle_teaching")
    engine.gate.clear()
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: engine.begun == 3)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.workbench.morph.making
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert opened.workbench.morph.on, "what is made can still be looked at"
    qtbot.keyClick(opened, Qt.Key.Key_G, CONTROL)
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 2 and idle(opened))
    assert not opened.workbench.morph.on
