"""How much the model recognises a condition in a signal.

A diffusion model is a classifier too: what it believes of a condition shows in how much better it predicts
the signal beneath the noise when told of it (Li et al., ICCV 2023). A shape is told as a statement; a rhythm by its statement
and by the kinds of the waves, which without it are all those of sinus rhythm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgtwin_app.ecg.beat.score import Event
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS
from ecgtwin_app.generators.ecgtwin.strip_context import CONDUCTED, SINUS_P, WAVES, StripContext
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.sampling.arrays import library

if TYPE_CHECKING:
    from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble

#: With the condition, without it, durations (waves, 6), and the noise (waves, SIZE) of `VelocityEvidence`.
Told = tuple[StripContext, StripContext, np.ndarray, np.ndarray]
#: Times of the flow at which the model is asked; at both ends it can tell nothing.
TIMES = (0.25, 0.45, 0.65)
#: Samples before a wave's onset whose mean is its zero.
LEVEL = 10


class VelocityEvidence:
    """How much the waves of a strip are better foreseen when the model is told of the condition.

    Parameters
    ----------
    model : WaveDrawer or Ensemble
        The ensemble, which can be differentiated, is told everything as tensors.
    told, untold : StripContext
        Of one twin, with the condition and without it.
    events : list of Event
        Of its waves.
    durations : array, shape (waves, 6)
        Standardised, as the waves were drawn.
    noise : array, shape (waves, SIZE)
        Beneath which the model is asked for the waves.
    """

    def __init__(
        self,
        model: WaveDrawer | Ensemble,
        told: StripContext,
        untold: StripContext,
        events: list[Event],
        durations: Any,
        noise: Any,
    ):
        self.model, self.noise = model, noise
        self.context = untold.joined(told)
        self.start = model.start(self.context.reference, self.context.kind)
        # Numbers that a wave has under both, and what they vary by.
        self.live = model.live[told.kind[0]]
        self.spread = model.own_spread
        self.events = events
        self.durations = durations

    def __call__(self, signal: Any) -> Any:
        """Evidence (batch,) of signals (batch, 8, samples) in mV; above 0 it speaks for the condition."""
        if isinstance(signal, np.ndarray) and not isinstance(self.noise, np.ndarray):
            return self._of_array(signal)
        return library(self.noise).stack([self._of_one(self._waves(one)) for one in signal])

    def _of_array(self, signal: np.ndarray) -> np.ndarray:
        """The same of an array by tensors, which keep no gradients."""
        import torch

        with torch.inference_mode():
            return self(torch.from_numpy(signal).to(self.noise)).cpu().numpy()

    def _waves(self, signal: Any) -> Any:
        """The vectors of a strip's waves as they stand in the signal."""
        j = (self.durations[:, 0] * 0.03 + 0.11) * MODEL_RATE
        windows: dict[str, list] = {part: [] for part in WINDOWS}
        for event, after in zip(self.events, j.tolist(), strict=True):
            onset = round(event.time * MODEL_RATE)
            for part, (first, length) in WINDOWS.items():
                start = onset + first + (round(after) if part == "t" else 0)
                level = _cut(signal, onset - LEVEL, LEVEL).mean(1)[:, None]
                windows[part].append(_cut(signal, start, length) - level)
        stack = library(self.noise).stack
        return self.model.codec.encode({part: stack(cut) for part, cut in windows.items()}, self.durations)

    def _of_one(self, waves: Any) -> Any:
        total = 0.0
        for t in TIMES:
            x = (1 - t) * (waves - self.start) + t * self.noise
            times = 0.0 * self.start[:, 0, 0] + t
            foreseen = x - t * self.model.velocity(x, times, self.context) + self.start
            error = (foreseen - waves) / self.spread * self.live
            untold, told = (error**2).sum((1, 2))
            total = total + untold - told
        return total


def of_tensors(model: Ensemble, events: list[Event], told: Told) -> VelocityEvidence:
    """The same by the module, which lies on a device: of tensors, to be differentiated, and of arrays."""
    from ecgtwin_app.generators.ecgtwin.tensors import as_tensors

    device = next(model.parameters()).device
    context, untold, durations, noise = (as_tensors(part, device) for part in told)
    return VelocityEvidence(model, context, untold, events, durations, noise)


class OfEither:
    """Evidence of arrays without torch; of tensors by the module, which is read when the first comes."""

    def __init__(
        self, drawer: WaveDrawer, read: Callable[[], Ensemble] | None, events: list[Event], told: Told
    ):
        context, untold, durations, noise = told
        self._of_arrays = VelocityEvidence(drawer, context, untold, events, durations, noise)
        self._read, self._events, self._told = read, events, told

    def __call__(self, signal: Any) -> Any:
        """See `VelocityEvidence`."""
        return self._of_arrays(signal) if isinstance(signal, np.ndarray) else self._of_tensors(signal)

    @cached_property
    def _of_tensors(self) -> VelocityEvidence:
        if self._read is None:
            raise TypeError("tensors need torch")
        return of_tensors(self._read(), self._events, self._told)


def without_kinds(context: StripContext) -> StripContext:
    """The same waves as those of sinus rhythm: every QRS conducted, every P from the sinus node."""
    p = np.array([name.startswith("P") for name in WAVES])
    return replace(context, kind=np.where(p[context.kind], SINUS_P, CONDUCTED))


def _cut(signal: Any, start: int, length: int) -> Any:
    """Samples of a strip (8, samples) from `start` on, its ends held."""
    return signal[:, np.arange(start, start + length).clip(0, signal.shape[1] - 1)]
