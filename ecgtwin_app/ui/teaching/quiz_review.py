"""The answers given so far, case by case, and the way to keep them as CSV."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.quiz_score import total
from ecgtwin_app.session.teaching import Teaching
from ecgtwin_app.ui.teaching.quiz_panel import HOW_COUNTED, outcome_lines, points_words


class ReviewDialog(QDialog):
    """A row a case; Enter or a double click opens it.

    Parameters
    ----------
    teaching : Teaching
    open_case : callable
        Takes the number of a case.
    save : callable
        Takes the learner's name, which may be empty.
    """

    def __init__(
        self,
        parent: QWidget,
        teaching: Teaching,
        open_case: Callable[[int], None],
        save: Callable[[str], None],
    ):
        super().__init__(parent)
        self.setWindowTitle(tr("Review answers"))
        self.setMinimumSize(820, 420)
        score = total(teaching.course, teaching.outcomes)
        words = tr("{points} of {of} points; {answered} answered, {given_up} revealed without an answer.")
        heading = QLabel(objectName="heading")
        heading.setText(
            words.format(
                points=points_words(score.points),
                of=score.of,
                answered=score.answered,
                given_up=score.given_up,
            )
        )
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("Answers"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(
            [tr("Case"), tr("Your answer"), tr("Right answers"), tr("Points"), tr("Seed")]
        )
        self.table.itemActivated.connect(lambda item: self._open(item, open_case))
        header = self.table.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(
            (QHeaderView.ResizeMode.ResizeToContents, QHeaderView.ResizeMode.Stretch,
             QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.ResizeToContents,
             QHeaderView.ResizeMode.ResizeToContents)
        ):  # fmt: skip
            header.setSectionResizeMode(column, mode)
        for number, case in enumerate(teaching.course.cases):
            self.table.addTopLevelItem(_row(number, case, teaching.outcomes.get(number)))
        how = QLabel(tr(HOW_COUNTED), objectName="quiet")
        how.setWordWrap(True)
        self.learner = QLineEdit(placeholderText=tr("Learner's name: leave empty to save without a name"))
        self.learner.setAccessibleName(tr("Learner's name"))
        self.learner.setMaxLength(80)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setObjectName("secondary")
        self.save_button = QPushButton(tr("Save as CSV…"), objectName="secondary")
        self.save_button.setEnabled(bool(teaching.outcomes))
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(lambda: save(self.learner.text()))
        buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self.table, 1)
        column.addWidget(how)
        column.addWidget(self.learner)
        column.addWidget(buttons)

    def _open(self, item, open_case):
        row = self.table.indexOfTopLevelItem(item)
        self.accept()
        open_case(row)


def _row(number, case, outcome):
    name = tr("Case {n}").format(n=number + 1)
    if outcome is None:
        return QTreeWidgetItem([name, tr("not revealed yet"), "", "", ""])
    points = "–" if outcome.credit is None else points_words(outcome.credit)
    seed = "" if case.seed is None else str(case.seed)
    item = QTreeWidgetItem(
        [name, names_text(outcome.chosen) or tr("no answer"), names_text(case.answers) or "–", points, seed]
    )
    words = "\n".join(f"{sign} {line}" for sign, line in outcome_lines(outcome))
    for column in range(5):
        item.setToolTip(column, words)
    return item
