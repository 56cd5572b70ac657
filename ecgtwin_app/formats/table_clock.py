"""The clock of a table: its column of times or of sample numbers, the rate that follows, and where samples are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.guard import MAX_RATE, MIN_RATE
from ecgtwin_app.formats.table_text import CLOCK, SECONDS
from ecgtwin_app.i18n.message import Message

#: Steps may differ this much from the usual one: times are printed with few digits.
_TOLERANCE = 0.6
#: A clock with more gaps than one row in so many is no clock.
_ROWS_A_GAP = 50
#: Counts since 1970 by their size: nanoseconds, microseconds, milliseconds, seconds.
_SINCE_1970 = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3), (1e9, 1.0))
#: Units to try where none is stated, in words.
_GUESSES = (
    (Message("seconds"), 1.0),
    (Message("milliseconds"), 1e-3),
    (Message("microseconds"), 1e-6),
    (Message("nanoseconds"), 1e-9),
)


class UnevenClock(EcgError):
    """The times of a file do not follow one another evenly."""

    def __init__(self, name: str):
        super().__init__(
            "{file} has a time column with uneven steps; resample it evenly or leave the column out.",
            file=name,
        )


@dataclass(frozen=True)
class Stretch:
    """Rows without a gap between them, and the sample at which they begin."""

    row: int
    sample: int
    count: int


def seconds_of_stamps(stamps: Sequence[str]) -> np.ndarray:
    """Seconds of time stamps since midnight, counted on beyond it; NaN where a cell holds none."""
    seconds = np.full(len(stamps), np.nan)
    for k, stamp in enumerate(stamps):
        found = CLOCK.fullmatch(stamp.strip().strip("\"'"))
        if found is None:
            continue
        parts = found["time"].replace(",", ".").split(":")
        if len(parts) == 4:  # hours:minutes:seconds:milliseconds
            parts[2:] = [f"{parts[2]}.{parts[3]}"]
        value = 0.0
        for part in parts:
            value = value * 60 + float(part)
        # Two parts are minutes and seconds where there is a fraction, hours and minutes otherwise.
        seconds[k] = value * (60 if len(parts) == 2 and "." not in parts[-1] else 1)
    steps = np.diff(seconds)
    for turn in (86_400, 43_200):  # midnight, and noon on a dial of twelve hours
        back = np.abs(steps + turn) < 600
        seconds[1:] += np.cumsum(back) * turn
        steps = np.diff(seconds)
    return seconds


def scale_of(name: str, ticks: np.ndarray, unit: str | None) -> tuple[float, str]:
    """Seconds in one tick of a column of times, and what to say where that follows only from the steps.

    Raises
    ------
    EcgError
        The unit is not stated and more than one would give the rate of an ECG, or none.
    """
    known = SECONDS.get((unit or "").lower())
    if known:
        return known, ""
    largest = float(np.nanmax(np.abs(ticks))) if ticks.size else 0.0
    for size, scale in _SINCE_1970:
        if largest >= size:
            return scale, ""
    step = _usual_step(ticks)
    fitting = [
        (words, scale) for words, scale in _GUESSES if step > 0 and MIN_RATE <= 1 / (step * scale) <= MAX_RATE
    ]
    if len(fitting) != 1 or step == 1:
        raise EcgError(
            "{file} has a time column without times; leave it out and give the option rate.", file=name
        )
    words, scale = fitting[0]
    return scale, "" if scale == 1.0 else Message("took the time column for {unit}", unit=words)


def _usual_step(ticks: np.ndarray) -> float:
    """The step between rows: the mean of those that are no gaps."""
    steps = np.diff(ticks)
    if not steps.size or not np.all(np.isfinite(steps)):
        return 0.0
    median = float(np.median(steps))
    if median <= 0:
        return float((ticks[-1] - ticks[0]) / steps.size)
    return float(np.mean(steps[(steps > 0) & (steps < 1.9 * median)]))


def stretches_of_times(name: str, seconds: np.ndarray) -> tuple[float, list[Stretch]]:
    """The rate, and the stretches between gaps, of a column of times.

    Parameters
    ----------
    name : str
        The file, for messages.
    seconds : ndarray, shape (rows,)

    Raises
    ------
    EcgError
        The times are missing, or their steps are not even.
    """
    steps = np.diff(seconds)
    if steps.size == 0 or not np.all(np.isfinite(steps)):
        raise EcgError(
            "{file} has a time column without times; leave it out and give the option rate.", file=name
        )
    uneven = UnevenClock(name)
    median = float(np.median(steps))
    if np.min(steps) < 0 or seconds[-1] <= seconds[0]:
        raise uneven
    coarse = median == 0 or np.mean(steps == 0) > 0.2
    if coarse:  # printed with fewer digits than there are samples
        step, ends = (seconds[-1] - seconds[0]) / steps.size, np.zeros(0, int)
        allowed = max(float(np.max(steps)), step)
        if allowed > 0.05:
            raise uneven
    else:
        ends = np.flatnonzero(steps > 1.5 * median + 1e-12)
        # Of steps of 1 and 2 ms neither is a gap.
        if ends.size * _ROWS_A_GAP > steps.size:
            ends = np.flatnonzero(steps > 2.5 * median + 1e-12)
        if ends.size * _ROWS_A_GAP > max(steps.size, _ROWS_A_GAP):
            raise uneven
        step = _step_between(seconds, ends)
        allowed = _TOLERANCE * step
    firsts = np.concatenate([[0], ends + 1])
    lasts = np.concatenate([ends + 1, [seconds.size]])
    found, error = [], 0.0
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        sample = round((seconds[first] - seconds[0]) / step)
        if found:
            sample = max(sample, found[-1].sample + found[-1].count)
        line = seconds[first:last] - seconds[first] - np.arange(last - first) * step
        line -= (line.max() + line.min()) / 2
        error = max(error, float(np.max(np.abs(line))))
        found.append(Stretch(first, sample, last - first))
    if error > allowed:
        raise uneven
    return _whole(1 / step, 2 * error / max(float(lasts[0] - firsts[0]) * step, step)), _joined(found)


def _step_between(seconds: np.ndarray, ends: np.ndarray) -> float:
    """The step over all stretches together."""
    steps = np.delete(np.diff(seconds), ends)
    return float(np.sum(steps)) / steps.size


def _whole(rate: float, error: float) -> float:
    """A whole number of samples a second where the digits of the times allow it."""
    return float(round(rate)) if abs(rate - round(rate)) <= max(min(error, 5e-3), 1e-6) * rate else rate


def stretches_of_counts(counts: np.ndarray) -> list[Stretch] | None:
    """The stretches between gaps of a column of sample numbers, which may begin again; None when it counts nothing."""
    steps = np.diff(counts)
    if not steps.size or not np.all(np.isfinite(steps)):
        return None
    usual = float(np.median(steps))
    if usual <= 0 or np.any(counts != np.round(counts)):
        return None
    turn = float(np.max(counts) - np.min(counts)) + usual
    back = steps < 0
    if np.any(steps == 0) or (back.any() and np.max(np.diff(np.flatnonzero(back)), initial=0) > turn / usual):
        return None
    missing = np.round(np.where(back, steps + turn, steps) / usual).astype(np.int64) - 1
    ends = np.flatnonzero(missing > 0)
    if ends.size * _ROWS_A_GAP > max(steps.size, _ROWS_A_GAP):
        return None
    firsts = np.concatenate([[0], ends + 1])
    lasts = np.concatenate([ends + 1, [counts.size]])
    samples = np.concatenate([[0], np.cumsum(missing[ends])]) + firsts
    return [Stretch(int(f), int(s), int(e - f)) for f, s, e in zip(firsts, samples, lasts, strict=True)]


def _joined(found: list[Stretch]) -> list[Stretch]:
    """Stretches with those joined that follow one another."""
    joined = found[:1]
    for one in found[1:]:
        before = joined[-1]
        if one.sample == before.sample + before.count:
            joined[-1] = Stretch(before.row, before.sample, before.count + one.count)
        else:
            joined.append(one)
    return joined


def stretches_of_marks(
    name: str, rows: np.ndarray, ticks: np.ndarray, between: Callable[[int, int], np.ndarray], count: int
) -> tuple[float, list[Stretch]]:
    """As `stretches_of_times` for a table too long to read every row: the times of some rows show where to look.

    Parameters
    ----------
    name : str
    rows : ndarray of int, ascending
    ticks : ndarray
        Seconds at these rows.
    between : callable
        ``between(first, last)`` gives the seconds at all rows of a piece.
    count : int
        Rows.

    Raises
    ------
    EcgError
        As there.
    """
    # The first rows one by one: this refuses what is no clock.
    stretches_of_times(name, between(0, min(count, 20_000)))
    passed, counted = np.diff(ticks), np.diff(rows)
    if not np.all(np.isfinite(passed)):
        raise EcgError(
            "{file} has a time column without times; leave it out and give the option rate.", file=name
        )
    step = float(np.median(passed[:-1] / counted[:-1])) if passed.size > 1 else float(passed[0] / counted[0])
    off = np.abs(passed - counted * step) > max(0.75 * step, 1e-6 * abs(float(ticks[-1])))
    if step <= 0 or off.sum() * 3 > max(off.size, 3) or np.any(passed < 0):
        raise UnevenClock(name)
    step = float(passed[~off].sum() / counted[~off].sum())
    found, sample = [Stretch(0, 0, count)], 0
    for k in np.flatnonzero(off):
        seconds = between(int(rows[k]), int(rows[k + 1]) + 1)
        steps = np.diff(seconds)
        for at in np.flatnonzero(steps > 1.5 * step):
            row = int(rows[k]) + int(at) + 1
            before = found[-1]
            found[-1] = Stretch(before.row, before.sample, row - before.row)
            sample = before.sample + row - before.row + max(round(float(steps[at]) / step) - 1, 0)
            found.append(Stretch(row, sample, count - row))
    printed = float(np.max(np.abs(passed[~off] - counted[~off] * step)))
    return _whole(1 / step, 2 * printed / float(ticks[-1] - ticks[0])), _joined([s for s in found if s.count])
