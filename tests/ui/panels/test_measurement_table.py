"""The table of measurements, and what is known of the open recording."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from ui_fixtures import engine, opened, qtbot, store, window  # noqa: F401

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.ui.panels.measurement_table import MEASUREMENTS, SECTIONS, MeasurementTable
from ecgtwin_app.ui.panels.normal_ranges import beyond, normal_limits
from ecgtwin_app.ui.widgets.tables import difference
from ecgtwin_app.ui.widgets.theme import LIGHT

ADULT = (50.0, "F")


@pytest.fixture
def panel(qtbot):  # noqa: F811
    panel = MeasurementTable()
    qtbot.addWidget(panel)
    panel.resize(420, 600)
    panel.show()
    return panel


def cell(panel, key, column):
    return panel.table.item(panel.row_of(key), column)


@pytest.mark.parametrize(
    ("before", "after", "decimals", "change"),
    [(55.4, 60.6, 0, 6), (54.6, 60.4, 0, 5), (54.51, 60.49, 0, 5), (1.494, 1.506, 2, 0.02)],
)
def test_differences_add_up_with_what_is_shown(panel, before, after, decimals, change):
    assert difference(before, after, decimals) == pytest.approx(change)
    panel.show_measurements({"heart_rate": before}, {"heart_rate": after}, ADULT)
    if decimals == 0:
        shown = [int(cell(panel, "heart_rate", column).text().lstrip("▲▼ +")) for column in (1, 2, 3)]
        assert shown[1] - shown[0] == shown[2]


def test_axes_differ_by_the_short_way_round(panel):
    panel.show_measurements({"qrs_axis": 170.0}, {"qrs_axis": -170.0}, ADULT)
    assert cell(panel, "qrs_axis", 3).text() == "+20"


def test_a_value_out_of_range_is_marked_by_a_sign_and_in_words(panel):
    panel.show_measurements({"pr": 212.0, "heart_rate": 48.0, "qrs": 100.0}, {"pr": 160.0}, ADULT)
    assert cell(panel, "pr", 1).text() == "▲ 212" and cell(panel, "heart_rate", 1).text() == "▼ 48"
    assert cell(panel, "pr", 2).text() == "160" and cell(panel, "qrs", 1).text() == "100"
    assert "above the normal 120–200 ms" in cell(panel, "pr", 1).toolTip()
    assert "above" in cell(panel, "pr", 1).data(Qt.ItemDataRole.AccessibleTextRole)


def test_limits_are_those_of_sex_and_age(panel):
    panel.show_measurements({"qtc_bazett": 455.0}, {}, (50.0, "M"))
    assert cell(panel, "qtc_bazett", 1).text() == "▲ 455"
    panel.show_measurements({"qtc_bazett": 455.0}, {}, (50.0, "F"))
    assert cell(panel, "qtc_bazett", 1).text() == "455"
    panel.show_measurements({"qtc_bazett": 455.0}, {}, (50.0, None))
    assert cell(panel, "qtc_bazett", 1).text() == "455"
    panel.show_measurements({"heart_rate": 130.0}, {}, (3.0, "F"))
    assert cell(panel, "heart_rate", 1).text() == "130"  # children have other limits, which are not offered


def test_qtc_is_long_and_short_by_the_published_words_and_short_is_no_alarm(panel):
    # Rautaharju 2009: 460 or longer (women) and 450 or longer (men) prolonged, 390 or shorter short.
    said = [
        beyond("qtc_bazett", value, 50.0, sex)
        for sex, value in (("F", 459), ("F", 460), ("M", 449), ("M", 450))
    ]
    assert said == [0, 1, 0, 1]
    assert [beyond("qtc_hodges", value, 50.0, "F") for value in (391, 390)] == [0, -1]
    panel.set_theme(LIGHT)
    panel.show_measurements({"qtc_bazett": 378.0, "pr": 110.0}, {"qtc_bazett": 470.0}, (50.0, "F"))
    assert cell(panel, "qtc_bazett", 1).text() == "▼ 378"
    assert cell(panel, "qtc_bazett", 1).foreground().color().name() == QColor(LIGHT.text).name()
    for key, column in (("qtc_bazett", 2), ("pr", 1)):
        assert cell(panel, key, column).foreground().color().name() == QColor(LIGHT.bad).name()


def test_a_twin_of_another_sex_is_held_against_its_own_limits(panel):
    values = {"qtc_bazett": 455.0}
    panel.show_measurements(values, values, (50.0, "F"), (50.0, "M"))
    assert cell(panel, "qtc_bazett", 1).text() == "455"
    assert cell(panel, "qtc_bazett", 2).text() == "▲ 455"


@pytest.mark.parametrize("key", [key for _, _, key, _ in MEASUREMENTS])
def test_no_mark_contradicts_the_number_that_is_shown(key):
    low, high = normal_limits(key, *ADULT) or (None, None)
    for limit in (low, high):
        if limit is not None:
            assert beyond(key, limit, *ADULT) == 0
            assert beyond(key, limit + 0.001, *ADULT) == 0
    if high is not None:
        assert beyond(key, high * 1.1 + 1, *ADULT) == 1


def test_every_measurement_has_its_unit_in_sight(panel):
    panel.show_measurements({}, {}, ADULT)
    for heading, rows in SECTIONS:
        for name, unit, key, _ in rows:
            assert heading.endswith(f", {unit}") or cell(panel, key, 0).text() == f"{name}, {unit}"


def test_what_cannot_be_measured_says_why(panel):
    panel.show_measurements({"reasons": {"qrs_axis": "needs I and aVF"}}, {}, ADULT)
    assert cell(panel, "qrs_axis", 1).text() == "–"
    assert "needs I and aVF" in cell(panel, "qrs_axis", 1).toolTip()


def test_a_click_on_a_value_shows_it_on_the_trace(opened, qtbot):  # noqa: F811
    panel = opened.workbench.parts.results.measurements
    where = panel.table.visualItemRect(cell(panel, "qt", 1)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert opened.workbench.parts.page_view.pointed and opened.workbench.parts.page_view.pointed[
        0
    ].words.startswith("QT ")
    heading = panel.table.visualItemRect(panel.table.item(0, 0)).center()
    opened.workbench.parts.page_view.point_out()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    assert not opened.workbench.parts.page_view.pointed


def test_return_on_a_value_by_lead_shows_it_too(opened, qtbot):  # noqa: F811
    leads = opened.workbench.parts.results.by_lead
    opened.workbench.parts.results.tabs.setCurrentWidget(leads)
    leads.quantity.setCurrentIndex(leads.quantity.findData("r_amplitude"))
    leads.table.setCurrentCell(1, 1)
    leads.table.setFocus()
    qtbot.keyClick(leads.table, Qt.Key.Key_Return)
    assert opened.workbench.parts.page_view.pointed and opened.workbench.parts.page_view.pointed[0].leads == (
        "II",
    )


def test_the_window_knows_what_measure_knows_of_a_recording(opened):  # noqa: F811
    words = opened.workbench.parts.results.recording.toPlainText()
    assert "The signal is good." in words
    assert "sinus" in words and "not a diagnosis" in words
    device = opened.workbench.session.reference.device
    assert device  # the example stores its own values
    assert "The device's own values" in words and f"{device['PR']:.0f}" in words
    for statement in opened.workbench.session.reference.statements:
        assert statement in words


def test_nothing_of_the_patient_stands_in_the_panel(opened):  # noqa: F811
    reference = opened.workbench.session.reference
    object.__setattr__(reference, "patient", Patient(50.0, "F", name="Doe^Jane", identifier="4711"))
    opened.workbench.parts.results.show_session(opened.workbench.session)
    words = (
        opened.workbench.parts.results.recording.toPlainText()
        + opened.workbench.parts.results.provenance.toPlainText()
    )
    assert "Doe" not in words and "4711" not in words
