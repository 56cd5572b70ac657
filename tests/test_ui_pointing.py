"""What a value was measured from, shown on the trace; what lies under the pointer; menus where they are expected."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from synthetic_ecg import strip
from ui_window import generate

from ecgtwin_app.ecg.measure import measure
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.report.trace import lead_values
from ecgtwin_app.ui.marks import marks_of
from ecgtwin_app.ui.measurement_table import MEASUREMENTS
from ecgtwin_app.ui.peaks import peaks_of
from ecgtwin_app.ui.places import places_of

pytest_plugins = ("ui_fixtures",)


@pytest.fixture(scope="module")
def known():
    """A recording, its measurements and its marks."""
    recording, _ = strip()
    found = measure(recording)
    return recording, found, marks_of(found, recording.rate)


def test_an_interval_is_pointed_out_where_it_was_measured(opened, qtbot):
    opened.show_measurement("qrs", "QRS 76 ms")
    (place,) = opened.view.pointed
    assert 1000 * np.mean([b - a for a, b in place.spans]) == pytest.approx(
        opened.session.measurements["qrs"], abs=6
    )
    page_map = opened.view.page_map()
    assert {panel.lead for panel in place.panels(page_map)} >= {"I", "V6"}, "intervals are global"
    before = opened.view.grab().toImage()
    opened.cancel()
    assert opened.view.pointed == ()
    assert opened.view.grab().toImage() != before


def test_a_place_out_of_sight_is_brought_into_sight(opened, qtbot):
    opened.view.zoom(6.0)
    opened.view.horizontalScrollBar().setValue(0)
    opened.view.verticalScrollBar().setValue(0)
    opened.show_measurement("r_amplitude", "", "V6")
    box = opened.view.pointed[0].first_place(opened.view.page_map())
    assert opened.view.viewport().rect().intersects(box.toAlignedRect())


def test_a_click_on_the_page_takes_it_away(opened, qtbot):
    opened.show_measurement("pr")
    assert opened.view.pointed
    qtbot.mouseClick(opened.view.viewport(), Qt.MouseButton.LeftButton)
    assert opened.view.pointed == ()


def test_every_listed_measurement_but_none_without_a_place_is_found(known):
    recording, found, marks = known
    for _, _, key, _ in MEASUREMENTS:
        places = places_of(key, recording, marks)
        assert places, f"{key} has no place on the trace"
        assert all(places)
    for key in ("st_j", "st_60", "st_80", "q_amplitude", "r_amplitude", "s_amplitude", "t_amplitude"):
        for lead, value in getattr(found, key).items():
            if value is not None and abs(value) > 0.1:
                assert places_of(key, recording, marks, lead), f"{key} of {lead}"


def test_an_amplitude_spans_what_was_measured(known):
    recording, found, marks = known
    for key in ("r_amplitude", "s_amplitude", "t_amplitude", "st_j"):
        for lead in ("II", "V2", "V5"):
            for place in places_of(key, recording, marks, lead):
                sizes = [value - level for _, level, value in place.levels]
                assert abs(np.median(sizes)) == pytest.approx(abs(getattr(found, key)[lead]), abs=0.06)


def test_sokolow_lyon_names_s_in_v1_and_the_larger_r(known):
    recording, _, marks = known
    first, second = places_of("sokolow_lyon", recording, marks)
    assert first.leads == ("V1",)
    tallest = {
        lead: max(p.value for p in peaks_of(lead_values(recording, lead), recording.rate, marks))
        for lead in ("V5", "V6")
    }
    assert second.leads == (max(tallest, key=tallest.get),)


def test_a_twins_value_is_pointed_out_on_the_twin(opened, qtbot):
    generate(opened, qtbot)
    qtbot.waitUntil(lambda: TWIN in opened.view.marks.marks)
    opened.set_page_layout(opened.page_layout.__class__(mode="side by side"))
    qtbot.waitUntil(lambda: opened.view.up_to_date)
    opened.show_measurement("qrs", who=TWIN)
    (place,) = opened.view.pointed
    page_map = opened.view.page_map()
    assert {panel.shows for panel in place.panels(page_map)} == {(TWIN,)}
    opened.show_measurement("qrs", who=REFERENCE)
    assert {panel.shows for panel in opened.view.pointed[0].panels(page_map)} == {(REFERENCE,)}
