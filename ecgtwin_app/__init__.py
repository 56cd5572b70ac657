"""ECGTwin Desktop: one patient's 12-lead ECG under another condition.

Education and research only. Everything generated is synthetic and marked so.
"""

from __future__ import annotations

import os
from importlib import import_module

# Before torch is imported anywhere: idle OpenMP threads that spin make sampling ten times slower on a busy
# machine with few cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Before numpy is: its products are of small matrices here; shared among threads, which wait for one another by spinning,
# they take twice the processor's time and more of the clock's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_PUBLIC = {
    "Recording": "ecgtwin_app.ecg.signal.recording",
    "TwinEngine": "ecgtwin_app.engine.engine",
    "TwinRequest": "ecgtwin_app.engine.request",
    "complete_ecg": "ecgtwin_app.engine.repair.api",
    "continue_ecg": "ecgtwin_app.engine.repair.api",
    "read_ecg": "ecgtwin_app.formats.registry",
    "repair_ecg": "ecgtwin_app.engine.repair.api",
}
__all__ = ["Recording", "TwinEngine", "TwinRequest", "complete_ecg", "continue_ecg", "read_ecg", "repair_ecg"]


def __getattr__(name: str):
    """Import the public names on first use, so that ``import ecgtwin_app`` stays light."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
