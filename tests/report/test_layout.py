"""Where panels, rows and beats lie on the paper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.report.beat_alignment import shift_onto
from ecgtwin_app.report.layout import LEAD_GRIDS, ORDERS, PAPER, PULSE_SECONDS, SHEETS, PageLayout, grid_rows
from ecgtwin_app.report.panels import blocks, place_panels, row_baselines

BOTH = ("reference", "twin")


def _panels(duration=10.0, **fields):
    layout = PageLayout(**fields)
    return [
        panel
        for block in blocks(layout, BOTH, duration)
        for panel in place_panels(block, layout, [(12.0, 8.0)] * len(block.rows))
    ]


TWELVE = [name for name, grid in LEAD_GRIDS.items() if grid.columns]


@pytest.mark.parametrize("name", TWELVE)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("mode", ["overlay", "side by side"])
def test_every_grid_shows_all_twelve_leads(name, order, mode):
    shown = {panel.lead.lstrip("-") for panel in _panels(leads=name, order=order, mode=mode)}
    assert shown == set(LEADS)


def test_cabrera_runs_through_the_frontal_plane_with_avr_inverted():
    limb = [row[0] for row in grid_rows("12x1", "cabrera")][:6]
    assert limb == ["aVL", "I", "-aVR", "II", "aVF", "III"]
    assert [row[0] for row in grid_rows("3x4", "cabrera")] == ["aVL", "I", "-aVR"]
    assert [row[1] for row in grid_rows("3x4", "cabrera")] == ["II", "aVF", "III"]


def test_a_strip_runs_on_from_row_to_row_until_the_recording_ends():
    panels = _panels(leads="strip", strip_lead="V1", duration=25.0)
    assert [(panel.lead, panel.start) for panel in panels] == [("V1", 0.0), ("V1", 10.0), ("V1", 20.0)]


def test_simultaneous_columns_begin_at_the_same_time():
    starts = {panel.start for panel in _panels(leads="3x4", simultaneous=True, start=2.0)}
    assert starts == {2.0}
    assert len({panel.start for panel in _panels(leads="3x4")}) == 4


def test_split_gain_is_that_of_the_chest_leads():
    layout = PageLayout(gain=10.0, chest_gain=5.0)
    assert (layout.gain_of("II"), layout.gain_of("-aVR"), layout.gain_of("V4")) == (10.0, 10.0, 5.0)


@pytest.mark.parametrize("sheet", SHEETS)
def test_ten_seconds_fit_on_either_sheet(sheet):
    left, _, width, height = SHEETS[sheet].paper
    assert width % 5 == height % 5 == 0
    assert left > 0
    assert left + width < SHEETS[sheet].size[0]
    (block,) = blocks(PageLayout(sheet=sheet), BOTH)
    assert block.trace_left - block.left >= 0.2 * 25 + 2
    assert block.trace_left + block.trace_width <= left + width


@pytest.mark.parametrize("name", TWELVE)
@pytest.mark.parametrize("speed", [12.5, 25.0, 50.0])
def test_a_row_is_one_uninterrupted_strip_at_the_paper_speed(name, speed):
    rows = {}
    for panel in _panels(leads=name, speed=speed):
        rows.setdefault(panel.baseline, []).append(panel)
        assert panel.width == pytest.approx(panel.seconds * speed)
    for row in rows.values():
        for left, right in pairwise(row):
            assert right.x == pytest.approx(left.x + left.width)
            assert right.start == pytest.approx(left.start + left.seconds)
        assert sum(panel.width for panel in row) == pytest.approx(250.0)


def test_side_by_side_halves_share_leads_times_and_heights():
    panels = _panels(mode="side by side")
    reference = [panel for panel in panels if panel.shows == ("reference",)]
    twin = [panel for panel in panels if panel.shows == ("twin",)]
    assert len(reference) == len(twin) == 13
    for left, right in zip(reference, twin):
        assert (left.lead, left.start, left.baseline) == (right.lead, right.start, right.baseline)
        assert right.x - left.x == pytest.approx(PAPER[2] / 2)


def test_rows_that_fit_are_equally_spaced_on_the_lines():
    assert row_baselines([(12.0, 8.0)] * 4, 31.0, 160.0) == [51.0, 91.0, 131.0, 171.0]


def test_rows_that_would_collide_are_moved_apart():
    extents = [(11.0, 3.0), (11.0, 38.0), (30.0, 5.0), (11.0, 3.0)]
    y = row_baselines(extents, 31.0, 160.0)
    for k in range(3):
        assert y[k + 1] - y[k] >= extents[k][1] + extents[k + 1][0] - 1, "one trace runs into the next"
    assert y[0] - extents[0][0] >= 30.5
    assert y[-1] + extents[-1][1] <= 191.5


def test_a_page_too_full_keeps_first_and_last_row_on_the_paper():
    extents = [(25.0, 15.0)] * 12
    y = row_baselines(extents, 31.0, 160.0)
    assert y == sorted(y)
    assert y[0] - 25 >= 30.5
    assert y[-1] + 15 <= 191.5


def test_later_seconds_move_every_panel():
    for before, after in zip(_panels(speed=50.0), _panels(speed=50.0, start=5.0)):
        assert after.start == before.start + 5.0
        assert after.x == before.x


@pytest.mark.parametrize(
    "fields",
    [
        {"leads": "5x5"},
        {"mode": "upside down"},
        {"speed": 0.0},
        {"gain": -1.0},
        {"filter": "soft"},
        {"sheet": "A0"},
    ],
)
def test_a_layout_that_cannot_be_drawn_is_refused(fields):
    with pytest.raises(EcgError, match=r"choose|e\.g\."):
        PageLayout(**fields)


def test_shift_lays_the_nearest_twin_beat_on_the_first_beat_of_the_panel():
    reference, twin = np.array([0.1, 1.0, 2.0]), np.array([0.3, 1.3, 2.3])
    assert shift_onto(reference, twin, 0.0, 2.5) == pytest.approx(-0.3)
    assert shift_onto(reference, twin, 1.5, 2.5) == pytest.approx(-0.3)
    assert shift_onto(reference, np.array([1.9]), 0.0, 2.5) == pytest.approx(-0.9)


def test_without_beats_nothing_is_shifted():
    assert shift_onto(np.array([]), np.array([1.0]), 0.0, 2.5) == 0.0
    assert shift_onto(np.array([1.0]), np.array([]), 0.0, 2.5) == 0.0
    assert shift_onto(np.array([1.0]), np.array([1.1]), 5.0, 2.5) == 0.0


@pytest.mark.parametrize("mode", ["overlay", "side by side"])
@pytest.mark.parametrize("speed", [25.0, 50.0])
def test_the_calibration_pulse_fits_before_the_trace(mode, speed):
    for block in blocks(PageLayout(mode=mode, speed=speed), BOTH):
        assert block.trace_left - block.left >= PULSE_SECONDS * speed + 2
        assert block.trace_left + block.trace_width <= block.left + block.width
