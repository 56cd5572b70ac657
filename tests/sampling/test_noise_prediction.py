"""Noise predictions sampled as a flow: a Gaussian whose answer is known, DDIM and the ancestral steps by hand."""

import itertools
import math

import pytest
import torch

from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.sampling.noise_prediction import sample_noise_prediction
from ecgtwin_app.sampling.samplers import start_noise
from ecgtwin_app.sampling.schedules import ddpm_schedule

KEPT = ddpm_schedule()[-2::-1]
MEAN, SPREAD = 0.5, 0.2


def _gaussian_noise(z, step):
    """E[e | z] for data of `MEAN` and `SPREAD`."""
    kept = KEPT[int(step)]
    a, s = math.sqrt(kept), math.sqrt(1 - kept)
    return s * (z - a * MEAN) / (a**2 * SPREAD**2 + s**2)


def _strange_noise(z, step):
    """Not linear, and beyond what is clipped."""
    return torch.sin(3 * z) + 0.001 * step


@pytest.mark.parametrize(
    ("name", "steps"), [("ddpm", 1000), ("euler", 100), ("heun", 50), ("dpm_solver_2m", 50)]
)
def test_a_known_distribution_is_drawn(name, steps):
    assert name in USUAL_STEPS
    start = torch.from_numpy(start_noise((4096,), [3]))
    *_, (latent, denoised) = sample_noise_prediction(name, _gaussian_noise, start, steps, [3])
    assert torch.allclose(latent, denoised, atol=1e-5)
    assert float(latent.mean()) == pytest.approx(MEAN, abs=0.02)
    assert float(latent.std()) == pytest.approx(SPREAD, rel=0.05)


def test_euler_is_ddim():
    start = torch.from_numpy(start_noise((16,), [1]))
    steps = list(sample_noise_prediction("euler", _strange_noise, start, 20, [1], clip=1.0))
    # Song et al. 2021, equation 12 without noise, in the diffusion's own latent.
    a0, s0 = math.sqrt(KEPT[-1]), math.sqrt(1 - KEPT[-1])
    times = [s0 / (a0 + s0) * (1 - i / 20) for i in range(21)]
    levels = [((1 - t) / math.hypot(1 - t, t), t / math.hypot(1 - t, t)) for t in times]
    z = start
    for ((a, s), (a_next, s_next)), (latent, _) in zip(itertools.pairwise(levels), steps, strict=True):
        step = int((torch.tensor(KEPT) - a**2).abs().argmin())
        x0 = ((z - s * _strange_noise(z, step)) / a).clamp(-1, 1)
        z = a_next * x0 + s_next * (z - a * x0) / s
        assert torch.allclose(latent * (a_next + s_next), z, atol=2e-5)


def test_a_thousand_steps_are_the_published_loop():
    start = torch.from_numpy(start_noise((8,), [5]))
    *_, (latent, _) = sample_noise_prediction("ddpm", _strange_noise, start, 1000, [5], clip=1.0)
    random = torch.Generator().manual_seed(5 + 2**32)  # the noise of the steps, as `ddpm` draws it
    z = start.double()
    for step in reversed(range(1000)):  # Ho et al. 2020, algorithm 2, denoised latents clipped
        kept, before = KEPT[step], KEPT[step - 1] if step else 1.0
        beta = 1 - kept / before
        x0 = ((z - math.sqrt(1 - kept) * _strange_noise(z, step)) / math.sqrt(kept)).clamp(-1, 1)
        z = (math.sqrt(before) * beta * x0 + math.sqrt(1 - beta) * (1 - before) * z) / (1 - kept)
        if step:
            fresh = torch.randn(8, generator=random)
            z = z + math.sqrt(beta * (1 - before) / (1 - kept)) * fresh
    assert torch.allclose(latent[0].double(), z[0], atol=2e-3)


def test_the_start_of_the_path_is_finite():
    start = torch.zeros(1, 8)
    for name in USUAL_STEPS:
        latent, denoised = next(sample_noise_prediction(name, _strange_noise, start, 4, [0], clip=1.0))
        assert latent.isfinite().all() and denoised.abs().max() <= 1.00001
