"""How fast the program is: every figure in one run, as one page.

    python benchmarks/speed [--page docs/speed.md] [--runs 5] [--without others,cold]

Each part is a process of its own, by a script of this folder that can be run alone. Times are by the clock unless said
otherwise: leave the machine alone meanwhile. A GPU is timed where torch finds one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PARTS = ("start", "cold", "twins", "maps", "opening", "window", "others")
HEAD = """# How fast it is

Written by `python benchmarks/speed` (every part in one run, on one machine); nothing here is copied from another run. *Worst*
is over runs, conditions or files, as the line says. Aims are for two cores without a graphics processor.

| figure | median or mean | worst | aim | of what |
|---|---|---|---|---|
"""


def asked(script: str, *arguments: str, threads: int | None = None) -> dict:
    """What a script of this folder prints as JSON."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    print(f"{script} {' '.join(arguments)}", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, str(HERE / f"{script}.py"), *arguments, "--json"],
        env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def row(figure: str, middle: str, worst: str = "", aim: str = "", what: str = "") -> str:
    """A line of the table."""
    return f"| {figure} | {middle} | {worst} | {aim} | {what} |\n"


def of_start(runs: int, cold: bool) -> Iterator[str]:
    """From the start of the process."""
    found = asked("start", "--runs", str(runs), *(["--cold"] if cold else []))
    kind = "cold (read from the disk)" if cold else "warm"
    for name, what, aim in (
        ("splash", "first thing painted", ""),
        ("painted", "window painted", ""),
        ("ready", "example open and measured, model loaded", "" if cold else "1.5 s"),
        ("measure", "`ecgtwin measure example`, whole", ""),
        ("import Qt", "a bare import of Qt, for comparison", ""),
    ):
        values = found[name]
        yield row(
            f"start, {kind}: {what}",
            f"{statistics.median(values):.2f} s",
            f"{max(values):.2f} s",
            aim,
            f"{runs} starts",
        )
    if not cold:
        yield row(
            "memory at rest, window ready",
            f"{statistics.median(found['memory']):.0f} MB",
            f"{max(found['memory']):.0f} MB",
        )


def of_twins(seeds: int) -> Iterator[str]:
    """Twins by library and by threads."""
    aims = {"alone": "0.12 s", "8": "", "64": "4 s"}
    ways = [
        ("onnx", "cpu", 2),
        ("onnx", "cpu", 1),
        ("torch", "cpu", 2),
        *([("torch", "cuda", 2)] if _gpu() else []),
    ]
    for backend, device, threads in ways:
        options = ("--backend", backend, "--device", device, "--threads", str(threads), "--seeds", str(seeds))
        found = asked("twins", *options, threads=threads)
        how = f"{'ONNX Runtime' if backend == 'onnx' else 'torch'}, {threads} thread{'s' if threads > 1 else ''}"
        how = how if device == "cpu" else f"{how} and the graphics processor"
        usual = (backend, device, threads) == ways[0]
        for name, what in (("alone", "a twin"), ("8", "8 twins"), ("64", "64 twins")):
            middle, worst = (f"{value:.2f} s" for value in (statistics.fmean(found[name]), max(found[name])))
            yield row(f"{what}, {how}", middle, worst, aims[name] if usual else "", "six conditions")
        aim = "450 MB" if usual else ""
        yield row(
            f"memory at its peak, {how}", f"{found['memory'][0]:.0f} MB", "", aim, "64 twins, all processes"
        )


def of_maps() -> Iterator[str]:
    """Heat maps."""
    for name, values in asked("maps").items():
        yield row(
            f"heat map: {name}",
            f"{statistics.median(values):.2f} s",
            f"{max(values):.2f} s",
            "",
            f"{len(values)} runs",
        )


def of_opening() -> Iterator[str]:
    """Files."""
    for name, values in asked("opening").items():
        yield row(
            f"open {name}",
            f"{1000 * statistics.median(values):.0f} ms",
            f"{1000 * max(values):.0f} ms",
            "",
            f"{len(values)} times",
        )


def of_window() -> Iterator[str]:
    """Panning, and the event loop."""
    found = asked("window")
    frames, memory = found.pop("panning"), found.pop("memory")[0]
    yield row("a frame while panning, 12 leads with a heat map", f"{1000 * statistics.median(frames):.0f} ms",
              f"{1000 * frames[int(0.99 * len(frames))]:.0f} ms (99th percentile)", "16 ms", f"{len(frames)} frames")  # fmt: skip
    name = max(found, key=lambda one: found[one][0])
    yield row("the event loop is held, processor time", f"{1000 * statistics.median(own for own, _ in found.values()):.0f} ms",
              f"{1000 * found[name][0]:.0f} ms ({name})", "50 ms", f"{len(found)} actions")  # fmt: skip
    yield row(
        "memory at its peak, window", f"{memory:.0f} MB", "", "450 MB", "two twins, a map, every arrangement"
    )


def of_others() -> Iterator[str]:
    """One thread: other generators, and the floor."""
    found = asked("others", threads=1)
    floor = found["arithmetic floor of its networks"]
    for name, value in found.items():
        unit = "" if "billions" in name else " s"
        times = f"{value / floor:.1f} times the floor" if name in ("a twin", "its networks") else ""
        aim = "3 times" if name == "its networks" else ""
        yield row(
            f"one thread, processor time: {name}",
            f"{value:.3f}{unit}",
            times,
            aim,
            "left bundle branch block",
        )


def main() -> None:
    """Run all parts and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "speed.md")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without", default="", metavar="PART,…", help=", ".join(PARTS))
    args = parser.parse_args()
    parts = {
        "start": lambda: of_start(args.runs, cold=False),
        "cold": lambda: of_start(max(1, args.runs // 2), cold=True),
        "twins": lambda: of_twins(args.runs),
        "maps": of_maps,
        "opening": of_opening,
        "window": of_window,
        "others": of_others,
    }
    rows = [line for name in PARTS if name not in args.without.split(",") for line in parts[name]()]
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    gpu = _gpu() or "no graphics processor that torch can use"
    page = f"{HEAD}{''.join(rows)}\nThe machine: {machine}; {gpu}.\n"
    args.page.write_text(page, encoding="utf-8")
    print(page)


def _gpu() -> str:
    """Its name; "" where torch finds none."""
    return subprocess.run(
        [sys.executable, "-c", "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip


if __name__ == "__main__":
    main()
