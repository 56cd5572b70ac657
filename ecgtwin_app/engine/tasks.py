"""A request as a task for a generator, and what a generator cannot be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.generators.base import Ability, Settings, Source, Spec, Target, Task

#: Fields of a request that are set-points of the target, with what a sentence calls them, and dials of the settings.
SET_POINTS = {
    "heart_rate": "heart rate",
    "severity": "severity",
    "pr": "PR interval",
    "qrs": "QRS duration",
    "qt": "QT interval",
    "axis": "QRS axis",
}
DIALS = {"strength": "strength", "identity": "identity dial"}


def task_of(request: TwinRequest, recordings: Sequence[Recording] = ()) -> Task:
    """The task that a request is, for a patient's recordings, the reference first."""
    asked = {name: getattr(request, name) for name in SET_POINTS}
    return Task(
        Target(
            present=tuple(find_condition(name).name for name in request.conditions),
            age=request.age,
            sex=request.sex,
            set_points={name: value for name, value in asked.items() if value is not None},
            score=request.score,
        ),
        Source(tuple(recordings)),
        Settings(
            sampler=request.sampler,
            steps=request.steps,
            rhythm=request.rhythm,
            dials={name: getattr(request, name) for name in DIALS},
            seed=request.seed,
            samples=request.samples,
            best_of=request.best_of,
        ),
    )


def request_of(task: Task) -> TwinRequest:
    """The request that a task came from: the reverse of `task_of`, but for synonyms of conditions."""
    target, settings = task.target, task.settings
    return TwinRequest(
        conditions=target.present,
        age=target.age,
        sex=target.sex,
        samples=settings.samples,
        seed=settings.seed,
        steps=settings.steps,
        sampler=settings.sampler,
        best_of=settings.best_of,
        rhythm=settings.rhythm,
        score=target.score,
        **{name: target.set_points.get(name) for name in SET_POINTS},
        **settings.dials,
    )


def offered_by(spec: Spec, request: TwinRequest) -> TwinRequest:
    """The request as a generator can be asked it: what is at its default and not offered is the generator's own.

    Raises
    ------
    EcgError
        When the request asks for something else that the generator does not offer.
    """
    usual = TwinRequest()
    changes: dict[str, object] = {}
    if request.sampler not in spec.samplers:
        if request.sampler != usual.sampler:
            raise EcgError(_choose(spec, "sampler", request.sampler, spec.samplers))
        changes["sampler"] = next(iter(spec.samplers))
        if request.steps == usual.steps:
            changes["steps"] = spec.samplers[next(iter(spec.samplers))]
    if request.rhythm not in spec.rhythms:
        if request.rhythm == "learned":
            raise EcgError(f"These weights have no rhythm model; choose the rhythm '{spec.rhythms[0]}'.")
        if request.rhythm != usual.rhythm:
            raise EcgError(_choose(spec, "rhythm", request.rhythm, spec.rhythms))
        changes["rhythm"] = spec.rhythms[0]
    for name, words in SET_POINTS.items():
        if getattr(request, name) is not None and name not in spec.set_points:
            raise EcgError(f"The generator '{spec.id}' cannot be given a {words}; leave it out.")
    if request.score is not None and "score" not in spec.set_points:
        raise EcgError(f"The generator '{spec.id}' cannot perform a rhythm score; leave it out.")
    for name, words in DIALS.items():
        if name not in spec.dials and getattr(request, name) != getattr(usual, name):
            raise EcgError(f"The generator '{spec.id}' has no {words}; leave it out.")
    return replace(request, **changes) if changes else request


def _choose(spec: Spec, what: str, asked: str, offered) -> str:
    return f"The generator '{spec.id}' has no {what} '{asked}'; choose {' or '.join(offered)}."


def needed_abilities(task: Task) -> set[Ability]:
    """What a generator must be able to do for a task."""
    needed = {Ability.TEXT} if task.target.text else set()
    mask = task.source.mask
    if not task.source.recordings:
        needed.add(Ability.POPULATION)
    elif mask is None:
        needed.add(Ability.TWIN)
    else:
        # All leads from some moment to the end, and nothing before it.
        columns = mask.all(axis=0)
        tail = np.array_equal(mask, np.broadcast_to(columns, mask.shape)) and not np.any(
            columns[:-1] & ~columns[1:]
        )
        needed.add(Ability.FORECAST if tail else Ability.IMPUTE)
    return needed


def check_abilities(spec: Spec, task: Task) -> None:
    """`EcgError` (one sentence) when a generator cannot do what a task needs."""
    missing = sorted(needed_abilities(task) - spec.abilities)
    if missing:
        wanted = {
            Ability.TWIN: "twins of a patient",
            Ability.POPULATION: "recordings of nobody in particular",
            Ability.IMPUTE: "missing parts of a recording",
            Ability.FORECAST: "what follows a recording",
            Ability.TEXT: "recordings from words",
        }[missing[0]]
        raise EcgError(f"The generator '{spec.id}' cannot draw {wanted}; choose another one.")
