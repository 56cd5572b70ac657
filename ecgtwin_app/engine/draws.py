"""The draws of one task: sampled, brought to twelve leads at 500 Hz, judged, the best of each twin's kept."""

from __future__ import annotations

import time
from collections.abc import Generator as Steps
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.judging import better, judged
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.generators.base import Generator, Plan, PreparedPatient, Step
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message

#: Draws of one twin are so far apart in seed that they never meet another twin's.
DRAW_STRIDE = 1_000_003
#: A new patient in whose draws no beat is found is drawn so often again.
REDRAWS = 8


class NoBeat(EcgError):
    """No draw of a new patient shows a beat."""


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
            twins = yield from self._drawn(together, done, previews)
            done += len(together) * settings.steps
            for (number, draw), twin in zip(together, twins, strict=True):
                if twin is not None and (number not in kept or better(twin, kept[number])):
                    kept[number] = twin
                if draw == settings.best_of - 1:
                    if number not in kept:
                        kept[number] = yield from self._drawn_again(number, done, previews)
                    yield kept.pop(number)

    def _drawn(
        self, draws: Sequence[tuple[int, int]], done: int, previews: bool, again: Message | None = None
    ) -> Steps[Progress, None, list[Twin | None]]:
        """Twins of draws that are sampled together, each by its number and that of its draw; None where no beat of a
        new patient is found. The progress of what is drawn again stays where it is."""
        settings = self.task.settings
        seeds = [settings.seed + number + DRAW_STRIDE * draw for number, draw in draws]
        plans = [self.generator.plan(self.patient, self.task, seed) for seed in seeds]
        began = time.perf_counter()
        step = None
        for step in self.generator.sample(plans):
            done += 0 if again else len(plans)
            preview = canonical(step.preview[0], self.generator.spec) if previews else None
            message = again or self._how_far(draws[0][0] + 1)
            yield Progress(done, settings.samples * self.steps, preview, message)
        assert step is not None, "a sampler takes a step at least"
        seconds = (time.perf_counter() - began) / len(plans)
        return self._judged(plans, step, seconds, [draw == 0 for _, draw in draws])

    def _judged(
        self, plans: Sequence[Plan], step: Step, seconds: float, first: Sequence[bool]
    ) -> list[Twin | None]:
        beats, twins = step.beats or ({},) * len(plans), list[Twin | None]()
        for plan, signal, made, is_first in zip(plans, step.preview, beats, first, strict=True):
            try:
                twin = judged(
                    self.generator, plan, self.request, signal, seconds, is_first, made, self.sources
                )
            except EcgError:
                if self.patient.recording is not None:
                    raise
                twin = None
            # Of what is taken for beats in mere noise no rate can be measured.
            nobodys = self.patient.recording is None
            shows_beats = twin is not None and twin.measurements.get("heart_rate") is not None
            twins.append(twin if shows_beats or not nobodys else None)
        return twins

    def _drawn_again(self, number: int, done: int, previews: bool) -> Steps[Progress, None, Twin]:
        """A new patient with beats, by other seeds; the progress stays where it is."""
        best_of, words = self.task.settings.best_of, Message("No beat was found; drawn again")
        for draw in range(best_of, best_of + REDRAWS):
            (twin,) = yield from self._drawn([(number, draw)], done, previews, words)
            if twin is not None:
                return twin
        words = Message(
            "No beat was found in {count} draws of this patient; choose another seed, or other conditions.",
            count=best_of + REDRAWS,
        )
        raise NoBeat(words)

    def _how_far(self, number: int) -> Message:
        samples = self.task.settings.samples
        if self.patient.recording is None:
            return Message("New patient {number} of {samples}", number=number, samples=samples)
        if self.generator.device == self.device:
            return Message("Twin {number} of {samples}", number=number, samples=samples)
        return Message(
            "Twin {number} of {samples}, on the processor: the graphics memory is too small",
            number=number,
            samples=samples,
        )
