"""Seconds to open a file of each format: those that are written here, and devices' files where they lie beside the tree.

python benchmarks/speed/opening.py [--json]
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from pathlib import Path

from printed import print_found

RUNS = 5
DEVICES = Path(__file__).resolve().parents[3] / "shared" / "data" / "import_formats"


def measured() -> dict[str, list[float]]:
    """Seconds of each run by the format's name."""
    from ecgtwin_app import read_ecg
    from ecgtwin_app.ecg.signal.recording import EcgError
    from ecgtwin_app.ecg.signal.resampling import resample
    from ecgtwin_app.formats.example import example_path
    from ecgtwin_app.formats.writing import write, writers

    found: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        recording = resample(read_ecg(example_path()), 500.0)
        files = {
            f"{name}, written here": write(recording, Path(folder) / f"{name}{writer.suffix}")
            for name, writer in writers().items()
        }
        devices = sorted(path for path in DEVICES.rglob("*") if path.is_file()) if DEVICES.is_dir() else []
        files |= {f"{path.suffix or 'no suffix'} of devices, {path.name}": path for path in devices}
        for name, path in files.items():
            for _ in range(RUNS + 1):
                began = time.perf_counter()
                try:
                    read_ecg(path)
                except EcgError:
                    break  # a part of a record, or a file that wants to be asked something
                found[name.split(", ")[0]].append(time.perf_counter() - began)
    return found


if __name__ == "__main__":
    print_found(
        __doc__ or "",
        measured,
        lambda name, seconds: f"{name:<24}{1000 * min(seconds):6.1f} to {1000 * max(seconds):.1f} ms",
    )
