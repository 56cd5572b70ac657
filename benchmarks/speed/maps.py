"""Seconds that each heat map of one twin takes, and seconds to open a file of each format.

python benchmarks/speed/maps.py [--json]
"""

from __future__ import annotations

import time

from printed import print_found

RUNS = 3


def measured() -> dict[str, list[float]]:
    """Seconds of each run by the map's name; the first of the gradients, which imports torch and captum, apart."""
    from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
    from ecgtwin_app.attribution.methods import METHODS
    from ecgtwin_app.formats.example import example_path

    engine, reference = TwinEngine.load(device="cpu", backend="onnx"), read_ecg(example_path())
    (twin,) = engine.generate(reference, TwinRequest(("ventricular premature complex",)))
    found: dict[str, list[float]] = {}
    for method in METHODS:
        for run in range(RUNS + 1):
            began = time.perf_counter()
            for _ in engine.iter_attribute(reference, twin, method):
                pass
            name = f"{method}, the first" if run == 0 else method
            found.setdefault(name, []).append(time.perf_counter() - began)
    return found


if __name__ == "__main__":
    print_found(
        __doc__ or "",
        measured,
        lambda name, seconds: f"{name:<24}{min(seconds):6.2f} to {max(seconds):.2f} s",
    )
