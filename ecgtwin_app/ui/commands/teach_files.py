"""The commands of courses, as methods of the window: opening and making them, answers and hand-outs as files."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.course import SUFFIX, Course, make_cases, read_course, sessions_in, write_course
from ecgtwin_app.session.quiz_score import answers_csv, write_answers
from ecgtwin_app.ui.dialogs import dialogs
from ecgtwin_app.ui.teaching.course_editor import CourseEditor
from ecgtwin_app.ui.teaching.course_panel import cases_words
from ecgtwin_app.ui.teaching.handout import write_handout
from ecgtwin_app.ui.teaching.quiz_review import ReviewDialog


class CourseCommands:
    """Courses, and what is written of them."""

    def open_course(self) -> None:
        kinds = f"{tr('Courses')} (*{SUFFIX})"
        dialogs.ask_file(self, tr("Open course"), kinds, self.open_course_path)

    def open_course_path(self, path: Path) -> None:
        """Open a course and its first case, in teaching mode."""

        def opened(course):
            before = self.work()
            self.teaching.open_course(course, path)
            self.turn_teaching(True)
            self._open_case(0, before)

        def read():
            self.controller.cancel()
            self.controller.work(tr("Opening"), lambda: read_course(path), opened)

        self.leave(read)

    def edit_course(self) -> None:
        """Make a course, or change the one that is open."""

        def make(paths, then):
            def made():
                files = sessions_in(paths[0]) if len(paths) == 1 and paths[0].is_dir() else paths
                return [case for file in files for case in make_cases(file)]

            self.controller.work(tr("Opening"), made, then)

        def save(path, course: Course):
            def saved(_):
                self.teaching.open_course(course, path)
                editor.accept()
                words = tr("Saved the course as {name} with {cases}; begin with “Teaching mode”.")
                self.messages.tell(words.format(name=path.name, cases=cases_words(len(course.cases))))

            self.controller.work(tr("Saving"), lambda: write_course(path, course), saved)

        self.morph.cancel()
        editor = CourseEditor(self, self.teaching.course, make, save)
        self.controller.failed.connect(editor.show_problem)
        dialogs.show(editor)

    def review_answers(self) -> None:
        """Every answer that was given, with what was right."""

        def save(learner):
            text = answers_csv(self.teaching.course, self.teaching.outcomes, learner)

            def write(path):
                self.controller.work(
                    tr("Saving"),
                    lambda: write_answers(path, text),
                    lambda _: self.messages.tell(tr("Saved the answers as {name}.").format(name=path.name)),
                )

            dialogs.ask_file_to_save(self, "csv", "answers.csv", write)

        dialogs.show(ReviewDialog(self, self.teaching, self.show_case, save))

    def save_handout(self) -> None:
        self._save_handout("handout.pdf", False)

    def save_handout_answers(self) -> None:
        self._save_handout("handout-with-answers.pdf", True)

    def _save_handout(self, name, with_answers):
        course, layout = self.teaching.course, self.page_layout

        def save(path):
            self.messages.tell(tr("Writing the hand-out…"))
            self.controller.work(
                tr("Saving"),
                lambda: write_handout(path, course, layout, with_answers),
                lambda _: self.messages.tell(
                    tr("Saved the hand-out as {name}, {cases}, at true scale.").format(
                        name=path.name, cases=cases_words(len(course.cases))
                    )
                ),
            )

        dialogs.ask_file_to_save(self, "pdf", name, save)
