"""A network that tells the noise in a diffusion's latent, sampled with the samplers of a flow.

The latent z = a x0 + s e with a² + s² = 1 lies, but for its scale, on the flow's straight path: z / (a + s) is the
point of the time t = s / (a + s). So the noise told there gives the velocity, and every sampler can be used: on
this path Euler's rule is DDIM (Song et al. 2021).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from ecgtwin_app.sampling.names import DDPM_STEPS
from ecgtwin_app.sampling.samplers import SAMPLERS, Velocity, ddpm
from ecgtwin_app.sampling.schedules import ddpm_schedule

#: The noise (batch, …) in latents (batch, …) at a step of the diffusion, (1,) int64, 0 the least noisy one.
Noise = Callable[[Tensor, Tensor], Tensor]


def velocity_of(noise: Noise, kept: Sequence[float], clip: float = math.inf) -> Velocity:
    """The flow's velocity that a noise prediction implies.

    Parameters
    ----------
    noise : Noise
    kept : sequence of float
        Share of signal power (alpha bar) at each step of the diffusion, the least noisy first.
    clip : float
        Denoised latents are held within ± this.
    """
    powers = torch.tensor(kept, dtype=torch.float64)

    def velocity(x: Tensor, t: float) -> Tensor:
        size = math.hypot(1 - t, t)
        a, s = (1 - t) / size, t / size
        step = (powers - a**2).abs().argmin().reshape(1)
        z = x / size
        denoised = ((z - s * noise(z, step)) / a).clamp(-clip, clip)
        return (x - denoised) / t

    return velocity


def sample_noise_prediction(
    name: str, noise: Noise, start: Tensor, steps: int, seeds: list[int], clip: float = math.inf
) -> Iterator[tuple[Tensor, Tensor]]:
    """Steps of a sampler over the published diffusion, each (latent, denoised).

    Parameters
    ----------
    name : str
        One of `names.USUAL_STEPS`.
    start : Tensor, shape (len(seeds), …)
        Gaussian noise, as `start_noise` draws it.
    """
    kept = ddpm_schedule(DDPM_STEPS)[-2::-1]
    velocity = velocity_of(noise, kept, clip)
    if name == "ddpm":
        return ddpm(velocity, start, ddpm_schedule(steps), seeds)
    # The noisiest step is not pure noise: the path begins there and not at the time 1.
    a, s = math.sqrt(kept[-1]), math.sqrt(1 - kept[-1])
    first = s / (a + s)
    times = [first * (1 - i / steps) for i in range(steps + 1)]
    return SAMPLERS[name](velocity, start / (a + s), times)
