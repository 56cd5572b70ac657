"""The real recordings: two arrays, of 500 Hz and of 100 Hz, with a table each, and their patient split."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording

#: What PTB-XL writes for an age above 89 years.
HIDDEN_AGE = 300
#: Share of the patients that no training ever sees.
HELD_OUT = 0.15
LOW_RATE_TABLE = "ptbxl_100hz.csv"
#: Hz above which a recording of 500 Hz holds little, and one of 100 Hz nothing.
USUAL_BANDWIDTH, LOW_RATE_BANDWIDTH = 150.0, 50.0


@dataclass(frozen=True, eq=False)
class RealRecord:
    """One real recording and what its database says of it.

    Attributes
    ----------
    key, database, patient : str
    labels : tuple of str
        In the database's own words or SCP statements.
    recording : Recording
    bandwidth : float
        Hz.
    """

    key: str
    database: str
    patient: str
    labels: tuple[str, ...]
    recording: Recording
    bandwidth: float = USUAL_BANDWIDTH

    @property
    def held_out(self) -> bool:
        """True when this patient is kept out of training."""
        return held_out(self.patient)


def held_out(patient: str) -> bool:
    """Whether a patient belongs to the test split: by hash, so that it never depends on file order."""
    return int(hashlib.sha256(patient.encode()).hexdigest()[:8], 16) / 2**32 < HELD_OUT


def load_real(folder: Path) -> list[RealRecord]:
    """All records of 500 Hz in `folder`, canonical leads; `EcgError` when the files are not there."""
    return _load(folder, "real_ecg_8lead_500hz_uv.npz", "real_ecg.csv", 500.0, USUAL_BANDWIDTH)


def load_low_rate(folder: Path) -> list[RealRecord]:
    """All records of 100 Hz in `folder`, canonical leads, at that rate: they hold nothing above 50 Hz.

    Patients are called as those of `load_real`: some have recordings in both.

    Raises
    ------
    EcgError
        When the files are not there.
    """
    return _load(folder, "ptbxl_8lead_100hz_uv.npz", LOW_RATE_TABLE, 100.0, LOW_RATE_BANDWIDTH)


def _load(folder: Path, array_name: str, table_name: str, rate: float, bandwidth: float) -> list[RealRecord]:
    array, table = folder / array_name, folder / table_name
    if not (array.is_file() and table.is_file()):
        raise EcgError(
            "The data folder lacks {array} or {table}; name the folder that holds both.",
            array=array.name,
            table=table.name,
        )
    with np.load(array, allow_pickle=False) as z:
        microvolts = np.cumsum((z["high"].astype(np.int32) << 8) | z["low"], axis=2)
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    records = []
    for row in rows:
        signal = twelve_leads(microvolts[int(row["row"])].astype(np.float32) / 1000)
        patient = Patient(age=_age(row["age"]), sex=row["sex"] or None)
        recording = Recording(signal, rate, patient=patient, source=row["db"])
        labels = tuple(label for label in row["labels"].split(";") if label)
        records.append(RealRecord(row["key"], row["db"], row["patient"], labels, recording, bandwidth))
    return records


def _age(text: str) -> float | None:
    """Years; the databases write ages above 89 as ">89" or 300, which is read as 90."""
    if not text:
        return None
    return 90.0 if text.startswith(">") or float(text) >= HIDDEN_AGE else float(text)


def normal(record: RealRecord) -> bool:
    """Whether a cardiologist called it normal sinus rhythm (PTB-XL's NORM with SR and no other finding)."""
    return record.database == "PTB-XL" and set(record.labels) <= {"SR", "NORM"} and "NORM" in record.labels
