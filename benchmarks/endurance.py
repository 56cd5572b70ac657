"""Many twins in one process: whether memory, threads, open files or recordings grow with them.

    python benchmarks/endurance.py [--twins NUMBER] [--backend onnx|torch|auto]

Prints a line after every tenth of the twins, and ends with 1 when the second half of the run grew by more than is
allowed. The first twins fill caches, so that growth counts from the middle on.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.inference import BACKENDS, USUAL_BACKEND

CONDITIONS = (
    "sinus rhythm",
    "left bundle branch block",
    "atrial fibrillation",
    "ventricular premature complex",
)
#: Bytes of memory that a twin of the second half may leave behind: a twentieth of its signal.
ALLOWED = 12_000


@dataclass(frozen=True)
class Held:
    """What a process holds.

    Attributes
    ----------
    recordings : int
        Living objects.
    threads, files : int
        0 files where the system does not tell.
    resident : int
        Bytes of memory; 0 where the system does not tell.
    """

    recordings: int
    threads: int
    files: int
    resident: int


def held() -> Held:
    """What this process holds now, garbage collected."""
    gc.collect()
    own = Path("/proc/self")
    there = own.is_dir()
    resident = int((own / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if there else 0
    # Threads of libraries, which Python does not know, are counted where the system tells.
    threads = len(list((own / "task").iterdir())) if there else threading.active_count()
    files = len(list((own / "fd").iterdir())) if there else 0
    return Held(sum(type(one) is Recording for one in gc.get_objects()), threads, files, resident)


def make(engine, reference, first: int, count: int) -> None:
    """Make so many twins, of several conditions in turns, and let them go."""
    for seed in range(first, first + count):
        engine.generate(reference, TwinRequest((CONDITIONS[seed % len(CONDITIONS)],), seed=seed))


def main() -> int:
    """Make the twins; 1 when something grew."""
    parser = argparse.ArgumentParser(description="Many twins in one process: what grows with them.")
    parser.add_argument("--twins", type=int, default=1000, metavar="NUMBER", help="as a rule: 1000")
    parser.add_argument("--backend", choices=BACKENDS, default=USUAL_BACKEND)
    options = parser.parse_args()
    twins = options.twins
    engine, reference = TwinEngine.load(device="cpu", backend=options.backend), read_ecg(example_path())
    began, states = time.monotonic(), []
    for part in range(10):
        make(engine, reference, 1 + part * twins // 10, twins // 10)
        states.append(held())
        print(
            f"{(part + 1) * twins // 10:5d} twins, {time.monotonic() - began:5.0f} s: {states[-1]}",
            flush=True,
        )
    middle, end = states[4], states[-1]
    grown = (end.resident - middle.resident) / (twins / 2)
    print(f"the second half: {grown:.0f} bytes a twin, of which {ALLOWED} are allowed")
    more = end.recordings > middle.recordings or end.threads > middle.threads or end.files > middle.files
    return int(more or grown > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
