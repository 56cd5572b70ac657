"""The network of SSSD-ECG: residual blocks of two state-space layers, told the time and the labels.

As published (Alcaraz and Strodthoff 2023, arXiv 2301.08227), after DiffWave (Kong et al. 2021): a block adds the time,
widens by a convolution, passes a state-space layer, adds the label, passes another, and is gated; skips of all blocks are
summed. Ours may go over patches of a few samples instead of single ones, and hears of age, sex, heart rate and of whether
the strip is a virtual patient's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.generators.sssd.config import (
    LEADS,
    NUMBERS,
    ORIGINS,
    SAMPLES,
    SEXES,
    SssdConfig,
)
from ecgtwin_app.generators.sssd.labels import LabelEmbedding
from ecgtwin_app.generators.sssd.score_input import ROWS
from ecgtwin_app.generators.state_space.block import (
    LABEL_WIDTH,
    Block,
    systems_of,
    through,
    time_layers,
    waves,
)
from ecgtwin_app.generators.state_space.s4 import S4, Convolution

#: Of the score's embedding; each place of it sees so many places around it, a second of patches of 8 samples.
SCORE_WIDTH, SCORE_REACH = 128, 13
#: Marks are few and small beside a strip: they come in so much larger.
LOUDNESS = 10.0


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
        self.score = (
            nn.Sequential(
                nn.Conv1d(ROWS, SCORE_WIDTH, reach, stride, pad),
                nn.SiLU(),
                nn.Conv1d(SCORE_WIDTH, SCORE_WIDTH, SCORE_REACH, padding=SCORE_REACH // 2),
                nn.SiLU(),
            )
            if config.score
            else None
        )
        self.told = _Told(config)
        self.time = time_layers()
        self.blocks = nn.ModuleList(
            Block(
                width,
                config.state,
                self.places,
                config.kernel,
                config.groups,
                SCORE_WIDTH if config.score else 0,
                config.pooled,
            )
            for _ in range(config.blocks)
        )
        self.mix = nn.Conv1d(width, width, 1)
        self.leads = (
            nn.ConvTranspose1d(width, LEADS, reach, stride, pad) if stride > 1 else nn.Conv1d(width, LEADS, 1)
        )
        nn.init.zeros_(self.leads.weight)
        nn.init.zeros_(cast(Tensor, self.leads.bias))

    def systems(self) -> list[S4]:
        """All state-space layers, block by block."""
        return systems_of(self.blocks)

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
        at, told = self.time(waves(time)), self.told(present, absent, numbers, sex, origin)
        marks = None if self.score is None or score is None else self.score(LOUDNESS * score)
        h = through(self.blocks, F.relu(self.stem(x)), at, told, convolutions, marks)
        return self.leads(F.relu(self.mix(h)))
