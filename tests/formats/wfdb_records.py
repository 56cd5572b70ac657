"""WFDB records as the tests write them."""

import numpy as np
import wfdb

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, Patient, Recording


def recording(**fields):
    rng = np.random.default_rng(3)
    independent = np.round(np.cumsum(rng.normal(0, 0.01, (8, 5000)), axis=1), 2)
    return Recording(twelve_leads(independent), 500.0, **fields)


TWIN = recording(
    synthetic=True,
    source="ECGTwin",
    patient=Patient(63, "F", "Mrs Secret", "12345"),
    recorded="2020-02-03T04:05:06",
    provenance={
        "synthetic": True,
        "model": "ecgtwin-1",
        "weights_sha256": "ab" * 32,
        "seed": 7,
        "request": {
            "conditions": ["atrial fibrillation"],
            "heart_rate": 72.5,
            "sex": None,
            "score": "x" * 400,
        },
        "reference_sha256": "cd" * 32,
        "pooled_sha256": ["ef" * 32, "01" * 32],
        "versions": {"ecgtwin": "0.1.0"},
    },
)


def write_by_wfdb(folder, name="f", signal=None, leads=LEADS, **options):
    """A record that the wfdb package writes, 0.01 mV a step."""
    signal = TWIN.signal.T.astype(float) if signal is None else signal
    signal = np.round(np.clip(signal, -1, 1), 2)
    count = signal.shape[1]
    fields = {"fmt": ["16"] * count, "adc_gain": [100.0] * count, "baseline": [0] * count} | options
    wfdb.wrsamp(name, 500, ["mV"] * count, list(leads), signal, write_dir=str(folder), **fields)
    return signal.T


STEPS = np.rint(TWIN.signal.astype(float) * 1000).astype(int)
LINE = "x.dat {fmt} {gain} 16 0 0 0 0 {lead}"


def record(folder, first_line, data, fmt="16", gain="1000/mV", leads=LEADS, name="x", line=LINE):
    """A record whose header and bytes are given."""
    lines = [first_line, *(line.format(fmt=fmt, gain=gain, lead=lead) for lead in leads)]
    (folder / f"{name}.hea").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "x.dat").write_bytes(data)
    return folder / f"{name}.hea"


PLAIN = STEPS.T.astype("<i2").tobytes()
