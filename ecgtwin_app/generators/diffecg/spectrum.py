"""What the network hears of the visible signal: which frequencies it has when, beside the samples themselves."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgtwin_app.generators.diffecg.config import FRAMES, HOP, SAMPLES, WINDOW

_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
#: What is added to the power so that silence has a logarithm, and what brings the logarithms near unit size.
_SILENCE, _SPREAD = 1e-2, 3.0


def log_spectrum(visible: np.ndarray) -> np.ndarray:
    """Logarithms of the power at each frequency, in windows about every `HOP` samples.

    Parameters
    ----------
    visible : ndarray, shape (batch, 8, 1000)
        In units of the network's scale, 0 where hidden.

    Returns
    -------
    ndarray, shape (batch, 8 * `BINS`, `FRAMES`), float32
    """
    longer = np.pad(visible.astype(np.float32), ((0, 0), (0, 0), (WINDOW // 2, WINDOW // 2 + HOP)))
    windows = sliding_window_view(longer, WINDOW, axis=-1)[:, :, : SAMPLES + HOP : HOP][:, :, :FRAMES]
    power = np.abs(np.fft.rfft(windows * _HANN)) ** 2
    found = np.log(power + _SILENCE) / _SPREAD
    return found.transpose(0, 1, 3, 2).reshape(len(visible), -1, FRAMES).astype(np.float32)
