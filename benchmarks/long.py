"""How long a 24-hour recording of 12 leads at 500 Hz takes to open, to pan and to be seen whole.

    python benchmarks/long.py

Makes the recording (1 GB, most of it a hole in the disk) in a temporary folder as WFDB, EDF and NPY. Processor
and clock time, because only the first is the program's own on a busy machine.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.overview import overview
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg

RATE, HOURS = 500, 24
PANS = 50


def main() -> None:
    """Print a line a format."""
    read_ecg(example_path())
    with tempfile.TemporaryDirectory() as folder:
        small = Recording(np.zeros((12, 1000), np.float32), RATE)
        for suffix in (".hea", ".edf", ".npz"):
            read_ecg(write_ecg(small, Path(folder) / f"warm{suffix}"))  # imports are not counted
        for make in (wfdb_day, edf_day, npy_day):
            path, options = make(Path(folder))
            cells, timer = [f"{path.suffix[1:]:4}"], Timer()
            file = open_ecg(path, **options)
            cells.append(f"open {timer}")
            file.recording(HOURS * 1800, 10)
            cells.append(f"first 10 s {timer}")
            for k in range(PANS):
                file.recording(HOURS * 1800 + k, 10)
            cells.append(f"{PANS} pans {timer}")
            for _ in overview(file):
                pass
            cells.append(f"overview {timer}")
            print("   ".join(cells))
            for left in Path(folder).glob("day.*"):
                left.unlink()
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6:.0f} MB")


class Timer:
    """Shows the time since it was shown last."""

    def __init__(self):
        self._marks = time.process_time(), time.perf_counter()

    def __str__(self):
        now = time.process_time(), time.perf_counter()
        (cpu, clock), self._marks = (b - a for a, b in zip(self._marks, now, strict=True)), now
        return f"{cpu:.2f} s ({clock:.2f} s by the clock)"


def _fill(path: Path, head: bytes) -> None:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + HOURS * 3600 * RATE * 24)


def wfdb_day(folder: Path) -> tuple[Path, dict]:
    """Format 16."""
    lines = "".join(f"day.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in LEADS)
    (folder / "day.hea").write_text(f"day 12 {RATE} {HOURS * 3600 * RATE}\n{lines}")
    _fill(folder / "day.dat", b"")
    return folder / "day.hea", {}


def edf_day(folder: Path) -> tuple[Path, dict]:
    """Records of a second."""
    first = (("0", 8), ("X", 80), ("X", 80), ("01.01.8500.00.00", 16), ("3328", 8), ("", 44),
             (str(HOURS * 3600), 8), ("1", 8), ("12", 4))  # fmt: skip
    columns = (([f"ECG {lead}" for lead in LEADS], 16), ([""] * 12, 80), (["uV"] * 12, 8), (["-32767"] * 12, 8),
               (["32767"] * 12, 8), (["-32767"] * 12, 8), (["32767"] * 12, 8), ([""] * 12, 80),
               ([str(RATE)] * 12, 8), ([""] * 12, 32))  # fmt: skip
    head = "".join(text.ljust(size) for text, size in first)
    head += "".join(text.ljust(size) for texts, size in columns for text in texts)
    _fill(folder / "day.edf", head.encode())
    return folder / "day.edf", {}


def npy_day(folder: Path) -> tuple[Path, dict]:
    """Whole microvolts, a row a sample."""
    shape = (HOURS * 3600 * RATE, 12)
    text = f"{{'descr': '<i2', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    _fill(folder / "day.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
    return folder / "day.npy", {"rate": RATE, "unit": "uV", "lead_order": LEADS}


if __name__ == "__main__":
    main()
