"""Training: resume is exact, labels become statements, the split holds patients together."""

from pathlib import Path

import numpy as np
import pytest
import torch
from places import SHARED_DATA
from torch import nn

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, NUMBERS, PRESENT, UNKNOWN, ConditionBatch
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.weights import build
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.training.cases.case_distribution import (
    MORPHOLOGIES,
    RHYTHMS,
    STATEMENTS,
    draw_morphologies,
)
from ecgtwin_app.training.cases.real_scores import pr_of
from ecgtwin_app.training.cases.rhythm_examples import draw_rhythms
from ecgtwin_app.training.cases.unknowns import DROP, with_unknowns
from ecgtwin_app.training.collections.labels import statements_of
from ecgtwin_app.training.collections.records import load_low_rate, load_real, normal
from ecgtwin_app.training.loop import rate_factor, train
from ecgtwin_app.training.warm_start import carry_over

needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the real recordings are not here")


def _small_run(checkpoint: Path, steps: int, until: int) -> dict:
    torch.manual_seed(0)
    net = nn.Linear(3, 1)

    def loss(step, generator):
        if step >= until:
            raise KeyboardInterrupt
        x = torch.randn(8, 3, generator=generator)
        return ((net(x) - x.sum(1, keepdim=True)) ** 2).mean()

    try:
        return train(net, loss, steps, checkpoint, 1e-2, seed=5, every=10).values
    except KeyboardInterrupt:
        return {}


def test_a_stopped_run_goes_on_as_if_it_had_not(tmp_path):
    whole = _small_run(tmp_path / "whole.safetensors", 60, 1000)
    assert _small_run(tmp_path / "cut.safetensors", 60, 37) == {}
    resumed = _small_run(tmp_path / "cut.safetensors", 60, 1000)
    assert all(torch.equal(whole[k], resumed[k]) for k in whole)


def test_the_rate_warms_up_and_ends_at_zero():
    factors = [rate_factor(step, 1000) for step in range(1001)]
    assert factors[0] < 0.01 and max(factors) == 1.0 and factors[1000] == 0.0
    assert factors[850] == pytest.approx(0.5)


def test_unknowns_are_drawn_in_parts():
    n = 4000
    condition = ConditionBatch(
        torch.full((n, 8), PRESENT),
        torch.full((n, 8), 0.5),
        torch.ones(n, len(NUMBERS)),
        torch.ones(n, dtype=torch.int64),
    )
    drawn = with_unknowns(condition, torch.Generator().manual_seed(0))
    assert (drawn.statements == UNKNOWN).all(dim=1).float().mean() == pytest.approx(0.1, abs=0.02)
    unknown = drawn.numbers.isnan().float().mean(dim=0)
    assert unknown[0] == pytest.approx(DROP["heart rate"], abs=0.02)
    assert unknown[2:].mean() == pytest.approx(DROP["set-point"], abs=0.02)
    told = with_unknowns(condition, torch.Generator().manual_seed(0), set_point=0.0)
    assert told.numbers[:, 2:].isfinite().all()
    # Nothing is said of how marked a statement is that is itself unknown.
    assert drawn.severity[drawn.statements == UNKNOWN].isnan().all()
    assert not drawn.severity.isnan().all()
    assert (condition.statements == PRESENT).all()


def test_labels_become_statements():
    states = dict(zip(STATEMENTS, statements_of(("AFIB", "CLBBB"), "PTB-XL", STATEMENTS)))
    assert states["atrial fibrillation"] == states["left bundle branch block"] == PRESENT
    assert states["sinus rhythm"] == states["right bundle branch block"] == ABSENT
    states = dict(zip(STATEMENTS, statements_of(("PVC",), "CPSC2018", STATEMENTS)))
    assert states["ventricular premature complex"] == PRESENT
    assert states["left bundle branch block"] == UNKNOWN
    assert set(statements_of(("quality=acceptable",), "CinC2011 set-a", STATEMENTS)) == {UNKNOWN}
    states = dict(zip(STATEMENTS, statements_of(("SR", "ASMI"), "PTB-XL", STATEMENTS)))
    assert states["anterior STEMI"] == UNKNOWN


def test_the_mix_covers_every_statement():
    rng = np.random.default_rng(0)
    shapes = [draw_morphologies(rng) for _ in range(4000)]
    rhythms = [draw_rhythms(rng)[0] for _ in range(2000)]
    for name in MORPHOLOGIES:
        assert np.mean([name in drawn for drawn in shapes]) > 0.012, name
    for name in RHYTHMS:
        assert np.mean([name in drawn for drawn in rhythms]) > 0.012, name
    assert all(name in MORPHOLOGIES for drawn in shapes for name in drawn)
    assert np.mean([len(drawn) > 1 for drawn in shapes]) > 0.1


def test_pr_is_read_from_the_score_only_where_it_is_steady():
    beats = np.arange(0.5, 10, 0.8)
    conducted = [Event(t, "QRS", "conducted") for t in beats]
    steady = RhythmScore(tuple(conducted + [Event(t - 0.17, "P", "sinus") for t in beats]))
    assert pr_of(steady) == pytest.approx(0.17)
    rng = np.random.default_rng(0)
    loose = [Event(t - rng.uniform(0.1, 0.5), "P", "sinus") for t in beats]
    assert np.isnan(pr_of(RhythmScore(tuple(conducted + loose))))
    assert np.isnan(pr_of(RhythmScore(tuple(conducted))))


def test_the_axis_is_that_of_the_limb_leads():
    for axis in (-60, 0, 45, 120, 170):
        # A vector's projections on I (0 degrees) and II (60 degrees).
        leads = np.zeros((8, 5))
        leads[0], leads[1] = np.cos(np.deg2rad(axis)), np.cos(np.deg2rad(axis - 60))
        assert qrs_axis(leads) == pytest.approx(axis, abs=0.1)


def test_a_warm_start_carries_statements_over_by_name():
    def model(*statements: str, width: int = 32):
        return build(AdaXConfig(statements, width=width, depth=1))

    old, new = model("sinus rhythm", "atrial flutter"), model("atrial flutter", "Brugada type 1")
    old.rhythm = RhythmModel(2)
    old.ensemble.spread.fill_(0.7)
    old.ensemble.codec.mean_p.fill_(0.2)
    for tokens in ("network.tokens", "extractor.condition"):
        kept = new.ensemble.get_submodule(tokens).statement[1].clone()
        carry_over(new, old)
        statement = new.ensemble.get_submodule(tokens).statement
        assert torch.equal(statement[0], old.ensemble.get_submodule(tokens).statement[1])
        assert torch.equal(statement[1], kept)
    assert torch.equal(new.ensemble.network.out.weight, old.ensemble.network.out.weight)
    # Components and spreads of beats come along: the networks' numbers mean nothing without them.
    assert torch.equal(new.ensemble.spread, old.ensemble.spread)
    assert torch.equal(new.ensemble.codec.mean_p, old.ensemble.codec.mean_p)
    # A rhythm model of other statements does not.
    assert new.rhythm is None
    same = model("sinus rhythm", "atrial flutter")
    carry_over(same, old)
    assert same.rhythm is old.rhythm
    with pytest.raises(EcgError, match="train without --from"):
        carry_over(model("atrial flutter", width=64), old)


@needs_data
def test_the_split_holds_patients_together():
    records = load_real(SHARED_DATA)
    assert len(records) == 1566
    held = {r.patient for r in records if r.held_out}
    low = load_low_rate(SHARED_DATA)
    assert len(low) == 941
    both = [*records, *low]
    held |= {r.patient for r in low if r.held_out}
    assert not held & {r.patient for r in both if not r.held_out}
    assert sum(normal(r) and r.held_out for r in records) >= 20
