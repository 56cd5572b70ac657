"""Seconds a twin, from the request to the measured and judged twin: alone, eight and sixty-four of one request.

    python benchmarks/speed/twins.py [--backend onnx] [--device cpu] [--threads 2] [--seeds 4] [--json]

Of six conditions, the cheapest (a rhythm of the patient's own beats) to the dearest (new beats that may have to be drawn
again); the reference is prepared already. With more threads than one, many twins are shared among processes as the program
does it; a graphics processor draws sixteen at once. One number of threads a process, for pools of threads do not shrink.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time

CONDITIONS = (
    "atrial fibrillation",
    "first-degree AV block",
    "left bundle branch block",
    "anterior STEMI",
    "old inferior infarct",
    "ventricular premature complex",
)
MANY = (8, 64)


def measured(backend: str, seeds: int, device: str = "cpu") -> dict:
    """Seconds by what was timed: lists of one number a condition (`many`: a whole request), and memory in MB."""
    from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
    from ecgtwin_app.formats.example import example_path

    began = time.perf_counter()
    engine = TwinEngine.load(device=device, backend=backend, shares=True)
    found: dict = {"load": [time.perf_counter() - began]}
    reference = read_ecg(example_path())
    began = time.perf_counter()
    engine.generate(reference, TwinRequest((CONDITIONS[0],)))
    found["first"] = [time.perf_counter() - began]
    found["alone"] = []
    for name in CONDITIONS:
        seconds = []
        for seed in range(seeds + 1):
            began = time.perf_counter()
            engine.generate(reference, TwinRequest((name,), seed=100 + seed))
            seconds.append(time.perf_counter() - began)
        found["alone"].append(statistics.median(seconds[1:]))
    for count in MANY:
        found[str(count)] = []
        for name in CONDITIONS:
            began = time.perf_counter()
            batch = 16 if device == "cuda" else 1
            for _ in engine.iter_generate(
                reference, TwinRequest((name,), samples=count), batch=batch, previews=False
            ):
                pass
            found[str(count)].append(time.perf_counter() - began)
    found["memory"] = [peak()]
    return found


def peak() -> float:
    """The most memory that this process, and then the largest of its children, held at once, MB; not a number on Windows."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return (
        sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / unit
    )


def main() -> None:
    """Print a line for each thing timed: mean and worst over the conditions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", choices=("onnx", "torch"), default="onnx")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)  # before anything that computes is imported
    found = measured(args.backend, args.seeds, args.device)
    if args.json:
        print(json.dumps(found))
        return
    for name, values in found.items():
        worst = CONDITIONS[values.index(max(values))] if len(values) > 1 else ""
        print(f"{name:<8}{statistics.fmean(values):8.3f}, worst {max(values):.3f} {worst}")


if __name__ == "__main__":
    main()
