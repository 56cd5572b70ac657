"""`ecgtwin train sssd`: strips, one command, killed and resumed; no held-out patient; labels that are left out."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_data import write_small_data
from sssd_files import SMALL, small_network

from ecgtwin_app.cli.main import main
from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.catalogue import load_generator
from ecgtwin_app.generators.sssd.config import CLEAN, NOISE, SssdConfig
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.training import new_patients
from ecgtwin_app.training.cases import labelled_strips
from ecgtwin_app.training.cases.labelled_strips import (
    draw_conditions,
    load_strips,
    make_real,
    make_virtual,
)
from ecgtwin_app.training.cases.real_labels import LABELS
from ecgtwin_app.training.collections.records import held_out, load_real
from ecgtwin_app.training.networks.sssd import LEAST_STRIPS, Batches, counting, rarity

SIZES = [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
FEW = [
    "--virtual",
    "12",
    "--synthetic",
    "0",
    "--steps",
    "6",
    "--batch",
    "4",
    "--workers",
    "0",
    "--device",
    "cpu",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "small"
    return write_small_data(folder, unseen=2, seen=4, second_visits=True)


@pytest.fixture(scope="module")
def strips_folder(data, tmp_path_factory):
    work = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labelled_strips, "SHARD", 8)
        records = [record for record in load_real(data) if not record.held_out]
        read = lambda record: new_patients.of_record({}, record)
        make_real(work, records, read, 0)
        make_virtual(work, records, read, 12, 1, 0)
    return work


def train(data, work, *more):
    """The command; the folder of the weights."""
    out = work.with_name(work.name + "_weights")
    places = ["--data", str(data), "--work", str(work), "--out", str(out)]
    assert main(["train", "sssd", *places, *FEW, *SIZES, *more]) == 0
    return out


def test_one_command_and_on_after_a_kill(data, tmp_path, monkeypatch):
    monkeypatch.setattr(new_patients, "EVERY", 2)
    whole = train(data, tmp_path / "whole")

    steps, loss = [], Batches.loss

    def until_killed(self, network, generator):
        steps.append(1)
        if len(steps) == 4:
            raise SystemExit("killed")
        return loss(self, network, generator)

    with monkeypatch.context() as patch:
        patch.setattr(Batches, "loss", until_killed)
        with pytest.raises(SystemExit):
            train(data, tmp_path / "stopped")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "stopped" / "strips").iterdir()}
    assert before
    resumed = train(data, tmp_path / "stopped")
    assert {path: path.stat().st_mtime_ns for path in before} == before, "strips are made once"
    one, other = (load_file(folder / "sssd.safetensors") for folder in (whole, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)

    manifest = json.loads((whole / "manifest.json").read_text("utf-8"))
    about = manifest["training"]
    assert (about["steps"], about["virtual strips"], about["real patients"]) == (6, 12, 4)
    assert about["real strips by label"]["sinus rhythm"] == 8
    assert load_generator("sssd", whole).spec.model == "sssd-1"

    on = train(data, tmp_path / "on", "--from", str(whole), "--steps", "1")
    assert not torch.equal(load_file(on / "sssd.safetensors")["stem.weight"], one["stem.weight"])
    with pytest.raises(EcgError, match="another size"):
        new_patients.carry_over(small_network(width=16), small_network())


def test_every_way_to_learn_is_reached(data, tmp_path):
    out = train(
        data,
        tmp_path / "w",
        "--predicts",
        NOISE,
        "--embedding",
        "positives",
        "--kernel",
        "s4",
        "--no-score",
        "--steps",
        "1",
    )
    config = load_generator("sssd", out).weights.config
    assert not config.score
    assert (config.predicts, config.embedding, config.kernel) == (NOISE, "positives", "s4")


def test_strips_say_what_they_are(strips_folder):
    strips = load_strips(strips_folder)
    assert strips.signals.shape == (16, 8, 1000) and strips.signals.dtype == np.float16
    assert strips.virtual.sum() == 12 and not any(held_out(patient) for patient in strips.patients)
    assert np.isfinite(strips.rate).all() and set(strips.sex) == {1} and set(strips.age) == {60}
    real = strips.states[~strips.virtual]
    for row in range(16):
        score = strips.score(row)
        onsets = np.array([t for t in score.times("QRS") if 0.5 < t < 9])
        # Each QRS that a score tells is in the strip.
        slopes = np.abs(np.diff(strips.signals[row].astype(float), axis=1)).max(0)
        near = [slopes[int(100 * t) : int(100 * t) + 14].max() for t in onsets]
        assert strips.p_known[row] and len(near) > 4 and np.median(near) > 3 * np.median(slopes)
    assert (real[:, LABELS.index("sinus rhythm")] == PRESENT).all()
    # The offset of a lead is no part of a strip.
    assert np.abs(strips.signals.astype(float).mean(-1)).max() < 0.05


def test_held_out_patients_are_refused(data, tmp_path):
    records = [record for record in load_real(data) if record.held_out]
    assert records
    with pytest.raises(ValueError, match="no training"):
        make_real(tmp_path, records, lambda record: new_patients.of_record({}, record), 0)
    with pytest.raises(EcgError, match="no strips"):
        load_strips(tmp_path)


def test_drawn_conditions_go_together_at_their_rates():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(150):
        names, rate = draw_conditions(rng)
        seen |= set(names)
        for name in names:
            low, high = find_condition(name).rate_limits or (0, 300)
            assert low <= rate <= high, names
    assert len(seen) > 25


def test_labels_are_left_out_only_where_they_can_be(strips_folder):
    strips = load_strips(strips_folder)
    batches, rows = Batches(strips, 16, 0.5), np.arange(16)
    known = torch.from_numpy(strips.states != UNKNOWN).float()
    for embedding in ("positives", "two-states", "three-states"):
        draws = [batches.told(rows, embedding, torch.Generator().manual_seed(k)) for k in range(40)]
        told = torch.stack([present + absent for present, absent, *_ in draws])
        assert (told <= known).all()
        assert torch.equal(told.min(0).values, known) == (embedding != "three-states")
        nothing = (told.sum(-1) == 0).float().mean()
        assert nothing == 0 if embedding != "three-states" else 0.03 < nothing < 0.2
    numbers, sex, origin = draws[0][2:]
    assert numbers.isnan().any() and numbers.isfinite().any() and {0, 1} == set(sex.tolist())
    assert {1, 2} <= set(origin.tolist())


def test_batches_hold_both_kinds_and_rare_statements_more_often(strips_folder):
    strips = load_strips(strips_folder)
    rows = np.concatenate(
        [Batches(strips, 16, 0.25).rows(torch.Generator().manual_seed(k)) for k in range(50)]
    )
    assert strips.virtual[rows].mean() == pytest.approx(0.25, abs=0.06)
    states = np.full((500, 3), ABSENT, np.int8)
    states[:400, 0] = PRESENT
    states[:100, 1] = PRESENT
    states[0, 2] = PRESENT
    often = rarity(states)
    np.testing.assert_allclose(often[[0, 1, 200]], [LEAST_STRIPS**-0.5, 0.1, 0.05])
    assert often[450] == often.min() == 0.05, "what says nothing is as common as the commonest"


def test_p_counts_most_in_the_loss_and_qrs_least():
    score = RhythmScore(
        (Event(1.0, "P", "sinus"), Event(1.16, "QRS", "conducted"), Event(-0.05, "QRS", "conducted"))
    )
    weights = counting(score)
    assert weights.mean() == pytest.approx(1)
    p, qrs, between = weights[105], weights[120], weights[300]
    assert p > between > qrs == weights[0]
    assert (counting(None) == 1).all()


@pytest.mark.parametrize(("predicts", "stride"), [(CLEAN, 8), (NOISE, 2)])
def test_the_loss_falls(strips_folder, predicts, stride):
    torch.manual_seed(0)
    sizes = {"width": 24, "blocks": 2, "state": 4, "groups": 4}
    network = Sssd(SssdConfig(LABELS, predicts=predicts, stride=stride, **sizes))
    batches = Batches(load_strips(strips_folder), 8, 0.5)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)

    def mean_loss():
        with torch.no_grad():
            return np.mean([float(batches.loss(network, torch.Generator().manual_seed(k))) for k in range(6)])

    before = mean_loss()
    for step in range(60):
        optimizer.zero_grad()
        batches.loss(network, torch.Generator().manual_seed(100 + step)).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    after = mean_loss()
    # A network that tells noise begins by telling none of it, and learns that slowly.
    assert after < (0.92 if predicts == CLEAN else 0.99) * before, (before, after)
