"""What the network predicts as the velocity of a flow, so that every sampler can be used.

Along the flow's straight path x_t = (1 - t) x_0 + t e a network that tells the clean strip gives (x_t - x_0) / t. The
published diffusion lies on the same path but for its scale (see `sampling.noise_prediction`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ecgtwin_app.generators.sssd.config import CLEAN, TIME_STEPS
from ecgtwin_app.generators.sssd.schedule import published_powers, published_schedule
from ecgtwin_app.sampling.samplers import SAMPLERS, Velocity, ddpm, evenly_spaced

#: A prediction (batch, 8, 1000) for noisy strips and the time that the network is told.
Predict = Callable[[np.ndarray, float], np.ndarray]


def velocity_of(predict: Predict, predicts: str) -> Velocity:
    """The flow's velocity at a time from 1 (noise) to 0."""
    if predicts == CLEAN:
        return lambda x, t: (x - predict(x, t * (TIME_STEPS - 1))) / t
    powers = np.array(published_powers())

    def velocity(x: np.ndarray, t: float) -> np.ndarray:
        size = math.hypot(1 - t, t)
        a, s = (1 - t) / size, t / size
        step = int(np.abs(powers - a**2).argmin())
        denoised = (x / size - s * predict((x / size).astype(np.float32), float(step))) / a
        return (x - denoised) / t

    return velocity


def sampled(
    name: str, velocity: Velocity, predicts: str, noise: np.ndarray, steps: int, seeds: Sequence[int]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Steps of a sampler, each (strips, denoised strips).

    Parameters
    ----------
    name : str
        One of `sampling.names.USUAL_STEPS`; "ddpm" is ancestral sampling over the published diffusion.
    noise : ndarray, shape (len(seeds), 8, 1000)
        Gaussian.
    """
    if name == "ddpm":
        return ddpm(velocity, noise, published_schedule(steps), list(seeds))
    if predicts == CLEAN:
        return SAMPLERS[name](velocity, noise, evenly_spaced(steps))
    # The noisiest step of the diffusion is not pure noise: the path begins there.
    kept = published_powers()[-1]
    a, s = math.sqrt(kept), math.sqrt(1 - kept)
    first = s / (a + s)
    times = [first * (1 - i / steps) for i in range(steps + 1)]
    return SAMPLERS[name](velocity, (noise / (a + s)).astype(np.float32), times)
