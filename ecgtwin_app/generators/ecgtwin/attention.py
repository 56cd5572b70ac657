"""The attention of the strip's waves to the tokens of the condition, collected while a plan is sampled."""

from __future__ import annotations

from typing import Self, cast

import numpy as np
import torch

from ecgtwin_app.ecg.beat.score import Event
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.generators.ecgtwin.conditioning import present_columns
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.layers import Attention

#: Places along the strip that a course over time has.
PLACES = 500
#: How long (s) a P is, and a QRS with its T at most.
P_LENGTH, BEAT_LENGTH = 0.12, 0.44


class ConditionAttention:
    """Collects the condition attention of every block while it is open; always restores the network."""

    def __init__(self, ensemble: Ensemble):
        self._statements = len(ensemble.config.statements)
        self._layers = [
            cast(Attention, block.get_submodule("condition")) for block in ensemble.network.blocks
        ]
        self._hooks = []
        self._sum: torch.Tensor | None = None
        self._count = 0
        self._events: list[Event] = []
        self._columns: list[int] = []

    def __enter__(self) -> Self:
        for layer in self._layers:
            layer.keep_weights = True
            self._hooks.append(layer.register_forward_hook(self._add))
        return self

    def __exit__(self, *_) -> None:
        for layer, hook in zip(self._layers, self._hooks, strict=True):
            hook.remove()
            layer.keep_weights, layer.weights = False, None

    def of(self, events: list[Event], states: torch.Tensor) -> None:
        """Say which waves are sampled, and under which states (1, statements) of the statements."""
        columns, filled = present_columns(states)
        self._events, self._columns = events, columns[0][filled[0]].tolist()

    def _add(self, layer, _inputs, _output) -> None:
        # The first of a guided batch is the draw with the condition. Further draws have more rows.
        weights = layer.weights[0].mean(dim=0).float().cpu()
        if self._sum is None:
            self._sum = torch.zeros_like(weights)
        if weights.shape == self._sum.shape:
            self._sum = self._sum + weights
            self._count += 1

    def mean(self) -> np.ndarray:
        """Mean weights (PLACES, statements + 1): of each statement, and of all else that is told together.

        A place has the weights of the wave that is there, and none where there is no wave.
        """
        if self._sum is None:
            raise RuntimeError("Nothing was sampled while the attention was recorded.")
        weights = (self._sum / self._count).numpy()
        told = np.zeros((len(self._events), self._statements + 1))
        told[:, self._columns] = weights[:, : len(self._columns)]
        told[:, -1] = 1 - told.sum(axis=1)
        out = np.zeros((PLACES, self._statements + 1))
        at = (np.arange(PLACES) + 0.5) * MODEL_SAMPLES / MODEL_RATE / PLACES
        for event, row in zip(self._events, told, strict=True):
            length = P_LENGTH if event.chamber == "P" else BEAT_LENGTH
            out[(at >= event.time) & (at < event.time + length)] = row
        return out
