"""The transformer with the AdaX Condition Injector, over the beats of a strip.

After ECGTwin (arXiv 2508.02720): adaptive normalisation from the time step, and two pathways of cross-attention, to the
condition tokens and to the reference's own beats. The tokens are the waves of a strip, each P and each QRS with its T,
which look at one another. ECGTwin brings the base vector into the normalisation; here that added nothing beside the
beats themselves (docs/any_patient.md), so it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.condition_tokens import ConditionTokens
from ecgtwin_app.generators.ecgtwin.config import CONDITION, IDENTITY, TOGETHER, AdaXConfig
from ecgtwin_app.generators.ecgtwin.layers import Attention, feed_forward, sinusoid


class AdaXBlock(nn.Module):
    """One block: the other waves, the condition, the patient's own beats, feed-forward."""

    def __init__(self, config: AdaXConfig):
        super().__init__()
        width, heads = config.width, config.heads
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(4))
        self.together = Attention(width, heads) if TOGETHER in config.pathways else None
        self.condition = Attention(width, heads, config.condition_width)
        self.identity = Attention(width, heads)
        self.mlp = feed_forward(width, 3)
        self.shift = nn.Parameter(torch.zeros(8, width))

    def forward(self, x: Tensor, adapt: Tensor, told: Told) -> Tensor:
        """`adapt` (batch, 8, width): a shift and a scale before each of the four."""
        shifts, scales = (adapt + self.shift).chunk(2, dim=1)

        def at(row: int) -> Tensor:
            return self.norms[row](x) * (1 + scales[:, row : row + 1]) + shifts[:, row : row + 1]

        if self.together is not None:
            x = x + self.together(at(0), there=told.there)
        if told.condition is not None:
            x = x + self.condition(at(1), told.condition, told.said)
        if told.identity is not None:
            x = x + self.identity(at(2), told.identity)
        return x + self.mlp(at(3))


@dataclass(frozen=True, eq=False)
class Told:
    """What the blocks look at.

    Attributes
    ----------
    there : Tensor, shape (batch, waves), bool
        Which tokens are waves; the others fill the batch up.
    condition : Tensor or None, shape (batch, condition tokens, condition width)
    said : Tensor, shape (batch, condition tokens), bool
    identity : Tensor or None, shape (batch, own beats, width)
    """

    there: Tensor
    condition: Tensor | None
    said: Tensor
    identity: Tensor | None


class AdaX(nn.Module):
    """Waves (batch, waves, size) to as many numbers, given the time, their kinds, the condition and the identity."""

    def __init__(self, config: AdaXConfig, size: int, kinds: int):
        super().__init__()
        self.config = config
        width = config.width
        self.from_wave = nn.Linear(size, width)
        self.kind = nn.Embedding(kinds, width)
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, 8 * width)
        self.tokens = ConditionTokens(len(config.statements), config.condition_width)
        self.blocks = nn.ModuleList(AdaXBlock(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, size)
        for layer in (self.modulation, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x, time, kind, there, condition, identity) -> Tensor:
        """Numbers (batch, waves, size).

        Parameters
        ----------
        x : Tensor, shape (batch, waves, size)
            Of unit size.
        time : Tensor, shape (batch,)
            1 (noise) to 0 (data).
        kind : Tensor, shape (batch, waves), int64
        there : Tensor, shape (batch, waves), bool
        condition : ConditionBatch
        identity : Tensor, shape (batch, own beats, width)
        """
        ways = self.config.pathways
        adapt = self.time(sinusoid(time, 64, 100.0))
        adapt = self.modulation(nn.functional.silu(adapt)).unflatten(-1, (8, -1))
        tokens, said = self.tokens(condition)
        told = Told(
            there, tokens if CONDITION in ways else None, said, identity if IDENTITY in ways else None
        )
        h = self.from_wave(x) + self.kind(kind)
        for block in self.blocks:
            h = block(h, adapt, told)
        return self.out(self.norm(h))
