"""The samplers of few steps: known solutions, and noise that belongs to its seed."""

import pytest
import torch

from ecgtwin_app.sampling.samplers import SAMPLERS, start_noise
from ecgtwin_app.sampling.schedules import evenly_spaced


class _GaussianFlow:
    """Velocity of data N(m, s²): the exact solution is known."""

    mean, sd = 0.7, 0.4

    def __call__(self, x, t):
        variance = (1 - t) ** 2 * self.sd**2 + t**2
        gain = ((1 - t) * -(self.sd**2) + t) / variance
        return -self.mean + gain * (x - (1 - t) * self.mean)

    def solution(self, noise):
        return self.mean + self.sd * noise


@pytest.mark.parametrize(("name", "tolerance"), [("euler", 0.15), ("heun", 0.03), ("dpm_solver_2m", 0.03)])
def test_samplers_solve_a_gaussian(name, tolerance):
    flow, noise = _GaussianFlow(), torch.linspace(-2, 2, 9)
    error = {}
    for steps in (10, 40):
        for x, denoised in SAMPLERS[name](flow, noise, evenly_spaced(steps)):
            pass
        assert torch.equal(x, denoised) or name == "heun"
        error[steps] = (x - flow.solution(noise)).abs().max().item()
    assert error[10] < tolerance
    assert error[40] < error[10] / 3


def test_dpm_solver_matches_diffusers():
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, lower_order_final=True, euler_at_final=False,
        final_sigmas_type="zero",
    )  # fmt: skip
    scheduler.set_timesteps(8)
    schedule = [float(s) for s in scheduler.sigmas]
    flow, start = _GaussianFlow(), torch.linspace(-2, 2, 9, dtype=torch.float64)
    theirs = start.clone()
    for i, t in enumerate(scheduler.timesteps):
        theirs = scheduler.step(flow(theirs, schedule[i]), t, theirs).prev_sample
    for ours, _ in SAMPLERS["dpm_solver_2m"](flow, start, schedule):
        pass
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_noise_belongs_to_its_seed():
    both = torch.from_numpy(start_noise((5, 3), [7, 8]))
    assert torch.equal(both[1], torch.from_numpy(start_noise((5, 3), [8]))[0])
