"""Repair, complete and continue in the real window, by mouse and keys, with the generator that ships."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QToolButton
from ui_window import ALT, CONTROL, SHIFT, answer, asks_to_save, dialog_of, generate, idle, run

from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.repair_state import BadMark
from ecgtwin_app.session.session_file import read_session, write_session
from ecgtwin_app.ui.commands.leaving import is_unsaved
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.saving import state_of
from ecgtwin_app.ui.dialogs.continue_dialog import ContinueDialog

pytest_plugins = ("ui_fixtures",)
LEFT = Qt.MouseButton.LeftButton


def painted(window, qtbot):
    view = window.workbench.parts.page_view
    qtbot.waitUntil(lambda: idle(window) and view.up_to_date and view.page_map() is not None)
    return view


def place(view, lead, second):
    """Where a moment of a lead is on the screen."""
    page_map = view.page_map()
    panel = next(one for one in page_map.panels if one.lead == lead)
    y = page_map.origin.y() + page_map.scale * (panel.top + panel.bottom) / 2
    return QPoint(round(page_map.x(panel, second)), round(y))


def drag(window, qtbot, lead, start, end):
    view = painted(window, qtbot)
    one, other = place(view, lead, start), place(view, lead, end)
    qtbot.mousePress(view.viewport(), LEFT, pos=one)
    qtbot.mouseMove(view.viewport(), (one + other) / 2)
    qtbot.mouseMove(view.viewport(), other)
    qtbot.mouseRelease(view.viewport(), LEFT, pos=other)


def propose(window, qtbot):
    """Press Repair and wait for the proposals."""
    qtbot.keyClick(window, Qt.Key.Key_R, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.workbench.repair.proposals is not None and idle(window))


def accept(window, qtbot):
    before = window.workbench.session.reference
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not before and idle(window))
    return window.workbench.session.reference


def open_file(window, qtbot, path):
    before = window.workbench.session.reference
    open_path(window.workbench, path)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not before and idle(window))


@pytest.fixture
def bad(opened, qtbot, tmp_path):
    """The example with V6 off and a tremor in V3."""
    signal = opened.workbench.session.reference.signal.copy()
    signal[LEADS.index("V6")] = 0.0
    signal[LEADS.index("V3"), 3000:4600] += np.random.default_rng(0).normal(0, 0.4, 1600)
    path = write_ecg(Recording(signal, 1000.0), tmp_path / "bad.npz")
    open_file(opened, qtbot, path)
    return opened


def test_a_stretch_is_marked_by_the_mouse_filled_in_compared_and_accepted(opened, qtbot):
    workbench = opened.workbench
    before, layout = workbench.session.reference, workbench.view.layout
    qtbot.keyClick(opened, Qt.Key.Key_B, CONTROL)
    assert workbench.repair.on and workbench.parts.repair_bar.isVisible()
    assert workbench.view.layout.leads == "12x1"  # every lead in full length
    drag(opened, qtbot, "V3", 3.2, 4.8)
    (mark,) = workbench.repair.marks
    assert mark.lead == "V3"
    assert (mark.start, mark.end) == (pytest.approx(3.2, abs=0.05), pytest.approx(4.8, abs=0.05))
    propose(opened, qtbot)
    page = workbench.parts.page_view.page
    assert (
        page.reference is workbench.repair.shown and page.partly is page.reference and page.band is not None
    )
    assert "proposal 1 of 10" in workbench.parts.repair_bar.says.text()
    assert "mV" in workbench.parts.repair_bar.says.text()
    first = workbench.repair.shown
    qtbot.keyClick(opened, Qt.Key.Key_Right, ALT)
    assert workbench.repair.current == 1 and not np.array_equal(workbench.repair.shown.signal, first.signal)
    qtbot.keyClick(opened, Qt.Key.Key_Left, ALT)
    assert workbench.repair.shown is first
    repaired = accept(opened, qtbot)
    visible = ~repaired.filled_mask
    assert (repaired.signal[visible].view(np.uint32) == before.signal[visible].view(np.uint32)).all()
    assert [one.lead for one in repaired.filled] == ["V3"] and repaired.partly_synthetic
    assert not workbench.repair.on and workbench.view.layout == layout
    assert painted(opened, qtbot).page.marked is repaired
    assert "stays marked" in workbench.messages.text
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert workbench.session.reference is before
    run(opened, "redo")
    assert workbench.session.reference is repaired


def test_everything_by_keys(opened, qtbot):
    workbench, view = opened.workbench, opened.workbench.parts.page_view
    qtbot.keyClick(opened, Qt.Key.Key_B, CONTROL)
    assert view.hasFocus()
    qtbot.keyClick(view, Qt.Key.Key_Insert)
    assert workbench.repair.marks == (BadMark("I", 0.0, 1.0),)
    for _ in range(8):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Right, ALT)
    (mark,) = workbench.repair.marks
    assert (mark.lead, mark.start, mark.end) == ("V3", pytest.approx(0.2), pytest.approx(1.22))
    qtbot.keyClick(opened, Qt.Key.Key_W)
    assert workbench.repair.mark == BadMark("V3", 0.0, 10.0)
    qtbot.keyClick(view, Qt.Key.Key_Insert)
    assert len(workbench.repair.marks) == 2
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    propose(opened, qtbot)
    assert {one.lead for one in accept(opened, qtbot).filled} == {"V3"}


def test_a_double_click_marks_a_whole_lead(opened, qtbot):
    run(opened, "mark_bad")
    view = painted(opened, qtbot)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=place(view, "aVL", 5.0))
    assert opened.workbench.repair.marks == (BadMark("aVL", 0.0, 10.0),)


def test_marks_are_steps_to_undo_and_esc_leads_back(opened, qtbot):
    workbench = opened.workbench
    run(opened, "mark_bad")
    layout = workbench.repair.layout_before
    for lead in ("V3", "V4"):
        drag(opened, qtbot, lead, 2.0, 3.0)
    assert [mark.lead for mark in workbench.repair.marks] == ["V3", "V4"]
    run(opened, "undo")
    assert [mark.lead for mark in workbench.repair.marks] == ["V3"]
    propose(opened, qtbot)
    workbench.messages.hide()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert workbench.repair.on and workbench.repair.proposals is None and workbench.repair.marks
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not workbench.repair.on and workbench.view.layout == layout
    assert not workbench.session.reference.filled


def test_what_the_quality_check_finds_is_offered_and_taken(bad, qtbot):
    workbench = bad.workbench
    offered = [one for one in workbench.messages.findChildren(QToolButton) if one.text() == "Mark it"]
    qtbot.mouseClick(offered[-1], LEFT)
    qtbot.waitUntil(lambda: bool(workbench.repair.marks))
    assert {(mark.lead, mark.note) for mark in workbench.repair.marks} == {("V3", "noisy"), ("V6", "flat")}
    run(bad, "take_proposed")  # once more changes nothing
    qtbot.waitUntil(lambda: idle(bad))
    assert len(workbench.repair.marks) == 2
    propose(bad, qtbot)
    repaired = accept(bad, qtbot)
    assert np.ptp(repaired.lead("V6")) > 0.1 and workbench.session.verdict.verdict == "good"


def test_measurements_and_panels_say_it(bad, qtbot):
    workbench = bad.workbench
    run(bad, "take_proposed")
    qtbot.waitUntil(lambda: bool(workbench.repair.marks))
    propose(bad, qtbot)
    accept(bad, qtbot)
    table = workbench.parts.results.measurements
    cell = table.table.item(table.row_of("qrs"), 1)
    assert cell.text().endswith("*") and "filled in" in cell.toolTip()
    assert not table.table.item(table.row_of("heart_rate"), 1).text().endswith("*")
    assert "V6 0.00 to 10.00 s" in workbench.parts.results.recording.toPlainText()


def test_two_leads_are_opened_offered_and_completed(opened, qtbot, tmp_path):
    workbench = opened.workbench
    signal = workbench.session.reference.signal[[1, 10]]
    open_file(opened, qtbot, write_ecg(Recording(signal, 1000.0, ("II", "V5")), tmp_path / "two.npz"))
    assert workbench.session.reference.leads == ("II", "V5")
    assert "lacks I, V1, V2" in workbench.messages.text
    assert not opened.command_actions.of["generate"].isEnabled()
    qtbot.mouseClick(
        next(one for one in workbench.messages.findChildren(QToolButton) if one.text() == "Complete"), LEFT
    )
    qtbot.waitUntil(lambda: workbench.repair.proposals is not None and idle(opened))
    whole = accept(opened, qtbot)
    assert whole.leads == LEADS
    np.testing.assert_array_equal(whole.lead("V5"), signal[1])
    assert all(one.spread > 0 for one in whole.filled)
    generate(opened, qtbot)  # and has twins now
    assert workbench.session.twins


def test_a_recording_is_continued_by_the_dialog(opened, qtbot):
    workbench = opened.workbench
    before = workbench.session.reference
    qtbot.keyClick(opened, Qt.Key.Key_G, CONTROL | SHIFT)
    dialog = dialog_of(opened, qtbot, ContinueDialog)
    dialog.seconds.setValue(4.0)
    qtbot.keyClick(dialog.seconds, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workbench.repair.proposals is not None and idle(opened))
    assert painted(opened, qtbot).page.layout.start == pytest.approx(4.0)  # the end is in sight
    run(opened, "accept_proposal")
    qtbot.waitUntil(lambda: workbench.session.reference is not before and idle(opened))
    longer = workbench.session.reference
    assert longer.duration == 14
    np.testing.assert_array_equal(longer.signal[:, : before.samples], before.signal)
    assert {(one.start, one.end) for one in longer.filled} == {(10.0, 14.0)}


def test_another_rhythm_is_that_of_a_twin(opened, qtbot):
    workbench = opened.workbench
    before = workbench.session.reference
    run(opened, "continue_recording")
    dialog = dialog_of(opened, qtbot, ContinueDialog)
    dialog.rhythm.setCurrentIndex(dialog.rhythm.findData("atrial fibrillation"))
    dialog.seconds.setValue(30.0)
    assert dialog.seconds.value() == 8.0  # a twin lasts ten seconds
    dialog.seconds.setValue(3.0)
    qtbot.keyClick(dialog.seconds, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workbench.repair.proposals is not None and idle(opened))
    assert len(workbench.repair.proposals) == 3
    longer = workbench.repair.shown
    np.testing.assert_array_equal(longer.signal[:, : before.samples], before.signal)
    assert longer.history[-1] == "continued by 3 s under atrial fibrillation"


def test_what_cannot_be_is_said_in_one_sentence(opened, qtbot):
    workbench = opened.workbench
    run(opened, "mark_bad")
    workbench.parts.page_view.repairs.mark_lead("aVR")
    run(opened, "repair")
    assert "mark lead I or II" in workbench.messages.text
    assert not opened.command_actions.of["complete"].isEnabled()
    assert "all twelve" in opened.command_actions.of["complete"].statusTip()
    run(opened, "clear_marks")
    run(opened, "take_proposed")
    qtbot.waitUntil(lambda: "finds nothing bad" in workbench.messages.text)


def test_a_run_is_cancelled_and_says_so(opened, qtbot):
    workbench = opened.workbench
    run(opened, "mark_bad")
    workbench.parts.page_view.repairs.mark_lead("V3")
    run(opened, "repair")
    workbench.jobs.cancel()
    qtbot.waitUntil(lambda: idle(opened))
    if workbench.repair.proposals is None:
        assert "nothing was filled in" in workbench.messages.text
    assert workbench.repair.marks


def test_a_session_keeps_it(bad, qtbot, tmp_path):
    workbench = bad.workbench
    run(bad, "take_proposed")
    qtbot.waitUntil(lambda: bool(workbench.repair.marks))
    propose(bad, qtbot)
    repaired = accept(bad, qtbot)
    write_session(tmp_path / "a.ecgtwin", state_of(workbench))
    back = read_session(tmp_path / "a.ecgtwin").reference
    assert back.filled == repaired.filled and back.partly_synthetic
    assert Page(back).marked is back


def test_a_repaired_file_is_opened_with_its_marks(opened, qtbot, tmp_path):
    run(opened, "mark_bad")
    opened.workbench.parts.page_view.repairs.mark_lead("V3")
    propose(opened, qtbot)
    path = write_ecg(accept(opened, qtbot), tmp_path / "repaired.dcm")
    assert read_ecg(path).partly_synthetic
    before = opened.workbench.session.reference
    open_path(opened.workbench, path)
    answer(opened, qtbot, "Discard")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not before and idle(opened))
    assert not is_unsaved(opened.workbench), "it lies in a file"
    assert painted(opened, qtbot).page.marked is opened.workbench.session.reference


def test_what_was_filled_in_is_asked_about_before_it_is_lost_and_not_before_more_is_filled_in(opened, qtbot):
    workbench = opened.workbench
    for lead in ("V3", "V5"):
        run(opened, "mark_bad")
        workbench.parts.page_view.repairs.mark_lead(lead)
        propose(opened, qtbot)
        accept(opened, qtbot)
        assert is_unsaved(workbench)
    assert {one.lead for one in workbench.session.reference.filled} == {"V3", "V5"}
    run(opened, "open_example")
    qtbot.waitUntil(lambda: asks_to_save(opened) is not None)
    words = " ".join(one.text() for one in asks_to_save(opened).findChildren(QLabel))
    assert "What was filled in is not saved" in words
    answer(opened, qtbot, "Cancel")
    while workbench.session.reference.filled:
        run(opened, "undo")
        qtbot.waitUntil(lambda: idle(opened))
    assert not is_unsaved(workbench)


def test_another_recording_ends_it(opened, qtbot):
    run(opened, "mark_bad")
    opened.workbench.parts.page_view.repairs.mark_lead("V3")
    before = opened.workbench.session.reference
    run(opened, "open_example")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not before and idle(opened))
    assert not opened.workbench.repair.on and not opened.workbench.repair.marks
    assert opened.workbench.view.layout.leads == "3x4+1R"
    assert replace(opened.workbench.view.layout, start=0.0) == opened.workbench.view.layout
