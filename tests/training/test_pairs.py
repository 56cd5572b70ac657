"""Pairs: of one heart always, in every direction, with parts hidden as often as is said."""

import numpy as np
import pytest
import torch
from version_tables import HEART, ROW, told_table

from ecgtwin_app.conditions.vocabulary import with_atria
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE, part_mask
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN
from ecgtwin_app.generators.ecgtwin.ensemble import blurred
from ecgtwin_app.generators.ecgtwin.strip_context import SINUS_P
from ecgtwin_app.training.cases import pairs as module
from ecgtwin_app.training.cases.case_distribution import MORPHOLOGIES, STATEMENTS
from ecgtwin_app.training.cases.pairs import Mix, Pairs

SHAPES = [STATEMENTS.index(name) for name in MORPHOLOGIES]


@pytest.fixture(scope="module")
def table():
    return told_table()


def drawn(table, mix=None, count=6000, waves=4, seed=0):
    pairs = Pairs(table, mix) if mix else Pairs(table)
    values, context, target = pairs.draw(count, waves, torch.Generator().manual_seed(seed))
    source = context.reference.beats[:, 0, ROW].long()
    return values, context, target, source


def test_a_pair_is_of_one_heart(table):
    values, context, target, source = drawn(table)
    heart = table.heart[target]
    assert torch.equal(table.heart[source], heart)
    # Every wave that is to be drawn is that heart's too, and every beat that is shown.
    told = values[..., HEART][context.there]
    assert torch.allclose(told, heart[:, None].expand_as(context.there)[context.there].float(), atol=1e-3)
    assert (context.reference.beats[:, :, HEART] == heart[:, None]).all()
    other = Pairs(table).other_of(target, torch.Generator().manual_seed(1))
    assert (other.beats[:, 0, HEART] == heart).all()
    assert (other.beats[:, 0, ROW] != target)[table.count[target] > 1].all()


def test_a_version_is_its_own_reference_only_as_often_as_is_said(table):
    _, context, target, source = drawn(table)
    several = table.count[target] > 1
    assert (source == target)[several].float().mean() == pytest.approx(module.ITSELF, abs=0.015)
    assert (source == target)[~several].all()
    known = context.reference.known
    assert (~known)[several].float().mean() == pytest.approx(module.NOBODY, abs=0.015)
    # A recording that has no other version would teach to copy.
    assert (~known)[~several].float().mean() == pytest.approx(module.NOBODY_REAL, abs=0.05)


def test_pairs_lead_out_of_conditions_as_well_as_into_them(table):
    _, _, target, source = drawn(table)
    sick = (table.states[:, SHAPES] == PRESENT).any(dim=1)
    healthy_from_sick = (sick[source] & ~sick[target]).float().mean()
    sick_from_healthy = (~sick[source] & sick[target]).float().mean()
    sick_from_sick = (sick[source] & sick[target] & (source != target)).float().mean()
    assert min(healthy_from_sick, sick_from_healthy, sick_from_sick) > 0.1
    _, _, target, source = drawn(table, Mix(removal=False))
    based = table.base[target] >= 0
    assert torch.equal(source[based], table.base[target][based]) and torch.equal(
        source[~based], target[~based]
    )


def test_the_mix_is_kept(table):
    _, _, target, _ = drawn(table)
    virtual = table.virtual[target]
    assert virtual.float().mean() == pytest.approx(0.78, abs=0.001)
    assert (table.kind[target][virtual] > 0).float().mean() == pytest.approx(0.205, abs=0.002)
    assert len(target) == pytest.approx(6000, abs=2)
    for share in (0.0, 1.0):
        target = drawn(table, Mix(virtual=share))[2]
        assert (table.virtual[target] == bool(share)).all() and len(target) == pytest.approx(6000, abs=2)
    # Where there are no virtual hearts the recordings are the whole batch; with nothing at all, it is said.
    real = told_table(virtual=0)
    assert len(drawn(real)[2]) == 6000
    with pytest.raises(EcgError, match="no versions"):
        Pairs(real, Mix(virtual=1.0))


def test_rare_statements_are_drawn_oftener_than_they_are(table):
    target = drawn(table, Mix(virtual=0.0))[2]
    rare = (table.states[:, SHAPES] == PRESENT).any(dim=1) & ~table.virtual
    assert rare.sum() == 3 and (~table.virtual).sum() == 9
    assert rare[target].float().mean() > 0.4


def test_what_is_hidden_reaches_the_reference(table):
    _, context, _, _ = drawn(table)
    reference = context.reference
    expected = module.BLUR * module.BLUR_PART
    assert (reference.blur > 0).float().mean(dim=0) == pytest.approx(expected, abs=0.02)
    assert reference.blur.max() <= module.MOST_BLURRED
    assert (~reference.has_p).float().mean() == pytest.approx(module.NO_P, abs=0.02)
    unsaid = reference.condition.statements == UNKNOWN
    assert unsaid.all(dim=1).float().mean() == pytest.approx(module.UNSAID, abs=0.02)
    # Each part of all beats is moved alike, by its own amount, and a part that is not blurred stays as it is.
    parts = torch.from_numpy(np.stack([part_mask(part) for part in ("p", "qrs", "t")])).float()
    moved = blurred(reference, torch.ones(SIZE), parts, torch.Generator().manual_seed(3))
    step = moved.beats - reference.beats
    assert torch.allclose(step, step[:, :1].expand_as(step), atol=1e-4)
    for number, part in enumerate(parts.bool()):
        sharp = reference.blur[:, number] == 0
        assert step[sharp][..., part].abs().max() == 0
        measured = step[:, 0, part].pow(2).mean(dim=1).sqrt()
        ratio = measured[~sharp] / reference.blur[~sharp, number]
        assert ratio.mean() == pytest.approx(1.0, abs=0.05)


def test_waves_are_what_a_strip_can_have(table):
    _, context, target, _ = drawn(table)
    kind, there = context.kind, context.there
    assert there.any(dim=1).all() and (kind[~there] >= 0).all()
    atria = [STATEMENTS.index(with_atria(name).name) for name in ("fibrillation", "flutter")]
    without = (context.condition.statements[:, atria] == PRESENT).any(dim=1)
    assert without.any() and not ((kind == SINUS_P) & there)[without].any()
    # The first half of a strip is the target's own kind, beside it stand beats of the same heart.
    assert (kind[:, :2] == table.kind[target][:, None])[there[:, :2]].all()
    assert ((kind[:, 2:] == 0) | (kind[:, 2:] == SINUS_P))[there[:, 2:]].all()


def test_single_beats_of_a_batch_differ_as_those_of_the_heart_do(table):
    torch.manual_seed(0)
    spread = 3.0
    table.beats[:, 1:, 5:] = spread * torch.randn(len(table), 3, SIZE - 5)
    expected = table.beats[:, 1:, 5:].var(dim=1).mean()
    values, _, target, _ = drawn(table, waves=2)
    own = values[:, 0, 5:] - table.beats[target][:, 1:, 5:].mean(dim=1)
    assert own.pow(2).mean() == pytest.approx(float(expected), rel=0.1)
    table.beats[:, :, 5:] = 0


def test_a_batch_depends_on_its_random_numbers_alone(table):
    one, two = (drawn(table, seed=7, count=50) for _ in range(2))
    assert torch.equal(one[0], two[0]) and torch.equal(one[3], two[3])
    assert not torch.equal(one[2], drawn(table, seed=8, count=50)[2])
    assert np.isfinite(one[0].numpy()).all()
