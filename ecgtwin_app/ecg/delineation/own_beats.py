"""Every usable beat of a recording, cut as its median beat is: how the beats of one heart differ."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, split_beat
from ecgtwin_app.ecg.delineation.representative_beat import (
    BeatStack,
    RepresentativeBeat,
    median_of,
    stack_beats,
    windows_around,
)
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, Recording

#: A beat that strays from the median by more than this many times what the beats of the recording stray (root mean
#: square) is spoilt by an artefact.
SPOILT = 2.5


@dataclass(frozen=True, eq=False)
class OwnBeats:
    """The dominant beats of a recording.

    Attributes
    ----------
    median : BeatTemplate
        Of the representative beat.
    single : tuple of BeatTemplate
        Each beat of its own, in order of time, cut at the median's marks; at least one.
    times : ndarray, shape (beats,)
        QRS onsets, seconds.
    stack : BeatStack
        What they were cut from.
    """

    median: BeatTemplate
    single: tuple[BeatTemplate, ...]
    times: np.ndarray
    stack: BeatStack


def own_beats(recording: Recording) -> OwnBeats:
    """Cut the dominant beats of a recording of I, II and V1 to V6.

    Raises
    ------
    EcgError
        When there is no beat, or its QRS or T cannot be measured.
    """
    stack = stack_beats(recording)
    return beats_of(stack, median_of(stack))


def beats_of(stack: BeatStack, beat: RepresentativeBeat) -> OwnBeats:
    """Cut the beats of a stack whose median is `beat`.

    A beat that the strip cuts off, that the next one overtakes before its T has ended, or that an artefact
    spoils is left out. Where none is left the median stands for them.

    Raises
    ------
    EcgError
        When QRS or T of the median cannot be measured.
    """
    median = split_beat(beat)
    before, length = beat.fiducial, beat.signal.shape[1]
    onset, t_end = int(beat.qrs_onset), int(beat.t_offset)  # pyright: ignore[reportArgumentType]
    first = onset if beat.p_onset is None else int(beat.p_onset)
    dominant = np.flatnonzero(stack.dominant)
    windows = windows_around(stack.signal, stack.fiducials[dominant], before, length - before)
    following = np.append(stack.fiducials[1:], np.iinfo(np.int64).max)[dominant] - stack.fiducials[dominant]
    whole = np.isfinite(windows[:, :, max(first - 8, 0) : t_end]).all(axis=(1, 2))
    whole &= following > t_end - before + 10
    windows = np.nan_to_num(windows)
    # As the median's zero: its level before the QRS, which the straightened baseline brings each beat to.
    level = np.median(windows[:, :, max(0, onset - 12) : max(1, onset - 2)], axis=2, keepdims=True)
    windows = windows - np.median(level, axis=0, keepdims=True)
    if whole.any():
        apart = np.sqrt(np.mean((windows - beat.signal)[:, :, first:t_end] ** 2, axis=(1, 2)))
        whole &= apart <= SPOILT * np.median(apart[whole])
    onsets = (stack.fiducials[dominant] - (before - onset)) / MODEL_RATE
    if not whole.any():
        return OwnBeats(median, (median,), onsets[:1], stack)
    single = tuple(split_beat(replace(beat, signal=one.astype(np.float32))) for one in windows[whole])
    return OwnBeats(median, single, onsets[whole], stack)
