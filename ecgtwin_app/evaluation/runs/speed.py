"""Seconds a twin: by steps of the sampler, by threads, and on a graphics processor where there is one."""

from __future__ import annotations

import os
import platform
import statistics
import time

import numpy as np
import torch

from ecgtwin_app.conditions.vocabulary import EXAMPLE
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.generators.ecgtwin.generator import EcgTwin
from ecgtwin_app.generators.ecgtwin.torch_networks import networks_of
from ecgtwin_app.generators.ecgtwin.weights import TwinModel

STEPS = (4, 6, 8, 10, 16)
#: So many steps are taken for the exact solution of the flow.
EXACT = 64
REPEATS = 5


def time_twins(
    model: TwinModel,
    reference: Recording,
    steps: tuple[int, ...] = STEPS,
    repeats: int = REPEATS,
    exact: int = EXACT,
) -> dict:
    """Time whole twins, from request to measured recording, of a reference that is prepared already.

    Returns
    -------
    dict
        runs: device, threads, steps; seconds, the median from request to measured twin; sampling, the
        median of sampling and decoding alone; error_uv, the root mean square difference to the same noise
        performed with `exact` steps.
    """
    before = torch.get_num_threads()
    devices = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])
    runs = []
    try:
        for device in devices:
            threads = sorted({1, min(2, os.cpu_count() or 1), before}) if device == "cpu" else [before]
            for count in threads:
                torch.set_num_threads(count)
                runs += _runs(
                    TwinEngine(EcgTwin(networks_of(model, device))), reference, steps, repeats, exact, count
                )
    finally:
        torch.set_num_threads(before)
        model.to("cpu")
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "twins_a_run": repeats, "runs": runs}


def _runs(engine: TwinEngine, reference: Recording, steps, repeats, exact, threads) -> list[dict]:
    request = TwinRequest((EXAMPLE,), 70.0)
    (best,) = engine.generate(reference, TwinRequest(request.conditions, 70.0, steps=exact))
    runs = []
    for count in steps:
        whole, sampling, twin = [], [], best
        for number in reversed(range(repeats)):
            asked = TwinRequest(request.conditions, 70.0, seed=request.seed + number, steps=count)
            began = time.perf_counter()
            (twin,) = engine.generate(reference, asked)
            whole.append(time.perf_counter() - began)
            sampling.append(twin.seconds)
        error = 1000 * np.sqrt(np.mean((twin.recording.signal - best.recording.signal) ** 2))
        runs.append(
            {"device": engine.device, "threads": threads, "steps": count,
             "seconds": statistics.median(whole), "sampling": statistics.median(sampling),
             "error_uv": float(error)}
        )  # fmt: skip
    return runs
