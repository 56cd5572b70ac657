"""Encoded recordings on disk, mapped and never loaded whole: what a pair of one patient is made from.

Each recording is read, delineated and encoded once, by worker processes, into parts of some hundred. A pair
then costs a few milliseconds: the reference's beat is laid along the target's score when it is drawn.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from safetensors.torch import load_file

from ecgtwin_app.conditions.vocabulary import with_atria
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.generators.ecgtwin.extractor import beat_input
from ecgtwin_app.generators.ecgtwin.score_tracks import pack_score
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.numbers import case_numbers
from ecgtwin_app.training.cases.real_cases import RealCase, real_case
from ecgtwin_app.training.collections.collection import Entry
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
PART_RECORDS = 512
#: Room for P, QRS and T of a beat one after the other, samples at 500 Hz.
TEMPLATE_SAMPLES = 1024
_WAVES = ("p", "qrs", "t")
_SCALARS = tuple(field.name for field in fields(BeatTemplate) if field.name not in _WAVES)
_SEXES = {"F": 1, "M": 2}


def case_of(entry: Entry) -> RealCase | None:
    """The recording made ready for training, with the collection's statements; None when it cannot be used."""
    states = entry.statements
    fibrillation = with_atria("fibrillation").name
    labels = (fibrillation,) if states[STATEMENTS.index(fibrillation)] == PRESENT else ()
    try:
        recording = entry.read()
    except (EcgError, OSError) as error:
        log.debug("%s not used: %s", entry.key, error)
        return None
    # What the score needs is said by the label; the statements are the collection's own.
    return real_case(RealRecord(entry.key, "", entry.patient, labels, recording), STATEMENTS)


def write_part(path: Path, entries: Sequence[Entry], autoencoder_file: Path) -> Counter:
    """Encode some recordings into one file; how many were "used" and how many "unusable"."""
    tensors = load_file(autoencoder_file)
    autoencoder = LappedAutoencoder(tensors["basis"].shape[1])
    autoencoder.load_state_dict(tensors)
    columns: dict[str, list] = {}
    for entry in entries:
        case = case_of(entry)
        packed = None if case is None else pack_template(case.template)
        if case is None or packed is None:
            continue
        events, atrial = pack_score(case.score)
        with torch.no_grad():
            latent = autoencoder.encode(torch.from_numpy(case.signal)).half().numpy()
        age = np.nan if entry.age is None else entry.age
        values = {
            "patient": patient_number(entry.patient),
            "latent": latent,
            "beat": beat_input(case.beat).astype(np.float16),
            "waves": packed[0],
            "scalars": packed[1],
            "events": events,
            "atrial": np.int8(atrial),
            "statements": entry.statements,
            "numbers": case_numbers(case.rate, age, case.beat),
            "sex": np.int8(_SEXES.get(entry.sex or "", 0)),
        }
        for name, value in values.items():
            columns.setdefault(name, []).append(value)
    used = len(columns.get("patient", ()))
    part = path.with_suffix(".part")
    save_file({name: np.ascontiguousarray(np.stack(value)) for name, value in columns.items()}, part)
    part.replace(path)
    return Counter(used=used, unusable=len(entries) - used)


def make_store(
    folder: Path, entries: Sequence[Entry], autoencoder_file: Path, workers: int, size: int = PART_RECORDS
) -> None:
    """Encode all recordings that are not encoded yet, so that an interrupted run goes on.

    Parameters
    ----------
    autoencoder_file : Path
        Its state; the same for all parts.
    workers : int
        Processes; 0 works in this one.
    size : int
        Recordings a part.

    Raises
    ------
    EcgError
        When none of them can be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for start in range(0, len(entries), size):
        path = folder / f"records_{start:08d}.safetensors"
        if not path.exists():
            jobs.append((path, entries[start : start + size], autoencoder_file))
    total: Counter = Counter()
    for (path, *_), counted in zip(jobs, _done(jobs, workers), strict=True):
        total += counted
        log.info("%s: %d used, %d unusable so far", path.name, total["used"], total["unusable"])
    if not RecordStore(folder).patient.size:
        raise EcgError("None of the recordings can be read and measured; check that their files are there.")


def _done(jobs: list[tuple], workers: int) -> Iterator[Counter]:
    """What `write_part` gives for each job, in worker processes or, without any, in this one."""
    if workers == 0:
        yield from (write_part(*job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(write_part, *zip(*jobs)) if jobs else ()


def patient_number(patient: str) -> int:
    """A patient as a 63-bit number."""
    return int.from_bytes(hashlib.sha256(patient.encode()).digest()[:8], "little") >> 1


def pack_template(template: BeatTemplate) -> tuple[np.ndarray, np.ndarray] | None:
    """Waves one after the other (8, TEMPLATE_SAMPLES), float16 mV, and scalars with the waves' lengths.

    None when there is no room for them.
    """
    waves = [getattr(template, name) for name in _WAVES]
    lengths = [wave.shape[1] for wave in waves]
    if sum(lengths) > TEMPLATE_SAMPLES:
        return None
    packed = np.zeros((8, TEMPLATE_SAMPLES), np.float16)
    packed[:, : sum(lengths)] = np.concatenate(waves, axis=1)
    return packed, np.array([*lengths, *(getattr(template, name) for name in _SCALARS)], np.float32)


def unpack_template(packed: np.ndarray, scalars: np.ndarray) -> BeatTemplate:
    """The inverse of `pack_template`."""
    ends = np.cumsum(scalars[:3].astype(int))
    waves = np.split(packed.astype(np.float32), ends, axis=1)[:3]
    values = dict(zip(_SCALARS, (float(value) for value in scalars[3:]), strict=True))
    offsets = {f"{name}_offset": int(values.pop(f"{name}_offset")) for name in _WAVES}
    parts: dict[str, Any] = {**dict(zip(_WAVES, waves, strict=True)), **offsets, **values}
    return BeatTemplate(**parts)


class RecordStore:
    """All parts of a folder as one table.

    Attributes
    ----------
    patient : ndarray, shape (records,), int64
    statements : ndarray, shape (records, statements), int8
        Small enough to keep: pairs are drawn by them. Everything else is read row by row.
    """

    def __init__(self, folder: Path):
        self.paths = sorted(folder.glob("records_*.safetensors"))
        self._open: dict[int, Any] = {}
        patients, statements = [np.zeros(0, np.int64)], [np.zeros((0, len(STATEMENTS)), np.int8)]
        for path in self.paths:
            with safe_open(path, "np") as part:
                if "patient" in part.keys():  # noqa: SIM118  a part is not iterable
                    patients.append(part.get_tensor("patient"))
                    statements.append(part.get_tensor("statements"))
                else:
                    patients.append(patients[0])
        self._first = np.cumsum([0, *(len(part) for part in patients[1:])])
        self.patient, self.statements = np.concatenate(patients), np.concatenate(statements)

    def __len__(self) -> int:
        return len(self.patient)

    def __getstate__(self) -> dict:
        # Open files do not go to other processes.
        return {**self.__dict__, "_open": {}}

    def rows(self, column: str, rows: np.ndarray) -> np.ndarray:
        """Some rows of a column, in their order."""
        return np.stack([self._row(column, int(row)) for row in rows])

    def template(self, row: int) -> BeatTemplate:
        """The recording's beat in its parts."""
        return unpack_template(self._row("waves", row), self._row("scalars", row))

    def _row(self, column: str, row: int) -> np.ndarray:
        number = int(np.searchsorted(self._first, row, "right")) - 1
        if number not in self._open:
            self._open[number] = safe_open(self.paths[number], "np").__enter__()
        at = row - int(self._first[number])
        return self._open[number].get_slice(column)[at : at + 1][0]
