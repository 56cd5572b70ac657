"""Reading: calipers by mouse and keys, fiducials that the measurements follow, lens, overview, momentum."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from synthetic_ecg import strip
from ui_window import ALT, SHIFT, generate, idle, run

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.report.calipers import AMPLITUDE, TIME, Caliper, label
from ecgtwin_app.report.trace import lead_values
from ecgtwin_app.session.marks import marks_of, with_moved_marks
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.page.caliper_text import read_out
from ecgtwin_app.ui.page.kinetic_scroll import Glide
from ecgtwin_app.ui.page.snapping import SnapPoint, lead_peaks, snapped
from ecgtwin_app.ui.panels.normal_ranges import normal_text

pytest_plugins = ("ui_fixtures",)
LEFT = Qt.MouseButton.LeftButton


def _panel(window, lead="V5"):
    return next(panel for panel in window.workbench.parts.page_view.page_map().panels if panel.lead == lead)


def _point(window, panel, seconds, millivolts=0.6):
    page_map = window.workbench.parts.page_view.page_map()
    return QPointF(page_map.x(panel, seconds), page_map.y(panel, millivolts)).toPoint()


def _drag(window, qtbot, start, end, modifier=Qt.KeyboardModifier.NoModifier):
    surface = window.workbench.parts.page_view.viewport()
    qtbot.mousePress(surface, LEFT, modifier, start)
    qtbot.mouseMove(surface, (start + end) / 2)
    _move(window, qtbot, end, modifier)
    qtbot.mouseRelease(surface, LEFT, modifier, end)


def _move(window, qtbot, end, modifier):
    """qtbot's own move knows no held keys."""
    surface = window.workbench.parts.page_view.viewport()
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), surface.mapToGlobal(QPointF(end)), LEFT, LEFT, modifier
    )
    QApplication.sendEvent(surface, event)


# -- calipers -----------------------------------------------------------------------------------------


def test_a_time_caliper_measures_the_distance_it_is_dragged_over(opened, qtbot):
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_T)
    panel = _panel(opened)
    a, b = panel.start + 0.4, panel.start + 1.4
    _drag(opened, qtbot, _point(opened, panel, a), _point(opened, panel, b), ALT)
    caliper = opened.workbench.parts.page_view.calipers.caliper
    assert caliper.kind == TIME
    assert caliper.lead == "V5"
    one_pixel = 1 / opened.workbench.parts.page_view.page_map().speed
    assert caliper.size == pytest.approx(1.0, abs=2 * one_pixel)
    assert "/min" in opened.workbench.parts.read_out.text()
    run(opened, "undo")
    assert opened.workbench.parts.page_view.calipers.calipers == ()
    run(opened, "redo")
    assert opened.workbench.parts.page_view.calipers.calipers == (caliper,)


def test_legs_snap_to_fiducials_and_measure_the_qrs(opened, qtbot):
    marks = opened.workbench.session.marks(opened.workbench.session.reference)
    panel = _panel(opened)
    beat = next(b for b in marks.beats if panel.start + 0.4 < b.time < panel.start + panel.seconds - 0.4)
    onset, offset = beat.marks["qrs_onset"], beat.marks["qrs_offset"]
    opened.workbench.parts.page_view.zoom(4.0, QPointF(_point(opened, panel, beat.time)))
    near = 4 / opened.workbench.parts.page_view.page_map().speed
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_T)
    _drag(opened, qtbot, _point(opened, panel, onset - near), _point(opened, panel, offset + near))
    caliper = opened.workbench.parts.page_view.calipers.caliper
    assert (caliper.a, caliper.b) == (onset, offset)
    assert 1000 * caliper.size == pytest.approx(opened.workbench.session.measurements["qrs"], abs=5)


def test_an_amplitude_caliper_measures_millivolts(opened, qtbot):
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_A)
    panel = _panel(opened)
    _drag(
        opened,
        qtbot,
        _point(opened, panel, panel.start + 1, 0.0),
        _point(opened, panel, panel.start + 1, 1.0),
    )
    caliper = opened.workbench.parts.page_view.calipers.caliper
    assert caliper.kind == AMPLITUDE
    assert caliper.size == pytest.approx(1.0, abs=0.05)
    assert "mm" in opened.workbench.parts.read_out.text()


def test_keys_nudge_the_chosen_leg_by_a_sample_and_ten(opened, qtbot):
    set_calipers(opened.workbench, (Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.5),), "caliper")
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Right)
    assert opened.workbench.parts.page_view.calipers.caliper.b == pytest.approx(1.402)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Left, SHIFT)
    assert opened.workbench.parts.page_view.calipers.caliper.b == pytest.approx(1.382)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Space)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Right)
    assert opened.workbench.parts.page_view.calipers.caliper.a == pytest.approx(1.002)
    run(opened, "undo")
    assert opened.workbench.parts.page_view.calipers.caliper.a == 1.0, (
        "nudges that follow each other are one step"
    )


def test_marching_several_and_removing(opened, qtbot):
    one, other = (Caliper(TIME, "II", ("reference",), a, a + 0.9, 0.5) for a in (1.0, 1.2))
    set_calipers(opened.workbench, (one, other), "caliper")
    opened.workbench.parts.page_view.calipers.current = 1
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_K)
    assert [caliper.marching for caliper in opened.workbench.parts.page_view.calipers.calipers] == [
        False,
        True,
    ]
    legs = opened.workbench.parts.page_view.calipers.caliper.marched(0.0, 10.0)
    assert np.allclose(np.diff(sorted([*legs, 1.2, 2.1])), 0.9)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Delete)
    assert opened.workbench.parts.page_view.calipers.calipers == (one,)
    run(opened, "undo")
    assert len(opened.workbench.parts.page_view.calipers.calipers) == 2


def test_read_outs_give_rate_and_qtc_from_another_caliper():
    rr = Caliper(TIME, "II", (), 0.0, 1.0, 0.0)
    qt = Caliper(TIME, "II", (), 0.2, 0.6, 0.0)
    words = read_out(qt, [rr], None, 10.0)
    assert "400 ms" in words
    assert "Bazett 400" in words, "at an RR of one second QTc is QT"
    assert "caliper" in words
    assert "Bazett 447" in read_out(qt, [], 0.8, 10.0)
    assert label(rr) == "1000 ms  60/min"
    assert label(Caliper(AMPLITUDE, "V1", (), 0.0, -1.2, 0.0)) == "1.20 mV"


def test_snapping_takes_the_nearest_within_reach_and_peaks_first():
    def point(value, rank=1):
        return SnapPoint(value, "R", "reference", rank)

    assert snapped(1.0, [point(0.97), point(1.02)], 0.05) == 1.02
    assert snapped(1.0, [point(0.97, rank=0), point(1.02)], 0.05) == 0.97
    assert snapped(1.0, [point(0.9)], 0.05) == 1.0
    assert snapped(1.0, [], 0.05) == 1.0


@pytest.mark.parametrize("lead", ["II", "V1", "V5"])
def test_an_rr_interval_reads_right_within_a_sample_on_the_fitted_page(opened, qtbot, lead):
    reference = opened.workbench.session.reference
    panel = _panel(opened, lead)
    inside = [
        beat.time
        for beat in opened.workbench.session.marks(reference).beats
        if panel.start + 0.3 < beat.time < panel.start + panel.seconds - 0.3
    ][:2]
    values = lead_values(reference, lead)
    sign = -1.0 if lead == "V1" else 1.0
    around = round(0.06 * reference.rate)
    peaks = []
    for at in inside:
        first = round(at * reference.rate) - around
        peaks.append((first + int(np.argmax(sign * values[first : first + 2 * around]))) / reference.rate)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_T)
    near = (
        6 / opened.workbench.parts.page_view.page_map().speed
    )  # pixels beside the peaks, where onset and end of QRS are as near
    _drag(opened, qtbot, _point(opened, panel, peaks[0] - near), _point(opened, panel, peaks[1] + near))
    one_sample = 1 / reference.rate
    assert opened.workbench.parts.page_view.calipers.caliper.size == pytest.approx(
        peaks[1] - peaks[0], abs=1.01 * one_sample
    )
    wave = "S" if lead == "V1" else "R"
    assert f"{wave} to {wave} in {lead}, reference" in opened.workbench.parts.read_out.text()


def test_a_leg_says_whose_trace_it_stands_on(opened, qtbot):
    generate(opened, qtbot)
    qtbot.waitUntil(lambda: len(opened.workbench.parts.page_view.calipers.marks) == 2)
    set_page_layout(opened.workbench, replace(opened.workbench.view.layout, mode="side by side"))
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.up_to_date)
    panel = next(
        p
        for p in opened.workbench.parts.page_view.page_map().panels
        if p.lead == "II" and p.shows == ("twin",)
    )
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_T)
    marks = opened.workbench.session.marks(opened.workbench.session.twin.recording)
    a, b = [beat.time for beat in marks.beats if panel.start < beat.time < panel.start + panel.seconds][:2]
    _drag(opened, qtbot, _point(opened, panel, a), _point(opened, panel, b))
    assert "R to R in II, twin" in opened.workbench.parts.read_out.text()


def test_an_amplitude_caliper_snaps_to_baseline_and_peak(opened, qtbot):
    reference = opened.workbench.session.reference
    panel = _panel(opened, "V5")
    marks = opened.workbench.session.marks(reference)
    number = next(k for k, b in enumerate(marks.beats) if panel.start + 0.4 < b.time < panel.start + 2)
    peak = next(p for p in lead_peaks(reference, "V5", marks) if p.name == "R" and p.beat == number)
    per_pixel = 1 / (
        opened.workbench.parts.page_view.page_map().scale * opened.workbench.view.layout.gain_of("V5")
    )
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_A)
    _drag(
        opened,
        qtbot,
        _point(opened, panel, peak.time - 0.3, peak.level - 5 * per_pixel),
        _point(opened, panel, peak.time, peak.value + 5 * per_pixel),
    )
    assert opened.workbench.parts.page_view.calipers.caliper.size == pytest.approx(peak.value - peak.level)
    assert peak.value - peak.level == pytest.approx(measure(reference).r_amplitude["V5"], abs=0.06)
    assert "baseline to R in V5, reference" in opened.workbench.parts.read_out.text()


# -- fiducials ----------------------------------------------------------------------------------------


def test_measurements_follow_a_moved_mark_in_every_dominant_beat():
    recording, _ = strip(rate=60, pr=160, qt=400)
    measured = measure(recording)
    marks, before = marks_of(measured, recording.rate), measured.as_dict()
    moved = marks.move("qrs_offset", 0.02)
    after = with_moved_marks(before, moved)
    assert after["qrs"] == pytest.approx(before["qrs"] + 20)
    assert after["pr"] == before["pr"]
    later = with_moved_marks(before, marks.move("t_offset", -0.03))
    assert later["qt"] == pytest.approx(before["qt"] - 30)
    assert later["qtc_bazett"] < before["qtc_bazett"] - 25
    assert with_moved_marks(before, marks) is before
    for beat in moved.beats:
        if beat.label == "N":
            assert moved.time_of(beat, "qrs_offset") == pytest.approx(beat.marks["qrs_offset"] + 0.02)


def test_marks_never_change_places():
    recording, _ = strip(rate=60)
    marks = marks_of(measure(recording), recording.rate)
    assert marks.move("qrs_onset", 0.2) is marks


def test_a_fiducial_is_dragged_and_the_panel_follows(opened, qtbot):
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_F)
    page_map = opened.workbench.parts.page_view.page_map()
    panel = max((p for p in page_map.panels if p.lead == "II"), key=lambda p: p.seconds)
    marks = opened.workbench.session.marks(opened.workbench.session.reference)
    beat = next(b for b in marks.beats if b.label == "N" and b.time > 2 and "t_offset" in b.marks)
    at = beat.marks["t_offset"]
    before = opened.workbench.session.measured(opened.workbench.session.reference)["qt"]
    _drag(opened, qtbot, _point(opened, panel, at), _point(opened, panel, at + 0.06))
    after = opened.workbench.session.measured(opened.workbench.session.reference)["qt"]
    assert after == pytest.approx(before + 60, abs=1000 * 3 / page_map.speed)
    assert "fiducial" in opened.command_actions.of["undo"].text()
    assert opened.workbench.parts.page_view.page.layer("reference").measurements["qt"] == after
    run(opened, "reset_fiducials")
    assert opened.workbench.session.measured(opened.workbench.session.reference)["qt"] == before


def test_a_twin_gets_marks_too_and_labels_are_said_in_words(opened, qtbot):
    generate(opened, qtbot)
    qtbot.waitUntil(lambda: "twin" in opened.workbench.parts.page_view.marks.marks and idle(opened))
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_B)
    assert "like most beats" in opened.workbench.parts.read_out.text()
    assert opened.workbench.parts.page_view.grab().toImage() is not None


# -- lens, overview, momentum, limits -----------------------------------------------------------------


def test_the_lens_follows_the_pointer_and_goes(opened, qtbot):
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_M)
    assert opened.workbench.parts.page_view.magnifier.isVisible()
    qtbot.mouseMove(opened.workbench.parts.page_view.viewport(), _point(opened, _panel(opened), 8.5))
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.magnifier._image is not None)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_M)
    assert not opened.workbench.parts.page_view.magnifier.isVisible()


def test_the_overview_moves_along_a_recording_longer_than_the_page(opened, qtbot):
    assert not opened.workbench.parts.overview.isVisible(), "ten seconds are all on the page"
    set_page_layout(opened.workbench, replace(opened.workbench.view.layout, speed=50.0))
    assert opened.workbench.parts.overview.isVisible()
    middle = opened.workbench.parts.overview.rect().center()
    qtbot.mouseClick(opened.workbench.parts.overview, LEFT, pos=middle)
    assert opened.workbench.view.layout.start == pytest.approx(2.5, abs=0.1)
    qtbot.keyClick(opened.workbench.parts.overview, Qt.Key.Key_Right)
    assert opened.workbench.view.layout.start == pytest.approx(3.5, abs=0.1)


def test_a_thrown_page_glides_to_rest_and_a_rested_hand_does_not_throw(qapp):
    moves = []
    glide = Glide(lambda dx, dy: moves.append(dx))
    for when in (100, 116, 132):
        glide.note(20.0, 0.0, when)
    glide.let_go(140)
    assert glide._timer.isActive()
    while glide._timer.isActive():
        glide.step()
    assert sum(moves) > 50
    assert all(later < earlier for earlier, later in pairwise(moves))
    glide.note(20.0, 0.0, 200)
    glide.let_go(400)
    assert not glide._timer.isActive()


def test_normal_limits_know_age_and_sex():
    assert normal_text("pr", 50, "F") == "120–200"
    assert normal_text("qtc_bazett", 50, "F") == "391–459"
    assert normal_text("qtc_bazett", 50, "M") == "391–449"
    assert normal_text("qtc_bazett", 50, None) == "391–459", "the wider ones"
    assert normal_text("cornell", 50, None) == "≤ 2.8"
    assert normal_text("pr", 4, "F") == "", "children's limits are not offered"
    assert normal_text("qrs_axis", None, None) == "−30 to 90"
