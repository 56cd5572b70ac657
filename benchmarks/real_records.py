"""Reads the real recordings that lie beside the source tree (see their README); they are not part of it."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Patient, Recording

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
LUDB_LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")


def records(folder: Path = FOLDER, database: str = "") -> Iterator[tuple[str, set[str], Recording]]:
    """Key, labels and recording of each record of the databases whose name begins with `database`."""
    packed = np.load(folder / "real_ecg_8lead_500hz_uv.npz")
    high, low = packed["high"], packed["low"]
    with open(folder / "real_ecg.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["db"].startswith(database)]
    for row in rows:
        k = int(row["row"])
        microvolts = np.cumsum((high[k].astype(np.int32) << 8) | low[k], axis=1)
        age = row["age"].strip("> ")
        patient = Patient(
            float(age) if age.replace(".", "").isdigit() else None,
            row["sex"] if row["sex"] in ("F", "M") else None,
        )
        labels = {label.strip() for label in row["labels"].split(";")}
        yield row["key"], labels, Recording(twelve_leads(microvolts / 1000), 500.0, patient=patient)


def ludb_marks(folder: Path = FOLDER) -> dict[str, dict[tuple[str, str], list[tuple[int, int, int]]]]:
    """The cardiologists' marks: key, then (lead, wave), to a list of (onset, peak, offset) samples."""
    marks = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "ludb_waves.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["onset"] and row["offset"]:
                where = tuple(int(float(row[name])) for name in ("onset", "peak", "offset"))
                marks[row["key"]][row["lead"], row["wave"]].append(where)
    return marks
