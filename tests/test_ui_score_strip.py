"""The score strip: edits of a rhythm, by mouse and keys, and the twin that follows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from ui_window import generate, idle

from ecgtwin_app.ecg.score import Event, RhythmScore
from ecgtwin_app.heart.rhythm import check_score
from ecgtwin_app.ui import score_edit
from ecgtwin_app.ui.score_edit import INSERTIONS

pytest_plugins = ("ui_fixtures",)
LEFT = Qt.MouseButton.LeftButton


def _sinus():
    beats = [at * 1.0 for at in range(1, 10)]
    events = [Event(at - 0.18, "P", "sinus") for at in beats] + [
        Event(at, "QRS", "conducted") for at in beats
    ]
    return RhythmScore(tuple(events))


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


# -- the window ---------------------------------------------------------------------------------------


def _place(line, seconds, row):
    return QPoint(round(line.x(seconds)), row)


def test_without_a_twin_there_is_no_strip(opened):
    assert not opened.score_strip.isVisible()


def test_inserting_a_ventricular_beat_makes_the_twin_follow_in_its_place(opened, qtbot):
    generate(opened, qtbot, seed=5)
    line, before = opened.score_strip.line, opened.session.twin
    assert opened.score_strip.isVisible()
    qtbot.mouseClick(line, LEFT, pos=_place(line, 3.5, 34))
    qtbot.mouseClick(opened.score_strip.buttons["pvc"], LEFT)
    qtbot.waitUntil(lambda: opened.session.twin is not before and idle(opened))
    twin = opened.session.twin
    assert len(opened.session.twins) == 1
    assert twin.seed == before.seed
    (at,) = twin.score.times("QRS", "ventricular")
    assert at == pytest.approx(3.5, abs=0.05)
    assert opened.commands["undo"].text() == "&Undo edit of rhythm"
    opened.undo()
    assert opened.session.twin is before
    opened.redo()
    assert opened.session.twin is twin


def test_an_event_is_dragged_and_deleted(opened, qtbot):
    generate(opened, qtbot)
    line, before = opened.score_strip.line, opened.session.twin
    qtbot.mousePress(line, LEFT, pos=_place(line, 4.0, 34))
    qtbot.mouseMove(line, _place(line, 4.3, 34))
    qtbot.mouseRelease(line, LEFT, pos=_place(line, 4.3, 34))
    qtbot.waitUntil(lambda: opened.session.twin is not before and idle(opened))
    assert opened.session.twin.score.times("QRS")[3] == pytest.approx(4.3, abs=0.04)
    moved = opened.session.twin
    qtbot.mouseClick(line, LEFT, pos=_place(line, 6.0, 34))
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: opened.session.twin is not moved and idle(opened))
    assert 6.0 not in opened.session.twin.score.times("QRS")


def test_of_quick_edits_the_last_is_performed(opened, qtbot, engine):
    generate(opened, qtbot)
    line, before = opened.score_strip.line, opened.session.twin
    engine.gate.clear()
    qtbot.mouseClick(line, LEFT, pos=_place(line, 4.0, 34))
    for _ in range(3):
        qtbot.keyClick(line, Qt.Key.Key_Right)
    engine.gate.set()
    qtbot.waitUntil(lambda: opened.session.twin is not before and idle(opened))
    assert opened.session.twin.score.times("QRS")[3] == pytest.approx(4.03)


def test_a_rhythm_that_no_heart_has_is_refused_in_words(opened, qtbot):
    generate(opened, qtbot)
    line, before = opened.score_strip.line, opened.session.twin
    opened.edit_score(score_edit.insert(line.score, "pvc", 4.05), "insertion")
    assert opened.messages.property("kind") == "error"
    assert opened.session.twin is before
    assert line.score == before.score
