"""Where a lead is bad: spans of time that the quality check would have filled in.

`quality` says of a whole lead what is wrong with it; here the same limits say where. What cannot be told apart in time
is proposed as the whole lead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.beats import clean
from ecgtwin_app.ecg.measurement import quality as q
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.filled import runs
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.smoothing import maximum, median
from ecgtwin_app.ecg.signal.zero_phase import both_ways

#: A lead that is bad for more than this share of the recording is proposed as a whole.
MOST = 0.6
#: Bad stretches nearer to each other than this are one; each is widened by the second number, that of a tremor, which is
#: found by half seconds, by the third, seconds.
JOIN, WIDEN, WIDEN_NOISY = 0.3, 0.06, 0.2
#: Tremor is looked for in stretches of this length, seconds.
_STRETCH = 0.5
#: Notes that say nothing of where: the whole lead.
_WHOLE = ("no QRS visible", "mains hum", "noisy")


@dataclass(frozen=True)
class BadSpan:
    """A stretch of a lead that is bad.

    Attributes
    ----------
    lead : str
    start, end : float
        Seconds.
    note : str
        One of `quality.NOTES`.
    """

    lead: str
    start: float
    end: float
    note: str


def bad_spans(recording: Recording, measured: Measurements | None = None) -> tuple[BadSpan, ...]:
    """What the quality check would have filled in, by lead and time; what was filled in is not proposed again.

    Parameters
    ----------
    recording : Recording
    measured : Measurements, optional
        Of this recording: with them leads are found whose QRS cannot be seen.
    """
    states = {state.lead: state.notes for state in q.lead_quality(recording, measured)}
    signal, rate = clean(recording.signal), recording.rate
    samples = recording.samples
    where = {
        "flat": _flat(signal, rate),
        "clipped": _clipped(signal, rate),
        "noisy": _noisy(signal, rate),
        "implausible amplitude": np.abs(signal - np.median(signal, axis=1, keepdims=True)) > q.IMPLAUSIBLE,
        "samples missing": ~np.isfinite(recording.signal),
    }
    filled = recording.filled_mask
    found = []
    for k, lead in enumerate(recording.leads):
        notes = states[lead]
        whole = next((note for note in _WHOLE if note in notes), None)
        if whole is not None:
            if not filled[k].all():
                found.append(BadSpan(lead, 0.0, recording.duration, whole))
            continue
        for note, flags in where.items():
            # Tremor is looked for in every lead: a lead is called noisy where most of it is.
            if note in notes or note == "noisy":
                found += _spans(lead, flags[k] & ~filled[k], rate, samples, note)
    return tuple(sorted(found, key=lambda one: (recording.leads.index(one.lead), one.start)))


def _spans(lead, flags, rate, samples, note) -> list[BadSpan]:
    if np.mean(flags) > MOST:
        return [BadSpan(lead, 0.0, samples / rate, note)]
    joined: list[list[int]] = []
    for first, last in runs(flags):
        if joined and first - joined[-1][1] < JOIN * rate:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    wide = round((WIDEN_NOISY if note == "noisy" else WIDEN) * rate)
    return [
        BadSpan(lead, max(0, first - wide) / rate, min(samples, last + wide) / rate, note)
        for first, last in joined
    ]


def _flat(signal, rate):
    """Within `quality.FLAT` for `quality.FLAT_FOR` seconds, or at one value for `quality.STUCK_FOR`."""
    flags = np.zeros(signal.shape, dtype=bool)
    for seconds, limit in ((q.FLAT_FOR, q.FLAT), (q.STUCK_FOR, 1e-6)):
        span = int(min(seconds * rate, signal.shape[1])) | 1
        if span < 3 or span > signal.shape[1]:
            continue
        half = span // 2
        for k, lead in enumerate(signal):
            swing = maximum(lead, span) + maximum(-lead, span)
            centres = np.zeros(lead.size)
            centres[half : lead.size - half] = swing[half : lead.size - half] < limit
            if centres.any():
                flags[k] |= maximum(centres, span) > 0
    return flags


def _clipped(signal, rate):
    """At the lead's highest or lowest value for `quality.CLIPPED`."""
    span = max(3, int(q.CLIPPED * rate))
    flags = np.zeros(signal.shape, dtype=bool)
    for k, lead in enumerate(signal):
        for extreme in (lead.max(), lead.min()):
            if abs(extreme - np.median(lead)) < 0.5:
                continue
            for first, last in runs(np.abs(lead - extreme) < 1e-6):
                if last - first >= span:
                    flags[k, first:last] = True
    return flags


def _noisy(signal, rate):
    """Noise above 35 Hz beyond `quality.NOISY` outside the QRS, over stretches of `_STRETCH`."""
    if rate < 90 or signal.shape[1] < rate:
        return np.zeros(signal.shape, dtype=bool)
    fast = np.abs(both_ways(signal, rate, low=35.0, padding=9))
    every = max(1, round(rate / 100))
    # A median over half a second hardly sees the tenth of it that is QRS.
    level = 1.4826 * median(fast[:, ::every], 2 * int(_STRETCH / 2 * rate / every) + 1)
    return np.repeat(level, every, axis=1)[:, : signal.shape[1]] > q.NOISY
