"""The ensemble: who is told what, what is known beforehand, and noise that waves of a strip share."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from array_parts import arrays

from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, ConditionBatch, nothing_known
from ecgtwin_app.generators.ecgtwin.config import CONDITION, IDENTITY, PATHWAYS, TOGETHER, AdaXConfig
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble, blurred
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.strip_context import CONDUCTED, SINUS_P, WAVES, StripContext
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors
from ecgtwin_app.generators.ecgtwin.torch_networks import drawer_of

STATEMENTS = ("sinus rhythm", "atrial fibrillation", "left bundle branch block")


def ensemble_of(**changed) -> Ensemble:
    """A small one whose zero-initialised layers do something, and whose spreads are those of a tenth."""
    torch.manual_seed(0)
    model = Ensemble(AdaXConfig(STATEMENTS, **{"width": 32, "depth": 2, "heads": 2, **changed}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape))
        model.spread.fill_(0.1)
    return model.eval()


@pytest.fixture(scope="module")
def model():
    return ensemble_of()


def context(batch=2, kinds=(CONDUCTED, SINUS_P, CONDUCTED, SINUS_P)) -> StripContext:
    g = torch.Generator().manual_seed(1)
    numbers = torch.tensor([[float("nan"), 60.0] + [float("nan")] * (len(NUMBERS) - 2)] * batch)
    condition = ConditionBatch(
        torch.randint(0, 3, (batch, 3), generator=g),
        torch.rand(batch, 3, generator=g),
        numbers,
        torch.zeros(batch, dtype=torch.int64),
    )
    reference = Reference(
        0.1 * torch.randn(batch, 4, SIZE, generator=g),
        torch.ones(batch, dtype=torch.bool),
        torch.zeros(batch, 3),
        as_tensors(nothing_known(batch, 3)),
        torch.ones(batch, dtype=torch.bool),
    )
    kind = torch.tensor([kinds] * batch)
    return StripContext(condition, reference, kind, torch.ones_like(kind, dtype=torch.bool))


def velocity(model, c, seed=2):
    x = torch.randn(*c.kind.shape, SIZE, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return model.velocity(x, torch.full((len(x),), 0.5), c)


def test_nobody_is_the_same_whoever_it_was(model):
    c = context()
    other = replace(c, reference=replace(c.reference, beats=c.reference.beats + 1))
    assert torch.equal(velocity(model, c.without_identity()), velocity(model, other.without_identity()))
    assert not torch.allclose(velocity(model, c), velocity(model, other))


def test_a_hidden_p_says_nothing(model):
    c = context()
    hidden = replace(c.reference, has_p=torch.zeros(2, dtype=torch.bool))
    changed = replace(hidden, beats=hidden.beats + model.p_part)
    a, b = (velocity(model, replace(c, reference=one)) for one in (hidden, changed))
    assert torch.equal(a, b)
    assert torch.equal(model.start(hidden, c.kind), model.start(changed, c.kind))


def test_a_wave_has_only_the_numbers_of_its_kind(model):
    found = velocity(model, context())
    assert not found[:, 0, model.p_part].any() and found[:, 0, ~model.p_part].all()
    assert not found[:, 1, ~model.p_part].any() and found[:, 1, model.p_part].all()


def test_a_ventricular_beat_does_not_start_from_the_patients_own(model):
    c = context(1, (CONDUCTED, 1, 18, WAVES.index("P, ectopic"), SINUS_P))
    started = model.start(c.reference, c.kind)[0].abs().sum(dim=1) > 0
    assert started.tolist() == [True, False, False, True, True]


def test_the_more_a_reference_is_blurred_the_less_the_draw_starts_from_it(model):
    c = context()
    distance = []
    for blur in (0.0, 0.5, 1.5):
        reference = replace(c.reference, blur=torch.tensor([[0.0, blur, 0.0]] * 2))
        off = (model.start(reference, c.kind) - model.own_centre) * model.live[c.kind]
        distance.append(off[:, 0].norm())
        assert torch.equal(off[:, 1], (model.start(c.reference, c.kind) * model.live[c.kind])[:, 1])
    assert distance[0] > distance[1] > distance[2] > 0
    noisy = blurred(reference, model.own_spread, model.parts, torch.Generator().manual_seed(3))
    moved = noisy.beats - reference.beats
    assert moved[..., model.p_part].abs().max() == 0 and moved.abs().max() > 0.5
    assert torch.allclose(moved[:, 0], moved[:, 3], atol=1e-5)


@pytest.mark.parametrize("pathway", [CONDITION, IDENTITY, TOGETHER])
def test_a_pathway_that_is_left_out_carries_nothing(pathway):
    model = ensemble_of(pathways=tuple(way for way in PATHWAYS if way != pathway))
    c = context()
    if pathway == CONDITION:
        other = replace(c, condition=c.condition.without_statements())
        assert torch.equal(velocity(model, c), velocity(model, other))
    elif pathway == TOGETHER:
        other = replace(c, kind=torch.tensor([[CONDUCTED, SINUS_P, 3, 5]] * 2))
        assert torch.allclose(velocity(model, c)[:, :2], velocity(model, other)[:, :2], atol=1e-6)
    else:
        whole = ensemble_of()
        assert not torch.allclose(velocity(model, c), velocity(whole, c))


def test_waves_of_a_strip_look_at_one_another(model):
    c = context()
    other = replace(c, kind=torch.tensor([[CONDUCTED, SINUS_P, 3, 5]] * 2))
    assert not torch.allclose(velocity(model, c)[:, :2], velocity(model, other)[:, :2], atol=1e-4)


def test_a_shorter_strip_in_a_batch_is_as_if_alone(model):
    long, short = context(1), context(1, (CONDUCTED, SINUS_P))
    x = torch.randn(2, 4, SIZE)
    with torch.no_grad():
        both = model.velocity(x, torch.tensor([0.5, 0.5]), long.joined(short))
        alone = model.velocity(x[1:, :2], torch.tensor([0.5]), short)
    assert torch.allclose(both[1:, :2], alone, atol=1e-5)


def test_guidance_at_one_is_no_guidance(model):
    c, drawer = arrays(context(1)), drawer_of(model)
    noise = np.random.default_rng(1).standard_normal((1, 4, SIZE), np.float32)
    plain = drawer.draw(c, noise, 3)
    assert np.array_equal(plain, drawer.draw(c, noise, 3, strength=1.0, away=0.0))
    assert not np.allclose(plain, drawer.draw(c, noise, 3, strength=2.0))
    told = replace(c.reference, condition=c.condition)
    source = replace(c, reference=told)
    assert not np.allclose(drawer.draw(source, noise, 3), drawer.draw(source, noise, 3, away=1.0))
    assert np.allclose(drawer.draw(c, noise, 3), drawer.draw(c, noise, 3, away=1.0), atol=1e-5), (
        "nothing was said"
    )


def test_preconditioning_is_exact_for_gaussian_waves():
    """With a silent network and data of the stated spread, the loss is that of the best linear guess."""
    model = ensemble_of()
    torch.nn.init.zeros_(model.network.out.weight)
    torch.nn.init.zeros_(model.network.out.bias)
    c = context(64)
    with torch.no_grad():
        start = model.start(c.reference, c.kind)
        waves = start + 0.1 * torch.randn(start.shape, generator=torch.Generator().manual_seed(5))
        loss, _ = model.loss(waves, c, torch.Generator().manual_seed(6))
    # Weighted by what cannot be foreseen, the best guess errs by one.
    assert float(loss) == pytest.approx(1.0, abs=0.1)


def test_waves_of_a_kind_share_their_noise_as_far_as_real_ones_are_alike(model):
    drawer = drawer_of(model)
    kind = np.array([CONDUCTED] * 40 + [SINUS_P] * 40)
    noise = drawer.noise(kind, 3)
    assert np.array_equal(noise, drawer.noise(kind, 3)) and not np.array_equal(noise, drawer.noise(kind, 4))
    within = noise[:40].var(axis=0).mean()
    assert within == pytest.approx(float(model.within[0].mean()), rel=0.2)
    assert noise[:40].mean(axis=0).std() > 0.8
    # A wave's noise does not depend on the waves of other kinds.
    assert np.array_equal(noise[:40], drawer.noise(kind[:40], 3))
    breathing = drawer.noise(kind[:40], 3, [0.5 * k for k in range(40)])
    apart = breathing - breathing.mean(axis=0)
    whole_breath = (apart[:-8] * apart[8:]).mean() / (apart**2).mean()
    half_breath = (apart[:-4] * apart[4:]).mean() / (apart**2).mean()
    assert whole_breath > 0.25 > half_breath


def test_training_lowers_the_loss():
    model, c = ensemble_of(), context(16)
    waves = model.start(c.reference, c.kind).detach() + 0.1 * torch.randn(16, 4, SIZE) * model.live[c.kind]
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for step in range(60):
        loss, _ = model.loss(waves, c, torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_every_kind_of_beat_is_a_kind_of_wave():
    assert WAVES[: len(KINDS)] == KINDS and WAVES[SINUS_P] == "P, sinus"
