"""The score strip: edits of a rhythm, by mouse and keys, and the twin that follows."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from synthetic_ecg import strip
from ui_window import generate, idle, run

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.score import ATRIAL_ORIGINS, VENTRICULAR_ORIGINS, Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.rhythm.processes import SHORTEST, check_score, write_score
from ecgtwin_app.session import score_edit
from ecgtwin_app.session.score_edit import COMPENSATED, INSERTIONS
from ecgtwin_app.ui.commands.twin import edit_score
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.rhythm.score_line import ORIGINS, ScoreLine

pytest_plugins = ("ui_fixtures",)
LEFT = Qt.MouseButton.LeftButton


def _sinus():
    beats = [at * 1.0 for at in range(1, 10)]
    events = [Event(at - 0.18, "P", "sinus") for at in beats] + [
        Event(at, "QRS", "conducted") for at in beats
    ]
    return RhythmScore(tuple(events))


def _ink_of_label(line, left):
    """Columns with ink of what names the QRS row, above the row's line and left of second 0."""
    line.follow(left, 60.0)
    image = line.grab().toImage()
    columns = range(int(left) - 2)
    return sum(any(image.pixelColor(x, y).lightness() < 128 for y in range(26, 33)) for x in columns)


def test_the_rows_names_are_whole_where_the_page_begins_near_the_edge(qtbot):
    line = ScoreLine()
    qtbot.addWidget(line)
    line.resize(640, line.height())
    line.show_score(_sinus())
    whole = _ink_of_label(line, 60.0)
    assert whole > 12
    assert _ink_of_label(line, 31.0) == whole


# -- edits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", INSERTIONS)
def test_what_is_inserted_can_be_performed(kind):
    after = check_score(score_edit.insert(_sinus(), kind, 3.5))
    added = [event for event in after.events if event not in _sinus().events]
    assert [e.origin for e in added] == [origin for _, _, origin in INSERTIONS[kind][1]]
    if kind == "sinus":
        assert added[1].time - added[0].time == pytest.approx(0.18), "with the rhythm's own PR"


def test_fibrillating_atria_get_no_p_wave():
    score = RhythmScore((Event(1.0, "QRS", "conducted"),), atrial="fibrillation")
    assert score_edit.insert(score, "sinus", 3.0).times("P") == []


def test_moving_alone_and_with_everything_later():
    score = _sinus()
    index = score.events.index(Event(3.0, "QRS", "conducted"))
    assert score_edit.move(score, index, 0.1).times("QRS")[2] == 3.1
    moved = score_edit.move(score, index, 0.5, with_later=True)
    assert moved.times("QRS")[:4] == [1.0, 2.0, 3.5, 4.5]
    assert moved.times("P")[2] == pytest.approx(2.82), "its P came before"
    assert max(event.time for event in moved.events) < 10


def test_deleting_a_beat_takes_its_p_along_and_a_lone_p_goes_alone():
    score = _sinus()
    after = score_edit.delete(score, score.events.index(Event(3.0, "QRS", "conducted")))
    assert 3.0 not in after.times("QRS")
    assert len(after.times("P")) == 8
    alone = score_edit.delete(score, 0)
    assert (len(alone.times("P")), len(alone.times("QRS"))) == (8, 9)


def test_a_block_leaves_the_p_without_its_qrs():
    score = _sinus()
    p = next(k for k, event in enumerate(score.events) if event.chamber == "P" and event.time > 2.5)
    after = score_edit.block(score, p)
    assert len(after.times("P")) == 9
    assert 3.0 not in after.times("QRS")


def test_a_pause_is_a_second_of_silence():
    after = score_edit.pause(_sinus(), 3.3)
    times = after.times("QRS")
    assert times[:4] == [1.0, 2.0, 3.0, 5.0]
    check_score(after)


@pytest.mark.parametrize("kind", INSERTIONS)
@pytest.mark.parametrize("at", [5.0, 4.95, 0.0, 9.99, 4.9])
def test_an_insertion_goes_to_the_nearest_place_that_has_room(kind, at):
    before = _sinus()
    after = check_score(score_edit.insert(before, kind, at))
    added = [event for event in after.events if event not in before.events]
    assert len(added) == len(INSERTIONS[kind][1])
    assert added[-1].time == pytest.approx(at, abs=0.45)


def test_no_room_is_said_in_words():
    full = RhythmScore(tuple(Event(0.05 + 0.25 * k, "QRS", "conducted") for k in range(40)))
    with pytest.raises(EcgError, match="no room"):
        score_edit.insert(full, "pvc", 5.0)
    with pytest.raises(EcgError, match="no P waves"):
        score_edit.insert(RhythmScore(full.events, atrial="flutter"), "p", 5.0)


def test_a_compensatory_pause_keeps_the_sinus_node_and_drops_the_next_qrs():
    before = _sinus()
    after = check_score(score_edit.insert(before, COMPENSATED, 4.5))
    assert after.times("P") == before.times("P")
    assert after.times("QRS", "ventricular") == [4.5]
    conducted = after.times("QRS", "conducted")
    assert 5.0 not in conducted and {4.0, 6.0} <= set(conducted)


@pytest.mark.parametrize("by", [-3.0, -0.9, 0.9, 3.0])
def test_a_move_stops_at_the_limit(by):
    before = _sinus()
    for with_later in (False, True):
        for index, event in enumerate(before.events):
            after = check_score(score_edit.move(before, index, by, with_later))
            order = [e.time for e in after.events if e.chamber == event.chamber]
            gaps = [b - a for a, b in pairwise(order)]
            assert min(gaps, default=1.0) >= SHORTEST[event.chamber] - 1e-6
    qrs = before.events.index(Event(3.0, "QRS", "conducted"))
    assert score_edit.move(before, qrs, 0.9).times("QRS")[2] == pytest.approx(3.8, abs=0.002)
    assert score_edit.move(before, qrs, -0.9, True).times("QRS")[2:4] == pytest.approx([2.2, 3.2], abs=0.002)


def test_the_first_mark_has_room():
    assert score_edit.usual_mark(_sinus()) == 4.5


# -- every origin -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written():
    """A score of every condition, by several seeds."""
    rates = {condition.name: np.mean(condition.rate_range) for condition in load_vocabulary()}
    return {
        (name, seed): write_score([name], rate, np.random.default_rng(seed))[0]
        for name, rate in rates.items()
        for seed in range(6)
    }


def test_every_origin_has_a_letter_and_a_name(written):
    assert set(ORIGINS) == {*ATRIAL_ORIGINS, *VENTRICULAR_ORIGINS}
    there = {event.origin for score in written.values() for event in score.events}
    assert {"flutter", "retrograde", "ventricular", "paced"} <= there <= set(ORIGINS)
    letters = [letter for letter, _ in ORIGINS.values() if letter]
    assert len(set(letters)) == len(letters) == len(ORIGINS) - 3, "only the usual beats and the saw"


def test_every_condition_s_score_is_painted_described_and_edited(qtbot, written):
    line = ScoreLine()
    qtbot.addWidget(line)
    line.resize(900, line.height())
    for (name, seed), score in written.items():
        if seed > 1:
            continue
        line.show_score(score)
        for line.current, event in enumerate(score.events):
            assert ORIGINS[event.origin][1] in line._words(), name
        assert not line.grab().isNull()
        for kind in INSERTIONS:
            # A tachycardia leaves no room, and fibrillation no P: that is said.
            with contextlib.suppress(EcgError):
                check_score(score_edit.insert(score, kind, line.caret))


def test_deleting_a_beat_of_a_flutter_leaves_the_loop_alone(written):
    score = written["atrial flutter", 0]
    index = next(k for k, e in enumerate(score.events) if e.chamber == "QRS" and e.time > 3)
    assert score_edit.delete(score, index).times("P") == score.times("P")


# -- the window ---------------------------------------------------------------------------------------


def _place(line, seconds, row):
    return QPoint(round(line.x(seconds)), row)


def test_without_a_twin_there_is_no_strip(opened):
    assert not opened.workbench.parts.score_strip.isVisible()


def test_inserting_a_ventricular_beat_makes_the_twin_follow_in_its_place(opened, qtbot):
    generate(opened, qtbot, seed=5)
    line, before = opened.workbench.parts.score_strip.line, opened.workbench.session.twin
    assert opened.workbench.parts.score_strip.isVisible()
    qtbot.mouseClick(line, LEFT, pos=_place(line, 3.5, 34))
    qtbot.mouseClick(opened.workbench.parts.score_strip.buttons["pvc"], LEFT)
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not before and idle(opened))
    twin = opened.workbench.session.twin
    assert len(opened.workbench.session.twins) == 1
    assert twin.seed == before.seed
    (at,) = twin.score.times("QRS", "ventricular")
    assert at == pytest.approx(3.5, abs=0.05)
    assert opened.command_actions.of["undo"].text() == "&Undo edit of rhythm"
    run(opened, "undo")
    assert opened.workbench.session.twin is before
    run(opened, "redo")
    assert opened.workbench.session.twin is twin


@pytest.mark.parametrize("entry", ["button", "menu"])
def test_at_the_first_mark_a_ventricular_beat_is_inserted(opened, qtbot, entry):
    generate(opened, qtbot)
    before, button = opened.workbench.session.twin, opened.workbench.parts.score_strip.buttons["pvc"]
    if entry == "button":
        qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))
    else:
        button.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not before and idle(opened))
    assert opened.workbench.messages.text == ""
    assert opened.workbench.session.twin.score.times("QRS", "ventricular") == [4.5]
    assert len(opened.workbench.session.twin.score.times("QRS")) == (10 if entry == "button" else 9)


def test_a_dragged_event_stops_beside_the_next_one(opened, qtbot):
    generate(opened, qtbot)
    line, before = opened.workbench.parts.score_strip.line, opened.workbench.session.twin
    qtbot.mousePress(line, LEFT, pos=_place(line, 4.0, 34))
    qtbot.mouseMove(line, _place(line, 6.5, 34))
    assert line.chosen.time == pytest.approx(4.8, abs=0.002), "the dragged one stays chosen"
    qtbot.mouseRelease(line, LEFT, pos=_place(line, 6.5, 34))
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not before and idle(opened))
    assert opened.workbench.session.twin.score.times("QRS")[3] == pytest.approx(4.8, abs=0.002)


def test_an_event_is_dragged_and_deleted(opened, qtbot):
    generate(opened, qtbot)
    line, before = opened.workbench.parts.score_strip.line, opened.workbench.session.twin
    qtbot.mousePress(line, LEFT, pos=_place(line, 4.0, 34))
    qtbot.mouseMove(line, _place(line, 4.3, 34))
    qtbot.mouseRelease(line, LEFT, pos=_place(line, 4.3, 34))
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not before and idle(opened))
    assert opened.workbench.session.twin.score.times("QRS")[3] == pytest.approx(4.3, abs=0.04)
    moved = opened.workbench.session.twin
    qtbot.mouseClick(line, LEFT, pos=_place(line, 6.0, 34))
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not moved and idle(opened))
    assert 6.0 not in opened.workbench.session.twin.score.times("QRS")


def test_of_quick_edits_the_last_is_performed(opened, qtbot, engine):
    generate(opened, qtbot)
    line, before = opened.workbench.parts.score_strip.line, opened.workbench.session.twin
    engine.gate.clear()
    qtbot.mouseClick(line, LEFT, pos=_place(line, 4.0, 34))
    for _ in range(3):
        qtbot.keyClick(line, Qt.Key.Key_Right)
    engine.gate.set()
    qtbot.waitUntil(lambda: opened.workbench.session.twin is not before and idle(opened))
    assert opened.workbench.session.twin.score.times("QRS")[3] == pytest.approx(4.03)


def test_a_rhythm_that_no_heart_has_is_refused_in_words(opened, qtbot):
    generate(opened, qtbot)
    line, before = opened.workbench.parts.score_strip.line, opened.workbench.session.twin
    edit_score(opened.workbench, RhythmScore((*line.score.events, Event(4.05, "QRS", "ventricular"))))
    assert opened.workbench.messages.property("kind") == "error"
    assert opened.workbench.session.twin is before
    assert line.score == before.score


@pytest.mark.parametrize("speed", [25.0, 50.0])
def test_in_a_strip_of_one_lead_the_score_stands_under_its_first_row(opened, qtbot, speed):
    opened.workbench.session.open(strip(seconds=10.6)[0], None)  # the last 0.6 s stand in a second row
    set_page_layout(opened.workbench, replace(opened.workbench.view.layout, leads="strip", speed=speed))
    generate(opened, qtbot)
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.up_to_date)
    opened.presenter.place_score_strip()
    line = opened.workbench.parts.score_strip.line
    assert line.x(10.0) - line.x(0.0) > 0.4 * line.width(), "ten seconds are spread over the line"
    assert 0 <= line.x(0.0) < 0.25 * line.width()
    if speed == 25.0:
        page_map = opened.workbench.parts.page_view.page_map()
        first = min(page_map.panels, key=lambda panel: panel.start)
        beneath = (
            opened.workbench.parts.page_view.viewport()
            .mapTo(opened.workbench.parts.arrangement.centre, QPoint(round(page_map.x(first, 4.0)), 0))
            .x()
        )
        assert line.x(4.0) + line.x_offset(opened.workbench.parts.arrangement.centre) == pytest.approx(
            beneath, abs=2
        )
