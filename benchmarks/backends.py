"""What runs the networks: seconds a twin by torch and by ONNX Runtime, and their ratio, in one run.

    python benchmarks/backends.py [ROUNDS]

Twins alone, and 8 and 64 sampled together, on one thread and on two; each number of threads in a process of its own, for
thread pools do not shrink. The backends take turns, so that a busy machine is busy for both; medians of the rounds. The
whole is from the request to the measured and judged twin, by the clock and by the processor, which a busy machine does not
change as much; the networks' share is the processor's time in them. Loading is timed in fresh processes: from nothing
imported to an engine that is ready.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.inference import set_threads

BACKENDS = ("torch", "onnx")
#: Twins that are sampled together, and how many of them are made in a round.
BATCHES = {1: 4, 8: 8, 64: 64}
THREADS = (1, 2)
CONDITION = "ventricular premature complex"
_LOAD = (
    "import time; began = time.perf_counter()\n"
    "from ecgtwin_app import TwinEngine\n"
    "TwinEngine.load(device='cpu', backend='{backend}')\n"
    "print(time.perf_counter() - began, time.process_time())"
)


class Timed:
    """A network that notes how long it is asked."""

    def __init__(self, network):
        self.network, self.seconds = network, 0.0

    def __call__(self, inputs, outputs):
        began = time.process_time()
        found = self.network(inputs, outputs)
        self.seconds += time.process_time() - began
        return found


def main(rounds: int) -> None:
    """Print a line for each number of threads, batch and backend."""
    for backend in BACKENDS:
        pairs = [map(float, _in_process(_LOAD.format(backend=backend)).split()) for _ in range(rounds)]
        clock, processor = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(f"load, {backend}: {clock:.2f} s, {processor:.2f} s of the processor")
    for threads in THREADS:
        code = f"from backends import measured; measured({threads}, {rounds})"
        for batch, found in json.loads(_in_process(code, threads)).items():
            for backend in BACKENDS:
                clock, processor, networks = found[backend]
                print(
                    f"{threads} threads, {batch} together, {backend}: {clock:.3f} s a twin,"
                    f" {processor:.3f} s of the processor, {networks:.3f} s of it networks"
                )
            by_clock, by_processor, of_networks = (
                onnx / torch for onnx, torch in zip(found["onnx"], found["torch"], strict=True)
            )
            print(
                f"    onnx to torch {by_clock:.2f} by the clock, {by_processor:.2f} by the processor,"
                f" networks alone {of_networks:.2f}; at most {found['apart']:.2g} µV apart"
            )


def measured(threads: int, rounds: int) -> None:
    """Print the seconds a twin of both backends, by clock, by processor and in networks, by batch, as JSON."""
    set_threads(threads)
    engines, networks = {}, {}
    for backend in BACKENDS:
        engine = engines[backend] = TwinEngine.load(device="cpu", backend=backend)
        drawer = engine.generator.drawer
        drawer._identity, drawer._velocity = networks[backend] = [
            Timed(one) for one in (drawer._identity, drawer._velocity)
        ]
    reference, found = read_ecg(example_path()), {}
    for batch, twins in BATCHES.items():
        request = TwinRequest((CONDITION,), heart_rate=70.0, samples=twins)
        taken: dict[str, list] = {backend: [] for backend in BACKENDS}
        signals = {}
        for number in range(rounds + 1 if batch <= 8 else 1):  # 64 in one round say enough
            for backend, engine in engines.items():
                before = sum(one.seconds for one in networks[backend])
                began, busy = time.perf_counter(), time.process_time()
                made = [
                    x for x in engine.iter_generate(reference, request, batch=batch) if isinstance(x, Twin)
                ]
                whole, busy = time.perf_counter() - began, time.process_time() - busy
                spent = sum(one.seconds for one in networks[backend]) - before
                if number or batch > 8:  # the first encodes the reference and warms the caches up
                    taken[backend].append((whole / twins, busy / twins, spent / twins))
                signals[backend] = np.stack([twin.recording.signal for twin in made])
        found[batch] = {
            backend: [statistics.median(values) for values in zip(*rows, strict=True)]
            for backend, rows in taken.items()
        }
        found[batch]["apart"] = 1000 * float(np.abs(signals["torch"] - signals["onnx"]).max())
    print(json.dumps(found))


def _in_process(code: str, threads: int = 1) -> str:
    """What a process of its own prints."""
    places = (
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        os.path.dirname(os.path.abspath(__file__)),
    )
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": os.pathsep.join(places)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
