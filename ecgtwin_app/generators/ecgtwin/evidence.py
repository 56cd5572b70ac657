"""How much the model recognises a condition in a signal.

A diffusion model is a classifier too: what it believes of a condition shows in how much better it predicts
the signal beneath the noise when told of it (Li et al., ICCV 2023). A shape is told as a statement; a rhythm by its statement
and by the kinds of the waves, which without it are all those of sinus rhythm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.beat.score import Event
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS
from ecgtwin_app.generators.ecgtwin.ensemble import CONDUCTED, SINUS_P, WAVES, Ensemble, StripContext

#: Times of the flow at which the model is asked; at both ends it can tell nothing.
TIMES = (0.25, 0.45, 0.65)
#: Samples before a wave's onset whose mean is its zero.
LEVEL = 10


class VelocityEvidence:
    """How much the waves of a strip are better foreseen when the model is told of the condition.

    Parameters
    ----------
    ensemble : Ensemble
    told, untold : StripContext
        Of one twin, with the condition and without it.
    events : list of Event
        Of its waves.
    durations : ndarray, shape (waves, 6)
        Standardised, as the waves were drawn.
    noise : Tensor, shape (waves, SIZE)
        Beneath which the model is asked for the waves.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        told: StripContext,
        untold: StripContext,
        events: list[Event],
        durations: np.ndarray,
        noise: Tensor,
    ):
        self.ensemble, self.noise = ensemble, noise
        self.context = untold.joined(told)
        self.start = ensemble.start(self.context.reference, self.context.kind)
        # Numbers that a wave has under both, and what they vary by.
        self.live = ensemble.live[told.kind[0]]
        self.spread = ensemble.own_spread
        self.events = events
        self.durations = torch.from_numpy(durations).to(noise)

    def __call__(self, signal: Tensor) -> Tensor:
        """Evidence (batch,) of signals (batch, 8, samples) in mV; above 0 it speaks for the condition."""
        return torch.stack([self._of_one(self._waves(one)) for one in signal])

    def _waves(self, signal: Tensor) -> Tensor:
        """The vectors of a strip's waves as they stand in the signal."""
        j = (self.durations[:, 0] * 0.03 + 0.11) * MODEL_RATE
        windows: dict[str, list[Tensor]] = {part: [] for part in WINDOWS}
        for event, after in zip(self.events, j.tolist(), strict=True):
            onset = round(event.time * MODEL_RATE)
            for part, (first, length) in WINDOWS.items():
                start = onset + first + (round(after) if part == "t" else 0)
                level = _cut(signal, onset - LEVEL, LEVEL).mean(dim=1, keepdim=True)
                windows[part].append(_cut(signal, start, length) - level)
        return self.ensemble.codec.encode(
            {part: torch.stack(cut) for part, cut in windows.items()}, self.durations
        )

    def _of_one(self, waves: Tensor) -> Tensor:
        total = waves.new_zeros(())
        for t in TIMES:
            x = (1 - t) * (waves - self.start) + t * self.noise
            times = torch.full((2,), t, device=waves.device)
            foreseen = x - t * self.ensemble.velocity(x, times, self.context) + self.start
            error = (foreseen - waves) / self.spread * self.live
            untold, told = error.pow(2).sum(dim=(1, 2))
            total = total + untold - told
        return total


def without_kinds(context: StripContext) -> StripContext:
    """The same waves as those of sinus rhythm: every QRS conducted, every P from the sinus node."""
    p = torch.tensor([name.startswith("P") for name in WAVES], device=context.kind.device)
    return replace(context, kind=torch.where(p[context.kind], SINUS_P, CONDUCTED))


def _cut(signal: Tensor, start: int, length: int) -> Tensor:
    """Samples of a strip (8, samples) from `start` on, its ends held."""
    at = torch.arange(start, start + length, device=signal.device).clamp(0, signal.shape[1] - 1)
    return signal[:, at]
