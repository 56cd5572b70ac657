"""Other generators in the same run, our own network by its 1,000 published steps, and the arithmetic floor of its usual ones.

    python benchmarks/speed/others.py [--json]

The floor is the operations of all networks that a twin asks, counted by torch, over the rate at which this machine
multiplies two matrices (512 × 512, single precision, one thread): no program that asks those networks can be faster.
deepfake-ecg (Thambawita et al. 2021) and NeuroKit2 (`ecg_simulate`, multileads) make one recording of ten seconds.
"""

from __future__ import annotations

import os
import statistics
import time
import warnings
from importlib.util import find_spec

from printed import print_found

os.environ["OMP_NUM_THREADS"] = "1"

RUNS, SIZE = 3, 512
CONDITION = "left bundle branch block"


class Timed:
    """A network that notes how long it is asked, in seconds of the processor."""

    def __init__(self, network):
        self.network, self.seconds = network, 0.0

    def __call__(self, inputs, outputs):
        began = time.process_time()
        found = self.network(inputs, outputs)
        self.seconds += time.process_time() - began
        return found


def measured() -> dict[str, float]:
    """Seconds of one thread by what was timed; operations and rate in billions (a second)."""
    import numpy as np
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
    from ecgtwin_app.formats.example import example_path

    torch.set_num_threads(1)
    reference, request = read_ecg(example_path()), TwinRequest((CONDITION,))
    engine = TwinEngine.load(device="cpu", backend="onnx")
    drawer = engine.generator.drawer
    networks = drawer._identity, drawer._velocity = Timed(drawer._identity), Timed(drawer._velocity)
    engine.generate(reference, request)
    before, busy = sum(one.seconds for one in networks), time.process_time()
    for _ in range(RUNS):
        engine.generate(reference, request)
    whole = (time.process_time() - busy) / RUNS
    asked = (sum(one.seconds for one in networks) - before) / RUNS
    counted = TwinEngine.load(device="cpu", backend="torch")
    counted.generate(reference, request)
    with FlopCounterMode(display=False) as counter:
        counted.generate(reference, request)
    a = np.random.default_rng(0).standard_normal((SIZE, SIZE)).astype(np.float32)
    rate = 2 * SIZE**3 / min(_seconds(lambda: a @ a) for _ in range(50))
    found = {
        "a twin": whole,
        "its networks": asked,
        "operations of its networks, billions": counter.get_total_flops() / 1e9,
        "matrix rate, billions a second": rate / 1e9,
        "arithmetic floor of its networks": counter.get_total_flops() / rate,
        "1,000 published steps (ddpm)": _seconds(
            lambda: engine.generate(reference, TwinRequest((CONDITION,), sampler="ddpm", steps=1000))
        ),
    }
    if find_spec("deepfakeecg") is not None:
        from ecgtwin_app.training.collections.normals import deepfake_normals

        deepfake_normals(1, 0)
        # Sixteen are drawn at once, and those with glitches thrown away.
        found["deepfake-ecg"] = statistics.median(
            _seconds(lambda: deepfake_normals(12, 1)) / 12 for _ in range(RUNS)
        )
    if find_spec("neurokit2") is not None:
        import neurokit2

        warnings.simplefilter("ignore")
        found["NeuroKit2 ecg_simulate"] = statistics.median(
            _seconds(lambda: neurokit2.ecg_simulate(duration=10, sampling_rate=500, method="multileads"))
            for _ in range(RUNS)
        )
    return found


def _seconds(do) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


if __name__ == "__main__":
    print_found(__doc__ or "", measured, lambda name, seconds: f"{name:<40}{seconds:9.4f}")
