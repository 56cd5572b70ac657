"""A collection too large for memory, as a list of what its tables say; the signals stay on disk."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.formats.registry import read_ecg


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording of a collection.

    Attributes
    ----------
    key, patient : str
    path : Path
        The record's header.
    recorded : str
        Date and time, ISO 8601; sorts the recordings of one patient.
    states : bytes
        State of every statement (int8), as far as the collection tells.
    normal : bool
        The collection calls it a normal ECG in sinus rhythm.
    held_out : bool
        Its patient is kept out of training.
    age : float or None
        Years.
    sex : {"F", "M"} or None
    """

    key: str
    patient: str
    path: Path
    recorded: str
    states: bytes
    normal: bool
    held_out: bool
    age: float | None = None
    sex: str | None = None

    @property
    def statements(self) -> np.ndarray:
        """State of every statement, int8."""
        return np.frombuffer(self.states, np.int8)

    def read(self) -> Recording:
        """The first ten seconds, twelve leads in canonical order, 500 Hz, mV; `EcgError` if it cannot be."""
        recording = ten_seconds(read_ecg(self.path))
        return recording.changed("took age and sex from the collection", patient=Patient(self.age, self.sex))


def rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The rows of a table; `EcgError` when it lacks a column."""
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        missing = [name for name in needed if name not in (table.fieldnames or ())]
        if missing:
            raise EcgError(
                "{file} lacks the column {column}; use the table as it was published.",
                file=path.name,
                column=missing[0],
            )
        yield from table


def number(text: str | None) -> float | None:
    """The number in a cell, None when it is empty or no number."""
    try:
        return float(text) if text else None
    except ValueError:
        return None
