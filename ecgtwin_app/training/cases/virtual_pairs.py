"""Training cases: virtual pairs (a reference and the same heart under another condition) and real records.

Signals are kept as whole microvolts in shards, so that the autoencoder can be refitted without making them
again.
"""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.generators.ecgtwin.conditioning import statement_states
from ecgtwin_app.generators.ecgtwin.extractor import beat_input
from ecgtwin_app.generators.ecgtwin.score_tracks import pack_score
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.cases.case_distribution import STATEMENTS, draw_case
from ecgtwin_app.training.cases.numbers import case_numbers, severities, virtual_numbers
from ecgtwin_app.training.cases.real_cases import real_case
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
SHARD_PATIENTS = 64
#: Share of the virtual cases whose own representative beat is formed, for the extractor's training.
BEAT_SHARE = 0.15
#: Reference row of a case that has no reference.
NOBODY = -1


class Shard:
    """Columns of cases and of their references, as they go to one file."""

    def __init__(self):
        self.columns: dict[str, list] = {}

    def add(self, **values) -> None:
        """Append one value to each named column."""
        for name, value in values.items():
            self.columns.setdefault(name, []).append(value)

    def add_reference(self, row: int, recording: Recording, beat, statements: np.ndarray) -> None:
        """A reference, known by its `row` number in the whole set."""
        self.add(
            ref_patient=row,
            ref_latent=_int16(independent_leads(recording.signal)),
            ref_beat=beat_input(beat).astype(np.float16),
            ref_statements=statements,
            ref_severity=np.full(len(statements), np.nan, np.float32),
            ref_numbers=case_numbers(60.0 / beat.rr, _age(recording), beat),
            ref_sex=_sex(recording),
        )

    def add_case(
        self,
        row: int,
        recording: Recording,
        signal: np.ndarray,
        laid: np.ndarray | None,
        score: RhythmScore,
        statements: np.ndarray,
        severity: np.ndarray,
        numbers: np.ndarray,
        beat: np.ndarray | None,
    ) -> None:
        """A case of reference `row` (or of `NOBODY`) that performs `score`; `laid` are its beats alone."""
        laid = np.zeros_like(signal) if row == NOBODY or laid is None else laid
        events, atrial = pack_score(score)
        self.add(
            patient=row,
            target=_int16(signal),
            laid=_int16(laid),
            events=events,
            atrial=atrial,
            beat=np.zeros((8, 500), np.float16) if beat is None else beat.astype(np.float16),
            statements=statements,
            severity=severity,
            numbers=numbers,
            sex=_sex(recording),
        )

    def write(self, path: Path) -> None:
        """Write the shard whole or not at all."""
        part = path.with_suffix(".part.npz")
        columns: dict[str, Any] = {name: np.asarray(values) for name, values in self.columns.items()}
        np.savez(part, **columns)
        part.replace(path)


def _int16(signal: np.ndarray) -> np.ndarray:
    """Whole microvolts; beyond +-32 mV a training signal would be an artefact."""
    return np.clip(np.round(signal * 1000), -32768, 32767).astype(np.int16)


def _age(recording: Recording) -> float:
    return np.nan if recording.patient.age is None else float(recording.patient.age)


def _sex(recording: Recording) -> int:
    return {"F": 1, "M": 2}.get(recording.patient.sex or "", 0)


def virtual_shard(path: Path, first: int, recordings: list[Recording], per_patient: int, seed: int) -> int:
    """Write the virtual cases of some hearts; returns how many of them could be used."""
    shard, used = Shard(), 0
    for row, recording in enumerate(recordings, first):
        rng = np.random.default_rng([seed, row])
        try:
            patient = VirtualPatient.from_recording(recording)
            beat = representative_beat(recording)
        except EcgError as error:
            log.debug("heart %d not used: %s", row, error)
            continue
        used += 1
        shard.add_reference(row, recording, beat, statement_states(STATEMENTS, (NORMAL,)))
        for _ in range(per_patient):
            conditions, rate = draw_case(rng)
            case = simulate(patient, conditions, rate, rng)
            # Spikes are drawn on the decoded twin: the latent cannot hold edges of two milliseconds.
            signal = case.signal - case.spikes
            own_beat = _own_beat(signal) if rng.random() < BEAT_SHARE else None
            shard.add_case(
                row,
                recording,
                signal,
                case.beats,
                case.score,
                statement_states(STATEMENTS, conditions),
                severities(STATEMENTS, case.parameters),
                virtual_numbers(case, rate, _age(recording)),
                own_beat,
            )
    if used:
        shard.write(path)
    return used


def _own_beat(signal: np.ndarray) -> np.ndarray | None:
    try:
        return beat_input(representative_beat(Recording(twelve_leads(signal), 500.0)))
    except EcgError:
        return None


def real_shard(path: Path, first: int, records: list[RealRecord]) -> int:
    """Write real records as their own targets, with their own reference and with none."""
    shard, used = Shard(), 0
    for row, record in enumerate(records, first):
        case = real_case(record, STATEMENTS)
        if case is None:
            continue
        used += 1
        shard.add_reference(row, record.recording, case.beat, case.statements)
        laid = render_beats(case.template, case.score)
        numbers = case_numbers(case.rate, _age(record.recording), case.beat)
        for reference in (row, NOBODY):
            shard.add_case(
                reference, record.recording, case.signal, laid, case.score, case.statements,
                np.full(len(STATEMENTS), np.nan, np.float32), numbers, beat_input(case.beat),
            )  # fmt: skip
    if used:
        shard.write(path)
    return used


def make_virtual(
    folder: Path, recordings: list[Recording], per_patient: int, seed: int, workers: int
) -> None:
    """Make all shards of virtual cases that are not there yet, so that an interrupted run goes on."""
    _make(folder, "cases_virtual", virtual_shard, recordings, 0, workers, per_patient, seed)


def make_real(folder: Path, records: list[RealRecord], first_row: int, workers: int) -> None:
    """The same for real records; their references are numbered from `first_row`."""
    _make(folder, "cases_real", real_shard, records, first_row, workers)


def _make(folder: Path, stem: str, make, items: list, first_row: int, workers: int, *options) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = []
        for start in range(0, len(items), SHARD_PATIENTS):
            path = folder / f"{stem}_{start:06d}.npz"
            if not path.exists():
                part = items[start : start + SHARD_PATIENTS]
                jobs.append((start, len(part), pool.submit(make, path, first_row + start, part, *options)))
        for start, count, job in jobs:
            log.info("%s %d to %d: %d usable", stem, start, start + count - 1, job.result())
