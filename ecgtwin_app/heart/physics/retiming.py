"""From a new strip back to the recording: which of its samples lies where, when its beats fall at other times.

Every beat of the new strip has a *cell*, from between the T before it to between its own T and the next P. In its
cell lies what surrounded one beat of the recording, at the same distance from P, QRS and T. Where two cells meet
there is either nothing to be seen, because the recording went on there as well, or a short cross-fade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ecgtwin_app.ecg.beat.template import fade

#: A stretch of the recording shorter than this (samples) is not gone through to and fro to fill a pause.
SHORTEST_STRETCH = 75
#: Samples before the P onset and after the T end that still belong to the wave.
MARGIN = 10
#: From how many beats on what comes back before each of them can be told from what lies there by chance.
FEWEST_ALIKE = 4
#: Samples before a QRS in which a P could be seen, after the end of a T in which its U wave stays, and of a cycle in which
#: it has no room to be told from a P.
P_MAY_LIE, U_WAVE, NO_ROOM_FOR_U = 230, 60, 300


@dataclass(frozen=True, eq=False)
class Marks:
    """Where the waves of a beat lie, in samples from its QRS onset; `pr` is NaN without a P.

    Attributes
    ----------
    pr, p_length, qrs, qt : float
    """

    pr: float
    p_length: float
    qrs: float
    qt: float


@dataclass(frozen=True, eq=False)
class Place:
    """One beat of the recording.

    Attributes
    ----------
    onset : float
        Of its QRS, samples.
    marks : Marks
    before, after : float
        Samples of the recording where the heart is silent before its P from, and after its T until.
    qrs_before, qrs_after : float
        The end of the QRS before it, and the onset of the next.
    """

    onset: float
    marks: Marks
    before: float
    after: float
    qrs_before: float
    qrs_after: float

    @property
    def quiet(self) -> tuple[float, float]:
        """A stretch of silence next to the beat: after it or before it, or with T where both are too short."""
        marks = self.marks
        first = self.onset + marks.qt + MARGIN
        last = self.onset - MARGIN - (0 if np.isnan(marks.pr) else marks.pr)
        stretches = [(first, self.after), (self.before, last)]
        longest = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
        if longest[1] - longest[0] >= SHORTEST_STRETCH:
            return longest
        return self.onset + marks.qrs + 2 * MARGIN, max(self.qrs_after, self.onset + marks.qt)


@dataclass(frozen=True, eq=False)
class Cell:
    """One beat of the new strip.

    Attributes
    ----------
    onset : float
        Of its QRS, samples.
    marks : Marks
    place : Place
        What surrounds it.
    """

    onset: float
    marks: Marks
    place: Place

    @property
    def p_onset(self) -> float:
        """Where its first wave begins, samples."""
        return self.onset - (0.0 if np.isnan(self.marks.pr) else self.marks.pr)

    def with_waves(self, at: np.ndarray) -> np.ndarray:
        """Samples of the recording for those of the strip: P, QRS and T on those of the recording."""
        new, old = self.marks, self.place.marks
        knots = [(0.0, 0.0), (new.qrs, old.qrs), (new.qt, old.qt)]
        if not (np.isnan(new.pr) or np.isnan(old.pr)):
            knots.insert(0, (-new.pr, -old.pr))
            end = min(old.p_length, old.pr - MARGIN)
            if new.pr - end >= MARGIN:
                knots.insert(1, (end - new.pr, end - old.pr))
        target, source = np.array(knots).T
        relative = at - self.onset
        mapped = np.interp(relative, target, source)
        mapped += np.minimum(relative - target[0], 0) + np.maximum(relative - target[-1], 0)
        place = self.place
        first, last = place.onset + source[0] - MARGIN, place.onset + source[-1] + MARGIN
        return _kept_inside(mapped + place.onset, (place.before, first), (last, place.after))

    def with_qrs(self, at: np.ndarray) -> np.ndarray:
        """The same, on the QRS alone and without stretching; whole samples."""
        place = self.place
        mapped = np.round(at - self.onset + place.onset)
        qrs_end = place.onset + max(place.marks.qrs, self.marks.qrs) + MARGIN
        return np.round(
            _kept_inside(mapped, (place.qrs_before, place.onset - MARGIN), (qrs_end, place.qrs_after))
        )

    def without_waves(self, at: np.ndarray) -> np.ndarray:
        """Samples of the recording's silence next to the beat, gone through to and fro; whole samples."""
        return np.round(_to_and_fro(at - at[0], *self.place.quiet)) if len(at) else at


def _kept_inside(source, before, after):
    """Source positions that leave the silence before or after a beat go through it to and fro instead."""
    low, high = before
    early = source < low
    if early.any():
        source = np.where(early, _to_and_fro(source - low, low, high), source)
    low, high = after
    late = source > high
    if late.any():
        source = np.where(late, _to_and_fro(source - low, low, high), source)
    return source


def _to_and_fro(steps, low, high):
    """Positions between `low` and `high`, so many steps from `low` on, turning at either end."""
    length = max(high - low, 1.0)
    phase = np.mod(steps, 2 * length)
    return low + np.where(phase > length, 2 * length - phase, phase)


def read(signal: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Samples of a signal (leads, n) at fractional positions; beyond its ends it is mirrored."""
    last = signal.shape[1] - 1
    at = _to_and_fro(at, 0.0, float(last))
    left = np.minimum(at.astype(np.int64), last - 1)
    share = (at - left).astype(signal.dtype)
    low = signal.take(left, axis=1)
    return low + (signal.take(left + 1, axis=1) - low) * share


def blend(one: np.ndarray, other: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """From one signal to another by a weight (samples,), as loud on the way as they are: noises do not add up."""
    alike = float(np.sum(one * other) / max(np.sqrt(np.sum(one**2) * np.sum(other**2)), 1e-12))
    loudness = np.sqrt(weight**2 + (1 - weight) ** 2 + 2 * weight * (1 - weight) * max(alike, 0.0))
    return (one * (1 - weight) + other * weight) / loudness


def joined(
    cells: Sequence[Cell],
    samples: int,
    piece_of: Callable[[Cell, np.ndarray], np.ndarray],
    width: int,
    search: int,
) -> np.ndarray:
    """The strip that the cells make, each joined to the next where they are most alike.

    Parameters
    ----------
    cells : sequence of Cell
        In order of time, at least one.
    samples : int
    piece_of : callable (cell, samples of the strip) -> ndarray, shape (leads, n)
    width : int
        Samples of a cross-fade.
    search : int
        How far the middle of the cross-fade may lie from the middle between T and P.
    """
    middles = [
        0.5 * (max(one.onset + one.marks.qt, one.onset + one.marks.qrs + MARGIN) + two.p_onset)
        for one, two in pairwise(cells)
    ]
    edges = np.clip(np.round([0, *middles, samples]).astype(int), 0, samples)
    edges[0] = 0
    edges = np.maximum.accumulate(edges)
    out = None
    reach = search + width // 2 + 1
    for k, cell in enumerate(cells):
        start, stop = max(edges[k] - reach, 0), min(edges[k + 1] + reach, samples)
        piece = piece_of(cell, np.arange(start, stop, dtype=float))
        if out is None:
            out = np.zeros((len(piece), samples), piece.dtype)
            out[:, start:stop] = piece
            continue
        done = min(edges[k] + reach, samples)
        _join(out, piece, start, done, int(edges[k]), width, search)
    assert out is not None
    return out


def without_p(strip: np.ndarray, cells: Sequence[Cell], foreign: Sequence[bool]) -> np.ndarray:
    """The strip without what comes back, beat by beat, before each QRS that no P leads to.

    A pause that is longer than the recording's is filled by going through its silence to and fro, and no P is taken out
    of a recording without a trace: both repeat at the same distance from every QRS, which is what a P does.

    Parameters
    ----------
    strip : ndarray, shape (leads, samples)
    cells : sequence of Cell
        In order of time.
    foreign : sequence of bool
        Of each cell, whether its beat is none of the patient's: the U wave of another beat does not follow it.
    """
    spans = []
    for (before, cell), another in zip(pairwise(cells), foreign, strict=False):
        u_wave = 0 if another or cell.onset - before.onset < NO_ROOM_FOR_U else U_WAVE
        first = max(before.onset + before.marks.qt + u_wave, cell.onset - P_MAY_LIE, 0.0)
        if np.isnan(cell.marks.pr) and cell.onset <= strip.shape[1] and first < cell.onset - 2 * MARGIN:
            spans.append((round(first), round(cell.onset)))
    if len(spans) < FEWEST_ALIKE:
        return strip
    stacked = np.full((len(spans), len(strip), P_MAY_LIE + 1), np.nan)
    for row, (first, last) in zip(stacked, spans, strict=True):
        piece = strip[:, first:last]
        row[:, -piece.shape[1] - 1 : -1] = piece - _line(piece)
    known = np.isfinite(stacked[:, 0]).sum(axis=0) >= FEWEST_ALIKE
    usual = np.zeros(stacked.shape[1:])
    usual[:, known] = np.nanmean(stacked[:, :, known], axis=0)
    strip = strip.copy()
    for first, last in spans:
        at = np.arange(first, last)
        weight = fade(at, first, first + MARGIN) * (1 - fade(at, last - MARGIN, last))
        strip[:, first:last] -= (weight * usual[:, first - last - 1 : -1]).astype(strip.dtype)
    return strip


def _line(piece):
    """The straight line from the level at which a piece begins to that at which it ends."""
    first, last = (piece[:, part].mean(axis=1) for part in (slice(MARGIN // 2), slice(-(MARGIN // 2), None)))
    return np.linspace(first, last, piece.shape[1], axis=1)


def _join(out, piece, start, done, middle, width, search):
    """Write a piece that begins at `start` behind what is there up to `done`, in place."""
    half = max(min(width // 2, middle - start, done - middle), 0)
    if half:
        overlap = out[:, start:done], piece[:, : done - start]
        where = _most_alike(*overlap, middle - start, half, search)
        weight = fade(np.arange(done - start), where - half, where + half)
        out[:, start:done] = blend(*overlap, weight)
    out[:, done : start + piece.shape[1]] = piece[:, done - start :]


def _most_alike(one, other, middle, half, search):
    """The middle of a cross-fade near `middle` where two pieces are most alike."""
    if search == 0:
        return middle
    product, power = (
        np.concatenate([[0.0], np.cumsum(np.sum(x, axis=0))]) for x in (one * other, one**2 + other**2)
    )
    candidates = np.arange(max(half, middle - search), min(one.shape[1] - half, middle + search) + 1, 2)
    if not len(candidates):
        return middle
    inside = product[candidates + half] - product[candidates - half]
    size = power[candidates + half] - power[candidates - half]
    alike = 2 * inside / np.maximum(size, 1e-12) - 0.1 * np.abs(candidates - middle) / max(search, 1)
    return int(candidates[np.argmax(alike)])
