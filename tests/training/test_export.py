"""Networks as ONNX files: other weights than those that ship, batches of any size, the same bytes each time."""

import hashlib
import json

import numpy as np
import pytest
import torch

from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.conditioning import nothing_known
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.manifest import read_manifest
from ecgtwin_app.generators.ecgtwin.networks import load
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.strip_context import WAVES, StripContext
from ecgtwin_app.generators.ecgtwin.weights import build, save
from ecgtwin_app.generators.manifest import digest_of

pytest.importorskip("onnxscript", reason="exporting needs the packages of training")
from ecgtwin_app.training import export

STATEMENTS = ("sinus rhythm", "long QT", "atrial flutter")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(0)
    model = build(AdaXConfig(STATEMENTS, width=32, depth=2, heads=2), "tiny")
    model.rhythm = RhythmModel(len(STATEMENTS))
    with torch.no_grad():
        for parameter in (*model.ensemble.parameters(), *model.rhythm.parameters()):
            parameter.add_(0.1 * torch.randn(parameter.shape))
    path = tmp_path_factory.mktemp("weights")
    save(model, path, {"training": {"steps": 0}})
    before = digest_of(read_manifest(path))
    paths = export.export(path)
    manifest = read_manifest(path)
    assert digest_of(manifest) == before, "the same weights have the same name"
    assert manifest["onnx"] == {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in paths}
    return path


def context(rng: np.random.Generator, batch: int, waves: int) -> StripContext:
    told, own = nothing_known(batch, len(STATEMENTS)), nothing_known(batch, len(STATEMENTS))
    told.statements[:] = rng.integers(0, 3, told.statements.shape)
    told.numbers[:, 1] = 60.0
    reference = Reference(
        rng.standard_normal((batch, 4, SIZE)).astype(np.float32),
        rng.random(batch) < 0.5,
        rng.random((batch, 3)).astype(np.float32),
        own,
        rng.random(batch) < 0.7,
    )
    kind = rng.integers(0, len(WAVES), (batch, waves))
    there = np.arange(waves) < rng.integers(1, waves + 1, (batch, 1))
    return StripContext(told, reference, kind, there)


def test_the_files_answer_as_the_modules_whatever_the_batch(folder):
    ours, theirs = (load(folder, backend, "cpu") for backend in ("onnx", "torch"))
    for seed, (batch, waves) in enumerate(((1, 1), (1, 9), (5, 30), (2, 7))):
        rng = np.random.default_rng(seed)
        strip = context(rng, batch, waves)
        x, time = rng.standard_normal((batch, waves, SIZE)).astype(np.float32), rng.random(batch, np.float32)
        looked: list[np.ndarray] = []
        found = []
        for networks in (ours, theirs):
            networks.drawer.looked = looked.append
            found.append(
                (*networks.drawer.identity(strip.reference), networks.drawer.velocity(x, time, strip))
            )
        for one, other in zip(*found, strict=True):
            assert one.std() > 1e-3
            np.testing.assert_allclose(one, other, atol=2e-4)
        np.testing.assert_allclose(*looked, atol=1e-5)
        assert np.allclose(looked[0].sum(axis=-1), 1, atol=1e-4)


def test_rhythms_are_composed_alike(folder):
    ours, theirs = (load(folder, backend, "cpu").rhythm for backend in ("onnx", "torch"))
    told = nothing_known(1, len(STATEMENTS))
    told.numbers[:, 0] = 75.0
    for seed in range(3):
        one, other = (rhythm.draw(told, seed, draws=3) for rhythm in (ours, theirs))
        assert [event.origin for event in one.events] == [event.origin for event in other.events]
        assert np.allclose([e.time for e in one.events], [e.time for e in other.events], atol=1e-3)


def test_the_same_weights_give_the_same_bytes_and_nothing_of_the_machine(folder):
    torch.manual_seed(3)
    model = RhythmModel(len(STATEMENTS)).eval()
    traced = export._of_rhythm(model, {})["rhythm_when.onnx"]
    first, second = (export._file_of(traced) for _ in range(2))
    assert first == second
    for path in folder.glob("*.onnx"):
        assert b".py" not in path.read_bytes() and str(folder).encode() not in path.read_bytes()


def test_a_training_names_no_files_of_an_earlier_one(folder, tmp_path):
    save(build(AdaXConfig(STATEMENTS, width=32, depth=2, heads=2), "next"), tmp_path, {})
    assert "onnx" not in json.loads((tmp_path / "manifest.json").read_text())
    assert load(tmp_path, "auto", "cpu").backend == "torch"
