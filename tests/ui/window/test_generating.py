"""Twins are made: preview, cancel, undo, and what is shown of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from ui_window import generate, idle, run

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.ui.panels import measurement_table

pytest_plugins = ("ui_fixtures",)


def test_generate_shows_twin_criteria_and_provenance(opened, qtbot, engine):
    generate(opened, qtbot)
    assert opened.workbench.parts.page_view.page.shown == ("reference", "twin")
    table = opened.workbench.parts.results.criteria
    rows = [[table.item(r, c).text() for c in range(5)] for r in range(table.rowCount())]
    assert rows[0] == ["heart rate, 1/min", "61", "61 ± 3", "60.8", "✓"]
    assert rows[1][4] == "✗"
    assert rows[2][4] == "–"
    assert "1 of 2" in opened.workbench.parts.results.verdict.text()
    assert "SYNTHETIC" in opened.workbench.parts.results.provenance.toPlainText()
    assert engine.threads == {"ecgtwin-worker"}


def test_the_matrix_by_lead_shows_one_quantity_in_twelve_leads(opened):
    table = opened.workbench.parts.results.by_lead
    table.quantity.setCurrentIndex(table.quantity.findData("r_amplitude"))
    cells = [table.table.item(row, 1).text() for row in range(table.table.rowCount())]
    expected = opened.workbench.session.measurements["r_amplitude"]
    assert cells == [f"{expected[lead]:.2f}" for lead in LEADS]


def test_qtc_warns_of_wide_qrs_and_rates_bazett_does_not_suit():
    caution = measurement_table._caution
    assert "overcorrects" in caution("qtc_bazett", {"heart_rate": 110.0}, {})
    assert "overcorrects" not in caution("qtc_bazett", {"heart_rate": 70.0}, {})
    assert "wide QRS" in caution("qtc_fridericia", {}, {"qrs": 140.0})
    assert "Global" in caution("qrs", {}, {})


def test_the_preview_sharpens_and_is_marked_synthetic(opened, qtbot, engine):
    engine.gate.clear()
    pages = []
    opened.workbench.jobs.preview_changed.connect(lambda: pages.append(opened.workbench.parts.page_view.page))
    run(opened, "generate")
    engine.gate.set()
    qtbot.waitUntil(lambda: bool(opened.workbench.session.twins) and idle(opened))
    previews = [page for page in pages if page.twin is not None and page.twin_measurements is None]
    assert len(previews) == opened.workbench.session.request.steps
    assert all(page.twin.synthetic and "twin" in page.shown for page in previews)
    assert opened.workbench.parts.page_view.page.twin is opened.workbench.session.twin.recording


def test_cancel_half_way_closes_the_run_and_keeps_finished_twins(opened, qtbot, engine):
    generate(opened, qtbot)
    engine.gate.clear()
    run(opened, "generate")
    qtbot.waitUntil(lambda: engine.begun == 2)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert engine.closed == 1
    assert len(opened.workbench.session.twins) == 1
    assert opened.workbench.jobs.preview is None
    assert "Cancelled" in opened.workbench.messages.text
    assert opened.workbench.parts.request_panel.generate.isEnabled()


def test_several_twins_are_one_step_to_undo(opened, qtbot):
    generate(opened, qtbot, samples=3)
    assert opened.workbench.parts.filmstrip.isVisible()
    assert opened.workbench.parts.filmstrip.count() == 3
    assert "✗\u00a01/2" in opened.workbench.parts.filmstrip.item(0).text()
    assert "3 twins" in opened.command_actions.of["undo"].text()
    run(opened, "undo")
    assert opened.workbench.session.twins == []
    assert opened.workbench.parts.page_view.page.shown == ("reference",)
    run(opened, "redo")
    assert len(opened.workbench.session.twins) == 3


def test_twins_are_chosen_by_key_and_removed_with_undo(opened, qtbot):
    generate(opened, qtbot, samples=2)
    opened.workbench.session.show_twin(0)
    qtbot.keyClick(opened, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert opened.workbench.session.current == 1
    removed = opened.workbench.session.twin
    run(opened, "remove_twin")
    assert removed not in opened.workbench.session.twins
    run(opened, "undo")
    assert opened.workbench.session.twin is removed


def test_an_error_of_the_engine_is_one_sentence(opened, qtbot, engine):
    def refuse(*_):
        raise RuntimeError("CUDA says no")
        yield

    engine.iter_generate = refuse
    run(opened, "generate")
    qtbot.waitUntil(lambda: "RuntimeError" in opened.workbench.messages.text)
    assert idle(opened)
    assert opened.workbench.parts.request_panel.generate.isEnabled()
