"""Whether the beats that were found are beats: how far they stand out, and whether they are like each other.

In noise the detector finds what is largest. Two things then show it: what lies between the beats is nearly as
strong as they are, or many beats are like no other. What returns after every beat is no noise, however tall: the
usual course between beats, T, U and P, is taken away before the first is asked. A single ectopic beat is like no other
in a clean recording, too.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.delineation.beats import activity
from ecgtwin_app.ecg.delineation.delineate import Delineation
from ecgtwin_app.ecg.delineation.representative_beat import windows_around
from ecgtwin_app.ecg.signal.order import median_over, percentile
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.i18n.message import Message

#: Beats stand out when the weaker of them (10th percentile) have so many times the activity of the strongest
#: moments between them (98th).
STANDS_OUT = 1.1
#: A beat whose correlation with every other beat is less than this is like none; more than so large a share of such
#: beats is noise.
LIKE, ALONE = 0.8, 0.34
#: Seconds either side of a fiducial that belong to its beat, and that are compared.
BEAT, COMPARED = 0.12, 0.1
#: What is said when the beats cannot be trusted.
DOUBT = Message("the beats cannot be told from the noise")


def beats_doubt(found: Delineation) -> str:
    """Why the beats cannot be trusted; "" where they can."""
    at = np.array([round(beat.fiducial / found.scale) for beat in found.beats])
    at = at[(at >= 0) & (at < found.signal.shape[1])]
    return "" if _stand_out(found, at) and _share_alone(found.signal, at) <= ALONE else DOUBT


def _stand_out(found: Delineation, at: np.ndarray) -> bool:
    """Whether the weaker beats have more activity than the strongest moments between them."""
    rate = MODEL_RATE
    energy = found.stack.energy
    near, between = round(0.08 * rate), np.ones(len(energy), dtype=bool)
    for sample in at:
        between[max(0, sample - round(BEAT * rate)) : sample + round(BEAT * rate)] = False
    if not between.any():
        return True
    strength = np.array([energy[max(0, sample - near) : sample + near + 1].max() for sample in at])

    def beside(course):
        return percentile(strength, 10) / max(percentile(course[between], 98), 1e-9) >= STANDS_OUT

    # Where no course is usual, in fibrillation, taking the median one away adds what it should not.
    return bool(beside(energy) or beside(activity(_without_usual_course(found.signal, at), rate)))


def _share_alone(signal: np.ndarray, at: np.ndarray) -> float:
    """The share of the beats that are like no other, 0 to 1; 0 with fewer than four beats."""
    if len(at) < 4:
        return 0.0
    half = round(COMPARED * MODEL_RATE)
    smooth = both_ways(signal, MODEL_RATE, high=30.0, padding=round(MODEL_RATE))
    windows = np.nan_to_num(windows_around(smooth, at, half, half)).reshape(len(at), -1)
    windows = windows - windows.mean(axis=1, keepdims=True)
    windows /= np.maximum(np.linalg.norm(windows, axis=1, keepdims=True), 1e-9)
    likeness = windows @ windows.T
    np.fill_diagonal(likeness, -1)
    return float(np.mean(likeness.max(axis=1) < LIKE))


def _without_usual_course(signal, at):
    """The signal less what stands at the same time after most beats, from the end of QRS to the next one."""
    if len(at) < 4:
        return signal
    first, span = round(BEAT * MODEL_RATE), round(float(np.median(np.diff(at))))
    after = windows_around(signal, at, 0, span)
    whole = after[~np.isnan(after).any(axis=(1, 2))]
    if len(whole) < 3:
        return signal
    usual = median_over(whole - whole[:, :, first:].mean(axis=2, keepdims=True))
    less = signal.copy()
    for beat, following in zip(at, [*at[1:], signal.shape[1]], strict=True):
        stop = min(beat + span, following - first // 2, signal.shape[1])
        if stop > beat + first:
            less[:, beat + first : stop] -= usual[:, first : stop - beat]
    return less
