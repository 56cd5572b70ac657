"""The shape of the dominant P: how tall, whether notched, and how its end points away from V1.

Terminal force of V1: Morris et al., Circulation 1964;29:242. Notches: two peaks at least 40 ms apart.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Shape
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.peaks import find_peaks
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Peaks of a notched P are so far apart at least (s), and the dip between them so deep (mV).
NOTCH_SPAN, NOTCH_DEPTH = 0.04, 0.008


def p_of(shape: Shape, lead: str) -> np.ndarray | None:
    """One lead's P from the line between its onset and its end, mV at 500 Hz; None without a P."""
    waves = shape.waves
    if waves.p_onset is None or waves.p_offset is None or waves.p_offset - waves.p_onset < 10:
        return None
    # What lies farther away than the Gaussian reaches does not count.
    first = max(0, waves.p_onset - 10)
    near = smoothing.gaussian(shape.lead(lead)[first : waves.p_offset + 11], 2)
    p = near[waves.p_onset - first : waves.p_offset + 1 - first]
    return p - np.linspace(p[0], p[-1], len(p))


def p_amplitude(shape: Shape, lead: str) -> float | None:
    """Height of an upright P in one lead, mV."""
    p = p_of(shape, lead)
    return None if p is None else float(p.max())


def is_notched(shape: Shape, lead: str) -> bool:
    """Whether the P has two peaks."""
    p = p_of(shape, lead)
    if p is None:
        return False
    peaks = find_peaks(p, height=0.3 * p.max(), prominence=NOTCH_DEPTH)
    return bool(peaks.size >= 2 and (peaks[-1] - peaks[0]) / MODEL_RATE >= NOTCH_SPAN)


def terminal_force_v1(shape: Shape) -> float | None:
    """Duration times depth of the negative end of P in V1, mV ms."""
    p = p_of(shape, "V1")
    if p is None:
        return None
    negative = np.flatnonzero(p < -0.005)
    if negative.size == 0 or negative[-1] < 0.7 * len(p):
        return 0.0
    start = stop = int(negative[-1])
    while start > 0 and p[start - 1] < 0:
        start -= 1
    return float(1000 / MODEL_RATE * (stop + 1 - start) * -p[start : stop + 1].min())
