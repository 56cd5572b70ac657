"""New patients of the window: drawn on the worker's thread, kept as twins are, or as the cases of a course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.session.drawn_course import write_drawn_course
from ecgtwin_app.ui.jobs.reading import measured
from ecgtwin_app.ui.jobs.told_run import told_run

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs


class NewPatientJobs:
    """Draws patients with the worker of a controller; a run like any other.

    Attributes
    ----------
    made : list of Twin
        Those that were drawn last, for as long as the window is open.
    """

    def __init__(self, controller: Controller):
        self._controller = controller
        self.made: list[Twin] = []

    def make(
        self,
        id: str,
        request: TwinRequest,
        unlike: bool,
        on_item: Callable[[object], None],
        on_end: Callable[[str], None],
    ) -> None:
        """Draw patients.

        Parameters
        ----------
        id : str
            Of the generator.
        unlike : bool
            Whether they are to be unlike each other.
        on_item : callable
            Gets every `Progress` and `Twin`.
        on_end : callable
            Gets the sentence with which it ended, however.
        """
        controller = self._controller
        if controller.running:
            return
        self.made = []

        def steps():
            engine = controller.engines.of(id)
            return engine.iter_unlike(request) if unlike else engine.iter_new_patients(request)

        def stepped(item):
            if isinstance(item, Twin):
                self.made.append(item)
            else:
                controller.step(item)
            on_item(item)

        def ended(whole, failure):
            stopped = tr("Stopped; who is finished is kept.")
            on_end(failure or (_words(self.made, request) if whole else stopped))

        told_run(controller, tr("Drawing new patients"), steps, stepped, ended)

    def stop(self) -> None:
        """End after the step that is under way; who is finished is kept."""
        self._controller.cancel()

    def save(self, twins: Sequence[Twin], folder: Path, done: Callable[[str], None]) -> None:
        """Write patients as twins are written; `done` gets a sentence."""

        def save():
            if (folder / "twins.json").exists():
                raise EcgError(
                    "The folder {folder} already holds twins; choose an empty or a new one.",
                    folder=folder.name,
                )
            save_twins(list(twins), folder)

        words = plural(
            "Saved {n} new patient in the folder {name}, marked synthetic.",
            "Saved {n} new patients in the folder {name}, marked synthetic.",
            len(twins),
            name=folder.name,
        )
        self._controller.work(tr("Saving"), save, lambda _: done(words))

    def save_course(
        self, twins: Sequence[Twin], folder: Path, title: str, done: Callable[[Path], None]
    ) -> None:
        """Write a session a patient and a course of them into a folder; `done` gets the course's file."""

        def save():
            return write_drawn_course(folder, title, [(twin, *measured(twin.recording)) for twin in twins])

        self._controller.work(tr("Saving"), save, done)

    def use(self, twin: Twin, then: Callable[[], None]) -> None:
        """Make a patient the reference; `then` is called when it is open."""
        self._controller.files.open_drawn(twin.recording, then)


def _words(made: Sequence[Twin], request: TwinRequest) -> str:
    words = plural("{n} new patient", "{n} new patients", len(made))
    met = sum(twin.met for twin in made)
    sentence = tr("{patients}, synthetic; {met} met all that was asked.").format(patients=words, met=met)
    if len(made) < request.samples:
        sentence += " " + tr("{n} more were too like one of them, or showed no beat.").format(
            n=request.samples - len(made)
        )
    return sentence
