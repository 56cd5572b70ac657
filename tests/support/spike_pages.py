"""Pages of flat leads with spikes, whose places on the paper are known."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import Patient, Recording

RATE = 500.0
JANE = Patient(52, "F", "Doe^Jane", "ID-4711")
SPIKES = (0.6, 3.1, 5.6, 8.1)


def spiked_recording(peak=1.5, patient=JANE, **fields):
    """Flat leads with a spike of `peak` mV in each quarter of the strip."""
    signal = np.zeros((12, 5000), dtype=np.float32)
    for seconds in SPIKES:
        signal[:, round(seconds * RATE)] = peak
    return Recording(signal, RATE, patient=patient, source="test", **fields)


def spiked_twin(peak=2.0):
    provenance = {
        "model": "tiny",
        "weights_sha256": "ab" * 32,
        "seed": 7,
        "request": {"conditions": ["x block"]},
    }
    return spiked_recording(peak, Patient(52, "F"), synthetic=True, provenance=provenance)
