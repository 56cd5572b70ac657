"""How even the beats of a strip follow each other: numbers that the network is given beside the strip."""

from __future__ import annotations

import numpy as np

#: How many there are.
NUMBERS = 6
#: Steps of 10 ms: cycles of 0.3 to 2 s, and the longest that is looked at.
_CYCLES, _LONGEST_CYCLE = (30, 200), 400
#: Samples over which the steepness is smoothed.
_SMOOTHED = 9


def evenness(strips: np.ndarray) -> np.ndarray:
    """Numbers (batch, 6), float32, from the autocorrelation of how steep the leads are.

    Parameters
    ----------
    strips : ndarray, shape (batch, 8, samples)
        mV at 100 Hz.
    """
    steep = np.abs(np.diff(strips.astype(np.float64))).sum(axis=1)
    padded = np.pad(steep, ((0, 0), (_SMOOTHED // 2, _SMOOTHED // 2)))
    steep = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTHED, axis=1).mean(axis=2)
    steep = np.minimum(steep, np.quantile(steep, 0.98, axis=1, keepdims=True))
    steep = steep - steep.mean(axis=1, keepdims=True)
    alike = np.fft.irfft(np.abs(np.fft.rfft(steep, 2048)) ** 2)[:, :_LONGEST_CYCLE]
    alike = alike / np.maximum(alike[:, :1], 1e-6)
    first, last = _CYCLES
    cycle = alike[:, first:last].argmax(axis=1) + first
    rows = np.arange(len(alike))
    twice = alike[rows, np.minimum(2 * cycle, _LONGEST_CYCLE - 1)]
    seconds = cycle / 100.0
    found = (alike[rows, cycle], seconds, np.log(seconds), twice, seconds < 0.6, seconds > 1.0)
    return np.stack(found, axis=1).astype(np.float32)
