"""The representative beat: what this heart's usual beat looks like, free of noise.

The median over the aligned beats of the dominant class, as electrocardiographs form it
(Kligfield et al., AHA/ACC/HRS 2007 part I, "formation of a representative single-lead complex").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.beats import activity, clean, detect_qrs
from ecgtwin_app.ecg.delineation.p_wave import PWave, find_p, sinus_p
from ecgtwin_app.ecg.delineation.pacing_spikes import find_spikes, without_spikes
from ecgtwin_app.ecg.delineation.qrs_t import SPIKE_EDGE, Waves, onset_after_spike, qrs_bounds, t_wave
from ecgtwin_app.ecg.signal import sliding
from ecgtwin_app.ecg.signal.leads import basis, with_limb_leads
from ecgtwin_app.ecg.signal.order import median, median_over
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.ecg.signal.spline import natural_spline
from ecgtwin_app.ecg.signal.zero_phase import both_ways

#: Seconds before and after the fiducial that a representative beat shows, when the rate allows.
BEFORE, AFTER = 0.35, 0.65
#: Beats whose QRS correlate at least so with a class's first beat belong to it.
SAME_CLASS = 0.9
#: A beat is early when its interval is shorter than this share of the usual one.
EARLY = 0.8


@dataclass(frozen=True, eq=False)
class RepresentativeBeat:
    """The dominant beat of a recording.

    Attributes
    ----------
    signal : ndarray, shape (8, samples), float32
        I, II, V1 to V6 in millivolts at 500 Hz, 0 in the segment before the QRS. From 0.35 s before
        the fiducial (more when the P begins earlier, less at fast rates) to 0.65 s after it (less at
        fast rates).
    fiducial : int
        Sample of the largest spatial magnitude of the QRS.
    p_onset, p_peak, p_offset, qrs_onset, qrs_offset, t_peak, t_offset : int or None
        Samples in `signal`, over all leads (earliest onset, latest end); None when there is no such wave.
    rr : float
        Seconds, median.
    beats_used, beats_total : int
    p : PWave
        How consistent the P wave is, and in which of the used beats it was seen.
    leads : tuple of str
        Of the rows: I, II, V1 to V6, or what `ecg.signal.leads.basis` finds in a recording of fewer leads.
    """

    signal: np.ndarray
    fiducial: int
    p_onset: int | None
    p_peak: int | None
    p_offset: int | None
    qrs_onset: int | None
    qrs_offset: int | None
    t_peak: int | None
    t_offset: int | None
    rr: float
    beats_used: int
    beats_total: int
    p: PWave
    leads: tuple[str, ...] = INDEPENDENT_LEADS


@dataclass(frozen=True, eq=False)
class BeatStack:
    """All beats of a recording, cut out and classified; what median and delineation start from.

    Attributes
    ----------
    signal : ndarray, shape (8, samples)
        The recording at 500 Hz with the baseline drawn straight and without pacing spikes, millivolts.
    spikes : ndarray of int
        Samples of the pacing spikes.
    energy : ndarray, shape (samples,)
        The heart vector's `beats.activity`.
    fiducials : ndarray of int
        Samples, aligned by cross-correlation within the dominant class.
    dominant : ndarray of bool
        Which beats belong to the dominant class.
    correlation : ndarray
        Of each beat's QRS with the dominant median, -1 to 1.
    rr : float
        Seconds, median.
    leads : tuple of str
        Of the rows: I, II, V1 to V6, or what `ecg.signal.leads.basis` finds in a recording of fewer leads.
    """

    signal: np.ndarray
    spikes: np.ndarray
    energy: np.ndarray
    fiducials: np.ndarray
    dominant: np.ndarray
    correlation: np.ndarray
    rr: float
    leads: tuple[str, ...] = INDEPENDENT_LEADS


def representative_beat(recording: Recording) -> RepresentativeBeat:
    """The median beat and its waves.

    Raises
    ------
    EcgError
        When the eight independent leads are not there, or there is no beat.
    """
    missing = [name for name in INDEPENDENT_LEADS if name not in recording.leads]
    if missing:
        raise EcgError(
            "A representative beat needs I, II and V1 to V6; {leads} is missing.", leads=", ".join(missing)
        )
    return median_of(stack_beats(recording))


def median_of(stack: BeatStack) -> RepresentativeBeat:
    """The median beat of a stack."""
    rate = MODEL_RATE
    before = int(min(0.6, 0.8 * stack.rr) * rate)
    after = int(max(min(AFTER, 0.85 * stack.rr), 0.25) * rate)
    used = np.flatnonzero(stack.dominant)
    beats = windows_around(stack.signal, stack.fiducials[used], before, after)
    signal = median_over(beats)
    every = with_limb_leads(signal, stack.leads)
    quiet, offset = qrs_bounds(every, rate, before)
    onset = after_spike(stack, used, every, before, quiet, before + int(0.06 * rate))
    following = np.diff(stack.fiducials, append=np.iinfo(np.int64).max)[used] / rate
    # In bigeminy the next beat comes sooner than the usual interval says.
    free = median(following)
    t_peak, t_offset = t_wave(every, rate, onset, offset, free if free < 0.8 * stack.rr else stack.rr)
    gaps = np.diff(stack.fiducials, prepend=np.nan)[used]
    # Without a T, what follows the QRS by 0.2 s may be anything but QRS.
    t_end = offset + int(0.2 * rate) if t_offset is None else t_offset
    sinus = sinus_p(stack.leads)
    p = find_p(beats, gaps, rate, quiet, offset, t_end if t_peak is None else t_peak, t_end, sinus)
    # Before a spike, not in its tail.
    level = np.median(signal[:, max(0, quiet - 12) : max(1, quiet - 2)], axis=1, keepdims=True)
    shown = int(BEFORE * rate)
    if p.onset is not None:
        shown = max(shown, before - p.onset + int(0.04 * rate))
    start = before - min(before, shown)
    p_onset = p.onset
    if p_onset is not None and p.peak is not None:
        p_onset = after_spike(stack, used, every, before, p_onset, p.peak)
    waves = Waves(p_onset, p.peak, p.offset, onset, offset, t_peak, t_offset).moved(-start)
    return RepresentativeBeat(
        signal=(signal - level)[:, start:].astype(np.float32),
        fiducial=before - start,
        **vars(waves),
        rr=stack.rr,
        beats_used=len(used),
        beats_total=len(stack.fiducials),
        p=p,
        leads=stack.leads,
    )


def stack_beats(recording: Recording) -> BeatStack:
    """Detect, classify and align the beats of a recording of any leads, and straighten its baseline.

    Raises
    ------
    EcgError
        When there is no beat.
    """
    leads, signal = basis(recording)
    signal = clean(signal)
    if recording.rate != MODEL_RATE:
        signal = resample_array(signal, recording.rate, MODEL_RATE)
    rate = MODEL_RATE
    spikes = find_spikes(signal, rate)
    signal = without_spikes(signal, spikes, rate)
    energy = activity(signal, rate)
    fiducials = detect_qrs(signal, rate, energy)
    if fiducials.size == 0:
        raise EcgError("No heart beat was found in this recording; check that its leads are connected.")
    rr = median(np.diff(fiducials)) / rate if fiducials.size > 1 else 0.8
    steady = _high_pass(signal, rate)
    dominant, fiducials, correlation = _classify(steady, fiducials, rate)
    straight = _straighten(signal, steady, fiducials, dominant, rate, rr, leads)
    return BeatStack(straight, spikes, energy, fiducials, dominant, correlation, rr, leads)


def after_spike(
    stack: BeatStack, members: np.ndarray, beat: np.ndarray, before: int, onset: int, until: int
) -> int:
    """The onset of a wave that ends after `until` in windows that begin `before` samples before the fiducial.

    Kept unless a spike stands there (see `waves.onset_after_spike`).
    """
    spike = spike_at(stack, members, onset - before)
    return onset if spike is None else onset_after_spike(beat, MODEL_RATE, onset, before + spike, until)


def spike_at(stack: BeatStack, members: np.ndarray, at: int) -> int | None:
    """The spike that stands at a place in at least half of these beats; both in samples from the fiducial."""
    apart = stack.spikes[None, :] - stack.fiducials[members][:, None] - at
    near = np.where(np.abs(apart) <= SPIKE_EDGE * MODEL_RATE, apart, np.inf)
    if not near.size:
        return None
    nearest = near[np.arange(len(near)), np.argmin(np.abs(near), axis=1)]
    nearest = nearest[np.isfinite(nearest)]
    return at + int(median(nearest)) if 2 * len(nearest) >= len(members) else None


def windows_around(signal: np.ndarray, fiducials: np.ndarray, before: int, after: int) -> np.ndarray:
    """Windows around each fiducial, shape (beats, leads, before + after); NaN beyond the recording."""
    width, samples = before + after, signal.shape[1]
    windows = np.full((len(fiducials), len(signal), width), np.nan)
    for window, start in zip(windows, (int(at) - before for at in fiducials), strict=True):
        first, stop = max(start, 0), min(start + width, samples)
        if first < stop:
            window[:, first - start : stop - start] = signal[:, first:stop]
    return windows


def _high_pass(signal, rate, cutoff=0.5):
    return both_ways(signal, rate, low=cutoff, padding=int(3 * rate))


def _classify(signal, fiducials, rate):
    """The dominant class: beats sorted by the likeness of their QRS in all leads."""
    half = int(0.08 * rate)
    smooth = both_ways(signal, rate, high=30.0, padding=9)
    beats = np.nan_to_num(windows_around(smooth, fiducials, half, half))
    inside = (fiducials >= half) & (fiducials + half <= signal.shape[1])
    likeness = _correlations(beats)
    likeness[:, ~inside] = 0
    seed = _dominant_seed(likeness, beats, inside, np.diff(fiducials, prepend=np.nan))
    members = inside
    for _ in range(2):
        members = (seed >= SAME_CLASS) & inside
        if not members.any():
            members = inside if inside.any() else np.ones_like(inside)
        template = median_over(beats[members])
        fiducials, seed = _align(smooth, fiducials, template, half)
        beats = np.nan_to_num(windows_around(smooth, fiducials, half, half))
    dominant = seed >= SAME_CLASS
    if not dominant.any():
        dominant = members
    return dominant, fiducials, seed


def _correlations(beats):
    flat = beats.reshape(len(beats), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    return flat @ flat.T


def _dominant_seed(likeness, beats, inside, gaps):
    """Likeness to the beat that most others resemble; of two equal classes, the one not early, then the narrower."""
    alike = (likeness >= SAME_CLASS) & inside
    counts = np.sum(alike, axis=1) * inside
    magnitude = np.sqrt(np.sum(beats**2, axis=1))
    width = np.mean(magnitude > 0.3 * magnitude.max(axis=1, keepdims=True), axis=1)
    near = np.flatnonzero(counts >= 0.5 * counts.max())
    known = np.isfinite(gaps)
    waits = np.array([median(gaps[alike[k] & known]) if (alike[k] & known).any() else 0.0 for k in near])
    # In bigeminy the ectopic beats are as many as the others, or more where those differ among themselves, and may be as
    # narrow; but they come too soon.
    near = near[waits >= EARLY * waits.max()]
    near = near[counts[near] >= 0.75 * counts[near].max()]
    return likeness[near[np.lexsort((-counts[near], np.round(width[near], 1)))[0]]]


def _align(signal, fiducials, template, half, reach=15):
    """Shift each fiducial within `reach` samples to where its beat is most like the template."""
    wide = np.nan_to_num(windows_around(signal, fiducials, half + reach, half + reach))
    shape = template - template.mean()
    shape /= max(np.linalg.norm(shape), 1e-9)
    # The shape has mean 0, so that a window's own mean counts in its size only.
    sums, squares = (sliding.sums(x.sum(axis=1), 2 * half) for x in (wide, wide**2))
    size = np.sqrt(np.maximum(squares - sums**2 / shape.size, 0))
    scores = sliding.products(wide, shape) / np.maximum(size, 1e-9)
    best = np.argmax(scores, axis=1)
    likeness = scores[np.arange(len(fiducials)), best]
    moved = np.where(likeness >= SAME_CLASS, best - reach, 0)
    return np.clip(fiducials + moved, 0, signal.shape[1] - 1), likeness


def _straighten(signal, steady, fiducials, dominant, rate, rr, leads):
    """Subtract a cubic spline through the levels just before the QRS (Meyer and Keiser 1977)."""
    before = int(0.2 * rate)
    used = np.flatnonzero(dominant)
    usual = median_over(windows_around(steady, fiducials[used], before, int(0.3 * rate)))
    onset = qrs_bounds(with_limb_leads(usual, leads), rate, before)[0] - before
    # A beat that comes early has no quiet segment before it, only the T wave of its forerunner.
    gap = np.diff(fiducials, prepend=-(10**6))
    knots = np.array(
        [f for f, d, g in zip(fiducials, dominant, gap, strict=True) if d and g > 0.7 * rr * rate]
    )
    knots = knots[knots + onset > 0.04 * rate] if knots.size else knots
    if knots.size < 3 or np.max(np.diff(knots)) > 3 * rate:
        return steady
    low, high = onset - int(0.026 * rate), onset - int(0.006 * rate)
    levels = np.stack([np.mean(signal[:, max(0, k + low) : k + high], axis=1) for k in knots])
    first, last = knots[0] + low, knots[-1] + low
    # Held level beyond the outermost knots: extrapolated cubics run away.
    at = np.clip(np.arange(signal.shape[1]), first, last)
    return signal - natural_spline(knots + (low + high) / 2, levels, at).T
