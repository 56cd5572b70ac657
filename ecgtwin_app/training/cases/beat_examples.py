"""Examples for the beat model: many beats of every heart, under conditions and of other origin."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS, pack_beat
from ecgtwin_app.generators.ecgtwin.conditioning import statement_states, unwrapped_axis
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.rhythm.atrial_waves import with_atrial_origin
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat
from ecgtwin_app.heart.virtual_patient import VirtualPatient, transform
from ecgtwin_app.training.cases.case_distribution import STATEMENTS, draw_morphologies
from ecgtwin_app.training.cases.numbers import severities

log = logging.getLogger(__name__)
#: Beats made of every heart: under conditions, and of each other kind.
CONDUCTED, OTHERS = 20, 10


def beat_shard(path: Path, recordings: list[Recording], first: int, seed: int) -> int:
    """Write the beats of some hearts; returns how many."""
    columns: dict[str, list] = {}
    for row, recording in enumerate(recordings, first):
        rng = np.random.default_rng([seed, row, 3])
        try:
            patient = VirtualPatient.from_recording(recording)
        except EcgError as error:
            log.debug("heart %d not used: %s", row, error)
            continue
        own = pack_beat(patient.template)
        for kind, beat, conditions, parameters in _beats(patient, rng):
            waves, durations = pack_beat(beat)
            values = {f"to_{part}": wave.astype(np.float16) for part, wave in waves.items()}
            values |= {f"own_{part}": wave.astype(np.float16) for part, wave in own[0].items()}
            age, sex = patient.traits.age, patient.traits.sex
            values |= {
                "to_durations": durations,
                "own_durations": own[1],
                "kind": kind,
                "statements": statement_states(STATEMENTS, conditions),
                "severity": severities(STATEMENTS, parameters),
                "numbers": _numbers(beat, np.nan if age is None else age, kind),
                "sex": {"F": 1, "M": 2}.get(sex or "", 0),
            }
            for name, value in values.items():
                columns.setdefault(name, []).append(value)
    part = path.with_suffix(".part.npz")
    arrays: dict[str, Any] = {name: np.asarray(values) for name, values in columns.items()}
    np.savez(part, **arrays)
    part.replace(path)
    return len(columns.get("kind", []))


def _beats(patient: VirtualPatient, rng: np.random.Generator):
    """Kind, template, conditions and what was drawn, of each beat of a heart."""
    for _ in range(CONDUCTED):
        conditions = draw_morphologies(rng) if rng.random() < 0.96 else ()
        beat, parameters = transform(patient, conditions, rng)
        yield 0, beat, (NORMAL, *conditions), parameters
    for kind in rng.integers(1, len(KINDS), OTHERS):
        origin, where = KINDS[kind].split(", ")
        if origin == "P":
            beat = with_atrial_origin(patient.template, patient.lead_field, where, rng)
        else:
            beat, _ = ectopic_beat(patient.template, patient.lead_field, rng, where, origin == "paced")
        yield int(kind), beat, (NORMAL,), {}


def _numbers(beat, age: float, kind: int) -> np.ndarray:
    """Age, QRS, QT (at the patient's own cycle length) and axis of a beat; the rest is no property of it."""
    shape = (
        (1000 * beat.qrs_duration, 1000 * beat.qt, unwrapped_axis(qrs_axis(beat.qrs)))
        if kind == 0
        else (np.nan,) * 3
    )
    return np.array([np.nan, age, np.nan, *shape], np.float32)


def make_beats(folder: Path, recordings: list[Recording], seed: int, workers: int, size: int = 64) -> None:
    """Make all shards of beats that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = {}
        for start in range(0, len(recordings), size):
            path = folder / f"beats_{start:06d}.npz"
            if not path.exists():
                jobs[start] = pool.submit(beat_shard, path, recordings[start : start + size], start, seed)
        for start, job in jobs.items():
            log.info("beats of hearts from %d: %d", start, job.result())


def count_beats(folder: Path) -> int:
    """How many beats there are in the shards of a folder."""
    total = 0
    for path in folder.glob("beats_*.npz"):
        with np.load(path, allow_pickle=False) as z:
            total += len(z["kind"])
    return total
