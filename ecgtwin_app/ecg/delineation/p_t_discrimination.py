"""Whether a wave on the T before a QRS goes with that QRS, as a P does, or with the QRS before it, as T does.

No two intervals are quite alike, even in a tachycardia. Seen from the QRS that follows, the T of the beat
before comes the earlier the longer the interval was; a P keeps its place. A few milliseconds of variation
over the beats of ten seconds are enough to tell them apart.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal import smoothing

#: Intervals within this share of their median are used: after a pause or an early beat T itself is another.
NEAR = 0.05


def goes_with_t(beats: np.ndarray, gaps: np.ndarray, start: int, stop: int) -> tuple[float, float]:
    """How far a wave moves with the interval before the beat: 0 like a P, 1 like a T.

    The slopes of each beat less those of the mean are regressed on what a shift of the mean by the
    beat's interval would make of them; leads and samples weigh as they are free of noise.

    Parameters
    ----------
    beats : ndarray, shape (beats, leads, samples)
        Aligned to their QRS, millivolts; NaN beyond the recording.
    gaps : ndarray
        Samples from the beat before to each beat; NaN for the first.
    start, stop : int
        The wave, samples in a beat's window.

    Returns
    -------
    share, error : float
        And its standard error, infinite where the intervals do not differ or fewer than five can be used.
    """
    slopes = np.diff(smoothing.gaussian(beats, 3, axis=-1), axis=-1)[:, :, max(start, 0) : stop]
    seen = np.isfinite(gaps) & np.isfinite(slopes).all(axis=(1, 2))
    if seen.any():
        usual = np.median(gaps[seen])
        seen &= np.abs(gaps - usual) < NEAR * usual
    if seen.sum() < 5 or np.ptp(gaps[seen]) == 0 or slopes.shape[2] < 3:
        return 0.0, float("inf")
    slopes, gaps = slopes[seen], gaps[seen] - gaps[seen].mean()
    mean = slopes.mean(axis=0)
    rest = slopes - mean
    moved = np.gradient(mean, axis=1) / np.maximum(rest.var(axis=(0, 2)), 1e-12)[:, None]
    size = np.sum(moved * np.gradient(mean, axis=1))
    if size == 0:
        return 0.0, float("inf")
    each = np.einsum("kls,ls->k", rest, moved) / size
    share = float(gaps @ each / np.sum(gaps**2))
    scatter = np.sum((each - share * gaps) ** 2) / (len(gaps) - 2)
    return share, float(np.sqrt(scatter / np.sum(gaps**2)))
