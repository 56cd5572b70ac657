"""Comparing: layers, difference, median beats, loops, flicker; and the palette that finds everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter
from synthetic_ecg import strip
from ui_window import CONTROL, generate, run

from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.difference import difference_trace
from ecgtwin_app.report.export import print_page
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.median_beats import median_beat
from ecgtwin_app.report.page import Page
from ecgtwin_app.report.vector_loops import loop, qrs_t_angle
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.commands.palette import Palette, entries_of
from ecgtwin_app.ui.commands.view import set_layers
from ecgtwin_app.ui.dialogs.search_list import matching
from ecgtwin_app.ui.page.flicker import INTERVAL

pytest_plugins = ("ui_fixtures",)


def _twin_of(reference, **fields):
    return replace(reference, synthetic=True, provenance={"model": "x"}, **fields)


# -- layers -------------------------------------------------------------------------------------------


def test_eye_opacity_order_and_undo(opened, qtbot):
    generate(opened, qtbot, samples=3)
    first, _, third = opened.workbench.session.twins
    opened.workbench.session.show_twin(2)
    assert opened.workbench.parts.page_view.page.shown == ("reference", "twin")
    panel = opened.workbench.parts.layers_panel
    row = next(
        k for k in range(panel.list.count()) if panel.list.item(k).data(Qt.ItemDataRole.UserRole) is first
    )
    panel.list.item(row).setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.shown == ("reference", "twin 1", "twin"))
    assert opened.workbench.parts.page_view.page.layer("twin 1").dashed
    panel.list.setCurrentRow(row)
    panel.opacity.setValue(40)
    assert opened.workbench.parts.page_view.page.layer("twin 1").opacity == 0.4
    qtbot.mouseClick(panel.up, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.up, Qt.MouseButton.LeftButton)
    assert opened.workbench.parts.page_view.page.shown == ("reference", "twin", "twin 1")
    for _ in range(4):
        run(opened, "undo")
    assert opened.workbench.view.layers == LayerStack()
    assert opened.workbench.session.twin is third


def test_hiding_the_reference_leaves_the_twin(opened, qtbot):
    generate(opened, qtbot)
    set_layers(
        opened.workbench,
        opened.workbench.view.layers.with_style(REFERENCE, visible=False),
        "visibility of layer",
    )
    assert opened.workbench.parts.page_view.page.shown == ("twin",)


def test_a_layer_that_was_recorded_cannot_pose_as_a_twin():
    reference, _ = strip()
    with pytest.raises(ValueError, match="not marked synthetic"):
        Page(reference, reference)


# -- difference, median beats, loops ------------------------------------------------------------------


def test_the_difference_is_what_the_twin_adds_wherever_its_beats_lie():
    onsets = np.arange(0.5, 9.5, 0.9)
    reference, _ = strip(onsets=onsets, noise=0.0)
    later, _ = strip(onsets=onsets + 0.15, noise=0.0)
    twin = _twin_of(later, signal=later.signal * 1.2)
    found = difference_trace(reference, twin)
    row = list(found.leads).index("V5")
    values, expected = found.signal[row], 0.2 * later.lead("V5")
    inside = np.isfinite(values) & (np.arange(values.size) > 500) & (np.arange(values.size) < 4500)
    assert np.abs(values - expected + np.median(expected))[inside].max() < 0.12
    assert np.abs(values[inside]).max() == pytest.approx(np.abs(expected).max(), rel=0.2)
    assert difference_trace(reference, twin) is found, "computed once"


def test_loops_are_kors_and_the_angle_is_between_qrs_and_t():
    reference, _ = strip(noise=0.0)
    beat = median_beat(reference)
    assert loop(beat).shape == (3, beat.signal.shape[1])
    angle = qrs_t_angle(beat)
    assert 0 <= angle <= 180
    turned, _ = strip(noise=0.0, t=-np.array((0.2, 0.3, -0.05, 0.4, 0.4, 0.35, 0.3, 0.25)))
    assert qrs_t_angle(median_beat(turned)) == pytest.approx(180 - angle, abs=12)


# -- flicker ------------------------------------------------------------------------------------------


def test_while_the_key_is_held_reference_and_twin_take_turns(opened, qtbot):
    generate(opened, qtbot)
    qtbot.keyPress(opened, Qt.Key.Key_QuoteLeft)
    assert opened.workbench.flicker.running
    one = opened.workbench.parts.page_view.page
    opened.workbench.flicker.step()
    other = opened.workbench.parts.page_view.page
    seen = [tuple(layer.who for layer in page.layers if layer.opacity > 0) for page in (one, other)]
    assert sorted(seen) == [("reference",), ("twin",)]
    assert one.generated is not None, "both carry the marks"
    assert other.generated is not None
    qtbot.keyRelease(opened, Qt.Key.Key_QuoteLeft)
    assert not opened.workbench.flicker.running
    assert opened.workbench.parts.page_view.page.shown == ("reference", "twin")
    assert 1000 / INTERVAL < 3, "fewer than three flashes a second"


# -- palette, clipboard, print ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("side by side", "View: Side by side"),
        ("lbbb", "Ask: left bundle branch block"),
        ("monitor scheme", "Paper: Scheme Monitor"),
        ("march", "Measure: March out"),
    ],
)
def test_the_palette_finds_commands_paper_and_conditions(opened, qtbot, words, first):
    if "side" in words:
        generate(opened, qtbot)
    if words == "march":  # of a caliper
        set_calipers(opened.workbench, (Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2),), "caliper")
    assert matching(entries_of(opened.workbench), words)[0].text.startswith(first)


def test_the_palette_is_driven_by_keys(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_K, CONTROL)
    (palette,) = opened.findChildren(Palette)
    qtbot.keyClicks(palette.search, "AFib")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert opened.workbench.session.request.conditions == ("atrial fibrillation",)
    qtbot.keyClick(opened, Qt.Key.Key_K, CONTROL)
    palette = next(p for p in opened.findChildren(Palette) if p.isVisible())
    qtbot.keyClicks(palette.search, "cabrera")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert opened.workbench.view.layout.order == "cabrera"


def test_the_table_is_copied_with_the_synthetic_mark(opened, qtbot):
    generate(opened, qtbot)
    run(opened, "copy_table")
    text = QGuiApplication.clipboard().text()
    assert text.startswith("SYNTHETIC")
    assert "QRS\tms\t" in text


@pytest.mark.parametrize(("sheet", "size"), [("A4", (297.0, 210.0)), ("Letter", (279.4, 215.9))])
def test_printing_is_at_true_scale_on_either_sheet(qapp, tmp_path, sheet, size):
    reference, _ = strip()
    page = Page(reference)
    page = replace(page, layout=replace(page.layout, sheet=sheet))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "p.pdf"))
    print_page(printer, page)
    box = (tmp_path / "p.pdf").read_bytes().partition(b"/MediaBox [")[2].partition(b"]")[0].split()
    assert [float(v) * 25.4 / 72 for v in box[2:]] == pytest.approx(size, abs=0.4)


def test_the_theme_is_put_on_part_by_part(opened, qtbot):
    before = opened.workbench.parts.page_view._desk
    qtbot.keyClick(opened, Qt.Key.Key_T, CONTROL)
    assert opened.workbench.parts.page_view._desk == before, "not all at once"
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view._desk != before)
    assert opened.workbench.parts.score_strip.styleSheet() == opened.workbench.parts.results.styleSheet()
