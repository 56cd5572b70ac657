"""The network of DiffECG: how far a guess of what is hidden is off, from what is visible, as a draw or as the middle of all.

After DiffECG (Neifar et al. 2023, arXiv 2306.01875): one diffusion for three tasks, which hears the spectrum of the visible
signal beside it. Ours goes over patches through state-space blocks, begins from a guess (`ecg.imputation`), so that nothing
learned is as good as that, and tells how far it is off in two ways: as weights of the leads at each sample, which is how a
hidden lead hangs on the visible ones, and as any shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.generators.diffecg.config import (
    BINS,
    HOP,
    LEADS,
    SAMPLES,
    STRIDE,
    TASKS,
    TIME_STEPS,
    DiffecgConfig,
)
from ecgtwin_app.generators.state_space.block import (
    LABEL_WIDTH,
    Block,
    systems_of,
    through,
    time_layers,
    waves,
)
from ecgtwin_app.generators.state_space.s4 import S4, Convolution

#: Mean square of how far guesses are off, in the units that the network tells it in.
POWER = 0.5


class Diffecg(nn.Module):
    """How far a guess is off.

    Parameters
    ----------
    config : DiffecgConfig
    """

    def __init__(self, config: DiffecgConfig):
        super().__init__()
        self.config = config
        width, self.places = config.width, SAMPLES // STRIDE
        # A patch sees as much again on both sides, so that no seam is to be seen between two.
        reach = 3 * STRIDE
        self.stem = nn.Conv1d(3 * LEADS, width, reach, STRIDE, STRIDE)
        self.heard = nn.Conv1d(LEADS * BINS, width, 1, bias=False)
        self.task = nn.Embedding(len(TASKS), LABEL_WIDTH)
        self.there = nn.Sequential(
            nn.Linear(LEADS, LABEL_WIDTH), nn.SiLU(), nn.Linear(LABEL_WIDTH, LABEL_WIDTH)
        )
        self.time = time_layers()
        self.blocks = nn.ModuleList(
            Block(width, config.state, self.places, config.kernel, config.groups)
            for _ in range(config.blocks)
        )
        self.mix = nn.Conv1d(width, width, 1)
        self.leads = nn.ConvTranspose1d(width, LEADS, reach, STRIDE, STRIDE)
        self.weights = nn.Conv1d(width, LEADS * LEADS, 1)
        for last in (self.leads, self.weights):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(cast(Tensor, last.bias))
        self.register_buffer("between", _between(self.places), persistent=False)

    def systems(self) -> list[S4]:
        """All state-space layers, block by block."""
        return systems_of(self.blocks)

    def convolutions(self) -> list[Convolution]:
        """Each layer's system as a convolution, made once: what does not change while strips are sampled."""
        return [system.convolution(self.places) for system in self.systems()]

    def forward(
        self,
        x: Tensor,
        guess: Tensor,
        hidden: Tensor,
        spectrum: Tensor,
        time: Tensor,
        task: Tensor,
        convolutions: Sequence[Convolution] | None = None,
    ) -> Tensor:
        """How far the guess is off (batch, 8, 1000), in units of `config.off`.

        Parameters
        ----------
        x : Tensor, shape (batch, 8, 1000)
            How far it is off with noise on it, in the same units; noughts where the middle is asked.
        guess : Tensor, shape (batch, 8, 1000)
            What is visible, and the guess of what is hidden, in units of `config.scale`.
        hidden : Tensor, shape (batch, 8, 1000)
            1 where hidden, else 0.
        spectrum : Tensor, shape (batch, 8 * `BINS`, `FRAMES`)
            See `spectrum.log_spectrum`.
        time : Tensor, shape (batch,)
            From 0 (clean) to `TIME_STEPS`, or `MIDDLE`.
        task : Tensor, shape (batch,), int64
            A place in `TASKS`.
        convolutions : sequence of callable or None
            What `convolutions` gave.
        """
        told = self.task(task) + self.there(hidden.mean(-1))
        heard = self.heard(spectrum).repeat_interleave(HOP // STRIDE, -1)[..., : self.places]
        h = F.relu(self.stem(torch.cat([x, guess, hidden], 1)) + heard)
        h = F.relu(self.mix(through(self.blocks, h, self.time(waves(time)), told, convolutions)))
        weights = (self.weights(h) @ cast(Tensor, self.between)).unflatten(1, (LEADS, LEADS))
        return x * _kept(time)[:, None, None] + self.leads(h) + (weights * guess[:, None]).sum(2)


def _kept(time: Tensor) -> Tensor:
    """How much of a noisy strip is kept where nothing else is known: the best guess of what is Gaussian."""
    t = (time / TIME_STEPS).clamp_max(1)
    return (1 - t) * POWER / ((1 - t) ** 2 * POWER + t**2)


def _between(places: int) -> Tensor:
    """From values in the middle of each place (…, places) to every sample (…, 1000), by straight lines."""
    middles = torch.arange(places) * STRIDE + (STRIDE - 1) / 2
    at = torch.arange(SAMPLES).float().clamp(middles[0], middles[-1])
    return (1 - (at[None] - middles[:, None]).abs() / STRIDE).clamp_min(0)
