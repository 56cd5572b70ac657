"""Hearts for the tests of the physiology: real beats, and what a condition makes of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.heart.virtual_patient import VirtualPatient, transform


def changed(patient: VirtualPatient, *conditions: str, seed: int = 0) -> tuple[BeatTemplate, dict]:
    """The beat under the conditions, and the parameters drawn for the last of them."""
    template, parameters = transform(patient, conditions, np.random.default_rng(seed))
    return template, parameters[conditions[-1]]


def qrs_of(template: BeatTemplate) -> np.ndarray:
    """The QRS of a beat, shape (8, samples), mV."""
    return template.qrs[:, -template.qrs_offset :]


def normal_hearts(folder: Path, among: slice) -> Iterator[tuple[int, VirtualPatient]]:
    """Row and heart of those normal recordings of PTB-XL that can be virtual patients.

    Parameters
    ----------
    folder : Path
        As the fixture `real_data` gives it.
    among : slice
        Which of the normal recordings.
    """
    with open(folder / "real_ecg.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with np.load(folder / "real_ecg_8lead_500hz_uv.npz") as stored:
        high, low = stored["high"], stored["low"]
    for k in [k for k, row in enumerate(rows) if row["db"] == "PTB-XL" and "NORM" in row["labels"]][among]:
        microvolts = np.cumsum((high[k].astype(np.int32) << 8) | low[k], axis=1)
        try:
            yield k, VirtualPatient.from_recording(Recording(twelve_leads(microvolts / 1000), 500.0))
        except EcgError:
            continue
