"""Ablations: what is left out has no influence, and one command trains and measures all variants."""

import argparse
import json
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import torch
from array_parts import arrays
from version_tables import told_table

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, nothing_known
from ecgtwin_app.generators.ecgtwin.config import (
    CONDITION,
    IDENTITY,
    PATHWAYS,
    TOGETHER,
    AdaXConfig,
)
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.strip_context import CONDUCTED, SINUS_P, StripContext
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors
from ecgtwin_app.generators.ecgtwin.torch_networks import drawer_of
from ecgtwin_app.generators.ecgtwin.weights import load_modules
from ecgtwin_app.resources import weight_path
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.networks import ablation
from ecgtwin_app.training.networks import ensemble as trained

SMALL = AdaXConfig(STATEMENTS, width=16, depth=2, heads=2, condition_width=16)
VARIANTS = {one.name: one for one in ablation.ABLATIONS}


def _awake(config: AdaXConfig) -> Ensemble:
    """Networks none of whose weights are zero."""
    torch.manual_seed(0)
    model = Ensemble(config).eval()
    for parameter in model.parameters():
        if parameter.abs().max() == 0:
            torch.nn.init.normal_(parameter, std=0.3)
    return model


def _context() -> StripContext:
    torch.manual_seed(1)
    condition = as_tensors(nothing_known(2, len(STATEMENTS)))
    condition.statements[:, 3] = PRESENT
    seen, known = torch.ones(2, dtype=torch.bool), torch.ones(2, dtype=torch.bool)
    own = as_tensors(nothing_known(2, len(STATEMENTS)))
    reference = Reference(torch.randn(2, 4, SIZE), seen, torch.zeros(2, 3), own, known)
    kind = torch.tensor([[CONDUCTED, SINUS_P, CONDUCTED]] * 2)
    return StripContext(condition, reference, kind, torch.ones_like(kind, dtype=torch.bool))


@pytest.mark.parametrize("name", ["whole", *(one.name for one in ablation.ABLATIONS[3:6])])
@torch.no_grad()
def test_only_the_named_pathways_carry_anything(name):
    ways = VARIANTS[name].pathways
    model, context = _awake(replace(SMALL, pathways=ways)), _context()
    x, time = torch.randn(2, 3, SIZE), torch.tensor([0.3, 0.8])
    before = model.velocity(x, time, context)
    names = {CONDITION: "blocks.0.condition.out.weight"}
    for way, weight in {**names, IDENTITY: "blocks.1.identity.out.weight"}.items():
        changed = model.network.get_parameter(weight)
        kept = changed.clone()
        changed.add_(0.5)
        assert torch.equal(model.velocity(x, time, context), before) == (way not in ways), way
        changed.copy_(kept)
    # One wave moved: the others follow where they look at one another.
    moved = x.clone()
    moved[:, 2] += 1.0
    same = torch.allclose(model.velocity(moved, time, context)[:, :2], before[:, :2], atol=1e-5)
    assert same == (TOGETHER not in ways)


@torch.no_grad()
def test_nobody_in_particular_is_told_nothing_of_the_patient():
    context = _context()
    other = replace(context, reference=replace(context.reference, beats=-context.reference.beats))
    x, time = torch.randn(2, 3, SIZE), torch.tensor([0.3, 0.8])
    for name, told in (("whole", True), ("nobody in particular", False)):
        model = _awake(replace(SMALL, anybody=VARIANTS[name].anybody))
        apart = [
            (model.velocity(x, time, one), model.start(one.reference, one.kind)) for one in (context, other)
        ]
        assert all(torch.equal(a, b) != told for a, b in zip(*apart, strict=True))


def test_without_the_transformer_the_own_beats_are_laid():
    model, context = Ensemble(SMALL), _context()
    model.spread.fill_(0.8)
    model.centre.fill_(0.3)
    ablation.lay_own_beats(model)
    drawn = drawer_of(model).draw(arrays(context), torch.randn(2, 3, SIZE).numpy(), steps=4)
    own = model.start(context.reference, context.kind).numpy()
    assert np.abs(drawn - own).max() < 0.01 < np.abs(own).max()


def test_the_whole_model_is_the_default():
    whole = ablation.ABLATIONS[0]
    assert AdaXConfig(STATEMENTS).pathways == PATHWAYS == whole.pathways
    assert whole == ablation.Ablation("whole") and not AdaXConfig(STATEMENTS).anybody
    # Each of the others lacks one thing.
    for one in ablation.ABLATIONS[1:]:
        lacks = (one.pathways != PATHWAYS, one.mix != whole.mix, one.anybody, not one.transformer)
        assert sum(lacks) == 1, one.name
    with pytest.raises(EcgError, match="no identity attention"):
        ablation.chosen_ablations(["no sense"])


def _arguments(tmp_path, *variants: str, **more) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    ablation.add_arguments(parser)
    places = ["--data", str(tmp_path), "--work", str(tmp_path), "--out", str(tmp_path / "out")]
    few = ["--steps", "3", "--batch", "8", "--references", "2", "--width", "16", "--depth", "1"]
    found = parser.parse_args([*places, *few, "--variants", *variants])
    return argparse.Namespace(**{**vars(found), **more})


@pytest.fixture
def table(monkeypatch):
    """What is read in the place of shards."""
    table = told_table()
    torch.manual_seed(5)
    table.beats.add_(0.3 * torch.randn(table.beats.shape))
    monkeypatch.setattr(trained, "FITTED_ON", 1000)
    monkeypatch.setattr(trained, "fit_codec", lambda folder, codec: None)
    monkeypatch.setattr(trained, "load_versions", lambda folder, codec: table)
    monkeypatch.setattr(trained, "virtual_flutter_waves", lambda seed: torch.randn(20, 8, 64))
    yield table
    parallel.start()


def test_one_command_trains_and_measures_each_variant(table, tmp_path, monkeypatch):
    asked, mixes = {}, []

    def evaluated(command, check):
        folder = command[command.index("--weights") + 1]
        asked[folder.split("/")[-2]] = command
        work = tmp_path / "out" / "evaluation" / f"{load_sha(folder)}_1_networks_alone" / "protocols"
        work.mkdir(parents=True, exist_ok=True)
        figure = {"name": "met", "value": 0.5, "low": 0.4, "high": 0.6, "n": 2, "unit": "share"}
        (work / "removal.outcome.json").write_text(json.dumps({"lines": [figure]}))
        return subprocess.CompletedProcess(command, 0)

    def load_sha(folder: str) -> str:
        return load_modules(tmp_path / "out" / folder.split("/")[-2] / "weights").sha256[:12]

    train = ablation.train_ensemble

    def noted(*args, mix):
        mixes.append(mix)
        train(*args, mix=mix)

    monkeypatch.setattr(ablation.subprocess, "run", evaluated)
    monkeypatch.setattr(ablation, "train_ensemble", noted)
    names = ["no transformer", "no identity attention", "no virtual pairs", "no removal"]
    args = _arguments(tmp_path, *names, part=["removal"])
    assert ablation.main(args) == 0
    assert [(mix.virtual, mix.removal) for mix in mixes] == [
        (0.78, True), (0.78, True), (0.0, True), (0.78, False)
    ]  # fmt: skip
    summary = json.loads((tmp_path / "out" / "ablation.json").read_text())
    assert list(summary["variants"]) == names and (summary["steps"], summary["width"]) == (3, 16)
    assert summary["variants"]["no removal"]["removal"]["met"] == {
        "value": 0.5, "low": 0.4, "high": 0.6, "n": 2
    }  # fmt: skip
    assert all(command[command.index("--part") + 1] == "removal" for command in asked.values())
    model = load_modules(tmp_path / "out" / "no-identity-attention" / "weights")
    assert model.config.pathways == (CONDITION, TOGETHER)
    still = load_modules(tmp_path / "out" / "no-transformer" / "weights").ensemble
    assert still.network.out.weight.abs().max() == 0
    # What is trained is kept: a second run measures and trains nothing.
    mixes.clear()
    assert ablation.main(args) == 0 and mixes == []


def test_variants_begin_alike(table, tmp_path):
    """The same seed gives every variant the same first weights, fitted spreads and batches."""
    args = _arguments(tmp_path, "whole", "no removal", train_only=True, steps=0)
    assert ablation.main(args) == 0
    one, other = (
        load_modules(tmp_path / "out" / name / "weights").ensemble for name in ("whole", "no-removal")
    )
    assert torch.equal(one.network.from_wave.weight, other.network.from_wave.weight)
    assert torch.equal(one.own_spread, other.own_spread)
    assert not (tmp_path / "out" / "ablation.json").exists()


def test_a_work_folder_without_versions_is_named(tmp_path):
    with pytest.raises(EcgError, match="stage 'cases'"):
        ablation.main(_arguments(tmp_path, "whole"))
    parallel.start()


def test_a_part_is_taken_out_of_finished_weights_without_training(tmp_path, monkeypatch):
    shipped = weight_path("")
    monkeypatch.setattr(ablation, "train_ensemble", lambda *_, **__: pytest.fail("nothing is trained"))
    args = _arguments(
        tmp_path, "whole", "beats drawn alone", "nobody in particular", of=shipped, train_only=True
    )
    assert ablation.main(args) == 0
    whole, alone, nobody = (
        load_modules(tmp_path / "out" / name / "weights")
        for name in ("whole", "beats-drawn-alone", "nobody-in-particular")
    )
    assert (
        TOGETHER not in alone.config.pathways and nobody.config.anybody and whole.config.pathways == PATHWAYS
    )
    kept = alone.ensemble.state_dict()
    assert all(
        torch.equal(kept[key], value) for key, value in whole.ensemble.state_dict().items() if key in kept
    )
    assert len(kept) < len(whole.ensemble.state_dict())
    with pytest.raises(EcgError, match="is trained and cannot be taken out"):
        ablation.main(_arguments(tmp_path, "no removal", of=shipped, train_only=True))
