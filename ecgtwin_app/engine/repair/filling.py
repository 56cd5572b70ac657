"""A mask filled in by a generator: asked for ten seconds at a time, brought to the recording's own rate, lead laws exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ecgtwin_app.ecg.imputation.laws import lawful, solved
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Patient, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.engine.repair.windows import bridged, padded, windows
from ecgtwin_app.engine.tasks import check_abilities
from ecgtwin_app.generators.base import Generator, Spec
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.generators.task import Settings, Source, Target, Task
from ecgtwin_app.i18n.message import Message

#: At another rate this much (s) beside what is hidden is drawn anew, too: resampling smears the edge.
EDGE = 0.02
#: A longer recording does not fit into memory together with its proposals, seconds.
LONGEST = 900.0


@dataclass(frozen=True)
class How:
    """How a generator is asked.

    Attributes
    ----------
    samples : int
        How many proposals.
    seed : int
        Proposal k has the seed `seed` + k.
    conditions : tuple of str
        What the recording shows; the generator may be told.
    """

    samples: int = 10
    seed: int = 1
    conditions: tuple[str, ...] = ()

    def __post_init__(self):
        if not 1 <= self.samples <= MOST:
            raise EcgError(
                "{samples} proposals are not possible; ask for 1 to {most}.", samples=self.samples, most=MOST
            )


#: So many proposals can be asked for.
MOST = 50


def filled_in(
    generator: Generator[Any, Any], recording: Recording, mask: np.ndarray, how: How
) -> Iterator[Progress | np.ndarray]:
    """Fill in what a mask hides.

    Parameters
    ----------
    recording : Recording
        Of any rate and length, with some of the twelve leads.
    mask : ndarray, shape (leads, samples), bool
    how : How

    Yields
    ------
    Progress or ndarray
        At the end an array (proposals, samples that are filled in), float32, in the order of ``recording.signal[mask]``.

    Raises
    ------
    EcgError
        The generator cannot do it, or the recording is too long.
    """
    if recording.duration > LONGEST:
        raise EcgError(
            "This recording lasts {minutes:.0f} minutes, and up to {most:.0f} are filled in at once; take a part of it.",
            minutes=recording.duration / 60,
            most=LONGEST / 60,
        )
    twelve, hidden = _twelve(recording, mask)
    rate = recording.rate
    signal = resample_array(bridged(twelve, hidden), rate, MODEL_RATE)
    at_rate = _mask_at(hidden, rate, signal.shape[1])
    strips = np.repeat(signal[None].astype(np.float32), how.samples, axis=0)
    left, todo = at_rate.copy(), list(windows(at_rate))
    for number, (begin, end) in enumerate(todo):
        for item in _window(
            generator, recording.patient, strips[:, :, begin:end], left[:, begin:end].copy(), how
        ):
            if isinstance(item, Progress):
                yield replace(item, step=number * item.total + item.step, total=len(todo) * item.total)
            else:
                strips[:, :, begin:end] = np.where(left[:, begin:end], item, strips[:, :, begin:end])
        left[:, begin:end] = False
    rows = [LEADS.index(lead) for lead in recording.leads]
    samples = recording.samples
    values = []
    for strip in strips:
        own = _of_length(resample_array(strip.astype(np.float64), MODEL_RATE, rate), samples)
        composed = lawful(twelve, hidden, independent_leads(own))
        values.append(composed[rows][mask])
    yield np.stack(values)


def _window(generator, patient: Patient, strips, mask, how: How) -> Iterator[Progress | np.ndarray]:
    """One window: (proposals, 12, samples) with what is hidden in it filled in."""
    known = bool((strips == strips[:1]).all())  # nothing was filled in before: one patient for all proposals
    tasks = []
    for strip in strips[:1] if known else strips:
        shown, hidden, place = padded(bridged(strip, mask), mask)
        source = Recording(shown, MODEL_RATE, LEADS, patient=patient)
        task = _task(generator.spec, source, hidden, how)
        check_abilities(generator.spec, task)
        tasks.append((generator.prepare((source,)), task, place))
    place = tasks[0][2]
    plans = [
        generator.plan(prepared, task, how.seed + k)
        for k in range(len(strips))
        for prepared, task, _ in [tasks[0 if known else k]]
    ]
    last = None
    for last in generator.sample(plans):
        yield Progress(last.number, last.total, None, Message("Filling in"))
    if last is None:
        raise RuntimeError(f"{generator.spec.id} ended without a proposal.")
    drawn = np.stack([canonical(one, generator.spec) for one in last.preview])
    yield drawn[:, :, place]


def _task(spec: Spec, source: Recording, mask: np.ndarray, how: How) -> Task:
    patient = source.patient
    sampler, steps = next(iter(spec.samplers.items()), ("", 1))
    return Task(
        Target(present=how.conditions, age=patient.age, sex=patient.sex),
        Source((source,), mask=mask, shows=how.conditions),
        Settings(sampler, steps, seed=how.seed, samples=how.samples),
    )


def _twelve(recording: Recording, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All twelve leads and what of them is hidden; those that the recording has not are hidden as a whole."""
    unknown = [lead for lead in recording.leads if lead not in LEADS]
    if unknown:
        raise EcgError(
            "Only the twelve leads can be filled in, not lead {lead}; leave it out.", lead=unknown[0]
        )
    signal = np.zeros((len(LEADS), recording.samples), np.float32)
    hidden = np.ones(signal.shape, dtype=bool)
    rows = [LEADS.index(lead) for lead in recording.leads]
    signal[rows], hidden[rows] = recording.signal, mask | ~np.isfinite(recording.signal)
    signal = np.where(np.isfinite(signal), signal, 0.0).astype(np.float32)
    # A limb lead that it has not, but that follows from two visible ones, tells the generator more.
    known = solved(signal, hidden)
    absent = [k for k in range(len(LEADS)) if k not in rows]
    follows = np.isfinite(known[absent])
    signal[absent] = np.where(follows, known[absent], 0.0)
    hidden[absent] = ~follows
    return signal, hidden


def _mask_at(hidden: np.ndarray, rate: float, samples: int) -> np.ndarray:
    """The mask at 500 Hz, a little wider where that is another rate."""
    if rate == MODEL_RATE:
        return hidden
    nearest = np.clip(np.round(np.arange(samples) * rate / MODEL_RATE).astype(int), 0, hidden.shape[1] - 1)
    wide = hidden[:, nearest]
    reach = round(EDGE * MODEL_RATE)
    out = wide.copy()
    for k in range(1, reach + 1):
        out[:, k:] |= wide[:, :-k]
        out[:, :-k] |= wide[:, k:]
    return out


def _of_length(signal: np.ndarray, samples: int) -> np.ndarray:
    """Cut, or its last value held: resampling there and back may round the length."""
    missing = samples - signal.shape[1]
    return np.pad(signal, ((0, 0), (0, missing)), mode="edge") if missing > 0 else signal[:, :samples]


def seeds_of(how: How) -> Sequence[int]:
    """The seed of each proposal."""
    return tuple(how.seed + k for k in range(how.samples))
