"""Schedules: the times that a sampler visits."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.sampling.names import DDPM_STEPS

#: The published linear schedule of the noise variance over `DDPM_STEPS` steps (ECGTwin, arXiv 2508.02720).
DDPM_BETAS = (0.00085, 0.0120)


def evenly_spaced(steps: int) -> list[float]:
    """Evenly spaced times from 1 (noise) to 0 (data), `steps` + 1 of them."""
    return [1 - i / steps for i in range(steps + 1)]


def ddpm_schedule(steps: int = DDPM_STEPS) -> list[float]:
    """Share of signal power (alpha bar) from the noisiest of `steps` evenly spaced steps down to 1, data.

    Raises
    ------
    EcgError
        When `steps` is not within 1 to `DDPM_STEPS`.
    """
    if not 1 <= steps <= DDPM_STEPS:
        raise EcgError("The ddpm sampler takes 1 to {most} steps, not {steps}.", most=DDPM_STEPS, steps=steps)
    kept = np.cumprod(1 - np.linspace(*DDPM_BETAS, DDPM_STEPS))
    stride = DDPM_STEPS // steps
    return [float(kept[i * stride]) for i in reversed(range(steps))] + [1.0]
