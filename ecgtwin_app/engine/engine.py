"""The engine: a reference and a request in, twins and heat maps out, step by step, by any generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgtwin_app.attribution.methods import DEFAULT_METHOD, METHODS
from ecgtwin_app.attribution.question import Question, asked_about
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.choice import EngineChoice
from ecgtwin_app.engine.draws import Draws
from ecgtwin_app.engine.feasible import check_consistent, check_request
from ecgtwin_app.engine.new_patients import new_patient
from ecgtwin_app.engine.recognised import names_in, shown_by, sources_of, stated
from ecgtwin_app.engine.request import HeatMap, Progress, Twin, TwinRequest
from ecgtwin_app.engine.shared_draws import processes_for, shared
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.engine.tasks import (
    check_abilities,
    offered_by,
    request_of,
    settings_of,
    task_of,
    why_no_heat_map,
)
from ecgtwin_app.engine.unlike import iter_unlike
from ecgtwin_app.generators.base import Ability, Generator, PreparedPatient
from ecgtwin_app.generators.catalogue import USUAL, load_generator
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.inference import minding_memory, prefer, preferred


class TwinEngine:
    """Makes twins. Use it from one thread at a time.

    Attributes
    ----------
    generator : Generator
    spec : Spec
        What it can be asked for.
    model_name, weights_sha256 : str
    device : str
    choice : EngineChoice or None
        How it was loaded, where it was by `load`.
    shares : bool
        Whether many twins of one request are shared among processes, each drawing one at a time.
    """

    choice: EngineChoice | None = None
    shares = False

    def __init__(self, generator: Generator):
        self.generator, self.spec = generator, generator.spec
        self.device = generator.device
        self.model_name, self.weights_sha256 = self.spec.model, self.spec.weights_sha256
        self._patient: PreparedPatient | None = None

    @classmethod
    def load(
        cls,
        weights: Path | None = None,
        device: str = "auto",
        generator: str = "ecgtwin",
        backend: str | None = None,
        shares: bool = False,
    ) -> TwinEngine:
        """Read a generator's weights (those that ship, unless a folder is named) and verify them.

        Parameters
        ----------
        generator : str
            One of `generators.catalogue.GENERATORS`.
        backend : str
            What runs the networks, one of `inference.BACKENDS`: "torch", "onnx", or "auto" (torch where it finds CUDA,
            else ONNX Runtime where it is there, else torch). That of the last engine unless given, and for all networks
            of this process that are loaded after it.
        shares : bool
            See the attribute. For a program, not for a script without ``if __name__ == "__main__"``: other processes begin
            by importing it.

        Raises
        ------
        WeightsError
            When they are missing or damaged.
        EcgError
            When the device, the backend or the generator is not there.
        """
        if backend is not None:
            prefer(backend)
        engine = cls(load_generator(generator, weights, device, preferred()))
        engine.choice = EngineChoice(weights, engine.device, generator, preferred())
        # The large networks of other generators are not loaded twice.
        engine.shares = shares and generator == USUAL
        return engine

    def generate(
        self, reference: Recording, request: TwinRequest, others: Sequence[Recording] = ()
    ) -> list[Twin]:
        """All twins of a request; see `iter_generate`."""
        made = self.iter_generate(reference, request, others, previews=False)
        return [item for item in made if isinstance(item, Twin)]

    def iter_generate(
        self,
        reference: Recording,
        request: TwinRequest,
        others: Sequence[Recording] = (),
        batch: int = 1,
        previews: bool = True,
    ) -> Iterator[Progress | Twin]:
        """Make the twins of a request.

        Yields a `Progress`, with a preview unless none are wanted, after every step and a `Twin` whenever one is finished. Closing
        the iterator between two steps cancels the rest.

        Parameters
        ----------
        others : sequence of Recording
            More recordings of the same patient, pooled with the reference to what is personal.
        batch : int
            See `run`.

        Raises
        ------
        EcgError
            When the reference or the request cannot be used.
        """
        if reason := needs(reference):
            raise EcgError(reason)
        check_request(request)
        recordings = (reference, *others)
        if request.shows is None:
            patient = self._prepare(recordings)
            sources = sources_of(shown_by(reference, patient.measured))
        else:
            sources = stated(request.shows)
        task = task_of(request, recordings, tuple(sources), self.known)
        with minding_memory():
            yield from self._run(task, request, batch, sources, previews)

    def iter_new_patients(
        self, request: TwinRequest, batch: int = 1, previews: bool = True
    ) -> Iterator[Progress | Twin]:
        """Make ECGs of patients that do not exist: as `iter_generate`, without a reference.

        A draw in which no beat is found is drawn again by another seed, a bounded number of times.

        Raises
        ------
        EcgError
            When the generator makes none, or the request speaks of a reference.
        """
        task = new_patient(request, self.known)
        with minding_memory():
            yield from self._run(task, request, batch, None, previews)

    def iter_unlike(self, request: TwinRequest, previews: bool = True) -> Iterator[Progress | Twin]:
        """Make as many new patients as the request has samples, unlike each other; see `engine.unlike`."""
        with minding_memory():
            yield from iter_unlike(self.draws, self.known, request, previews)

    def run(self, task: Task, batch: int = 1) -> Iterator[Progress | Twin]:
        """Do a task: abilities checked, sampled, brought to twelve leads at 500 Hz, judged, marked.

        Parameters
        ----------
        batch : int
            How many draws are sampled together. One at a time is the same to the last bit on every machine of a
            kind; together they differ by less than 0.01 µV before the reference's recorder
            rounds them to its steps, and each takes less time.

        Raises
        ------
        EcgError
            When the generator cannot do it.
        """
        yield from self._run(task, request_of(task), batch)

    def _run(
        self,
        task: Task,
        request: TwinRequest,
        batch: int,
        sources: Mapping[str, Sequence[str]] | None = None,
        previews: bool = True,
    ) -> Iterator[Progress | Twin]:
        draws = self.draws(task, request, sources)
        processes = processes_for(draws.count) if self.shares and self.device == "cpu" else 1
        if processes > 1 and self.choice is not None:
            yield from shared(draws, self.choice, processes, previews)
        else:
            yield from draws.of(range(draws.task.settings.samples), batch, previews)

    def draws(
        self, task: Task, request: TwinRequest, sources: Mapping[str, Sequence[str]] | None = None
    ) -> Draws:
        """What is to be drawn for a task, its abilities checked and its patient prepared.

        Parameters
        ----------
        request : TwinRequest
            As it was asked.
        sources : mapping of str to sequence of str, optional
            Who says so of each condition that the reference shows.

        Raises
        ------
        EcgError
            When the generator cannot do it.
        """
        check_abilities(self.spec, task)
        self._check_known(task)
        request = offered_by(self.spec, request)
        task = replace(task, settings=settings_of(request))
        patient = self._prepare(task.source.recordings)
        check_consistent(replace(request, conditions=task.target.present), patient.rate)
        return Draws(self.generator, patient, task, request, sources, self.device)

    def iter_attribute(
        self,
        reference: Recording,
        twin: Twin,
        method: str = DEFAULT_METHOD,
        others: Sequence[Recording] = (),
        of: str = "",
    ) -> Iterator[Progress | HeatMap]:
        """What each part of a twin owes to its condition, or to one of its conditions.

        Parameters
        ----------
        method : str
            One of `METHODS`.
        others : sequence of Recording
            Those that the twin was made with.
        of : str
            One of the twin's conditions: what it changed beside the others; or one that was removed: what it made in
            the reference. All that was asked together unless given.
        """
        names = tuple(METHODS)
        if method not in METHODS:
            raise EcgError(
                "There is no heat map '{method}'; choose {methods} or {last}.",
                method=method,
                methods=", ".join(names[:-1]),
                last=names[-1],
            )
        if reason := why_no_heat_map(self.spec, method):
            raise EcgError(reason)
        if (made_by := twin.recording.provenance.get("generator", USUAL)) != self.spec.id:
            raise EcgError(
                "This twin was made by the generator '{generator}'; choose that one for its heat map.",
                generator=made_by,
            )
        rhythm = (twin.recording.provenance.get("request") or {}).get("rhythm", twin.request.rhythm)
        if rhythm not in self.spec.rhythms:
            raise EcgError(
                "This twin's rhythm was left to nobody, which is no longer done; make the twin again."
            )
        task = task_of(twin.request, (reference, *others), names_in(twin.recording.provenance), self.known)
        self._check_known(task)
        target = task.target
        removed = tuple(name for name in target.absent if name in task.source.shows)
        about = asked_about(of, target.present, target.keep, removed)
        untaught = [name for name in about if name in self.spec.simulated]
        if untaught and METHODS[method].ability != Ability.TWIN:
            raise EcgError(
                "The model was not trained for {condition}; choose the heat map 'contrast'.",
                condition=Message(untaught[0]),
            )
        plan = self.generator.plan(self._prepare(task.source.recordings), task, twin.seed)
        asked = [name for name in target.present if name not in target.keep] or target.present
        one = about[0] if of and (tuple(asked) != about or about[0] in removed) else ""
        question = Question(
            self.generator, plan, twin.recording.signal, twin.score, about, one, about[0] in removed
        )
        if question.removed and not METHODS[method].of_removed:
            raise EcgError(
                "The heat map '{method}' shows only what the twin has; choose 'contrast' for {condition}, which was"
                " removed.",
                method=method,
                condition=Message(question.one),
            )
        if question.one and not METHODS[method].of_one:
            raise EcgError(
                "The heat map '{method}' is of all conditions together; leave {condition} out.",
                method=method,
                condition=Message(question.one),
            )
        with minding_memory():
            yield from METHODS[method].make(question)

    def identity_similarity(self, a: Recording, b: Recording) -> float:
        """Cosine of the base vectors of two recordings, -1 to 1."""
        return float(self.base_vector(a) @ self.base_vector(b))

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its condition taken as unknown; `EcgError` where its beats
        cannot be measured. What is `measured` already is not measured again.
        """
        return self.generator.base_vector(recording, measured)

    @property
    def known(self) -> frozenset[str]:
        """Names of the conditions of which twins can be made."""
        return frozenset((*self.spec.statements, *self.spec.simulated))

    def knows(self, condition: Condition) -> bool:
        """Whether a twin of a condition can be made: its networks were taught it, or physiology makes it."""
        return condition.name in self.known

    def _check_known(self, task: Task) -> None:
        for condition in find_conditions(task.target.present):
            if not self.knows(condition):
                raise EcgError(
                    "The model was not trained for {condition}; choose another condition.",
                    condition=Message(condition.name),
                )

    def _prepare(self, recordings: Sequence[Recording]) -> PreparedPatient:
        digests = tuple(recording.digest() for recording in recordings)
        patient = self._patient
        if patient is None or patient.digests != digests:
            patient = self._patient = self.generator.prepare(recordings)
        return patient
