"""Ten seconds of eight leads with what is said of them: real recordings as they are, and virtual patients.

What a generator of labels alone learns from. The real recordings are few, and of most conditions there is a handful:
virtual patients, whose statements are known, show what those look like, and each strip says whether it is one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.conditions.feasible_rate import RESTING, rate_for
from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, load_vocabulary
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample, resample_array
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.generators.sssd.config import RATE, SAMPLES
from ecgtwin_app.generators.sssd.statements import states_under
from ecgtwin_app.heart.rhythm.processes import mean_rate
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.cases.case_distribution import draw_morphologies
from ecgtwin_app.training.cases.real_labels import LABELS
from ecgtwin_app.training.cases.real_scores import performed_score
from ecgtwin_app.training.cases.rhythm_examples import draw_rhythms
from ecgtwin_app.training.cases.workers import results
from ecgtwin_app.training.collections.labels import SEXES

log = logging.getLogger(__name__)
#: Hz below which nothing is kept: the baseline's wander would be most of what there is to learn.
LOWEST = 0.5
#: mV that no strip goes beyond: what does is an artefact's.
LARGEST = 5.0
#: Strips of a file, and how a virtual patient's conditions are drawn: any one of the vocabulary, as the rhythm model's
#: training draws them, a shape, none.
SHARD, DRAWN_FROM = 500, (0.5, 0.2, 0.2, 0.1)
#: Hearts of a file: to find a heart in a recording takes as long as to perform it.
HEARTS = 80
#: Resting rates (1/min; mean, standard deviation, limits) of virtual patients without a rhythm that sets one.
HEALTHY_RATE = (72.0, 13.0, 50.0, 110.0)


@dataclass(frozen=True, eq=False)
class Described:
    """A recording and what is said of it.

    Attributes
    ----------
    key, patient : str
    recording : Recording
        Twelve leads, ten seconds or more, at any rate.
    states : ndarray, shape (statements,), int8
        Of `real_labels.LABELS`.
    held_out : bool
        Its patient is in no training.
    """

    key: str
    patient: str
    recording: Recording
    states: np.ndarray
    held_out: bool


#: Reads what a data set lists; `EcgError` or `OSError` when it cannot be. Goes to other processes.
Reader = Callable[[Any], Described]


@dataclass(frozen=True, eq=False)
class LabelledStrips:
    """Strips with what is said of each.

    Attributes
    ----------
    signals : ndarray, shape (n, 8, 1000), float16
        mV; I, II, V1 to V6 at 100 Hz.
    states : ndarray, shape (n, statements), int8
        Of `real_labels.LABELS`.
    age, rate : ndarray, shape (n,), float32
        Years and ventricular 1/min; NaN where unknown.
    sex : ndarray, shape (n,), int8
        Of `collections.labels.SEXES`.
    virtual : ndarray, shape (n,), bool
    patients : ndarray, shape (n,), str
    scores : ndarray, shape (n,), bytes
        What a strip performs, as JSON (`RhythmScore.to_json`); empty where that was not found.
    p_known : ndarray, shape (n,), bool
        Its score tells of the atria.
    """

    signals: np.ndarray
    states: np.ndarray
    age: np.ndarray
    rate: np.ndarray
    sex: np.ndarray
    virtual: np.ndarray
    patients: np.ndarray
    scores: np.ndarray
    p_known: np.ndarray

    def score(self, row: int) -> RhythmScore | None:
        """What a strip performs."""
        return RhythmScore.from_json(json.loads(self.scores[row])) if self.scores[row] else None


_FIELDS = tuple(LabelledStrips.__dataclass_fields__)
_KINDS = {
    "age": np.float32,
    "rate": np.float32,
    "sex": np.int8,
    "virtual": bool,
    "scores": bytes,
    "p_known": bool,
}


def strip_of(signal: np.ndarray, rate: float) -> np.ndarray:
    """Leads (8, ten seconds) in mV at any rate as a strip: (8, 1000), float16."""
    strip = resample_array(np.asarray(signal, np.float64), rate, RATE)
    strip = both_ways(strip, RATE, low=LOWEST, padding=200)
    return np.clip(strip[:, :SAMPLES], -LARGEST, LARGEST).astype(np.float16)


def real_shard(path: Path, listed: Sequence[Any], read: Reader, held_out: bool = False) -> int:
    """Write the strips of real recordings, of which some say nothing; returns how many there are.

    Parameters
    ----------
    held_out : bool
        All patients are kept out of training, for an evaluation; otherwise none is.

    Raises
    ------
    ValueError
        A patient is of the other kind.
    """
    rows = []
    for one in listed:
        try:
            found = read(one)
            if found.held_out != held_out:
                raise ValueError(
                    "a held-out patient is in no training, and a patient in training tests nothing"
                )
            recording = found.recording
            if recording.samples < recording.rate * SAMPLES / RATE:
                continue
            recording = resample(recording, MODEL_RATE)
            recording = recording.changed("cut", signal=recording.signal[:, :MODEL_SAMPLES])
            measured = measure(recording).heart_rate
        except (EcgError, OSError) as error:
            log.debug("%s not used: %s", one, error)
            continue
        strip = strip_of(independent_leads(found.recording.signal), found.recording.rate)
        told = _score_of_real(recording, found.states)
        rate = np.nan if measured is None else measured
        rows.append(_row(found, strip, found.states, rate, *told, virtual=False))
    _write(path, rows)
    return len(rows)


def draw_conditions(rng: np.random.Generator) -> tuple[tuple[str, ...], float]:
    """Conditions of a virtual patient and a rate (1/min) that a heart can have under them."""
    while True:
        how = rng.choice(len(DRAWN_FROM), p=DRAWN_FROM)
        names: tuple[str, ...] = ()
        own = float(rng.normal(*RESTING))
        if how == 0:
            every = load_vocabulary()
            names = (every[rng.integers(len(every))].name,)
        elif how == 1:
            names, own = draw_rhythms(rng)
        elif how == 2:
            names = draw_morphologies(rng)
        if not any(find_condition(name).is_rhythm for name in names):
            mean, spread, slowest, fastest = HEALTHY_RATE
            own = float(np.clip(rng.normal(mean, spread), slowest, fastest))
        try:
            return names, rate_for(names or (NORMAL,), None, own, int(rng.integers(2**31)))[0]
        except EcgError:
            continue


def virtual_shard(path: Path, listed: Sequence[Any], read: Reader, count: int, seed: int) -> int:
    """Write strips of virtual patients made of normal recordings; returns how many there are.

    Parameters
    ----------
    listed : sequence
        Recordings; some may be no usable heart.
    count : int
    seed : int

    Raises
    ------
    EcgError
        None of them is usable.
    """
    hearts = _hearts(listed, read)
    if not hearts:
        raise EcgError("None of the normal recordings can be a virtual patient; check the data.")
    rng = np.random.default_rng(seed)
    rows = []
    while len(rows) < count:
        found, heart = hearts[rng.integers(len(hearts))]
        names, rate = draw_conditions(rng)
        try:
            made = simulate(heart, names, rate, rng)
        except EcgError as error:
            log.debug("not drawn: %s", error)
            continue
        performed = mean_rate(made.score)
        states = states_under(LABELS, names, performed if np.isfinite(performed) else rate)
        strip = strip_of(made.signal, MODEL_RATE)
        rows.append(_row(found, strip, states, performed, made.score, True, virtual=True))
    _write(path, rows)
    return len(rows)


def make_real(folder: Path, listed: Sequence[Any], read: Reader, workers: int) -> None:
    """Make the files of real strips that are not there yet, so that an interrupted run goes on."""
    jobs = [
        (folder / f"real_{start // SHARD:04d}.npz", listed[start : start + SHARD], read)
        for start in range(0, len(listed), SHARD)
    ]
    _make(folder, real_shard, jobs, workers)


def make_virtual(
    folder: Path, listed: Sequence[Any], read: Reader, count: int, seed: int, workers: int
) -> None:
    """Make the files of virtual patients that are not there yet: `count` strips of hearts among `listed`."""
    jobs = []
    for number in virtual_missing(folder, count):
        own = np.random.default_rng([seed, 8, number])
        chosen = [listed[row] for row in own.permutation(len(listed))[:HEARTS]]
        size = min(SHARD, count - number * SHARD)
        jobs.append((_virtual_path(folder, number), chosen, read, size, int(own.integers(2**31))))
    _make(folder, virtual_shard, jobs, workers)


def virtual_missing(folder: Path, count: int) -> list[int]:
    """Numbers of the files of `count` virtual strips that are not there yet."""
    return [number for number in range(-(-count // SHARD)) if not _virtual_path(folder, number).exists()]


def _virtual_path(folder: Path, number: int) -> Path:
    return folder / f"virtual_{number:04d}.npz"


def load_strips(folder: Path) -> LabelledStrips:
    """All strips of a folder, in the order of the files' names; `EcgError` where there are none."""
    parts = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            parts.append({name: file[name] for name in _FIELDS})
    if not parts:
        raise EcgError("There are no strips in {folder}; check the data.", folder=folder.name)
    return LabelledStrips(**{name: np.concatenate([part[name] for part in parts]) for name in _FIELDS})


def _make(folder: Path, function: Callable[..., int], jobs: Sequence[tuple], workers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    left = [job for job in jobs if not job[0].exists()]
    for job, count in zip(left, results(function, left, workers), strict=True):
        log.info("%s: %d strips", job[0].stem, count)


def _hearts(listed: Sequence[Any], read: Reader) -> list[tuple[Described, VirtualPatient]]:
    hearts = []
    for one in listed:
        try:
            found = read(one)
            hearts.append((found, VirtualPatient.from_recording(resample(found.recording, MODEL_RATE))))
        except (EcgError, OSError) as error:
            log.debug("%s is no virtual patient: %s", one, error)
    return hearts


def _score_of_real(recording: Recording, states: np.ndarray) -> tuple[RhythmScore | None, bool]:
    """What a recording performs by its delineation, and whether that tells of its atria.

    A P that is not conducted is not found, nor is a flutter wave.
    """
    shown = {name for name, state in zip(LABELS, states, strict=True) if state == PRESENT}
    every = [condition for condition in load_vocabulary() if condition.name in shown]
    score = performed_score(recording, any(one.atria == "fibrillation" for one in every))
    hidden = any(one.drops_beats or one.atria == "flutter" or one.led_by_ventricles for one in every)
    return score, score is not None and not hidden


def _row(
    found: Described,
    strip: np.ndarray,
    states: np.ndarray,
    rate: float,
    score: RhythmScore | None,
    p_known: bool,
    virtual: bool,
) -> tuple:
    """In the order of `_FIELDS`."""
    who = found.recording.patient
    age = np.nan if who.age is None else who.age
    told = b"" if score is None else json.dumps(score.to_json(), separators=(",", ":")).encode()
    return strip, states, age, rate, SEXES.get(who.sex or "", 0), virtual, found.patient, told, p_known


def _write(path: Path, rows: Sequence[tuple]) -> None:
    """Whole or not at all; nothing where there are no rows."""
    if not rows:
        return
    columns: dict[str, Any] = {
        name: np.asarray(values, _KINDS.get(name))
        for name, values in zip(_FIELDS, zip(*rows, strict=True), strict=True)
    }
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **columns)
    part.replace(path)
