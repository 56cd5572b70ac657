"""`ecgtwin train diffecg`: pieces that are hidden, one command, stopped and resumed; patients set aside."""

import json

import numpy as np
import pytest
import torch
from diffecg_files import SMALL, small_network, write_diffecg, write_strips

from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.diffecg.config import BEAT, FORECAST, IMPUTE, KINDS, RATE, TASKS
from ecgtwin_app.generators.diffecg.spectrum import log_spectrum
from ecgtwin_app.generators.diffecg.weights import load
from ecgtwin_app.training.cases import hidden_pieces
from ecgtwin_app.training.cases.hidden_pieces import draw_mask, draw_tail, load_signals, set_aside
from ecgtwin_app.training.export import export
from ecgtwin_app.training.networks.diffecg import Batches, spread_of, told_of, weight_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_strips(tmp_path_factory.mktemp("repairs") / "strips")


@pytest.fixture
def strips(folder):
    return load_signals(folder)


def test_pieces_show_what_is_visible_and_guess_the_rest(strips):
    seen = set()
    for row in range(3):
        for variant in range(16):
            piece = strips.piece(row, variant)
            seen.add(TASKS[piece.task])
            assert piece.hidden.any()
            assert np.array_equal(piece.guess[~piece.hidden], piece.strip[~piece.hidden])
            again = strips.piece(row, variant)
            assert np.array_equal(again.guess, piece.guess) and np.array_equal(again.hidden, piece.hidden)
            if TASKS[piece.task] == BEAT:
                assert not piece.strip[~piece.hidden].any() and not piece.guess.any()
                assert abs(int(np.abs(piece.strip).max(0).argmax()) - hidden_pieces.MIDDLE) <= 5
            if TASKS[piece.task] == FORECAST:
                assert piece.hidden[:, -1].all() and not piece.hidden[:, 0].any()
    assert seen == {BEAT, IMPUTE, FORECAST}


def test_masks_leave_something_in_sight_and_are_of_all_kinds():
    rng = np.random.default_rng(1)
    masks = [draw_mask(rng) for _ in range(200)]
    assert all(mask.any() and not mask.all() for mask in masks)
    whole = [mask.all(1) for mask in masks]
    assert any(one.sum() == 1 for one in whole) and any(one[6:].all() and not one[:6].any() for one in whole)
    assert any(mask.all(0).any() for mask in masks)
    tails = [draw_tail(rng).all(0) for _ in range(50)]
    assert all(tail[-1] and not tail[: int(4.9 * RATE)].any() for tail in tails)


def test_nothing_is_learned_of_patients_set_aside(strips, monkeypatch):
    assert 0.03 < np.mean([set_aside(f"patient {k}") for k in range(3000)]) < 0.09
    monkeypatch.setattr(hidden_pieces, "set_aside", lambda patient: patient in ("p0", "p1"))
    batches = Batches(strips, 8, 0.5)
    assert not {0, 1} & set(np.concatenate(batches.pools))
    assert set(spread_of(small_network(trained=True), strips)) <= set(KINDS)


def test_the_loss_is_of_what_is_hidden_alone(strips):
    network, pieces = small_network(), [strips.piece(2, k) for k in range(4)]
    (guess, hidden, *_), off = told_of(network, pieces)
    assert not (off * (1 - hidden)).any() and off.abs().sum() > 0
    quiet = weight_of(guess, hidden)
    assert (weight_of(4 * guess, hidden) < quiet + 1e-6).all()
    assert torch.isfinite(Batches(strips, 4, 0.5).loss(network, torch.Generator().manual_seed(3)))


def test_one_command_trains_and_goes_on_where_it_stopped(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("ecgtwin_app.training.networks.diffecg.OF_EACH", 1)
    sizes = [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]

    def train(work, steps):
        assert main([
            "train", "diffecg", "--data", str(tmp_path), "--strips", str(folder), "--work", str(tmp_path / work),
            "--out", str(tmp_path / work / "out"), "--steps", str(steps), "--batch", "3", "--device", "cpu", *sizes,
        ]) == 0  # fmt: skip
        return tmp_path / work / "out"

    monkeypatch.setattr("ecgtwin_app.training.loop.rate_factor", lambda step, steps: 1.0)
    whole = train("whole", 4)
    train("parts", 2)
    parts = train("parts", 4)
    assert (whole / "diffecg.safetensors").read_bytes() == (parts / "diffecg.safetensors").read_bytes()
    manifest = json.loads((parts / "manifest.json").read_text())
    assert manifest["training"]["steps"] == 4 and manifest["config"]["width"] == SMALL["width"]


def test_without_strips_it_says_so(tmp_path):
    with pytest.raises(EcgError, match="strips"):
        load_signals(tmp_path)


def test_its_onnx_file_answers_as_the_module(tmp_path):
    pytest.importorskip("onnxscript")
    folder = write_diffecg(tmp_path / "w")
    (path,) = export(folder)
    assert path.name == "diffecg.onnx"
    rng = np.random.default_rng(1)
    hidden = (rng.random((3, 8, 1000)) < 0.3).astype(np.float32)
    guess = rng.normal(size=hidden.shape).astype(np.float32)
    told = {
        "x": rng.normal(size=hidden.shape).astype(np.float32),
        "guess": guess,
        "hidden": hidden,
        "spectrum": log_spectrum(np.where(hidden, 0, guess)),
        "time": np.array([10, 150, 220], np.float32),
        "task": np.array([0, 1, 2]),
    }
    one, other = (
        load(folder, backend, "cpu").network(told, ("predicted",))[0] for backend in ("torch", "onnx")
    )
    np.testing.assert_allclose(one, other, atol=1e-3)
