"""Recursive filters without delay: second-order Butterworth and a notch.

The same as ``scipy.signal.sosfiltfilt(butter(2, …))`` and ``filtfilt(iirnotch(…))``, to the last digits. Importing
`scipy.signal` takes longer than measuring a whole recording does. A recursion sample by sample is nothing for numpy; so it
goes block by block: within a block the filter is a product of matrices, and from one to the next go only the states of
its poles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: Samples of a block, and blocks whose states are found at once.
_BLOCK, _BLOCKS = 64, 128
#: Signals of more samples than these go lead by lead: the copies of a long recording are large.
_LARGE = 1 << 21
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
    return _twice(signal, _butterworth(float(rate), low, high), padding)


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
    return _twice(signal, _notch(float(rate), float(frequency), float(quality)), padding)


@dataclass(frozen=True, eq=False)
class _Filter:
    """A filter cut into blocks.

    Attributes
    ----------
    within : ndarray, shape (_BLOCK, _BLOCK)
        What each sample of a block makes of each later one.
    into, out : ndarray, shape (_BLOCK, 2 poles), (2 poles, _BLOCK)
        What a block leaves to the states, real and imaginary parts, and what the states make of the next block.
    onward : ndarray, shape (poles, _BLOCKS, _BLOCKS)
        What is left of each block's states at the start of each later one.
    decay : ndarray, shape (poles, _BLOCKS)
        What is left of a state after one block, two, ….
    steady : float
        What becomes of a signal that never changes.
    """

    within: np.ndarray
    into: np.ndarray
    out: np.ndarray
    onward: np.ndarray
    decay: np.ndarray
    steady: float

    def once(self, rows: np.ndarray) -> np.ndarray:
        """One pass over rows (n, samples) that have always been at their first value."""
        count, samples = rows.shape
        blocks = -(-samples // _BLOCK)
        cut = np.zeros((count, blocks * _BLOCK))
        start = rows[:, :1]
        np.subtract(rows, start, out=cut[:, :samples])
        cut = cut.reshape(count, blocks, _BLOCK)
        filtered = cut @ self.within
        left = (cut @ self.into).view(np.complex128)
        states = np.empty_like(left)
        state = np.zeros((count, left.shape[2]), np.complex128)
        for first in range(0, blocks, _BLOCKS):
            here = left[:, first : first + _BLOCKS]
            many = here.shape[1]
            for pole, (onward, decay) in enumerate(zip(self.onward, self.decay, strict=True)):
                came = here[..., pole] @ onward[:many, :many]
                states[:, first : first + many, pole] = came + state[:, pole, None] * decay[:many]
            last = first + many - 1
            state = states[:, last] * self.decay[:, 1] + left[:, last]
        filtered += states.view(np.float64) @ self.out
        filtered = filtered.reshape(count, -1)[:, :samples]
        filtered += start * self.steady
        return filtered


def _twice(signal, filter_, padding):
    """Filter forward and backward, both ends continued."""
    signal = np.asarray(signal, dtype=np.float64)
    samples = signal.shape[-1]
    pad = max(0, min(padding, samples - 1))
    rows = signal.reshape(-1, samples)
    longer = np.empty((len(rows), samples + 2 * pad))
    longer[:, pad : pad + samples] = rows
    if pad:
        longer[:, :pad] = 2 * rows[:, :1] - rows[:, pad:0:-1]
        longer[:, -pad:] = 2 * rows[:, -1:] - rows[:, -2 : -pad - 2 : -1]
    filtered = np.empty_like(rows)
    together = len(rows) if longer.size <= _LARGE else 1
    for first in range(0, len(rows), together or 1):
        some = slice(first, first + together)
        back = filter_.once(filter_.once(longer[some])[:, ::-1])
        filtered[some] = back[:, ::-1][:, pad : pad + samples]
    return filtered.reshape(signal.shape)


@lru_cache(maxsize=32)
def _butterworth(rate, low, high):
    """The filter with these edges, by the bilinear transform."""
    if low is None:
        poles, zeros, steady = [_tangent(high, rate) * _POLE], [1, 2, 1], 1.0
        one = 1.0 + 0j
    elif high is None:
        poles, zeros, steady = [_tangent(low, rate) / _POLE], [1, -2, 1], 0.0
        one = -1.0 + 0j
    else:
        from_, to = _tangent(low, rate), _tangent(high, rate)
        half = _POLE * (to - from_) / 2
        root = np.sqrt(half**2 - from_ * to)
        poles, zeros, steady = [half + root, half - root], [1, 0, -2, 0, 1], 0.0
        one = np.exp(2j * math.atan(math.sqrt(from_ * to)))
    poles = [(1 + pole) / (1 - pole) for pole in poles]
    every = np.array([*poles, *np.conj(poles)])
    # Where the prototype lets everything pass.
    gain = np.prod(1 - every / one) / np.polyval(zeros[::-1], 1 / one)
    return _cut(np.array(poles), gain.real * np.array(zeros, dtype=float), steady)


@lru_cache(maxsize=8)
def _notch(rate, frequency, quality):
    angle = 2 * math.pi * frequency / rate
    gain = 1 / (1 + math.tan(angle / quality / 2))
    middle = gain * math.cos(angle)
    pole = middle + 1j * math.sqrt(2 * gain - 1 - middle**2)
    return _cut(np.array([pole]), gain * np.array([1, -2 * math.cos(angle), 1]), 1.0)


def _cut(poles, zeros, steady):
    """The filter of these poles (one of each pair) and this numerator, in ascending powers of the delay, in blocks.

    It is a direct part and one for each pole: the powers of a pole, times its residue.
    """
    every = np.concatenate([poles, poles.conj()])
    residues = np.array(
        [
            np.polyval(zeros[::-1], 1 / pole) / np.prod(1 - np.delete(every, at) / pole)
            for at, pole in enumerate(poles)
        ]
    )
    powers = poles[:, None] ** np.arange(_BLOCK + 1)
    impulse = 2 * (residues[:, None] * powers[:, :_BLOCK]).sum(axis=0).real
    impulse[0] += (zeros[-1] / np.prod(every)).real
    later = np.arange(_BLOCK) - np.arange(_BLOCK)[:, None]
    within = np.where(later >= 0, impulse[np.maximum(later, 0)], 0.0)
    into = powers[:, _BLOCK - 1 :: -1].T
    out = 2 * residues[:, None] * powers[:, 1:]
    decay = powers[:, -1:] ** np.arange(_BLOCKS)
    later = np.arange(_BLOCKS) - np.arange(_BLOCKS)[:, None] - 1
    onward = np.where(later >= 0, decay[:, np.maximum(later, 0)], 0)
    return _Filter(
        within,
        np.ascontiguousarray(into).view(np.float64),
        np.stack([out.real, -out.imag], axis=1).reshape(-1, _BLOCK),
        onward,
        decay,
        steady,
    )


def _tangent(edge, rate):
    if not 0 < edge < rate / 2:
        raise ValueError(f"{edge:g} Hz is not between 0 and half of {rate:g} Hz")
    return math.tan(math.pi * edge / rate)
