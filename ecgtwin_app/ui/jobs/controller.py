"""What the window can have done for it: generating, mapping, and with `file_jobs` opening and saving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from ecgtwin_app.ecg.signal.recording import MODEL_RATE, Recording
from ecgtwin_app.engine.recognised import remember, shown_by
from ecgtwin_app.engine.request import HeatMap, Progress, Twin, TwinRequest
from ecgtwin_app.generators.catalogue import USUAL
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.recognition.shown import Shown
from ecgtwin_app.session.heat_map_names import split_name
from ecgtwin_app.session.same_patient import others_of
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.jobs.cohort_jobs import CohortJobs
from ecgtwin_app.ui.jobs.compare_jobs import CompareJobs
from ecgtwin_app.ui.jobs.engines import Engines
from ecgtwin_app.ui.jobs.export_jobs import ExportJobs
from ecgtwin_app.ui.jobs.file_jobs import FileJobs
from ecgtwin_app.ui.jobs.new_patient_jobs import NewPatientJobs
from ecgtwin_app.ui.jobs.reading import find_marks
from ecgtwin_app.ui.jobs.repair_jobs import RepairJobs
from ecgtwin_app.ui.jobs.undo import AddTwins, FollowScore
from ecgtwin_app.ui.jobs.worker import Job, Worker


class Controller(QObject):
    """Turns requests into jobs and their results into changes of the session.

    Parameters
    ----------
    session : Session
    undo : QUndoStack
    load_engine : callable
        Makes the engine; called once, on the worker's thread.

    Attributes
    ----------
    worker : Worker
    files : FileJobs
        Recordings in, twins and pages out.
    exports : ExportJobs
    cohorts : CohortJobs
    repairs : RepairJobs
    new_patients : NewPatientJobs
    comparisons : CompareJobs
    preview : Recording or None
        The unfinished twin of the run.
    """

    told = Signal(str)
    failed = Signal(object)
    progressed = Signal(str, int, int)
    preview_changed = Signal()
    running_changed = Signal(bool)
    heat_map_missing = Signal()
    #: The first twin of a run is there.
    made = Signal(object)
    seconds_requested = Signal(object, object)
    stating_requested = Signal(object, object, object)
    #: A question, and what is done if the answer is yes.
    doubted = Signal(str, object)
    #: What is opened in the place of what is open, in words, and what opens it.
    opening = Signal(str, object)

    def __init__(self, session: Session, undo: QUndoStack, load_engine: Callable[[], Any]):
        super().__init__()
        self.session, self.undo = session, undo
        self.worker = Worker(self)
        self.files, self.exports, self.cohorts = FileJobs(self), ExportJobs(self), CohortJobs(self)
        self.repairs = RepairJobs(self)
        self.new_patients, self.comparisons = NewPatientJobs(self), CompareJobs(self)
        self.preview: Recording | None = None
        self.engines = Engines(load_engine)
        self._run: Job | None = None
        self._aside: Job | None = None
        self._recognition: Job | None = None
        self._next_score: tuple[Twin, TwinRequest] | None = None

    @property
    def engine(self) -> object | None:
        """The engine of the usual generator, once it is loaded."""
        return self.engines.usual

    @property
    def running(self) -> bool:
        """Whether twins or a heat map are being made."""
        return self._run is not None

    def prepare_engine(self) -> None:
        """Load the model ahead of the first run."""
        self.choose_generator(USUAL, None)

    def choose_generator(
        self,
        id: str,
        folder: Path | None,
        done: Callable[[], None] = lambda: None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """Make the next twins with another generator, once its weights are read.

        Parameters
        ----------
        id : str
            One of `generators.catalogue.GENERATORS`.
        folder : Path or None
            Of its weights; None for those that ship.
        done, on_failure : callable
            Called at the end; where the weights cannot be used, the generator stays that it was.
        """

        def take(offer):
            self.session.set_available(*offer)
            done()

        def broke(sentence):
            self.failed.emit(sentence)
            on_failure()

        start = partial(self.engines.choose, id, folder)
        self.worker.submit(tr("Loading the model"), lambda: iter([start()]), on_item=take, on_error=broke)

    def generate(self, request: TwinRequest) -> None:
        """Make the twins of a request."""
        if self.running or self.session.reference is None:
            return
        reference, others, run = self.session.reference, self.session.others, object()
        made: list[Twin] = []
        self.session.note_request(request)

        def stepped(item):
            if isinstance(item, Twin):
                self.preview = None
                self.undo.push(AddTwins(self.session, run, item))
                if not made:
                    self.made.emit(item)
                made.append(item)
            else:
                self.step(item)
                if item.preview is not None:
                    self.preview = _preview(item.preview, request, self.engines.now)
                    self.preview_changed.emit()

        self.begin(
            tr("Generating"),
            lambda: self.ready_engine().iter_generate(reference, request, others),
            stepped,
        )

    def follow_score(self, twin: Twin, request: TwinRequest) -> None:
        """Make the shown twin anew with an edited rhythm; of quick edits only the last is performed."""
        if self.running:
            self._next_score = (twin, request)
            self.cancel()
            return
        reference, added = self.session.reference, self.session.added

        def stepped(item):
            if isinstance(item, Twin):
                self.preview = None
                self.undo.push(FollowScore(self.session, twin, item))
            else:
                self.step(item)

        self.begin(
            tr("Following the rhythm"),
            lambda: self.ready_engine().iter_generate(reference, request, others_of(twin, added)),
            stepped,
        )

    def attribute(self, name: str) -> None:
        """Make a heat map of the shown twin: "contrast", "contrast of left bundle branch block"."""
        method, of = split_name(name)
        part = {"of": of} if of else {}
        twin, reference, added = self.session.twin, self.session.reference, self.session.added
        if self.running or twin is None:
            return

        def stepped(item):
            if isinstance(item, HeatMap):
                self.session.keep_heatmap(twin, item)
            else:
                self.step(item)

        self.begin(
            tr("Making the heat map"),
            lambda: self.ready_engine().iter_attribute(
                reference, twin, method, others_of(twin, added), **part
            ),
            stepped,
            self.heat_map_missing.emit,
        )

    def work(self, title: str, do: Callable[[], object], done: Callable[[object], None]) -> None:
        """Do one thing on the worker's thread and hand its result to `done`."""
        self.worker.submit(title, lambda: iter([do()]), on_item=done, on_error=self.failed.emit)

    def aside(
        self,
        title: str,
        steps: Callable[[object], Iterator],
        on_item: Callable[[object], None],
        on_done: Callable[[bool], None],
    ) -> Job:
        """Do something with the engine that leaves the session alone; whatever else is asked cancels it.

        Parameters
        ----------
        steps : callable
            Gets the engine, on the worker's thread; what it returns is iterated there.
        on_done : callable
            Called at the end, with False where it was cancelled or failed.
        """

        def broke(sentence):
            self.failed.emit(sentence)
            on_done(False)

        self._aside = self.worker.submit(title, lambda: steps(self.ready_engine()), on_item, on_done, broke)
        return self._aside

    def recognise(self, recording: Recording) -> None:
        """Find out what the reference shows; of one that cannot be measured nothing is known."""
        if self._recognition is not None:
            self._recognition.cancel()
        session = self.session

        def broke(_):
            session.note_shown(recording, Shown())  # the user can say what it shows

        self._recognition = self.worker.submit(
            tr("Recognising"),
            lambda: iter([shown_by(recording)]),
            on_item=lambda shown: session.note_shown(recording, shown),
            on_error=broke,
        )

    def find_marks(self, recording: Recording) -> None:
        """Find the fiducials of a twin, which comes with its measurements only."""
        self.worker.submit(
            tr("Finding the waves"),
            lambda: find_marks(recording),
            on_item=lambda marks: self.session.set_marks(recording, marks),
            on_error=self.failed.emit,
        )

    def cancel(self) -> None:
        """Stop the run, and what is done aside, at its next step."""
        if self._aside is not None:
            self._aside.cancel()
        if self._run is not None:
            self._run.cancel()
            self.progressed.emit(tr("Stopping…"), 0, 0)

    def stop(self) -> None:
        """End the worker's thread."""
        self.worker.stop()

    def begin(
        self,
        title: str,
        start: Callable[[], Iterator],
        on_item: Callable[[object], None],
        on_missing: Callable[[], None] = lambda: None,
        stopped: str = N_("Cancelled; twins that were finished before are kept."),
    ) -> None:
        """Start a run; `on_missing` is called when it ends early, for whatever reason, `stopped` is said when cancelled."""

        def ended(finished):
            self._close_run()
            if self._next_score is not None:
                (twin, request), self._next_score = self._next_score, None
                twin = twin if twin in self.session.twins else self.session.twin
                self.running_changed.emit(False)
                self.follow_score(twin, request)
                return
            if not finished:
                self.told.emit(tr(stopped))
                on_missing()
            self.running_changed.emit(False)

        def broke(sentence):
            self._close_run()
            self.failed.emit(sentence)
            on_missing()
            self.running_changed.emit(False)

        if self._aside is not None:
            self._aside.cancel()
        self.progressed.emit(f"{title}…", 0, 0)
        self._run = self.worker.submit(title, start, on_item, ended, broke)
        self.running_changed.emit(True)

    def step(self, progress: Progress) -> None:
        """Say how far the run is."""
        words = tr("{what} · step {step} of {total}").format(
            what=translate(progress.message), step=progress.step, total=progress.total
        )
        words = words.lstrip(" ·")
        self.progressed.emit(words, progress.step, progress.total)

    def _close_run(self):
        self._run = None
        if self.preview is not None:
            self.preview = None
            self.preview_changed.emit()

    def ready_engine(self) -> Any:
        """The engine, loaded when first needed. Only the worker's thread may call this."""
        reference, shown = self.session.reference, self.session.shown
        if reference is not None and shown is not None:
            # A session may know it from statements of a file that it does not hold.
            remember(reference, shown)
        return self.engines.ready()


def _preview(signal, request: TwinRequest, engine) -> Recording:
    """An unfinished twin, as much marked as a finished one."""
    provenance = {
        "synthetic": True,
        "model": getattr(engine, "model_name", None),
        "weights_sha256": getattr(engine, "weights_sha256", None),
        "request": {"conditions": list(request.conditions), "heart_rate": request.heart_rate},
    }
    return Recording(signal, MODEL_RATE, source="ECGTwin", synthetic=True, provenance=provenance)
