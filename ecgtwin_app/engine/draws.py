"""The draws of one task: sampled, brought to twelve leads at 500 Hz, judged, the best of each twin's kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecgtwin_app.engine.judging import better, judged
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.generators.base import Generator, PreparedPatient
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message

#: Draws of one twin are so far apart in seed that they never meet another twin's.
DRAW_STRIDE = 1_000_003


@dataclass(frozen=True, eq=False)
class Draws:
    """A task ready to be drawn.

    Attributes
    ----------
    generator : Generator
    patient : PreparedPatient
    task : Task
    request : TwinRequest
        As it was asked.
    sources : mapping of str to sequence of str, optional
        Who says so of each condition that the reference shows.
    device : str
        Where the generator was loaded to.
    """

    generator: Generator
    patient: PreparedPatient
    task: Task
    request: TwinRequest
    sources: Mapping[str, Sequence[str]] | None
    device: str

    @property
    def count(self) -> int:
        """Of all twins together."""
        return self.task.settings.samples * self.task.settings.best_of

    @property
    def steps(self) -> int:
        """Of all draws of one twin."""
        return self.task.settings.best_of * self.task.settings.steps

    def of(self, numbers: Sequence[int], batch: int = 1, previews: bool = False) -> Iterator[Progress | Twin]:
        """A `Progress` after every step, and each twin when it is finished.

        Parameters
        ----------
        numbers : sequence of int
            Of the twins, from 0.
        batch : int
            How many draws are sampled together.
        previews : bool
            Whether the progress has one.
        """
        settings = self.task.settings
        draws = [(number, draw) for number in numbers for draw in range(settings.best_of)]
        done, kept = 0, {}
        for first in range(0, len(draws), batch):
            together = draws[first : first + batch]
            seeds = [settings.seed + number + DRAW_STRIDE * draw for number, draw in together]
            plans = [self.generator.plan(self.patient, self.task, seed) for seed in seeds]
            began = time.perf_counter()
            step = None
            for step in self.generator.sample(plans):
                done += len(plans)
                preview = canonical(step.preview[0], self.generator.spec) if previews else None
                message = self._how_far(together[0][0] + 1)
                yield Progress(done, settings.samples * self.steps, preview, message)
            assert step is not None, "a sampler takes a step at least"
            drawn, beats = step.preview, step.beats or ({},) * len(plans)
            seconds = (time.perf_counter() - began) / len(plans)
            for (number, draw), plan, signal, made in zip(together, plans, drawn, beats, strict=True):
                twin = judged(
                    self.generator, plan, self.request, signal, seconds, draw == 0, made, self.sources
                )
                if number not in kept or better(twin, kept[number]):
                    kept[number] = twin
                if draw == settings.best_of - 1:
                    yield kept.pop(number)

    def _how_far(self, number: int) -> Message:
        samples = self.task.settings.samples
        if self.generator.device == self.device:
            return Message("Twin {number} of {samples}", number=number, samples=samples)
        return Message(
            "Twin {number} of {samples}, on the processor: the graphics memory is too small",
            number=number,
            samples=samples,
        )
