"""Samplers of a velocity: Python generators that yield after each step, where progress and cancel hook in.

Latents are arrays, or tensors where a network of torch is asked directly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.sampling.arrays import like
from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.sampling.noise import Noise
from ecgtwin_app.sampling.schedules import ddpm_schedule, evenly_spaced

#: dx/dt of latents (batch, ...) at a time from 1 (noise) to 0 (data).
Velocity = Callable[[Any, float], Any]


def euler(velocity: Velocity, x: Any, schedule: list[float]) -> Iterator[tuple[Any, Any]]:
    """First order: x <- x + (s - t) v(x, t). Yields (x, denoised) after each step."""
    for t, s in itertools.pairwise(schedule):
        v = velocity(x, t)
        denoised = x - t * v
        x = x + (s - t) * v
        yield x, denoised


def heun(velocity: Velocity, x: Any, schedule: list[float]) -> Iterator[tuple[Any, Any]]:
    """Second order: the mean of the slopes at both ends of a step (two evaluations, one in the last)."""
    for t, s in itertools.pairwise(schedule):
        v = velocity(x, t)
        ahead = x + (s - t) * v
        if s > 0:
            v = (v + velocity(ahead, s)) / 2
        denoised = x - t * v
        x = x + (s - t) * v
        yield x, denoised


def dpm_solver_2m(velocity: Velocity, x: Any, schedule: list[float]) -> Iterator[tuple[Any, Any]]:
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


def ddpm(velocity: Velocity, x: Any, schedule: list[float], seeds: list[int]) -> Iterator[tuple[Any, Any]]:
    """Ancestral sampling of a variance-preserving diffusion (Ho et al. 2020, algorithm 2) with a flow's velocity.

    The diffusion's latent z = a x0 + s e, a**2 = alpha bar, s**2 = 1 - a**2, is the flow's latent but for
    its scale: z / (a + s) lies on the straight path at the time s / (a + s). So the velocity there tells the
    denoised latent exactly, and each step draws from the posterior of the next latent with the smaller of the
    two variances of that paper. Nothing is clipped.

    Parameters
    ----------
    x : array, shape (len(seeds), ...)
        Gaussian noise.
    schedule : list of float
        See `ddpm_schedule`.
    seeds : list of int
        The noise of the steps, by row: a row is the same in any batch.
    """
    # Offset, so that the steps do not draw the start noise of the same seed again.
    noises = [Noise(seed + 2**32) for seed in seeds]
    z = x
    for now, next_ in itertools.pairwise(schedule):
        a, s = math.sqrt(now), math.sqrt(1 - now)
        t = s / (a + s)
        at = z / (a + s)
        denoised = at - t * velocity(at, t)
        alpha, left = now / next_, (1 - next_) / (1 - now)
        z = math.sqrt(next_) * (1 - alpha) / (1 - now) * denoised + math.sqrt(alpha) * left * z
        if next_ < 1:
            fresh = np.stack([noise.normal(*x.shape[1:]) for noise in noises])
            z = z + math.sqrt((1 - alpha) * left) * like(fresh, z)
        yield z / (math.sqrt(next_) + math.sqrt(1 - next_)), denoised


#: Samplers of the flow's straight path. All but `ddpm` are deterministic for a start noise.
SAMPLERS = {"dpm_solver_2m": dpm_solver_2m, "heun": heun, "euler": euler}


def sample(
    name: str, velocity: Velocity, noise: Any, steps: int, seeds: list[int]
) -> Iterator[tuple[Any, Any]]:
    """Steps of the sampler `name`, each (latent, denoised); `EcgError` for a name that is none."""
    if name == "ddpm":
        return ddpm(velocity, noise, ddpm_schedule(steps), seeds)
    if name not in SAMPLERS:
        raise EcgError(
            "No sampler is called {name!r}; choose one of {known}.", name=name, known=", ".join(USUAL_STEPS)
        )
    return SAMPLERS[name](velocity, noise, evenly_spaced(steps))


def start_noise(shape: tuple[int, ...], seeds: list[int]) -> np.ndarray:
    """Gaussian noise (len(seeds), *shape), each row from its own seed, the same on every machine."""
    return np.stack([Noise(seed).normal(*shape) for seed in seeds])
