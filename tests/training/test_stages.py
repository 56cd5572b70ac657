"""The stages of the training: each alone, all in order, on after a stop, refused without what comes before."""

import argparse
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from places import ROOT
from safetensors.torch import load_file, save_file
from small_data import write_small_data
from torch import nn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.weights import PARTS
from ecgtwin_app.training import checkpoint, loop, main, run, stages
from ecgtwin_app.training.networks import beats, flow

FEW = (
    "--synthetic 0 --per-patient 4 --rhythms 30 --extractor-steps 3 --beat-steps 2 --rhythm-steps 2 --steps 4"
    " --batch 4 --workers 1"
)
NAMES = [stage.name for stage in stages.STAGES]


@pytest.fixture(scope="module", autouse=True)
def small_networks():
    """Networks of few numbers, and few flutter waves for them to learn."""
    with pytest.MonkeyPatch.context() as patch:
        sizes = {"components": 48, "width": 32, "depth": 1, "heads": 2, "identity_width": 32}
        sizes |= {"beat_width": 32, "beat_depth": 1}
        patch.setattr(run, "DitConfig", partial(DitConfig, **sizes))
        patch.setattr(beats, "virtual_flutter_waves", partial(beats.virtual_flutter_waves, count=40))
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_small_data(tmp_path_factory.mktemp("training") / "data", unseen=0, seen=3)


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
    for name in ("cases", "beats", "rhythms"):
        shutil.copytree(whole / name, work / name)
    (work / "cases" / "encoded.safetensors").unlink()
    (work / "cases.done").touch()
    return work


def same_weights(one: Path, other: Path) -> bool:
    files = [(load_file(folder / f"{part}.safetensors") for folder in (one, other)) for part in PARTS]
    return all(all(torch.equal(a[name], b[name]) for name in a) and a.keys() == b.keys() for a, b in files)


def test_each_stage_alone_and_on_after_a_stop_makes_the_same_weights(data, whole, only_cases, monkeypatch):
    for stage in ("autoencoder", "latents", "extractor"):
        train(data, only_cases, "--only", stage)
    loss, steps = flow.Flow.loss, iter((0, 1))

    def until_stopped(*args):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return loss(*args)

    with monkeypatch.context() as patch:
        patch.setattr(flow, "train", partial(loop.train, every=1))
        patch.setattr(flow.Flow, "loss", until_stopped)
        with pytest.raises(KeyboardInterrupt):
            train(data, only_cases, "--only", "flow")
    assert checkpoint.checkpoint_step(only_cases / "flow.safetensors") == 2
    with pytest.raises(EcgError, match=r"'weights' needs 'flow'.*step 2 of 4.*--only flow"):
        train(data, only_cases, "--only", "weights")
    # The beat model knows nothing of the flow, so it can be trained before the flow goes on.
    train(data, only_cases, "--only", "beats")
    out = train(data, only_cases, "--from-stage", "flow")
    assert same_weights(out, whole.with_name("work_weights"))


def test_a_stage_names_the_one_that_is_missing_before_it(data, only_cases, tmp_path):
    with pytest.raises(EcgError, match=r"'extractor' needs 'latents'.*ecgtwin train --only latents"):
        train(data, only_cases, "--only", "extractor")
    with pytest.raises(EcgError, match=r"'beats' needs 'cases'"):
        train(data, tmp_path / "empty", "--only", "beats", "rhythm")


def test_a_work_folder_of_an_earlier_version_goes_on(data, whole, only_cases):
    (only_cases / "cases.done").unlink()
    (only_cases / "cases" / "done").touch()  # what it used to be marked with
    before = {path: path.stat().st_mtime_ns for path in only_cases.glob("*/*.npz")}
    train(data, only_cases, "--only", "cases", "autoencoder")
    assert before == {path: path.stat().st_mtime_ns for path in only_cases.glob("*/*.npz")}
    one, other = (load_file(folder / "autoencoder.safetensors") for folder in (whole, only_cases))
    assert torch.equal(one["basis"], other["basis"])


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


def test_cases_of_other_statements_are_refused(data, only_cases):
    for path in (only_cases / "cases").glob("*.npz"):
        with np.load(path) as z:
            columns = {name: z[name][:, :-1] if "statements" in name else z[name] for name in z.files}
        np.savez(path, **columns)
    with pytest.raises(EcgError, match="new work folder"):
        train(data, only_cases, "--only", "autoencoder", "latents")


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
    assert "--beat-steps 8000" in shown and "flow.safetensors" in shown
    # What a stage needs comes before it, and every default belongs to a flag.
    flags = {option for action in parser._actions for option in action.option_strings}
    for place, stage in enumerate(stages.STAGES):
        assert set(stage.needs) <= set(NAMES[:place])
        assert {f"--{flag}" for flag in (*stage.small, *stage.large)} <= flags


def test_the_documents_name_every_stage():
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip(" `") for line in text.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in NAMES] == NAMES
