"""Where the heart beats: one fiducial sample for every QRS, from all leads at once.

The detection signal is the speed of the heart vector's projection on the leads (root sum of squares
of the band-passed leads' derivative), smoothed over a QRS, against an adaptive threshold, after
Pan & Tompkins, IEEE Trans Biomed Eng 1985;32:230. Using every lead at once makes a beat that is
flat in one lead visible in another.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.tall_t import wave_likeness, without_tall_t
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.order import median, percentile
from ecgtwin_app.ecg.signal.peaks import find_peaks
from ecgtwin_app.ecg.signal.zero_phase import both_ways

#: No two QRS are closer than this, in seconds (the ventricles are refractory; 250/min is 0.24 s).
REFRACTORY = 0.2
#: Where a QRS carries most of its energy against P, T and muscle noise, in Hz.
QRS_BAND = (5.0, 20.0)
#: Where all waves are whole, without the baseline's wander, in Hz.
WAVE_BAND = (1.0, 40.0)
#: Below this root-sum-of-squares swing (mV) there is no QRS, only noise.
SMALLEST_QRS = 0.08
#: A T has less than this share of its QRS' energy, and ends up to so many seconds after it; up to the
#: shorter time a peak may be called T because the other beats have the like.
T_ENERGY, LATEST_T, LATEST_LIKELY_T = 0.65, 0.5, 0.36
#: A wave slower than this (speed over size, 1/s) is no QRS where a T is due: T waves of blocked beats
#: reach 5, smooth ectopic QRS begin at 6.
T_SHARPNESS = 5.5
#: A peak at least this many times as large as what other beats have at its distance is no T.
T_LIKENESS = 1.6
#: A late T is alike in all beats, has so little of its QRS' energy and size, and is no sharper than this.
LATE_T_ENERGY, LATE_T_SIZE, LATE_T_SHARPNESS = 0.45, 0.6, 12.0
#: A beat so much smoother than those around it (s) is ectopic. Its T is not that of the others, nor small beside its
#: energy, which is small itself: it is known by this size beside its QRS or by being as much smoother again, and by its
#: energy beside that of the others.
ECTOPIC_SMOOTH, USUAL_WITHIN, ECTOPIC_T_SIZE = 0.7, 5.0, 0.55
#: A wave is no T if so soon after it (s) a slow one of this share of its size follows: a T has no T.
OWN_T, OWN_T_SIZE = (0.2, 0.45), 0.3
#: So soon (s) after a QRS comes no beat with less than this share of its energy; with more it may be a T
#: as sharp as that of hyperkalaemia, if the next beat is that much farther away.
SHARP_T, SHARP_T_ENERGY, FARTHER = 0.28, 0.4, 1.2
#: A wave this large beside its QRS and beside a wave that came between is no T: that one was.
SECOND_SIZE, SECOND_GROWTH = 0.4, 1.5
#: A wave so much smaller (energy, size) than both of two QRS this close (s) around it is the T of the first.
BETWEEN_ENERGY, BETWEEN_SIZE, BETWEEN = 0.45, 0.6, 0.6
#: Waves alike (correlation of all leads within so many seconds) are all QRS or all T: at least so many, and
#: so many times as many as its own kind, outvote one.
ALIKE, ALIKE_WITHIN, VOTES, MAJORITY = 0.93, 0.05, 3, 2
#: A first wave within so many seconds of the start may be a T whose QRS lies before it: it is compared with the others
#: that have so much of its energy, by what the strip shows of it. In 80 strips of hyperkalaemia at 100/min such T waves
#: are like T by 0.72 and more and like QRS by 0.58 at the most; QRS there are like T by 0.52 at the most.
CUT_OFF_WITHIN, CUT_OFF_ENERGY, ALIKE_CUT_OFF, CLEARLY = 0.1, 0.6, 0.65, 0.2
#: A wave this large for a QRS is a smooth ectopic one, though it has only so little energy, if it comes no sooner after
#: the last than this share of the usual interval, or so many seconds: tall T waves do. A sharper one may come sooner.
ECTOPIC_SIZE, ECTOPIC_ENERGY, ECTOPIC_SHARE, ECTOPIC_LAG = 0.36, 0.1, 0.55, 0.4
SHARP_ECTOPIC, SHARP_ECTOPIC_LAG = 9.0, 0.34


@dataclass(frozen=True, eq=False)
class _Course:
    """What tells QRS from T at each sample: speed of the heart vector, speed over size, size, and the leads."""

    energy: np.ndarray
    sharpness: np.ndarray
    size: np.ndarray
    leads: np.ndarray
    rate: float


def clean(signal: np.ndarray) -> np.ndarray:
    """The signal as float64 with missing samples bridged by straight lines (0 in an empty lead)."""
    signal = np.array(signal, dtype=np.float64, ndmin=2)
    for lead in signal:
        bad = ~np.isfinite(lead)
        if bad.any():
            good = np.flatnonzero(~bad)
            lead[bad] = np.interp(np.flatnonzero(bad), good, lead[good]) if good.size else 0.0
    return signal


def spatial_magnitude(
    signal: np.ndarray, rate: float, low: float = WAVE_BAND[0], high: float = WAVE_BAND[1]
) -> np.ndarray:
    """Root sum of squares over the leads of the band-passed signal.

    Parameters
    ----------
    signal : ndarray, shape (leads, samples)
        Millivolts.
    rate, low, high : float
        Hz; `high` is lowered where the rate does not reach it.

    Returns
    -------
    ndarray, shape (samples,)
        Millivolts.
    """
    return np.sqrt(np.sum(_band_pass(signal, rate, low, high) ** 2, axis=0))


def detect_qrs(signal: np.ndarray, rate: float, energy: np.ndarray | None = None) -> np.ndarray:
    """The fiducial sample of every QRS.

    Parameters
    ----------
    signal : ndarray, shape (leads, samples)
        Millivolts, any number of leads; of twelve, the eight independent ones are used. Missing
        samples (NaN) are bridged.
    rate : float
        Hz.
    energy : ndarray, shape (samples,), optional
        The signal's `activity`, where it is known already.

    Returns
    -------
    ndarray of int64
        Samples at which the spatial magnitude of the QRS is largest, ascending; empty when the
        signal is flat or shorter than half a second.
    """
    signal = clean(signal)
    if signal.shape[0] == 12:
        signal = independent_leads(signal)
    if signal.shape[1] < 0.5 * rate:
        return np.zeros(0, dtype=np.int64)
    if energy is None:
        energy = activity(signal, rate)
    leads = _band_pass(signal, rate, *WAVE_BAND)
    magnitude = np.sqrt(np.sum(leads**2, axis=0))
    candidates = find_peaks(energy, distance=max(1, int(REFRACTORY * rate)))
    candidates = _with_edges(candidates, energy, rate)
    if candidates.size == 0:
        return np.zeros(0, dtype=np.int64)
    swing = smoothing.maximum(magnitude, int(0.12 * rate) | 1)[candidates]
    candidates = candidates[swing > SMALLEST_QRS]
    # The slower a wave, the less it moves for its size.
    size = smoothing.maximum(magnitude, int(0.16 * rate) | 1)
    course = _Course(energy, energy / np.maximum(size, 1e-9), size, leads, rate)
    accepted = without_tall_t(candidates, _above_threshold(candidates, course), course)
    return _peaks_of_magnitude(accepted, magnitude, rate)


def _band_pass(signal, rate, low, high):
    return both_ways(signal, rate, low, min(high, 0.45 * rate), padding=int(rate))


def activity(signal, rate):
    """Speed of the heart vector within the QRS band, smoothed over 80 ms; noisy leads weigh less."""
    slope = np.gradient(_band_pass(signal, rate, *QRS_BAND), axis=1) * rate
    # A lead whose quiet moments are loud carries noise: weigh each by how far its QRS stand out.
    loud, quiet = np.percentile(np.abs(slope), [98, 30], axis=1)
    trust = np.where(loud > 0, np.clip(1 - 3 * quiet / np.maximum(loud, 1e-9), 0.05, 1), 0)
    # One lead with a loose electrode must not outshout the others.
    ceiling = 4 * median(loud[loud > 0]) if (loud > 0).any() else 1.0
    trust = trust * np.minimum(1, ceiling / np.maximum(loud, 1e-9))
    power = (trust[:, None] * slope) ** 2
    # What is seen in one lead alone is a loose electrode, not a beat: leave the loudest lead out.
    alone = power.max(axis=0) if len(power) >= 4 else 0.0
    speed = np.sqrt(np.sum(power, axis=0) - alone)
    return smoothing.mean(speed, max(1, int(0.08 * rate)))


def _with_edges(candidates, energy, rate):
    """Add a QRS cut by the first or last samples: a peak of the energy at the very edge."""
    reach = int(REFRACTORY * rate)
    loud = 0.6 * median(np.sort(energy[candidates])[-5:]) if candidates.size else 0.0
    for edge, window in ((0, energy[:reach]), (len(energy) - 1, energy[-reach:])):
        near = candidates.size and np.min(np.abs(candidates - edge)) < reach
        if energy[edge] == window.max() and energy[edge] > loud and not near:
            candidates = np.sort(np.append(candidates, edge))
    return candidates


def _above_threshold(candidates, course):
    """Candidates above a share of the local QRS level that are no T, with a second look in long gaps."""
    if candidates.size == 0:
        return candidates
    rate, heights = course.rate, course.energy[candidates]
    # The QRS level near each beat: the highest candidates within 2.5 s either side.
    level = np.array([_level(heights[np.abs(candidates - c) < 2.5 * rate]) for c in candidates])
    whole = _level(heights)
    level = np.clip(level, 0.4 * whole, 1.5 * whole)
    noise = smoothing.percentile_at(course.energy, 25, int(2 * rate) | 1, candidates)
    above = heights > noise + 0.35 * (level - noise)
    if above.any():
        large = course.size[candidates] > ECTOPIC_SIZE * median(course.size[candidates[above]])
        large &= course.sharpness[candidates] > T_SHARPNESS
        lag = np.where(course.sharpness[candidates] > SHARP_ECTOPIC, SHARP_ECTOPIC_LAG, ECTOPIC_LAG) * rate
        soonest = np.minimum(ECTOPIC_SHARE * _usual_interval(candidates[above]), lag)
        large &= _time_since(candidates[above], candidates) >= soonest
        above |= large & (heights > noise + ECTOPIC_ENERGY * (level - noise))
    waves = candidates[above]
    accepted = _by_vote(waves, _drop_t_waves(waves, candidates, course), course)
    accepted = _without_t_at_start(candidates, accepted, course)
    if accepted.size < 2:
        return accepted
    # Pan and Tompkins' search back: a gap of 1.6 typical RR hides a small beat.
    typical = median(np.diff(accepted))
    missed = []
    for left, right in itertools.pairwise(accepted):
        if right - left > 1.6 * typical:
            inside = (candidates > left) & (candidates < right - 0.25 * rate)
            inside &= heights > noise + 0.2 * (level - noise)
            found = [c for c in candidates[inside] if not _is_t(c, left, accepted, candidates, course)]
            if found:
                missed.append(max(found, key=lambda c: course.energy[c]))
    return np.sort(np.append(accepted, missed).astype(np.int64))


def _time_since(waves, at):
    """Samples from the last of the waves before each of `at`; before the first, one may lie just before the strip."""
    last = np.searchsorted(waves, at) - 1
    return np.where(last >= 0, at - waves[np.maximum(last, 0)], at)


def _usual_interval(waves):
    """Median of the mean of neighbouring intervals (in bigeminy they alternate), samples; 0 for fewer than three waves."""
    return median(waves[2:] - waves[:-2]) / 2 if len(waves) > 2 else 0


def _level(heights):
    """A typical QRS height: the median of those above a third of the second highest."""
    top = np.sort(heights)[-2:][0]
    return median(heights[heights >= 0.35 * top])


def _drop_t_waves(beats, candidates, course):
    """The beats without the peaks that are the T wave of the beat before."""
    kept = []
    if len(beats) > 2 and beats[0] < LATEST_T * course.rate:
        # The beat before may lie before the strip.
        first, (energy, size) = beats[0], (median(v[beats[1:6]]) for v in (course.energy, course.size))
        soon = first < ECTOPIC_LAG * course.rate and course.sharpness[first] < SHARP_ECTOPIC
        small = course.size[first] < LATE_T_SIZE * size
        if course.energy[first] < LATE_T_ENERGY * energy and (soon or small):
            beats = beats[1:]
    for beat in beats:
        if not (kept and _is_t(beat, kept[-1], beats, candidates, course)):
            kept.append(beat)
    return np.array(kept, dtype=np.int64)


def _is_t(at, beat, beats, candidates, course):
    """Whether the peak `at` is the T of the `beat` before it.

    Either it is as slow as a T, or every beat has the like at that distance. `candidates` are all waves.
    """
    lag = at - beat
    share = course.energy[at] / course.energy[beat]
    if lag >= LATEST_T * course.rate:
        return False
    following = beats[beats > at]
    own_t = _has_own_t(at, following, candidates, course)
    if _is_small_between(at, beat, following, course):
        return True
    if not own_t and _is_t_of_ectopic(at, beat, beats, course):
        return True
    half = int(0.06 * course.rate)
    cut_off = at + half >= len(course.energy)
    if cut_off and lag < ECTOPIC_LAG * course.rate and share < T_ENERGY:
        # The filters make the last samples sharp: what a T begins there looks like a QRS.
        return True
    alone = following.size > 0 and following[0] - at > FARTHER * lag
    if lag < SHARP_T * course.rate and alone and share < 1.0:
        return True
    between = candidates[(candidates > beat) & (candidates < at)]
    if between.size and course.size[at] > max(
        SECOND_SIZE * course.size[beat], SECOND_GROWTH * course.size[between].max()
    ):
        return False
    if share >= T_ENERGY:
        return False
    if course.sharpness[at] < T_SHARPNESS or (lag < SHARP_T * course.rate and share < SHARP_T_ENERGY):
        return True
    if own_t and course.size[at] > LATE_T_SIZE * course.size[beat]:
        return False
    late = lag >= LATEST_LIKELY_T * course.rate
    small = share < LATE_T_ENERGY and course.size[at] < LATE_T_SIZE * course.size[beat]
    if late and not (small and course.sharpness[at] < LATE_T_SHARPNESS):
        return False
    if cut_off:  # nothing to compare
        return not late
    return _is_like_other_t(at, lag, share, half, beats, late, course)


def _is_small_between(at, beat, following, course):
    """Whether the peak is far smaller than the two beats it lies between, which leave no room for a third."""
    if not following.size or following[0] - beat >= BETWEEN * course.rate:
        return False
    around = (beat, following[0])
    return course.energy[at] < BETWEEN_ENERGY * min(course.energy[k] for k in around) and (
        course.size[at] < BETWEEN_SIZE * min(course.size[k] for k in around)
    )


def _is_t_of_ectopic(at, beat, beats, course):
    """Whether the beat is a slow one among sharp ones, and the peak the slower T that such a beat has."""
    near = beats[np.abs(beats - beat) < USUAL_WITHIN * course.rate]
    sharp = ECTOPIC_SMOOTH * median(course.sharpness[near])
    usual = near[course.sharpness[near] >= sharp]
    if (
        at - beat >= ECTOPIC_LAG * course.rate
        or course.sharpness[beat] >= sharp
        or course.energy[at] >= T_ENERGY * median(course.energy[usual])
    ):
        return False
    smoother = course.sharpness[at] < ECTOPIC_SMOOTH * course.sharpness[beat]
    return smoother or course.size[at] < ECTOPIC_T_SIZE * course.size[beat]


def _is_like_other_t(at, lag, share, half, beats, late, course):
    """Whether what follows the other beats at the same distance is like this peak."""
    after = [
        course.energy[other + lag - half : other + lag + half + 1].max()
        for other in beats
        if other != at - lag
        and course.energy[other] > course.energy[at] / max(share, T_ENERGY)
        and other + lag + half < len(course.energy)
    ]
    if len(after) < 3:
        return not late
    # A low percentile: in bigeminy half the beats have an ectopic one there.
    if course.energy[at] >= T_LIKENESS * percentile(after, 30):
        return False
    # In a tachycardia what stands there is the next QRS.
    return not late or bool(course.energy[at] > percentile(after, 70) / T_LIKENESS)


def _has_own_t(at, following, candidates, course):
    """Whether a slow wave of a fair size follows the peak `at` where its T would stand, before the next beat."""
    first, last = (at + round(lag * course.rate) for lag in OWN_T)
    if following.size:
        last = min(last, following[0] - round(OWN_T[0] * course.rate))
    waves = candidates[(candidates >= first) & (candidates <= last)]
    waves = waves[course.sharpness[waves] < T_SHARPNESS]
    return bool(np.any(course.size[waves] > OWN_T_SIZE * course.size[at]))


def _by_vote(waves, beats, course):
    """The beats among the waves when those that are alike settle together whether they are beats."""
    half, shift = (max(1, int(seconds * course.rate)) for seconds in (ALIKE_WITHIN, 0.02))
    whole = waves[(waves >= half + shift) & (waves + half + shift < course.leads.shape[1])]
    if len(whole) == len(beats) or len(whole) <= VOTES:
        return beats
    alike = wave_likeness(course.leads, whole, half, shift) > ALIKE
    np.fill_diagonal(alike, False)
    is_beat = np.isin(whole, beats)
    beat_votes, t_votes = (alike.astype(int) @ verdict for verdict in (is_beat, ~is_beat))
    becomes_t = is_beat & (t_votes >= VOTES) & (t_votes > MAJORITY * beat_votes)
    becomes_beat = ~is_beat & (beat_votes >= VOTES) & (beat_votes > MAJORITY * t_votes)
    return np.union1d(np.setdiff1d(beats, whole[becomes_t]), whole[becomes_beat]).astype(np.int64)


def _without_t_at_start(candidates, beats, course):
    """The beats without a first one whose QRS would lie before the strip, and that is one of the T waves."""
    half, shift = (max(1, int(seconds * course.rate)) for seconds in (ALIKE_WITHIN, 0.02))
    if not len(beats) or beats[0] >= CUT_OFF_WITHIN * course.rate:
        return beats
    later = candidates[(candidates >= half + shift) & (candidates + half + shift < course.leads.shape[1])]
    later = later[(later > beats[0]) & (course.energy[later] > CUT_OFF_ENERGY * course.energy[beats[0]])]
    t_waves, others = np.setdiff1d(later, beats), np.intersect1d(later, beats)
    if len(t_waves) < VOTES or not len(others):
        return beats
    before = min(int(beats[0]), half)
    own = course.leads[:, beats[0] - before : beats[0] + half + 1]

    def like(at):
        pieces = (course.leads[:, at + by - before : at + by + half + 1] for by in range(-shift, shift + 1))
        return max(
            float(np.sum(own * piece) / max(np.linalg.norm(own) * np.linalg.norm(piece), 1e-12))
            for piece in pieces
        )

    as_t, as_qrs = (float(np.median([like(at) for at in group])) for group in (t_waves, others))
    return beats[1:] if as_t > max(ALIKE_CUT_OFF, as_qrs + CLEARLY) else beats


def _peaks_of_magnitude(beats, magnitude, rate):
    """Move each beat to the largest spatial magnitude within 80 ms; merge what falls together."""
    half = int(0.08 * rate)
    fiducials = []
    for beat in beats:
        start = max(0, beat - half)
        peak = start + int(np.argmax(magnitude[start : beat + half + 1]))
        if not fiducials or peak - fiducials[-1] >= 0.15 * rate:
            fiducials.append(peak)
        elif magnitude[peak] > magnitude[fiducials[-1]]:
            fiducials[-1] = peak
    return np.array(fiducials, dtype=np.int64)
