"""The commands of the File menu, as methods of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from ecgtwin_app.ecg.measurement.doubts import is_exchanged
from ecgtwin_app.ecg.measurement.quality import GOOD
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.report.export import page_image, print_page, with_layout
from ecgtwin_app.session.course import SUFFIX as COURSE_SUFFIX
from ecgtwin_app.session.session_file import SUFFIX
from ecgtwin_app.ui.dialogs import dialogs
from ecgtwin_app.ui.dialogs.export_dialog import MAP, PAGE, REFERENCE, TABLE, TWINS, Export, ExportDialog
from ecgtwin_app.ui.dialogs.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.dialogs.table_dialog import TableDialog
from ecgtwin_app.ui.jobs.reading import verdict_words
from ecgtwin_app.ui.window.undo import Change

#: Pixels a mm of a copied page: 150 dots an inch.
_CLIPBOARD_SCALE = 150 / 25.4


class FileCommands:
    """Opening and saving."""

    def open_path(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Open a recording or a session."""
        path = Path(path)
        if path.suffix == COURSE_SUFFIX:
            self.open_course_path(path)
            return
        if path.suffix == SUFFIX:
            self.open_session(path)
            return

        before = self.session.request

        def opened():
            if self.session.request != before and not self.messages.text:
                self.messages.tell(
                    tr("Rate, set-points, age and sex of the former patient are at “keep” again.")
                )
            if path != example_path():
                self.note_recent(path)
            if then is not None:
                then()

        self.leave(lambda: self.controller.open(path, opened))

    def _mind_reference(self):
        """Say at once why no twin can be made, and what makes everything that is measured doubtful."""
        session = self.session
        if session.reference is None:
            return
        minded = [lacks] if (lacks := needs(session.reference)) else []
        minded += [note for note in session.quality if is_exchanged(note)]
        words = [translate(sentence) for sentence in minded]
        if session.verdict is not None and session.verdict.verdict != GOOD:
            words.append(verdict_words(session.verdict))
        if words:
            self.messages.tell(" ".join(words))

    def ask_seconds(self, file: EcgFile, use: Callable[[float], None], start: float = 0.0) -> None:
        """Ask which seconds of a long recording are used."""
        dialog = SecondsDialog(file, start, self)
        dialog.chosen.connect(use)
        dialogs.show(dialog)

    def choose_seconds(self) -> None:
        """Other ten seconds of the long recording that is open."""
        if self.controller.piece is None:
            self.messages.tell(tr("The open recording is not longer than what is shown."))
            return
        file, start = self.controller.piece

        def use(chosen):
            self.leave(lambda: self.controller.open_seconds(file, chosen))

        self.ask_seconds(file, use, start)

    def ask_stating(self, path: Path, missing: tuple[str, ...], use: Callable[[dict], None]) -> None:
        """Ask for what a table does not state."""
        dialog = TableDialog(path, missing, self)
        dialog.stated.connect(use)
        dialogs.show(dialog)

    def add_recordings(self) -> None:
        """Ask for more recordings of the same patient."""
        if self.session.reference is None:
            self.controller.add(())  # says what is missing
        else:
            dialogs.ask_recordings_to_add(self, self.controller.add)

    def ask_whether_same(self, question: str, add: Callable[[], None]) -> None:
        """Ask whether a recording that seems to be of another patient is added all the same."""
        dialogs.ask_whether(self, tr("The same patient?"), question, (tr("Add it"), tr("Leave it out")), add)

    def remove_recordings(self) -> None:
        """The next twins are made from the reference alone."""
        session = self.session
        self.undo_stack.push(Change(tr("removal of recordings"), session.set_others, session.others, ()))

    def open_file(self) -> None:
        dialogs.ask_file_to_open(self, self.open_path)

    def open_example(self, then: Callable[[], None] | None = None) -> None:
        """Open the example and say what can be done with it."""

        def hint():
            self.messages.tell(
                tr(
                    "This is an example ECG. Choose a condition and press Generate; open your own ECG with"
                    " Ctrl+O or drop a file here."
                )
            )
            self._show_commands()
            if then is not None:
                then()

        self.open_path(example_path(), hint)

    def save_twins(self) -> None:
        dialogs.ask_folder(self, self.controller.save_twins)

    def export(self) -> None:
        """Ask what is exported, then where to."""
        twin = self.session.twin
        conditions = twin.request.conditions if twin is not None else ()
        dialog = ExportDialog(conditions, self.store, self, self.heat_method)
        dialog.chosen.connect(self._export)
        dialogs.show(dialog)

    def _export(self, export: Export):
        suffix = export.suffix.lstrip(".")
        if export.what == PAGE:
            self._save_page(suffix)
        elif export.into_folder:
            title = tr("Export into this folder")
            dialogs.ask_folder(self, lambda folder: self.controller.export_as(export, folder), title)
        else:
            # Names of files say nothing of the patient.
            name = {TWINS: "twin", REFERENCE: "ecg", MAP: "heatmap", TABLE: "measurements"}[export.what]
            dialogs.ask_file_to_save(
                self, suffix, f"{name}.{suffix}", lambda path: self.controller.export_as(export, path)
            )

    def save_pdf(self) -> None:
        self._save_page("pdf")

    def save_png(self) -> None:
        self._save_page("png")

    def save_svg(self) -> None:
        self._save_page("svg")

    def print_page(self) -> None:
        """Print at true scale; the dialog chooses the printer."""
        page = with_layout(self._measured_page(), self.page_layout.on_paper())

        def sent(_):
            self.messages.tell(tr("Sent to the printer at true scale; 100 mm of its ruler are 100 mm."))

        def send(printer):
            self.controller.work(tr("Printing"), lambda: print_page(printer, page), sent)

        dialogs.ask_printer(self, page.layout.sheet, send)

    def copy_page(self) -> None:
        """Put a picture of the page, with its marks, on the clipboard; de-identified."""
        page = with_layout(self._measured_page(), replace(self.page_layout, identity=False))

        def copied(image):
            QGuiApplication.clipboard().setImage(image)
            self.messages.tell(tr("Copied the page as a picture, de-identified."))

        self.controller.work(tr("Copying"), lambda: page_image(page, _CLIPBOARD_SCALE), copied)

    def copy_table(self) -> None:
        """Put the measurements on the clipboard as a table, with the synthetic mark."""
        QGuiApplication.clipboard().setText(self.results.table_text(self.session))
        self.messages.tell(tr("Copied the measurements as a table."))

    def _measured_page(self):
        """The page with its calipers, which the window draws itself on the screen."""
        return replace(self.page(), calipers=self.view.calipers.calipers)

    def _save_page(self, suffix):
        page = self._measured_page()
        dialogs.ask_file_to_save(
            self, suffix, f"ecg-page.{suffix}", lambda path: self.controller.export(page, path)
        )
