"""The network of SSSD-ECG: residual blocks of two state-space layers, told the time and the labels.

As published (Alcaraz and Strodthoff 2023, arXiv 2301.08227), after DiffWave (Kong et al. 2021): a block adds the time,
widens by a convolution, passes a state-space layer, adds the label, passes another, and is gated; skips of all blocks are
summed. Ours may go over patches of a few samples instead of single ones, and hears of age, sex, heart rate and of whether
the strip is a virtual patient's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.generators.sssd.config import LEADS, NUMBERS, ORIGINS, SAMPLES, SEXES, SssdConfig
from ecgtwin_app.generators.sssd.labels import LabelEmbedding
from ecgtwin_app.generators.sssd.s4 import S4, Convolution
from ecgtwin_app.generators.sssd.score_input import ROWS

#: Widths of the embeddings, as published.
TIME, TIME_WIDTH, LABEL_WIDTH = 128, 512, 128


class _Told(nn.Module):
    """Labels, numbers, sex and origin as one vector (batch, `LABEL_WIDTH`)."""

    def __init__(self, config: SssdConfig):
        super().__init__()
        self.labels = LabelEmbedding(config.embedding, len(config.statements), LABEL_WIDTH)
        self.numbers = nn.Sequential(
            nn.Linear(2 * len(NUMBERS), LABEL_WIDTH), nn.SiLU(), nn.Linear(LABEL_WIDTH, LABEL_WIDTH)
        )
        self.sex = nn.Embedding(len(SEXES), LABEL_WIDTH)
        self.origin = nn.Embedding(len(ORIGINS), LABEL_WIDTH)

    def forward(
        self, present: Tensor, absent: Tensor, numbers: Tensor, sex: Tensor, origin: Tensor
    ) -> Tensor:
        known = numbers.isfinite()
        centre, spread = (
            torch.tensor(one, device=numbers.device) for one in zip(*NUMBERS.values(), strict=True)
        )
        scaled = torch.where(known, (numbers - centre) / spread, 0.0)
        told = self.numbers(torch.cat([scaled, known.to(scaled.dtype)], -1))
        return self.labels(present, absent) + told + self.sex(sex) + self.origin(origin)


class _Block(nn.Module):
    def __init__(self, config: SssdConfig, length: int):
        super().__init__()
        width, double = config.width, 2 * config.width
        self.time = nn.Linear(TIME_WIDTH, width)
        self.label = nn.Linear(LABEL_WIDTH, double)
        self.wide = nn.Conv1d(width, double, 3, padding=1)
        systems = (S4(double, config.state, length, config.kernel, config.groups) for _ in range(2))
        self.before, self.after = systems
        self.onward = nn.Conv1d(width, width, 1)
        self.skip = nn.Conv1d(width, width, 1)

    def forward(
        self, x: Tensor, time: Tensor, told: Tensor, convolutions: Sequence[Convolution | None]
    ) -> tuple[Tensor, Tensor]:
        h = self.wide(x + self.time(time)[..., None])
        h = self.before(h, convolutions[0]) + self.label(told)[..., None]
        one, other = self.after(h, convolutions[1]).chunk(2, dim=1)
        h = torch.tanh(one) * torch.sigmoid(other)
        return (x + self.onward(h)) * math.sqrt(0.5), self.skip(h)


class Sssd(nn.Module):
    """What is predicted (noise, or the clean strip) of a noisy strip.

    Parameters
    ----------
    config : SssdConfig
    """

    def __init__(self, config: SssdConfig):
        super().__init__()
        self.config = config
        width, stride = config.width, config.stride
        self.places = SAMPLES // stride
        # A patch sees as much again on both sides, so that no seam is to be seen between two.
        reach = 3 * stride if stride > 1 else 1
        pad = (reach - stride) // 2
        self.stem = nn.Conv1d(LEADS, width, reach, stride, pad)
        # Marks of the score go in as the strip does, and what they say of the rhythm goes on from block to block.
        self.score = nn.Conv1d(ROWS, width, reach, stride, pad, bias=False) if config.score else None
        self.told = _Told(config)
        self.time = nn.Sequential(
            nn.Linear(TIME, TIME_WIDTH), nn.SiLU(), nn.Linear(TIME_WIDTH, TIME_WIDTH), nn.SiLU()
        )
        self.blocks = nn.ModuleList(_Block(config, self.places) for _ in range(config.blocks))
        self.mix = nn.Conv1d(width, width, 1)
        self.leads = (
            nn.ConvTranspose1d(width, LEADS, reach, stride, pad) if stride > 1 else nn.Conv1d(width, LEADS, 1)
        )
        nn.init.zeros_(self.leads.weight)
        nn.init.zeros_(cast(Tensor, self.leads.bias))

    def systems(self) -> list[S4]:
        """All state-space layers, block by block."""
        blocks = [cast(_Block, block) for block in self.blocks]
        return [system for block in blocks for system in (block.before, block.after)]

    def convolutions(self) -> list[Convolution]:
        """Each layer's system as a convolution, made once: what does not change while strips are sampled."""
        return [system.convolution(self.places) for system in self.systems()]

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        present: Tensor,
        absent: Tensor,
        numbers: Tensor,
        sex: Tensor,
        origin: Tensor,
        score: Tensor | None = None,
        convolutions: Sequence[Convolution] | None = None,
    ) -> Tensor:
        """The prediction (batch, 8, 1000), of unit size.

        Parameters
        ----------
        x : Tensor, shape (batch, 8, 1000)
            Noisy strips of about unit size.
        time : Tensor, shape (batch,)
            From 0 (clean) to `TIME_STEPS` - 1.
        present, absent : Tensor, shape (batch, statements)
            See `LabelEmbedding`.
        numbers : Tensor, shape (batch, len(NUMBERS))
            NaN where unknown.
        sex, origin : Tensor, shape (batch,), int64
            0 where unknown.
        score : Tensor or None, shape (batch, score_input.ROWS, 1000)
            For a network that hears one.
        convolutions : sequence of callable or None
            What `convolutions` gave.
        """
        at, told = self.time(_waves(time)), self.told(present, absent, numbers, sex, origin)
        x = self.stem(x)
        if self.score is not None:
            x = x + self.score(score)
        x = F.relu(x)
        total: Tensor | float = 0.0
        for number, block in enumerate(self.blocks):
            own = (None, None) if convolutions is None else convolutions[2 * number : 2 * number + 2]
            x, skip = block(x, at, told, own)
            total = total + skip
        return self.leads(F.relu(self.mix(total * math.sqrt(1 / len(self.blocks)))))


def _waves(time: Tensor) -> Tensor:
    """Sines and cosines (batch, 128) of the time, as DiffWave has them."""
    rates = 10.0 ** (torch.arange(TIME // 2, device=time.device) * 4 / (TIME // 2 - 1))
    angles = time[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)
