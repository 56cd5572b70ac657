"""Runs a network: arrays in, arrays out, by ONNX Runtime or by torch, each imported when it is needed.

A network is known by the names of its inputs and outputs. Torch runs the module that defines it; ONNX Runtime runs the
file that `ecgtwin export-onnx` made of that module.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError

#: What runs the networks; "auto" chooses (`chosen`).
BACKENDS = ("auto", "torch", "onnx")
#: What is meant where none is named.
USUAL_BACKEND = "auto"
#: What ONNX Runtime can compute on, the fastest first, and the device's name here.
_PROVIDERS = {"CUDAExecutionProvider": "cuda", "DmlExecutionProvider": "dml", "CPUExecutionProvider": "cpu"}
_CUDA = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}

_asked_threads: int | None = None
_preferred = USUAL_BACKEND


class Network(Protocol):
    """A network that can be asked."""

    def __call__(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """The named outputs for arrays by the names of the inputs."""
        ...


class TorchNetwork:
    """A module of torch. Where the memory of its graphics processor does not suffice it goes on on the processor, and
    every network that shares its parameters with it.

    Parameters
    ----------
    module : torch.nn.Module
        Whose ``forward(inputs by name, names of outputs)`` gives the outputs as a tuple.
    device : str
    """

    def __init__(self, module: Any, device: str = "cpu"):
        self._module, self._device = module, device

    @property
    def device(self) -> str:
        """Where it is now."""
        there = next(iter(self._module.parameters()), None)
        return self._device if there is None else there.device.type

    def __call__(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """See `Network`."""
        try:
            return self._asked(inputs, outputs)
        except Exception as error:
            if self.device == "cpu" or not is_out_of_memory(error):
                raise
        self._module.to("cpu")
        self._device = "cpu"
        return self._asked(inputs, outputs)

    def _asked(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        import torch

        with torch.inference_mode():
            told = {k: torch.from_numpy(np.ascontiguousarray(v)).to(self.device) for k, v in inputs.items()}
            return [found.float().cpu().numpy() for found in self._module.asked(told, outputs)]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory is short: the system's, CUDA's, or that of macOS, which has no type of its own."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    words = str(error).lower() if isinstance(error, RuntimeError) else ""
    return "out of memory" in words or "can't allocate memory" in words


@contextmanager
def minding_memory() -> Iterator[None]:
    """Where memory is short, one sentence says so: an `EcgError`."""
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise EcgError(
            "The memory is not enough for this; close other programs or choose the processor, then try again."
        ) from error


class OnnxNetwork:
    """A file that ONNX Runtime runs.

    Parameters
    ----------
    path : Path
    sha256 : str
        Of the file, as a manifest says.
    device : str

    Raises
    ------
    EcgError
        The file is not there, or another one than it should be.
    """

    def __init__(self, path: Path, sha256: str, device: str = "cpu"):
        begun = _ahead.pop((path, sha256), None) if device == "cpu" else None
        self._session = _session(path, sha256, device) if begun is None else begun.result()
        self._inputs = {one.name for one in self._session.get_inputs()}

    def __call__(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """See `Network`."""
        told = {k: np.ascontiguousarray(v) for k, v in inputs.items() if k in self._inputs}
        return list(self._session.run(list(outputs), told))  # type: ignore[arg-type]


def load_ahead(files: Mapping[Path, str]) -> None:
    """Begin to load files on the processor, so that an `OnnxNetwork` of one of them later waits for less, or not at all.

    Parameters
    ----------
    files : mapping of Path to str
        Files with their SHA-256.
    """
    pool = ThreadPoolExecutor(1)
    for path, sha256 in files.items():
        _ahead[path, sha256] = pool.submit(_session, path, sha256, "cpu")
    pool.shutdown(wait=False)


#: What is being loaded ahead.
_ahead: dict[tuple[Path, str], Future] = {}


def _session(path: Path, sha256: str, device: str):
    """A session of ONNX Runtime for a file."""
    import onnxruntime

    refused = EcgError("The weights file {file} is damaged: reinstall the application.", file=path.name)
    try:
        content = path.read_bytes()
    except OSError:
        raise refused from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise refused
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
    # Idle threads sleep: on a small machine they would take the window's time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    name = next(provider for provider, its_device in _PROVIDERS.items() if its_device == device)
    providers = list(dict.fromkeys((name, "CPUExecutionProvider")))
    try:
        return onnxruntime.InferenceSession(content, options, providers)
    except Exception as error:  # ONNX Runtime has many kinds, of no common base
        raise refused from error


def chosen(backend: str, device: str, exported: bool) -> tuple[str, str]:
    """Backend and device that are meant by their names.

    "auto" is torch where it finds CUDA; else ONNX Runtime where it is installed and the weights have its files; else
    torch.

    Parameters
    ----------
    backend : str
        One of `BACKENDS`.
    device : str
        "auto", "cpu", "cuda" or "mps".
    exported : bool
        Whether the weights have ONNX files.

    Raises
    ------
    EcgError
        What is asked for is not there.
    """
    if backend == "auto":
        onnx = exported and find_spec("onnxruntime") is not None and device in ("auto", "cpu")
        backend = "onnx" if onnx and not (device == "auto" and _torch_has_cuda()) else "torch"
    if backend == "torch":
        if find_spec("torch") is None:
            raise EcgError("PyTorch is not installed; install torch, or choose the backend onnx.")
        return backend, _torch_device(device)
    if find_spec("onnxruntime") is None:
        raise EcgError("ONNX Runtime is not installed; install onnxruntime, or choose the backend torch.")
    if not exported:
        raise EcgError(
            "These weights have no ONNX files; run 'ecgtwin export-onnx', or choose the backend torch."
        )
    return backend, _onnx_device(device)


def preferred() -> str:
    """The backend of networks for which none is named: that of the last engine for which one was named."""
    return _preferred


def prefer(backend: str) -> None:
    """Run the networks for which no backend is named, the recogniser's among them, by this one from now on."""
    global _preferred
    _preferred = backend


def versions(backend: str) -> dict[str, str]:
    """The library that a backend is, with its version."""
    if backend == "onnx":
        import onnxruntime

        return {"onnxruntime": onnxruntime.__version__}
    import torch

    return {"torch": torch.__version__}


def threads() -> int:
    """On how many threads a network runs."""
    if _asked_threads is not None:
        return _asked_threads
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_threads(count: int) -> None:
    """Let networks that are loaded from now on, and torch from now on, run on so many threads."""
    global _asked_threads
    _asked_threads = count
    if find_spec("torch") is not None and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)


def _torch_device(name: str) -> str:
    import torch

    if _asked_threads is not None:
        torch.set_num_threads(_asked_threads)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return next(device for device in ("cuda", "mps", "cpu") if there[device])
    if not there.get(name, False):
        raise _no_device(name)
    return name


def _onnx_device(name: str) -> str:
    import onnxruntime

    there = [d for p, d in _PROVIDERS.items() if p in onnxruntime.get_available_providers()]
    if name == "auto":
        return there[0]
    if name not in there:
        raise _no_device(name)
    return name


def _no_device(name: str) -> EcgError:
    return EcgError("The device '{device}' is not available here; use --device auto or cpu.", device=name)


def _torch_has_cuda() -> bool:
    """Whether torch would compute on a graphics processor; torch is imported only where the driver knows of one."""
    if find_spec("torch") is None or sys.platform not in _CUDA:
        return False
    try:
        driver, count = ctypes.CDLL(_CUDA[sys.platform]), ctypes.c_int(0)
        if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
            return False
    except (OSError, AttributeError):
        return False
    import torch

    return torch.cuda.is_available()
