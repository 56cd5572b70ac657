"""Other rates and lengths: band-limited, and said in the history."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgtwin_app.ecg.signal.filled import cut_filled, with_derived
from ecgtwin_app.ecg.signal.recording import (
    INDEPENDENT_LEADS,
    LEADS,
    MODEL_RATE,
    MODEL_SAMPLES,
    EcgError,
    Recording,
)
from ecgtwin_app.i18n.message import Message


def resample_array(signal: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """`signal` (leads, samples) at another rate (Hz), with an anti-alias filter and no delay."""
    ratio = Fraction(new_rate / rate).limit_denominator(2000)
    if ratio == 1:
        return signal
    signal = np.asarray(signal)
    return _polyphase(signal, ratio.numerator, ratio.denominator).astype(
        signal.dtype if signal.dtype == np.float32 else np.float64
    )


def _polyphase(signal, up, down):
    """As ``scipy.signal.resample_poly(…, padtype="line")``, without the second that its import takes."""
    half = 10 * max(up, down)
    taps = np.sinc(np.arange(-half, half + 1) / max(up, down)) * np.kaiser(2 * half + 1, 5.0)
    taps *= up / taps.sum()
    # Beyond both ends the line through the first and last sample goes on, so that an offset does not ring.
    samples = signal.shape[-1]
    reach = -(-half // up) + 1
    first, last = signal[..., :1].astype(np.float64), signal[..., -1:].astype(np.float64)
    line = (last - first) / max(1, samples - 1) * np.arange(1, reach + 1)
    longer = np.concatenate([first - line[..., ::-1], signal, last + line], axis=-1)
    length = -(-samples * up // down)
    resampled = np.empty((*signal.shape[:-1], length))
    # Every output whose place between two input samples is the same uses the same share of the taps.
    for phase in range(min(up, length)):
        outputs = np.arange(phase, length, up)
        centre, between = divmod(phase * down, up)
        part = taps[between + half - up * ((between + half) // up) :: up][::-1]
        newest = centre + (between + half) // up  # the last input sample that the outermost tap reaches
        windows = sliding_window_view(longer, part.size, axis=-1)
        begin = newest - part.size + 1 + reach
        chosen = windows[..., begin : begin + down * outputs.size : down, :][..., : outputs.size, :]
        resampled[..., outputs] = chosen @ part
    return resampled


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
        Message("resampled {old_rate:g} Hz to {rate:g} Hz", old_rate=recording.rate, rate=rate),
        signal=signal,
        rate=float(rate),
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
        raise EcgError(
            "Lead {leads} is missing; open a recording with I, II and V1 to V6.", leads=", ".join(missing)
        )
    recording = _with_all_leads(recording)
    recording = resample(recording, MODEL_RATE)
    first = round(start * MODEL_RATE)
    if first < 0 or recording.samples - first < MODEL_SAMPLES:
        left = max(0.0, recording.duration - max(start, 0.0))
        raise EcgError(
            "Only {left:.2f} s follow second {start:g}, but ten are needed; open a longer recording.",
            left=left,
            start=start,
        )
    if recording.samples == MODEL_SAMPLES:
        return recording
    piece = recording.signal[:, first : first + MODEL_SAMPLES]
    return recording.changed(
        Message("cut {start:g} s to {end:g} s", start=start, end=start + 10),
        signal=piece,
        filled=cut_filled(recording.filled, start, start + 10),
    )


def _with_all_leads(recording):
    if recording.leads == LEADS:
        return recording
    one, two = recording.lead("I"), recording.lead("II")
    derived = {"III": two - one, "aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
    made = [name for name in LEADS if name not in recording.leads]
    signal = np.stack([derived[name] if name in made else recording.lead(name) for name in LEADS])
    what = (
        Message("derived {leads} from I and II", leads=", ".join(made))
        if made
        else Message("put the leads in canonical order")
    )
    return recording.changed(what, signal=signal, leads=LEADS, filled=with_derived(recording.filled, made))
