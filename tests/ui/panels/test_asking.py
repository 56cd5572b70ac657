"""Asking: conditions by name and code, combinations, dials, history, favourites and presets."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from synthetic_ecg import strip
from ui_window import CONTROL, accept_file_dialog, generate, idle, run

from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.session.combination import in_order, why_not
from ecgtwin_app.session.request_json import from_json, read_presets, title, to_json, write_presets
from ecgtwin_app.ui.commands.leaving import is_unsaved
from ecgtwin_app.ui.commands.twin import edit_score

pytest_plugins = ("ui_fixtures",)


def _click(window, qtbot, name, modifier=Qt.KeyboardModifier.NoModifier, column=1):
    tree = window.workbench.parts.request_panel.conditions.list
    item = tree.item_of(name)
    tree.scrollToItem(item)
    rect = tree.visualItemRect(item)
    place = rect.center()
    if column == 0:
        place.setX(8)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, modifier, place)


# -- conditions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("AFib", "atrial fibrillation"),
        ("VPB", "ventricular premature complex"),
        ("LBBB", "left bundle branch block"),
        ("164889003", "atrial fibrillation"),
    ],
)
def test_searching_by_synonym_or_code_and_enter_chooses(opened, qtbot, words, name):
    opened.workbench.session.set_request(TwinRequest(("sinus rhythm",)))
    qtbot.keyClick(opened, Qt.Key.Key_F, CONTROL)
    search = opened.workbench.parts.request_panel.conditions.search
    qtbot.keyClicks(search, words)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert opened.workbench.session.request.conditions == (name,)
    note = opened.workbench.parts.request_panel.conditions.note.toPlainText()
    assert find_condition(name).teaching in note
    assert find_condition(name).criteria in note
    run(opened, "undo")
    assert opened.workbench.session.request.conditions == ("sinus rhythm",)


def test_a_search_without_result_says_so(opened):
    opened.workbench.parts.request_panel.conditions.search.setText("zzz")
    assert "Nothing found" in opened.workbench.parts.request_panel.conditions.list.topLevelItem(0).text(1)


def test_ctrl_click_and_plus_combine_with_the_rhythm_first(opened, qtbot):
    _click(opened, qtbot, "left bundle branch block")
    _click(opened, qtbot, "atrial fibrillation", CONTROL)
    assert opened.workbench.session.request.conditions == ("atrial fibrillation", "left bundle branch block")
    _click(opened, qtbot, "ventricular premature complex", column=0)
    assert len(opened.workbench.session.request.conditions) == 3
    _click(opened, qtbot, "left bundle branch block", column=0)
    assert opened.workbench.session.request.conditions == (
        "atrial fibrillation",
        "ventricular premature complex",
    )


def test_what_no_heart_shows_is_said_and_cannot_be_generated(opened, qtbot):
    panel = opened.workbench.parts.request_panel
    _click(opened, qtbot, "left bundle branch block")
    row = panel.conditions.list.item_of("right bundle branch block")
    assert row.text(0) == ""
    assert "No beat shows" in row.toolTip(0)
    _click(opened, qtbot, "right bundle branch block", CONTROL)
    assert "No beat shows" in panel.conditions.problem.text()
    assert not panel.generate.isEnabled()
    assert not opened.command_actions.of["generate"].isEnabled()
    run(opened, "undo")
    assert panel.generate.isEnabled()


@pytest.mark.parametrize(
    "names",
    [
        ("sinus bradycardia", "ventricular premature complex"),
        ("atrial fibrillation", "left bundle branch block"),
        ("left ventricular hypertrophy", "left ventricular strain"),
        ("inferior STEMI", "complete AV block"),
        ("right bundle branch block", "left anterior fascicular block"),
        ("atrial fibrillation", "ventricular pacing"),
    ],
)
def test_combinations_that_occur_are_offered(names):
    assert why_not(in_order(names)) == ""


@pytest.mark.parametrize(
    "names",
    [
        ("left bundle branch block", "right bundle branch block"),
        ("atrial fibrillation", "first-degree AV block"),
        ("atrial fibrillation", "left atrial enlargement"),
    ],
)
def test_combinations_that_no_heart_shows_say_why(names):
    assert why_not(in_order(names)).endswith(".")


def test_what_the_weights_do_not_know_is_not_available(opened, qtbot):
    conditions = opened.workbench.parts.request_panel.conditions
    row = conditions.list.item_of("Brugada type 1")
    assert row.text(2) == "not available"
    before = opened.workbench.session.request.conditions
    _click(opened, qtbot, "Brugada type 1")
    assert opened.workbench.session.request.conditions == before
    qtbot.keyClicks(conditions.search, "Brugada")
    qtbot.keyClick(conditions.search, Qt.Key.Key_Return)
    assert opened.workbench.session.request.conditions == before


# -- numbers ------------------------------------------------------------------------------------------


def test_typing_a_heart_rate_is_one_step_to_undo(opened, qtbot):
    field = opened.workbench.parts.request_panel.form.heart_rate
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "95")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert opened.workbench.session.request.heart_rate == 95
    assert "heart rate" in opened.command_actions.of["undo"].text()
    run(opened, "undo")
    assert opened.workbench.session.request.heart_rate is None
    assert field.text().startswith("keep")
    run(opened, "redo")
    assert opened.workbench.session.request.heart_rate == 95


def test_every_field_reaches_the_request(opened):
    form = opened.workbench.parts.request_panel.form
    for name, value in {
        "heart_rate": 72, "severity": 0.6, "pr": 180, "qrs": 110, "qt": 400, "axis": -20, "strength": 1.8,
        "identity": 1.2,
    }.items():  # fmt: skip
        form.dials[name].field.setValue(value)
        assert getattr(opened.workbench.session.request, name) == value, name
        run(opened, "undo")
        assert getattr(opened.workbench.session.request, name) == getattr(TwinRequest(), name), name
        run(opened, "redo")
    form.boxes["age"].setValue(70)
    form.boxes["sex"].setCurrentIndex(2)
    form.boxes["samples"].setValue(3)
    form.boxes["seed"].setValue(42)
    form.boxes["best_of"].setValue(4)
    form.boxes["steps"].setValue(12)
    request = opened.workbench.session.request
    assert (request.age, request.sex, request.samples, request.seed) == (70, "M", 3, 42)
    assert (request.best_of, request.steps, request.conditions) == (4, 12, ("ventricular premature complex",))
    assert opened.workbench.parts.request_panel.generate.text() == "Generate 3 twins"


def test_a_set_point_can_be_left_open_again(opened):
    dial = opened.workbench.parts.request_panel.form.dials["pr"]
    dial.slider.setValue(200)
    assert opened.workbench.session.request.pr == 200
    dial.field.setValue(dial.field.minimum())
    assert opened.workbench.session.request.pr is None
    assert dial.field.text() == "keep"


def test_the_rate_slider_covers_what_the_condition_allows(opened, qtbot):
    _click(opened, qtbot, "sinus bradycardia")
    low, high = find_condition("sinus bradycardia").rate_range
    slider = opened.workbench.parts.request_panel.form.dials["heart_rate"].slider
    assert (slider.minimum(), slider.maximum()) == (low, high)


def test_tab_goes_through_the_fields_as_they_are_read(opened, qtbot):
    form = opened.workbench.parts.request_panel.form
    form.heart_rate.setFocus()
    for field in (form.dials["severity"].field, form.boxes["samples"], form.boxes["seed"], form.more):
        qtbot.keyClick(opened.focusWidget(), Qt.Key.Key_Tab)
        assert opened.focusWidget() is field


# -- history, favourites, presets ---------------------------------------------------------------------


def test_a_request_of_the_history_is_asked_again(opened, qtbot):
    generate(opened, qtbot, seed=7)
    opened.workbench.session.set_request(TwinRequest(("atrial fibrillation",)))
    opened.workbench.parts.arrangement.tabs.setCurrentWidget(opened.workbench.parts.history)
    child = opened.workbench.parts.history.tree.topLevelItem(1).child(0)
    assert "0 of 1 met" in child.text(0)
    opened.workbench.parts.history.tree.setCurrentItem(child)
    qtbot.mouseClick(opened.workbench.parts.history.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 2)
    first, second = opened.workbench.session.twins
    assert first.request == second.request


def test_a_twin_whose_rhythm_was_edited_is_still_of_its_request(opened, qtbot):
    generate(opened, qtbot, seed=7)
    (twin,) = opened.workbench.session.twins
    edit_score(opened.workbench, replace(twin.score, events=twin.score.events[:-1]))
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not twin and idle(opened))
    child = opened.workbench.parts.history.tree.topLevelItem(1).child(0)
    assert "of 1 met" in child.text(0)


def test_the_history_keeps_what_was_asked_of_every_file(opened, qtbot, tmp_path):
    generate(opened, qtbot, seed=7)
    tree, first = opened.workbench.parts.history.tree, opened.workbench.session.reference
    heads = lambda: [tree.topLevelItem(k).text(0) for k in range(1, tree.topLevelItemCount())]
    (example,) = heads()
    assert example.startswith("This session: ")
    path = write_ecg(Recording(strip(rate=72)[0].signal, 500.0), tmp_path / "next.hea")
    opened.workbench.jobs.files.open(path)
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not first and idle(opened))
    former = example.replace("This session", "Before")
    assert heads() == ["This session: nothing was asked yet", former]
    child = tree.topLevelItem(2).child(0)
    assert "seed 7" in child.text(0) and "0 of 1 met" in child.text(0)
    tree.setCurrentItem(child)
    qtbot.mouseClick(opened.workbench.parts.history.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened.workbench.session.twins) and idle(opened))
    assert heads() == ["This session: next.hea", former]
    while opened.workbench.session.reference is not first:
        run(opened, "undo")
    assert heads() == [example, "Before: next.hea"], "nothing is emptied by going back either"


def test_favourites_and_presets_come_back_and_hold_nothing_of_the_patient(opened, qtbot, store, tmp_path):
    opened.workbench.parts.request_panel.form.dials["severity"].field.setValue(0.8)
    qtbot.keyClick(opened, Qt.Key.Key_D, CONTROL)
    (named,) = opened.workbench.parts.history.favourites.named
    assert "severity 0.8" in named[0]
    run(opened, "save_presets")
    accept_file_dialog(opened, qtbot, tmp_path / "mine.json")
    opened.workbench.parts.history.favourites.remove(named[1])
    run(opened, "load_presets")
    accept_file_dialog(opened, qtbot, tmp_path / "mine.json")
    assert opened.workbench.parts.history.favourites.named == [named]
    store.sync()
    assert "severity" in store.value("requests/favourites")


def test_a_request_survives_as_json():
    score = RhythmScore((Event(1.0, "P", "sinus"), Event(1.16, "QRS", "conducted")))
    request = TwinRequest(("LBBB",), heart_rate=70.0, severity=0.4, score=score)
    again = from_json(json.loads(json.dumps(to_json(request))))
    old = {name: value for name, value in to_json(request).items() if name != "rhythm"}
    for said in ({"use_score": True}, {"use_score": False}, {"rhythm": "none"}):
        assert from_json({**old, **said}).rhythm == "process", "nobody offers a rhythm by nobody any more"
    assert again.conditions == ("left bundle branch block",)
    assert (again.heart_rate, again.severity, again.score) == (70.0, 0.4, score)
    assert "own rhythm" in title(again)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"presets": [{"name": "x", "request": {"conditions": ["plague"]}}]}']
)
def test_a_file_without_presets_gives_one_sentence(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(EcgError, match=r"[.?]$"):
        read_presets(path)
    with pytest.raises(EcgError, match="cannot be written"):
        write_presets(tmp_path / "no" / "x.json", [])


# -- combinations by name, seeds, messages ------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["AF with LBBB", "AF + LBBB", "af+lbbb", "AF, LBBB", "AF and LBBB", "atrial fibrillation with LBBB"],
)
def test_a_combination_is_found_by_the_names_of_its_parts(opened, qtbot, words):
    conditions = opened.workbench.parts.request_panel.conditions
    qtbot.keyClicks(conditions.search, words)
    assert conditions.together.isVisible()
    lines = conditions.together.text().split("\n")
    assert "…" not in conditions.together.text()
    wide = max(map(conditions.together.fontMetrics().horizontalAdvance, lines))
    assert wide < conditions.together.width() - 16, "no name of a condition is cut"
    assert conditions.list.item_of("left bundle branch block") is not None
    qtbot.keyClick(conditions.search, Qt.Key.Key_Return)
    assert opened.workbench.session.request.conditions == ("atrial fibrillation", "left bundle branch block")


def test_a_name_that_holds_such_a_word_is_no_combination(opened):
    conditions = opened.workbench.parts.request_panel.conditions
    for condition in load_vocabulary():
        for name in (condition.name, *condition.synonyms):
            if "+" not in name:
                conditions.search.setText(name)
                assert not conditions.together.isVisible(), name
    conditions.search.setText("+AF")
    assert not conditions.together.isVisible(), "it is added to what is chosen"


def test_a_new_seed_says_which_and_draws(opened, qtbot):
    generate(opened, qtbot)
    before = opened.workbench.session.twin
    qtbot.keyClick(opened, Qt.Key.Key_R, CONTROL)
    assert str(opened.workbench.session.request.seed) in opened.workbench.messages.text
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 2 and idle(opened))
    assert opened.workbench.session.twin.seed == opened.workbench.session.request.seed != before.seed
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert opened.workbench.session.twin is before and not opened.workbench.messages.text, (
        "what is undone is no longer told"
    )


def test_a_seed_alone_leaves_a_saved_session_saved(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    run(opened, "save_session")
    accept_file_dialog(opened, qtbot, tmp_path / "a.ecgtwin")
    qtbot.waitUntil(lambda: idle(opened) and not is_unsaved(opened.workbench))
    opened.workbench.session.set_request(
        TwinRequest(("sinus bradycardia",), heart_rate=90.0)
    )  # cannot be drawn
    run(opened, "new_seed")
    assert not opened.workbench.jobs.running and not is_unsaved(opened.workbench)
    assert str(opened.workbench.session.request.seed) in opened.workbench.messages.text


def test_what_went_wrong_is_no_longer_said_after_the_next_success(opened, qtbot):
    opened.workbench.messages.warn("Something was refused.")
    opened.workbench.parts.request_panel.form.boxes["samples"].setValue(2)
    assert not opened.workbench.messages.text
    opened.workbench.messages.tell("Something was done.")
    opened.workbench.parts.request_panel.form.boxes["samples"].setValue(3)
    assert opened.workbench.messages.text, "only errors go"


def test_twins_go_by_their_condition_and_seed(opened, qtbot):
    generate(opened, qtbot, conditions=("atrial fibrillation",), seed=7, samples=2)
    for row, seed in enumerate((7, 8)):
        text = opened.workbench.parts.filmstrip.item(row).text()
        assert "atrial fibrillation" in text and f"seed {seed}" in text
        layer = opened.workbench.parts.layers_panel.list.item(1 - row).text()
        assert "atrial fibrillation" in layer and f"seed {seed}" in layer


def test_twins_of_one_condition_are_told_apart_by_what_was_asked(opened, qtbot):
    generate(opened, qtbot, conditions=("atrial flutter",))
    generate(opened, qtbot, conditions=("atrial flutter",), heart_rate=75.0)
    first, second = (opened.workbench.parts.filmstrip.item(row).text() for row in range(2))
    assert "75/min" in second and "/min" not in first
    assert "75/min" in opened.workbench.parts.filmstrip.item(1).toolTip()


def test_the_morph_stands_in_both_menus(opened):
    for menu in ("Twin", "Teach"):
        assert opened.command_actions.of["toggle_morph"] in opened.command_actions.menus[menu].actions()


def test_names_are_whole_after_a_change_of_theme(opened, qtbot):
    generate(opened, qtbot)
    conditions = opened.workbench.parts.request_panel.conditions.list
    for theme in ("dark", "light"):
        opened.workbench.view.choose_theme(theme)
        conditions.parentWidget().show()
        qtbot.wait(150)
        for name in (condition.name for condition in load_vocabulary()):
            item = conditions.item_of(name)
            font = conditions.font()
            font.setWeight(item.font(1).weight())
            room = QRect(0, 0, conditions.columnWidth(1) - 9, 1000)
            needed = QFontMetrics(font).boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(1))
            assert needed.width() <= room.width() and needed.height() <= item.sizeHint(1).height(), name
        for bar in (
            opened.workbench.parts.arrangement.tabs.tabBar(),
            opened.workbench.parts.results.tabs.tabBar(),
        ):
            for k in range(bar.count()):
                letters = bar.fontMetrics().horizontalAdvance(bar.tabText(k))
                assert not bar.isTabVisible(k) or letters <= bar.tabRect(k).width(), bar.tabText(k)
