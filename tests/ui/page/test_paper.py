"""The paper in the window: every choice of the menu, the printed warnings, calibration and schemes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from synthetic_ecg import strip
from ui_window import CONTROL, run

from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.displayed import FILTERS, as_displayed, warning_text
from ecgtwin_app.report.export import page_image
from ecgtwin_app.report.layout import GRIDS, MODES, SCHEMES, PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.dialogs.calibration import CARD_WIDTH, CalibrationDialog
from ecgtwin_app.ui.preferences import settings

pytest_plugins = ("ui_fixtures",)


def test_every_option_of_the_menu_reaches_the_page_and_can_be_undone(opened):
    before = opened.workbench.view.layout
    for (field, value), action in opened.workbench.parts.paper_menu.actions.items():
        action.trigger()
        assert getattr(opened.workbench.parts.page_view.page.layout, field) == value
        assert action.isChecked()
    while opened.workbench.undo.canUndo():
        run(opened, "undo")
    assert opened.workbench.view.layout == before


def test_a_choice_is_one_step_with_a_name(opened):
    opened.workbench.parts.paper_menu.actions["grid", "grey"].trigger()
    assert opened.command_actions.of["undo"].text() == "&Undo change of ruled paper"


@pytest.mark.parametrize(
    ("key", "diagnostic"), [("none", True), ("diagnostic 50", True), ("steady", True), ("monitor", False)]
)
def test_a_filter_that_is_not_diagnostic_is_warned_of(key, diagnostic):
    assert FILTERS[key].diagnostic is diagnostic
    assert ("do not judge ST" in warning_text(key)) is not diagnostic


def test_a_filter_changes_what_is_drawn_and_is_not_kept_for_the_next_recording(opened, qtbot):
    opened.workbench.parts.paper_menu.actions["filter", "monitor"].trigger()
    page = opened.workbench.parts.page_view.page
    assert "0.5 Hz" in page.recording("reference").history[-1]
    assert page.reference.history == opened.workbench.session.reference.history, "the recording itself stays"
    reference = opened.workbench.session.reference
    run(opened, "open_example")
    qtbot.waitUntil(lambda: opened.workbench.session.reference is not reference)
    assert opened.workbench.view.layout.filter == "none"


def test_filtered_recordings_are_computed_once(opened):
    reference = opened.workbench.session.reference
    assert as_displayed(reference, "muscle") is as_displayed(reference, "muscle")
    assert as_displayed(reference, "none") is reference


def test_one_key_shows_and_hides_the_name(opened, qtbot):
    assert not opened.workbench.parts.page_view.page.layout.identity
    qtbot.keyClick(opened, Qt.Key.Key_I, CONTROL)
    assert opened.workbench.parts.page_view.page.layout.identity
    qtbot.keyClick(opened, Qt.Key.Key_I, CONTROL)
    assert not opened.workbench.parts.page_view.page.layout.identity


def test_exports_are_ink_on_paper_without_the_name():
    layout = PageLayout(scheme="monitor", identity=True).on_paper()
    assert (layout.scheme, layout.identity) == ("paper", False)


def test_the_screen_is_calibrated_with_a_card(opened, qtbot, store):
    run(opened, "calibrate_screen")
    (dialog,) = opened.findChildren(CalibrationDialog)
    dialog.slider.setValue(400)
    assert dialog.card.pixels_per_mm == pytest.approx(6.0)
    dialog.accept()
    assert settings.read(store, settings.PIXELS_PER_MM) == pytest.approx(96 / 25.4), "only Save keeps it"
    settings.write(store, settings.PIXELS_PER_MM, 6.0)
    qtbot.keyClick(opened, Qt.Key.Key_0, CONTROL | Qt.KeyboardModifier.AltModifier)
    left, right = (
        opened.workbench.parts.page_view._to_view(opened.workbench.parts.page_view.content.topLeft()),
        opened.workbench.parts.page_view._to_view(opened.workbench.parts.page_view.content.topRight()),
    )
    card = (right.x() - left.x()) / opened.workbench.parts.page_view.content.width() * CARD_WIDTH
    assert card == pytest.approx(6.0 * CARD_WIDTH)
    assert "100 %" in opened.workbench.parts.status.zoom.text()


def _luminance(colour):
    channels = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a, b):
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("grid", GRIDS)
def test_text_and_traces_stand_out_in_every_scheme(scheme, grid):
    look = look_of(scheme, grid)
    for colour in (look.text, look.quiet, look.warning, look.reference, look.difference, *look.twins):
        assert _contrast(colour, look.paper) >= 4.5, colour
        assert _contrast(colour, look.sheet) >= 4.5, colour
    for trace in (look.reference, look.difference, *look.twins):
        assert _contrast(trace, look.major or look.paper) >= 2.0, trace
    assert _contrast(look.reference, look.major or look.paper) >= 3.0


@pytest.mark.parametrize(("mode", "scheme"), zip(MODES, [*SCHEMES, *SCHEMES, "monitor"]))
def test_every_view_is_drawn(qapp, mode, scheme):
    reference, _ = strip(rate=66)
    twin = replace(reference, signal=reference.signal * 1.2, synthetic=True, provenance={"model": "x"})
    layout = PageLayout(mode=mode, scheme=scheme, chest_gain=5.0, sheet="Letter", leads="3x4+3R")
    image = page_image(Page(reference, twin, layout=layout), 2.0)
    assert image.size().width() == round(279.4 * 2)
    assert image.pixelColor(1, 1) == QColor(look_of(scheme, "pink").sheet)
    colours = {look_of(scheme, "pink").twins[0], look_of(scheme, "pink").difference}
    colours |= {look_of(scheme, "pink").reference}
    seen = {image.pixelColor(x, y).name().upper() for x in range(30, 540) for y in range(70, 390)}
    assert colours & seen, "a trace is drawn in its full colour"
