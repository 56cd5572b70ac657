"""Residual blocks of two state-space layers, as SSSD has them (Alcaraz and Strodthoff 2022, arXiv 2208.09399).

After DiffWave (Kong et al. 2021): a block adds the time, widens by a convolution, passes a state-space layer, adds what is
told beside it, passes another, and is gated; skips of all blocks are summed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.state_space.s4 import S4, Convolution

#: Widths of the embeddings, as published.
TIME, TIME_WIDTH, LABEL_WIDTH = 128, 512, 128


class Block(nn.Module):
    """One of them.

    Parameters
    ----------
    width : int
        Channels; its state-space layers have twice as many.
    state, length, kernel, groups
        See `s4.S4`.
    beside : int
        Channels of what is known of each place; 0 for nothing.
    pooled : bool
        The mean over the whole strip is added at every place, so that all beats agree on what they are like.
    """

    def __init__(
        self,
        width: int,
        state: int,
        length: int,
        kernel: str,
        groups: int,
        beside: int = 0,
        pooled: bool = False,
    ):
        super().__init__()
        double = 2 * width
        self.time = nn.Linear(TIME_WIDTH, width)
        self.label = nn.Linear(LABEL_WIDTH, double)
        self.beside = nn.Conv1d(beside, double, 1) if beside else None
        self.whole = nn.Linear(double, double) if pooled else None
        self.wide = nn.Conv1d(width, double, 3, padding=1)
        self.before, self.after = (S4(double, state, length, kernel, groups) for _ in range(2))
        self.onward = nn.Conv1d(width, width, 1)
        self.skip = nn.Conv1d(width, width, 1)

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        told: Tensor,
        convolutions: Sequence[Convolution | None],
        beside: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """What goes on to the next block, and the skip, each (batch, width, length)."""
        h = self.wide(x + self.time(time)[..., None])
        if self.beside is not None:
            h = h + self.beside(beside)
        h = self.before(h, convolutions[0])
        everywhere = self.label(told)
        if self.whole is not None:
            everywhere = everywhere + self.whole(h.mean(-1))
        h = h + everywhere[..., None]
        one, other = self.after(h, convolutions[1]).chunk(2, dim=1)
        h = torch.tanh(one) * torch.sigmoid(other)
        return (x + self.onward(h)) * math.sqrt(0.5), self.skip(h)


def through(
    blocks: nn.ModuleList,
    x: Tensor,
    time: Tensor,
    told: Tensor,
    convolutions: Sequence[Convolution] | None,
    beside: Tensor | None = None,
) -> Tensor:
    """The skips of all blocks, summed and of unit size.

    Parameters
    ----------
    x : Tensor, shape (batch, width, length)
    time : Tensor, shape (batch, `TIME_WIDTH`)
    told : Tensor, shape (batch, `LABEL_WIDTH`)
    convolutions : sequence of callable or None
        Of `systems_of` the blocks, where many calls share them.
    beside : Tensor or None, shape (batch, beside, length)
        What is known of each place, for blocks that hear it.
    """
    total: Tensor | float = 0.0
    for number, block in enumerate(blocks):
        own = (None, None) if convolutions is None else convolutions[2 * number : 2 * number + 2]
        x, skip = block(x, time, told, own, beside)
        total = total + skip
    return cast(Tensor, total) * math.sqrt(1 / len(blocks))


def systems_of(blocks: nn.ModuleList) -> list[S4]:
    """All state-space layers, block by block."""
    return [system for block in blocks for system in (cast(Block, block).before, cast(Block, block).after)]


def time_layers() -> nn.Sequential:
    """From `waves` to what the blocks are told of the time."""
    return nn.Sequential(nn.Linear(TIME, TIME_WIDTH), nn.SiLU(), nn.Linear(TIME_WIDTH, TIME_WIDTH), nn.SiLU())


def waves(time: Tensor) -> Tensor:
    """Sines and cosines (batch, `TIME`) of the time, as DiffWave has them."""
    rates = 10.0 ** (torch.arange(TIME // 2, device=time.device) * 4 / (TIME // 2 - 1))
    angles = time[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)
