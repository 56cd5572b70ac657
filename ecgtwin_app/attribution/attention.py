"""The attention map: how much each instant of the twin looked at the condition's tokens.

Cross-attention weights of the diffusion transformer, averaged over sampling steps, layers and heads, as in
ECGTwin's case study, which shows one step only. Softmax runs over the condition tokens, so the value is a
share. It is a course over time, the same for all leads.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import torch

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.generators.ecgtwin.adax import AdaXDiT


class AttentionRecorder:
    """Collects the condition attention of every block while it is open; always restores the network."""

    def __init__(self, network: AdaXDiT):
        self._layers = [block.condition for block in network.blocks]
        self._hooks = []
        self._sum: torch.Tensor | None = None
        self._count = 0

    def __enter__(self) -> Self:
        for layer in self._layers:
            layer.keep_weights = True
            self._hooks.append(layer.register_forward_hook(self._add))
        return self

    def __exit__(self, *_) -> None:
        for layer, hook in zip(self._layers, self._hooks):
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


def attention_map(weights: np.ndarray, columns: list[int], samples: int) -> HeatMap:
    """Share of attention on some condition tokens over time, repeated for the twelve leads.

    Parameters
    ----------
    weights : ndarray, shape (tokens, condition tokens)
    columns : list of int
        The tokens asked about.
    samples : int
        Length of the twin; the course is interpolated linearly between the tokens' middles.
    """
    share = weights[:, sorted(set(columns))].sum(axis=1)
    width = samples / len(share)
    course = np.interp(np.arange(samples), (np.arange(len(share)) + 0.5) * width - 0.5, share)
    values = np.repeat(course[None], 12, axis=0).astype(np.float32)
    uniform = len(set(columns)) / weights.shape[1]
    checks = {"mean_share": float(share.mean()), "share_if_uniform": uniform, "range": float(np.ptp(share))}
    return HeatMap("attention", values, False, "share", False, checks)
