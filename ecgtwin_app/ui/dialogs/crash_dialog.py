"""Reports of errors that nobody foresaw, at the start after one and from the Help menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import N_, tr

AT_THE_START = N_(
    "When the program was used last, something went wrong in it. A report was kept on this computer, without"
    " anything of a patient; nothing was sent."
)
WHEN_ASKED = N_(
    "These reports of errors are kept on this computer, the newest first, without anything of a patient; nothing was sent."
)


class CrashDialog(QDialog):
    """Says that there are reports, shows them when asked, and offers to delete them.

    Parameters
    ----------
    reports : sequence of str
    delete : callable
        Deletes them.
    sentence : str
        What is said of them, in the language of the window.
    """

    def __init__(
        self,
        reports: Sequence[str],
        delete: Callable[[], None],
        sentence: str,
        parent: QWidget | None = None,
    ):
        super().__init__(parent, objectName="crashReports")
        self.setWindowTitle(tr("An error in the program"))
        words = QLabel(sentence)
        words.setWordWrap(True)
        words.setMinimumWidth(460)
        self.report = QPlainTextEdit("\n".join(reports), readOnly=True)
        self.report.setAccessibleName(tr("Report of the error"))
        self.report.hide()
        buttons = QDialogButtonBox()
        self.shows = buttons.addButton(tr("Show the report"), QDialogButtonBox.ButtonRole.ActionRole)
        self.deletes = buttons.addButton(tr("Delete the report"), QDialogButtonBox.ButtonRole.DestructiveRole)
        keeps = buttons.addButton(tr("Keep it"), QDialogButtonBox.ButtonRole.RejectRole)
        keeps.setDefault(True)
        self.shows.clicked.connect(self.report.show)
        # By a function of its own: Qt would hold the method's object no longer than others do.
        self.deletes.clicked.connect(lambda: delete())
        self.deletes.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(14)
        for part in (words, self.report, buttons):
            column.addWidget(part)
