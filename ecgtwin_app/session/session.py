"""What the window works on: a reference, what is asked, the twins that came of it. No Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ecgtwin_app.conditions.vocabulary import EXAMPLE
from ecgtwin_app.ecg.measurement.quality import Quality
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.request import FIELDS, HeatMap, Twin, TwinRequest
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.recognition.shown import Shown
from ecgtwin_app.session.marks import Marks, with_moved_marks
from ecgtwin_app.session.same_patient import set_aside
from ecgtwin_app.session.signals import Signal

#: Attributes that stay as they are whatever is opened.
_OF_THE_PROGRAM = ("available", "spec")
#: What a request asks in the place of something that is the patient's own. It goes back to "keep" with every other
#: patient, while the condition, its severity, the number of twins and the way of drawing are the user's and stay.
OF_THE_PATIENT = tuple(name for name, record in FIELDS.items() if record.of_patient)
FIRST_REQUEST = TwinRequest(conditions=(EXAMPLE,))


class Session:
    """The open reference and its twins.

    Attributes
    ----------
    reference : Recording or None
    measurements : dict or None
        Of the reference; None when it could not be measured.
    others : tuple of Recording
        More recordings of the same patient, pooled with the reference in the next twins.
    added : dict of str to Recording
        By digest, these and those that were taken out again, which a twin may still have been made with.
        Replaced, never changed, so that another thread may hold it.
    request : TwinRequest
        What the panels show, to be asked with the next run.
    twins : list of Twin
    current : int
        The twin that is shown, -1 without twins.
    requests : list of TwinRequest
        What was asked of this reference, oldest first, each once.
    quality : tuple of str
        What was noticed about the reference's leads, in short notes.
    verdict : Quality or None
        Whether the reference can be used, with the reasons by lead; None without a reference.
    shown : Shown or None
        What was recognised in the reference; None without one, and until it is recognised. What the user says to it
        stands in the request (`session.reference_shows`).
    name : str
        The file that the reference was read from, without its folder; it is shown and kept nowhere.
    drawn : bool
        The reference was made here, as a new patient or by filling in a recording, and lies in no file unless `path` is one.
    path : Path or None
        The session file that all this lies in.
    saved : object
        What of it lies there, to be compared.
    stamp : object
        That file as this window read or wrote it last (`session_file.stamp_of`).
    piece : (EcgFile, float) or None
        The long recording that the reference is ten seconds of, and the second at which they begin.
    available : frozenset of str or None
        Conditions that the weights know; None until they are read.
    spec : Spec or None
        What the chosen generator says of itself; None until its weights are read.
    """

    def __init__(self):
        self.reference_changed, self.others_changed = Signal(), Signal()
        self.request_changed, self.requests_changed = Signal(), Signal()
        self.twins_changed, self.heatmap_kept = Signal(), Signal()
        self.available_changed, self.marks_changed = Signal(), Signal()
        self.saved_changed, self.shown_changed = Signal(), Signal()
        self.reference: Recording | None = None
        self.measurements: dict | None = None
        self.others: tuple[Recording, ...] = ()
        self.added: dict[str, Recording] = {}
        self.request = FIRST_REQUEST
        self.twins: list[Twin] = []
        self.current = -1
        self.requests: list[TwinRequest] = []
        self.available: frozenset[str] | None = None
        self.spec: Spec | None = None
        self._heatmaps: dict[tuple[Twin, str], HeatMap] = {}
        self._marks: dict[Recording, Marks] = {}
        self.quality: tuple[str, ...] = ()
        self.verdict: Quality | None = None
        self.shown: Shown | None = None
        self.name = ""
        self.drawn = False
        self.path: Path | None = None
        self.saved: object = None
        self.stamp: object = None
        self.piece: tuple[EcgFile, float] | None = None

    @property
    def twin(self) -> Twin | None:
        """The twin that is shown."""
        return self.twins[self.current] if self.twins else None

    def open(
        self,
        reference: Recording,
        measurements: dict | None,
        marks: Marks | None = None,
        quality: tuple[str, ...] = (),
        verdict: Quality | None = None,
        name: str = "",
        same_patient: bool = False,
        drawn: bool = False,
    ) -> None:
        """Begin anew with a reference; of another patient nothing is asked yet that belongs to a patient."""
        self.name, self.drawn = name, drawn
        if not same_patient:
            self.request = for_another_patient(self.request)
        self.quality, self.verdict, self.shown = quality, verdict, None
        self._marks = {} if marks is None else {reference: marks}
        self.reference, self.measurements = reference, measurements
        self.others, self.added = (), {}
        self.twins, self.current = [], -1
        self.requests = []
        self._heatmaps.clear()
        self._all_changed()

    def note_shown(self, recording: Recording, shown: Shown) -> None:
        """It is known what a recording shows; of one that is no longer open nobody asks."""
        if recording is self.reference:
            self.shown = shown
            self.shown_changed.emit()

    def set_others(self, others: tuple[Recording, ...]) -> None:
        """Pool the next twins over these recordings, too."""
        self.others = others
        self.added = self.added | {recording.digest(): recording for recording in others}
        self.others_changed.emit()

    def set_request(self, request: TwinRequest) -> None:
        """Change what is asked."""
        self.request = request
        self.request_changed.emit()

    def note_request(self, request: TwinRequest) -> None:
        """Remember what was asked, the newest last."""
        self.requests = [*(other for other in self.requests if other != request), request]
        self.requests_changed.emit()

    def set_available(self, names: frozenset[str], spec: Spec | None = None) -> None:
        """A generator's weights are read, and know these conditions."""
        self.available, self.spec = names, spec
        self.available_changed.emit()

    def insert_twins(self, at: int, twins: list[Twin]) -> None:
        """Add twins and show the first of them."""
        self.twins[at:at] = twins
        self.current = at
        self.twins_changed.emit()

    def remove_twins(self, at: int, count: int) -> None:
        """Take twins away."""
        del self.twins[at : at + count]
        self.current = min(self.current, len(self.twins) - 1)
        self.twins_changed.emit()

    def replace_twin(self, at: int, twin: Twin) -> None:
        """Put a twin in another's place and show it."""
        self.twins[at] = twin
        self.current = at
        self.twins_changed.emit()

    def show_twin(self, index: int) -> None:
        """Choose which twin is shown."""
        if 0 <= index < len(self.twins) and index != self.current:
            self.current = index
            self.twins_changed.emit()

    def note_saved(self, kept: object, path: Path | None, stamp: object = None) -> None:
        """All this lies in a file now, or was just read from one; no path where it was a recording."""
        self.saved, self.path, self.stamp = kept, path, stamp
        self.saved_changed.emit()

    def marks(self, recording: Recording) -> Marks | None:
        """The fiducials of the reference or a twin, once they are found."""
        return self._marks.get(recording)

    def set_marks(self, recording: Recording, marks: Marks) -> None:
        """Keep the fiducials of a recording, found or moved by hand."""
        self._marks[recording] = marks
        self.marks_changed.emit()

    def measured(self, recording: Recording) -> dict:
        """Measurements of the reference or a twin; they follow marks that were moved."""
        own = self.measurements if recording is self.reference else None
        for twin in self.twins:
            own = twin.measurements if twin.recording is recording else own
        return with_moved_marks(own or {}, self.marks(recording))

    def memento(self) -> dict:
        """Everything but what belongs to the program, to be put back as it is now."""
        return {
            name: _copy(value)
            for name, value in vars(self).items()
            if name not in _OF_THE_PROGRAM and not isinstance(value, Signal)
        }

    def recall(self, memento: dict) -> None:
        """Show what was open once."""
        vars(self).update({name: _copy(value) for name, value in memento.items()})
        self._all_changed()

    def snapshot(self) -> dict:
        """What a session file keeps of this, as values that no longer change."""
        return {
            "reference": self.reference,
            "measurements": self.measurements,
            "shown": self.shown,
            "others": self.others,
            "set_aside": set_aside(self.added, self.others, self.twins),
            "marks": dict(self._marks),
            "twins": tuple(self.twins),
            "current": self.current,
            "request": self.request,
            "requests": tuple(self.requests),
            "heatmaps": {key: heat for key, heat in self._heatmaps.items() if key[0] in self.twins},
        }

    def restore(self, state, name: str = "") -> None:
        """Show what a session file kept."""
        self.name, self.drawn = name, False
        self.reference, self.measurements = state.reference, state.measurements
        self.others = state.others
        self.added = {recording.digest(): recording for recording in (*state.others, *state.set_aside)}
        self.twins, self.current = list(state.twins), state.current
        self.requests, self._marks, self._heatmaps = (
            list(state.requests),
            dict(state.marks),
            dict(state.heatmaps),
        )
        self.request, self.quality, self.verdict = state.request, state.quality, state.verdict
        self.shown = state.shown
        self._all_changed()

    def _all_changed(self):
        self.reference_changed.emit()
        self.request_changed.emit()
        self.requests_changed.emit()
        self.twins_changed.emit()

    def heatmap(self, method: str) -> HeatMap | None:
        """The shown twin's heat map by a method, if it was made."""
        return self._heatmaps.get((self.twin, method)) if self.twin else None

    def heatmap_of(self, twin: Twin, method: str, of: str = "") -> HeatMap | None:
        """A twin's heat map by a method, of one of its conditions or of all, if it was made."""
        return self._heatmaps.get((twin, f"{method} of {of}" if of else method))

    def keep_heatmap(self, twin: Twin, heatmap: HeatMap) -> None:
        """Keep a heat map for as long as the reference is open."""
        self._heatmaps[twin, heatmap.name] = heatmap
        self.heatmap_kept.emit()


def for_another_patient(request: TwinRequest) -> TwinRequest:
    """The request with everything of a patient's own kept again."""
    return replace(request, **{name: FIELDS[name].default for name in OF_THE_PATIENT})


def _copy(value):
    """Of a list or a dict another one; all else is never changed."""
    return value.copy() if isinstance(value, (list, dict)) else value
