"""A request as a task for a generator, and what a generator cannot be asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ecgtwin_app.attribution.methods import METHODS
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.request_fields import names_of_part
from ecgtwin_app.engine.wanted import wanted
from ecgtwin_app.generators.base import Ability, Spec
from ecgtwin_app.generators.task import Settings, Source, Target, Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.sampling.names import USUAL_STEPS

#: Fields of a request that are set-points of the target, and dials of the settings.
SET_POINTS = names_of_part(FIELDS, "set point")
DIALS = names_of_part(FIELDS, "dial")


def task_of(
    request: TwinRequest,
    recordings: Sequence[Recording] = (),
    recognised: Sequence[str] = (),
    known: Collection[str] | None = None,
) -> Task:
    """The task that a request is, for a patient's recordings, the reference first.

    Parameters
    ----------
    request : TwinRequest
    recordings : sequence of Recording
    recognised : sequence of str
        Conditions that were recognised in the reference; the request's own `shows` takes their place.
    known : collection of str, optional
        What the generator can draw; what it cannot is not kept.

    Raises
    ------
    EcgError
        What is asked cannot be together.
    """
    asked = {name: getattr(request, name) for name in SET_POINTS}
    what = wanted(request, recognised if request.shows is None else request.shows, known)
    return Task(
        Target(
            present=what.present,
            absent=what.absent,
            keep=what.kept,
            age=request.age,
            sex=request.sex,
            set_points={name: value for name, value in asked.items() if value is not None},
            score=request.score,
        ),
        Source(tuple(recordings), shows=what.shows),
        settings_of(request),
    )


def settings_of(request: TwinRequest) -> Settings:
    """How a request is to be drawn."""
    return Settings(
        sampler=request.sampler,
        steps=request.steps,
        rhythm=request.rhythm,
        dials={name: getattr(request, name) for name in DIALS},
        seed=request.seed,
        samples=request.samples,
        best_of=request.best_of,
    )


def request_of(task: Task) -> TwinRequest:
    """The request that a task came from: the reverse of `task_of`, but for synonyms of conditions.

    What is kept and what is ruled out is named, whether it was before or not.
    """
    target, settings, shows = task.target, task.settings, task.source.shows
    return TwinRequest(
        conditions=tuple(name for name in target.present if name not in target.keep) or target.present,
        without=target.absent,
        keep=target.keep if shows else None,
        shows=shows or None,
        age=target.age,
        sex=target.sex,
        samples=settings.samples,
        seed=settings.seed,
        steps=settings.steps,
        sampler=settings.sampler,
        best_of=settings.best_of,
        rhythm=settings.rhythm,
        score=target.score,
        **dict[str, Any]({name: target.set_points.get(name) for name in SET_POINTS}),
        **dict[str, Any](settings.dials),
    )


def offered_by(spec: Spec, request: TwinRequest) -> TwinRequest:
    """The request as a generator can be asked it: what is at its default and not offered is the generator's own.

    Raises
    ------
    EcgError
        When the request asks for something else that the generator does not offer.
    """
    usual = TwinRequest()
    changes: dict[str, Any] = {}
    for name, offered in (("sampler", spec.samplers), ("rhythm", spec.rhythms)):
        asked = getattr(request, name)
        if asked not in offered:
            if asked != getattr(usual, name):
                choices = " or ".join(offered)
                raise EcgError(
                    "The generator '{generator}' has no '{asked}'; choose {choices}.",
                    generator=spec.id,
                    asked=asked,
                    choices=choices,
                )
            changes[name] = next(iter(offered))
    if (request.sampler, request.steps) == (usual.sampler, usual.steps):
        changes["sampler"], changes["steps"] = next(iter(spec.samplers.items()))
    elif "sampler" not in changes and request.steps == USUAL_STEPS[request.sampler]:
        changes["steps"] = spec.samplers[request.sampler]
    for name in (*SET_POINTS, "score", *DIALS):
        reason = why_not_offered(spec, name)
        if reason is not None and getattr(request, name) != getattr(usual, name):
            raise EcgError(reason)
    return replace(request, **changes) if changes else request


def why_not_offered(spec: Spec, name: str) -> Message | None:
    """Why a generator cannot be given a field of a request, one sentence; None where it can."""
    if name in (*SET_POINTS, "score", *DIALS):
        offered = name in spec.set_points or name in spec.dials
    else:
        offered = name != "rhythm" or len(spec.rhythms) > 1
    if offered:
        return None
    return Message(
        "The generator '{generator}' takes no {noun}; leave it out.",
        generator=spec.id,
        noun=Message(FIELDS[name].noun),
    )


def why_no_heat_map(spec: Spec, method: str) -> Message | None:
    """Why a generator offers no heat map by a method of `attribution.methods`, one sentence; None where it does."""
    if METHODS[method].ability in spec.abilities:
        return None
    if METHODS[method].ability == Ability.GRADIENTS and Ability.EVIDENCE in spec.abilities:
        return Message(
            "The heat map '{method}' needs PyTorch, which is not installed here; choose another map.",
            method=method,
        )
    return Message(
        "The generator '{generator}' offers no heat map '{method}'; choose another one.",
        generator=spec.id,
        method=method,
    )


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
        columns = np.all(mask, axis=0)
        from_there_on = np.diff(columns.astype(np.int8)).min(initial=0) >= 0
        tail = bool((mask == columns).all()) and from_there_on
        needed.add(Ability.FORECAST if tail else Ability.IMPUTE)
    return needed


def check_abilities(spec: Spec, task: Task) -> None:
    """`EcgError` (one sentence) when a generator cannot do what a task needs."""
    missing = sorted(needed_abilities(task) - spec.abilities)
    if missing:
        raise EcgError(
            "The generator '{generator}' cannot do this ({ability}); choose another one.",
            generator=spec.id,
            ability=missing[0],
        )
