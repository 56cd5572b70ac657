"""Too little memory on a graphics processor, or anywhere; weights that are exchanged while they are in use."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from places import ROOT

from ecgtwin_app import TwinEngine, TwinRequest, inference
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import Progress, Twin
from ecgtwin_app.i18n.words import install_language, translate
from ecgtwin_app.inference import TorchNetwork

STEPS = 2
REQUEST = TwinRequest(("left bundle branch block",), steps=STEPS, seed=3, shows=())


class Doubling(torch.nn.Module):
    """Doubles; on the graphics processor, which is "meta" here, it is short of memory."""

    def __init__(self, error: Exception):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(2.0))
        self.error, self.tries, self.on = error, 0, "cuda"

    def to(self, device):
        self.on = device
        return self

    def parameters(self, recurse=True):
        yield type("On", (), {"device": type("Device", (), {"type": self.on})})

    def forward(self, inputs, outputs):
        raise NotImplementedError

    def asked(self, inputs, outputs):
        self.tries += 1
        if self.on != "cpu":
            raise self.error
        return (inputs["x"] * self.factor,)


def _network(monkeypatch, error) -> tuple[TorchNetwork, Doubling]:
    module = Doubling(error)
    monkeypatch.setattr(torch.Tensor, "to", lambda self, *_: self)
    return TorchNetwork(module, "cuda"), module


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory."), RuntimeError("MPS backend out of memory"), MemoryError()],
)
def test_a_network_goes_on_on_the_processor(monkeypatch, error):
    network, module = _network(monkeypatch, error)
    for _ in range(2):
        (found,) = network({"x": np.ones(3, np.float32)}, ("y",))
        assert found.tolist() == [2, 2, 2] and network.device == "cpu"
    assert module.tries == 3, "the graphics processor is tried once"


def test_another_error_is_no_want_of_memory(monkeypatch):
    network, module = _network(monkeypatch, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes"):
        network({"x": np.ones(3, np.float32)}, ("y",))
    assert module.tries == 1


def test_the_window_is_told_that_the_processor_goes_on(engine, reference, monkeypatch):
    monkeypatch.setattr(engine, "device", "cuda")
    said = [item.message for item in engine.iter_generate(reference, REQUEST) if isinstance(item, Progress)]
    assert said[-1] == "Twin 1 of 1, on the processor: the graphics memory is too small"
    install_language("de")
    try:
        assert translate(said[-1]) == "Zwilling 1 von 1, auf dem Prozessor: Der Grafikspeicher reicht nicht"
    finally:
        install_language("en")


def test_short_of_memory_is_one_sentence_and_the_next_run_succeeds(engine, reference, monkeypatch):
    def short(*_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(engine.generator, "sample", short)
        with pytest.raises(EcgError, match=r"^The memory is not enough for this; close other programs.*\.$"):
            engine.generate(reference, REQUEST)
    assert len(engine.generate(reference, REQUEST)) == 1


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_weights_that_are_exchanged_while_they_are_in_use_change_nothing_and_are_refused_later(
    reference, tmp_path, backend
):
    folder = tmp_path / "weights"
    shutil.copytree(ROOT / "weights", folder)
    engine = TwinEngine.load(folder, "cpu", backend=backend)
    (before,) = engine.generate(reference, REQUEST)
    for path in folder.iterdir():
        if path.suffix in (".safetensors", ".onnx"):
            with path.open("rb+") as file:  # in place, as a failing disk does it
                file.seek(path.stat().st_size // 2)
                file.write(b"\0" * 4096)
    other = replace(REQUEST, seed=4)
    engine.generate(reference, other)
    (after,) = engine.generate(reference, REQUEST)
    assert isinstance(after, Twin) and after.recording.digest() == before.recording.digest()
    with pytest.raises(EcgError, match="damaged: reinstall the application"):
        TwinEngine.load(folder, "cpu", backend=backend)
    inference.prefer(inference.USUAL_BACKEND)
