"""QRS and T of one clean beat: where they begin, peak and end, in all leads together or in each.

QRS: where the speed of the signal rises above, and falls back to, that of the quiet segments; the
derivative approach of Laguna, Jané and Caminal (Comput Biomed Res 1994;27:45) on the spatial
velocity of all leads. T end: the area method of Zhang, Manriquez, Médigue, Papelier and Sorine
(Comput Cardiol 2006;33:33), which needs no threshold and bears noise well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.order import percentile
from ecgtwin_app.ecg.signal.peaks import find_peaks, foot_before

#: The QRS begins and ends where the speed passes this share of its peak above the quiet level.
ONSET_SHARE, OFFSET_SHARE = 0.028, 0.03
#: How far from the fiducial a QRS may begin and end, seconds.
LONGEST_BEFORE, LONGEST_AFTER = 0.13, 0.18
#: An onset so near to a spike (s) is the spike's; what is left of the spike where it was taken out, and what the slope
#: of 14 ms still sees of it, ends so soon (s). The QRS has begun where it is faster than the tail by this share of its
#: greatest speed, and is under way at this one.
SPIKE_EDGE, SPIKE_WITHIN, OUT_OF_TAIL, STEEP = 0.024, 0.016, 0.1, 0.3


@dataclass(frozen=True)
class Waves:
    """Sample positions of a beat's waves; None where there is no such wave.

    Attributes
    ----------
    p_onset, p_peak, p_offset, qrs_onset, qrs_offset, t_peak, t_offset : int or None
    """

    p_onset: int | None = None
    p_peak: int | None = None
    p_offset: int | None = None
    qrs_onset: int | None = None
    qrs_offset: int | None = None
    t_peak: int | None = None
    t_offset: int | None = None

    @property
    def qrs(self) -> tuple[int, int]:
        """Onset and end of the QRS, which every shape has; only a beat cut by the edge may lack one.

        Raises
        ------
        ValueError
        """
        if self.qrs_onset is None or self.qrs_offset is None:
            raise ValueError("the recording cuts this QRS")
        return self.qrs_onset, self.qrs_offset

    def moved(self, by: int) -> Waves:
        """The same waves `by` samples later."""
        return Waves(**{name: None if at is None else at + by for name, at in vars(self).items()})


def speed_of(beat: np.ndarray, rate: float) -> np.ndarray:
    """Each lead's absolute slope, mV/s, from parabolas fitted to 14 ms."""
    window = max(5, int(0.014 * rate) | 1)
    return np.abs(smoothing.slope(beat, window) * rate)


def qrs_bounds(beat: np.ndarray, rate: float, fiducial: int) -> tuple[int, int]:
    """First and last sample of the QRS over all leads.

    Parameters
    ----------
    beat : ndarray, shape (leads, samples)
        Millivolts.
    """
    speed = np.sqrt(np.sum(speed_of(beat, rate) ** 2, axis=0))
    return _bounds(speed, rate, fiducial, ONSET_SHARE, OFFSET_SHARE)


def onset_after_spike(beat: np.ndarray, rate: float, onset: int, spike: int, until: int) -> int:
    """The onset of a paced wave: not the spike's edge, nor the charge that the electrode loses after it.

    The tail of a spike slows down and the wave speeds up, so it begins after the slowest moment between them.

    Parameters
    ----------
    beat : ndarray, shape (leads, samples)
        Millivolts, the spike itself taken out.
    onset : int
        Sample where the signal becomes fast: the spike's or its tail's doing.
    spike, until : int
        Samples of the spike, and of a moment at which the wave is under way.
    """
    first = spike + int(SPIKE_WITHIN * rate)
    speed = np.sqrt(np.sum(speed_of(beat, rate)[:, first : until + 1] ** 2, axis=0))
    if len(speed) < 2:
        return onset
    steep = int(np.argmax(speed > STEEP * speed.max()))
    slowest = int(np.argmin(speed[: steep + 1]))
    rising = speed[slowest:] > speed[slowest] + OUT_OF_TAIL * (speed.max() - speed[slowest])
    return max(onset, first + slowest + int(np.argmax(rising)))


def lead_qrs_bounds(lead: np.ndarray, rate: float, fiducial: int) -> tuple[int, int]:
    """First and last sample of the QRS in one lead, shape (samples,)."""
    return _bounds(speed_of(lead, rate), rate, fiducial, 1.2 * ONSET_SHARE, 1.2 * OFFSET_SHARE)


def _bounds(speed, rate, fiducial, onset_share, offset_share):
    def ms(milliseconds):
        return int(milliseconds * rate / 1000)

    near = slice(max(0, fiducial - ms(60)), fiducial + ms(60) + 1)
    top = speed[near].max()
    before = speed[max(0, fiducial - ms(200)) : max(1, fiducial - ms(40))]
    after = speed[min(len(speed) - 1, fiducial + ms(60)) : fiducial + ms(250)]
    quiet_before, quiet_after = percentile(before, 20), percentile(after, 20)
    onset = _outermost(
        speed, fiducial, -1, quiet_before + onset_share * (top - quiet_before), rate, LONGEST_BEFORE
    )
    offset = _outermost(
        speed, fiducial, 1, quiet_after + offset_share * (top - quiet_after), rate, LONGEST_AFTER
    )
    return onset, offset


def _outermost(speed, start, step, threshold, rate, reach):
    """One sample beyond the last fast one that comes before a quiet stretch of 16 ms."""
    stretch = int(0.016 * rate)
    limit = int(np.clip(start + step * int(reach * rate), 0, len(speed) - 1))
    last = position = start
    while position != limit:
        position += step
        if speed[position] > threshold:
            last = position
        elif abs(position - last) > stretch and abs(position - start) > 0.02 * rate:
            break
    return int(np.clip(last + step, 0, len(speed) - 1))


def t_wave(
    beat: np.ndarray, rate: float, qrs_onset: int, qrs_offset: int, rr: float
) -> tuple[int | None, int | None]:
    """Peak and end of T over all leads; (None, None) when the beat is too short to show one.

    Parameters
    ----------
    beat : ndarray, shape (leads, samples)
        Millivolts.
    rr : float
        Seconds to the next beat; bounds the search.
    """
    start = qrs_offset + int(0.02 * rate)
    # A QTc (Bazett) of 640 ms, or where the next P must have begun.
    stop = min(beat.shape[1], qrs_onset + int(min(0.64 * np.sqrt(rr), rr - 0.08, 0.75) * rate))
    if stop - start < 0.1 * rate:
        return None, None
    smooth = smoothing.gaussian(beat, 0.010 * rate, axis=1)
    peak = _t_peak(smooth[:, start:stop], rate, (start - qrs_onset) / rate, rr) + start
    stop = _next_rise(smooth, peak, stop, rate)
    ends, heights = [], []
    for lead in smooth:
        # Each lead has its own peak near the common one.
        near = slice(max(start, peak - int(0.06 * rate)), min(stop, peak + int(0.05 * rate)))
        own = near.start + int(np.argmax(np.abs(lead[near] - lead[stop - 1])))
        ends.append(t_end(lead, own, stop, rate))
        heights.append(abs(lead[own] - lead[stop - 1]))
    return int(peak), _late_agreement(np.array(ends), np.array(heights))


def _t_peak(segment, rate, lag, rr):
    """Sample of the largest joint deflection at a plausible time after the QRS."""
    level = segment[:, -max(1, int(0.02 * rate)) :].mean(axis=1, keepdims=True)
    magnitude = np.sqrt(np.sum((segment - level) ** 2, axis=0))
    time = lag + np.arange(len(magnitude)) / rate
    # The T peak lies some 0.3 s times the root of RR after the QRS onset (a QTc of 400 ms less 100).
    prior = np.exp(-0.5 * ((time - 0.29 * np.sqrt(rr)) / 0.13) ** 2)
    weighted = magnitude * prior
    peaks = find_peaks(weighted, prominence=0.1 * weighted.max())
    if peaks.size:
        return int(peaks[np.argmax(weighted[peaks])])
    # An ST segment that falls all the way has no peak: take what rises most above its chord.
    chord = np.linspace(0, 1, segment.shape[1])
    bump = segment - segment[:, :1] - (segment[:, -1:] - segment[:, :1]) * chord
    return int(np.argmax(np.sum(bump**2, axis=0) * prior))


def _next_rise(smooth, peak, stop, rate):
    """Where the next wave (U or P) begins to rise after T has come down; `stop` if none does."""
    level = np.median(smooth[:, stop - max(1, int(0.02 * rate)) : stop], axis=1, keepdims=True)
    magnitude = np.sqrt(np.sum((smooth[:, peak:stop] - level) ** 2, axis=0))
    low = np.flatnonzero(magnitude < 0.25 * magnitude[0])
    if low.size == 0:
        return stop
    rest = magnitude[low[0] :]
    waves = find_peaks(rest, prominence=0.12 * magnitude[0])
    if waves.size == 0:
        return stop
    return int(max(peak + low[0] + foot_before(rest, waves[0]), peak + int(0.05 * rate)))


def t_end(lead: np.ndarray, peak: int, stop: int, rate: float) -> int:
    """The end of T in one lead: where the area between the last 120 ms and the present level is largest."""
    window = int(0.12 * rate)
    candidates = np.arange(min(peak + int(0.03 * rate), stop - 1), stop)
    sums = np.cumsum(np.concatenate([[0.0], lead]))
    low = np.maximum(candidates - window, 0)
    area = sums[candidates] - sums[low] - (candidates - low) * lead[candidates]
    sign = np.sign(lead[peak] - lead[stop - 1])
    return int(candidates[np.argmax(area * sign)])


def _late_agreement(ends, heights):
    """The latest end on which leads with a fair T agree: the 80th percentile weighted by height."""
    fair = heights >= 0.2 * heights.max()
    ends, heights = ends[fair], np.sqrt(heights[fair])
    order = np.argsort(ends)
    share = np.cumsum(heights[order]) / max(heights.sum(), 1e-12)
    return int(ends[order][min(np.searchsorted(share, 0.8), len(order) - 1)])
