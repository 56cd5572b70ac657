"""Examples for the ensemble: one heart in many versions, each with several of its beats.

A version is what one heart's beats look like under some conditions. Any two versions of a heart are a pair, from
either to the other: from health into a condition, out of it, or from one condition into another. A virtual heart has
as many versions as are made, a real recording one, and a patient of several visits one a visit.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.conditions.together import why_apart
from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions, with_atria
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.delineation.own_beats import OwnBeats, own_beats
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS, WINDOWS, pack_beat
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, unwrapped_axis
from ecgtwin_app.heart.carried import carried
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.physics.fitted_beats import fitted_beats
from ecgtwin_app.heart.rhythm.atrial_waves import with_atrial_origin
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat
from ecgtwin_app.heart.virtual_patient import VirtualPatient, transform_beats
from ecgtwin_app.training.cases.case_distribution import STATEMENTS, draw_morphologies
from ecgtwin_app.training.cases.workers import results
from ecgtwin_app.training.collections.labels import SEXES

log = logging.getLogger(__name__)
#: Single beats of a version beside its median one.
SINGLES = 3
#: Share of a virtual heart's versions that are beats of other origin, and how many are the heart as it is.
OTHERS, UNCHANGED = 0.3, 2
#: A beat that goes beyond this (mV) is an artefact's, or no beat that is to be learned.
LARGEST = 8.0
#: How often shapes are drawn until some can be beside what a heart shows.
MOST_DRAWS = 50
_FIBRILLATION, _FLUTTER = with_atria("fibrillation").name, with_atria("flutter").name


@dataclass(frozen=True, eq=False)
class Heart:
    """A recording and what is said of it.

    Attributes
    ----------
    key, patient : str
    recording : Recording
        Twelve leads, ten seconds at 500 Hz.
    states : ndarray, shape (statements,), int8
    bandwidth : float
        Hz, of the recording.
    """

    key: str
    patient: str
    recording: Recording
    states: np.ndarray
    bandwidth: float


#: Reads a heart from what a data set lists; `EcgError` or `OSError` when it cannot be. Goes to other processes.
Reader = Callable[[Any], Heart]


@dataclass(frozen=True, eq=False)
class Version:
    """A heart under some conditions.

    Attributes
    ----------
    beats : list of BeatTemplate
        The median one and `SINGLES` others.
    times : ndarray, shape (1 + SINGLES,)
        Onsets of the QRS in the recording, seconds; the median's is 0.
    kind : int
        Index into `KINDS`.
    states : ndarray, shape (statements,), int8
    severity : ndarray, shape (statements,), float32
    numbers : ndarray, shape (7,), float32
        As `conditioning.NUMBERS`.
    """

    beats: list[BeatTemplate]
    times: np.ndarray
    kind: int
    states: np.ndarray
    severity: np.ndarray
    numbers: np.ndarray


def virtual_versions(heart: Heart, seed: int, count: int) -> Iterator[Version]:
    """`count` versions of a heart taken from a sinus recording: first as it is, then under conditions and of other
    origin. What is said of the recording is true of every version.

    Raises
    ------
    EcgError
        When the recording shows no usable sinus beat.
    """
    patient = VirtualPatient.from_recording(heart.recording)
    singles, times = _some(own_beats(heart.recording))
    rng = np.random.default_rng([seed, 4])
    others = round(OTHERS * count)
    shows = [name for name, state in zip(STATEMENTS, heart.states, strict=True) if state == PRESENT]
    for number in range(count - others):
        conditions = _beside(shows, rng) if number >= UNCHANGED else ()
        median, beats, drawn = transform_beats(patient, singles, conditions, rng)
        states = heart.states.copy()
        for name in conditions:
            states[STATEMENTS.index(find_condition(name).statement)] = PRESENT
        yield Version([median, *beats], times, 0, states, severities(drawn), _numbers(median, heart, 0))
    for kind in rng.integers(1, len(KINDS), others):
        origin, where = KINDS[kind].split(", ")
        median = _other(patient, origin, where, rng)
        beats = carried(patient.template, median, singles)
        yield Version(
            [median, *beats], times, int(kind), heart.states, severities({}), _numbers(median, heart, kind)
        )


def _beside(shows: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """Shapes that one heart can have beside what its recording shows: no pair is taught that the vocabulary excludes.

    None where so many draws find none: beside a paced rhythm there is no shape to be seen.
    """
    own = find_conditions(shows)
    for _ in range(MOST_DRAWS):
        drawn = draw_morphologies(rng)
        if not any(why_apart(one, other) for one in own for other in find_conditions(drawn)):
            return drawn
    return ()


def real_version(heart: Heart) -> Version:
    """A recording as it is, under what is said of it; `EcgError` when it shows no usable beat."""
    found = own_beats(heart.recording)
    singles, times = _some(found)
    beats = [found.median, *singles]
    if any(heart.states[STATEMENTS.index(atrial)] == PRESENT for atrial in (_FIBRILLATION, _FLUTTER)):
        beats = [_without_p(beat) for beat in beats]
    return Version(beats, times, 0, heart.states, severities({}), _numbers(beats[0], heart, 0))


def _other(heart: VirtualPatient, origin: str, where: str, rng: np.random.Generator) -> BeatTemplate:
    if origin == "P":
        return with_atrial_origin(heart.template, heart.lead_field, where, rng)
    return ectopic_beat(heart.template, heart.lead_field, rng, where, origin == "paced")[0]


def _some(found: OwnBeats) -> tuple[list[BeatTemplate], np.ndarray]:
    """`SINGLES` beats of a recording, as far apart as may be; and the times of the median and of these.

    Without their noise, which a strip has from elsewhere: each is the median at its own sizes.
    """
    rows = np.linspace(0, len(found.single) - 1, SINGLES + 2).round().astype(int)[1:-1]
    beats = fitted_beats(found.median, [found.single[row] for row in rows])
    return list(beats), np.concatenate([[0.0], found.times[rows]]).astype(np.float32)


def _without_p(beat: BeatTemplate) -> BeatTemplate:
    nothing = np.zeros((8, 0), np.float32)
    return replace(beat, p=nothing, p_offset=0, pr=np.nan, p_peak=np.nan, p_duration=np.nan)


def severities(parameters: dict) -> np.ndarray:
    """How marked each statement is (float32, 0 to 1), from what a simulation drew; NaN unknown."""
    out = np.full(len(STATEMENTS), np.nan, np.float32)
    for row, name in enumerate(STATEMENTS):
        drawn = parameters.get(name)
        if isinstance(drawn, dict) and "severity" in drawn:
            out[row] = np.clip(drawn["severity"], 0.0, 1.0)
    return out


def _numbers(beat: BeatTemplate, heart: Heart, kind: int) -> np.ndarray:
    """Age, QRS, QT (at the heart's own cycle length) and axis of a beat, and the recording's bandwidth."""
    shape = (np.nan,) * 3
    if kind == 0:
        shape = (1000 * beat.qrs_duration, 1000 * beat.qt, unwrapped_axis(qrs_axis(beat.qrs)))
    age = heart.recording.patient.age
    return np.array([np.nan, np.nan if age is None else age, np.nan, *shape, heart.bandwidth], np.float32)


def usable(version: Version) -> bool:
    """Whether all of its beats are finite and of a size that hearts have."""
    return all(
        np.isfinite(part).all() and (part.size == 0 or np.abs(part).max() < LARGEST)
        for beat in version.beats
        for part in (beat.p, beat.qrs, beat.t)
    )


def shard(path: Path, listed: Sequence[Any], read: Reader, virtual: int, seed: int) -> int:
    """Write the versions of some hearts; returns how many there are.

    Windows are kept as half-precision millivolts, (versions, beats, 8, samples) for P, QRS and T.

    Parameters
    ----------
    virtual : int
        Versions that are made of each heart; 0 takes the recording as it is.
    """
    columns: dict[str, list[Any]] = {}
    for one in listed:
        try:
            heart = read(one)
            versions = (
                list(virtual_versions(heart, _stream(heart, seed), virtual))
                if virtual
                else [real_version(heart)]
            )
        except (EcgError, OSError) as error:
            log.debug("%s not used: %s", one.key, error)
            continue
        for version in versions:
            if usable(version):
                _append(columns, heart, version)
    if columns:
        part = path.with_suffix(".part.npz")
        arrays: dict[str, Any] = {name: np.asarray(values) for name, values in columns.items()}
        np.savez(part, **arrays)
        part.replace(path)
    return len(columns.get("kind", []))


def _stream(heart: Heart, seed: int) -> int:
    """A seed of the heart's own, whatever stands before it in a list."""
    own = int(hashlib.sha256(heart.key.encode()).hexdigest()[:8], 16)
    return int(np.random.default_rng([seed, own]).integers(2**31))


def _append(columns: dict[str, list[Any]], heart: Heart, version: Version) -> None:
    packed = [pack_beat(beat) for beat in version.beats]
    values = {part: np.stack([waves[part] for waves, _ in packed]).astype(np.float16) for part in WINDOWS}
    values |= {
        "durations": np.stack([durations for _, durations in packed]).astype(np.float32),
        "has_p": version.beats[0].has_p,
        "times": version.times,
        "kind": version.kind,
        "states": version.states,
        "severity": version.severity,
        "numbers": version.numbers,
        "sex": SEXES.get(heart.recording.patient.sex or "", 0),
        "heart": heart.patient,
        "key": heart.key,
    }
    for name, value in values.items():
        columns.setdefault(name, []).append(value)


def make_versions(
    folder: Path,
    stem: str,
    listed: Sequence[Any],
    read: Reader,
    virtual: int,
    seed: int,
    workers: int,
    size: int,
) -> None:
    """Make all shards that are not there yet, so that an interrupted run goes on.

    Parameters
    ----------
    stem : str
        What the shards are called.
    virtual : int
        See `shard`.
    workers : int
        Processes; 0 works in this one.
    size : int
        Hearts of a shard.

    Raises
    ------
    EcgError
        When none of the recordings can be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for start in range(0, len(listed), size):
        path = folder / f"{stem}_{start:06d}.npz"
        if not path.exists():
            jobs.append((path, listed[start : start + size], read, virtual, seed))
    for job, count in zip(jobs, results(shard, jobs, workers), strict=True):
        log.info("%s: %d versions", job[0].stem, count)
    if listed and not any(folder.glob(f"{stem}_*.npz")):
        raise EcgError("None of the recordings can be read and measured; check that their files are there.")
