"""Training: resume is exact, labels become statements, the split holds patients together."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ecgtwin_app.model.conditioning import ABSENT, PRESENT, UNKNOWN, Condition
from ecgtwin_app.training.dataset import with_unknowns
from ecgtwin_app.training.labels import statements_of
from ecgtwin_app.training.loop import rate_factor, train
from ecgtwin_app.training.mix import STATEMENTS, case_weights, draw_case
from ecgtwin_app.training.records import load_real, normal
from ecgtwin_app.training.stages import fit_autoencoder

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real recordings are not here")


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
    condition = Condition(torch.full((n, 8), PRESENT), torch.ones(n, 2), torch.ones(n, dtype=torch.int64))
    drawn = with_unknowns(condition, torch.Generator().manual_seed(0))
    assert (drawn.statements == UNKNOWN).all(dim=1).float().mean() == pytest.approx(0.1, abs=0.02)
    assert drawn.numbers.isnan().float().mean() == pytest.approx(0.15, abs=0.02)
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
    drawn = [draw_case(rng) for _ in range(2000)]
    for statement in STATEMENTS[1:]:
        share = np.mean([statement in conditions for conditions, _ in drawn])
        assert share > 0.08, statement
    assert min(rate for _, rate in drawn) >= 38 and max(rate for _, rate in drawn) <= 175


def test_hard_cases_are_drawn_more_often():
    states = np.full((3, len(STATEMENTS)), ABSENT)
    states[1, STATEMENTS.index("ventricular premature complex")] = PRESENT
    states[2, STATEMENTS.index("left bundle branch block")] = UNKNOWN
    plain, ectopic, unknown = case_weights(states)
    assert ectopic > 2 * plain and unknown == plain


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


@needs_data
def test_the_split_holds_patients_together():
    records = load_real(DATA)
    assert len(records) == 1566
    held = {r.patient for r in records if r.held_out}
    assert not held & {r.patient for r in records if not r.held_out}
    assert sum(normal(r) and r.held_out for r in records) >= 20
