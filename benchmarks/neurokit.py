"""NeuroKit2's marks in one lead, beside ours on the same records.

NeuroKit2 (Makowski et al., Behav Res Methods 2021;53:1689) works lead by lead: its own cleaning and R peaks,
then the discrete wavelet delineator, its default and a Python form of Martínez et al. 2004.
"""

from __future__ import annotations

import math
import warnings

import neurokit2
import numpy as np

#: Where NeuroKit2 keeps onset, peak and end of a wave; the R peak stands for the peak of the QRS.
_KEYS = {
    "P": ("ECG_P_Onsets", "ECG_P_Peaks", "ECG_P_Offsets"),
    "QRS": ("ECG_R_Onsets", "ECG_R_Peaks", "ECG_R_Offsets"),
    "T": ("ECG_T_Onsets", "ECG_T_Peaks", "ECG_T_Offsets"),
}


def neurokit_marks(lead: np.ndarray, rate: float) -> dict[str, list[tuple[int | None, int, int | None]]]:
    """(onset, peak, end) of each P, QRS and T it finds, samples; None for a missing onset or end.

    Parameters
    ----------
    lead : ndarray, shape (samples,)
        Millivolts.
    rate : float
        Hz.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            clean = neurokit2.ecg_clean(lead, sampling_rate=int(rate))
            peaks = neurokit2.ecg_peaks(clean, sampling_rate=int(rate))[1]["ECG_R_Peaks"]
            found = neurokit2.ecg_delineate(clean, peaks, sampling_rate=int(rate), method="dwt")[1]
        except (ValueError, IndexError, ZeroDivisionError):
            # It raises where it finds too few beats; what it does not find is missed.
            return {wave: [] for wave in _KEYS}
    found = {**found, "ECG_R_Peaks": peaks}
    return {wave: _marks(*(found[key] for key in keys)) for wave, keys in _KEYS.items()}


def _marks(onsets, peaks, ends):
    marks = zip(onsets, peaks, ends, strict=True)
    return [(_sample(a), int(b), _sample(c)) for a, b, c in marks if not math.isnan(b)]


def _sample(value):
    return None if math.isnan(value) else int(value)
