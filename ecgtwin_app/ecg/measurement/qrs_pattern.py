"""The pattern of a QRS in one lead, in the words of electrocardiography: QS, rS, qR, terminal R.

Levels are millivolts from the level just before the QRS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Shape
from ecgtwin_app.ecg.delineation.qrs_t import speed_of
from ecgtwin_app.ecg.measurement.axis import frontal_axis
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: A deflection smaller than this (mV) is not a wave of the QRS.
SMALLEST = 0.05
#: Nor does a QRS end with one that is smaller than this share of the lead's largest: behind an R' of two millivolts
#: 0.05 mV are its tail. On the labelled real recordings no verdict of right bundle branch block changes with it.
SMALLEST_LAST = 0.08
#: A first deflection smaller than this (mV) is neither r nor q.
SMALLEST_FIRST = 0.03
#: A broad R stays above a tenth of its height for at least this long, seconds.
BROAD = 0.06


@dataclass(frozen=True)
class QWave:
    """The negative wave that begins a QRS.

    Attributes
    ----------
    duration : float
        Milliseconds below the level before the QRS; 0 without a Q.
    depth : float
        mV, positive.
    alone : bool
        No R follows: a QS complex.
    """

    duration: float
    depth: float
    alone: bool


def qrs_of(shape: Shape, lead: str) -> np.ndarray:
    """One lead's QRS, mV at 500 Hz."""
    onset, offset = shape.waves.qrs
    return shape.lead(lead)[onset : offset + 1]


def q_wave(shape: Shape, lead: str) -> QWave:
    """The Q of one lead."""
    qrs = qrs_of(shape, lead)
    seen = np.flatnonzero(np.abs(qrs) >= SMALLEST_FIRST)
    if seen.size == 0 or qrs[seen[0]] > 0:
        return QWave(0.0, 0.0, False)
    first = int(seen[0])
    up = np.flatnonzero(qrs[first:] >= 0)
    alone = up.size == 0 or qrs[first + up[0] :].max() < SMALLEST
    last = len(qrs) if up.size == 0 else first + int(up[0])
    while first > 0 and qrs[first - 1] < 0:
        first -= 1
    # What creeps below zero before the wave proper is baseline, not Q.
    first = max(first, int(np.flatnonzero(qrs <= -0.02)[0]) - 1)
    return QWave(1000 * (last - first) / MODEL_RATE, float(-qrs[first:last].min()), bool(alone))


def is_qs_or_rs(shape: Shape, lead: str) -> bool:
    """Mainly negative: no R, or an r at most half as tall as the S after it, and no R at the end."""
    qrs = qrs_of(shape, lead)
    nadir = int(np.argmin(qrs))
    depth = -qrs[nadir]
    r_before, r_after = max(0.0, qrs[: nadir + 1].max()), max(0.0, qrs[nadir:].max())
    return bool(depth > SMALLEST and r_before <= 0.5 * depth and r_after <= max(SMALLEST, 0.25 * depth))


def is_rs(shape: Shape, lead: str) -> bool:
    """An r first, then an S deeper than it is tall."""
    qrs = qrs_of(shape, lead)
    nadir = int(np.argmin(qrs))
    r = qrs[: nadir + 1].max()
    return bool(r >= SMALLEST_FIRST and -qrs[nadir] > max(r, SMALLEST) and q_wave(shape, lead).depth == 0)


def is_qr(shape: Shape, lead: str) -> bool:
    """A q first, then an R taller than it is deep and than any S."""
    qrs = qrs_of(shape, lead)
    q = q_wave(shape, lead)
    top = int(np.argmax(qrs))
    return bool(q.depth >= SMALLEST_FIRST and not q.alone and qrs[top] > q.depth and qrs[top] > -qrs.min())


def is_broad_r_without_q(shape: Shape, lead: str) -> bool:
    """R from the start (no q of 0.05 mV), taller than any S is deep, and broad."""
    qrs = qrs_of(shape, lead)
    top = int(np.argmax(qrs))
    height = qrs[top]
    no_q = -qrs[: top + 1].min() < SMALLEST
    width = np.count_nonzero(qrs > 0.1 * height) / MODEL_RATE
    return bool(height > SMALLEST and no_q and height > -qrs.min() and width >= BROAD)


def is_discordant(shape: Shape, lead: str) -> bool:
    """Whether the net area of ST and T has the sign opposite to that of the QRS."""
    waves = shape.waves
    row = shape.lead(lead)
    end = waves.t_offset if waves.t_offset is not None else len(row)
    return bool(row[waves.qrs_onset : waves.qrs_offset].sum() * row[waves.qrs_offset : end].sum() < 0)


def has_terminal_r(shape: Shape, lead: str) -> bool:
    """Whether the QRS ends with a positive wave: rsr', rsR', rSR', qR or one broad notched R.

    The last deflection of at least 0.05 mV from the level before the QRS is positive and peaks in
    the second half of the QRS.
    """
    qrs = qrs_of(shape, lead)
    sign, start, stop = _last_deflection(qrs)
    return bool(sign > 0 and start + np.argmax(qrs[start:stop]) >= 0.45 * len(qrs))


def terminal_s(shape: Shape, lead: str) -> float:
    """Duration in seconds of the negative wave that ends the QRS; 0 without one."""
    sign, start, stop = _last_deflection(qrs_of(shape, lead))
    return (stop - start) / MODEL_RATE if sign < 0 else 0.0


def r_peak_time(shape: Shape, lead: str) -> float:
    """Milliseconds from the onset of the QRS to the top of R in one lead."""
    return 1000 * int(np.argmax(qrs_of(shape, lead))) / MODEL_RATE


def slow_start(shape: Shape) -> float:
    """Milliseconds from the onset of the QRS until the heart vector first moves at half its top speed.

    The His-Purkinje system brings a normal QRS to speed at once; a delta wave creeps through muscle.
    """
    onset, offset = shape.waves.qrs
    speed = np.sqrt(np.sum(speed_of(shape.signal, MODEL_RATE) ** 2, axis=0))
    qrs = speed[onset : offset + 1]
    return 1000 * int(np.argmax(qrs >= 0.5 * qrs.max())) / MODEL_RATE


def initial_axis(shape: Shape, seconds: float) -> float:
    """Direction of the net area of the first part of the QRS in the frontal plane, degrees."""
    onset, _ = shape.waves.qrs
    part = slice(onset, onset + round(seconds * MODEL_RATE))
    one, foot = (shape.lead(name)[part].sum() for name in ("I", "aVF"))
    return float(frontal_axis(one, foot))


def _last_deflection(qrs):
    """Sign and span (from zero crossing to zero crossing) of the last true deflection of a QRS."""
    # A QRS begins at 0 but ends at the J point; against the line between them a raised or lowered
    # ST segment is no wave of the QRS.
    qrs = qrs - np.linspace(0, qrs[-1], len(qrs))
    size = np.abs(qrs)
    large = np.flatnonzero(size >= max(SMALLEST, SMALLEST_LAST * size.max()))
    if large.size == 0:
        return 0, 0, 1
    last = int(large[-1])
    sign = 1 if qrs[last] > 0 else -1
    start = last
    while start > 0 and qrs[start - 1] * sign > 0:
        start -= 1
    stop = last + 1
    while stop < len(qrs) and qrs[stop] * sign > 0:
        stop += 1
    return sign, start, stop
