"""The published diffusion of SSSD-ECG: 200 steps, noise variance 0.0001 to 0.02."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.sssd.config import TIME_STEPS

#: Noise variance of the first and the last step (arXiv 2301.08227).
BETAS = (0.0001, 0.02)


def published_powers() -> list[float]:
    """Share of signal power (alpha bar) at each step, the least noisy first. The last keeps 0.13: it is no pure noise."""
    return np.cumprod(1 - np.linspace(*BETAS, TIME_STEPS)).tolist()


def published_schedule(steps: int) -> list[float]:
    """Share of signal power from the noisiest of `steps` evenly spaced steps down to 1, data.

    Raises
    ------
    EcgError
        When `steps` is not within 1 to `TIME_STEPS`.
    """
    if not 1 <= steps <= TIME_STEPS:
        raise EcgError("The ddpm sampler takes 1 to {most} steps, not {steps}.", most=TIME_STEPS, steps=steps)
    kept = published_powers()
    return [kept[round((i + 1) * TIME_STEPS / steps) - 1] for i in reversed(range(steps))] + [1.0]
