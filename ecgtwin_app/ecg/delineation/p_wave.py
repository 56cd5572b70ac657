"""The P wave: a deflection before the QRS that comes back in every beat.

One beat cannot tell a P from a fibrillatory wave. A P has the same shape, in all leads, at the same
distance from every QRS; a fibrillatory wave has not. So a P is looked for in the median beat, and
believed when the single beats repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.p_t_discrimination import goes_with_t
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.order import median, median_over, medians_without_one, percentile
from ecgtwin_app.ecg.signal.peaks import find_peaks, prominences
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS

#: The longest P onset to QRS onset that is looked for, seconds.
LONGEST_PR = 0.42
#: Seconds by which a beat's own P may come earlier or later than the median's.
JITTER = 0.024
#: What a second of such a shift takes off the correlation.
SHIFT_COST = 6.0
#: Median correlation of the single beats' P with the median P of the others that makes it consistent.
#: Less will do where the beats come regularly, since no atrium fibrillates behind them.
CONSISTENT, CONSISTENT_IRREGULAR = 0.68, 0.8
#: Correlation that makes one beat's P present; in regular beats also so large a part of the usual P.
PRESENT, PART = 0.55, 0.35
#: Share of the beats in which it must be present: half of all fibrillatory waves point the right way.
USUAL = 0.75
#: P begins and ends where the speed passes these shares of the flank's steepest above the quiet
#: level, a percentile of the speed between T and QRS; no flank lasts longer than so many seconds.
ONSET_SHARE, END_SHARE, QUIET, LONGEST_FLANK = 0.14, 0.2, 30, 0.115
#: A flank is not over where the P still stands this high: between the peaks of a notched P it is quiet too.
LOW = 0.3
#: A P whose foot seems nearer to its peak than this (s) has none.
NO_FOOT = 0.02
#: From so many seconds between T and QRS on, the percentile is the full one.
QUIET_STRETCH = 0.35
#: Of a P that begins before T has ended so many seconds before its peak are enough, seen in this share of the beats.
CLEAR_BEFORE_PEAK, MOST_CLEAR = 0.012, 0.75
#: Seconds before the end of the T of the beat before in which a P may already be seen.
OVERLAP = 0.04
#: Smallest P that is believed, mV, root mean square over the leads at its peak: where the beats come
#: regularly; where they do not, since there small fibrillatory waves may line up by chance; and on T, whose
#: own end leaves as much in tachycardias without P.
SMALLEST, SMALLEST_IRREGULAR, SMALLEST_ON_T = 0.012, 0.03, 0.036
#: On T a wave that goes with the T (`p_or_t`) by more than the first of these is no P, and a small one that does by
#: less than the second is one. It is asked of the whole wave and of so many seconds either side of its peak, if the
#: standard error there is at most this. In 120 twins of patients of the training, half in sinus tachycardia above
#: 140/min, half in supraventricular tachycardia without P, of the waves that point as a sinus P does 37 of 42 in the
#: one stay below 0.6 and all 13 in the other lie above it.
WITH_T, WITH_QRS, AROUND_PEAK, KNOWN_TO, SMALLEST_KNOWN = 0.6, 0.4, 0.024, 0.3, 0.02
#: The rise of T, seconds, from which its fall can be foretold, unless the QRS is wide: what follows such
#: a QRS is no mirror of itself.
SHORTEST_RISE, WIDE = 0.04, 0.12
#: Which way a sinus P points in I, II, V1 to V6 (Surawicz et al., AHA/ACC/HRS 2009 part III: upright in
#: I, II and V4 to V6), and how much a wave the other way counts less.
SINUS, AGAINST = np.array([0.6, 1.0, 0.2, 0.4, 0.5, 0.5, 0.5, 0.5]), 0.4
#: The same in the leads that stand alone in recordings of fewer leads; in all others P is taken to be upright.
SINUS_ALONE = {"III": 0.4, "aVR": -0.8, "aVL": 0.1, "aVF": 0.7, "MLII": 1.0, "Z": 0.1}
#: On T, within so many seconds of its end, or in irregular beats only a wave that points that way is
#: believed (correlation): the foot of T looks like a P upside down.
NEAR_T, SINUS_LIKE = 0.08, 0.2


@dataclass(frozen=True, eq=False)
class PWave:
    """The P wave of a recording's dominant beats.

    Attributes
    ----------
    onset, peak, offset : int or None
        Samples in the median beat; None when no P is consistent.
    consistency : float or None
        Median correlation of each beat's P with the median of the others, -1 to 1; None when it
        cannot be judged.
    present : ndarray of float
        For each beat 1 with a P, 0 without, NaN when it cannot be seen.
    shift : ndarray of int
        Samples by which each beat's P lies later than the median's.
    """

    onset: int | None
    peak: int | None
    offset: int | None
    consistency: float | None
    present: np.ndarray
    shift: np.ndarray


def find_p(
    beats: np.ndarray,
    gaps: np.ndarray,
    rate: float,
    qrs_onset: int,
    qrs_offset: int,
    t_peak: int,
    t_offset: int,
    sinus: np.ndarray = SINUS,
) -> PWave:
    """The P of a set of aligned beats.

    Parameters
    ----------
    beats : ndarray, shape (beats, leads, samples)
        Millivolts; NaN beyond the recording.
    gaps : ndarray
        Samples from the beat before to each beat, of whatever class; NaN for the first.
    rate : float
        Hz.
    qrs_onset, qrs_offset, t_peak, t_offset : int
        Samples in a beat's window.
    sinus : ndarray, shape (leads,)
        Which way a sinus P points (`sinus_p`).
    """
    known = gaps[np.isfinite(gaps)]
    cycle = median(known) if known.size else rate
    irregular = known.size >= 3 and median(np.abs(known - cycle)) > 0.08 * cycle
    # What comes before the T of the beat before has ended is T, not P: it is hidden, beat by beat.
    t_offset = t_offset - int(OVERLAP * rate)
    visible = _hide(beats, gaps, t_offset)
    waves = _look(visible, rate, qrs_onset, t_offset - cycle, irregular, sinus)
    regular = known.size >= 3 and np.std(known) < 0.08 * cycle
    if regular and all(wave.onset is None for wave in waves):
        # A P on the T wave (long PR, fast rate) can be told only where the T always falls alike.
        falling = int(t_peak - cycle)
        narrow = qrs_offset - qrs_onset < WIDE * rate
        if narrow and falling >= 0 and t_peak - qrs_offset >= SHORTEST_RISE * rate:
            clear = _without_falling_t(beats, qrs_offset, t_peak, falling)
            first = falling + int(0.02 * rate)
            waves += _look(clear, rate, qrs_onset, first, irregular, sinus, (beats, gaps), True)
        if all(wave.onset is None for wave in waves):
            late = _look(visible, rate, qrs_onset, t_offset - cycle, irregular, sinus, (beats, gaps))
            waves += [wave for wave in late if wave.onset is not None]
    for wave in waves:
        if wave.onset is not None:
            return wave
    if waves:
        return max(waves, key=lambda wave: -1 if wave.consistency is None else wave.consistency)
    return _nothing(len(beats))


def sinus_p(leads: tuple[str, ...]) -> np.ndarray:
    """Which way a sinus P points in these leads, and how clearly; shape (leads,)."""
    known = dict(zip(INDEPENDENT_LEADS, SINUS, strict=True)) | SINUS_ALONE
    return np.array([known.get(name, 0.5) for name in leads])


def _nothing(count, consistency=None):
    return PWave(None, None, None, consistency, np.full(count, np.nan), np.zeros(count, dtype=int))


def _hide(beats, gaps, t_offset):
    """The beats with NaN up to where the T of the beat before ends, `t_offset` samples from its window."""
    beats = beats.copy()
    for beat, gap in zip(beats, gaps, strict=True):
        if np.isfinite(gap):
            beat[:, : max(0, int(t_offset - gap))] = np.nan
    return beats


def _without_falling_t(beats, qrs_offset, t_peak, falling):
    """The beats less the fall of the T before them, taken to mirror the rise of their own T.

    `falling` is where the T of the beat before peaks, in samples of the beats' window.
    """
    mirror = median_over(beats[:, :, qrs_offset : t_peak + 1], empty=np.nan)[:, ::-1]
    # Level with what comes after T.
    mirror = mirror - mirror[:, -1:] * np.linspace(0, 1, mirror.shape[1])
    beats = beats.copy()
    stop = min(falling + mirror.shape[1], beats.shape[2])
    beats[:, :, falling:stop] -= mirror[None, :, : stop - falling]
    return beats


def _look(beats, rate, qrs_onset, first, irregular, sinus, whole=None, on_t=False):
    """What each candidate between `first` and the QRS turns out to be; `whole` are the beats with T, and their gaps.

    With them a P that begins as T ends is known by what lies behind that end.
    """
    seen = np.sum(np.isfinite(beats[:, 0, :]), axis=0)
    # The median is of use where at least three beats, and a third of them, are to be seen.
    enough = np.flatnonzero(seen >= max(3, len(beats) / 3))
    if enough.size == 0:
        return []
    median = np.zeros(beats.shape[1:])
    start = int(max(enough[0], first, qrs_onset - int(LONGEST_PR * rate), 0))
    asked = enough[(enough >= start) & (enough <= qrs_onset)]
    median[:, asked] = median_over(beats[:, :, asked])
    return [
        _judge(beats, median, rate, start, qrs_onset, peak, irregular, sinus, whole, on_t)
        for peak in _candidates(median, rate, start, qrs_onset, sinus)
    ]


def _relief(signal, rate):
    """The signal with what is slower than a P (T, drift) and faster (noise) taken away."""
    return smoothing.gaussian(signal, 0.008 * rate, axis=-1) - smoothing.gaussian(
        signal, 0.05 * rate, axis=-1
    )


def _candidates(median, rate, start, qrs_onset, sinus):
    """Up to two peaks of the relief before the QRS, the likeliest first."""
    stop = qrs_onset - int(0.008 * rate)
    if stop - start < 0.07 * rate:
        return []
    relief = _relief(median[:, start:stop], rate)
    size = np.sqrt(np.mean(relief**2, axis=0))
    # Between T and P there is a dip whose relief is as large; a sinus P points the way of `sinus`.
    along = sinus @ relief / np.maximum(np.linalg.norm(sinus) * np.linalg.norm(relief, axis=0), 1e-12)
    lead_in = (stop - start - np.arange(stop - start)) / rate
    # PR is most often near 160 ms; a far candidate must be clearly larger.
    weighted = size * (1 + AGAINST * along) / (1 + np.maximum(0, (lead_in - 0.2) / 0.2))
    # The edges carry the flank of T and the first of the QRS: no peak there, nor a yardstick for peaks.
    peaks = find_peaks(weighted, distance=max(1, int(0.05 * rate)))
    inside = (peaks > 0.02 * rate) & (peaks < stop - start - 0.02 * rate)
    peaks = peaks[inside]
    if peaks.size == 0:
        return []
    peaks = peaks[prominences(weighted, peaks) >= 0.25 * weighted[peaks].max()]
    order = peaks[np.argsort(-weighted[peaks])]
    return [int(start + peak) for peak in order[:2]]


def _judge(beats, median, rate, start, qrs_onset, peak, irregular, sinus, whole, on_t):
    """Bound the wave at `peak` and ask the single beats whether they repeat it."""
    onset, offset = _bounds(median, rate, start, qrs_onset, peak)
    jitter = int(JITTER * rate)
    low, high = onset - int(0.01 * rate), min(offset + int(0.01 * rate), qrs_onset)
    low = max(low, 0)
    if whole is not None and not on_t:
        clear = _first_clear(beats, qrs_onset)
        if low - jitter < clear <= peak - int(CLEAR_BEFORE_PEAK * rate):
            beats, low, on_t = whole[0], max(low, clear), True
    windows = _windows(beats, rate, low, high, jitter)
    seen = np.asarray(~np.isnan(windows).any(axis=(1, 2, 3)))
    # A few beats that happen to be clear of the T before them prove nothing about the others.
    if np.sum(seen) < max(3, len(beats) / 2):
        return _nothing(len(beats))
    likeness, part = np.full(len(beats), np.nan), np.zeros(len(beats))
    shift = np.zeros(len(beats), dtype=int)
    likeness[seen], part[seen], shift[seen] = _repeated(windows[seen], rate, jitter)
    consistency = float(np.nanmedian(likeness))
    wave = _relief(median[:, start:qrs_onset], rate)[:, peak - start]
    along = float(sinus @ wave / max(np.linalg.norm(sinus) * np.linalg.norm(wave), 1e-12))
    unlike = (irregular or onset - start < NEAR_T * rate) and along < SINUS_LIKE
    height = float(np.sqrt(np.mean((median[:, peak] - (median[:, onset] + median[:, offset]) / 2) ** 2)))
    has_p = likeness >= PRESENT if irregular else (likeness >= PRESENT) | (part >= PART)
    present = np.where(seen, np.asarray(has_p, float), np.nan)
    consistent = CONSISTENT_IRREGULAR if irregular else CONSISTENT
    smallest = SMALLEST_IRREGULAR if irregular else SMALLEST
    if on_t:
        smallest = _smallest_on_t(whole, rate, onset, peak, offset)
    if unlike or consistency < consistent or height < smallest or np.nanmean(present) < USUAL:
        return PWave(None, None, None, consistency, np.where(seen, 0.0, np.nan), shift)
    return PWave(onset, peak, offset, consistency, present, shift)


def _repeated(windows, rate, jitter):
    """How like the median of the others each beat's wave is where it is most like it, how large beside it, and where."""
    windows *= _trust(windows[:, jitter])[:, None]
    templates = medians_without_one(windows[:, jitter]).reshape(len(windows), -1, 1)
    flat = windows.reshape(*windows.shape[:2], -1)
    products = (flat @ templates)[..., 0]
    sizes, squares = np.sqrt(np.einsum("ksn,ksn->ks", flat, flat)), np.sum(templates**2, axis=(1, 2))
    scores = products / np.maximum(sizes * np.sqrt(squares)[:, None], 1e-12)
    # A P keeps its distance; fibrillatory waves can be made to fit by shifting, so shifts cost.
    scores -= SHIFT_COST * np.abs(np.arange(-jitter, jitter + 1)) / rate
    each, best = np.arange(len(windows)), np.argmax(scores, axis=1)
    return scores[each, best], products[each, best] / np.maximum(squares, 1e-12), best - jitter


def _first_clear(beats, qrs_onset):
    """The first sample from which on most beats are free of the T before them."""
    hidden = np.isnan(beats[:, 0, :qrs_onset]).mean(axis=0) > 1 - MOST_CLEAR
    return int(np.flatnonzero(hidden)[-1]) + 1 if hidden.any() else 0


def _smallest_on_t(on_t, rate, onset, peak, offset):
    """The least height (mV) at which a wave on T is a P; infinite when it goes with the T."""
    beats, gaps = on_t
    reach = int(AROUND_PEAK * rate)
    asked = (
        goes_with_t(beats, gaps, start, stop)
        for start, stop in ((onset, offset), (peak - reach, min(peak + reach, offset)))
    )
    known = [share for share, error in asked if error <= KNOWN_TO]
    if not known:
        return SMALLEST_ON_T
    share = np.mean(known)
    return np.inf if share > WITH_T else SMALLEST_KNOWN if share < WITH_QRS else SMALLEST_ON_T


def _windows(beats, rate, low, high, jitter):
    """Each beat's segment at each shift, straightened, shape (beats, shifts, leads, samples)."""
    # What lies farther away than the Gaussian reaches does not count.
    reach, width = jitter + int(0.03 * rate), high - low
    begin = max(0, low - reach)
    smooth = smoothing.gaussian(beats[:, :, begin : high + reach], 0.006 * rate, axis=-1)
    windows = np.zeros((len(beats), 2 * jitter + 1, beats.shape[1], width))
    for by in range(-jitter, jitter + 1):
        first = low + by
        if first >= 0 and first + width <= beats.shape[-1]:
            windows[:, by + jitter] = smooth[:, :, first - begin : first - begin + width]
    first = windows[..., :1].copy()
    windows -= (windows[..., -1:] - first) * np.linspace(0, 1, width)
    windows -= first
    return windows


def _trust(segments):
    """What to weigh each lead with so that the noise is alike in all; segments (beats, leads, samples)."""
    if len(segments) < 3:
        return np.ones(segments.shape[1])
    noise = np.sqrt(np.mean((segments - median_over(segments)) ** 2, axis=(0, 2)))
    return 1 / np.maximum(noise + 0.5 * median(noise), 1e-6)


def _bounds(median, rate, start, qrs_onset, peak):
    """Onset and end: outwards from the peak over each flank to where it is quiet again."""
    smooth = smoothing.gaussian(median[:, start:qrs_onset], 0.006 * rate, axis=1)
    speed = np.sqrt(np.sum(np.gradient(smooth, axis=1) ** 2, axis=0))
    # In a short stretch between T and QRS less of it is quiet.
    at, quiet = peak - start, percentile(speed, QUIET * min(1.0, len(speed) / (QUIET_STRETCH * rate)))
    height = np.linalg.norm(smooth - smooth[:, -1:], axis=0)
    edges = []
    for step, share in ((-1, ONSET_SHARE), (1, END_SHARE)):
        stop = int(np.clip(at + step * int(LONGEST_FLANK * rate), 0, len(speed) - 1))
        flank = np.arange(at, stop + step, step)
        # Beyond its foot begins another wave.
        foot = int(np.argmin(height[flank]))
        if step < 0 and foot < NO_FOOT * rate:
            # P stands on the slope of T: it begins at the kink.
            edges.append(_kink(smooth, at, stop, rate))
            continue
        flank = flank[: foot + 1]
        top = speed[flank[: int(0.06 * rate)]].max()
        foot = height[flank[-1]]
        low = height <= foot + LOW * (height[at] - foot)
        edges.append(_flank_end(speed, low, flank, quiet + share * (top - quiet), rate))
    return start + edges[0], start + edges[1]


def _kink(smooth, at, stop, rate):
    """Where the slope before a P at sample `at` bends most towards it, not before `stop`."""
    relief = _relief(smooth, rate)
    along = relief[:, at] @ relief
    return int(stop + np.argmin(along[stop : at + 1]))


def _flank_end(speed, low, flank, threshold, rate):
    """The last fast sample of the flank; a quiet and low stretch of 12 ms after the steepest ends the wave."""
    stretch = int(0.012 * rate)
    steepest = int(np.argmax(speed[flank]))
    last = int(flank[0])
    for count, position in enumerate(flank):
        if speed[position] > threshold or not low[position]:
            last = int(position)
        elif count > steepest and abs(position - last) > stretch:
            break
    return last
