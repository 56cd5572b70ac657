"""Laying a twin's beats on the reference's."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.signal.recording import Recording

#: A beat nearer than this to a panel's left edge would be cut; the next one is used (s).
_MARGIN = 0.15
_known: WeakKeyDictionary[Recording, np.ndarray] = WeakKeyDictionary()


def beat_times(recording: Recording) -> np.ndarray:
    """Seconds of every QRS fiducial, found once a recording."""
    if recording not in _known:
        _known[recording] = detect_qrs(recording.signal, recording.rate) / recording.rate
    return _known[recording]


def shift_onto(reference: np.ndarray, twin: np.ndarray, start: float, seconds: float) -> float:
    """Seconds to move the twin to the right so that one of its beats lies on the panel's first beat.

    Parameters
    ----------
    reference, twin : ndarray
        Beat times, s.
    start, seconds : float
        The panel.

    Returns
    -------
    float
        0 when one of them has no beat there.
    """
    inside = reference[(reference >= start + _MARGIN) & (reference < start + seconds)]
    if not inside.size or not twin.size:
        return 0.0
    distance = inside[0] - twin
    return float(distance[np.argmin(np.abs(distance))])
