"""The usual beat of a recording laid at its beats, seen or predicted: what fills a span of which no lead is in sight."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.delineation.representative_beat import stack_beats
from ecgtwin_app.ecg.imputation.seams import pieces
from ecgtwin_app.ecg.signal.order import median, median_over
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, MODEL_RATE, EcgError, Recording

#: The usual beat reaches so far (share of the usual interval, at most so many seconds) before and after its R.
BEFORE, AFTER, LONGEST = 0.5, 0.75, 1.0
#: Of an interval the first part is the beat before, the rest the beat after; they pass into each other between these
#: percent of it.
MEETING = (58.0, 68.0)
#: Intervals on either side of a span from which the beats in it are predicted.
NEAR = 5
#: Without beats, seconds between two.
RESTING_INTERVAL = 0.8


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of a recording.

    Attributes
    ----------
    times : ndarray
        Seconds of their R, ascending.
    usual : ndarray of bool
        Which are of the usual shape.
    """

    times: np.ndarray
    usual: np.ndarray


def find_beats(eight: np.ndarray, columns: np.ndarray, rate: float) -> Beats:
    """The beats in sight; none where none is found.

    Parameters
    ----------
    eight : ndarray, shape (8, samples)
        I, II and V1 to V6, what is hidden filled in from the leads in sight: a lead that falls silent would be taken for a
        heart that does.
    columns : ndarray, shape (samples,), bool
        Where some lead is in sight.
    rate : float
        Hz.
    """
    try:
        stack = stack_beats(Recording(eight.astype(np.float32), rate, leads=INDEPENDENT_LEADS))
    except EcgError:
        return Beats(np.zeros(0), np.zeros(0, bool))
    return in_sight(Beats(stack.fiducials / MODEL_RATE, stack.dominant), columns, rate)


def in_sight(beats: Beats, columns: np.ndarray, rate: float) -> Beats:
    """Those that lie where some lead is in sight: `columns` (samples,), bool."""
    kept = columns[np.clip(np.round(beats.times * rate).astype(int), 0, len(columns) - 1)]
    return Beats(beats.times[kept], beats.usual[kept])


def predicted(beats: Beats, columns: np.ndarray, rate: float) -> np.ndarray:
    """Seconds of the beats in sight, and of those expected where no lead is: evenly between the last and the next one, or
    on from the last at the usual interval of its neighbours.

    Parameters
    ----------
    columns : ndarray, shape (samples,), bool
        Where some lead is in sight.
    """
    times, blind, end = beats.times, pieces(~columns) / rate, len(columns) / rate
    if not len(times):
        return times
    found = [times]
    intervals = np.diff(times)
    whole = np.array([_in_sight(*pair, blind) for pair in itertools.pairwise(times)], bool)
    for start, stop in blind:
        left, right = times[times < start], times[times >= stop]
        near = np.concatenate(
            [intervals[whole & (times[1:] < start)][-NEAR:], intervals[whole & (times[:-1] >= stop)][:NEAR]]
        )
        usual = median(near) if len(near) else RESTING_INTERVAL
        if len(left) and len(right):
            gap = right[0] - left[-1]
            count = max(1, round(gap / usual))
            expected = left[-1] + gap / count * np.arange(1, count)
        elif len(left):
            expected = left[-1] + usual * np.arange(1, int((end - left[-1]) / usual) + 1)
        else:
            expected = right[0] - usual * np.arange(1, int(right[0] / usual) + 1)
        found.append(expected[(expected >= start) & (expected < stop)])
    return np.sort(np.concatenate(found))


def _in_sight(first: float, last: float, blind: np.ndarray) -> bool:
    """Whether no blind piece lies between two beats."""
    return not ((blind[:, 0] < last) & (blind[:, 1] > first)).any()


def laid(signal: np.ndarray, hidden: np.ndarray, beats: Beats, times: np.ndarray, rate: float) -> np.ndarray:
    """The usual beat of each lead at some times.

    Parameters
    ----------
    signal : ndarray, shape (leads, samples)
        Without the baseline's wander.
    hidden : ndarray, shape (leads, samples), bool
        What of it is not to be read.
    beats : Beats
        Of which the usual ones make the beat.
    times : ndarray
        Seconds at which it is laid.

    Returns
    -------
    ndarray, shape (leads, samples)
        0 where there is no beat at all, and in a lead of which no usual beat is in sight.
    """
    samples = signal.shape[1]
    if not len(times):
        return np.zeros(signal.shape)
    interval = median(np.diff(beats.times)) if len(beats.times) > 1 else RESTING_INTERVAL
    before, after = (round(min(share * interval, LONGEST) * rate) for share in (BEFORE, AFTER))
    beat = _usual_beat(np.where(hidden, np.nan, signal), beats, rate, before, after)
    at = np.arange(samples)
    first, last = times[0] * rate - 2 * samples, times[-1] * rate + 2 * samples
    marks = np.concatenate([[first], times * rate, [last]])
    index = np.searchsorted(marks, at, side="right")
    since, until = at - marks[index - 1], marks[index] - at
    cycle = np.minimum(marks[index] - marks[index - 1], (before + after) * 1.0)
    # A long interval is flat in its middle; the beat after takes over where a usual interval would end.
    share = fade(100 * since / cycle, *MEETING)
    return (1 - share) * _at(beat, since + before) + share * _at(beat, before - until)


def _usual_beat(shown: np.ndarray, beats: Beats, rate: float, before: int, after: int) -> np.ndarray:
    """The median (leads, samples) of the usual beats; in a lead of which none of them is in sight, of all others."""
    windows = _cut(shown, beats.times * rate, before, after)
    there = np.isfinite(windows).any(axis=-1) & beats.usual[:, None]
    counted = np.where(there.any(axis=0), beats.usual[:, None], True)
    return median_over(np.where(counted[..., None], windows, np.nan))


def _cut(signal: np.ndarray, centres: np.ndarray, before: int, after: int) -> np.ndarray:
    """Windows (beats, leads, before + after + 1) about places between samples; NaN beyond and where hidden."""
    places = centres[:, None] + np.arange(-before, after + 1)
    left = np.floor(places).astype(int)
    share = places - left
    inside = (left >= 0) & (left + 1 < signal.shape[1])
    low = np.clip(left, 0, signal.shape[1] - 2)
    values = signal[:, low] * (1 - share) + signal[:, low + 1] * share
    return np.where(inside, values, np.nan).transpose(1, 0, 2)


def _at(beat: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A beat (leads, samples) at places between its samples; 0 beyond."""
    inside = (places >= 0) & (places <= beat.shape[1] - 1)
    left = np.clip(places.astype(int), 0, beat.shape[1] - 2)
    share = places - left
    return np.where(inside, beat[:, left] * (1 - share) + beat[:, left + 1] * share, 0)
