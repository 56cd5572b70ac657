"""The waves of one beat: where P, QRS and T begin, peak and end, in all twelve leads together.

Works on a clean beat (the median of many). QRS: where the spatial velocity rises above and falls
back to that of the quiet segments. T end: the trapezoid-free area method of Zhang, Manriquez et al.
(Computers in Cardiology 2006;33:33). P: the largest deflection before the QRS that stands out from
what is left of the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

#: The longest P onset to QRS onset that is looked for, seconds.
LONGEST_PR = 0.42


@dataclass(frozen=True)
class Waves:
    """Sample positions in a beat; None where there is no such wave.

    Attributes
    ----------
    p_onset, p_peak, p_offset, qrs_onset, qrs_offset, t_peak, t_offset : int or None
    """

    p_onset: int | None
    p_peak: int | None
    p_offset: int | None
    qrs_onset: int | None
    qrs_offset: int | None
    t_peak: int | None
    t_offset: int | None


def find_waves(beat: np.ndarray, rate: float, fiducial: int, rr: float, noise: float = 0.01) -> Waves:
    """Global wave boundaries of one beat.

    Parameters
    ----------
    beat : ndarray, shape (leads, samples)
        Millivolts.
    rate : float
        Hz.
    fiducial : int
        Sample of the QRS fiducial.
    rr : float
        Seconds to the next beat; bounds the search for T.
    noise : float
        Millivolts; what is left of beat to beat variation. A P must stand out from it.
    """
    onset, offset = qrs_bounds(beat, rate, fiducial)
    t_peak, t_offset = t_wave(beat, rate, onset, offset, rr)
    p_onset, p_peak, p_offset = p_wave(beat, rate, onset, rr, t_offset, noise)
    return Waves(p_onset, p_peak, p_offset, onset, offset, t_peak, t_offset)


def spatial_velocity(beat: np.ndarray, rate: float) -> np.ndarray:
    """Length of the leads' joint derivative, mV/s, shape (samples,)."""
    window = max(5, int(0.014 * rate) | 1)
    return np.sqrt(np.sum((savgol_filter(beat, window, 2, deriv=1, axis=1) * rate) ** 2, axis=0))


def qrs_bounds(beat: np.ndarray, rate: float, fiducial: int) -> tuple[int, int]:
    """First and last sample of the QRS."""
    speed = spatial_velocity(beat, rate)
    n = len(speed)
    top = speed[max(0, fiducial - int(0.06 * rate)) : fiducial + int(0.06 * rate) + 1].max()
    floor_before = np.percentile(speed[max(0, fiducial - int(0.2 * rate)) : max(1, fiducial - int(0.04 * rate))], 20)
    floor_after = np.percentile(speed[min(n - 1, fiducial + int(0.06 * rate)) : fiducial + int(0.25 * rate)], 20)
    onset = _quiet(speed, fiducial, -1, floor_before + 0.05 * (top - floor_before), rate, 0.12)
    offset = _quiet(speed, fiducial, +1, floor_after + 0.06 * (top - floor_after), rate, 0.16)
    return onset, offset


def _quiet(speed, start, step, threshold, rate, reach):
    """The outermost fast sample: from `start`, the last one before a quiet stretch of 16 ms."""
    stretch = int(0.016 * rate)
    limit = np.clip(start + step * int(reach * rate), 0, len(speed) - 1)
    last, position = start, start
    while position != limit:
        position += step
        if speed[position] > threshold:
            last = position
        elif abs(position - last) > stretch and abs(position - start) > 0.02 * rate:
            break
    return int(np.clip(last + step, 0, len(speed) - 1))


def t_wave(beat, rate, qrs_onset, qrs_offset, rr):
    """Peak and end of T, or (None, None)."""
    start = qrs_offset + int(0.03 * rate)
    stop = min(beat.shape[1], qrs_onset + int(min(0.68, 0.7 * rr + 0.08) * rate))
    if stop - start < 0.1 * rate:
        return None, None
    smooth = gaussian_filter1d(beat, 0.008 * rate, axis=1)
    segment = smooth[:, start:stop] - smooth[:, [stop - 1]]
    magnitude = np.sqrt(np.sum((segment - np.median(segment, axis=1, keepdims=True)) ** 2, axis=0))
    late = int(0.03 * rate)
    peak = start + late + int(np.argmax(magnitude[late:]))
    if peak >= stop - int(0.03 * rate):
        peak = start + int(0.6 * (stop - start))
    # Zhang's area: the window integral of the drop from now is largest at the end of T.
    weight = np.abs(smooth[:, peak] - smooth[:, stop - 1])
    window = int(0.1 * rate)
    sums = np.cumsum(np.pad(smooth, ((0, 0), (1, 0))), axis=1)
    ends, weights = [], []
    candidates = np.arange(peak + int(0.02 * rate), stop)
    if candidates.size < 3:
        return peak, None
    for lead in range(len(beat)):
        low = np.maximum(candidates - window, 0)
        area = sums[lead, candidates] - sums[lead, low] - (candidates - low) * smooth[lead, candidates]
        ends.append(candidates[int(np.argmax(area * np.sign(smooth[lead, peak] - smooth[lead, stop - 1])))])
        weights.append(weight[lead])
    order = np.argsort(ends)
    share = np.cumsum(np.array(weights)[order]) / max(np.sum(weights), 1e-9)
    return int(peak), int(np.array(ends)[order][np.searchsorted(share, 0.6)])


def p_wave(beat, rate, qrs_onset, rr, t_offset, noise):
    """Onset, peak and end of P, or (None, None, None)."""
    start = max(0, qrs_onset - int(LONGEST_PR * rate))
    if t_offset is not None:  # the T wave of the beat before
        start = max(start, t_offset - int(rr * rate))
    stop = qrs_onset - int(0.01 * rate)
    if stop - start < 0.08 * rate:
        return None, None, None
    smooth = gaussian_filter1d(beat, 0.006 * rate, axis=1)[:, start:stop]
    n = stop - start
    line = smooth[:, :1] + (smooth[:, -1:] - smooth[:, :1]) * np.linspace(0, 1, n)
    bump = smooth - line
    magnitude = np.sqrt(np.mean(bump**2, axis=0))
    peak = int(np.argmax(magnitude))
    if magnitude[peak] < max(0.02, 3 * noise) or peak < 0.015 * rate or n - peak < 0.015 * rate:
        return None, None, None
    speed = np.sqrt(np.sum(np.gradient(smooth, axis=1) ** 2, axis=0))
    near = speed[max(0, peak - int(0.06 * rate)) : peak + int(0.06 * rate)]
    threshold = np.percentile(speed, 10) + 0.2 * (near.max() - np.percentile(speed, 10))
    onset = _edge(speed, peak, -1, threshold, rate)
    offset = _edge(speed, peak, +1, threshold, rate)
    return start + onset, start + peak, start + offset


def _edge(speed, peak, step, threshold, rate):
    """From the peak outwards: past the flank, to where it is quiet again."""
    reach = int(0.09 * rate)
    stop = int(np.clip(peak + step * reach, 0, len(speed) - 1))
    flank = np.arange(peak, stop + step, step)
    fast = flank[speed[flank] > threshold]
    return int(fast[-1]) if fast.size else stop
