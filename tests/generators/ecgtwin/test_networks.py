"""The networks, the flow and the samplers: shapes, laws and known solutions."""

import json
import math

import numpy as np
import pytest
import torch

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.generators.ecgtwin.adax import Context, DitConfig
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS, LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import (
    ABSENT,
    NUMBERS,
    PRESENT,
    UNKNOWN,
    ConditionBatch,
    ConditionTokens,
    nothing_known,
    statement_states,
)
from ecgtwin_app.generators.ecgtwin.flow import Flow, guided_velocity
from ecgtwin_app.generators.ecgtwin.score_tracks import (
    TRACK_FEATURES,
    pack_score,
    score_features,
    unpack_score,
    ventricular_tokens,
)
from ecgtwin_app.generators.ecgtwin.weights import WeightsError, build, load, save
from ecgtwin_app.sampling.samplers import SAMPLERS, start_noise
from ecgtwin_app.sampling.schedules import evenly_spaced

STATEMENTS = ("sinus rhythm", "atrial fibrillation", "ventricular premature complex")


def small_config() -> DitConfig:
    return DitConfig(STATEMENTS, components=12, width=32, depth=2, heads=2, identity_width=32)


def context(batch: int, config: DitConfig) -> Context:
    g = torch.Generator().manual_seed(0)
    condition = ConditionBatch(
        torch.randint(0, 3, (batch, 3), generator=g),
        torch.rand(batch, 3, generator=g),
        torch.tensor([[72.0] + [float("nan")] * (len(NUMBERS) - 1)] * batch),
        torch.zeros(batch, dtype=torch.int64),
    )
    return Context(
        condition,
        torch.randn(batch, 8, config.identity_width, generator=g),
        torch.ones(batch, dtype=torch.bool),
        torch.randn(batch, TOKENS, config.components, generator=g),
        torch.randn(batch, TOKENS, TRACK_FEATURES, generator=g),
    )


def randomised(module: torch.nn.Module) -> torch.nn.Module:
    """Give the zero-initialised layers something to do."""
    g = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in module.parameters():
            p.add_(0.05 * torch.randn(p.shape, generator=g))
    return module.eval()


def test_the_lapped_transform_is_orthonormal():
    transform = LappedAutoencoder(320)
    x = torch.randn(2, 8, 5000, generator=torch.Generator().manual_seed(0))
    c = transform.coefficients(x)
    assert c.shape == (2, TOKENS, 320)
    assert torch.allclose(transform.from_coefficients(c), x, atol=1e-5)
    assert torch.isclose((c**2).sum(), (x**2).sum(), rtol=1e-5)


def test_a_changed_token_leaves_no_edge():
    transform = LappedAutoencoder(320)
    c = torch.zeros(TOKENS, 320)
    c[60, 0] = 1.0
    y = transform.from_coefficients(c)[0].numpy()
    inside = np.abs(y[60 * 40 - 20 : 61 * 40 + 20])
    assert np.abs(np.diff(y)).max() < 0.35 * inside.max()
    assert np.abs(y[: 60 * 40 - 20]).max() == 0 and np.abs(y[61 * 40 + 20 :]).max() == 0


def test_score_features_place_events_between_samples():
    a = score_features(RhythmScore((Event(1.000, "QRS", "conducted"),)))
    b = score_features(RhythmScore((Event(1.001, "QRS", "conducted"),)))
    assert a.shape == (TOKENS, TRACK_FEATURES)
    assert not np.allclose(a, b)
    assert not score_features(None).any()


def test_statements_of_conditions():
    assert statement_states(STATEMENTS, ("sinus tachycardia",)).tolist() == [PRESENT, ABSENT, ABSENT]
    assert statement_states(STATEMENTS, ("ventricular premature complex",)).tolist() == [
        PRESENT,
        ABSENT,
        PRESENT,
    ]
    assert statement_states(STATEMENTS, ("atrial fibrillation",)).tolist() == [ABSENT, PRESENT, ABSENT]
    with pytest.raises(KeyError):
        statement_states(STATEMENTS, ("torsades",))


def test_unknown_identity_hides_the_patient():
    config = small_config()
    network = randomised(build(config).flow.network)
    c = context(2, config)
    x, t = torch.randn(2, TOKENS, 12), torch.tensor([0.5, 0.5])
    nobody = c.without_identity()
    other = Context(c.condition, c.identity + 1, nobody.identity_known, nobody.rendered, c.score)
    assert torch.equal(network(x, t, nobody), network(x, t, other))
    assert not torch.allclose(network(x, t, c), network(x, t, nobody))


def test_guidance_at_one_is_no_guidance_and_is_linear():
    config = small_config()
    flow = randomised(build(config).flow)
    c, x = context(1, config), torch.randn(1, TOKENS, 12)
    with torch.no_grad():
        plain = guided_velocity(flow, c)(x, 0.5)
        twice = guided_velocity(flow, c, strength=2.0)(x, 0.5)
        half = guided_velocity(flow, c, strength=1.5)(x, 0.5)
        assert torch.allclose(plain, flow.velocity(x, torch.tensor([0.5]), c))
    assert not torch.allclose(plain, twice)
    assert torch.allclose(half, (plain + twice) / 2, atol=1e-5)


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
    both = start_noise((5, 3), [7, 8])
    assert torch.equal(both[1], start_noise((5, 3), [8])[0])


def test_weights_travel_and_damage_is_noticed(tmp_path):
    model = build(small_config(), "tiny")
    save(model, tmp_path, {"training": {"steps": 0}})
    again = load(tmp_path)
    x, t = torch.randn(1, TOKENS, 12), torch.tensor([0.3])
    c = context(1, small_config())
    with torch.no_grad():
        assert torch.allclose(model.flow.eval().velocity(x, t, c), again.flow.velocity(x, t, c), atol=1e-2)
    assert len(again.sha256) == 64
    path = tmp_path / "flow.safetensors"
    path.write_bytes(path.read_bytes()[:-8] + b"12345678")
    with pytest.raises(WeightsError, match="damaged"):
        load(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(WeightsError, match="another version"):
        load(tmp_path)
    with pytest.raises(WeightsError, match="not there"):
        load(tmp_path / "nowhere")


def test_preconditioning_is_exact_for_gaussian_data():
    """With a silent network and data of the stated spread, the loss is that of the best linear guess."""
    config = small_config()
    flow = Flow(build(config).flow.network, torch.full((2, 12), 0.5))
    latent = 0.5 * torch.randn(4, TOKENS, 12, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        loss = flow.loss(latent, context(4, config), torch.Generator().manual_seed(4)).item()
    g = torch.Generator().manual_seed(4)
    torch.randn(latent.shape, generator=g)
    t = torch.sigmoid(torch.randn(4, generator=g))
    expected = (0.25 / ((1 - t) ** 2 * 0.25 + t**2)).mean().item()
    assert math.isclose(loss, expected, rel_tol=0.05)


def test_severity_matters_only_where_a_statement_is_present():
    tokens = randomised(ConditionTokens(3, 16))
    plain = nothing_known(1, 3)
    states = torch.tensor([[PRESENT, ABSENT, UNKNOWN]])
    mild = ConditionBatch(states, torch.full((1, 3), 0.1), plain.numbers, plain.sex)
    marked = ConditionBatch(states, torch.full((1, 3), 0.9), plain.numbers, plain.sex)
    moved = (tokens(mild) - tokens(marked)).abs().amax(dim=-1)[0]
    assert moved[0] > 1e-3
    assert moved[1:].max() == 0


def test_sinus_rhythm_gives_way_to_other_rhythms_and_hides_under_some():
    names = ("sinus rhythm", "atrial flutter", "complete AV block", "first-degree AV block")
    assert statement_states(names, ("atrial flutter",))[0] == ABSENT
    assert statement_states(names, ("complete AV block",))[0] == UNKNOWN
    assert statement_states(names, ("first-degree AV block",))[0] == PRESENT


def test_a_packed_score_comes_back():
    score = RhythmScore(
        (
            Event(0.5, "P", "sinus"),
            Event(0.66, "QRS", "conducted"),
            Event(1.1, "QRS", "ventricular", "left ventricular apex"),
            Event(2.0, "QRS", "paced"),
        ),
        10.0,
        "waves",
    )
    back = unpack_score(*pack_score(score))
    assert [(e.chamber, e.origin, e.site) for e in back.events] == [
        (e.chamber, e.origin, e.site) for e in score.events
    ]
    assert np.allclose([e.time for e in back.events], [e.time for e in score.events], atol=1e-6)
    assert back.atrial == "waves"


def test_tokens_know_the_beat_that_they_lie_in():
    score = RhythmScore((Event(2.0, "QRS", "conducted"), Event(3.0, "QRS", "ventricular")))
    inside = ventricular_tokens(torch.from_numpy(score_features(score))[None])[0]
    at = torch.nonzero(inside).flatten() * 0.08
    assert at.min() <= 3.0 <= at.max() + 0.08
    assert at.min() > 2.5
