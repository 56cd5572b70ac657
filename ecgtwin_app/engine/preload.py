"""Load torch beside a window that goes on painting."""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec
from pathlib import Path

#: As `torch` itself loads them: all symbols at once, visible to what is loaded later.
_NOW_AND_GLOBAL = 0x2 | 0x100
_LIBRARIES = ("libtorch_global_deps.so", "libtorch_python.so")


def load_libraries() -> None:
    """Load torch's libraries, without torch; to be called from another thread than the window's.

    Python holds its one lock while it loads a library, so that importing torch stops a window for half a second
    at a stretch. Called through ctypes, the dynamic loader runs without the lock, on another core; torch then finds
    its libraries loaded. Elsewhere than on Linux this does nothing: on Windows torch must be there before Qt anyhow.
    """
    found = find_spec("torch")
    if sys.platform != "linux" or "torch" in sys.modules or found is None or not found.origin:
        return
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        path = Path(found.origin).parent / "lib" / name
        if path.is_file():  # a failure shows, with its reason, when torch is imported
            load(bytes(path), _NOW_AND_GLOBAL)


def load_torch() -> None:
    """Import torch; see `load_libraries`."""
    load_libraries()
    import torch  # noqa: F401
