"""Many new patients with the same conditions who are unlike each other: what is left open is spread, and likes are dropped.

The measure is the difference of two patients' typical beats: |a − b| / √(|a|² + |b|²) over the samples of I, II and V1 to
V6 from 0.25 s before the largest QRS vector to 0.4 s after it; 0 for the same beat, 1 for beats that share nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError, Recording
from ecgtwin_app.engine.draws import DRAW_STRIDE, Draws, NoBeat
from ecgtwin_app.engine.judging import better
from ecgtwin_app.engine.new_patients import new_patient
from ecgtwin_app.engine.request import AskedGot, Progress, Twin, TwinRequest
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import N_

#: Two patients differ by at least so much. 95 of 100 pairs of different people do (median 0.72; 990 pairs of 45 training
#: patients of PTB-XL with all diagnoses); two recordings of one of them differ by 0.32 (median, n = 45).
UNLIKE = 0.4
#: Draws of each patient at most: until one is unlike the others and has what was asked.
TRIALS = 4
#: Ages (years) that are spread.
AGES = (20.0, 90.0)
#: Seconds of the beat before and after its largest QRS vector.
_BEFORE, _AFTER = 0.25, 0.4
#: Of the draws of one patient, as far apart as the best-of and redrawn ones of another are.
_TRIAL_STRIDE = 101 * DRAW_STRIDE


@dataclass(frozen=True, eq=False)
class _Made:
    """A patient that is kept, or may be."""

    twin: Twin
    beat: np.ndarray
    nearest: float


def iter_unlike(
    draws: Callable[[Task, TwinRequest], Draws],
    known: Collection[str],
    request: TwinRequest,
    previews: bool = True,
) -> Iterator[Progress | Twin]:
    """Yields a `Progress` after every step, and each patient who is unlike all before.

    One whom no draw makes meet what is asked is given all the same, not met; one who cannot be made unlike the others is
    left out, so that there may be fewer than were asked for.

    Parameters
    ----------
    draws : callable
        Makes a task and its request ready: `TwinEngine.draws`.
    known : collection of str
        Conditions that the generator can draw.
    request : TwinRequest
        Age, sex and heart rate that it names are everybody's.

    Raises
    ------
    EcgError
        As `engine.new_patients.new_patient`; or no beat is found in any draw.
    """
    new_patient(request, known)
    count, kept = request.samples, list[_Made]()
    for number, one in enumerate(spread(request)):
        best = None
        for trial in range(TRIALS):
            asked = replace(one, seed=one.seed + trial * _TRIAL_STRIDE)
            words = Message("New patient {number} of {samples}", number=number + 1, samples=count)
            made = yield from _drawn(
                draws(new_patient(asked, known), asked), number * TRIALS + trial, count, words, previews
            )
            found = _placed(made, kept) if made is not None else None
            if found is None or found.nearest < UNLIKE:
                continue
            if best is None or better(found.twin, best.twin):
                best = found
            if best.twin.met:
                break
        if best is not None:
            kept.append(best)
            yield _with_line(best) if len(kept) > 1 else best.twin
    if not kept:
        raise NoBeat(Message("No beat was found in any draw; choose another seed, or other conditions."))


def spread(request: TwinRequest) -> list[TwinRequest]:
    """A request of one patient each, seeds following each other. Age and sex that are left open are spread evenly; the rate
    is left to the generator, which draws one that people with the conditions have."""
    count, rng = request.samples, np.random.default_rng([request.seed, 11])
    ages = _strata(count, rng) * (AGES[1] - AGES[0]) + AGES[0]
    sexes = rng.permutation([("F", "M")[k % 2] for k in range(count)])
    requests = []
    for k in range(count):
        changes = {"seed": request.seed + k, "samples": 1}
        changes |= {} if request.age is not None else {"age": float(round(ages[k]))}
        changes |= {} if request.sex is not None else {"sex": str(sexes[k])}
        requests.append(replace(request, **changes))
    return requests


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """How unlike two beats are, 0 to √2; see the module."""
    size = np.sqrt(np.sum(one**2) + np.sum(other**2))
    return float(np.linalg.norm(one - other) / size) if size > 0 else 0.0


def typical_beat(recording: Recording) -> np.ndarray:
    """What is compared of a recording, (8, samples); `EcgError` where there is no beat."""
    beat = representative_beat(recording)
    before, length = round(_BEFORE * MODEL_RATE), round((_BEFORE + _AFTER) * MODEL_RATE)
    window = np.zeros((len(beat.signal), length))
    first = beat.fiducial - before
    seen = beat.signal[:, max(0, first) : first + length]
    window[:, max(0, -first) : max(0, -first) + seen.shape[1]] = seen
    return window


def _strata(count: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers from 0 to 1, one in each of so many equal parts, in any order."""
    return rng.permutation((np.arange(count) + rng.random(count)) / count)


def _drawn(draws: Draws, place: int, count: int, words: Message, previews: bool):
    """The twin of a draw, None where no beat is found; its progress as a part of that of all."""
    total = count * TRIALS * draws.steps
    try:
        for item in draws.of([0], previews=previews):
            if isinstance(item, Twin):
                return item
            yield replace(item, step=place * draws.steps + item.step, total=total, message=words)
    except NoBeat:
        return None
    return None


def _placed(twin: Twin, kept: Sequence[_Made]) -> _Made | None:
    try:
        beat = typical_beat(twin.recording)
    except EcgError:
        return None
    return _Made(twin, beat, min((difference(beat, other.beat) for other in kept), default=np.inf))


def _with_line(made: _Made) -> Twin:
    """The twin with how unlike the others it is, for information."""
    line = AskedGot(
        N_("difference from the nearest of the others"), "", f"≥ {UNLIKE:g}", None, round(made.nearest, 2), None
    )  # fmt: skip
    return replace(made.twin, asked_got=(*made.twin.asked_got, line))
