"""The networks as they are asked: arguments by name, outputs by name; what torch runs and what ONNX files are made of.

Each graph is a module with the names of its inputs and outputs, and which dimensions of the inputs are not fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.layers import Attention
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.strip_context import StripContext

CONDITION = ("statements", "severity", "numbers", "sex")


class Graph(nn.Module):
    """A network with names.

    Attributes
    ----------
    inputs, outputs : tuple of str
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def asked(self, told: Mapping[str, Tensor], outputs: Sequence[str]) -> list[Tensor]:
        """Some outputs for inputs by name."""
        found = self(*(told[name] for name in self.inputs))
        return [found[self.outputs.index(name)] for name in outputs]


class Identity(Graph):
    """A reference to its identity tokens and base vector."""

    inputs = ("beats", "has_p", "blur", "known", *CONDITION)
    outputs = ("identity", "base")

    def __init__(self, ensemble: Ensemble):
        super().__init__()
        self.ensemble = ensemble

    def forward(self, beats, has_p, blur, known, statements, severity, numbers, sex):
        """See `Ensemble.identity`."""
        condition = ConditionBatch(statements, severity, numbers, sex)
        return self.ensemble.identity(Reference(beats, has_p, blur, condition, known))


class Velocity(Graph):
    """Where the waves go, and on request what they looked at of the condition's tokens."""

    inputs = ("x", "time", "kind", "there", *CONDITION, "identity")
    outputs = ("velocity", "looked")

    def __init__(self, ensemble: Ensemble):
        super().__init__()
        self.ensemble = ensemble
        self._layers = [
            cast(Attention, block.get_submodule("condition")) for block in ensemble.network.blocks
        ]

    def forward(self, x, time, kind, there, statements, severity, numbers, sex, identity):
        """See `Ensemble.velocity`; `looked` (batch, waves, tokens) is the mean over layers and heads."""
        velocity = self._velocity(x, time, kind, there, statements, severity, numbers, sex, identity)
        weights = [layer.weights.mean(dim=1) for layer in self._layers if layer.weights is not None]
        if not weights:
            return (velocity,)
        return velocity, torch.stack(weights).mean(dim=0)

    def asked(self, told: Mapping[str, Tensor], outputs: Sequence[str]) -> list[Tensor]:
        """See `Graph`; the weights are kept only where they are asked for, which takes longer."""
        self.look("looked" in outputs)
        try:
            return super().asked(told, outputs)
        finally:
            self.look(False)

    def look(self, on: bool) -> None:
        """Whether the layers keep what they looked at."""
        for layer in self._layers:
            layer.keep_weights, layer.weights = on, None

    def _velocity(self, x, time, kind, there, statements, severity, numbers, sex, identity) -> Tensor:
        condition = ConditionBatch(statements, severity, numbers, sex)
        # The reference has been read: `identity` is what came of it.
        context = StripContext(condition, cast(Reference, None), kind, there)
        return self.ensemble.velocity(x, time, context, identity)


class RhythmKnown(Graph):
    """What a rhythm is told of the condition, and what is remembered before its first event."""

    inputs = CONDITION
    outputs = ("known", "memory")

    def __init__(self, model: RhythmModel):
        super().__init__()
        self.model = model

    def forward(self, statements, severity, numbers, sex):
        """See `RhythmModel.known` and `RhythmModel.begin`."""
        known = self.model.known(ConditionBatch(statements, severity, numbers, sex))
        return known, self.model.begin(known)


class RhythmStep(Graph):
    """One event more: shares of the next kind, as logits."""

    inputs = ("kind", "seen", "known", "memory")
    outputs = ("trunk", "shares", "memory_after")

    def __init__(self, model: RhythmModel):
        super().__init__()
        self.model = model

    def forward(self, kind, seen, known, memory):
        """See `RhythmModel.step`."""
        return self.model.step(kind, seen, known, memory)


class RhythmWhen(Graph):
    """When the next event comes, for its kind."""

    inputs = ("trunk", "kind", "seen")
    outputs = ("weight", "mean", "spread")

    def __init__(self, model: RhythmModel):
        super().__init__()
        self.model = model

    def forward(self, trunk, kind, seen):
        """See `RhythmModel.mixture`."""
        return self.model.mixture(trunk, kind, seen)
