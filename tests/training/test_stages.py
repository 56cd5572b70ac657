"""The stages of the training: each alone, all in order, on after a stop, refused without what comes before."""

import argparse
import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import torch
from places import ROOT
from safetensors.torch import load_file, save_file
from small_data import write_small_data
from torch import nn
from version_tables import quick_fit, told_table

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec
from ecgtwin_app.generators.ecgtwin.manifest import PARTS
from ecgtwin_app.generators.ecgtwin.weights import load_modules
from ecgtwin_app.training import checkpoint, loop, main, stages
from ecgtwin_app.training.cases.case_distribution import MORPHOLOGIES, STATEMENTS
from ecgtwin_app.training.cases.pairs import Mix
from ecgtwin_app.training.cases.version_table import fit_codec
from ecgtwin_app.training.networks import ensemble

FEW = (
    "--synthetic 0 --per-patient 4 --rhythms 30 --rhythm-steps 2 --steps 4 --batch 12 --workers 0"
    " --width 32 --depth 1 --device cpu"
)
NAMES = [stage.name for stage in stages.STAGES]


@pytest.fixture(scope="module", autouse=True)
def few_numbers():
    """Few pairs and flutter waves to be fitted to, and principal components found in the quicker way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ensemble, "FITTED_ON", 1000)
        patch.setattr(ensemble, "virtual_flutter_waves", partial(ensemble.virtual_flutter_waves, count=40))
        patch.setattr(BeatCodec, "fit", quick_fit)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("training") / "data"
    return write_small_data(folder, unseen=1, seen=3, second_visits=True)


def train(data: Path, work: Path, *more: str) -> Path:
    """`ecgtwin train` in a few steps; the folder of the weights."""
    parser = argparse.ArgumentParser()
    main.add_arguments(parser)
    out = work.with_name(work.name + "_weights")
    places = ["--data", str(data), "--work", str(work), "--out", str(out)]
    assert main.main(parser.parse_args([*places, *FEW.split(), *more])) == 0
    return out


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory) -> Path:
    """A work folder in which everything was trained at once."""
    work = tmp_path_factory.mktemp("whole") / "work"
    train(data, work)
    return work


@pytest.fixture
def only_cases(whole, tmp_path) -> Path:
    """A work folder of which only the first stage is done."""
    work = tmp_path / "work"
    work.mkdir()
    for name in ("versions", "rhythms"):
        shutil.copytree(whole / name, work / name)
    (work / "cases.done").touch()
    return work


def same_weights(one: Path, other: Path) -> bool:
    files = [(load_file(folder / f"{part}.safetensors") for folder in (one, other)) for part in PARTS]
    return all(all(torch.equal(a[name], b[name]) for name in a) and a.keys() == b.keys() for a, b in files)


def test_each_stage_alone_and_on_after_a_stop_makes_the_same_weights(data, whole, only_cases, monkeypatch):
    loss, steps = Ensemble.loss, iter((0, 1))

    def until_stopped(*args):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return loss(*args)

    with monkeypatch.context() as patch:
        patch.setattr(ensemble, "train", partial(loop.train, every=1))
        patch.setattr(Ensemble, "loss", until_stopped)
        with pytest.raises(KeyboardInterrupt):
            train(data, only_cases, "--only", "ensemble")
    assert checkpoint.checkpoint_step(only_cases / "ensemble.safetensors") == 2
    with pytest.raises(EcgError, match=r"'weights' needs 'ensemble'.*step 2 of 4.*--only ensemble"):
        train(data, only_cases, "--only", "weights")
    # The rhythm model knows nothing of beats, so it can be trained before the ensemble goes on.
    train(data, only_cases, "--only", "rhythm")

    def fitted_again(*args):
        raise AssertionError("what was learned would mean something else with other components")

    monkeypatch.setattr(ensemble, "fit_codec", fitted_again)
    out = train(data, only_cases, "--from-stage", "ensemble")
    assert same_weights(out, whole.with_name("work_weights"))


def test_a_training_can_start_from_weights(data, whole, only_cases):
    weights = whole.with_name("work_weights")
    train(data, only_cases, "--only", "ensemble", "--from", str(weights))
    started, before = load_file(only_cases / "ensemble.safetensors"), load_modules(weights).ensemble
    assert torch.equal(started["average/codec.basis_qrs"], before.codec.basis_qrs)
    assert torch.equal(started["average/spread"], before.spread)
    assert not torch.equal(started["average/network.out.weight"], before.network.out.weight)


def test_the_weights_say_what_they_were_trained_on(whole):
    about = json.loads((whole.with_name("work_weights") / "manifest.json").read_text())["training"]
    assert about["data"] == "small" and about["hearts"] == 3 and about["real recordings"] == 6
    assert about["versions"] == 6 + 4 * 6 and about["steps"] == {"ensemble": 4, "rhythm": 2}


def test_the_loss_falls(tmp_path, monkeypatch):
    """Where whatever is present moves a beat by the same step, as it does in nobody's heart, that is found out."""
    torch.manual_seed(3)
    table = told_table(virtual=24)
    hearts, step = 2 * torch.randn(len(table), 1, SIZE), 2 * torch.randn(SIZE)
    shapes = [STATEMENTS.index(name) for name in MORPHOLOGIES]
    moved = (table.states[:, shapes] == PRESENT).any(dim=1).float()[:, None, None] * step
    table.beats.copy_(hearts[table.heart] + moved + 0.1 * torch.randn(table.beats.shape))
    losses, loss = [], Ensemble.loss

    def noted(*args):
        value = loss(*args)
        losses.append(float(value[0].detach()))
        return value

    monkeypatch.setattr(ensemble, "RATE", 5e-3)
    monkeypatch.setattr(ensemble, "fit_codec", lambda folder, codec: None)
    monkeypatch.setattr(ensemble, "load_versions", lambda folder, codec: table)
    monkeypatch.setattr(Ensemble, "loss", noted)
    model = Ensemble(AdaXConfig(STATEMENTS, width=32, depth=1))
    mix = Mix(virtual=1.0, removal=False)
    ensemble.train_ensemble(model, tmp_path, 100, tmp_path / "net.safetensors", 1, 96, mix=mix)
    assert sum(losses[-20:]) < 0.9 * sum(losses[:20])


def test_a_stage_names_the_one_that_is_missing_before_it(data, tmp_path):
    with pytest.raises(EcgError, match=r"'ensemble' needs 'cases'.*ecgtwin train --only cases"):
        train(data, tmp_path / "empty", "--only", "ensemble", "rhythm")


def test_components_are_fitted_to_the_versions(whole):
    codec = BeatCodec()
    fit_codec(whole / "versions", codec)
    assert torch.allclose(codec.basis_qrs.T @ codec.basis_qrs, torch.eye(codec.basis_qrs.shape[1]), atol=1e-4)


def test_checkpoints_of_another_network_are_refused_in_a_sentence(tmp_path):
    path, average = tmp_path / "net.safetensors", checkpoint.Average(nn.Linear(3, 1))
    small = nn.Linear(3, 1)
    checkpoint.save_checkpoint(path, small, average, torch.optim.AdamW(small.parameters()), 5)
    assert checkpoint.checkpoint_step(path) == 5
    other = nn.Linear(4, 1)
    with pytest.raises(EcgError, match="new work folder"):
        checkpoint.load_checkpoint(
            path, other, checkpoint.Average(other), torch.optim.AdamW(other.parameters())
        )
    with pytest.raises(EcgError, match="new work folder"):
        checkpoint.load_averages(path, other)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(EcgError, match="no checkpoint"):
        checkpoint.checkpoint_step(path)


def test_the_list_says_what_each_stage_reads_and_writes(capsys):
    parser = argparse.ArgumentParser()
    main.add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--list"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert [line.split()[0] for line in shown.splitlines() if not line.startswith(" ")] == NAMES
    for stage in stages.STAGES:
        assert all(stage.large[flag] == usual for flag, usual in stage.small.items() if flag in stage.large)
    assert "--rhythm-steps 4000" in shown and "ensemble.safetensors" in shown
    # What a stage needs comes before it, and every default belongs to a flag.
    flags = {option for action in parser._actions for option in action.option_strings}
    for place, stage in enumerate(stages.STAGES):
        assert set(stage.needs) <= set(NAMES[:place])
        assert {f"--{flag}" for flag in (*stage.small, *stage.large)} <= flags


def test_the_documents_name_every_stage():
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip(" `") for line in text.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in NAMES] == NAMES
