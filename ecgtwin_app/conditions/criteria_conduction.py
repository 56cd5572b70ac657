"""Criteria of conduction disturbances.

Bundle branch blocks: Surawicz et al., AHA/ACC/HRS recommendations part III, J Am Coll Cardiol
2009;53:976. First-degree AV block: Kusumoto et al., 2018 ACC/AHA/HRS guideline, Circulation 2019;140:e382.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.criteria_rhythm import p_before_qrs
from ecgtwin_app.conditions.verdict import Asked, Verdict, above, at_least, yes
from ecgtwin_app.ecg.delineate import Shape
from ecgtwin_app.ecg.measure import Measurements
from ecgtwin_app.ecg.recording import LEADS, MODEL_RATE

#: A deflection smaller than this (mV) is not a wave of the QRS.
SMALLEST = 0.05
#: A broad R stays above a tenth of its height for at least this long, seconds.
BROAD = 0.06


def first_degree_av_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """PR above 200 ms, every P conducted."""
    gaps = np.diff([beat.fiducial for beat in m.beats])
    dropped = gaps.size and np.max(gaps) > 1.7 * np.median(gaps)
    return [
        above("PR interval", "ms", m.pr, 200),
        p_before_qrs(m, asked),
        yes("no dropped QRS", "yes", not dropped),
    ]


def left_bundle_branch_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Wide QRS, negative in V1, broad R without q in I and V6, ST-T against the QRS."""
    shape = m.delineation.shapes[0]
    return [
        at_least("QRS duration", "ms", m.qrs, 120),
        yes("QS or rS in V1", "yes", is_qs_or_rs(shape, "V1")),
        yes(
            "broad R without q in I and V6",
            "yes",
            all(is_broad_r_without_q(shape, lead) for lead in ("I", "V6")),
        ),
        yes(
            "discordant ST-T",
            "yes",
            is_discordant(shape, "V1") and any(is_discordant(shape, n) for n in ("I", "V6")),
        ),
    ]


def right_bundle_branch_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Wide QRS that ends rightward and forward."""
    shape = m.delineation.shapes[0]
    return [
        at_least("QRS duration", "ms", m.qrs, 120),
        yes("terminal R in V1", "yes", has_terminal_r(shape, "V1")),
        at_least("S in I", "ms", 1000 * terminal_s(shape, "I"), 40),
        at_least("S in V6", "ms", 1000 * terminal_s(shape, "V6"), 40),
    ]


def qrs_of(shape: Shape, lead: str) -> np.ndarray:
    """One lead's QRS, mV at 500 Hz."""
    return shape.signal[LEADS.index(lead), shape.waves.qrs_onset : shape.waves.qrs_offset + 1]


def is_qs_or_rs(shape: Shape, lead: str) -> bool:
    """Mainly negative: no R, or an r at most half as tall as the S after it, and no R at the end."""
    qrs = qrs_of(shape, lead)
    nadir = int(np.argmin(qrs))
    depth = -qrs[nadir]
    r_before, r_after = max(0.0, qrs[: nadir + 1].max()), max(0.0, qrs[nadir:].max())
    return bool(depth > SMALLEST and r_before <= 0.5 * depth and r_after <= max(SMALLEST, 0.25 * depth))


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
    row = shape.signal[LEADS.index(lead)]
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


def _last_deflection(qrs):
    """Sign and span (from zero crossing to zero crossing) of the last true deflection of a QRS."""
    # A QRS begins at 0 but ends at the J point; against the line between them a raised or lowered
    # ST segment is no wave of the QRS.
    qrs = qrs - np.linspace(0, qrs[-1], len(qrs))
    large = np.flatnonzero(np.abs(qrs) >= SMALLEST)
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
