"""The calibration pulse that a cart adds at an end of a strip: found by its shape, in any format.

It is a rectangular step of the same height in all leads at the same time, with flat lines beside it. Taken for a
beat it would change the heart rate, so it is left out and the history says so. A pacing spike has no plateau, a
lead that fell off does not come back, and no wave of the heart is flat and equal in all leads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

#: No cart's pulse with its flat lines is longer.
_LONGEST_S = 2.0
#: The plateau (100 or 200 ms as a rule), the edges, which filters make slant, and the line before the pulse.
_PLATEAU_S, _EDGE_S, _LINE_S = (0.04, 0.6), 0.02, 0.01
#: How far a lead may lie from the others, and from a line: steps of the device and its noise; and how far from the
#: height of a plateau, as a share of it: the droop of a high-pass.
_TOLERANCE_MV, _DROOP = 0.05, 0.08
_HEIGHTS_MV = (0.3, 12.0)
_SETTLING_STEPS = 2
#: In fewer leads their agreement says little, so the pulse must be that of a cart: one of these heights, flat, and
#: of the usual length.
_FEW_LEADS = 3
_FEW_HEIGHTS_MV, _FEW_TOLERANCE_MV, _FEW_PLATEAU_S = (1.0, 0.5, 2.0), 0.03, (0.08, 0.6)


def without_pulse(rows: Sequence[np.ndarray], rate: float) -> tuple[int, int]:
    """The stretch of a strip without a calibration pulse at an end.

    Parameters
    ----------
    rows : sequence of ndarray, shape (samples,)
        Millivolts; leads that were measured, not derived from others.
    rate : float
        Hz.

    Returns
    -------
    tuple of int
        The first sample to keep and the one after the last; 0 and all samples where there is no pulse.
    """
    samples = rows[0].size
    window = min(samples, round(_LONGEST_S * rate))
    moving = [row for row in rows if np.ptp(row) > 0]  # not a lead that is off, nor one with samples missing
    if not moving:
        return 0, samples
    first = _pulse_at_end(np.stack([row[:window][::-1] for row in moving]), rate)
    last = samples - _pulse_at_end(np.stack([row[-window:] for row in moving]), rate)
    return (first, last) if first < last else (0, samples)


def _pulse_at_end(tail: np.ndarray, rate: float) -> int:
    """How many samples at the end are a pulse, or several, with their lines."""
    about = tail - tail[:, -1:]
    course = np.median(about, axis=0)
    if len(tail) < _FEW_LEADS:
        lines = (
            _line_of(course, height, _FEW_TOLERANCE_MV, _FEW_PLATEAU_S, rate) for height in _FEW_HEIGHTS_MV
        )
        return max(course.size - _quiet_from(about, at) if at is not None else 0 for at in lines)
    differ = np.flatnonzero(np.max(np.abs(about - course), axis=0) > _TOLERANCE_MV)
    agreed = int(differ[-1]) + 1 if differ.size else 0
    about, course = about[:, agreed:], course[agreed:]
    # The strip may end on the line beside the pulse, or within the pulse.
    for level in (0.0, course.min(initial=0.0)):
        height = course.max(initial=0.0) - level
        if _HEIGHTS_MV[0] <= height <= _HEIGHTS_MV[1]:
            at = _line_of(course - level, height, _TOLERANCE_MV, _PLATEAU_S, rate)
            if at is not None:
                return course.size - _quiet_from(about, at)
    return 0


def _line_of(
    course: np.ndarray, height: float, tolerance: float, plateau: tuple[float, float], rate: float
) -> tuple[int, int] | None:
    """Where the line before the pulses at the end begins and ends; None where there is no pulse.

    The course is written as a text, a letter a sample: on the line, on top, or between.
    """
    tops = np.abs(course - height) <= max(_DROOP * height, tolerance)
    words = np.where(np.abs(course) <= tolerance, "l", np.where(tops, "t", "e"))
    line, edge = max(1, round(_LINE_S * rate)), max(1, round(_EDGE_S * rate))
    least, most = (max(2, round(seconds * rate)) for seconds in plateau)
    # Possessive, and begun where a line begins: a long flat line is passed once, not from each of its samples.
    pulse = f"(?<!l)(l{{{line},}}+)e{{0,{edge}}}+t{{{least},{most}}}+e{{0,{edge}}}+"
    found = re.search(f"(?:{pulse})(?:{pulse})*+l*+$", "".join(words))
    return found.span(1) if found else None


def _quiet_from(about: np.ndarray, line: tuple[int, int]) -> int:
    """Where the flat line before the pulse begins: as flat as it is beside the pulse, in all leads."""
    first, last = line
    beside = about[:, max(first, last - 8) : last]
    level = np.median(beside, axis=1, keepdims=True)
    # In the pulse and after it the leads differ by noise only.
    apart = np.abs(about[:, last:] - np.median(about[:, last:], axis=0)).max(axis=1, keepdims=True)
    noise = np.maximum(np.ptp(beside, axis=1, keepdims=True), 1.5 * apart)
    if noise.any():  # the settling of a filter adds some steps of the device
        steps = np.abs(np.diff(about))
        noise = noise + _SETTLING_STEPS * steps[steps > 1e-6].min(initial=_TOLERANCE_MV)
    restless = np.flatnonzero(np.any(np.abs(about[:, first:last] - level) > noise + 1e-6, axis=0))
    return first + (int(restless[-1]) + 1 if restless.size else 0)
