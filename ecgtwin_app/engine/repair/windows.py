"""Windows of ten seconds in which a generator fills in a recording of any length, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.ecg.signal.filled import runs
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES

#: What a window shows of what lies before a stretch, seconds: where some leads are visible beside it, and where none is,
#: so that the rhythm has to be learned from what comes before.
BEFORE, BEFORE_ALL = 2.0, 5.0


def windows(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """First sample and the one after the last of each window, in order.

    Everything marked lies in at least one window. What was filled in an earlier window is visible in a later one, so that
    a long stretch is joined without a seam. A recording shorter than a window is one.

    Parameters
    ----------
    mask : ndarray, shape (12, samples at 500 Hz), bool
    """
    samples = mask.shape[1]
    columns, done = mask.any(axis=0), 0
    while (left := runs(np.asarray(columns)[done:])) and done < samples:
        first, last = left[0][0] + done, left[0][1] + done
        none_seen = bool(np.all(mask[:, first]))
        before = round((BEFORE_ALL if none_seen else BEFORE) * MODEL_RATE)
        room = MODEL_SAMPLES - (last - first)
        begin = first - (room // 2 if room >= 2 * before else before)
        if none_seen and last == samples:
            begin = first - before
        begin = max(0, min(begin, samples - MODEL_SAMPLES))
        done = min(samples, begin + MODEL_SAMPLES)
        yield begin, done


def padded(signal: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, slice]:
    """A piece as a whole window: a shorter one is lengthened by hidden samples, and where it lies in it.

    They stand behind it, or before it where its own end is hidden, so that what is to be continued ends the window.
    """
    missing = MODEL_SAMPLES - signal.shape[1]
    if missing <= 0:
        return signal, mask, slice(0, MODEL_SAMPLES)
    ends = (missing, 0) if mask[:, -1].all() else (0, missing)
    place = slice(ends[0], ends[0] + signal.shape[1])
    return (
        np.pad(signal, ((0, 0), ends)),
        np.pad(mask, ((0, 0), ends), constant_values=True),
        place,
    )


def bridged(signal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The signal without what is hidden: straight lines between what is visible, 0 in a lead that is hidden as a whole."""
    out = np.where(mask | ~np.isfinite(signal), 0.0, signal)
    at = np.arange(signal.shape[1])
    for row, hidden in enumerate(mask):
        if hidden.any() and not hidden.all():
            out[row, hidden] = np.interp(at[hidden], at[~hidden], out[row, ~hidden])
    return out
