"""Small layers that the extractor and the diffusion transformer share."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention from ``x`` to ``context`` (to itself when none is given).

    With ``keep_weights`` set, the last attention weights (batch, heads, queries, keys) stay in ``weights``;
    the heat maps are made from them.
    """

    def __init__(self, width: int, heads: int, context_width: int | None = None):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(context_width or width, 2 * width)
        self.out = nn.Linear(width, width)
        self.keep_weights = False
        self.weights: Tensor | None = None

    def forward(self, x: Tensor, context: Tensor | None = None, there: Tensor | None = None) -> Tensor:
        """(batch, queries, width) and (batch, keys, context width) to (batch, queries, width).

        `there` (batch, keys), bool, says which keys are looked at; every row has one.
        """
        context = x if context is None else context
        q = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.key_value(context).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mask = None if there is None else there[:, None, None]
        if self.keep_weights:
            scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
            scores = scores if mask is None else scores.masked_fill(~mask, float("-inf"))
            self.weights = scores.softmax(-1)
            mixed = self.weights @ v
        else:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(-2))


def feed_forward(width: int, factor: int = 4) -> nn.Sequential:
    """Two linear layers with GELU between."""
    return nn.Sequential(nn.Linear(width, factor * width), nn.GELU(), nn.Linear(factor * width, width))


def sinusoid(value: Tensor, width: int, longest: float = 1000.0) -> Tensor:
    """Sinusoidal features (..., width) of a number (...)."""
    rate = longest ** (torch.arange(width // 2, device=value.device) / (width // 2))
    angle = value[..., None] * rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
