"""What a value was measured from, shown on the trace; what lies under the pointer; menus where they are expected."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QApplication
from synthetic_ecg import strip
from ui_window import generate, run

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.report.trace import lead_values
from ecgtwin_app.session.marks import marks_of
from ecgtwin_app.session.peaks import peaks_of
from ecgtwin_app.ui.commands.measure import show_measurement
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.page.places import places_of
from ecgtwin_app.ui.panels.measurement_table import MEASUREMENTS

pytest_plugins = ("ui_fixtures",)


@pytest.fixture(scope="module")
def known():
    """A recording, its measurements and its marks."""
    recording, _ = strip()
    found = measure(recording)
    return recording, found, marks_of(found, recording.rate)


def test_an_interval_is_pointed_out_where_it_was_measured(opened, qtbot):
    show_measurement(opened.workbench, "qrs", "QRS 76 ms")
    (place,) = opened.workbench.parts.page_view.pointed
    assert 1000 * np.mean([b - a for a, b in place.spans]) == pytest.approx(
        opened.workbench.session.measurements["qrs"], abs=6
    )
    page_map = opened.workbench.parts.page_view.page_map()
    assert {panel.lead for panel in place.panels(page_map)} >= {"I", "V6"}, "intervals are global"
    before = opened.workbench.parts.page_view.grab().toImage()
    run(opened, "cancel")
    assert opened.workbench.parts.page_view.pointed == ()
    assert opened.workbench.parts.page_view.grab().toImage() != before


def test_a_place_out_of_sight_is_brought_into_sight(opened, qtbot):
    opened.workbench.parts.page_view.zoom(6.0)
    opened.workbench.parts.page_view.horizontalScrollBar().setValue(0)
    opened.workbench.parts.page_view.verticalScrollBar().setValue(0)
    show_measurement(opened.workbench, "r_amplitude", "", "V6")
    box = opened.workbench.parts.page_view.pointed[0].first_place(opened.workbench.parts.page_view.page_map())
    assert opened.workbench.parts.page_view.viewport().rect().intersects(box.toAlignedRect())


def test_a_click_on_the_page_takes_it_away(opened, qtbot):
    show_measurement(opened.workbench, "pr")
    assert opened.workbench.parts.page_view.pointed
    qtbot.mouseClick(opened.workbench.parts.page_view.viewport(), Qt.MouseButton.LeftButton)
    assert opened.workbench.parts.page_view.pointed == ()


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
    qtbot.waitUntil(lambda: TWIN in opened.workbench.parts.page_view.marks.marks)
    set_page_layout(opened.workbench, opened.workbench.view.layout.__class__(mode="side by side"))
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.up_to_date)
    show_measurement(opened.workbench, "qrs", who=TWIN)
    (place,) = opened.workbench.parts.page_view.pointed
    page_map = opened.workbench.parts.page_view.page_map()
    assert {panel.shows for panel in place.panels(page_map)} == {(TWIN,)}
    show_measurement(opened.workbench, "qrs", who=REFERENCE)
    assert {panel.shows for panel in opened.workbench.parts.page_view.pointed[0].panels(page_map)} == {
        (REFERENCE,)
    }


# -- under the pointer --------------------------------------------------------------------------------


def test_time_and_voltage_under_the_pointer_are_said(opened, qtbot):
    page_map = opened.workbench.parts.page_view.page_map()
    panel = next(panel for panel in page_map.panels if panel.lead == "V5")
    place = QPointF(page_map.x(panel, panel.start + 1.0), page_map.y(panel, 0.5)).toPoint()
    qtbot.mouseMove(opened.workbench.parts.page_view.viewport(), place)
    lead, seconds, _, millivolts, unit = opened.workbench.parts.status.pointer.text().split()
    assert (lead, unit) == ("V5", "mV")
    assert float(seconds) == pytest.approx(panel.start + 1.0, abs=0.02)
    assert float(millivolts) == pytest.approx(0.5, abs=0.05)
    assert (
        opened.workbench.parts.status.pointer.width()
        >= opened.workbench.parts.status.pointer.sizeHint().width()
    )
    qtbot.mouseMove(opened.workbench.parts.page_view.viewport(), QPoint(2, 2))
    assert opened.workbench.parts.status.pointer.text() == ""


def test_following_the_pointer_takes_no_time(opened, qtbot):
    page_map = opened.workbench.parts.page_view.page_map()
    panel = next(panel for panel in page_map.panels if panel.lead == "V5")
    began = time.thread_time()
    for k in range(100):
        at = QPointF(page_map.x(panel, panel.start + k * 0.01), page_map.y(panel, 0.5))
        move = QMouseEvent(
            QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(opened.workbench.parts.page_view.viewport(), move)
    assert (time.thread_time() - began) / 100 < 0.003


# -- context menus ------------------------------------------------------------------------------------


def _menu(part, at) -> dict[str, QAction]:
    """The entries of the menu that a right click opens, those of its menus included."""
    part.customContextMenuRequested.emit(at)
    menu = part.window().context_menus.menu
    found, menus = {}, [menu]
    for one in menus:
        for action in one.actions():
            found[action.text().replace("&", "")] = action
            if action.menu() is not None and "Paper" not in action.text():
                menus.append(action.menu())
    menu.hide()
    return found


def _middle(opened, lead="V5"):
    page_map = opened.workbench.parts.page_view.page_map()
    panel = next(panel for panel in page_map.panels if panel.lead == lead)
    return QPointF(page_map.x(panel, panel.start + panel.seconds / 2), page_map.y(panel, 0.2)).toPoint()


def test_the_pages_menu_knows_the_lead_and_the_beat(opened, qtbot):
    found = _menu(opened.workbench.parts.page_view, _middle(opened))
    for words in ("Time caliper", "Fiducials", "Zoom in", "Copy page", "Print…", "Paper"):
        assert words in found
    found["Caliper on QRS"].trigger()
    assert 1000 * opened.workbench.parts.page_view.calipers.caliper.size == pytest.approx(
        opened.workbench.session.measurements["qrs"], abs=12
    )
    assert "Remove caliper" in _menu(opened.workbench.parts.page_view, _middle(opened))
    found["Caliper on RR"].trigger()
    assert 60 / opened.workbench.parts.page_view.calipers.caliper.size == pytest.approx(61, abs=6)
    assert "R to R in V5" in opened.workbench.parts.read_out.text()
    run(opened, "undo")
    run(opened, "undo")
    assert opened.workbench.parts.page_view.calipers.calipers == ()
    found["Lead V5 as a strip"].trigger()
    assert (opened.workbench.view.layout.leads, opened.workbench.view.layout.strip_lead) == ("strip", "V5")
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.up_to_date)
    _menu(opened.workbench.parts.page_view, _middle(opened))["All leads"].trigger()
    assert opened.workbench.view.layout.leads == "3x4+1R"


def test_an_empty_page_offers_to_open(window):
    assert {"Open ECG…", "Open example"} <= set(_menu(window.workbench.parts.page_view, QPoint(50, 50)))


def test_rows_twins_conditions_and_requests_have_menus(opened, qtbot):
    generate(opened, qtbot, samples=2)
    table = opened.workbench.parts.results.measurements.table
    row = opened.workbench.parts.results.measurements.row_of("qrs")
    place = table.visualItemRect(table.item(row, 1)).center()
    _menu(table, place)["Show on the trace"].trigger()
    assert opened.workbench.parts.page_view.pointed
    strip_menu = _menu(
        opened.workbench.parts.filmstrip,
        opened.workbench.parts.filmstrip.visualItemRect(opened.workbench.parts.filmstrip.item(1)).center(),
    )
    assert opened.workbench.session.current == 1
    strip_menu["Remove twin"].trigger()
    assert len(opened.workbench.session.twins) == 1
    conditions = opened.workbench.parts.request_panel.conditions.list
    item = conditions.item_of("atrial fibrillation")
    conditions.scrollToItem(item)
    place = conditions.visualItemRect(item).center()
    before = opened.workbench.session.request.conditions
    qtbot.mouseClick(conditions.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert opened.workbench.session.request.conditions == before, "a right click chooses nothing by itself"
    _menu(conditions, place)["Choose"].trigger()
    assert opened.workbench.session.request.conditions == ("atrial fibrillation",)
    opened.workbench.parts.arrangement.tabs.setCurrentWidget(opened.workbench.parts.history)
    tree = opened.workbench.parts.history.tree
    line = tree.topLevelItem(1).child(0)
    _menu(tree, tree.visualItemRect(line).center())["Load into the form"].trigger()
    assert opened.workbench.session.request.conditions == before
