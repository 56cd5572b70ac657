"""Courses in the window: made of a folder, taken by keys, edited case by case."""

from __future__ import annotations

import csv

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
)
from teaching_window import BLOCK, PVC, answer_case, words_told
from ui_window import CONTROL, accept_file_dialog, idle, run

from ecgtwin_app.session.course import (
    read_course,
    write_course,
)
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.teach_files import open_course_path
from ecgtwin_app.ui.teaching.course_editor import CourseEditor
from ecgtwin_app.ui.teaching.quiz_review import ReviewDialog

pytest_plugins = ("ui_fixtures",)


def _reveal(window, qtbot, key=Qt.Key.Key_R):
    qtbot.keyClick(window.workbench.parts.page_view, key)
    qtbot.waitUntil(lambda: window.workbench.teaching.outcome is not None and idle(window))


def test_a_course_is_taken_by_keys_from_the_first_case_to_the_csv(taught, qtbot, tmp_path):
    teaching, parts = taught.workbench.teaching, taught.workbench.parts
    told = words_told(taught)
    assert "Case 1" in told
    assert "Seed 41" in told
    assert "bundle" not in told
    assert [parts.teaching_panel.list.item(k).text().strip() for k in range(3)] == [
        "Case 1",
        "Case 2",
        "Case 3",
    ]
    answer_case(taught, qtbot, "LBBB", "sinus rhythm")
    _reveal(taught, qtbot)
    assert teaching.outcome.credit == 1.0, teaching.outcome
    assert teaching.outcome.present == ("sinus rhythm",)
    assert BLOCK in parts.teaching_panel.list.item(0).text()

    qtbot.keyClick(parts.page_view, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: teaching.at == 1 and idle(taught))
    assert "fibrillation" not in words_told(taught)
    assert teaching.seed == 42
    answer_case(taught, qtbot, "PVC")
    _reveal(taught, qtbot)
    assert teaching.outcome.credit == 0.5

    qtbot.keyClick(parts.page_view, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: teaching.at == 2 and idle(taught))
    assert parts.page_view.page.shown == ("reference",)
    _reveal(taught, qtbot)
    assert "asked 60 to 100" in parts.quiz.outcome.toPlainText(), "a recorded strip is measured, too"
    assert not taught.command_actions.of["next_case"].isEnabled()
    assert "1.5 of 3 points" in parts.teaching_panel.score.text()

    qtbot.keyClick(parts.page_view, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: teaching.at == 1 and idle(taught))
    assert not teaching.hidden, "a case that was revealed can be reviewed"
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

    answers = dict(teaching.outcomes)
    for button, kept in (("Keep them", answers), ("Forget them", {})):
        taught.command_actions.of["start_again"].trigger()
        (sure,) = (one for one in taught.findChildren(QPushButton) if one.text() == button)
        qtbot.mouseClick(sure, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(
            lambda: not any(one.text() == "Keep them" for one in taught.findChildren(QPushButton))
        )
        assert teaching.outcomes == kept or not kept
    qtbot.waitUntil(lambda: teaching.at == 0 and idle(taught))
    assert teaching.outcomes == {}
    assert teaching.hidden


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
