"""Teaching in the window, by keys and mouse: what is hidden, courses, the quiz, hand-outs, the morph."""

from __future__ import annotations

import csv
import re
import time
from dataclasses import replace

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from synthetic_ecg import strip
from ui_standin import StandInEngine
from ui_window import CONTROL, SHIFT, accept_file_dialog, generate, idle, run

from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.report import drawing, header, marking
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.course import (
    Course,
    make_cases,
    open_case,
    read_course,
    sessions_in,
    write_course,
)
from ecgtwin_app.session.morph import FRAMES
from ecgtwin_app.session.session_file import SessionState, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.pages import page_of
from ecgtwin_app.ui.commands.palette import entries_of
from ecgtwin_app.ui.commands.teach_files import open_course_path
from ecgtwin_app.ui.teaching import handout as teaching_handout
from ecgtwin_app.ui.teaching.course_editor import CourseEditor
from ecgtwin_app.ui.teaching.handout import answer_of, case_page, write_handout
from ecgtwin_app.ui.teaching.quiz_review import ReviewDialog
from ecgtwin_app.ui.window import language as words

pytest_plugins = ("ui_fixtures",)


@pytest.fixture
def german(qapp):
    words.install_everywhere(qapp, "de")
    yield
    words.install_everywhere(qapp, "en")


BLOCK, PVC = "left bundle branch block", "ventricular premature complex"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a course of two twins and a recorded strip."""
    folder = tmp_path_factory.mktemp("course")
    reference, _ = strip(rate=66)
    for number, conditions in ((1, (BLOCK,)), (2, ("atrial fibrillation", PVC))):
        request = TwinRequest(conditions, seed=40 + number, steps=1)
        twins = [t for t in StandInEngine().iter_generate(reference, request) if isinstance(t, Twin)]
        state = SessionState(reference, twins=tuple(twins), current=0, request=request)
        write_session(folder / f"{number} {conditions[0]}.ecgtwin", state)
    write_session(folder / "3 recorded.ecgtwin", SessionState(reference))
    course = Course("Round", tuple(case for path in sessions_in(folder) for case in make_cases(path)))
    write_course(folder / "round.ecgcourse", course.with_case(2, answers=("sinus rhythm",)))
    return folder


@pytest.fixture
def taught(window, qtbot, folder):
    """The window with the course open at its first case."""
    open_path(window.workbench, folder / "round.ecgcourse")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 0 and idle(window))
    return window


def _words(widget):
    """Everything that a widget says to the eye, the pointer and the screen reader."""
    yield from (
        widget.toolTip(),
        widget.accessibleName(),
        widget.accessibleDescription(),
        widget.windowTitle(),
    )
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield widget.text()
    if isinstance(widget, QTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(k) for k in range(widget.count()))
    if isinstance(widget, QListWidget):
        for row in range(widget.count()):
            item = widget.item(row)
            yield from (item.text(), item.toolTip(), str(item.data(Qt.ItemDataRole.AccessibleTextRole) or ""))


def _told(window):
    """The words of every visible widget but the list of possible answers."""
    seen = [w for w in (window, *window.findChildren(QWidget)) if w.isVisible()]
    return " ".join(
        word
        for widget in seen
        if not window.workbench.parts.quiz.isAncestorOf(widget)
        for word in _words(widget)
    )


def _answer(window, qtbot, *words):
    for word in words:
        window.workbench.parts.quiz.search.clear()
        qtbot.keyClicks(window.workbench.parts.quiz.search, word)
        qtbot.keyClick(window.workbench.parts.quiz.search, Qt.Key.Key_Return)


def _reveal(window, qtbot, key=Qt.Key.Key_R):
    qtbot.keyClick(window.workbench.parts.page_view, key)
    qtbot.waitUntil(lambda: window.workbench.teaching.outcome is not None and idle(window))


# -- what is hidden -----------------------------------------------------------------------------------


def test_nothing_tells_the_answer_until_it_is_revealed(opened, qtbot, tmp_path):
    generate(opened, qtbot, samples=2)
    assert PVC in _told(opened)
    qtbot.keyClick(opened, Qt.Key.Key_T, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: opened.workbench.teaching.hidden and idle(opened))
    told = _told(opened)
    assert not re.search("premature|met|✓|✗", told), told
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

    _answer(opened, qtbot, "PVC", "164889003")
    assert opened.workbench.teaching.chosen == ("atrial fibrillation", PVC)
    _answer(opened, qtbot, "AFib")
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
    assert PVC in _told(opened)


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


# -- courses ------------------------------------------------------------------------------------------


def test_a_course_is_taken_by_keys_from_the_first_case_to_the_csv(taught, qtbot, tmp_path):
    told = _told(taught)
    assert "Case 1" in told
    assert "Seed 41" in told
    assert "bundle" not in told
    assert [taught.workbench.parts.teaching_panel.list.item(k).text().strip() for k in range(3)] == [
        "Case 1",
        "Case 2",
        "Case 3",
    ]
    _answer(taught, qtbot, "LBBB", "sinus rhythm")
    _reveal(taught, qtbot)
    assert taught.workbench.teaching.outcome.credit == 1.0, taught.workbench.teaching.outcome
    assert taught.workbench.teaching.outcome.present == ("sinus rhythm",)
    assert BLOCK in taught.workbench.parts.teaching_panel.list.item(0).text()

    qtbot.keyClick(taught.workbench.parts.page_view, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: taught.workbench.teaching.at == 1 and idle(taught))
    assert "fibrillation" not in _told(taught)
    assert taught.workbench.teaching.seed == 42
    _answer(taught, qtbot, "PVC")
    _reveal(taught, qtbot)
    assert taught.workbench.teaching.outcome.credit == 0.5

    qtbot.keyClick(taught.workbench.parts.page_view, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: taught.workbench.teaching.at == 2 and idle(taught))
    assert taught.workbench.parts.page_view.page.shown == ("reference",)
    _reveal(taught, qtbot)
    assert "asked 60 to 100" in taught.workbench.parts.quiz.outcome.toPlainText(), (
        "a recorded strip is measured, too"
    )
    assert not taught.command_actions.of["next_case"].isEnabled()
    assert "1.5 of 3 points" in taught.workbench.parts.teaching_panel.score.text()

    qtbot.keyClick(taught.workbench.parts.page_view, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: taught.workbench.teaching.at == 1 and idle(taught))
    assert not taught.workbench.teaching.hidden, "a case that was revealed can be reviewed"
    taught.command_actions.of["review_answers"].trigger()
    (review,) = taught.findChildren(ReviewDialog)
    rows = [[review.table.topLevelItem(r).text(c) for c in range(5)] for r in range(3)]
    assert rows[1] == ["Case 2", PVC, f"atrial fibrillation + {PVC}", "0.5", "42"]
    assert rows[2][1] == "no answer"
    qtbot.mouseClick(review.save_button, Qt.MouseButton.LeftButton)
    accept_file_dialog(taught, qtbot, tmp_path / "answers.csv")
    qtbot.waitUntil(lambda: (tmp_path / "answers.csv").exists() and idle(taught))
    with open(tmp_path / "answers.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["credit"] for row in csv.DictReader(file)] == ["1.00", "0.50", "0.00"]
    review.reject()

    answers = dict(taught.workbench.teaching.outcomes)
    for button, kept in (("Keep them", answers), ("Forget them", {})):
        taught.command_actions.of["start_again"].trigger()
        (sure,) = (one for one in taught.findChildren(QPushButton) if one.text() == button)
        qtbot.mouseClick(sure, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(
            lambda: not any(one.text() == "Keep them" for one in taught.findChildren(QPushButton))
        )
        assert taught.workbench.teaching.outcomes == kept or not kept
    qtbot.waitUntil(lambda: taught.workbench.teaching.at == 0 and idle(taught))
    assert taught.workbench.teaching.outcomes == {}
    assert taught.workbench.teaching.hidden


def test_a_course_is_made_of_a_folder_and_kept_beside_it(opened, qtbot, folder):
    opened.command_actions.of["edit_course"].trigger()
    (editor,) = opened.findChildren(CourseEditor)
    qtbot.mouseClick(editor.buttons["folder"], Qt.MouseButton.LeftButton)
    (dialog,) = editor.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(folder)])
    dialog.reject()
    qtbot.waitUntil(lambda: len(editor.course.cases) == 3)
    assert editor.table.topLevelItem(0).text(2) == BLOCK
    assert editor.table.topLevelItem(0).text(3) == "✗ missed"
    editor.table.setCurrentItem(editor.table.topLevelItem(2))
    qtbot.keyClicks(editor.answers, "gout")
    qtbot.keyClick(editor.answers, Qt.Key.Key_Return)
    assert "No condition is called" in editor.problem.text()
    editor.answers.setText("SR, LVH")
    qtbot.keyClick(editor.answers, Qt.Key.Key_Return)
    assert editor.course.cases[2].answers == ("sinus rhythm", "left ventricular hypertrophy")
    qtbot.mouseClick(editor.buttons["up"], Qt.MouseButton.LeftButton)
    editor.title.setText("Mine")
    qtbot.mouseClick(editor.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    dialog = QApplication.activeModalWidget()
    dialog.fileSelected.emit(str(folder / "mine.ecgcourse"))
    dialog.reject()
    qtbot.waitUntil(lambda: (folder / "mine.ecgcourse").exists() and idle(opened))
    course = read_course(folder / "mine.ecgcourse")
    assert course.title == "Mine"
    assert [case.seed for case in course.cases] == [41, None, 42]
    assert "3 cases" in opened.workbench.messages.text


def test_a_case_that_cannot_be_opened_leaves_one_sentence_without_its_name(window, qtbot, folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    changed = tmp_path / f"1 {BLOCK}.ecgtwin"
    changed.write_bytes(changed.read_bytes()[:-1])
    open_course_path(window.workbench, tmp_path / "round.ecgcourse")
    qtbot.waitUntil(lambda: "was changed" in window.workbench.messages.text)
    assert window.workbench.messages.text.endswith(".")
    assert "bundle" not in window.workbench.messages.text
    assert window.workbench.teaching.at == -1


# -- hand-outs ----------------------------------------------------------------------------------------


def test_a_handout_has_a_sheet_a_case_and_its_answers_at_the_end(qapp, folder, tmp_path):
    course = read_course(folder / "round.ecgcourse")
    write_handout(tmp_path / "without.pdf", course, PageLayout(), False)
    write_handout(tmp_path / "with.pdf", course, PageLayout(sheet="Letter"), True)
    pages = {}
    for name in ("without", "with"):
        data = (tmp_path / f"{name}.pdf").read_bytes()
        pages[name] = len(re.findall(rb"/Type /Page\b", data))
        assert b"SYNTHETIC" in data
        assert b"trainedAlgorithmicMedia" in data
        assert b"bundle" not in data
    assert pages == {"without": 3, "with": 4}
    box = re.search(rb"/MediaBox \[([\d. ]+)\]", (tmp_path / "without.pdf").read_bytes())[1].split()
    assert [float(v) * 25.4 / 72 for v in box[2:]] == pytest.approx((297, 210), abs=0.4)


def test_a_sheet_is_blind_and_its_answer_says_what_was_measured(folder):
    course = read_course(folder / "round.ecgcourse")
    state = open_case(course.cases[0])
    page = case_page(state, replace(PageLayout(), identity=True))
    assert page.shown == ("twin",)
    assert marking.condition_text(page.generated) == "condition hidden"
    assert not page.layout.identity
    answer = answer_of(1, course.cases[0], state)
    assert answer.title == f"Case 1: {BLOCK} (seed 41)"
    assert "✗ QRS duration of the early beat, ms: asked ≥ 120, got 96" in answer.lines[0]
    assert any("2009" in line for line in answer.lines), "the source is named"
    recorded = answer_of(3, course.cases[2], open_case(course.cases[2]))
    assert recorded.title.endswith("(recorded)")
    assert "asked 60 to 100, got 66" in recorded.lines[0]


# -- morph --------------------------------------------------------------------------------------------


def test_the_morph_is_made_behind_and_moved_by_keys(opened, qtbot, engine):
    generate(opened, qtbot)
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)
    assert opened.workbench.parts.morph_bar.isVisible()
    assert len(opened.workbench.morph.frames) == FRAMES
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.session.twin.recording
    rows = [panel.baseline for _, panels in opened.workbench.parts.page_view.page.blocks for panel in panels]
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    assert opened.workbench.morph.frame.fraction == 1 - 1 / (FRAMES - 1)
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.morph.frame.recording
    assert opened.workbench.parts.page_view.page.generated.synthetic
    qtbot.keyClick(opened.workbench.parts.morph_bar.slider, Qt.Key.Key_Home)
    assert opened.workbench.morph.frame.fraction == 0.0
    assert "Morph, 0 %" in [layer.name for layer in opened.workbench.parts.page_view.page.layers]
    assert rows == [
        panel.baseline for _, panels in opened.workbench.parts.page_view.page.blocks for panel in panels
    ], "rows stay"
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL | SHIFT)
    assert opened.workbench.morph.playing
    qtbot.waitUntil(lambda: opened.workbench.morph.frame.fraction > 0)
    qtbot.mouseClick(opened.workbench.parts.morph_bar.play, Qt.MouseButton.LeftButton)
    assert not opened.workbench.morph.playing
    begun = engine.begun
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    assert not opened.workbench.morph.on
    assert opened.workbench.parts.page_view.page.generated is opened.workbench.session.twin.recording
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)
    assert engine.begun == begun, "frames were kept"


def test_the_panel_shows_the_figures_of_the_frame_that_is_shown(opened, qtbot):
    generate(opened, qtbot)
    results, twin = opened.workbench.parts.results, opened.workbench.session.twin
    opened.workbench.morph.start()
    qtbot.waitUntil(lambda: not opened.workbench.morph.making)

    def shown():
        rows = (row.split("\t") for row in opened.workbench.parts.results.measurements.text().splitlines())
        return {name: of_twin for name, _, _, of_twin in rows}

    assert "criteria met" in results.verdict.text() and results.criteria.isVisible()
    full = shown()
    opened.workbench.morph.move_to(0.38)
    frame = opened.workbench.morph.frame
    assert 0.3 < frame.fraction < 0.45 and frame.measurements.keys() - twin.measurements.keys()
    assert results.verdict.text() == f"Morph, {100 * frame.fraction:.0f} %"
    assert "Measured on what is shown" in results.summary.text() and not results.criteria.isVisible()
    between = shown()
    assert between["QT"] == f"{frame.measurements['qt']:.0f}" != full["QT"]
    opened.workbench.morph.stop()
    assert shown() == full and results.criteria.isVisible()


def test_a_morph_never_holds_the_window_and_ends_when_it_is_not_wanted(opened, qtbot, engine):
    generate(opened, qtbot)
    engine.gate.clear()
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: engine.begun == 2)
    began = time.perf_counter()
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    run(opened, "toggle_teaching")
    assert time.perf_counter() - began < 15, "the engine stands still for twenty seconds"
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert engine.closed == 1
    assert not opened.workbench.morph.on
    run(opened, "toggle_teaching")
    engine.gate.clear()
    qtbot.keyClick(opened, Qt.Key.Key_M, CONTROL)
    qtbot.waitUntil(lambda: engine.begun == 3)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.workbench.morph.making
    engine.gate.set()
    qtbot.waitUntil(lambda: idle(opened))
    assert opened.workbench.morph.on, "what is made can still be looked at"
    qtbot.keyClick(opened, Qt.Key.Key_G, CONTROL)
    qtbot.waitUntil(lambda: len(opened.workbench.session.twins) == 2 and idle(opened))
    assert not opened.workbench.morph.on


def test_a_case_has_a_vignette_and_a_question_of_its_own(window, qtbot, folder):
    course = read_course(folder / "round.ecgcourse")
    told = course.with_case(0, vignette="72 years old, palpitations", question="What is wide, and why?")
    write_course(folder / "told.ecgcourse", told)
    open_path(window.workbench, folder / "told.ecgcourse")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 0 and idle(window))
    assert (
        window.workbench.parts.quiz.vignette.text() == "72 years old, palpitations"
        and window.workbench.parts.quiz.vignette.isVisible()
    )
    assert window.workbench.parts.quiz.heading.text() == "What is wide, and why?"
    run(window, "next_case")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 1 and idle(window))
    assert not window.workbench.parts.quiz.vignette.isVisible()
    assert window.workbench.parts.quiz.heading.text() == "What does this ECG show?"


def test_the_editor_keeps_what_is_written_for_each_case(window, qtbot, folder):
    saved = []
    editor = CourseEditor(
        window.workbench.dialogs, read_course(folder / "round.ecgcourse"), lambda *_: None, saved.append
    )
    editor.show()
    qtbot.keyClicks(editor.vignette, "short of breath")
    qtbot.keyClicks(editor.question, "Which block?")
    editor.table.setCurrentItem(editor.table.topLevelItem(1))
    assert editor.vignette.text() == "" and editor.question.text() == ""
    editor.table.setCurrentItem(editor.table.topLevelItem(0))
    assert editor.vignette.text() == "short of breath"
    assert editor.course.cases[0].question == "Which block?" and editor.course.cases[1].question == ""
    editor.close()


def test_vignette_and_question_stand_on_the_hand_out(folder, tmp_path):
    course = read_course(folder / "round.ecgcourse")
    told = course.with_case(0, vignette="Palpitations since noon.", question="Where is the block?")
    write_handout(tmp_path / "told.pdf", told, PageLayout(), False)
    text = " ".join(PdfReader(tmp_path / "told.pdf").pages[0].extract_text().split())
    assert "Palpitations since noon." in text and "Where is the block?" in text


def test_vignette_and_question_cover_neither_the_ruler_nor_each_other(folder, tmp_path, monkeypatch):
    drawn = []

    def note(painter, x, y, words, size, *more, **named):
        drawn.append((y, words))
        return drawing.draw_text(painter, x, y, words, size, *more, **named)

    monkeypatch.setattr(teaching_handout, "draw_text", note)
    monkeypatch.setattr(header, "draw_text", note)
    told = read_course(folder / "round.ecgcourse")
    told = told.with_case(
        0, vignette="Known hypertension, on a beta blocker. " * 10, question="Where is the block?"
    )
    write_handout(tmp_path / "told.pdf", Course("Told", told.cases[:1]), PageLayout(), False)
    (ruler,) = (y for y, words in drawn if words.startswith("100 mm when"))
    (question,) = (y for y, words in drawn if words == "Where is the block?")
    lines = [y for y, words in drawn if "hypertension" in words]
    assert ruler - question > 4
    assert len(lines) > 1 and max(lines) < 31, "above the ruled paper"


def test_the_answers_of_a_synthetic_course_are_marked_in_the_language_of_the_window(folder, tmp_path, german):
    course = read_course(folder / "round.ecgcourse")
    write_handout(tmp_path / "answers.pdf", course, PageLayout(), True)
    text = " ".join(PdfReader(tmp_path / "answers.pdf").pages[-1].extract_text().split())
    assert "SYNTHETISCH – NICHT ZUR DIAGNOSE" in text and "SYNTHETIC" not in text


def test_answers_are_written_by_german_names_and_synonyms_too(german, folder, qapp, qtbot, opened):
    course = read_course(folder / "round.ecgcourse")
    editor = CourseEditor(opened.workbench.dialogs, course, lambda *_: None, lambda *_: None)
    qtbot.addWidget(editor)
    editor.show()
    editor.table.setCurrentItem(editor.table.topLevelItem(0))
    editor.answers.setFocus()
    for written, name in (
        ("LSB", BLOCK),
        ("Ventrikuläre Extrasystole", PVC),
        ("AV-Block 3", "complete AV block"),
    ):
        editor.answers.setText(written)
        qtbot.keyClick(editor.answers, Qt.Key.Key_Return)
        assert editor.course.cases[0].answers == (name,)
        assert editor.focusWidget() is editor.answers, "the next answer can be typed at once"
    editor.answers.setText("Schenkelblok")
    qtbot.keyClick(editor.answers, Qt.Key.Key_Return)
    assert editor.problem.text().startswith("Kein Befund heißt „Schenkelblok“")


def test_what_was_typed_for_one_case_narrows_no_other(taught, qtbot):
    taught.workbench.parts.quiz.search.setText("LBBB")
    qtbot.keyClick(taught.workbench.parts.quiz.search, Qt.Key.Key_Return)
    qtbot.keyClick(taught.workbench.parts.quiz.search, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: not taught.workbench.teaching.hidden and idle(taught))
    assert taught.workbench.parts.quiz.search.text() == ""
