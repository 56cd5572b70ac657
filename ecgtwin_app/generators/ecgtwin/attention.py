"""The attention of the diffusion transformer to the tokens of the condition, collected while a plan is sampled."""

from __future__ import annotations

from typing import Self

import numpy as np
import torch

from ecgtwin_app.generators.ecgtwin.adax import AdaXDiT
from ecgtwin_app.generators.ecgtwin.layers import Attention


class ConditionAttention:
    """Collects the condition attention of every block while it is open; always restores the network."""

    def __init__(self, network: AdaXDiT):
        self._layers: list[Attention] = [block.get_submodule("condition") for block in network.blocks]  # type: ignore[misc]
        self._hooks = []
        self._sum: torch.Tensor | None = None
        self._count = 0

    def __enter__(self) -> Self:
        for layer in self._layers:
            layer.keep_weights = True
            self._hooks.append(layer.register_forward_hook(self._add))
        return self

    def __exit__(self, *_) -> None:
        for layer, hook in zip(self._layers, self._hooks, strict=True):
            hook.remove()
            layer.keep_weights, layer.weights = False, None

    def _add(self, layer, _inputs, _output) -> None:
        # The first of a guided batch is the draw with the condition.
        weights = layer.weights[0].mean(dim=0).float().cpu()
        self._sum = weights if self._sum is None else self._sum + weights
        self._count += 1

    def mean(self) -> np.ndarray:
        """Mean weights (tokens, condition tokens)."""
        if self._sum is None:
            raise RuntimeError("Nothing was sampled while the attention was recorded.")
        return (self._sum / self._count).numpy()
