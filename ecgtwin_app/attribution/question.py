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
        The conditions that the map is of.
    one : str
        The condition asked about where it is one of several, or was removed; "" for all that was asked of the twin.
    removed : bool
        Whether the reference shows it and the twin has it not.
    """

    generator: Generator
    plan: Plan
    signal: np.ndarray
    score: RhythmScore | None
    about: tuple[str, ...]
    one: str = ""
    removed: bool = False

    @property
    def steps(self) -> int:
        """Steps of the sampler."""
        return self.plan.task.settings.steps

    def counterfactual(self, total: int) -> Iterator[Progress | tuple[np.ndarray, Plan]]:
        """The same noise performed without the conditions: progress of `total`, then the signal and its plan.

        Of what was removed it is the same noise performed with it.
        """
        plan, about = self.plan, self.about
        other = plan.with_condition(about) if self.removed else plan.without_condition(about)
        signal = self.signal
        words = Message("The same patient without the condition")
        if self.removed:
            words = Message("The same patient with the condition")
        for step in self.generator.sample([other]):
            signal = step.preview[0]
            yield Progress(step.number, total, None, words)
        yield canonical(signal, self.generator.spec), other


def asked_about(
    of: str, present: Sequence[str], kept: Sequence[str] = (), removed: Sequence[str] = ()
) -> tuple[str, ...]:
    """Names of the conditions that a map is of: the one that is named; without a name all that were asked.

    Parameters
    ----------
    of : str
        Name, synonym or code; "" for all.
    present, kept, removed : sequence of str
        What the twin has, what of it the reference shows as well, and what the reference shows and the twin has not;
        as the vocabulary names them.

    Raises
    ------
    EcgError
        The twin was made neither with that condition nor without it.
    """
    if not of:
        return tuple(name for name in present if name not in kept) or tuple(present)
    name = find_condition(of).name
    if name not in (*present, *removed):
        raise EcgError(
            "This twin was not made with {condition}; choose {conditions}.",
            condition=Message(name),
            conditions=alternatives([Message(one) for one in (*present, *removed)]),
        )
    return (name,)
