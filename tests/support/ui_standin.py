"""An engine for tests of the window: it obeys the contract and needs neither torch nor weights."""

from __future__ import annotations

import threading

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.request import AskedGot, HeatMap, Progress, Twin


class StandInEngine:
    """Twins are the reference, a tenth larger; every step shows it under less noise.

    `gate` holds the run at every step while it is cleared, so that a test decides when it goes on.
    `begun` counts runs, `closed` those that were closed before their end.
    """

    model_name, weights_sha256 = "stand-in", "0" * 64

    def __init__(self):
        self.gate = threading.Event()
        self.gate.set()
        self.begun = self.closed = 0
        self.threads = set()

    def knows(self, condition):
        return condition.name != "Brugada type 1"

    def iter_generate(self, reference, request, others=()):
        self.begun += 1
        self.threads.add(threading.current_thread().name)
        source = ten_seconds(reference).signal * 1.1
        rng = np.random.default_rng(request.seed)
        total = request.samples * request.steps
        try:
            for number in range(request.samples):
                for step in range(request.steps):
                    self.gate.wait(timeout=20)
                    noise = rng.normal(0, 0.5 * (1 - (step + 1) / request.steps), source.shape)
                    yield Progress(
                        number * request.steps + step + 1, total, source + noise, f"Twin {number + 1}"
                    )
                yield _twin(source, request, request.seed + number, others)
        except GeneratorExit:
            self.closed += 1
            raise

    def iter_attribute(self, reference, twin, method="contrast", others=(), of=""):
        assert [other.digest() for other in others] == twin.recording.provenance.get("pooled_sha256", [])
        for step in range(3):
            self.gate.wait(timeout=20)
            yield Progress(step + 1, 3)
        values = twin.recording.signal / 11
        signed = method == "contrast"
        yield HeatMap(
            method, values if signed else np.abs(values), signed, "mV" if signed else "share", signed, of=of
        )


def _twin(signal, request, seed, others):
    provenance = {
        "synthetic": True,
        "model": StandInEngine.model_name,
        "weights_sha256": StandInEngine.weights_sha256,
        "seed": seed,
        "request": {"conditions": list(request.conditions), "heart_rate": request.heart_rate},
        "removed": list(request.without),
    }
    if others:
        provenance["pooled_sha256"] = [other.digest() for other in others]
    recording = Recording(signal, 500.0, source="ECGTwin", synthetic=True, provenance=provenance)
    lines = (
        AskedGot("heart rate", "1/min", "61 ± 3", 61.0, 60.8, True),
        AskedGot("QRS duration of the early beat", "ms", "≥ 120", 74.0, 96.0, False),
        AskedGot("PR", "ms", "for information", 152.0, 152.0, None),
    )
    events = [Event(at - 0.16, "P", "sinus") for at in range(1, 10)]
    events += [Event(float(at), "QRS", "conducted") for at in range(1, 10)]
    score = request.score or RhythmScore(tuple(events))
    return Twin(
        recording, request, seed, score, lines, False, 0.91, 0.0, {"heart_rate": 60.8, "qrs": 96.0}, 0.1
    )
