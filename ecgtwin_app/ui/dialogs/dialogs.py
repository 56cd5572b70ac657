"""The dialogs of a window, none of which blocks: files, questions, printer, the intended use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPageLayout, QPageSize
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app import __version__
from ecgtwin_app.formats.registry import suffixes
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.preferences.remembered import Folders
from ecgtwin_app.ui.widgets.theme import Theme, dress

_INTENDED_USE = N_("""
<p style='font-size:16px; font-weight:600'>ECGTwin Desktop {version}</p>
<p>Shows a patient's 12-lead ECG and makes, with a latent diffusion model, that patient's ECG under another
condition: the digital twin.</p>
<p><span style='font-weight:600'>Intended use.</span> Education and research. It is not a medical device and must not be used for
diagnosis, monitoring, prediction or treatment.</p>
<p><span style='font-weight:600'>Synthetic.</span> Every twin is generated, marked so on the screen and in every file, and may be wrong. A heat
map shows what is associated with the model's output, never a cause.</p>
<p><span style='font-weight:600'>Privacy.</span> The program works offline. A twin is made from a patient's ECG and remains personal data of
that patient.</p>
<p>Qt is used under the LGPL 3, the typeface Inter under the SIL Open Font License.</p>
""")

_ASKS_TO_SAVE = "asksToSave"


def recording_patterns() -> str:
    """Of the files that recordings are read from, for a dialog: "*.dcm *.scp …"."""
    return " ".join(f"*{suffix}" for suffix in suffixes())


class Dialogs:
    """Opens dialogs over a window, in its colours, without waiting for them.

    Parameters
    ----------
    parent : QWidget
        The window that they belong to.
    folders : Folders
        Where file dialogs begin.
    theme : callable
        The colours of the window, as they are when a dialog opens.
    """

    def __init__(self, parent: QWidget, folders: Folders, theme: Callable[[], Theme]):
        self.parent = parent
        self.folders, self._theme = folders, theme

    def over(self, parent: QWidget) -> Dialogs:
        """The same over another window: a dialog that opens further ones."""
        return Dialogs(parent, self.folders, self._theme)

    def ask_file_to_open(self, then: Callable[[Path], None]) -> None:
        """Ask for a recording."""

        def prepare(dialog):
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters(
                [
                    f"{tr('ECG files and sessions')} (*.ecgtwin *.ecgcourse {recording_patterns()})",
                    tr("All files (*)"),
                ]
            )

        self._ask(tr("Open ECG"), prepare, then)

    def ask_recordings_to_add(self, then: Callable[[list[Path]], None]) -> None:
        """Ask for one or several recordings of the patient."""
        self.ask_recordings(tr("Add recordings of the same patient"), then)

    def ask_recordings(self, title: str, then: Callable[[list[Path]], None]) -> None:
        """Ask for one or several recordings."""

        def prepare(dialog):
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.setNameFilters([f"{tr('ECG files')} ({recording_patterns()})", tr("All files (*)")])

        self._ask(title, prepare, then, several=True)

    def ask_folder(self, then: Callable[[Path], None], title: str = "") -> None:
        """Ask for the folder that twins, or what the title says, are saved in."""

        def prepare(dialog):
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Save"))

        self._ask(title or tr("Save twins in this folder"), prepare, then)

    def ask_folder_to_read(self, title: str, then: Callable[[Path], None]) -> None:
        """Ask for a folder that something is read from."""

        def prepare(dialog):
            dialog.setFileMode(QFileDialog.FileMode.Directory)

        self._ask(title, prepare, then)

    def ask_file(self, title: str, kinds: str, then: Callable[[Path], None]) -> None:
        """Ask for a file of some kind, "Presets (*.json)"."""

        def prepare(dialog):
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilter(kinds)

        self._ask(title, prepare, then)

    def ask_file_to_save(self, suffix: str, name: str, then: Callable[[Path], None]) -> None:
        """Ask where to write a file; the proposed name says nothing of the patient."""

        def prepare(dialog):
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setNameFilter(f"{suffix.upper()} (*.{suffix})")
            dialog.setDefaultSuffix(suffix)
            dialog.selectFile(name)

        title = tr("Save as {format}").format(format=suffix.upper())
        self._ask(title, prepare, lambda path: then(path if path.suffix else path.with_suffix(f".{suffix}")))

    def ask_printer(self, sheet: str, then: Callable[[QPrinter], None]) -> QDialog:
        """Ask for the printer; the sheet and the scale are those of the page."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        size = QPageSize.PageSizeId.Letter if sheet == "Letter" else QPageSize.PageSizeId.A4
        printer.setPageSize(QPageSize(size))
        printer.setPageOrientation(QPageLayout.Orientation.Landscape)
        dialog = QPrintDialog(printer, self.parent)
        dialog.setWindowTitle(tr("Print at true scale"))
        dialog.accepted.connect(lambda: then(printer))
        return self.show(dialog)

    def show_about(self) -> QDialog:
        """What the program is for and what it is not."""
        dialog = QDialog(self.parent)
        dialog.setWindowTitle(tr("About ECGTwin Desktop"))
        column = QVBoxLayout(dialog)
        column.setContentsMargins(24, 16, 24, 16)
        words = QLabel(tr(_INTENDED_USE).format(version=__version__))
        words.setWordWrap(True)
        words.setMinimumWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        column.addWidget(words)
        column.addWidget(buttons)
        return self.show(dialog)

    def ask_whether(
        self, title: str, question: str, answers: tuple[str, str], then: Callable[[], None]
    ) -> QDialog:
        """Ask something; the first of the answers does it, the second, which is chosen at first, does not."""
        dialog = QDialog(self.parent)
        dialog.setWindowTitle(title)
        words = QLabel(question)
        words.setWordWrap(True)
        words.setMinimumWidth(420)
        buttons = QDialogButtonBox()
        buttons.addButton(answers[0], QDialogButtonBox.ButtonRole.AcceptRole).setObjectName("yes")
        no = buttons.addButton(answers[1], QDialogButtonBox.ButtonRole.RejectRole)
        no.setDefault(True)
        buttons.accepted.connect(dialog.accept)
        buttons.rejected.connect(dialog.reject)
        dialog.accepted.connect(then)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(14)
        column.addWidget(words)
        column.addWidget(buttons)
        return self.show(dialog)

    def ask_to_save(self, question: str, save: Callable[[], None], discard: Callable[[], None]) -> QDialog:
        """Ask before something is left: Save and Discard go on, Cancel and Esc stay."""
        for former in self.parent.findChildren(QDialog, _ASKS_TO_SAVE):
            former.close()  # two wishes to leave one after the other: the later one counts
        dialog = QDialog(self.parent, objectName=_ASKS_TO_SAVE)
        dialog.setWindowTitle(tr("Save the session?"))
        words = QLabel(question)
        words.setWordWrap(True)
        words.setMinimumWidth(420)
        buttons = QDialogButtonBox()
        for text, role, do in (
            (tr("Save session"), QDialogButtonBox.ButtonRole.AcceptRole, save),
            (tr("Discard"), QDialogButtonBox.ButtonRole.DestructiveRole, discard),
            (tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole, None),
        ):
            button = buttons.addButton(text, role)
            button.setDefault(do is save)
            button.clicked.connect(dialog.close)
            if do is not None:
                # In a turn of its own, when the dialog is gone: what is done next may ask something itself.
                button.clicked.connect(lambda _=False, do=do: QTimer.singleShot(0, self.parent, do))
        column = QVBoxLayout(dialog)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(14)
        column.addWidget(words)
        column.addWidget(buttons)
        return self.show(dialog)

    def _ask(self, title, prepare, then, several=False):
        """Ask for a path or several, in a turn of the event loop of its own: Qt takes 10 ms to make its file dialog."""

        def ask():
            dialog = QFileDialog(self.parent, title)
            prepare(dialog)
            self.folders.begin(dialog)
            if several:
                dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
            else:
                dialog.fileSelected.connect(lambda name: then(Path(name)))
            self.show(dialog)

        QTimer.singleShot(0, self.parent, ask)

    def show(self, dialog: QDialog) -> QDialog:
        """Open a dialog in the window's colours, without waiting for it."""
        dress(dialog, self._theme())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        QDialog.open(dialog)  # a print dialog has an `open` of its own, which wants a slot
        return dialog
