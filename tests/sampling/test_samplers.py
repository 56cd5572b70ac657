"""The 1000-step diffusion sampler: a Gaussian whose answer is known, and the same steps by diffusers."""

import itertools
import math

import pytest
import torch

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.sampling.samplers import ddpm, sample, start_noise
from ecgtwin_app.sampling.schedules import DDPM_BETAS, ddpm_schedule

MEAN, SPREAD = 1.7, 0.4


def _gaussian_velocity(x: torch.Tensor, t: float) -> torch.Tensor:
    """E[e - x0 | x] for data of `MEAN` and `SPREAD` on the path x = (1 - t) x0 + t e."""
    total = (1 - t) ** 2 * SPREAD**2 + t**2
    rest = x - (1 - t) * MEAN
    return t / total * rest - MEAN - (1 - t) * SPREAD**2 / total * rest


def _spread_after(schedule: list[float]) -> float:
    """Spread of the drawn latents: each step is linear with Gaussian noise, so its variance is known.

    The smaller of the posterior's two variances is that of data without spread: a little is lost.
    """
    variance = 1.0
    for now, next_ in itertools.pairwise(schedule):
        beta = 1 - now / next_
        gain = math.sqrt(now) * SPREAD**2 / (now * SPREAD**2 + 1 - now)
        slope = math.sqrt(next_) * beta / (1 - now) * gain + math.sqrt(1 - beta) * (1 - next_) / (1 - now)
        variance = slope**2 * variance + beta * (1 - next_) / (1 - now)
    return math.sqrt(variance)


def test_the_schedule_is_the_published_one():
    kept = ddpm_schedule()
    # Alpha bar after steps 100, 200, 500 and 999 of the linear schedule from 0.00085 to 0.0120.
    for step, value in ((100, 0.867), (200, 0.673), (500, 0.161), (999, 0.00158)):
        assert kept[999 - step] == pytest.approx(value, abs=0.0006)
    assert len(kept) == 1001 and kept[-1] == 1.0 and kept == sorted(kept)
    with pytest.raises(EcgError, match="1 to 1000"):
        ddpm_schedule(0)


def test_a_thousand_steps_draw_the_known_gaussian():
    noise = torch.from_numpy(start_noise((40_000,), [3]))
    for x, denoised in ddpm(_gaussian_velocity, noise, ddpm_schedule(), [3]):
        pass
    # n 40,000: the standard errors are 0.002 for the mean and 0.0014 for the spread.
    assert x.mean() == pytest.approx(MEAN, abs=0.008)
    assert x.std() == pytest.approx(_spread_after(ddpm_schedule()), abs=0.005)
    assert x.std() == pytest.approx(SPREAD, rel=0.03)
    assert torch.equal(x, denoised)
    # The noise of the steps is not the start noise again: what comes out does not just shrink what went in.
    assert torch.corrcoef(torch.stack([noise[0], x[0]]))[0, 1].abs() < 0.9


@pytest.mark.parametrize("steps", [1000, 250, 30])
def test_each_step_is_that_of_diffusers(steps):
    schedulers = pytest.importorskip("diffusers.schedulers")
    theirs = schedulers.DDPMScheduler(
        1000,
        *DDPM_BETAS,
        "linear",
        variance_type="fixed_small",
        clip_sample=False,
        timestep_spacing="leading",
    )
    theirs.set_timesteps(steps)
    noise, generator = torch.from_numpy(start_noise((6, 4), [9])), torch.Generator().manual_seed(9 + 2**32)
    z = noise
    ours = ddpm(_gaussian_velocity, noise, ddpm_schedule(steps), [9])
    for step, (at, _) in zip(theirs.timesteps, ours, strict=True):
        kept = float(theirs.alphas_cumprod[step])
        a, s = math.sqrt(kept), math.sqrt(1 - kept)
        t = s / (a + s)
        scaled = z / (a + s)
        predicted_noise = scaled + (1 - t) * _gaussian_velocity(scaled, t)
        z = theirs.step(predicted_noise, step, z, generator=generator).prev_sample
        before = int(step) - 1000 // steps
        kept = float(theirs.alphas_cumprod[before]) if before >= 0 else 1.0
        assert torch.allclose(at, z / (math.sqrt(kept) + math.sqrt(1 - kept)), atol=2e-4)


def test_a_row_does_not_depend_on_its_batch():
    both = torch.from_numpy(start_noise((5,), [1, 2]))
    for pair, _ in sample("ddpm", _gaussian_velocity, both, 50, [1, 2]):
        pass
    for alone, _ in sample("ddpm", _gaussian_velocity, both[1:], 50, [2]):
        pass
    assert torch.allclose(pair[1:], alone, atol=1e-6)
    assert not torch.allclose(pair[:1], alone, atol=1e-2)


def test_an_unknown_name_is_said():
    with pytest.raises(EcgError, match="dpm_solver_2m"):
        sample("dream", _gaussian_velocity, torch.from_numpy(start_noise((2,), [1])), 4, [1])
