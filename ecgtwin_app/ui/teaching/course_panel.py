"""The course beside the page: its cases, the score so far, and the way from one to the next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.quiz_score import total
from ecgtwin_app.session.teaching import Teaching
from ecgtwin_app.ui.teaching.quiz_panel import credit_words, points_words


class TeachingPanel(QWidget):
    """Cases go by their numbers until they are revealed: a file's name may tell what is in it."""

    case_requested = Signal(int)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None):
        super().__init__(parent)
        self.title = QLabel(objectName="heading")
        self.title.setWordWrap(True)
        self.hint = QLabel(objectName="quiet")
        self.hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Cases"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self.case_requested.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.case_requested.emit(self.list.row(item)))
        self.score = QLabel(objectName="chosen")
        self.score.setWordWrap(True)
        self.seed = QLabel(objectName="quiet")
        self.seed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.seed.setToolTip(tr("The same reference, request and seed give everyone the same strip"))
        self._buttons = {
            name: _button(actions[name], text)
            for name, text in (
                ("previous_case", tr("Previous")),
                ("next_case", tr("Next")),
                ("open_course", tr("Open course…")),
                ("edit_course", tr("Edit course…")),
                ("review_answers", tr("Answers…")),
                ("start_again", tr("Start again")),
                ("toggle_teaching", tr("Leave teaching mode")),
            )
        }
        self._lay_out()

    def show_teaching(self, teaching: Teaching) -> None:
        """List the cases with what came of them."""
        course = teaching.course
        self.title.setText(course.title or (tr("Course") if course.cases else tr("Teaching mode")))
        self.hint.setText(_hint(teaching))
        self.list.setVisible(bool(course.cases))
        self.list.blockSignals(True)
        self.list.clear()
        for number, case in enumerate(course.cases):
            self.list.addItem(_item(number, case, teaching.outcomes.get(number)))
        self.list.setCurrentRow(teaching.at)
        self.list.blockSignals(False)
        score = total(course, teaching.outcomes)
        self.score.setVisible(bool(course.cases))
        self.score.setText(
            tr("{points} of {of} points · {answered} answered").format(
                points=points_words(score.points), of=score.of, answered=score.answered
            )
        )
        seed = teaching.seed
        self.seed.setVisible(seed is not None)
        self.seed.setText(tr("Seed {seed}").format(seed=seed))
        for name in ("previous_case", "next_case", "review_answers", "start_again"):
            self._buttons[name].setVisible(bool(course.cases))

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 12, 10, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addWidget(self.score)
        column.addWidget(self.seed)
        column.addStretch(0)
        rows = (
            ("previous_case", "next_case"),
            ("review_answers", "start_again"),
            ("open_course", "edit_course"),
            ("toggle_teaching",),
        )
        for names in rows:
            row = QHBoxLayout()
            row.setSpacing(6)
            for name in names:
                row.addWidget(self._buttons[name], 1)
            column.addLayout(row)


def _hint(teaching):
    if not teaching.course.cases:
        return tr(
            "Names, criteria and measurements are hidden until you press R. Open a course, or make one of session"
            " files with “Edit course”."
        )
    if teaching.at < 0:
        return tr("Press N, or click a case, to begin.")
    return tr("Press R to reveal, N and P for the next and the previous case.")


def _item(number, case, outcome):
    words = tr("Case {n}").format(n=number + 1)
    if outcome is None:
        item = QListWidgetItem(f"\u2003  {words}")  # as wide as a sign, so that the cases stand in a column
        item.setToolTip(tr("Not revealed yet"))
    else:
        sign = {None: "–", 0.0: "✗", 1.0: "✓"}.get(outcome.credit, "◐") if outcome.chosen else "○"
        item = QListWidgetItem(f"{sign}  {words}  {names_text(case.answers)}")
        item.setToolTip(f"{names_text(case.answers) or '–'}\n{credit_words(outcome)}")
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {item.toolTip()}")
    return item


def cases_words(count: int) -> str:
    """How many cases, in words."""
    return plural("{n} case", "{n} cases", count)


def _button(action, text):
    """A button that does what the action does, and is enabled as it is."""
    button = QPushButton(text, objectName="secondary")
    button.setToolTip(action.toolTip())
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    button.clicked.connect(lambda: action.trigger())

    def follow():
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    return button
