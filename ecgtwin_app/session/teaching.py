"""Teaching mode: what is hidden, which case is open, what the learner chose and what it was worth. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.verdict import Verdict
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.session.course import Case, Course
from ecgtwin_app.session.quiz_score import Outcome, mark
from ecgtwin_app.session.session import Session
from ecgtwin_app.session.signals import Signal


@dataclass(frozen=True)
class Reading:
    """What the referee found: measurements, None where there were none, and the conditions that are met."""

    measurements: Measurements | None
    met: frozenset[str]


class Teaching:
    """Every strip is a question until it is revealed: each case of a course, and whatever else is open.

    Attributes
    ----------
    on : bool
        Whether teaching mode is on.
    course : Course
    path : Path or None
        Where the course is kept.
    at : int
        The case that is open, -1 while the open strip belongs to no course.
    """

    def __init__(self, session: Session):
        self.changed = Signal()
        #: Takes the recording that the referee is to look at (`read_strip`), on another thread than the window's.
        self.reading_requested = Signal()
        self._session = session
        self.on = False
        self.course, self.path, self.at = Course(), None, -1
        # By the number of a case, or by the recording where there is none.
        self._chosen: dict[int | Recording, tuple[str, ...]] = {}
        self._outcomes: dict[int | Recording, Outcome] = {}
        self._readings: WeakKeyDictionary[Recording, Reading] = WeakKeyDictionary()
        self._asked: WeakSet[Recording] = WeakSet()
        self._awaited: int | Recording | None = None
        session.reference_changed.connect(self._leave_case)
        session.twins_changed.connect(self._ask_referee)

    # -- the question -----------------------------------------------------------------------------

    @property
    def recording(self) -> Recording | None:
        """The strip that is asked about: the shown twin, or the reference without one."""
        twin = self._session.twin
        return twin.recording if twin is not None else self._session.reference

    @property
    def case(self) -> Case | None:
        """The case that is open; None while the open strip belongs to no course."""
        return self.course.cases[self.at] if self.at >= 0 else None

    @property
    def answers(self) -> tuple[str, ...]:
        """The right answers, none where they are not known."""
        if self.at >= 0:
            return self.course.cases[self.at].answers
        twin = self._session.twin
        return tuple(dict.fromkeys(twin.request.conditions)) if twin is not None else ()

    @property
    def seed(self) -> int | None:
        """The seed of the shown twin: everyone who asks the same with it gets the same strip."""
        return self._session.twin.seed if self._session.twin is not None else None

    @property
    def chosen(self) -> tuple[str, ...]:
        """What the learner chose for this strip."""
        key = self._key
        return self._chosen.get(key, ()) if key is not None else ()

    @property
    def outcome(self) -> Outcome | None:
        """What came of the answer, once it is revealed."""
        key = self._key
        return self._outcomes.get(key) if key is not None else None

    @property
    def hidden(self) -> bool:
        """Whether nothing on the screen may tell the answer."""
        return self.on and self.recording is not None and self.outcome is None

    @property
    def waiting(self) -> bool:
        """Whether the reveal waits for the referee."""
        return self._awaited is not None and self._awaited == self._key

    @property
    def lines(self) -> tuple[Verdict, ...]:
        """The criteria of the right answers with what was measured; for a strip that was recorded."""
        recording = self.recording
        reading = self._readings.get(recording) if recording is not None else None
        if recording is None or reading is None or reading.measurements is None or not self.answers:
            return ()
        patient = recording.patient
        return judge(reading.measurements, self.answers, None, patient.age, patient.sex)

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """What came of every case that was revealed, by its number."""
        return {key: outcome for key, outcome in self._outcomes.items() if isinstance(key, int)}

    @property
    def _key(self) -> int | Recording | None:
        return self.at if self.at >= 0 else self.recording

    def take_over(self, former: Teaching) -> None:
        """Go on with the course and the answers of another window."""
        self.course, self.path = former.course, former.path
        self._chosen, self._outcomes = dict(former._chosen), dict(former._outcomes)
        for recording, reading in former._readings.items():
            self._readings[recording] = reading

    # -- what is done -----------------------------------------------------------------------------

    def turn(self, on: bool) -> None:
        """Begin or end teaching mode."""
        self.on = on
        self._ask_referee()

    def choose(self, names: tuple[str, ...]) -> None:
        """Answer; what is revealed stays as it was answered."""
        key = self._key
        if key is not None and self.hidden and not self.waiting:
            self._chosen[key] = names
            self.changed.emit()

    def reveal(self) -> None:
        """Show the answer and count what was chosen, as soon as the referee has looked at the strip.

        Asked a second time, it waits no longer: then nothing counts as there but the right answers.
        """
        recording = self.recording
        if self.waiting and recording is not None:
            self._readings.setdefault(recording, Reading(None, frozenset()))
        if self.hidden:
            self._awaited = self._key
            self._count()

    def take_reading(self, recording: Recording, reading: Reading) -> None:
        """The referee has looked at a strip."""
        self._readings[recording] = reading
        self._count()

    def open_course(self, course: Course, path: Path | None) -> None:
        """Begin a course, or go on with a changed one; its answers are forgotten."""
        self.course, self.path, self.at = course, path, -1
        self.start_again()

    def start_again(self) -> None:
        """Forget every answer."""
        self._chosen, self._outcomes, self._awaited = {}, {}, None
        self.changed.emit()

    def enter_case(self, at: int) -> None:
        """The session of a case is open."""
        self.at = at
        self._ask_referee()

    # -- inside -----------------------------------------------------------------------------------

    def _leave_case(self):
        """Something else was opened."""
        self.at, self._awaited = -1, None

    def _ask_referee(self):
        recording = self.recording
        if self.on and recording is not None and recording not in self._asked:
            self._asked.add(recording)
            self.reading_requested.emit(recording)
        self.changed.emit()

    def _kept(self):
        """What the shown twin keeps of its reference: who names it is not wrong, though nobody asked for it."""
        twin = self._session.twin
        return twin.recording.provenance.get("kept", ()) if twin is not None else ()

    def _count(self):
        key, recording = self._key, self.recording
        if key is not None and recording is not None and self.waiting and recording in self._readings:
            self._awaited = None
            there = (*self._readings[recording].met, *self._kept())
            self._outcomes[key] = mark(self.chosen, self.answers, there)
        self.changed.emit()


def read_strip(recording: Recording) -> Reading:
    """Measure a strip and hold it against every condition. Takes about a second: for the worker's thread."""
    patient = recording.patient
    try:
        measured = measure(recording)
    except EcgError:
        return Reading(None, frozenset())
    met = set()
    for condition in load_vocabulary():
        lines = judge(measured, (condition.name,), None, patient.age, patient.sex)
        if meets(lines) and any(line.met for line in lines):
            met.add(condition.name)
    return Reading(measured, frozenset(met))
