"""Recursive filters without delay: second-order Butterworth and a notch, computed in the frequency domain.

The same as ``scipy.signal.sosfiltfilt(butter(2, …))`` and ``filtfilt(iirnotch(…))``, to the last digits. Importing
`scipy.signal` takes longer than measuring a whole recording does.
"""

from __future__ import annotations

import math

import numpy as np

#: Wrapped around the end of the transform comes only what has decayed by e to this power.
_DECAY = 40.0
#: Poles of the second-order prototype (one of the pair).
_POLE = complex(-math.sqrt(0.5), math.sqrt(0.5))


def both_ways(
    signal: np.ndarray, rate: float, low: float | None = None, high: float | None = None, padding: int = 0
) -> np.ndarray:
    """Filter forward and backward: no delay, and the filter's attenuation twice.

    Parameters
    ----------
    signal : ndarray, shape (..., samples)
        Finite values.
    rate : float
        Hz.
    low, high : float or None
        Edges of the pass band in Hz, where one pass halves the power. Without `low` a low-pass, without `high` a
        high-pass.
    padding : int
        Samples by which both ends are continued, mirrored through the end point, so that the filter has settled;
        fewer where the signal is shorter.

    Returns
    -------
    ndarray, float64, shape of `signal`

    References
    ----------
    Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., 7.2 (bilinear transform of the Butterworth).
    """

    def response(length):
        return _butterworth(length, rate, low, high)

    return _twice(signal, response, _settling(rate, low, high), padding)


def notch(signal: np.ndarray, rate: float, frequency: float, quality: float = 30.0, padding: int = 0):
    """Take one frequency away, forward and backward.

    Parameters
    ----------
    signal : ndarray, shape (..., samples)
        Finite values.
    rate, frequency : float
        Hz.
    quality : float
        The frequency over the width of the notch where one pass halves the power.
    padding : int
        As in `both_ways`.

    Returns
    -------
    ndarray, float64, shape of `signal`

    References
    ----------
    Orfanidis, Introduction to Signal Processing, 11.3 (second-order notch).
    """
    angle = 2 * math.pi * frequency / rate
    gain = 1 / (1 + math.tan(angle / quality / 2))

    def response(length):
        z = np.exp(-1j * np.linspace(0, np.pi, length // 2 + 1))
        zeros = 1 - 2 * math.cos(angle) * z + z**2
        return gain * zeros / (1 - 2 * gain * math.cos(angle) * z + (2 * gain - 1) * z**2)

    return _twice(signal, response, math.ceil(_DECAY / -math.log(math.sqrt(2 * gain - 1))), padding)


def _twice(signal, response_of, settling, padding):
    """Filter forward and backward, both ends continued; `response_of` gives the response at a length."""
    signal = np.asarray(signal, dtype=np.float64)
    pad = max(0, min(padding, signal.shape[-1] - 1))
    first, last = signal[..., :1], signal[..., -1:]
    before = 2 * first - signal[..., pad:0:-1]
    after = 2 * last - signal[..., -2 : -pad - 2 : -1] if pad else signal[..., :0]
    longer = np.concatenate([before, signal, after], axis=-1)
    length = _fast_length(longer.shape[-1] + settling)
    response = response_of(length)
    filtered = np.empty_like(longer)
    # Lead by lead: the transforms of a long recording are large.
    for index in np.ndindex(longer.shape[:-1]):
        once = _one_way(longer[index], response, length)
        filtered[index] = _one_way(once[::-1], response, length)[::-1]
    return filtered[..., pad : pad + signal.shape[-1]]


def _one_way(row, response, length):
    """One pass over a signal that has always been at its first value."""
    start = row[0]
    moved = np.fft.irfft(np.fft.rfft(row - start, length) * response, length)[: row.size]
    return moved + start * response[0].real


def _butterworth(length, rate, low, high):
    """Frequency response at the frequencies of a real transform of that length."""
    tangent = np.tan(np.linspace(0, np.pi / 2, length // 2 + 1))  # of half the angle: the bilinear transform
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if low is None:
            q = tangent / _tangent(high, rate)
        elif high is None:
            q = -_tangent(low, rate) / tangent
        else:
            from_, to = _tangent(low, rate), _tangent(high, rate)
            q = (tangent**2 - from_ * to) / (tangent * (to - from_))
        response = 1 / (1 - q**2 + 1j * math.sqrt(2) * q)
    return np.where(np.isfinite(response), response, 0)


def _settling(rate, low, high):
    """Samples after which the impulse response is gone."""
    if low is None:
        poles = [_tangent(high, rate) * _POLE]
    elif high is None:
        poles = [_tangent(low, rate) / _POLE]
    else:
        from_, to = _tangent(low, rate), _tangent(high, rate)
        half = _POLE * (to - from_) / 2
        root = np.sqrt(half**2 - from_ * to)
        poles = [half + root, half - root]
    radius = max(abs((1 + pole) / (1 - pole)) for pole in poles)
    return math.ceil(_DECAY / -math.log(radius))


def _tangent(edge, rate):
    if not 0 < edge < rate / 2:
        raise ValueError(f"{edge:g} Hz is not between 0 and half of {rate:g} Hz")
    return math.tan(math.pi * edge / rate)


def _fast_length(least):
    """The shortest even length from `least` on that has only the factors 2, 3 and 5."""
    best = 1 << (least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            length = three << max(1, (-(-least // three) - 1).bit_length())
            if least <= length < best:
                best = length
            three *= 3
        five *= 5
    return best
