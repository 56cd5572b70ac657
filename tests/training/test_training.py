"""Training: resume is exact, labels become statements, the split holds patients together."""

from pathlib import Path

import numpy as np
import pytest
import torch
from places import SHARED_DATA
from synthetic_ecg import strip
from torch import nn

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, NUMBERS, PRESENT, UNKNOWN, ConditionBatch
from ecgtwin_app.generators.ecgtwin.weights import build
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.training.cases.case_distribution import (
    MORPHOLOGIES,
    RHYTHMS,
    STATEMENTS,
    case_weights,
    draw_case,
)
from ecgtwin_app.training.cases.dataset import DROP, load_cases, with_unknowns
from ecgtwin_app.training.cases.numbers import pr_of, severities
from ecgtwin_app.training.cases.virtual_pairs import virtual_shard
from ecgtwin_app.training.collections.labels import statements_of
from ecgtwin_app.training.collections.records import load_real, normal
from ecgtwin_app.training.loop import rate_factor, train
from ecgtwin_app.training.networks.autoencoder import fit_autoencoder
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
    drawn = [draw_case(rng) for _ in range(6000)]
    for statement in STATEMENTS:
        share = np.mean([statement in conditions for conditions, _ in drawn])
        assert share > 0.012, statement
    for conditions, rate in drawn:
        assert conditions[0] in RHYTHMS and all(name in MORPHOLOGIES for name in conditions[1:])
        assert RHYTHMS[conditions[0]][0] <= rate <= RHYTHMS[conditions[0]][1]
    assert np.mean([len(conditions) > 2 for conditions, _ in drawn]) > 0.01


def test_plain_sinus_rhythm_is_drawn_less():
    states = np.full((2, len(STATEMENTS)), ABSENT)
    states[:, 0] = PRESENT
    states[1, STATEMENTS.index("ventricular premature complex")] = PRESENT
    plain, ectopic = case_weights(states)
    assert ectopic > 1.5 * plain


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


def test_severities_are_read_from_what_was_drawn():
    out = severities(("a", "b", "c"), {"a": {"severity": 0.3}, "b": {"origin": "x"}})
    assert out[0] == pytest.approx(0.3) and np.isnan(out[1:]).all()


def test_a_warm_start_carries_statements_over_by_name():
    small = {"components": 12, "width": 32, "depth": 1, "heads": 2, "identity_width": 32}
    old = build(DitConfig(("sinus rhythm", "atrial flutter"), **small))
    new = build(DitConfig(("atrial flutter", "Brugada type 1"), **small))
    kept = new.flow.network.tokens.statement[1].clone()
    carry_over(new, old)
    statement = new.flow.network.tokens.statement
    assert torch.equal(statement[0], old.flow.network.tokens.statement[1])
    assert torch.equal(statement[1], kept)
    assert torch.equal(new.flow.network.out.weight, old.flow.network.out.weight)
    wider = build(DitConfig(("atrial flutter",), **{**small, "width": 64}))
    with pytest.raises(EcgError, match="train without --from"):
        carry_over(wider, old)


def test_principal_components_keep_what_is_there():
    rng = np.random.default_rng(0)
    sources = rng.normal(size=(20, 3, 5000)).cumsum(axis=2)
    signals = np.einsum("ls,nst->nlt", rng.normal(size=(8, 3)), sources)
    signals = (signals / np.abs(signals).max() * 3000).astype(np.int16)
    autoencoder = fit_autoencoder([signals], 96)
    with torch.no_grad():
        x = torch.from_numpy(signals).float() / 1000
        error = autoencoder.decode(autoencoder.encode(x)) - x
    assert error.abs().mean() < 0.01 * x.abs().mean()


def test_cases_are_encoded_once_and_found_again(tmp_path):
    hearts = [strip(seed=seed)[0] for seed in range(2)]
    assert virtual_shard(tmp_path / "cases_virtual_000000.npz", 0, hearts, 3, seed=1) == 2
    autoencoder = build(DitConfig(STATEMENTS)).autoencoder
    cases = load_cases(tmp_path, autoencoder)
    assert len(cases) == 6 and len(cases.ref_latent) == 2
    assert cases.reference.tolist() == [0, 0, 0, 1, 1, 1]
    again = load_cases(tmp_path, None)  # the kept encoding needs no autoencoder
    assert torch.equal(again.target, cases.target) and torch.equal(
        again.events.nan_to_num(), cases.events.nan_to_num()
    )
    features = cases.score(torch.tensor([0, 5]))
    assert features.shape[0] == 2 and features.abs().sum() > 0


@needs_data
def test_the_split_holds_patients_together():
    records = load_real(SHARED_DATA)
    assert len(records) == 1566
    held = {r.patient for r in records if r.held_out}
    assert not held & {r.patient for r in records if not r.held_out}
    assert sum(normal(r) and r.held_out for r in records) >= 20
