"""Convergence of the three label embeddings: the same strips, noise and seed for all; a small run from the command line."""

import numpy as np
import pytest
import torch
from small_data import write_small_data
from sssd_files import SMALL, small_network

from ecgtwin_app.cli.main import main
from ecgtwin_app.evaluation.experiments import embeddings
from ecgtwin_app.evaluation.experiments.embeddings import GUIDED, Measured, flow_loss
from ecgtwin_app.evaluation.protocols.lines import read_outcome
from ecgtwin_app.generators.sssd.names import EMBEDDINGS, POSITIVES, THREE_STATES, TWO_STATES
from ecgtwin_app.training import loop, new_patients
from ecgtwin_app.training.cases.labelled_strips import load_strips, make_virtual, real_shard
from ecgtwin_app.training.checkpoint import checkpoint_step
from ecgtwin_app.training.collections.records import load_real


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_small_data(tmp_path_factory.mktemp("data") / "small", unseen=3, seen=4)


@pytest.fixture(scope="module")
def strips(data, tmp_path_factory):
    """Of the training patients, four real and four virtual; and of the others."""
    folder = tmp_path_factory.mktemp("made")
    read = lambda record: new_patients.of_record({}, record)
    records = load_real(data)
    seen, unseen = ([r for r in records if r.held_out == kept_out] for kept_out in (False, True))
    for name, some, held_out in (("seen", seen, False), ("unseen", unseen, True)):
        (folder / name).mkdir()
        real_shard(folder / name / "real_0000.npz", some, read, held_out)
    make_virtual(folder / "seen", seen, read, 4, 1, 0)
    return folder


def test_strips_of_an_evaluation_are_of_no_patient_in_training(data, tmp_path):
    read = lambda record: new_patients.of_record({}, record)
    for held_out in (False, True):
        with pytest.raises(ValueError, match="held-out"):
            real_shard(tmp_path / "x.npz", load_real(data), read, held_out)


def test_checkpoints_of_named_steps_stay(tmp_path):
    module = torch.nn.Linear(1, 1)
    loss = lambda step, generator: module(torch.ones(1)).square().sum()
    loop.train(module, loss, 5, tmp_path / "x.safetensors", 1e-3, 1, every=4, kept=(2, 5))
    found = [checkpoint_step(loop.kept_checkpoint(tmp_path / "x.safetensors", step)) for step in (2, 4, 5)]
    assert found == [2, 0, 5] and checkpoint_step(tmp_path / "x.safetensors") == 5


def test_every_network_is_tested_on_the_same_noise_and_told_all_labels(strips, monkeypatch):
    unseen = load_strips(strips / "unseen")
    asked = []
    errors = embeddings.clean_errors

    def watched(network, clean, noise, time, told):
        asked.append((network.config.embedding, noise, time, told))
        return errors(network, clean, noise, time, told)

    monkeypatch.setattr(embeddings, "clean_errors", watched)
    for embedding in EMBEDDINGS:
        network = small_network(embedding=embedding)
        loss = flow_loss(network, unseen, 1)
        assert loss.shape == (3,) and (loss > 0).all()
        np.testing.assert_array_equal(flow_loss(network, unseen, 1), loss)
    first = asked[0]
    for _, noise, time, told in asked[:: len(asked) // 3]:
        assert noise.equal(first[1]) and time.equal(first[2]) and told[0].equal(first[3][0])
    np.testing.assert_array_equal(first[3][0].numpy(), unseen.states == 2)


def test_embeddings_are_compared_by_the_same_patients_and_draws():
    def measured(loss, met):
        return Measured(
            np.full(6, loss) + np.arange(6), np.full(6, loss + 0.5) + np.arange(6), {"sinus rhythm": met}
        )

    found = {
        POSITIVES: {2: measured(3.0, [False]), 4: measured(2.0, [True, False])},
        TWO_STATES: {2: measured(3.0, [False]), 4: measured(1.5, [True, False])},
        THREE_STATES: {2: measured(3.0, [False]), 4: measured(1.0, [True, True])},
        GUIDED: {4: measured(1.0, [True, True])},
    }
    lines = {one.name: one for one in embeddings.outcome(found, list("aabbcc"), 1).lines}
    less = lines[f"held-out flow loss, {THREE_STATES} less {POSITIVES}"]
    # Strips differ far more than embeddings do, and each is compared with itself.
    assert less.value == less.low == less.high == pytest.approx(-1.0)
    assert lines[f"criteria met in first draws after 4 steps, {POSITIVES}"].value == 0.5
    assert lines[f"what labels of others cost, {TWO_STATES}"].value == pytest.approx(0.5)
    by_step, by_condition = embeddings.outcome(found, list("aabbcc"), 1).tables
    assert [row[:2] for row in by_step.rows][:2] == [(POSITIVES, 2), (POSITIVES, 4)]
    assert by_condition.rows == (("sinus rhythm", 2, 0.5, 0.5, 1.0, 1.0),)


def test_three_networks_from_the_command_to_the_page(data, strips, tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "STEPS", (20, 40))
    monkeypatch.setattr(embeddings, "SIZES", SMALL)
    monkeypatch.setattr(embeddings, "FEWEST_STRIPS", 4)
    monkeypatch.setattr(embeddings, "NOISED", 1)
    words = ["evaluate", "embeddings", "--data", str(data), "--work", str(tmp_path / "w"), "--out", str(tmp_path / "out"),
             "--strips", str(strips / "seen"), "--references", "2"]  # fmt: skip
    assert main(words) == 0
    found, about = read_outcome(tmp_path / "w" / "embeddings" / "experiments" / "embeddings.outcome.json")
    assert [row[:2] for row in found.tables[0].rows][:2] == [(POSITIVES, 1), (POSITIVES, 2)]
    assert (
        found.tables[1].rows[0][0] == "sinus rhythm" and about["model"] == "sssd-three-states, 2 of 2 steps"
    )
    losses = [row[2] for row in found.tables[0].rows]
    assert all(0 < loss < 100 for loss in losses)
    assert "# Experiments: embeddings" in (tmp_path / "out" / "experiments_embeddings.md").read_text(
        encoding="utf-8"
    )

    def once(*_):
        raise AssertionError("it is trained")

    monkeypatch.setattr(new_patients, "main", once)
    assert main(words) == 0
