"""The attention of the strip's waves to the tokens of the condition, collected while a plan is sampled."""

from __future__ import annotations

from typing import Self

import numpy as np

from ecgtwin_app.ecg.beat.score import Event
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.generators.ecgtwin.conditioning import MOST_PRESENT, PRESENT
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer

#: Places along the strip that a course over time has.
PLACES = 500
#: How long (s) a P is, and a QRS with its T at most.
P_LENGTH, BEAT_LENGTH = 0.12, 0.44


class ConditionAttention:
    """Collects the condition attention of all blocks while it is open; always restores the drawer."""

    def __init__(self, drawer: WaveDrawer):
        self._statements = len(drawer.config.statements)
        self._drawer = drawer
        self._sum: np.ndarray | None = None
        self._count = 0
        self._events: list[Event] = []
        self._columns: list[int] = []

    def __enter__(self) -> Self:
        self._drawer.looked = self._add
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def of(self, events: list[Event], states: np.ndarray) -> None:
        """Say which waves are sampled, and under which states (1, statements) of the statements."""
        self._events, self._columns = events, np.flatnonzero(states[0] == PRESENT)[:MOST_PRESENT].tolist()

    def end(self) -> None:
        """The strip is sampled: what is drawn from now on, in its place or for other beats, is not it."""
        self._drawer.looked = None

    def _add(self, looked: np.ndarray) -> None:
        # The first of a guided batch is the draw with the condition.
        self._sum = looked[0] + (0.0 if self._sum is None else self._sum)
        self._count += 1

    def mean(self) -> np.ndarray:
        """Mean weights (PLACES, statements + 1): of each statement, and of all else that is told together.

        A place has the weights of the wave that is there, and none where there is no wave.
        """
        if self._sum is None:
            raise RuntimeError("Nothing was sampled while the attention was recorded.")
        weights = self._sum / self._count
        told = np.zeros((len(self._events), self._statements + 1))
        told[:, self._columns] = weights[:, : len(self._columns)]
        told[:, -1] = 1 - told.sum(axis=1)
        out = np.zeros((PLACES, self._statements + 1))
        at = (np.arange(PLACES) + 0.5) * MODEL_SAMPLES / MODEL_RATE / PLACES
        for event, row in zip(self._events, told, strict=True):
            length = P_LENGTH if event.chamber == "P" else BEAT_LENGTH
            out[(at >= event.time) & (at < event.time + length)] = row
        return out
