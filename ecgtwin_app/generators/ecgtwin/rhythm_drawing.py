"""Composes a rhythm score with the rhythm model, one activation after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.rhythm_clock import Clock
from ecgtwin_app.generators.ecgtwin.rhythm_events import (
    BEGIN,
    CLOSEST,
    END,
    KINDS,
    LEAD_OUT,
    MOST_EVENTS,
    PER_ANCHOR,
)
from ecgtwin_app.heart.rhythm.processes import mean_rate
from ecgtwin_app.inference import Network
from ecgtwin_app.sampling.noise import Noise

_VENTRICULAR = np.array([chamber == "QRS" for chamber, _, _ in KINDS] + [False, False])
#: Scores drawn at once; the one nearest to the asked rate is kept.
DRAWS = 8
#: Powers to which the shares of kinds and of times are raised before one is drawn: a slip of one event spoils a
#: sequence, yet a rare premature beat has to come. Right sequences of eight rhythms, 24 draws each: 90 % with
#: kinds as they are and times at 1 / 0.6, 94 % with these; kinds at 1 / 0.6 lost a third of premature beats.
SHARPER_KIND, SHARPER_TIME = 1 / 0.8, 1 / 0.5
#: Times drawn anew when they lie before the last event.
_REDRAWS = 8


@dataclass(frozen=True, eq=False)
class RhythmComposer:
    """The rhythm model at work.

    Attributes
    ----------
    known, step, when : Network
        Of the condition, of each event, and of the time of the next one; see `graphs`.
    """

    known: Network
    step: Network
    when: Network

    def draw(
        self,
        condition: ConditionBatch,
        seed: int,
        atrial: str = "waves",
        duration: float = 10.0,
        draws: int = DRAWS,
    ) -> RhythmScore:
        """Compose a score.

        Parameters
        ----------
        condition : ConditionBatch
            Of one patient.
        seed : int
            The same seed gives the same score.
        atrial : str
            One of `ecg.beat.score.ATRIAL_RHYTHMS`; it says which P there can be.
        duration : float
            Seconds.
        draws : int
            Composed at once; of those that have beats, the nearest to the asked rate is kept (the
            first when the rate is open).

        Raises
        ------
        EcgError
            No draw has two beats.
        """
        times, kinds = self._compose(condition.rows(np.zeros(draws, np.int64)), seed, atrial, duration)
        scores = [
            RhythmScore(
                tuple(Event(float(t), *KINDS[k]) for t, k in zip(*row, strict=True) if k < END),
                duration,
                atrial,
            )
            for row in zip(times.tolist(), kinds.tolist(), strict=True)
        ]
        rate = float(condition.numbers[0, 0])
        misses = [abs(mean_rate(score) - rate) if np.isfinite(rate) else 0.0 for score in scores]
        scored = [(miss, k) for k, (miss, s) in enumerate(zip(misses, scores)) if np.isfinite(mean_rate(s))]
        if not scored:
            raise EcgError(
                "The model composed a rhythm without beats; take another seed or the rhythm process."
            )
        return scores[min(scored)[1]]

    def _compose(
        self, condition: ConditionBatch, seed: int, atrial: str, duration: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Times (draws, events) and kinds of a batch of scores, each ended by `END`."""
        noise = Noise(seed)
        known, memory = self.known(vars(condition), ("known", "memory"))
        clock = Clock.start(condition.numbers[:, 0], duration)
        barred = np.array([not _possible(kind, atrial) for kind in KINDS] + [False])
        kind = np.full_like(condition.sex, BEGIN)
        ended = np.zeros(len(kind), bool)
        times, kinds = [], []
        for _ in range(MOST_EVENTS):
            seen = clock.features()
            told = {"kind": kind, "seen": seen, "known": known, "memory": memory}
            trunk, shares, memory = self.step(told, ("trunk", "shares", "memory_after"))
            kind = _choose(_softmax(np.where(barred, -np.inf, shares)) ** SHARPER_KIND, noise)
            told = {"trunk": trunk, "kind": kind, "seen": seen}
            weight, mean, spread = self.when(told, ("weight", "mean", "spread"))
            beat = _VENTRICULAR[kind]
            time = np.maximum(_drawn(clock, beat, weight, mean, spread, noise), _earliest(clock, beat))
            ended = ended | (kind == END) | (time >= duration + LEAD_OUT)
            kind = np.where(ended, END, kind)
            times.append(time)
            kinds.append(kind)
            if ended.all():
                break
            clock = clock.after(time, beat)
        return np.stack(times, axis=1), np.stack(kinds, axis=1)


def _earliest(clock: Clock, beat: np.ndarray) -> np.ndarray:
    """When (s) the next event can come at the earliest: muscle is refractory."""
    of_beats = np.where(clock.beats > 0, clock.qrs + np.float32(CLOSEST["QRS"]), clock.now)
    of_waves = np.where(clock.waves > 0, clock.p + np.float32(CLOSEST["P"]), clock.now)
    return np.maximum(np.where(beat, of_beats, of_waves), clock.now)


def _drawn(clock: Clock, beat: np.ndarray, weight, mean, spread, noise: Noise) -> np.ndarray:
    """Times (s) from the mixture of normals about the clocks, drawn anew where they are too early."""
    anchors = np.repeat(clock.anchors(), PER_ANCHOR, axis=1)
    earliest = _earliest(clock, beat)
    time = np.full_like(clock.now, -np.inf)
    for _ in range(_REDRAWS):
        row = _choose(np.exp(SHARPER_TIME * weight), noise)[:, None]
        one = noise.normal(len(row), 1)
        offset = np.take_along_axis(mean, row, 1) + np.take_along_axis(spread, row, 1) * one
        drawn = (np.take_along_axis(anchors, row, 1) + clock.cycle[:, None] * offset)[:, 0]
        time = np.where(time < earliest, drawn, time)
    return time


def _possible(kind: tuple[str, str, str], atrial: str) -> bool:
    """Whether such an event can stand in a strip whose atria do this."""
    chamber, origin, _ = kind
    if chamber == "QRS":
        return True
    return atrial == "waves" and origin != "flutter"


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _choose(shares: np.ndarray, noise: Noise) -> np.ndarray:
    """A column of each row (batch, columns), as likely as its share."""
    uniform = noise.uniform(len(shares), 1)
    below = shares.cumsum(axis=1) < uniform * shares.sum(axis=1, keepdims=True)
    return below.sum(axis=1).clip(max=shares.shape[1] - 1)
