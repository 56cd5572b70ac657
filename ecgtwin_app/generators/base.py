"""The contract of a generator: what it says of itself, what it is asked, and what it gives back.

A generator draws twelve-lead ECGs. The engine asks it in three steps: `prepare` a patient once, `plan` each draw,
`sample` plans together; and makes recordings of what comes, measures them and says where they come from.
`catalogue` lists the generators there are. A further one is a folder beside `ecgtwin/` and a line there::

    patient = generator.prepare(task.source.recordings)
    plans = [generator.plan(patient, task, seed) for seed in (1, 2)]
    *_, last = generator.sample(plans)
    last.preview  # (2, leads, samples), millivolts
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message


class Ability(StrEnum):
    """What a generator can be asked for. What it cannot is not offered for it."""

    #: A patient's recording under other conditions.
    TWIN = "twin"
    #: A recording of nobody in particular.
    POPULATION = "population"
    #: A part of a recording, in time or of leads, from the rest of it.
    IMPUTE = "impute"
    #: What comes after the end of a recording.
    FORECAST = "forecast"
    #: One beat, without a rhythm.
    BEAT = "beat"
    #: Some beats of a recording changed, the others left.
    EDIT = "edit"
    #: Words, instead of statements of the vocabulary.
    TEXT = "text"
    #: Which statements it looked at, and when: see `AttentionGenerator`.
    ATTENTION = "attention"
    #: How much it recognises a statement in a signal: see `EvidenceGenerator`.
    EVIDENCE = "evidence"
    #: Which samples make it do so: evidence that torch can differentiate.
    GRADIENTS = "gradients"


class Beats(StrEnum):
    """How the beats of a condition were made."""

    #: The patient's own, at other times.
    RECORDED = "recorded"
    #: By a network.
    DRAWN = "drawn"
    #: By the physiology of the virtual patient.
    SIMULATED = "simulated"
    #: Some one way, some another.
    MIXED = "mixed"


@dataclass(frozen=True)
class Spec:
    """What a generator says of itself.

    Attributes
    ----------
    id : str
        Its name in the catalogue, on the command line and in provenance.
    model : str
        The name that its weights have.
    weights_sha256 : str
        Hash over all files of its weights.
    rate : float
        Of what it draws, Hz.
    samples : int
    leads : tuple of str
        In the order of its rows. Derived limb leads that it does not draw are derived from I and II.
    statements : tuple of str
        Conditions of the vocabulary that its networks were taught.
    simulated : tuple of str
        Others that it makes all the same: by the physiology of the virtual patient, at the times of a rhythm process.
    abilities : frozenset of Ability
    samplers : mapping of str to int
        Names, of `sampling.names`, to the usual number of steps; the default first.
    rhythms : tuple of str
        Who can write the rhythm score, the default first: "process" (rhythm processes), "learned" (a rhythm model),
        or "none": the generator invents the rhythm.
    set_points : frozenset of str
        Keys of `task.Target.set_points` that it keeps to; "score" when it performs a score that it is given.
    dials : frozenset of str
        Keys of `task.Settings.dials` that it listens to.
    backend : str
        What runs its networks: "torch" or "onnx".
    """

    id: str
    model: str
    weights_sha256: str
    rate: float
    samples: int
    leads: tuple[str, ...]
    statements: tuple[str, ...]
    abilities: frozenset[Ability]
    samplers: Mapping[str, int]
    rhythms: tuple[str, ...] = ("none",)
    set_points: frozenset[str] = frozenset()
    dials: frozenset[str] = frozenset()
    simulated: tuple[str, ...] = ()
    backend: str = "torch"


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedPatient:
    """A source made ready; generators add what their networks read.

    Attributes
    ----------
    recording : Recording or None
        The ten seconds used, twelve leads at 500 Hz; None for nobody in particular.
    digests : tuple of str
        SHA-256 of the recordings as they were given.
    measured : Measurements or None
        Of `recording`.
    rate : float or None
        Ventricular rate, 1/min.
    base : ndarray or None, shape (width,)
        Unit-length base vector: what is personal.
    """

    recording: Recording | None
    digests: tuple[str, ...]
    measured: Measurements | None
    rate: float | None
    base: np.ndarray | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan(ABC):
    """One draw with nothing left open but the noise; generators add what they settle beforehand.

    Attributes
    ----------
    patient : PreparedPatient
    task : Task
    seed : int
        Of this draw.
    names : tuple of str
        Conditions that it makes; a generator that leaves what is kept in the patient's own beats names the others.
    rate : float or None
        Ventricular rate that is performed, 1/min; None where the generator chooses it.
    rate_reason : str
        Why the rate is not the patient's, where that was to be kept: one sentence; "" otherwise.
    age : float or None
    sex : str or None
    score : RhythmScore or None
        None when the generator invents the rhythm.
    """

    patient: PreparedPatient
    task: Task
    seed: int
    names: tuple[str, ...]
    rate: float | None
    rate_reason: str = ""
    age: float | None
    sex: str | None
    score: RhythmScore | None = None

    @abstractmethod
    def without_condition(self, names: Sequence[str] = ()) -> Self:
        """The same draw without some of its conditions, or without any: the other end of a contrast map."""

    def with_condition(self, names: Sequence[str]) -> Self:
        """The same draw with conditions that its reference shows and the task removes (`Target.absent`), as they are
        there: the other end of a contrast map of what was removed.

        Raises
        ------
        EcgError
            The generator takes nothing away, so that it has nothing to put back.
        """
        raise EcgError(
            "This generator makes no heat map of {condition}, which was removed; choose another condition.",
            condition=Message(names[0]),
        )


@dataclass(frozen=True, eq=False)
class Step:
    """A batch of plans after one step of the sampler; between two of them the job can be cancelled.

    Attributes
    ----------
    number, total : int
        1 to `total`.
    seen : ndarray, shape (plans, leads, samples), float32, or callable
        What it looks like now, millivolts, leads and rate as the spec says, or what makes it where somebody looks. The
        last step's is the result; before it, that of the first plan, which is looked at, is enough.
    beats : tuple of mapping of str to Beats
        Of each plan, how the beats of its conditions were made, as far as the generator knows; () where it does not.
    """

    number: int
    total: int
    seen: np.ndarray | Callable[[], np.ndarray]
    beats: tuple[Mapping[str, Beats], ...] = ()

    @cached_property
    def preview(self) -> np.ndarray:
        """What is seen."""
        return self.seen() if callable(self.seen) else self.seen


PatientT = TypeVar("PatientT", bound=PreparedPatient)
PlanT = TypeVar("PlanT", bound=Plan)


class Generator(Protocol[PatientT, PlanT]):
    """What the engine asks of a generator. Use one from one thread at a time."""

    @property
    def spec(self) -> Spec:
        """What it says of itself."""
        ...

    @property
    def device(self) -> str:
        """ "cpu", "cuda" or "mps"."""
        ...

    def prepare(self, recordings: Sequence[Recording]) -> PatientT:
        """Cut, measure and encode the recordings of a patient, the reference first; none: nobody in particular.

        Raises
        ------
        EcgError
            When one cannot be used.
        """
        ...

    def plan(self, patient: PatientT, task: Task, seed: int) -> PlanT:
        """Settle what the task leaves open, with the draw's own random numbers: the same seed, the same plan.

        Raises
        ------
        EcgError
            When the task cannot be granted to this patient.
        """
        ...

    def sample(self, plans: Sequence[PlanT]) -> Iterator[Step]:
        """Draw a batch of plans, all of the same settings, together.

        A plan's result depends on nothing but the plan, up to the last bits of floating point.
        """
        ...

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its conditions taken as unknown; for `Ability.TWIN`.

        `measured` are its measurements where they are known already.
        """
        ...


class AttentionRecorder(Protocol):
    """Collects attention while plans are sampled; a context manager that leaves the network as it was."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def mean(self) -> np.ndarray:
        """Mean weights (places along the strip, tokens of the condition); a row sums to 1, or to 0 where nothing looks."""
        ...


class AttentionGenerator(Generator[PatientT, PlanT], Protocol):
    """One with `Ability.ATTENTION`."""

    def recording_attention(self) -> AttentionRecorder:
        """To be open while one plan is sampled."""
        ...

    def condition_tokens(self, names: Sequence[str]) -> list[int]:
        """Columns of the attention that belong to conditions."""
        ...


#: How much a generator recognises a condition in signals: an array (batch,) of an array (batch, 8, samples at 500 Hz) in
#: mV; above 0 it speaks for the condition. With `Ability.GRADIENTS` also a tensor of a tensor, to be differentiated.
Evidence = Callable[[Any], Any]


class EvidenceGenerator(Generator[PatientT, PlanT], Protocol):
    """One with `Ability.EVIDENCE`."""

    def evidence(self, plan: PlanT, name: str = "") -> Evidence:
        """For one of the plan's conditions, or for all of them together."""
        ...
