"""Timing: the events of the score against what the delineator finds in the twin."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: A detected event belongs to one of the score when it lies this near, seconds.
NEAR = 0.12
#: Events so near the ends of the strip are cut and are not counted, seconds.
EDGE = 0.2
#: A P is followed by its own QRS after this long, seconds.
CONDUCTION = (0.08, 0.45)
#: Beats of one shape from which a constant offset of its onset can be told.
ENOUGH = 3


@dataclass
class Timing:
    """What became of a strip's events.

    Attributes
    ----------
    r_onset : list of float
        Detected less written QRS onset, ms.
    r_timing : list of float
        The same less the median of the strip's beats of that shape: the onset of a wide QRS is found some
        milliseconds early or late, always the same, and that is no error of timing.
    r_expected, r_missed, r_extra : int
    p_onset, p_timing : list of float
        The same for P waves that a QRS follows.
    p_expected, p_missed, p_extra : int
        Those where the delineator could tell.
    blocked_expected, blocked_found : int
        P waves that no QRS follows.
    """

    r_onset: list[float] = field(default_factory=list)
    r_timing: list[float] = field(default_factory=list)
    r_expected: int = 0
    r_missed: int = 0
    r_extra: int = 0
    p_onset: list[float] = field(default_factory=list)
    p_timing: list[float] = field(default_factory=list)
    p_expected: int = 0
    p_missed: int = 0
    p_extra: int = 0
    blocked_expected: int = 0
    blocked_found: int = 0

    def to_json(self) -> dict:
        """Plain values, errors to a tenth of a millisecond."""
        return {k: [round(x, 1) for x in v] if isinstance(v, list) else v for k, v in vars(self).items()}


def time_events(score: RhythmScore, measured: Measurements) -> Timing:
    """Hold a strip of 500 Hz against the score it performs.

    Parameters
    ----------
    score : RhythmScore
    measured : Measurements
        Of the performance.
    """
    found = Timing()
    beats = [beat for beat in measured.beats if beat.waves.qrs_onset is not None]
    onsets = np.array([beat.waves.qrs_onset for beat in beats], float) / MODEL_RATE
    written = np.array(score.times("QRS"))
    partner = match(written, onsets)
    inner = _inside(written, score.duration)
    found.r_expected = int(inner.sum())
    found.r_missed = int((partner[inner] < 0).sum())
    alone = np.setdiff1d(np.arange(len(onsets)), partner)
    found.r_extra = int(_inside(onsets[alone], score.duration).sum())
    matched = np.flatnonzero(inner & (partner >= 0))
    found.r_onset = (1000 * (onsets[partner[matched]] - written[matched])).tolist()
    found.r_timing = _less_offset(found.r_onset, [beats[partner[k]].shape for k in matched])
    if score.atrial == "waves":
        _time_p(found, score, measured, beats, written, partner)
    return found


def match(written: np.ndarray, detected: np.ndarray, near: float = NEAR) -> np.ndarray:
    """For each written time the row of the detected one that belongs to it, or -1; nearest pairs first."""
    partner = np.full(len(written), -1)
    if not len(written) or not len(detected):
        return partner
    apart = np.abs(written[:, None] - detected[None, :])
    for flat in np.argsort(apart, axis=None):
        row, column = np.unravel_index(flat, apart.shape)
        if apart[row, column] > near:
            break
        if partner[row] < 0 and column not in partner:
            partner[row] = column
    return partner


def _time_p(found, score, measured, beats, written, partner):
    p = np.array(score.times("P", "sinus", "ectopic", "paced"))
    conducted, blocked = _p_of_qrs(p, written, score)
    errors = []
    for k in np.flatnonzero(_inside(written, score.duration) & (partner >= 0)):
        beat, time = beats[partner[k]], conducted.get(int(k))
        if beat.has_p is None or (time is not None and time < EDGE / 2):
            continue
        if time is None:
            # A P of the score that is hidden near this QRS is not an extra one.
            near = np.any((p < written[k] + 0.05) & (p > written[k] - 0.6))
            found.p_extra += int(bool(beat.has_p) and not near)
            continue
        found.p_expected += 1
        if not beat.has_p:
            found.p_missed += 1
        elif beat.waves.p_onset is not None:
            errors.append(1000 * (beat.waves.p_onset / MODEL_RATE - time))
    found.p_onset = errors
    found.p_timing = _less_offset(errors, [0] * len(errors))
    blocked = blocked[_inside(blocked, score.duration)]
    found.blocked_expected = len(blocked)
    if len(blocked) and measured.p_train is not None:
        peaks = np.asarray(measured.p_train.peaks) / MODEL_RATE
        # The train marks peaks, the score onsets: half a P lies between them.
        found.blocked_found = int((match(blocked + 0.05, peaks, 0.08) >= 0).sum())


def _p_of_qrs(p, written, score):
    """The P that is conducted to each QRS (row: time), and the P that no QRS follows."""
    origin = {event.time: event.origin for event in score.events if event.chamber == "QRS"}
    conducted, used = {}, np.zeros(len(p), bool)
    for k, time in enumerate(written):
        lead = time - p
        candidates = np.flatnonzero((lead >= CONDUCTION[0]) & (lead <= CONDUCTION[1]))
        if not len(candidates):
            continue
        last = candidates[-1]
        between = written[(written > p[last]) & (written < time)]
        if len(between) == 0 and origin[float(time)] != "ventricular":
            conducted[k] = float(p[last])
        used[last] = True
    hidden = np.array([np.any((written - t < 0.6) & (written - t > -0.5)) for t in p], bool)
    return conducted, p[~used & ~hidden]


def _inside(times, duration):
    times = np.asarray(times, float)
    return (times >= EDGE) & (times <= duration - EDGE - 0.1)


def _less_offset(errors, shapes):
    """Errors less their shape's median; shapes of fewer than `ENOUGH` beats have none."""
    errors, shapes = np.array(errors, float), np.array(shapes)
    out = []
    for shape in np.unique(shapes):
        own = errors[shapes == shape]
        if len(own) >= ENOUGH:
            out.extend((own - np.median(own)).tolist())
    return out
