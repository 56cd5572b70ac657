"""`ecgtwin benchmark`: how long a twin takes on this machine."""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from dataclasses import replace
from typing import Any

from ecgtwin_app.cli.asking import add_engine_arguments, add_kept_arguments, load_engine, named
from ecgtwin_app.cli.output import print_json
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.conditions.vocabulary import EXAMPLE
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.inference import threads

_CONDITION = EXAMPLE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin benchmark`."""
    parser.add_argument("--samples", type=int, default=10, metavar="N", help="how many twins are timed")
    parser.add_argument("--json", action="store_true", help="the figures on standard output as JSON")
    add_kept_arguments(parser)
    add_engine_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Time the default request on the example ECG; returns the exit status."""
    if not 1 <= args.samples <= 1000:
        raise EcgError("--samples must be between 1 and 1000, not {samples}.", samples=args.samples)
    reference = read_ecg(example_path())
    began = time.perf_counter()
    engine = load_engine(args)
    load_seconds = time.perf_counter() - began

    changes: dict[str, Any] = {name: named(getattr(args, name)) for name in ("without", "keep", "shows")}
    request = TwinRequest(
        conditions=tuple(args.conditions or (_CONDITION,)),
        only=args.only,
        **{name: value for name, value in changes.items() if value is not None},
    )
    seconds = []
    with ProgressBar() as bar:
        # The first twin also encodes the reference and warms the caches up; it is timed apart.
        for number in range(args.samples + 1):
            began = time.perf_counter()
            engine.generate(reference, replace(request, seed=number + 1))
            seconds.append(time.perf_counter() - began)
            bar.update(number + 1, args.samples + 1)

    figures = {
        "seconds_per_twin": round(statistics.median(seconds[1:]), 4),
        "seconds_per_twin_worst": round(max(seconds[1:]), 4),
        "seconds_first_twin": round(seconds[0], 4),
        "seconds_to_load": round(load_seconds, 4),
        "twins": args.samples,
        "steps": request.steps,
        "condition": " + ".join(request.conditions),
        "device": engine.device,
        "backend": engine.spec.backend,
        "threads": threads(),
        "model": engine.model_name,
        "weights_sha256": engine.weights_sha256,
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    if args.json:
        print_json(figures)
    else:
        for name, value in figures.items():
            print(f"{name:<24} {value}")
    return 0
