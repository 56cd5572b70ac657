"""Ablations: what is left out has no influence, and one command trains and measures all variants."""

import argparse
import json
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import (
    CONDITION,
    IDENTITY,
    NORMALISATION,
    PATHWAYS,
    AdaXDiT,
    Context,
    DitConfig,
)
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, PRESENT, nothing_known
from ecgtwin_app.generators.ecgtwin.score_tracks import TRACK_FEATURES, pack_score
from ecgtwin_app.generators.ecgtwin.weights import build, load
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.dataset import CaseTable
from ecgtwin_app.training.networks import ablation

SMALL = DitConfig(STATEMENTS, components=8, width=16, depth=2, heads=2, identity_width=16)


def _awake(pathways: tuple[str, ...]) -> AdaXDiT:
    """A network none of whose gates is zero."""
    torch.manual_seed(0)
    network = AdaXDiT(replace(SMALL, pathways=pathways)).eval()
    for parameter in network.parameters():
        if parameter.abs().max() == 0:
            torch.nn.init.normal_(parameter, std=0.3)
    return network


def _context() -> Context:
    torch.manual_seed(1)
    condition = nothing_known(2, len(STATEMENTS))
    condition.statements[:, 3] = PRESENT
    known = torch.ones(2, dtype=torch.bool)
    return Context(
        condition, torch.randn(2, 8, 16), known, torch.randn(2, 10, 8), torch.zeros(2, 10, TRACK_FEATURES)
    )


#: Weights that only one way leads through.
WAYS = {
    NORMALISATION: "from_base.weight",
    CONDITION: "blocks.0.condition.out.weight",
    IDENTITY: "blocks.1.identity.out.weight",
}


@pytest.mark.parametrize("pathways", [PATHWAYS, *(a.pathways for a in ablation.ABLATIONS[1:4])])
@torch.no_grad()
def test_only_the_named_pathways_carry_anything(pathways):
    network, context = _awake(pathways), _context()
    x, time = torch.randn(2, 10, 8), torch.tensor([0.3, 0.8])
    before = network(x, time, context)
    for way, name in WAYS.items():
        weight = network.get_parameter(name)
        kept = weight.clone()
        weight.add_(0.5)
        assert torch.equal(network(x, time, context), before) == (way not in pathways), way
        weight.copy_(kept)
    # Whichever ways are left, condition and identity still reach the tokens.
    other = context.condition.without_statements()
    assert not torch.allclose(network(x, time, replace(context, condition=other)), before)
    assert not torch.allclose(network(x, time, replace(context, identity=-context.identity)), before)


def test_the_whole_model_is_the_default():
    assert DitConfig(STATEMENTS).pathways == PATHWAYS == ablation.ABLATIONS[0].pathways
    assert ablation.chosen_ablations(["no score"])[0].score is False
    with pytest.raises(EcgError, match="no identity tokens"):
        ablation.chosen_ablations(["no sense"])


@pytest.fixture
def cases() -> CaseTable:
    """Four real and ten virtual cases of three references; every other has a ventricular beat."""
    torch.manual_seed(2)
    n, m, s = 14, 3, len(STATEMENTS)
    origins = ("conducted", "ventricular")
    scores = [
        RhythmScore(tuple(Event(1.0 + k, "QRS", origins[k % 2]) for k in range(row + 1))) for row in range(n)
    ]
    events = torch.from_numpy(np.stack([pack_score(score)[0] for score in scores]))
    condition, reference = nothing_known(n, s), nothing_known(m, s)
    return CaseTable(
        target=torch.randn(n, 125, 8).half(), laid=torch.randn(n, 125, 8).half(), events=events,
        atrial=torch.zeros(n, dtype=torch.long), beat=torch.zeros(n, 8, 500).half(),
        statements=condition.statements, severity=condition.severity,
        numbers=torch.full((n, len(NUMBERS)), 60.0), sex=condition.sex,
        reference=torch.arange(n) % m, ref_latent=torch.randn(m, 125, 8).half(),
        ref_beat=torch.randn(m, 8, 500).half(), ref_statements=reference.statements,
        ref_severity=reference.severity, ref_numbers=reference.numbers, ref_sex=reference.sex,
    )  # fmt: skip


def test_one_command_trains_and_measures_each_variant(cases, tmp_path, monkeypatch):
    drawn, asked = {}, {}

    def evaluated(command, check):
        asked[command[command.index("--weights") + 1].split("/")[-2]] = command
        out = tmp_path / "out" / command[command.index("--weights") + 1].split("/")[-2] / "evaluation"
        out.mkdir()
        rate = {"pass_rate": {"value": 0.5, "n": 2}}
        figures = {"conditions": {"atrial fibrillation": rate}, "groups": {"all": rate}}
        (out / "evaluation.json").write_text(json.dumps({"variants": {"no score": figures}}))
        return subprocess.CompletedProcess(command, 0)

    def drawn_context(table, identity, rows, rng):
        drawn.setdefault(current[-1], set()).update(rows.tolist())
        return context_of(table, identity, rows, rng)

    current, context_of, train = [], ablation.draw_context, ablation.train_ablation
    monkeypatch.setattr(ablation, "draw_context", drawn_context)
    monkeypatch.setattr(
        ablation,
        "train_ablation",
        lambda variant, *rest: current.append(variant.name) or train(variant, *rest),
    )
    monkeypatch.setattr(ablation.subprocess, "run", evaluated)
    monkeypatch.setattr(ablation, "shared_parts", lambda work: build(SMALL))
    monkeypatch.setattr(ablation, "load_cases", lambda folder, autoencoder: cases)
    for name, count in (("cases_real_000000", 4), ("cases_virtual_000000", 10)):
        (tmp_path / "cases").mkdir(exist_ok=True)
        np.savez(tmp_path / "cases" / f"{name}.npz", patient=np.zeros(count))
    names = ["no identity tokens", "no score", "no virtual pairs", "no real data"]
    args = argparse.Namespace(
        data=tmp_path,
        work=tmp_path,
        out=tmp_path / "out",
        variants=names,
        steps=3,
        batch=6,
        references=2,
        seed=1,
    )
    parallel.start()
    assert ablation.main(args) == 0
    summary = json.loads((tmp_path / "out" / "ablation.json").read_text())
    assert list(summary["variants"]) == names and summary["steps"] == 3
    assert summary["variants"]["no score"]["pass_rates"]["atrial fibrillation"]["value"] == 0.5
    assert drawn["no virtual pairs"] <= set(range(4)) and drawn["no real data"] <= set(range(4, 14))
    assert min(drawn["no score"]) < 4 <= max(drawn["no score"])
    assert ["none" in asked[slug] for slug in ("no-identity-tokens", "no-score")] == [False, True]
    model = load(tmp_path / "out" / "no-identity-tokens" / "weights")
    assert tuple(model.config.pathways) == (NORMALISATION, CONDITION)
    # What is trained is kept: a second run measures and trains nothing.
    current.clear()
    for slug in asked:
        for path in (tmp_path / "out" / slug / "evaluation").iterdir():
            path.unlink()
        (tmp_path / "out" / slug / "evaluation").rmdir()
    assert ablation.main(args) == 0 and current == []


def test_a_work_folder_without_a_training_is_named(tmp_path):
    with pytest.raises(EcgError, match="ecgtwin train"):
        ablation.shared_parts(tmp_path)
