"""Whether the usual P stands before a beat of another shape."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.delineation.representative_beat import BeatStack, RepresentativeBeat
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE


def sees_p(stack: BeatStack, representative: RepresentativeBeat, qrs_onset: int, k: int) -> bool | None:
    """Whether the dominant beats' P stands before this other beat at a conductive distance.

    That is from 100 ms, no less than the P lasts and than 60 ms below the usual PR, to as much above it before its QRS.
    On the T of the beat before, it has to be seen in the recording as it is, too: what is left where a T is taken away
    looks like a P.

    Parameters
    ----------
    qrs_onset, k : int
        Of the other beat: its sample at 500 Hz, and its number in the stack.

    Returns
    -------
    bool or None
        None where it cannot be told.
    """
    if representative.p_onset is None or representative.p_offset is None:
        return None if representative.p.consistency is None else False
    width = representative.p_offset - representative.p_onset
    assert representative.qrs_onset is not None
    pr, slack = representative.qrs_onset - representative.p_onset, int(0.06 * MODEL_RATE)
    first = qrs_onset - pr - slack
    stop = qrs_onset - max(width, int(0.1 * MODEL_RATE), pr - slack) + width
    if k:
        first = max(first, stack.fiducials[k - 1] + int(0.1 * MODEL_RATE))
    if first < 0:
        return None
    template = representative.signal[:, representative.p_onset : representative.p_offset].astype(float)
    like = _places_of(template, stack.signal[:, first : max(stop, first)])
    if k and stack.dominant[k - 1] and representative.t_offset is not None:
        rest = _without_beat(stack, representative, k - 1)
        free = _places_of(template, rest[:, first : max(stop, first)])
        t_offset = stack.fiducials[k - 1] + representative.t_offset - representative.fiducial
        like = free & (like | (first + np.arange(len(free)) >= t_offset))
    return bool(np.any(like))


def _places_of(template, signal):
    """Where in a signal (leads, samples) a piece begins that is like the template, and about as large."""
    width = template.shape[1]
    if signal.shape[1] < width:
        return np.zeros(0, dtype=bool)
    template = _straight(smoothing.gaussian(template, 3, axis=1))
    size = np.linalg.norm(template)
    pieces = np.lib.stride_tricks.sliding_window_view(smoothing.gaussian(signal, 3, axis=1), width, axis=1)
    pieces = _straight(pieces)
    own = np.linalg.norm(pieces, axis=(0, 2))
    like = np.einsum("lsn,ln->s", pieces, template) > 0.85 * own * size
    return like & (0.6 * size < own) & (own < 1.7 * size)


def _without_beat(stack, representative, k):
    """The signal less the T of beat `k`, which may reach into what comes after it."""
    rest = stack.signal.copy()
    if stack.dominant[k] and representative.t_offset is not None:
        start = int(stack.fiducials[k]) - representative.fiducial
        low, high = representative.qrs_offset, representative.t_offset
        stop = min(start + high, rest.shape[1])
        if 0 <= start + low < stop:
            t = representative.signal[:, low : low + stop - start - low]
            rest[:, start + low : stop] -= t - t[:, -1:]
    return rest


def _straight(piece):
    chord = np.linspace(0, 1, piece.shape[-1])
    return piece - piece[..., :1] - (piece[..., -1:] - piece[..., :1]) * chord
