"""Teaching in the window, by keys and mouse: what is hidden, courses, the quiz, hand-outs, the morph."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from teaching_window import BLOCK, PVC, answer_case, words_told
from ui_window import CONTROL, SHIFT, generate, idle

from ecgtwin_app.report import marking
from ecgtwin_app.ui.commands.pages import page_of
from ecgtwin_app.ui.commands.palette import entries_of

pytest_plugins = ("ui_fixtures",)


# -- what is hidden -----------------------------------------------------------------------------------


def test_nothing_tells_the_answer_until_it_is_revealed(opened, qtbot, tmp_path):
    generate(opened, qtbot, samples=2)
    assert PVC in words_told(opened)
    qtbot.keyClick(opened, Qt.Key.Key_T, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: opened.workbench.teaching.hidden and idle(opened))
    told = words_told(opened)
    assert not re.search("premature|met|✓|✗", told), words_told
    assert f"Seed {opened.workbench.session.twin.seed}" in told
    assert opened.workbench.parts.page_view.page.shown == ("twin",)
    assert marking.condition_text(opened.workbench.parts.page_view.page.generated) == "condition hidden"
    assert opened.workbench.parts.page_view.page.twin_measurements is None
    assert [opened.workbench.parts.filmstrip.item(k).text() for k in range(2)] == ["1", "2"]
    for widget in (
        opened.workbench.parts.results,
        opened.workbench.parts.score_strip,
        opened.workbench.parts.request_panel,
        opened.workbench.parts.layers_panel,
        opened.workbench.parts.history,
    ):
        assert not widget.isVisible()
    for name in ("generate", "copy_table", "save_twins", "toggle_labels", "toggle_heat_map", "remove_twin"):
        assert not opened.command_actions.of[name].isEnabled(), name
    assert not opened.workbench.parts.recent_menu.menuAction().isEnabled()
    assert not opened.workbench.parts.bar.heat_map.isEnabled()
    assert not [entry for entry in entries_of(opened.workbench) if "premature" in entry.text]
    opened.workbench.jobs.files.export(page_of(opened.workbench), tmp_path / "page.png")
    qtbot.waitUntil(lambda: (tmp_path / "page.png").exists() and idle(opened))
    picture = QImage(str(tmp_path / "page.png"))
    assert picture.text("Synthetic") == "YES"
    assert "premature" not in picture.text("Description")
    opened.command_actions.of["view_overlay"].trigger()
    assert {layer.name for layer in opened.workbench.parts.page_view.page.layers} == {""}

    answer_case(opened, qtbot, "PVC", "164889003")
    assert opened.workbench.teaching.chosen == ("atrial fibrillation", PVC)
    answer_case(opened, qtbot, "AFib")
    assert opened.workbench.teaching.chosen == (PVC,)
    qtbot.keyClick(opened.workbench.parts.quiz.search, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: opened.workbench.teaching.outcome is not None and idle(opened))
    assert opened.workbench.teaching.outcome.credit == 1.0
    assert opened.workbench.parts.results.isVisible()
    assert opened.workbench.parts.results.criteria.rowCount() == 3
    assert PVC in marking.condition_text(opened.workbench.parts.page_view.page.generated)
    assert "Right: " + PVC in opened.workbench.parts.quiz.outcome.toPlainText()
    assert (
        "Circulation" in opened.workbench.parts.quiz.outcome.toPlainText()
        or "Coll Cardiol" in opened.workbench.parts.quiz.outcome.toPlainText()
    )

    opened.workbench.session.show_twin(1 - opened.workbench.session.current)
    assert opened.workbench.teaching.hidden, "another twin is another question"
    qtbot.keyClick(opened, Qt.Key.Key_T, CONTROL | SHIFT)
    assert not opened.workbench.teaching.on
    assert opened.workbench.parts.request_panel.isVisible()
    assert opened.command_actions.of["generate"].isEnabled()
    assert PVC in words_told(opened)


def test_an_answer_is_ticked_by_the_mouse_and_counts_as_it_was_revealed(taught, qtbot):
    item = taught.workbench.parts.quiz.list.item_of("right bundle branch block")
    taught.workbench.parts.quiz.list.scrollToItem(item)
    place = taught.workbench.parts.quiz.list.visualItemRect(item).center()
    qtbot.mouseClick(taught.workbench.parts.quiz.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert taught.workbench.teaching.chosen == ("right bundle branch block",)
    qtbot.mouseClick(taught.workbench.parts.quiz.reveal, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: taught.workbench.teaching.outcome is not None)
    assert taught.workbench.teaching.outcome.wrong == ("right bundle branch block",)
    taught.workbench.parts.quiz._toggle(BLOCK)
    assert taught.workbench.teaching.chosen == ("right bundle branch block",), "revealed is revealed"
