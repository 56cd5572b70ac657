"""Making a course: which sessions, in which order, with which right answers. It shows the answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.session.condition_names import condition_called, names_text
from ecgtwin_app.session.course import LONGEST_TITLE, LONGEST_VIGNETTE, Case, Course
from ecgtwin_app.session.session_file import SUFFIX as SESSION_SUFFIX
from ecgtwin_app.ui.dialogs.dialogs import Dialogs


class CourseEditor(QDialog):
    """The cases in a table; nothing is kept before “Save course”.

    Parameters
    ----------
    dialogs : Dialogs
        Of the window that this one belongs to.
    course : Course
    make_cases : callable
        Takes paths (sessions, or one folder) and what to do with the cases; reads them on the worker's thread.
    save : callable
        Takes the file and the finished course.
    """

    def __init__(
        self,
        dialogs: Dialogs,
        course: Course,
        make_cases: Callable[[list[Path], Callable[[list[Case]], None]], None],
        save: Callable[[Path, Course], None],
    ):
        super().__init__(dialogs.parent)
        self.course = course
        self._dialogs = dialogs.over(self)
        self._make_cases, self._save = make_cases, save
        self.setWindowTitle(tr("Edit course (shows the answers)"))
        self.setMinimumSize(760, 460)
        self.title = QLineEdit(course.title, placeholderText=tr("Title of the course"))
        self.title.setAccessibleName(tr("Title of the course"))
        self.title.setMaxLength(120)
        self.table = _case_table()
        self.table.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.answers = self._answers_line()
        self.vignette = self._line(
            "vignette",
            LONGEST_VIGNETTE,
            tr("Vignette of the chosen case"),
            tr("What the learner is told beforehand: “72 years old, palpitations since this morning”"),
        )
        self.question = self._line(
            "question",
            LONGEST_TITLE,
            tr("Question of the chosen case"),
            tr("What is asked; “What does this ECG show?” where nothing is written"),
        )
        self.problem = QLabel(objectName="problem")
        self.problem.setWordWrap(True)
        self.buttons = {
            name: _button(text, tip, do)
            for name, text, tip, do in (
                ("files", tr("Add sessions…"), tr("Choose one session file or several"), self._ask_files),
                ("folder", tr("Add folder…"), tr("Every session of a folder, in the order of their names"),
                 self._ask_folder),
                ("up", tr("Up"), tr("Show the chosen case earlier (Alt+Up)"), lambda: self._move(-1)),
                ("down", tr("Down"), tr("Show the chosen case later (Alt+Down)"), lambda: self._move(+1)),
                ("remove", tr("Remove"), tr("Take the chosen case out of the course"), self._remove),
            )
        }  # fmt: skip
        self.buttons["up"].setShortcut("Alt+Up")
        self.buttons["down"].setShortcut("Alt+Down")
        self.finish = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.finish.button(QDialogButtonBox.StandardButton.Cancel).setObjectName("secondary")
        self.save_button = self.finish.addButton(tr("Save course…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setObjectName("primary")
        self.finish.accepted.connect(self._finish)
        self.finish.rejected.connect(self.reject)
        self._lay_out()
        self._fill(0)

    def _answers_line(self) -> QLineEdit:
        """The right answers of the chosen case; Enter keeps what is written."""
        line = QLineEdit(placeholderText=tr("By name, synonym or code, comma between"))
        line.setAccessibleName(tr("Right answers of the chosen case"))
        line.setToolTip(
            tr(
                "A twin's answers are what was asked of it; a recorded ECG has none until you write them. Enter keeps."
            )
        )
        line.returnPressed.connect(self._take_answers)
        return line

    def add_paths(self, paths: list[Path]) -> None:
        """Make cases of sessions, or of a folder's."""

        def made(cases):
            at = len(self.course.cases)
            try:
                self.course = self.course.with_cases(tuple(cases))
            except EcgError as error:
                self.problem.setText(translate(error.message))
                return
            self.problem.clear()
            self._fill(at)

        self._make_cases(paths, made)

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong and how to mend it."""
        self.problem.setText(translate(sentence))

    @property
    def at(self) -> int:
        """The chosen case, -1 without one."""
        return self.table.indexOfTopLevelItem(self.table.currentItem())

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.table, 1)
        below = QFormLayout()
        below.addRow(tr("Vignette"), self.vignette)
        below.addRow(tr("Question"), self.question)
        below.addRow(tr("Right answers"), self.answers)
        column.addLayout(below)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        for name, button in self.buttons.items():
            row.addWidget(button)
            if name == "folder":
                row.addStretch(1)
        column.addLayout(row)
        words = QLabel(
            tr(
                "The course keeps paths beside itself, hashes, the answers and what you write here; write nothing"
                " that identifies a patient."
            ),
            objectName="quiet",
        )
        words.setWordWrap(True)
        column.addWidget(words)
        column.addWidget(self.finish)

    def _line(self, field, longest, name, placeholder):
        """A line that keeps what is written in it for the chosen case."""
        line = QLineEdit(placeholderText=placeholder)
        line.setAccessibleName(name)
        line.setMaxLength(longest)
        line.textEdited.connect(lambda text: self._keep(field, text))
        return line

    def _keep(self, field, text):
        if self.at >= 0:
            self.course = self.course.with_case(self.at, **{field: text})

    def _fill(self, at):
        blocked = self.table.blockSignals(True)  # without a chosen case its lines would lose the focus
        self.table.clear()
        for number, case in enumerate(self.course.cases, 1):
            answers = names_text(case.answers) or tr("none yet: write them below")
            seed = tr("recorded") if case.seed is None else str(case.seed)
            met = {True: tr("✓ met"), False: tr("✗ missed"), None: "–"}[case.met]
            item = QTreeWidgetItem([str(number), case.file.name, answers, met, seed])
            if case.met is False:
                item.setToolTip(3, tr("This twin misses a criterion of what was asked; draw another seed."))
            item.setToolTip(1, case.file.name)
            self.table.addTopLevelItem(item)
        self.table.setCurrentItem(self.table.topLevelItem(min(at, len(self.course.cases) - 1)))
        self.table.blockSignals(blocked)
        self._show_chosen()

    def _show_chosen(self):
        at = self.at
        for name in ("up", "down", "remove"):
            self.buttons[name].setEnabled(at >= 0)
        for line in (self.vignette, self.question, self.answers):
            line.setEnabled(at >= 0)
        self.vignette.setText(self.course.cases[at].vignette if at >= 0 else "")
        self.question.setText(self.course.cases[at].question if at >= 0 else "")
        self.answers.setText(", ".join(tr(name) for name in self.course.cases[at].answers) if at >= 0 else "")
        self.save_button.setEnabled(bool(self.course.cases))

    def _move(self, by):
        at = self.at
        if 0 <= at + by < len(self.course.cases):
            self.course = self.course.moved(at, by)
            self._fill(at + by)

    def _remove(self):
        at = self.at
        if at >= 0:
            self.course = self.course.without(at)
            self._fill(at)

    def _take_answers(self) -> bool:
        """Keep what is written; False where it is no word of the vocabulary."""
        at = self.at
        if at < 0:
            return True
        words = [word.strip() for word in self.answers.text().split(",") if word.strip()]
        own = {tr(condition): condition for condition in self.course.cases[at].answers}
        try:
            names = tuple(dict.fromkeys(own.get(word) or condition_called(word).name for word in words))
        except EcgError as error:
            self.problem.setText(translate(error.message))
            return False
        self.problem.clear()
        if names != self.course.cases[at].answers:
            self.course = self.course.with_case(at, answers=names)
            self._fill(at)
        return True

    def _ask_files(self):
        dialog = QFileDialog(self, tr("Add sessions"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(f"{tr('Sessions')} (*{SESSION_SUFFIX})")
        self._ask(dialog, dialog.filesSelected)

    def _ask_folder(self):
        dialog = QFileDialog(self, tr("Add the sessions of a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask(dialog, dialog.filesSelected)

    def _ask(self, dialog, signal):
        signal.connect(lambda names: self.add_paths([Path(name) for name in names]))
        self._dialogs.show(dialog)

    def _finish(self):
        if not self._take_answers():
            return
        course = Course(self.title.text().strip(), self.course.cases)
        # Beside its sessions, the only place where a course can point to them.
        name = str(course.cases[0].file.parent / "course.ecgcourse")
        self._dialogs.ask_file_to_save("ecgcourse", name, lambda path: self._save(path, course))


def _case_table() -> QTreeWidget:
    """An empty table of cases, whose answers take the room that is left."""
    table = QTreeWidget()
    table.setAccessibleName(tr("Cases"))
    table.setRootIsDecorated(False)
    table.setHeaderLabels([tr("Case"), tr("Session"), tr("Right answers"), tr("Criteria"), tr("Seed")])
    header = table.header()
    header.setStretchLastSection(False)
    for column in (0, 1, 3, 4):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    return table


def _button(text, tip, do):
    button = QPushButton(text, objectName="secondary")
    button.setToolTip(tip)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: do())
    return button
