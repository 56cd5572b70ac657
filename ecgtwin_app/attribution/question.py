"""What a heat map is asked: which part of a twin is owed to which of its conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.base import Generator, Plan
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.message import Message, alternatives


@dataclass(frozen=True, eq=False)
class Question:
    """A twin, and the conditions that a map of it is of.

    Attributes
    ----------
    generator : Generator
        That drew the twin.
    plan : Plan
        Of the twin.
    signal : ndarray, shape (12, samples)
        The twin, mV at 500 Hz.
    score : RhythmScore or None
        What it performs.
    about : tuple of str
        All of the plan's conditions, or one.
    """

    generator: Generator
    plan: Plan
    signal: np.ndarray
    score: RhythmScore | None
    about: tuple[str, ...]

    @property
    def one(self) -> str:
        """The condition asked about where it is one of several; "" for all that the twin has."""
        return self.about[0] if len(self.about) < len(self.plan.names) else ""

    @property
    def steps(self) -> int:
        """Steps of the sampler."""
        return self.plan.task.settings.steps

    def counterfactual(self, total: int) -> Iterator[Progress | tuple[np.ndarray, Plan]]:
        """The same noise performed without the conditions: progress of `total`, then the signal and its plan."""
        plain = self.plan.without_condition(self.about)
        signal = self.signal
        for step in self.generator.sample([plain]):
            signal = step.preview[0]
            yield Progress(step.number, total, None, Message("The same patient without the condition"))
        yield canonical(signal, self.generator.spec), plain


def asked_about(of: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names of the conditions that a map is of: the one that is named, all of the twin's without a name.

    Parameters
    ----------
    of : str
        Name, synonym or code; "" for all.
    names : sequence of str
        The twin's conditions, as the vocabulary names them.

    Raises
    ------
    EcgError
        The twin was not made with that condition.
    """
    if not of:
        return tuple(names)
    name = find_condition(of).name
    if name not in names:
        raise EcgError(
            "This twin was not made with {condition}; choose {conditions}.",
            condition=Message(name),
            conditions=alternatives([Message(one) for one in names]),
        )
    return (name,)
