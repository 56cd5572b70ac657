"""What is said at the start after an error that nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr


class CrashDialog(QDialog):
    """Says that there is a report, shows it when asked, and offers to delete it.

    Parameters
    ----------
    reports : sequence of str
    delete : callable
        Deletes them.
    """

    def __init__(self, reports: Sequence[str], delete: Callable[[], None], parent: QWidget | None = None):
        super().__init__(parent, objectName="crashReports")
        self.setWindowTitle(tr("An error in the program"))
        words = QLabel(
            tr(
                "When the program was used last, something went wrong in it. A report was kept on this computer, without"
                " anything of a patient; nothing was sent."
            )
        )
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
        self.deletes.clicked.connect(delete)
        self.deletes.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(14)
        for part in (words, self.report, buttons):
            column.addWidget(part)
