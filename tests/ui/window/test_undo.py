"""Everything that changes a session can be undone and done again, and says in the menu what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ui_window import generate, idle, run

from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session import score_edit
from ecgtwin_app.ui.commands.measure import move_fiducials, set_calipers
from ecgtwin_app.ui.commands.twin import ask, edit_score, set_heat_map
from ecgtwin_app.ui.commands.view import set_layers, turn_loops

pytest_plugins = ("ui_fixtures",)


def _state(window):
    """What a session is, in values that can be compared."""
    session = window.workbench.session
    marks = session.marks(session.reference)
    return (
        session.request,
        [id(twin) for twin in session.twins],
        window.workbench.parts.page_view.calipers.calipers,
        marks.moved if marks is not None else None,
        window.workbench.view.layers,
        window.workbench.view.layout,
        window.workbench.view.heat_map,
    )


def _move_mark(window):
    marks = window.workbench.session.marks(window.workbench.session.reference)
    move_fiducials(window.workbench, REFERENCE, marks.move("qrs_offset", 0.008))


def _score(window):
    twin = window.workbench.session.twin
    edit_score(window.workbench, score_edit.insert(twin.score, "pvc", 4.5))


def _rename(window):
    item = window.workbench.parts.layers_panel.list.item(0)
    item.setText("After the run")


def _set(window, *calipers):
    set_calipers(window.workbench, calipers, "caliper")


_CALIPER = Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2)
#: What is done, and the words of the menu for it.
ACTIONS = {
    "request": (
        lambda w: ask(w.workbench, replace(w.workbench.session.request, heart_rate=77), "heart rate"),
        "change of heart rate",
    ),
    "condition": (
        lambda w: w.workbench.parts.request_panel.conditions.choose("atrial fibrillation"),
        "change of condition",
    ),
    "seed": (lambda w: run(w, "new_seed"), "generation of twin"),
    "twin": (lambda w: run(w, "generate"), "generation of twin"),
    "removal": (lambda w: run(w, "remove_twin"), "removal of twin"),
    "rename": (_rename, "change of name of twin"),
    "eye": (
        lambda w: set_layers(
            w.workbench, w.workbench.view.layers.with_style(REFERENCE, visible=False), "visibility of layer"
        ),
        "change of visibility of layer",
    ),
    "score": (_score, "edit of rhythm"),
    "caliper": (lambda w: _set(w, _CALIPER), "caliper"),
    "march": (lambda w: (_set(w, _CALIPER), run(w, "march")), "march of caliper"),
    "clear": (lambda w: (_set(w, _CALIPER), run(w, "clear_calipers")), "removal of calipers"),
    "mark": (_move_mark, "move of fiducial"),
    "view": (lambda w: run(w, "view_median_beats"), "change of view"),
    "turn": (
        lambda w: (run(w, "view_vector_loops"), turn_loops(w.workbench, 5.0, 0.0)),
        "change of turn of loops",
    ),
    "gain": (lambda w: w.workbench.parts.paper_menu.actions["gain", 20.0].trigger(), "change of gain"),
    "filter": (
        lambda w: w.workbench.parts.paper_menu.actions["filter", "monitor"].trigger(),
        "change of filter",
    ),
    "name": (lambda w: run(w, "toggle_identity"), "change of name on the page"),
    "heat map": (lambda w: set_heat_map(w.workbench, "contrast"), "change of heat map"),
}


def test_every_change_is_undone_and_redone_by_its_name(opened, qtbot):
    generate(opened, qtbot)
    for name, (do, words) in ACTIONS.items():
        count, before = opened.workbench.undo.index(), _state(opened)
        do(opened)
        qtbot.waitUntil(lambda count=count: opened.workbench.undo.index() > count and idle(opened))
        steps, after = opened.workbench.undo.index() - count, _state(opened)
        assert after != before or steps > 1, name
        assert opened.command_actions.of["undo"].text() == f"&Undo {words}"
        for _ in range(steps):
            run(opened, "undo")
        qtbot.waitUntil(lambda: idle(opened))
        assert _state(opened) == before, name
        for _ in range(steps):
            run(opened, "redo")
        qtbot.waitUntil(lambda: idle(opened))
        assert _state(opened) == after, name
        for _ in range(steps):
            run(opened, "undo")
        qtbot.waitUntil(lambda: idle(opened))


def test_a_new_recording_is_a_step_of_the_history(opened, qtbot):
    assert not opened.workbench.undo.canUndo(), "the first recording replaces nothing"
    reference = opened.workbench.session.reference
    run(opened, "open_example")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not reference and idle(opened))
    assert opened.command_actions.of["undo"].text() == "&Undo opening of ECG"
    run(opened, "undo")
    assert opened.workbench.session.reference is reference


@pytest.mark.parametrize("field", ["name", "opacity", "visible"])
def test_a_style_leaves_the_others_alone(opened, qtbot, field):
    generate(opened, qtbot)
    twin = opened.workbench.session.twin
    value = {"name": "A", "opacity": 0.5, "visible": False}[field]
    changed = opened.workbench.view.layers.with_style(twin, **{field: value})
    assert getattr(changed.style(twin), field) == value
    assert changed.style(REFERENCE) == opened.workbench.view.layers.style(REFERENCE)
