"""Load what runs the networks beside a window that goes on painting."""

from __future__ import annotations

import ctypes
import json
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from ecgtwin_app.inference import load_ahead
from ecgtwin_app.resources import weight_path

#: As `torch` itself loads them: all symbols at once, visible to what is loaded later.
_NOW_AND_GLOBAL = 0x2 | 0x100
_LIBRARIES = ("libtorch_global_deps.so", "libtorch_python.so")


def load_backend(backend: str) -> None:
    """Import what a backend needs; to be called from another thread than the window's, once the window is there.

    ONNX Runtime is small. What "auto" means shows when the weights are read.
    """
    if backend == "torch" and find_spec("torch") is not None:
        load_torch()


def load_networks_ahead(backend: str) -> None:
    """Begin to load the networks that ship while the window is still being made, where ONNX Runtime will run them.

    It needs no lock of Python's meanwhile. What is wrong with a file shows when the engine is loaded.
    """
    if backend == "torch" or find_spec("onnxruntime") is None:
        return
    with suppress(OSError, ValueError, KeyError, AttributeError, TypeError):
        folder = weight_path("")
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["onnx"]
        load_ahead({folder / name: files[name] for name in ("velocity.onnx", "identity.onnx")})


def load_torch() -> None:
    """Import torch; to be called from another thread than the window's, once the window is there.

    Python holds its one lock while it loads a library, so that importing torch stops a window for half a second
    at a stretch. Called through ctypes, the dynamic loader runs without the lock; torch then finds its libraries
    loaded. Not earlier: the loader has a lock of its own, and the window's libraries would wait for it. Elsewhere than
    on Linux torch is imported as usual: on Windows it must be there before Qt anyhow.
    """
    found = find_spec("torch")
    if sys.platform == "linux" and "torch" not in sys.modules and found is not None and found.origin:
        load = ctypes.CDLL(None).dlopen
        load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        for name in _LIBRARIES:
            path = Path(found.origin).parent / "lib" / name
            if path.is_file():  # a failure shows, with its reason, at the import below
                load(bytes(path), _NOW_AND_GLOBAL)
    import torch  # noqa: F401
