"""What is known of the real patients whose twins are measured: base vectors, usual values, second recordings."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.evaluation.metrics.preservation import UNITS, difference
from ecgtwin_app.evaluation.metrics.retrieval import retrieval
from ecgtwin_app.evaluation.runs.measured import measured_arrays, measured_row
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.training.collections.records import RealRecord

#: Variants of the rows that hold real recordings.
REFERENCE, REPEAT = "reference", "second recording"


def add_patients(
    engine: TwinEngine, references: list[RealRecord], pairs: list[tuple[RealRecord, RealRecord]], store: Store
) -> None:
    """Append the references and the pairs of recordings of one patient, unless they are there."""
    have = {(row["variant"], row["key"]) for row in store.rows}
    wanted = [(REFERENCE, record) for record in references]
    wanted += [(REPEAT, record) for pair in pairs for record in pair]
    for variant, record in wanted:
        if (variant, record.key) in have:
            continue
        about = {
            "variant": variant,
            "key": record.key,
            "patient": record.patient,
            "held_out": record.held_out,
        }
        try:
            measured = measure(record.recording)
            base = [round(float(x), 4) for x in engine.base_vector(record.recording)]
        except EcgError as error:
            store.append({**about, "failed": str(error)})
            continue
        store.append({**about, "base": base, **measured_row(measured)}, measured_arrays(measured))


def patients_of(rows: list[dict]) -> dict[str, dict]:
    """Rows of the references that could be measured, by key."""
    return {row["key"]: row for row in rows if row["variant"] == REFERENCE and "failed" not in row}


def day_to_day(rows: list[dict], references: dict[str, dict], seed: int) -> dict:
    """How alike two real recordings of one patient are, by the same measures as a twin and its reference.

    Returns
    -------
    dict
        identity: retrieval of the second recording among the first ones and all references; preservation: the
        absolute differences of each quantity, median; unseen: how many of the patients no training saw.
    """
    by_patient: dict[str, list[dict]] = {}
    for row in rows:
        if row["variant"] == REPEAT and "failed" not in row:
            by_patient.setdefault(row["patient"], []).append(row)
    pairs = [own for own in by_patient.values() if len(own) == 2]
    others = [row["base"] for row in references.values() if row["patient"] not in by_patient]
    first = np.array([pair[0]["base"] for pair in pairs] + others)
    second = np.array([pair[1]["base"] for pair in pairs])
    apart = {
        name: [
            abs(float(difference(name, a["usual"][name], b["usual"][name])))
            for a, b in pairs
            if a["usual"][name] is not None and b["usual"][name] is not None
        ]
        for name in UNITS
    }
    return {
        "identity": retrieval(second, np.arange(len(pairs)), first, seed),
        "preservation": {
            name: float(np.median(values)) if values else None for name, values in apart.items()
        },
        "patients": len(pairs),
        "unseen": sum(pair[0]["held_out"] for pair in pairs),
    }
