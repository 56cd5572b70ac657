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
    contrast, alone = agreement(found)
    return DOUBT if contrast < STANDS_OUT or alone > ALONE else ""


def agreement(found: Delineation) -> tuple[float, float]:
    """How far the beats stand out, and the share of them that are like no other.

    Returns
    -------
    contrast : float
        Activity of the weaker beats over that of the strongest moments between them; infinite where nothing
        lies between.
    alone : float
        0 to 1; 0 with fewer than four beats.
    """
    rate = MODEL_RATE
    at = np.array([round(beat.fiducial / found.scale) for beat in found.beats])
    at = at[(at >= 0) & (at < found.signal.shape[1])]
    energy = activity(found.signal, rate)
    rest = activity(_without_usual_course(found.signal, at), rate)
    near, between = round(0.08 * rate), np.ones(len(energy), dtype=bool)
    for sample in at:
        between[max(0, sample - round(BEAT * rate)) : sample + round(BEAT * rate)] = False
    strength = np.array([energy[max(0, sample - near) : sample + near + 1].max() for sample in at])
    contrast = np.inf
    if between.any():
        # Where no course is usual, in fibrillation, taking the median one away adds what it should not.
        loudest = min(np.percentile(course[between], 98) for course in (energy, rest))
        contrast = float(np.percentile(strength, 10) / max(loudest, 1e-9))
    if len(at) < 4:
        return contrast, 0.0
    half = round(COMPARED * rate)
    windows = np.nan_to_num(
        windows_around(both_ways(found.signal, rate, high=30.0, padding=round(rate)), at, half, half)
    )
    windows = windows.reshape(len(at), -1)
    windows = windows - windows.mean(axis=1, keepdims=True)
    windows /= np.maximum(np.linalg.norm(windows, axis=1, keepdims=True), 1e-9)
    likeness = windows @ windows.T
    np.fill_diagonal(likeness, -1)
    return contrast, float(np.mean(likeness.max(axis=1) < LIKE))


def _without_usual_course(signal, at):
    """The signal less what stands at the same time after most beats, from the end of QRS to the next one."""
    if len(at) < 4:
        return signal
    first, span = round(BEAT * MODEL_RATE), round(float(np.median(np.diff(at))))
    after = windows_around(signal, at, 0, span)
    whole = after[~np.isnan(after).any(axis=(1, 2))]
    if len(whole) < 3:
        return signal
    usual = np.median(whole - whole[:, :, first:].mean(axis=2, keepdims=True), axis=0)
    less = signal.copy()
    for beat, following in zip(at, [*at[1:], signal.shape[1]], strict=True):
        stop = min(beat + span, following - first // 2, signal.shape[1])
        if stop > beat + first:
            less[:, beat + first : stop] -= usual[:, first : stop - beat]
    return less
