"""Other rates and lengths: band-limited, and said in the history."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording


def resample_array(signal: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """`signal` (leads, samples) at another rate (Hz), with an anti-alias filter and no delay."""
    ratio = Fraction(new_rate / rate).limit_denominator(2000)
    if ratio == 1:
        return signal
    # "line" keeps a lead's offset from ringing at both ends.
    return resample_poly(signal, ratio.numerator, ratio.denominator, axis=-1, padtype="line")


def resample(recording: Recording, rate: float) -> Recording:
    """The recording at another rate.

    Parameters
    ----------
    rate : float
        Hz.
    """
    if rate == recording.rate:
        return recording
    signal = resample_array(recording.signal.astype(np.float64), recording.rate, rate)
    return recording.changed(
        f"resampled {recording.rate:g} Hz to {rate:g} Hz", signal=signal, rate=float(rate)
    )


def ten_seconds(recording: Recording, start: float = 0.0) -> Recording:
    """Ten seconds of twelve leads at 500 Hz, what the model works on.

    Limb leads that are missing are derived from I and II.

    Parameters
    ----------
    start : float
        Seconds from the beginning of the recording.

    Returns
    -------
    Recording
        Exactly 12 leads in canonical order, 5000 samples, 500 Hz.

    Raises
    ------
    EcgError
        When fewer than ten seconds follow `start`, or one of I, II, V1 to V6 is missing.
    """
    missing = [name for name in INDEPENDENT_LEADS if name not in recording.leads]
    if missing:
        raise EcgError(f"Lead {', '.join(missing)} is missing; open a recording with I, II and V1 to V6.")
    recording = _with_all_leads(recording)
    recording = resample(recording, MODEL_RATE)
    first = round(start * MODEL_RATE)
    if first < 0 or recording.samples - first < MODEL_SAMPLES:
        left = max(0.0, recording.duration - max(start, 0.0))
        raise EcgError(
            f"Only {left:.2f} s follow second {start:g}, but ten are needed; open a longer recording."
        )
    if recording.samples == MODEL_SAMPLES:
        return recording
    piece = recording.signal[:, first : first + MODEL_SAMPLES]
    return recording.changed(f"cut {start:g} s to {start + 10:g} s", signal=piece)


def _with_all_leads(recording):
    if recording.leads == LEADS:
        return recording
    one, two = recording.lead("I"), recording.lead("II")
    derived = {"III": two - one, "aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
    made = [name for name in LEADS if name not in recording.leads]
    signal = np.stack([derived[name] if name in made else recording.lead(name) for name in LEADS])
    what = f"derived {', '.join(made)} from I and II" if made else "put the leads in canonical order"
    return recording.changed(what, signal=signal, leads=LEADS)
