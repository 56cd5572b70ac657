"""Strips with pieces hidden, and the guess of what is hidden: what a network that fills in learns from.

What is hidden of a strip is drawn anew `VARIANTS` times; each is guessed when it is first wanted and kept, for a guess takes
longer than a share of a training step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.imputation.beats import Beats, find_beats
from ecgtwin_app.ecg.imputation.guess import guess
from ecgtwin_app.ecg.imputation.laws import SHARES, independent_mask
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError
from ecgtwin_app.generators.diffecg.config import BEAT, FORECAST, IMPUTE, RATE, SAMPLES, TASKS

#: How often what is hidden of a strip is drawn.
VARIANTS = 8
#: How often each task is: imputing is what most repairs are, and most differs from case to case.
SHARES_OF_TASKS = {BEAT: 0.03, IMPUTE: 0.74, FORECAST: 0.23}
#: Seconds that are hidden of all leads, and at the end.
SPAN, TAIL = (0.2, 5.0), (0.5, 5.0)
#: Seconds of a beat before and after its R, at most, and within which it fades out.
BEFORE, AFTER, FADE = 0.45, 0.75, 0.06
#: Where a single beat's R lies: the middle of the strip.
MIDDLE = SAMPLES // 2
#: Share of the training patients of which nothing is learned, so that spreads can be set by them.
SET_ASIDE = 0.06
_CHEST = np.arange(6, 12)


@dataclass(frozen=True, eq=False)
class Piece:
    """A strip with something hidden.

    Attributes
    ----------
    strip, guess : ndarray, shape (8, 1000), float32
        mV; what is visible is the same in both.
    hidden : ndarray, shape (8, 1000), bool
    task : int
        A place in `config.TASKS`.
    """

    strip: np.ndarray
    guess: np.ndarray
    hidden: np.ndarray
    task: int


@dataclass(eq=False)
class Strips:
    """Strips at 100 Hz of which pieces are hidden.

    Attributes
    ----------
    signals : ndarray, shape (n, 8, 1000), float16
        mV.
    virtual : ndarray, shape (n,), bool
    patients : ndarray, shape (n,), str
    """

    signals: np.ndarray
    virtual: np.ndarray
    patients: np.ndarray
    _beats: dict[int, Beats] = field(default_factory=dict, repr=False)
    _guesses: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, int]] = field(
        default_factory=dict, repr=False
    )

    @property
    def set_aside(self) -> np.ndarray:
        """Of which nothing is learned, shape (n,), bool."""
        return np.array([set_aside(patient) for patient in self.patients])

    def piece(self, row: int, variant: int) -> Piece:
        """A strip with the one or the other hidden: the same each time."""
        strip = self.signals[row].astype(np.float32)
        rng = np.random.default_rng([row, variant])
        beats = self._beats_of(row, strip)
        task = str(rng.choice(TASKS, p=[SHARES_OF_TASKS[name] for name in TASKS]))
        if task == BEAT and len(beats.times) > 1:
            strip, hidden = single_beat(strip, beats, rng)
            return Piece(strip, np.zeros_like(strip), hidden, TASKS.index(BEAT))
        if (row, variant) not in self._guesses:
            mask = draw_tail(rng) if task == FORECAST else draw_mask(rng)
            guessed = guess(twelve_leads(strip), mask, RATE, beats=beats)
            number = TASKS.index(FORECAST if task == FORECAST else IMPUTE)
            kept = independent_leads(guessed).astype(np.float16), np.packbits(independent_mask(mask)), number
            self._guesses[row, variant] = kept
        guessed, bits, number = self._guesses[row, variant]
        hidden = np.unpackbits(bits, count=strip.size).astype(bool).reshape(strip.shape)
        return Piece(strip, np.where(hidden, guessed, strip).astype(np.float32), hidden, number)

    def _beats_of(self, row: int, strip: np.ndarray) -> Beats:
        if row not in self._beats:
            self._beats[row] = find_beats(strip, np.ones(SAMPLES, bool), RATE)
        return self._beats[row]


def load_signals(folder: Path) -> Strips:
    """The strips of a folder that `labelled_strips` made; `EcgError` where there are none."""
    parts = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            parts.append([file[name] for name in ("signals", "virtual", "patients")])
    if not parts:
        raise EcgError("There are no strips in {folder}; check the data.", folder=folder.name)
    signals, virtual, patients = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Strips(signals, virtual, patients)


def set_aside(patient: str) -> bool:
    """Whether nothing is learned of a patient: by hash, as `records.held_out`."""
    digest = hashlib.sha256(f"set aside {patient}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32 < SET_ASIDE


def draw_tail(rng: np.random.Generator) -> np.ndarray:
    """All leads hidden (12, 1000) from some moment to the end."""
    mask = np.zeros((len(LEADS), SAMPLES), bool)
    mask[:, SAMPLES - round(rng.uniform(*TAIL) * RATE) :] = True
    return mask


def draw_mask(rng: np.random.Generator) -> np.ndarray:
    """What is hidden (12, 1000) of a recording that is to be repaired or completed."""
    mask = np.zeros((len(LEADS), SAMPLES), bool)
    how = rng.choice(6, p=(0.25, 0.2, 0.17, 0.1, 0.18, 0.1))
    if how == 0:
        mask[rng.choice(_CHEST)] = True
    elif how == 1:
        mask[rng.choice(_CHEST, rng.integers(2, 6), replace=False)] = True
    elif how == 2:
        mask[_CHEST] = True
    elif how == 3:
        # Few leads in sight, as of a watch, a monitor or a tape.
        seen = rng.choice(len(INDEPENDENT_LEADS), rng.integers(1, 4), replace=False)
        mask[_of_independent(np.isin(np.arange(len(INDEPENDENT_LEADS)), seen))] = True
    elif how == 4:
        mask[:, _span(rng)] = True
    else:
        for _ in range(rng.integers(1, 3)):
            leads = _of_independent(rng.random(len(INDEPENDENT_LEADS)) < rng.uniform(0.2, 0.9))
            mask[np.ix_(leads, np.arange(SAMPLES)[_span(rng)])] = True
        if not mask.any():
            mask[rng.choice(_CHEST), _span(rng)] = True
    return mask


def _of_independent(seen: np.ndarray) -> np.ndarray:
    """Rows of the twelve leads that are hidden where these of the eight are seen."""
    limb = {0: seen[0], 1: seen[1]}
    hidden = [not limb.get(row, seen[0] and seen[1]) for row in range(len(SHARES))]
    return np.flatnonzero([*hidden, *~seen[2:]])


def _span(rng: np.random.Generator) -> slice:
    length = round(np.exp(rng.uniform(*np.log(SPAN))) * RATE)
    first = int(rng.integers(0, SAMPLES - length + 1))
    return slice(first, first + length)


def single_beat(strip: np.ndarray, beats: Beats, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One beat of a strip in the middle of a silent one, and where it is: (8, 1000) both."""
    number = int(rng.integers(len(beats.times)))
    gaps = np.diff(beats.times, prepend=beats.times[0] - 1, append=beats.times[-1] + 1)
    before = round(min(BEFORE, 0.45 * gaps[number]) * RATE)
    after = round(min(AFTER, 0.65 * gaps[number + 1]) * RATE)
    at = np.arange(SAMPLES)
    share = fade(at, MIDDLE - before, MIDDLE - before + FADE * RATE)
    share = share * (1 - fade(at, MIDDLE + after - FADE * RATE, MIDDLE + after))
    source = at + round(beats.times[number] * RATE) - MIDDLE
    inside = (source >= 0) & (source < SAMPLES)
    moved = np.where(inside, strip[:, np.clip(source, 0, SAMPLES - 1)], 0) * share
    hidden = np.zeros(strip.shape, bool)
    hidden[:, MIDDLE - round(BEFORE * RATE) : MIDDLE + round(AFTER * RATE)] = True
    return moved.astype(np.float32), hidden
