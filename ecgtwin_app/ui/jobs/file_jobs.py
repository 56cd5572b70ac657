"""Files in and out: recordings that are opened, twins and pages that are written, all on the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ecgtwin_app.ecg.measurement.doubts import is_exchanged
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.i18n.words import plural, tr, translate
from ecgtwin_app.report.export import write_pdf, write_png, write_svg
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.same_patient import check_addition, contradictions
from ecgtwin_app.ui.jobs.reading import SECONDS, Measured, measured, read
from ecgtwin_app.ui.jobs.undo import Change

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs

_WRITERS = {".pdf": write_pdf, ".png": write_png, ".svg": write_svg}


class FileJobs:
    """Reads and writes files with the worker of a controller."""

    def __init__(self, controller: Controller):
        self._controller, self._session, self._undo = controller, controller.session, controller.undo

    def open(self, path: Path, then: Callable[[], None] | None = None, **options) -> None:
        """Read a recording and make it the reference; whatever runs is cancelled.

        A recording longer than ten seconds, and a table that does not state all, are asked about first
        (`Controller.seconds_requested`, `Controller.stating_requested`).

        Parameters
        ----------
        path : Path
        then : callable, optional
            Called when the reference is open.
        **options
            As for `formats.registry.open_ecg`.
        """
        self._read(path, options, lambda piece, found: self._show_reference(path.name, piece, found, then))

    def open_drawn(self, recording: Recording, then: Callable[[], None]) -> None:
        """Make a patient that was drawn here the reference; `then` is called when it is open."""
        self._controller.cancel()
        self._controller.worker.submit(
            tr("Opening"),
            lambda: iter([measured(recording)]),
            on_item=lambda found: self._show_reference("", None, found, then, drawn=True),
            on_error=self._controller.failed.emit,
        )

    def open_seconds(self, file: EcgFile, start: float) -> None:
        """Make ten seconds of a long recording the reference."""
        self._read_seconds(
            file,
            start,
            lambda piece, found: self._show_reference(file.path.name, piece, found, None, same_patient=True),
        )

    def add(self, paths: Sequence[Path]) -> None:
        """Read more recordings of the reference's patient, to be pooled with it; one step to undo.

        They are read and asked about as in `open`. One that seems to be of another patient is asked about, too
        (`Controller.doubted`).
        """
        reference = self._session.reference
        if reference is None:
            return
        key = f"recordings added at {self._undo.index()}"
        for path in paths:
            self._read(path, {}, partial(self._check_addition, path.name, reference, key))

    def _check_addition(self, name, reference, key, _, found):
        recording, _, _, notes, _ = found
        there = (reference, *self._session.others)

        def checked(_):
            against = contradictions(reference, recording)
            if not against:
                add()
                return
            words = tr(
                "Perhaps another patient: {name} and the open ECG differ in {what}. Add it all the same?"
            )
            self._controller.doubted.emit(words.format(name=name, what=", ".join(map(tr, against))), add)

        def add():
            session = self._session
            if session.reference is not reference:
                words = tr("{name} is not added, for another ECG was opened in the meantime.")
                self._controller.failed.emit(words.format(name=name))
                return
            others = (*session.others, recording)
            text = tr("addition of recordings")
            self._undo.push(Change(text, session.set_others, session.others, others, key))
            hint = next((f"{name}: {translate(note)}" for note in notes if is_exchanged(note)), "")
            words = tr("{name} is added; the next twins are made from {n} recordings of the patient.")
            self._controller.told.emit(hint or words.format(name=name, n=1 + len(others)))

        self._controller.worker.submit(
            tr("Opening"),
            lambda: iter([check_addition(recording, name, there)]),
            on_item=checked,
            on_error=self._controller.failed.emit,
        )

    def _read(self, path, options, use: Callable[[tuple[EcgFile, float] | None, Measured], None]):
        """Read a recording for `use`, which also gets the long recording that it is a piece of."""
        self._controller.cancel()

        def opened(found):
            if isinstance(found, NotStated):
                self._controller.stating_requested.emit(
                    path, found.missing, lambda stated: self._read(path, stated, use)
                )
            elif isinstance(found, EcgFile):
                self._controller.seconds_requested.emit(
                    found, lambda start: self._read_seconds(found, start, use)
                )
            else:
                use(None, found)

        self._controller.worker.submit(
            tr("Opening"),
            lambda: iter([read(path, options)]),
            on_item=opened,
            on_error=self._controller.failed.emit,
        )

    def _read_seconds(self, file, start, use):
        self._controller.cancel()
        self._controller.worker.submit(
            tr("Opening"),
            lambda: iter([measured(file.recording(start, min(SECONDS, file.duration - start)))]),
            on_item=lambda found: use((file, start), found),
            on_error=self._controller.failed.emit,
        )

    def _show_reference(self, name, piece, found, then, same_patient=False, drawn=False):
        def show():
            self._session.piece = piece
            self._session.open(*found, name=name, same_patient=same_patient, drawn=drawn)

        self._controller.opening.emit(tr("new patient") if drawn else tr("opening of ECG"), show)
        if then is not None:
            then()

    def save_twins(self, folder: Path) -> None:
        """Write all twins into a folder as WFDB with `twins.json`."""
        twins = list(self._session.twins)

        def save():
            if (folder / "twins.json").exists():
                raise EcgError(
                    "The folder {folder} already holds twins; choose an empty or a new one.",
                    folder=folder.name,
                )
            yield save_twins(twins, folder)

        done = plural(
            "Saved {n} twin in the folder {name}, marked synthetic.",
            "Saved {n} twins in the folder {name}, marked synthetic.",
            len(twins),
            name=folder.name,
        )
        self._controller.worker.submit(
            tr("Saving"),
            save,
            on_done=lambda _: self._controller.told.emit(done),
            on_error=self._controller.failed.emit,
        )

    def export(self, page: Page, path: Path) -> None:
        """Write the page; the suffix decides the format."""
        write = _WRITERS[path.suffix.lower()]

        def export():
            yield write(path, page)

        self._controller.worker.submit(
            tr("Saving"),
            export,
            on_done=lambda _: self._controller.told.emit(
                tr("Saved the page as {name}, de-identified.").format(name=path.name)
            ),
            on_error=self._controller.failed.emit,
        )
