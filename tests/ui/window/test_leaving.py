"""Leaving a session: every way out asks before anything is lost, and Undo brings back what was replaced."""

from __future__ import annotations

import re

import pytest
from places import PACKAGE
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolButton
from synthetic_ecg import strip
from ui_window import accept_file_dialog, answer, asks_to_save, generate, idle, run

from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session.session_file import read_session
from ecgtwin_app.ui.commands import leaving
from ecgtwin_app.ui.commands.leaving import enter, is_unsaved
from ecgtwin_app.ui.commands.measure import move_fiducials, set_calipers
from ecgtwin_app.ui.commands.opening import offer_recovery, open_path
from ecgtwin_app.ui.commands.saving import kept_of
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.commands.view import set_layers
from ecgtwin_app.ui.dialogs.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)


@pytest.fixture
def kept(qtbot, engine, store, tmp_path, files):
    """A window with a recording and a twin that lies in no file, and what another window left in a crash."""
    (tmp_path / "recovery").mkdir()
    (tmp_path / "recovery" / "crashed.ecgtwin").write_bytes((files / "b.ecgtwin").read_bytes())
    window = MainWindow(lambda: engine, store, tmp_path / "recovery")
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    enter(
        window.workbench, "", lambda: window.workbench.session.open(strip(rate=70)[0], {"heart_rate": 70.0})
    )
    run(window, "generate")
    qtbot.waitUntil(lambda: len(window.workbench.session.twins) == 1 and idle(window))
    yield window
    engine.gate.set()
    window.close_now()


def _dialog(window, qtbot, path, command):
    window.command_actions.of[command].trigger()
    accept_file_dialog(window, qtbot, path)


def _drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                   Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip


def _recent(window, path):
    window.workbench.parts.recent_menu.note(path)
    window.workbench.parts.recent_menu.actions()[0].trigger()


def _recover(window):
    offer_recovery(window.workbench)
    button = next(b for b in window.workbench.messages.findChildren(QToolButton) if b.text() == "Restore it")
    button.click()


def _next_case(window, qtbot, files, go):
    """A course is open, but what is on the page is the user's own, with twins."""
    twins = window.workbench.session.memento()
    window.workbench.session.note_saved(kept_of(window.workbench), None)
    open_path(window.workbench, files / "round.ecgcourse")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 0 and idle(window))
    window.workbench.session.recall(twins)
    window.workbench.teaching.at = -1
    go(window)


def _start_again(window):
    run(window, "start_again")
    window.findChild(QPushButton, "yes").click()


#: Every way out of a session: what is done, with the folder of files.
WAYS = {
    "open an ECG": lambda w, q, f: _dialog(w, q, f / "other.hea", "open_file"),
    "open a session": lambda w, q, f: _dialog(w, q, f / "a.ecgtwin", "open_file"),
    "open a course as a file": lambda w, q, f: _dialog(w, q, f / "round.ecgcourse", "open_file"),
    "open a course": lambda w, q, f: _dialog(w, q, f / "round.ecgcourse", "open_course"),
    "open the example": lambda w, q, f: w.command_actions.of["open_example"].trigger(),
    "drop an ECG": lambda w, q, f: _drop(w, f / "other.hea"),
    "drop a session": lambda w, q, f: _drop(w, f / "a.ecgtwin"),
    "drop a course": lambda w, q, f: _drop(w, f / "round.ecgcourse"),
    "recent ECG": lambda w, q, f: _recent(w, f / "other.hea"),
    "recent session": lambda w, q, f: _recent(w, f / "a.ecgtwin"),
    "restore after a crash": lambda w, q, f: _recover(w),
    "next case": lambda w, q, f: _next_case(w, q, f, lambda w: run(w, "next_case")),
    "a case of the list": lambda w, q, f: _next_case(
        w, q, f, lambda w: w.workbench.parts.teaching_panel.case_requested.emit(1)
    ),
    "start again": lambda w, q, f: _next_case(w, q, f, _start_again),
    "quit": lambda w, q, f: w.command_actions.of["close"].trigger(),
    "close the window": lambda w, q, f: run(w, "close"),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_out_throws_twins_away_unasked(kept, qtbot, files, way):
    twin, reference = kept.workbench.session.twin, kept.workbench.session.reference
    assert is_unsaved(kept.workbench)
    WAYS[way](kept, qtbot, files)
    qtbot.waitUntil(lambda: asks_to_save(kept) is not None)
    qtbot.waitUntil(lambda: idle(kept))
    assert kept.workbench.session.twins == [twin], "nothing happens before the answer"
    answer(kept, qtbot, "Cancel")
    qtbot.wait(30)
    assert idle(kept) and kept.isVisible()
    assert kept.workbench.session.twins == [twin] and kept.workbench.session.reference is reference
    if way in ("next case", "a case of the list", "start again"):
        return  # the course is open once, and shown without its question
    WAYS[way](kept, qtbot, files)
    answer(kept, qtbot, "Discard")
    if way in ("quit", "close the window"):
        qtbot.waitUntil(lambda: not kept.isVisible())
        return
    qtbot.waitUntil(lambda: kept.workbench.session.reference is not reference and idle(kept))
    assert twin not in kept.workbench.session.twins
    # And all the same Undo brings the former ECG back with its twins.
    assert kept.command_actions.of["undo"].text().startswith("&Undo opening of")
    run(kept, "undo")
    assert kept.workbench.session.reference is reference and kept.workbench.session.twins == [twin]
    assert is_unsaved(kept.workbench) and not kept.workbench.teaching.on
    run(kept, "redo")
    assert kept.workbench.session.reference is not reference


def test_other_ten_seconds_ask_too(kept, qtbot, files):
    kept.workbench.session.note_saved(kept_of(kept.workbench), None)
    open_path(kept.workbench, files / "long.hea")
    qtbot.waitUntil(lambda: any(d.isVisible() for d in kept.findChildren(SecondsDialog)))
    next(d for d in kept.findChildren(SecondsDialog) if d.isVisible()).accept()
    qtbot.waitUntil(lambda: kept.workbench.session.piece is not None and idle(kept))
    run(kept, "generate")
    qtbot.waitUntil(lambda: bool(kept.workbench.session.twins) and idle(kept))
    first, twin = kept.workbench.session.reference, kept.workbench.session.twin
    run(kept, "choose_seconds")
    qtbot.waitUntil(lambda: any(d.isVisible() for d in kept.findChildren(SecondsDialog)))
    dialog = next(d for d in kept.findChildren(SecondsDialog) if d.isVisible())
    dialog.show_start(20.0)
    dialog.accept()
    answer(kept, qtbot, "Discard")
    qtbot.waitUntil(lambda: kept.workbench.session.reference is not first and idle(kept))
    assert kept.workbench.session.piece[1] == 20.0
    run(kept, "undo")
    assert kept.workbench.session.twins == [twin] and kept.workbench.session.piece[1] == 0.0


def test_saving_comes_first_and_then_what_was_requested(kept, qtbot, files, tmp_path):
    digest = kept.workbench.session.twin.recording.digest()
    open_path(kept.workbench, files / "other.hea")
    answer(kept, qtbot, "Save session")
    accept_file_dialog(kept, qtbot, tmp_path / "mine.ecgtwin")
    qtbot.waitUntil(lambda: not kept.workbench.session.twins and idle(kept))
    (twin,) = read_session(tmp_path / "mine.ecgtwin").twins
    assert twin.recording.digest() == digest
    assert not is_unsaved(kept.workbench) and kept.workbench.session.path is None
    run(kept, "undo")
    assert kept.workbench.session.path == tmp_path / "mine.ecgtwin" and not is_unsaved(kept.workbench), (
        "it lies in its file"
    )


def test_a_save_that_is_given_up_leaves_nothing(kept, qtbot, files):
    reference = kept.workbench.session.reference
    run(kept, "close")
    answer(kept, qtbot, "Save session")
    qtbot.waitUntil(lambda: any(d.isVisible() for d in kept.findChildren(QFileDialog)))
    next(d for d in kept.findChildren(QFileDialog) if d.isVisible()).reject()
    qtbot.wait(30)
    assert kept.isVisible() and kept.workbench.session.reference is reference and kept.workbench.session.twins


def test_closing_after_saving_closes(kept, qtbot, tmp_path):
    kept.workbench.session.path = tmp_path / "mine.ecgtwin"
    run(kept, "close")
    answer(kept, qtbot, "Save session")
    qtbot.waitUntil(lambda: not kept.isVisible())
    assert len(read_session(tmp_path / "mine.ecgtwin").twins) == 1
    assert (
        not list((tmp_path / "recovery").glob("*.ecgtwin")) or kept.workbench.autosave.path.exists() is False
    )


def test_two_wishes_to_leave_ask_once_and_the_later_counts(kept, qtbot, files):
    open_path(kept.workbench, files / "other.hea")
    run(kept, "close")
    qtbot.waitUntil(lambda: asks_to_save(kept) is not None)
    answer(kept, qtbot, "Discard")
    qtbot.waitUntil(lambda: not kept.isVisible())


def test_the_question_is_answered_by_keys(kept, qtbot, files):
    open_path(kept.workbench, files / "other.hea")
    qtbot.waitUntil(lambda: asks_to_save(kept) is not None)
    dialog = asks_to_save(kept)
    assert [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault()] == ["Save session"]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: asks_to_save(kept) is None)
    assert kept.workbench.session.twins


# -- what counts as unsaved ----------------------------------------------------------------------------


def test_only_what_was_made_is_unsaved(opened, qtbot, tmp_path):
    assert not is_unsaved(opened.workbench)
    opened.workbench.parts.request_panel.form.dials["severity"].field.setValue(0.8)
    set_calipers(opened.workbench, (Caliper(TIME, "II", (REFERENCE,), 1.0, 1.4, 0.2),), "caliper")
    assert not is_unsaved(opened.workbench), "a caliper on a recording is no session"
    marks = opened.workbench.session.marks(opened.workbench.session.reference)
    move_fiducials(opened.workbench, REFERENCE, marks.move("qrs_offset", 0.008))
    assert is_unsaved(opened.workbench)
    run(opened, "undo")
    assert not is_unsaved(opened.workbench)
    generate(opened, qtbot)
    assert is_unsaved(opened.workbench)
    run(opened, "save_session")
    accept_file_dialog(opened, qtbot, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: "Saved the session" in opened.workbench.messages.text and idle(opened))
    assert not is_unsaved(opened.workbench)
    run(opened, "view_median_beats")
    opened.workbench.parts.request_panel.form.dials["severity"].field.setValue(0.4)
    assert not is_unsaved(opened.workbench), (
        "what is asked next and how it is looked at change nothing that was made"
    )
    run(opened, "clear_calipers")
    assert is_unsaved(opened.workbench)
    run(opened, "undo")
    assert not is_unsaved(opened.workbench)
    run(opened, "remove_twin")
    assert is_unsaved(opened.workbench)


def test_a_case_of_a_course_is_never_asked_about(window, qtbot, files):
    open_path(window.workbench, files / "round.ecgcourse")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 0 and idle(window))
    run(window, "reveal")
    qtbot.waitUntil(lambda: not window.workbench.teaching.hidden and idle(window))
    run(window, "next_case")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 1 and idle(window))
    assert asks_to_save(window) is None


def test_the_cases_of_a_course_are_one_step_to_undo(opened, qtbot, files):
    generate(opened, qtbot)
    reference = opened.workbench.session.reference
    open_path(opened.workbench, files / "round.ecgcourse")
    answer(opened, qtbot, "Discard")
    qtbot.waitUntil(lambda: opened.workbench.teaching.at == 0 and idle(opened))
    run(opened, "next_case")
    qtbot.waitUntil(lambda: opened.workbench.teaching.at == 1 and idle(opened))
    run(opened, "undo")
    assert opened.workbench.session.reference is reference and len(opened.workbench.session.twins) == 1
    assert not opened.workbench.teaching.on
    run(opened, "redo")
    assert opened.workbench.teaching.on and opened.workbench.teaching.at == 1


def test_everything_comes_back_with_undo(opened, qtbot, files):
    generate(opened, qtbot, samples=2)
    set_calipers(opened.workbench, (Caliper(TIME, "II", (REFERENCE,), 1.0, 1.4, 0.2),), "caliper")
    set_layers(
        opened.workbench,
        opened.workbench.view.layers.with_style(opened.workbench.session.twins[0], opacity=0.4),
        "opacity of layer",
    )
    set_heat_map(opened.workbench, "contrast")
    qtbot.waitUntil(lambda: opened.workbench.session.heatmap("contrast") is not None and idle(opened))
    run(opened, "view_side_by_side")

    def state():
        session = opened.workbench.session
        return (
            session.reference, session.measurements, tuple(session.twins), session.current, session.request,
            tuple(session.requests), session.quality, session.heatmap("contrast"), opened.workbench.view.layers,
            opened.workbench.parts.page_view.calipers.calipers, opened.workbench.view.layout, opened.workbench.view.heat_map, is_unsaved(opened.workbench),
        )  # fmt: skip

    before = state()
    open_path(opened.workbench, files / "a.ecgtwin")
    answer(opened, qtbot, "Discard")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not before[0] and idle(opened))
    after = state()
    run(opened, "undo")
    qtbot.waitUntil(lambda: idle(opened))
    assert state() == before
    run(opened, "redo")
    qtbot.waitUntil(lambda: idle(opened))
    assert state() == after
    run(opened, "undo")
    run(opened, "undo")
    assert opened.workbench.view.layout.mode != "side by side", "and the history before it goes on"


def test_a_day_of_opening_files_does_not_fill_the_memory(opened, qtbot, files, monkeypatch):
    monkeypatch.setattr(leaving, "MOST_OPENINGS", 3)
    for _ in range(5):
        before = opened.workbench.session.reference
        open_path(opened.workbench, files / "other.hea")
        qtbot.waitUntil(
            lambda before=before: opened.workbench.session.reference is not before and idle(opened)
        )
        assert opened.workbench.undo.count() <= 3
        assert opened.workbench.undo.canUndo()


def test_nothing_else_opens_anything():
    """Only what `enter` is given may put another recording or state into the session."""
    ui = PACKAGE / "ui"
    callers = {
        path.name
        for path in ui.rglob("*.py")
        if re.search(r"session\.(open|restore|recall)\(", path.read_text("utf-8"))
    }
    assert callers == {"file_jobs.py", "saving.py", "leaving.py", "repair.py"}
