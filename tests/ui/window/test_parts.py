"""The parts of the workstation, each by keys and mouse as its user drives it; teaching has a file of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QPushButton
from ui_window import CONTROL, accept_file_dialog, generate, idle

from ecgtwin_app.ui.commands.palette import Palette
from ecgtwin_app.ui.dialogs.manual import Manual

pytest_plugins = ("ui_fixtures",)
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def _drag(window, qtbot, lead, start, end):
    """A caliper over a lead, from one moment to another."""
    page_map = window.workbench.parts.page_view.page_map()
    panel = max((p for p in page_map.panels if p.lead == lead), key=lambda p: p.seconds)
    y, surface = page_map.y(panel, 0.4), window.workbench.parts.page_view.viewport()
    points = [QPointF(page_map.x(panel, at), y).toPoint() for at in (start, end)]
    qtbot.mousePress(surface, LEFT, NONE, points[0])
    qtbot.mouseMove(surface, (points[0] + points[1]) / 2)
    qtbot.mouseMove(surface, points[1])
    qtbot.mouseRelease(surface, LEFT, NONE, points[1])


def _settled(window, qtbot):
    qtbot.waitUntil(lambda: idle(window) and window.workbench.parts.page_view.up_to_date)


def test_an_empty_window_offers_to_open(window, qtbot):
    assert window.workbench.parts.page_view.empty.isVisible()
    buttons = {
        button.text(): button for button in window.workbench.parts.page_view.empty.findChildren(QPushButton)
    }
    qtbot.mouseClick(buttons["Open the example"], LEFT)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert not window.workbench.parts.page_view.empty.isVisible()


def test_paper(opened, qtbot):
    speed = opened.workbench.parts.bar.boxes["speed"]
    qtbot.keyClick(speed, Qt.Key.Key_Down)
    assert opened.workbench.view.layout.speed == 50.0
    leads = opened.workbench.parts.bar.boxes["leads"]
    qtbot.keyClicks(leads, "12")
    assert opened.workbench.view.layout.leads == "12x1"
    fitted = opened.workbench.parts.page_view._scale
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["zoom_in"], LEFT)
    assert opened.workbench.parts.page_view._scale > fitted
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["fit"], LEFT)
    assert opened.workbench.parts.page_view._scale == pytest.approx(fitted)


def test_reading(opened, qtbot):
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["tool_time"], LEFT)
    assert "Drag on a lead" in opened.workbench.parts.read_out.text()
    _settled(opened, qtbot)
    _drag(opened, qtbot, "II", 2.0, 3.0)
    (caliper,) = opened.workbench.parts.page_view.calipers.calipers
    assert caliper.size == pytest.approx(1.0, abs=0.2)  # its legs snap to marks
    assert "ms" in opened.workbench.parts.read_out.text()
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_K)
    assert opened.workbench.parts.page_view.calipers.caliper.marching
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Delete)
    assert not opened.workbench.parts.page_view.calipers.calipers
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["toggle_fiducials"], LEFT)
    assert opened.workbench.parts.page_view.marks.show_fiducials
    assert opened.workbench.parts.page_bar.buttons["toggle_fiducials"].isChecked()


def test_comparing(opened, qtbot):
    generate(opened, qtbot)
    modes = ("overlay", "side by side", "reference", "twin", "difference", "median beats", "vector loops")
    for number, mode in enumerate(modes, 1):
        qtbot.keyClick(opened, Qt.Key(Qt.Key.Key_0.value + number), CONTROL)
        assert opened.workbench.view.layout.mode == mode
    before = opened.workbench.view.layout.turn
    _settled(opened, qtbot)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_Right)
    assert opened.workbench.view.layout.turn == before + 5.0
    surface, corner = (
        opened.workbench.parts.page_view.viewport(),
        opened.workbench.parts.page_view.viewport().rect().center() + QPointF(80, 60).toPoint(),
    )
    qtbot.mousePress(surface, LEFT, NONE, corner)
    qtbot.mouseMove(surface, corner + QPointF(-20, 0).toPoint())
    qtbot.mouseRelease(surface, LEFT, NONE, corner + QPointF(-20, 0).toPoint())
    turned = opened.workbench.view.layout.turn
    assert turned == before + 15.0
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: opened.workbench.view.layout.turn != turned)
    qtbot.keyClick(opened.workbench.parts.page_view, Qt.Key.Key_S)
    assert not opened.workbench.spin.running


def test_asking(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F, CONTROL)
    search = opened.workbench.parts.request_panel.conditions.search
    qtbot.keyClicks(search, "LBBB")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert opened.workbench.session.request.conditions == ("left bundle branch block",)
    qtbot.mouseClick(opened.workbench.parts.request_panel.generate, LEFT)
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 1 and idle(opened))
    qtbot.mouseClick(opened.workbench.parts.request_panel.generate, LEFT)
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 2 and idle(opened))
    assert opened.workbench.parts.filmstrip.isVisible()
    opened.workbench.parts.filmstrip.setFocus()
    qtbot.keyClick(opened.workbench.parts.filmstrip, Qt.Key.Key_Left)
    assert opened.workbench.session.current == 0


def test_keeping(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    digest = opened.workbench.session.twin.recording.digest()
    qtbot.keyClick(opened, Qt.Key.Key_S, CONTROL)
    accept_file_dialog(opened, qtbot, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: (tmp_path / "work.ecgtwin").exists() and idle(opened))
    opened.activateWindow()  # a desktop does so by itself; off screen nobody does
    qtbot.waitUntil(opened.isActiveWindow)
    qtbot.keyClick(opened, Qt.Key.Key_Backspace, CONTROL)
    assert not opened.workbench.session.twins
    qtbot.keyClick(opened, Qt.Key.Key_Z, CONTROL)
    assert opened.workbench.session.twin.recording.digest() == digest


def test_help(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F1)
    (manual,) = opened.findChildren(Manual)
    assert manual.isVisible()
    qtbot.keyClick(manual, Qt.Key.Key_Escape)
    qtbot.keyClicks(opened, "?")
    sheet = next(d for d in opened.findChildren(QDialog) if d.isVisible())
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.keyClick(opened, Qt.Key.Key_K, CONTROL)
    palette = next(p for p in opened.findChildren(Palette) if p.isVisible())
    qtbot.keyClicks(palette.search, "median beats")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert opened.workbench.view.layout.mode == "median beats"


def test_a_new_user_makes_a_pvc_twin_measures_its_qrs_and_prints_it(opened, qtbot, tmp_path):
    """Following only what the screen shows: every step is a click on something with words."""
    qtbot.mouseClick(
        opened.workbench.parts.request_panel.generate, LEFT
    )  # the condition chosen at first is a PVC
    qtbot.waitUntil(lambda: bool(opened.workbench.session.twins) and idle(opened))
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["tool_time"], LEFT)
    _settled(opened, qtbot)
    _drag(opened, qtbot, "II", 4.0, 4.6)
    (caliper,) = opened.workbench.parts.page_view.calipers.calipers
    qtbot.mouseClick(opened.workbench.parts.page_bar.buttons["print_page"], LEFT)
    qtbot.waitUntil(lambda: bool(opened.findChildren(QPrintDialog)))
    (dialog,) = opened.findChildren(QPrintDialog)
    dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer().setOutputFileName(str(tmp_path / "print.pdf"))
    dialog.accepted.emit(dialog.printer())
    dialog.reject()
    qtbot.waitUntil(lambda: "printer" in opened.workbench.messages.text)
    assert (tmp_path / "print.pdf").read_bytes().startswith(b"%PDF")
    assert opened.workbench.parts.page_view.calipers.calipers == (caliper,)
