"""Training cases: virtual pairs (a reference and the same heart under another condition) and real records.

Signals are kept as whole microvolts in shards, so that the autoencoder can be refitted without making them
again.
"""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.median import representative_beat
from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.ecg.template import lay
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.model.conditioning import statement_states
from ecgtwin_app.model.identity import beat_input
from ecgtwin_app.model.score_tracks import score_features
from ecgtwin_app.training.mix import STATEMENTS, draw_case

log = logging.getLogger(__name__)
SHARD_PATIENTS = 64


def _int16(signal: np.ndarray) -> np.ndarray:
    """Whole microvolts; a training signal beyond +-32 mV would be an artefact."""
    return np.clip(np.round(signal * 1000), -32768, 32767).astype(np.int16)


def _padded_number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def make_shard(
    path: Path, first_patient: int, recordings: list[Recording], per_patient: int, seed: int
) -> int:
    """Write the cases of some patients to one shard; returns how many patients could be used."""
    columns: dict[str, list] = {k: [] for k in (
        "patient", "target", "laid", "score", "beat", "statements", "numbers", "sex",
        "ref_patient", "ref_signal", "ref_beat", "ref_statements", "ref_numbers", "ref_sex",
    )}  # fmt: skip
    for offset, recording in enumerate(recordings):
        index = first_patient + offset
        rng = np.random.default_rng([seed, index])
        try:
            patient = VirtualPatient.from_recording(recording)
            beat = representative_beat(recording)
        except EcgError as error:
            log.debug("patient %d not used: %s", index, error)
            continue
        sex = {"F": 1, "M": 2}.get(recording.patient.sex, 0)
        age = _padded_number(recording.patient.age)
        columns["ref_patient"].append(index)
        columns["ref_signal"].append(_int16(independent_leads(recording.signal)))
        columns["ref_beat"].append(beat_input(beat))
        columns["ref_statements"].append(statement_states(STATEMENTS, ("sinus rhythm",)))
        columns["ref_numbers"].append((60.0 / beat.rr, age))
        columns["ref_sex"].append(sex)
        for _ in range(per_patient):
            conditions, rate = draw_case(rng)
            case = simulate(patient, conditions, rate, rng)
            twin = Recording(twelve_leads(case.signal), 500.0)
            columns["patient"].append(index)
            columns["target"].append(_int16(case.signal))
            columns["laid"].append(_int16(lay(patient.template, case.score)))
            columns["score"].append(score_features(case.score).astype(np.float16))
            columns["beat"].append(
                _beat_or_nothing(twin) if rng.random() < 0.25 else np.zeros((8, 500), np.float32)
            )
            columns["statements"].append(statement_states(STATEMENTS, conditions))
            columns["numbers"].append((rate, age))
            columns["sex"].append(sex)
    if columns["patient"]:
        np.savez(path, **{name: np.asarray(values) for name, values in columns.items()})
    return len(columns["ref_patient"])


def _beat_or_nothing(twin: Recording) -> np.ndarray:
    try:
        return beat_input(representative_beat(twin))
    except EcgError:
        return np.zeros((8, 500), np.float32)


def make_cases(
    folder: Path, recordings: list[Recording], per_patient: int, seed: int, workers: int = 2
) -> None:
    """Make all shards that are not there yet (so an interrupted run goes on where it was)."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = {}
        for first in range(0, len(recordings), SHARD_PATIENTS):
            path = folder / f"cases_{first:06d}.npz"
            if not path.exists():
                part = recordings[first : first + SHARD_PATIENTS]
                jobs[pool.submit(make_shard, path, first, part, per_patient, seed)] = (first, len(part))
        for job, (first, count) in jobs.items():
            log.info("patients %d to %d: %d usable", first, first + count - 1, job.result())
