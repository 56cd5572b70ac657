"""Courses as files: opening and making them, answers and hand-outs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.course import SUFFIX, Course, make_cases, read_course, sessions_in, write_course
from ecgtwin_app.session.quiz_score import answers_csv, write_answers
from ecgtwin_app.ui.commands.cases import open_case_at, show_case
from ecgtwin_app.ui.commands.leaving import leave, work_of
from ecgtwin_app.ui.commands.teaching_switch import turn_teaching
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.teaching.course_editor import CourseEditor
from ecgtwin_app.ui.teaching.course_panel import cases_words
from ecgtwin_app.ui.teaching.handout import write_handout
from ecgtwin_app.ui.teaching.quiz_review import ReviewDialog


def open_course(workbench: Workbench) -> None:
    """Ask for a course and open it."""
    kinds = f"{tr('Courses')} (*{SUFFIX})"
    workbench.dialogs.ask_file(tr("Open course"), kinds, lambda path: open_course_path(workbench, path))


def open_course_path(workbench: Workbench, path: Path) -> None:
    """Open a course and its first case, in teaching mode."""

    def opened(course):
        before = work_of(workbench)
        workbench.teaching.open_course(course, path)
        turn_teaching(workbench, True)
        open_case_at(workbench, 0, before)

    def read():
        workbench.jobs.cancel()
        workbench.jobs.work(tr("Opening"), lambda: read_course(path), opened)

    leave(workbench, read)


def edit_course(workbench: Workbench) -> None:
    """Make a course, or change the one that is open."""

    def make(paths, then):
        def made():
            files = sessions_in(paths[0]) if len(paths) == 1 and paths[0].is_dir() else paths
            return [case for file in files for case in make_cases(file)]

        workbench.jobs.work(tr("Opening"), made, then)

    def save(path: Path, course: Course):
        def saved(_):
            workbench.teaching.open_course(course, path)
            editor.accept()
            words = tr("Saved the course as {name} with {cases}; begin with “Teaching mode”.")
            workbench.messages.tell(words.format(name=path.name, cases=cases_words(len(course.cases))))

        workbench.jobs.work(tr("Saving"), lambda: write_course(path, course), saved)

    workbench.morph.cancel()
    editor = CourseEditor(workbench.dialogs, workbench.teaching.course, make, save)
    workbench.jobs.failed.connect(editor.show_problem)
    workbench.dialogs.show(editor)


def review_answers(workbench: Workbench) -> None:
    """Every answer that was given, with what was right."""
    teaching = workbench.teaching

    def save(learner):
        text = answers_csv(teaching.course, teaching.outcomes, learner)

        def write(path):
            workbench.jobs.work(
                tr("Saving"),
                lambda: write_answers(path, text),
                lambda _: workbench.messages.tell(tr("Saved the answers as {name}.").format(name=path.name)),
            )

        workbench.dialogs.ask_file_to_save("csv", "answers.csv", write)

    parent = workbench.dialogs.parent
    workbench.dialogs.show(ReviewDialog(parent, teaching, lambda at: show_case(workbench, at), save))


def save_handout(name: str, with_answers: bool) -> Callable[[Workbench], None]:
    """What asks for a file and writes the sheets of the course into it; `name` is proposed."""

    def ask(workbench):
        course, layout = workbench.teaching.course, workbench.view.layout

        def saved(path):
            words = tr("Saved the hand-out as {name}, {cases}, at true scale.")
            workbench.messages.tell(words.format(name=path.name, cases=cases_words(len(course.cases))))

        def save(path):
            workbench.messages.tell(tr("Writing the hand-out…"))
            workbench.jobs.work(
                tr("Saving"),
                lambda: write_handout(path, course, layout, with_answers),
                lambda _: saved(path),
            )

        workbench.dialogs.ask_file_to_save("pdf", name, save)

    return ask
