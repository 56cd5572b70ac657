"""The batch of a step: drawn when it is asked for, or ahead of time in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ecgtwin_app.training import parallel
from ecgtwin_app.training.loop import generator_of

#: ``draw(step, rng)`` gives the batch of a step.
Draw = Callable[[int, torch.Generator], object]


class Stream(IterableDataset):
    """What `draw` gives for every step from `start` on, divided between the loader's workers in turn.

    Parameters
    ----------
    draw : callable (step, torch.Generator) -> a batch
    seed : int
    start, steps : int
        The first step and the one after the last.
    """

    def __init__(self, draw: Draw, seed: int, start: int, steps: int):
        self.draw, self.seed, self.start, self.steps = draw, seed, start, steps

    def __iter__(self) -> Iterator:
        worker = get_worker_info()
        number, count = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self.start + number, self.steps, count):
            yield self.draw(step, generator_of(self.seed, step))


class DrawnAhead:
    """The batch of a step, drawn ahead by `workers` processes; begins wherever a resumed run asks first."""

    def __init__(self, draw: Draw, seed: int, steps: int, workers: int):
        pin = parallel.device().type == "cuda"
        self._make = lambda start: DataLoader(
            Stream(draw, seed, start, steps), batch_size=None, num_workers=workers, pin_memory=pin
        )
        self._batches: Iterator | None = None

    def __call__(self, step: int, rng: torch.Generator):
        if self._batches is None:
            self._batches = iter(self._make(step))
        return next(self._batches)


def batches(draw: Draw, streamed: bool, seed: int, steps: int, workers: int) -> Callable:
    """``batches(step, rng)`` for a training loop: from workers where drawing reads from the disk."""
    return DrawnAhead(draw, seed, steps, workers) if streamed else draw
