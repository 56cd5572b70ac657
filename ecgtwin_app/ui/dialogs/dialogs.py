"""Dialogs that do not block: files, the sheet of shortcuts, the intended use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QPageLayout, QPageSize
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app import __version__
from ecgtwin_app.formats.registry import suffixes
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.commands.table import COMMANDS, written
from ecgtwin_app.ui.window.theme import dress

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


def ask_file_to_open(parent: QWidget, then: Callable[[Path], None]) -> None:
    """Ask for a recording."""

    def prepare(dialog):
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                f"{tr('ECG files and sessions')} (*.ecgtwin *.ecgcourse {recording_patterns()})",
                tr("All files (*)"),
            ]
        )

    _ask(parent, tr("Open ECG"), prepare, then)


def ask_recordings_to_add(parent: QWidget, then: Callable[[list[Path]], None]) -> None:
    """Ask for one or several recordings."""

    def prepare(dialog):
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([f"{tr('ECG files')} ({recording_patterns()})", tr("All files (*)")])

    title = tr("Add recordings of the same patient")
    _ask(parent, title, prepare, then, several=True)


def ask_folder(parent: QWidget, then: Callable[[Path], None], title: str = "") -> None:
    """Ask for the folder that twins, or what the title says, are saved in."""

    def prepare(dialog):
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Save"))

    _ask(parent, title or tr("Save twins in this folder"), prepare, then)


def ask_file(parent: QWidget, title: str, kinds: str, then: Callable[[Path], None]) -> None:
    """Ask for a file of some kind, "Presets (*.json)"."""

    def prepare(dialog):
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(kinds)

    _ask(parent, title, prepare, then)


def ask_file_to_save(parent: QWidget, suffix: str, name: str, then: Callable[[Path], None]) -> None:
    """Ask where to write a file; the proposed name says nothing of the patient."""

    def prepare(dialog):
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{suffix.upper()} (*.{suffix})")
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(name)

    title = tr("Save as {format}").format(format=suffix.upper())
    _ask(parent, title, prepare, lambda path: then(path if path.suffix else path.with_suffix(f".{suffix}")))


def ask_printer(parent: QWidget, sheet: str, then: Callable[[QPrinter], None]) -> QPrintDialog:
    """Ask for the printer; the sheet and the scale are those of the page."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    size = QPageSize.PageSizeId.Letter if sheet == "Letter" else QPageSize.PageSizeId.A4
    printer.setPageSize(QPageSize(size))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(tr("Print at true scale"))
    dialog.accepted.connect(lambda: then(printer))
    return show(dialog)


def show_shortcuts(parent: QWidget) -> QDialog:
    """Every command that has a shortcut, from the one table of commands."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Keyboard shortcuts"))
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 16)
    column.setSpacing(16)
    row = QHBoxLayout()
    row.setSpacing(36)
    for menus in (("File", "Edit"), ("Twin", "Measure", "Teach"), ("View", "Help")):
        row.addLayout(_sheet_column(menus))
    column.addLayout(row)
    mouse = tr("Ctrl + wheel zooms · drag or arrow keys move the page · a double click zooms in and out")
    column.addWidget(QLabel(mouse, objectName="quiet"))
    keys = tr(
        "On a caliper the arrow keys nudge, with Shift ten times as far, and the space bar changes legs · on the"
        " rhythm score up and down choose, left and right move, Del takes away"
    )
    words = QLabel(keys, objectName="quiet")
    words.setWordWrap(True)
    column.addWidget(words)
    return show(dialog)


def _sheet_column(menus):
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    row = 0
    for menu in menus:
        heading = QLabel(tr(menu), objectName="heading")
        heading.setContentsMargins(0, 12 if row else 0, 0, 2)
        heading.setMinimumHeight(heading.sizeHint().height() + 4)
        grid.addWidget(heading, row, 0, 1, 2)
        for command in COMMANDS:
            if command.menu == menu and command.shortcuts:
                row += 1
                keys = " · ".join(written(QKeySequence(keys)) for keys in command.shortcuts)
                grid.addWidget(QLabel(keys, objectName="quiet"), row, 0)
                grid.addWidget(QLabel(tr(command.text).replace("&", "").rstrip("…")), row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid


def show_about(parent: QWidget) -> QDialog:
    """What the program is for and what it is not."""
    dialog = QDialog(parent)
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
    return show(dialog)


def ask_whether(
    parent: QWidget, title: str, question: str, answers: tuple[str, str], then: Callable[[], None]
) -> QDialog:
    """Ask something; the first of the answers does it, the second, which is chosen at first, does not."""
    dialog = QDialog(parent)
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
    return show(dialog)


def ask_to_save(
    parent: QWidget, question: str, save: Callable[[], None], discard: Callable[[], None]
) -> QDialog:
    """Ask before something is left: Save and Discard go on, Cancel and Esc stay."""
    for former in parent.findChildren(QDialog, _ASKS_TO_SAVE):
        former.close()  # two wishes to leave one after the other: the later one counts
    dialog = QDialog(parent, objectName=_ASKS_TO_SAVE)
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
            button.clicked.connect(lambda _=False, do=do: QTimer.singleShot(0, parent, do))
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 16, 24, 16)
    column.setSpacing(14)
    column.addWidget(words)
    column.addWidget(buttons)
    return show(dialog)


def _ask(parent, title, prepare, then, several=False):
    """Ask for a path or several, in a turn of the event loop of its own: Qt takes 10 ms to make its file dialog."""

    def ask():
        dialog = QFileDialog(parent, title)
        prepare(dialog)
        if (folders := getattr(parent.window(), "folders", None)) is not None:
            folders.begin(dialog)
        if several:
            dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
        else:
            dialog.fileSelected.connect(lambda name: then(Path(name)))
        show(dialog)

    QTimer.singleShot(0, parent, ask)


def show(dialog: QDialog) -> QDialog:
    """Open a dialog in the window's colours, without waiting for it."""
    dress(dialog, dialog.parent().theme)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    QDialog.open(dialog)  # a print dialog has an `open` of its own, which wants a slot
    return dialog
