"""All real records with their labels, as a classifier learns them: both sets, 100 Hz, patients apart."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.record import Labels
from ecgtwin_app.conditions.records.shared import INFARCT_LABELS, ISCHAEMIA_LABELS
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.recognition.network import LEADS
from ecgtwin_app.recognition.strip import SAMPLES, as_seen
from ecgtwin_app.training.collections.labels import state_by, statements_of
from ecgtwin_app.training.collections.records import (
    LOW_RATE_TABLE,
    RealRecord,
    held_out,
    load_low_rate,
    load_real,
)

#: A cardiologist's diagnosis below this likelihood (per cent) is a doubt. Forms and rhythms carry none, or 0.
SURE = 50.0
#: The nine things that the readers of CPSC 2018 looked for: what they do not name they did not see.
_OF_CPSC_2018 = {
    "AF": "atrial fibrillation",
    "I-AVB": "first-degree AV block",
    "LBBB": "left bundle branch block",
    "RBBB": "right bundle branch block",
    "PAC": "premature atrial complex",
    "PVC": "ventricular premature complex",
    "STD": "ST depression",
}
_SCARS = ("apical", "lateral wall", "posterior wall")
#: What is wider than a condition of the vocabulary. PTB-XL seldom says how old an infarct is, so a classifier learns
#: its wall; and what is healthy, and ST and T that are not, hold up what single conditions are too rare for.
WIDER = {
    "normal ECG": Labels(means=("norm", "normal", "healthy control")),
    "anterior infarct": Labels(
        means=(
            "ami", "asmi", "almi", "injas", "injal", "stemi: anterior wall", "stemi: septal",
            "scar formation: anterior wall", "scar formation: septal",
        ),
        doubtful=(
            "qwave", "aneur", "ste", "poor r wave progression", "stemi: apical", "scar formation: apical",
            "undefined ischemia/scar/supp.nstemi: anterior wall", "undefined ischemia/scar/supp.nstemi: septal",
            *INFARCT_LABELS,
        ),
    ),
    "inferior infarct": Labels(
        means=(
            "imi", "ilmi", "ipmi", "iplmi", "injin", "injil", "stemi: inferior wall",
            "scar formation: inferior wall",
        ),
        doubtful=(
            "qwave", "ste", "pmi", "undefined ischemia/scar/supp.nstemi: inferior wall",
            *(f"scar formation: {wall}" for wall in _SCARS), *INFARCT_LABELS,
        ),
    ),
    "ST-T change": Labels(
        means=(
            *ISCHAEMIA_LABELS, "iscas", "iscan", "dig", "aneur", "el", "std_", "std", "invt", "nt_", "lowt",
            "st depression", "t wave inversion", "anterior ischemia",
        ),
        doubtful=("lngqt", "ste", "injas", "injal", "lvh", "left ventricular overload"),
    ),
}  # fmt: skip
#: Every label, in the order of the columns.
LABELS = (*(condition.name for condition in load_vocabulary()), *WIDER)


@dataclass(frozen=True, eq=False)
class LabelledRecords:
    """Real records as a classifier learns them.

    Attributes
    ----------
    signals : ndarray, shape (n, 8, 1000), float32
        mV; I, II, V1 to V6 at 100 Hz, 0.5 to 40 Hz (`recognition.strip`).
    states : ndarray, shape (n, labels), int8
        `UNKNOWN`, `ABSENT` or `PRESENT`.
    names : tuple of str
        The labels: conditions of the vocabulary and `WIDER`.
    keys, patients, databases : tuple of str
    held_out : ndarray, shape (n,), bool
        The record's patient takes part in no training, no range and no threshold.
    rates : ndarray, shape (n,)
        Hz of the recording in the set; 500 or 100.
    """

    signals: np.ndarray
    states: np.ndarray
    names: tuple[str, ...]
    keys: tuple[str, ...]
    patients: tuple[str, ...]
    databases: tuple[str, ...]
    held_out: np.ndarray
    rates: np.ndarray

    def where(self, chosen: np.ndarray) -> LabelledRecords:
        """Some of the records, by a mask or by rows."""
        rows = np.arange(len(self.keys))[chosen]
        texts = ((getattr(self, name)[row] for row in rows) for name in ("keys", "patients", "databases"))
        keys, patients, databases = map(tuple, texts)
        return LabelledRecords(
            self.signals[rows], self.states[rows], self.names, keys, patients, databases,
            self.held_out[rows], self.rates[rows],
        )  # fmt: skip

    def column(self, name: str) -> np.ndarray:
        """The states of one label."""
        return self.states[:, self.names.index(name)]

    def validation(self, share: float = 0.15, salt: str = "validation") -> np.ndarray:
        """Mask of the records of a share of the training patients, by hash, for thresholds."""
        return ~self.held_out & np.array([_by_hash(patient, salt) < share for patient in self.patients])


def load_labelled(folder: Path) -> LabelledRecords:
    """Both real sets of `folder`, or the one of 500 Hz alone, without the records of which nothing is stated.

    Raises
    ------
    EcgError
        When the files of 500 Hz are not there.
    """
    low_rate = load_low_rate(folder) if (folder / LOW_RATE_TABLE).is_file() else []
    likelihoods = likelihoods_of(folder)
    return labelled([*load_real(folder), *low_rate], likelihoods)


def labelled(records: list[RealRecord], likelihoods: dict[str, dict[str, float]]) -> LabelledRecords:
    """Records with their labels.

    Parameters
    ----------
    records : list of RealRecord
    likelihoods : dict
        Per cent by statement, by the key of the record, where a database has them.
    """
    kept = [
        (record, states)
        for record in records
        if (states := states_of(record, likelihoods.get(record.key, {}))).any()
        and record.recording.duration >= SAMPLES / 100 - 1e-6
    ]
    used = [record for record, _ in kept]
    signals = [
        as_seen(independent_leads(record.recording.signal), record.recording.rate)[:, :SAMPLES]
        for record in used
    ]
    return LabelledRecords(
        np.reshape(signals, (-1, LEADS, SAMPLES)).astype(np.float32),
        np.reshape([states for _, states in kept], (-1, len(LABELS))).astype(np.int8),
        LABELS,
        tuple(record.key for record in used),
        tuple(record.patient for record in used),
        tuple(record.database for record in used),
        np.array([held_out(record.patient) for record in used], bool),
        np.array([record.recording.rate for record in used]),
    )


def states_of(record: RealRecord, likelihoods: dict[str, float]) -> np.ndarray:
    """State of every one of `LABELS` (int8), as far as the database tells; all unknown where it says nothing."""
    words = record.labels
    if not words:
        return np.full(len(LABELS), UNKNOWN, np.int8)
    sure = tuple(word for word in words if not 0 < likelihoods.get(word, 100.0) < SURE)
    states, with_doubt = (_states(some, record.database) for some in (sure, words))
    states[states != with_doubt] = UNKNOWN
    return states


def _states(words: tuple[str, ...], database: str) -> np.ndarray:
    names = LABELS[: len(LABELS) - len(WIDER)]
    states = dict(zip(names, statements_of(words, database, names), strict=True))
    states |= {name: state_by(labels, words, database) for name, labels in WIDER.items()}
    if database == "CPSC2018":
        unseen = {name for word, name in _OF_CPSC_2018.items() if word not in words}
        states |= {name: ABSENT for name in unseen if states[name] == UNKNOWN}
    for name in [name for name in names if states[name] == PRESENT]:
        ruled_out = find_condition(name).labels.contradicts
        states |= {other: ABSENT for other in ruled_out if states[other] == UNKNOWN}
    return np.array([states[name] for name in LABELS], np.int8)


def likelihoods_of(folder: Path) -> dict[str, dict[str, float]]:
    """Per cent by statement, by the key of the record, of the tables in a folder of data."""
    return {**_likelihoods(folder / "ptbxl_reports.csv"), **_likelihoods(folder / LOW_RATE_TABLE)}


def _likelihoods(table: Path) -> dict[str, dict[str, float]]:
    """Per cent by statement, by key; nothing where there is no table."""
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        rows: Iterator[dict[str, str]] = csv.DictReader(file)
        return {row["key"]: _shares(row.get("likelihoods") or "") for row in rows}


def _shares(text: str) -> dict[str, float]:
    pairs = (part.split("=") for part in text.split(";") if "=" in part)
    return {code: float(share) for code, share in pairs}


def _by_hash(patient: str, salt: str) -> float:
    return int(hashlib.sha256(f"{salt} {patient}".encode()).hexdigest()[:8], 16) / 2**32
