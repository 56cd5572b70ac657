"""Twins and heat maps of fixed requests: how they are made, and on which machines their bytes are the same."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnxruntime
import pydicom.data
import scipy
import torch

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.beat.score import RhythmScore

HERE = Path(__file__).resolve().parent
#: What is asked. Written once and never changed: what comes later has tests of its own.
REQUESTS = HERE / "requests.json"
#: The machines whose bytes are known, each with the hash of every signal.
HASHES = HERE / "hashes.json"
#: A coarse copy of every signal, for all other machines.
COARSE = HERE / "coarse.npz"
#: Columns of the coarse copy, over the length of the strip.
COLUMNS = 40
#: Unit of the coarse copy, mV (or the share in a heat map).
UNIT = 0.01
#: So far (mV, or share) may a value of the coarse copy be away where the processor or a library is another one. With
#: other kernels of torch and of NumPy on one machine the largest difference was 0.00015 mV; this is one step of rounding.
TOLERANCE = UNIT


def requests() -> dict[str, dict]:
    """Fields of the request by the name of its twin."""
    return json.loads(REQUESTS.read_text(encoding="utf-8"))["twins"]


def maps() -> dict[str, list[str]]:
    """Arguments of ``ecgtwin attribute`` by the name of the heat map."""
    return json.loads(REQUESTS.read_text(encoding="utf-8"))["maps"]


def example_ecg():
    """The real 12-lead recording that comes with pydicom."""
    return read_ecg(Path(pydicom.data.get_testdata_file("waveform_ecg.dcm")))


def request_of(fields: dict) -> TwinRequest:
    """A request from the plain values of the data file."""
    values = dict(fields, conditions=tuple(fields["conditions"]))
    if "score" in values:
        values["score"] = RhythmScore.from_json(values["score"])
    return TwinRequest(**values)


def make_twin(engine: TwinEngine, reference, name: str) -> np.ndarray:
    """The signal (12, samples), float32 mV, of the only twin of a request."""
    (twin,) = engine.generate(reference, request_of(requests()[name]))
    return twin.recording.signal


def make_map(name: str, folder: Path) -> np.ndarray:
    """The values (12, samples), float32, of a heat map, made by the command line."""
    status = main(["attribute", "example", *maps()[name], "--out", str(folder)])
    assert status in (0, 1), f"ecgtwin attribute ended with {status}"
    (path,) = folder.glob("heatmap_*.npz")
    with np.load(path) as archive:
        return archive["values"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread: how a sum is split over several decides its last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def sha256(signal: np.ndarray) -> str:
    """Hash of the float32 samples, little endian, row by row."""
    return hashlib.sha256(np.ascontiguousarray(signal, "<f4").tobytes()).hexdigest()


def coarse(signal: np.ndarray) -> np.ndarray:
    """Evenly spaced columns (12, COLUMNS), int16, in hundredths of a millivolt."""
    at = np.linspace(0, signal.shape[1] - 1, COLUMNS).round().astype(int)
    return np.rint(np.asarray(signal, np.float64)[:, at] / UNIT).astype(np.int16)


def same(name: str, signal: np.ndarray, hashes: dict[str, str] | None, copies: dict[str, np.ndarray]) -> None:
    """Assert that a signal is the one that was recorded.

    Byte by byte where `hashes` has those of a machine like this one; as far as the coarse copy can tell where it is
    None.
    """
    away = np.abs(coarse(signal).astype(int) - copies[name]) * UNIT
    far = f"up to {away.max():.2f} away"
    assert away.max() < 1.5 * TOLERANCE, f"{name} is another signal than it was, {far}"
    if hashes is not None:
        assert sha256(signal) == hashes[name], f"{name} is no longer the same byte by byte, {far}"


def fingerprint() -> dict[str, str]:
    """What decides the last bits of a twin: the processor and the libraries that compute on it."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__,
        "torch capability": torch.backends.cpu.get_cpu_capability(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


def _processor() -> str:
    """Maker, family and model: libraries choose their kernels by them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    said: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        said.setdefault(key.strip(), value.strip())
    return " ".join(said.get(key, "") for key in ("vendor_id", "cpu family", "model")).strip()


def known_hashes() -> dict[str, str] | None:
    """Hashes of every signal on a machine like this one; None where no such machine was recorded."""
    machines = json.loads(HASHES.read_text(encoding="utf-8"))["machines"]
    return next((one["sha256"] for one in machines if one["fingerprint"] == fingerprint()), None)
