"""T waves as fast as, or faster than, the QRS they belong to: told by their place, not by their speed.

A tall narrow T over a small R outshouts it. But it follows a sharper wave at the same short distance in every
beat, and no T of its own follows it, as one would if it were a QRS (a bigeminy's second beat has one).
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.order import median

#: Waves alike: correlation of all leads within so many seconds, and seconds by which the one may have moved.
ALIKE, WITHIN, MOVED = 0.9, 0.05, 0.02
#: A T peaks so long after its QRS (s), always within so many seconds of the usual.
LAG, LAG_SPREAD = (0.14, 0.48), 0.03
#: It is smoother (speed over size) than the QRS by this factor, and by that one where nothing else can be asked.
SMOOTHER, MUCH_SMOOTHER = 0.9, 0.75
#: The QRS has at least this share of the T's speed: a P before a QRS has less.
SLOWEST_QRS = 0.2
#: A wave that is a QRS is followed by a T of more than this share of its size, between so many seconds after it and
#: before the next beat.
OWN_T, OWN_T_FROM, OWN_T_UNTIL = 0.25, 0.2, 0.3
#: Fewest pairs, and the share of the first wave's like that have the second behind them.
PAIRS, USUAL = 3, 0.7


def without_tall_t(candidates: np.ndarray, beats: np.ndarray, course) -> np.ndarray:
    """The beats, where each of many is a T with its QRS before it: the QRS instead.

    Parameters
    ----------
    candidates, beats : ndarray of int
        Samples of all waves, and of those taken for QRS.
    course : beats.Course
        Speed, speed over size, size and leads at each sample.
    """
    rate, energy, sharpness, size = course.rate, course.energy, course.sharpness, course.size
    if len(beats) < PAIRS:
        return beats
    waves = candidates[energy[candidates] >= SLOWEST_QRS * median(energy[beats])]
    half, moved = round(WITHIN * rate), round(MOVED * rate)
    waves = waves[(waves >= half + moved) & (waves + half + moved < course.leads.shape[1])]
    if len(waves) < 2 * PAIRS:
        return beats
    alike = wave_likeness(course.leads, waves, half, moved) > ALIKE
    lags = np.diff(waves) / rate
    near = (lags >= LAG[0]) & (lags <= LAG[1])
    votes = (alike[:-1, :-1] & alike[1:, 1:] & near[None, :] & near[:, None]).sum(axis=1)
    first = int(np.argmax(votes))
    pairs = np.flatnonzero(alike[first, :-1] & alike[first + 1, 1:] & near)
    pairs = pairs[np.abs(lags[pairs] - median(lags[pairs])) <= LAG_SPREAD] if len(pairs) else pairs
    if len(pairs) < PAIRS or len(pairs) < USUAL * alike[first].sum() or alike[first, first + 1]:
        return beats
    qrs, t = waves[pairs], waves[pairs + 1]
    smoother = float(median(sharpness[t] / sharpness[qrs]))
    if median(energy[qrs] / energy[t]) < SLOWEST_QRS or smoother > SMOOTHER:
        return beats
    own_t = []
    for at in t:
        following = qrs[qrs > at]
        until = (following[0] if len(following) else len(size)) - round(OWN_T_UNTIL * rate)
        after = size[at + round(OWN_T_FROM * rate) : until]
        own_t += [after.max() / size[at]] if len(after) else []
    if own_t and median(own_t) > OWN_T:
        return beats
    if not own_t and smoother > MUCH_SMOOTHER:
        return beats
    return np.union1d(np.setdiff1d(beats, t), qrs).astype(np.int64)


def wave_likeness(leads: np.ndarray, waves: np.ndarray, half: int, moved: int) -> np.ndarray:
    """Correlation of each wave with each, all leads within `half` samples, the best over shifts up to `moved`."""
    window = np.arange(-half, half + 1)

    def shapes(at):
        found = leads[:, at[:, None] + window].transpose(1, 0, 2).reshape(len(at), -1)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    own = shapes(waves)
    # Not every wave is found at the same of its samples.
    moves = range(-moved, moved + 1, max(1, moved // 4))
    best = np.max([own @ shapes(waves + move).T for move in moves], axis=0)
    return np.maximum(best, best.T)
