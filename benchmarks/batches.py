"""Seconds a twin by how many draws are sampled together, and how far they are from those sampled one at a time.

    python benchmarks/batches.py [TWINS] [THREADS]

The same twins each time, in turns, so that a busy machine is busy for all; the median of three rounds. Sampling is
what the generator takes, with its beats; the whole is from the request to the measured and judged twin.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
import torch

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.example import example_path

BATCHES, ROUNDS = (1, 2, 4, 8), 3
CONDITION = "ventricular premature complex"


def main(twins: int, threads: int) -> None:
    """Print a line a batch."""
    torch.set_num_threads(threads)
    engine, reference = TwinEngine.load(), read_ecg(example_path())
    request = TwinRequest((CONDITION,), heart_rate=70.0, samples=twins)
    engine.generate(reference, TwinRequest((CONDITION,)))  # the reference is encoded, caches are warm
    alone: list[np.ndarray] = []
    whole: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    sampling: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    apart = dict.fromkeys(BATCHES, 0.0)
    for _ in range(ROUNDS):
        for batch in BATCHES:
            began = time.perf_counter()
            made = [x for x in engine.iter_generate(reference, request, batch=batch) if isinstance(x, Twin)]
            whole[batch].append((time.perf_counter() - began) / twins)
            sampling[batch].append(sum(twin.seconds for twin in made) / twins)
            signals = [twin.recording.signal for twin in made]
            alone = alone or signals
            apart[batch] = max(float(np.abs(a - b).max()) for a, b in zip(alone, signals, strict=True))
    for batch in BATCHES:
        seconds, of_it = statistics.median(whole[batch]), statistics.median(sampling[batch])
        print(
            f"{batch} together: {seconds:.3f} s a twin, {of_it:.3f} s of it sampling;"
            f" at most {1000 * apart[batch]:.2g} µV from one at a time"
        )


if __name__ == "__main__":
    numbers = [int(arg) for arg in sys.argv[1:]]
    main(*(numbers + [8, 1][len(numbers) :]))
