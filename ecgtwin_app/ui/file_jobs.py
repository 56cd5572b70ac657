"""Files in and out: recordings that are opened, twins and pages that are written, all on the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.report.export import write_pdf, write_png, write_svg
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui.reading import measured, read
from ecgtwin_app.ui.seconds_dialog import SECONDS
from ecgtwin_app.ui.words import plural, tr

_WRITERS = {".pdf": write_pdf, ".png": write_png, ".svg": write_svg}


class FileJobs:
    """The part of the controller that reads and writes files."""

    def open(self, path: Path, then: Callable[[], None] | None = None, **options) -> None:
        """Read a recording and make it the reference; whatever runs is cancelled.

        A recording longer than ten seconds, and a table that does not state all, are asked about first
        (`seconds_wished`, `stating_wished`).

        Parameters
        ----------
        path : Path
        then : callable, optional
            Called when the reference is open.
        **options
            As for `formats.registry.open_ecg`.
        """
        self.cancel()

        def opened(found):
            if isinstance(found, NotStated):
                self.stating_wished.emit(path, found.missing, then)
            elif isinstance(found, EcgFile):
                self.seconds_wished.emit(found, then)
            else:
                self._show_reference(None, found, then)

        self.worker.submit(
            tr("Opening"), lambda: iter([read(path, options)]), on_item=opened, on_error=self.failed.emit
        )

    def open_seconds(self, file: EcgFile, start: float, then: Callable[[], None] | None = None) -> None:
        """Make ten seconds of a long recording the reference."""
        self.cancel()
        self.worker.submit(
            tr("Opening"),
            lambda: iter([measured(file.recording(start, min(SECONDS, file.duration - start)))]),
            on_item=lambda found: self._show_reference((file, start), found, then),
            on_error=self.failed.emit,
        )

    def _show_reference(self, piece, found, then):
        self.piece = piece
        self.undo.clear()
        self.session.open(*found)
        if then is not None:
            then()

    def save_twins(self, folder: Path) -> None:
        """Write all twins into a folder as WFDB with `twins.json`."""
        twins = list(self.session.twins)

        def save():
            if (folder / "twins.json").exists():
                raise EcgError(f"The folder {folder.name} already holds twins; choose an empty or a new one.")
            yield save_twins(twins, folder)

        done = plural(
            "Saved {n} twin in the folder {name}, marked synthetic.",
            "Saved {n} twins in the folder {name}, marked synthetic.",
            len(twins),
            name=folder.name,
        )
        self.worker.submit(
            tr("Saving"),
            save,
            on_done=lambda _: self.told.emit(done),
            on_error=self.failed.emit,
        )

    def export(self, page: Page, path: Path) -> None:
        """Write the page; the suffix decides the format."""
        write = _WRITERS[path.suffix.lower()]

        def export():
            yield write(path, page)

        self.worker.submit(
            tr("Saving"),
            export,
            on_done=lambda _: self.told.emit(
                tr("Saved the page as {name}, de-identified.").format(name=path.name)
            ),
            on_error=self.failed.emit,
        )
