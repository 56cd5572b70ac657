"""Samplers of the flow: generators that yield after each step, where progress and cancel hook in."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Velocity = Callable[[Tensor, float], Tensor]


def times(steps: int) -> list[float]:
    """Evenly spaced times from 1 (noise) to 0 (data), `steps` + 1 of them."""
    return [1 - i / steps for i in range(steps + 1)]


def euler(velocity: Velocity, x: Tensor, schedule: list[float]) -> Iterator[tuple[Tensor, Tensor]]:
    """First order: x <- x + (s - t) v(x, t). Yields (x, denoised) after each step."""
    for t, s in itertools.pairwise(schedule):
        v = velocity(x, t)
        denoised = x - t * v
        x = x + (s - t) * v
        yield x, denoised


def heun(velocity: Velocity, x: Tensor, schedule: list[float]) -> Iterator[tuple[Tensor, Tensor]]:
    """Second order: the mean of the slopes at both ends of a step (two evaluations, one in the last)."""
    for t, s in itertools.pairwise(schedule):
        v = velocity(x, t)
        ahead = x + (s - t) * v
        if s > 0:
            v = (v + velocity(ahead, s)) / 2
        denoised = x - t * v
        x = x + (s - t) * v
        yield x, denoised


def dpm_solver_2m(velocity: Velocity, x: Tensor, schedule: list[float]) -> Iterator[tuple[Tensor, Tensor]]:
    """DPM-Solver++(2M), second order with one evaluation a step (Lu et al. 2022, algorithm 2).

    With alpha = 1 - t, sigma = t and h the step in log(alpha / sigma):
    x <- sigma_s / sigma_t x - alpha_s (exp(-h) - 1) D, D extrapolated from the last two denoised latents.
    """
    before, last_h = None, math.inf
    for t, s in itertools.pairwise(schedule):
        denoised = x - t * velocity(x, t)
        h = _log_snr(s) - _log_snr(t)
        d = denoised
        if before is not None and math.isfinite(h) and math.isfinite(last_h):
            d = denoised + h / (2 * last_h) * (denoised - before)
        x = s / t * x + ((1 - s) - s * (1 - t) / t) * d
        before, last_h = denoised, h
        yield x, denoised


def _log_snr(t: float) -> float:
    if t >= 1:
        return -math.inf
    return math.inf if t <= 0 else math.log((1 - t) / t)


SAMPLERS = {"dpm_solver_2m": dpm_solver_2m, "heun": heun, "euler": euler}


def start_noise(shape: tuple[int, ...], seeds: list[int]) -> Tensor:
    """Gaussian noise (len(seeds), *shape), each row from its own seed, the same on every machine."""
    rows = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(rows)
