"""Filters for display: without delay, and said in the history."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.zero_phase import both_ways, notch
from ecgtwin_app.i18n.message import Message, joined

#: The diagnostic band in Hz (Kligfield et al., AHA/ACC/HRS 2007 part I).
DIAGNOSTIC = (0.05, 150.0)

#: The line of a history that names the filters a recording went through.
FILTERED = "filtered without delay: {filters}"


def is_filter(line: str) -> bool:
    """Whether a line of a history says that the samples were filtered."""
    return isinstance(line, Message) and line.key == FILTERED


def display_filter(
    recording: Recording, low: float | None = 0.05, high: float | None = 150.0, mains: float | None = None
) -> Recording:
    """The recording as an electrocardiograph shows it, forward and backward filtered (no delay).

    Parameters
    ----------
    low, high : float or None
        Edges of the pass band in Hz (each pass second-order Butterworth); None leaves that side
        open. `high` is skipped, and not named, when the recording does not reach it.
    mains : float or None
        50 or 60 Hz: a narrow notch (Q = 30).

    Raises
    ------
    EcgError
        When the band is empty, or an edge is not above zero.
    """
    _check(low, high, mains)
    signal = recording.signal.astype(np.float64)
    rate, applied = recording.rate, []
    if low is not None:
        # Long enough for the slow high-pass to settle before the first real sample.
        signal = both_ways(signal, rate, low=low, padding=int(rate / low))
        applied.append(Message("{edge:g} Hz high-pass", edge=low))
    if high is not None and high < 0.49 * rate:
        signal = both_ways(signal, rate, high=high, padding=int(rate))
        applied.append(Message("{edge:g} Hz low-pass", edge=high))
    if mains is not None and mains < 0.49 * rate:
        signal = notch(signal, rate, mains, padding=int(rate))
        applied.append(Message("{edge:g} Hz notch", edge=mains))
    if not applied:
        return recording
    return recording.changed(Message(FILTERED, filters=joined(applied, ", ")), signal=signal)


def _check(low, high, mains):
    for edge in (low, high, mains):
        if edge is not None and not edge > 0:
            raise EcgError(
                "A filter edge of {edge:g} Hz is not above zero; choose a positive frequency.", edge=edge
            )
    if low is not None and high is not None and low >= high:
        raise EcgError(
            "No frequency passes from {low:g} to {high:g} Hz; choose a lower high-pass.", low=low, high=high
        )
