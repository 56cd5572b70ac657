"""ONNX Runtime and torch make the same twins and maps; what cannot be run is refused in one sentence."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from places import ROOT

from ecgtwin_app import TwinEngine, TwinRequest, inference
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.tasks import task_of
from ecgtwin_app.generators.ecgtwin import onnx_networks
from ecgtwin_app.generators.manifest import WeightsError
from ecgtwin_app.inference import OnnxNetwork, chosen
from ecgtwin_app.recognition.strip import strips_of
from ecgtwin_app.recognition.weights import read_recogniser

WEIGHTS = ROOT / "weights"
#: mV between the twins of both, and the share between two maps.
ALIKE = 1e-3
#: Fewer steps than usual: an error of the networks shows in any number of them.
STEPS = 2


@pytest.fixture(scope="module")
def engines():
    found = [TwinEngine.load(device="cpu", backend=backend) for backend in ("torch", "onnx")]
    assert [engine.spec.backend for engine in found] == ["torch", "onnx"]
    yield found
    inference.prefer(inference.USUAL_BACKEND)


def drawn(engine, reference, *requests) -> np.ndarray:
    """Strips (requests, 12, samples) that the generator draws together, neither measured nor judged."""
    patient = engine._prepare((reference,))
    tasks = [task_of(request, (reference,), request.shows or (), engine.known) for request in requests]
    plans = [engine.generator.plan(patient, task, task.settings.seed) for task in tasks]
    *_, last = engine.generator.sample(plans)
    return last.preview


def apart(engines, reference, *requests) -> float:
    one, other = (drawn(engine, reference, *requests) for engine in engines)
    assert one.std() > 0.02
    return float(np.abs(one - other).max())


def test_twins_of_every_condition_are_the_same(engines, reference):
    far = {}
    for condition in load_vocabulary():
        request = TwinRequest((condition.name,), seed=2, steps=STEPS, shows=())
        far[condition.name] = apart(engines, reference, request)
    assert len(far) > 35
    assert max(far.values()) < ALIKE, {name: size for name, size in far.items() if size >= ALIKE}


@pytest.mark.parametrize(
    "changes",
    [
        {
            "conditions": (),
            "without": ("right bundle branch block",),
            "shows": ("right bundle branch block",),
        },
        {"shows": ("left ventricular hypertrophy",), "keep": ("left ventricular hypertrophy",)},
        {"strength": 1.8, "identity": 1.5},
        {"identity": 0.3},
        {"identity": 0.0},
        {"rhythm": "learned", "conditions": ("Wenckebach AV block",)},
        {"sampler": "ddpm", "steps": 5},
    ],
)
def test_every_way_of_asking_gives_the_same_twin(engines, reference, changes):
    plain = TwinRequest(("left bundle branch block",), seed=4, steps=STEPS, shows=())
    assert apart(engines, reference, replace(plain, **changes)) < ALIKE


def test_strips_of_other_lengths_are_drawn_together_the_same(engines, reference):
    requests = [
        TwinRequest(("ventricular bigeminy",), heart_rate=rate, seed=3, steps=STEPS, shows=())
        for rate in (45.0, 75.0, 110.0)
    ]
    assert apart(engines, reference, *requests) < ALIKE


def test_a_coarse_recorder_tips_few_samples_by_one_step(engines, reference):
    """A last bit can round the other way where a recording is stored in steps."""
    step = 0.00488
    coarse = replace(
        reference, signal=np.round(reference.signal / step).astype(np.float32) * np.float32(step)
    )
    request = TwinRequest(("left bundle branch block",), seed=7, shows=())
    one, other = (drawn(engine, coarse, request)[0][[0, 1, *range(6, 12)]] for engine in engines)
    away = np.abs(one - other)
    assert one.std() > 0.02 and away.max() < 1.01 * step
    assert np.mean(away > 1e-4) < 1e-3


def test_maps_are_the_same(engines, reference):
    request = TwinRequest(
        ("ventricular premature complex", "T inversion"), heart_rate=70, steps=STEPS, shows=()
    )
    (twin,) = engines[0].generate(reference, request)
    for method, of in (("contrast", ""), ("contrast", "T inversion"), ("attention", ""), ("occlusion", "")):
        one, other = ([*engine.iter_attribute(reference, twin, method, of=of)][-1] for engine in engines)
        assert np.abs(one.values).max() > 1e-3
        assert np.abs(one.values - other.values).max() < ALIKE, method
    gone = TwinRequest((), without=("long QT",), shows=("long QT",), steps=STEPS)
    (twin,) = engines[1].generate(reference, gone)
    one, other = (
        [*engine.iter_attribute(reference, twin, "contrast", of="long QT")][-1] for engine in engines
    )
    assert np.abs(one.values - other.values).max() < ALIKE


def test_twins_say_what_made_them_and_are_as_alike(engines, reference):
    request = TwinRequest(("atrial flutter",), seed=1, steps=STEPS)
    one, other = (engine.generate(reference, request)[0] for engine in engines)
    assert one.identity_similarity == pytest.approx(other.identity_similarity, abs=1e-4)
    assert one.met == other.met and one.recording.provenance["shows"] == other.recording.provenance["shows"]
    versions = [twin.recording.provenance["versions"] for twin in (one, other)]
    assert "torch" in versions[0] and "onnxruntime" not in versions[0]
    assert "onnxruntime" in versions[1] and "torch" not in versions[1]
    assert one.recording.provenance["weights_sha256"] == other.recording.provenance["weights_sha256"]


def test_gradients_are_the_same_and_need_torch(engines, reference, monkeypatch):
    (twin,) = engines[1].generate(reference, TwinRequest(("long QT",), steps=1, shows=()))
    one, other = ([*engine.iter_attribute(reference, twin, "gradients")][-1] for engine in engines)
    assert np.abs(one.values - other.values).max() < 1e-3 * np.abs(one.values).max()
    monkeypatch.setattr(onnx_networks, "find_spec", lambda _: None)
    without = TwinEngine.load(device="cpu", backend="onnx")
    with pytest.raises(EcgError, match="'gradients' needs PyTorch, which is not installed"):
        next(without.iter_attribute(reference, twin, "gradients"))


def test_the_recogniser_says_the_same(reference):
    strips = strips_of(reference)
    one, other = (read_recogniser(WEIGHTS, backend).probabilities(strips) for backend in ("torch", "onnx"))
    assert other == pytest.approx(one, abs=1e-4)


_WITHOUT_TORCH = '''
import sys

class WithoutTorch:
    """A finder of modules that does not find torch, as where it is not installed."""

    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in ("torch", "captum") else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [WithoutTorch(finder) for finder in sys.meta_path]
from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.formats.example import example_path

engine, reference = TwinEngine.load(), read_ecg(example_path())
request = TwinRequest(("ventricular premature complex",), steps=2, rhythm="learned")
(twin,) = engine.generate(reference, request)
for method in ("contrast", "attention", "occlusion"):
    *_, heat = engine.iter_attribute(reference, twin, method)
    assert heat.values.any(), method
assert "torch" not in sys.modules
print(twin.recording.signal.shape)
'''


def _in_process(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_twin_and_maps_are_made_without_torch():
    """A process in which torch is not to be found: ONNX Runtime is taken without being asked for."""
    assert _in_process(_WITHOUT_TORCH).strip() == "(12, 5000)"


_COMMAND = """
import sys
from ecgtwin_app.cli.main import main

asked = ["generate", "example", "--condition", "AF", "--steps", "2", "--backend", "onnx", "--out", sys.argv[1]]
assert main(asked) in (0, 1)
assert "torch" not in sys.modules and "onnxruntime" in sys.modules
"""


def test_the_command_line_leaves_torch_alone_where_it_is_not_wanted(tmp_path):
    _in_process(_COMMAND, str(tmp_path))
    assert list(tmp_path.glob("twin_001*"))


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    return tmp_path / "weights"


@pytest.mark.parametrize("name", ["identity.onnx", "velocity.onnx", "rhythm_step.onnx"])
def test_a_damaged_file_is_refused(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-4] + b"four")
    with pytest.raises(EcgError, match=rf"^The weights file {name} is damaged: reinstall the application\.$"):
        TwinEngine.load(folder, "cpu", backend="onnx")
    with pytest.raises(EcgError, match="damaged"):  # not passed over for another backend
        TwinEngine.load(folder, "cpu", backend="auto")


def test_an_exchanged_file_is_refused(folder):
    shutil.copy(folder / "identity.onnx", folder / "velocity.onnx")
    with pytest.raises(EcgError, match=r"velocity\.onnx is damaged"):
        TwinEngine.load(folder, "cpu", backend="onnx")
    shutil.copy(WEIGHTS / "velocity.onnx", folder / "velocity.onnx")
    (folder / "ensemble.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"ensemble\.safetensors is damaged"):
        TwinEngine.load(folder, "cpu", backend="onnx")


def test_what_is_loaded_ahead_is_taken_once_and_its_faults_are_told_then(folder):
    path = folder / "identity.onnx"
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    inference.load_ahead({path: right})
    begun = inference._ahead[path, right].result()
    assert OnnxNetwork(path, right)._session is begun
    assert OnnxNetwork(path, right)._session is not begun
    inference.load_ahead({path: "0" * 64})
    with pytest.raises(EcgError, match=r"identity\.onnx is damaged"):
        OnnxNetwork(path, "0" * 64)
    assert not inference._ahead


def test_a_damaged_recogniser_is_refused(folder):
    (folder / "recogniser.onnx").write_bytes((folder / "rhythm_when.onnx").read_bytes())
    with pytest.raises(EcgError, match=r"recogniser\.onnx is damaged: reinstall"):
        read_recogniser(folder, "onnx")


def test_weights_without_files_for_it_are_run_by_torch_or_refused(folder):
    (folder / "velocity.onnx").unlink()
    assert TwinEngine.load(folder, "cpu", backend="auto").spec.backend == "torch"
    with pytest.raises(EcgError, match="no ONNX files; run 'ecgtwin export-onnx'"):
        TwinEngine.load(folder, "cpu", backend="onnx")


def _without(monkeypatch, package):
    monkeypatch.setattr(inference, "find_spec", lambda name: None if name == package else find_spec(name))


def test_without_onnx_runtime_torch_is_taken_or_a_sentence_said(monkeypatch):
    _without(monkeypatch, "onnxruntime")
    assert chosen("auto", "cpu", exported=True) == ("torch", "cpu")
    with pytest.raises(EcgError, match="ONNX Runtime is not installed; install onnxruntime, or choose"):
        chosen("onnx", "cpu", exported=True)


def test_without_torch_a_sentence_is_said(monkeypatch):
    _without(monkeypatch, "torch")
    assert chosen("auto", "auto", exported=True) == ("onnx", "cpu")
    with pytest.raises(EcgError, match="PyTorch is not installed; install torch, or choose"):
        chosen("torch", "cpu", exported=True)


def test_auto_takes_torch_where_it_has_cuda(monkeypatch):
    monkeypatch.setattr(inference, "_torch_has_cuda", lambda: True)
    assert chosen("auto", "auto", exported=True)[0] == "torch"
    assert chosen("auto", "cpu", exported=True) == ("onnx", "cpu")
    monkeypatch.setattr(inference, "_torch_has_cuda", lambda: False)
    assert chosen("auto", "auto", exported=True)[0] == "onnx"
    with pytest.raises(EcgError, match="'mps' is not available here"):
        chosen("onnx", "mps", exported=True)
