"""Recordings as the page shows them: filtered for display, and said so.

The diagnostic band is 0.05 to 150 Hz; a high-pass up to 0.67 Hz is allowed where it has no phase
distortion, as here (Kligfield et al., AHA/ACC/HRS part I, Circulation 2007;115:1306).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ecgtwin_app.ecg.signal.filters import display_filter, is_filter
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import tr, translate


@dataclass(frozen=True)
class Filter:
    """A choice of the filter menu: its pass band and mains notch in Hz."""

    low: float | None = None
    high: float | None = None
    mains: float | None = None

    @property
    def title(self) -> Message:
        """What the menu calls it."""
        if self.low is None:
            return Message("No display filter")
        if self.mains is None:
            return Message("{low:g}–{high:g} Hz", low=self.low, high=self.high)
        return Message("{low:g}–{high:g} Hz, AC {mains:g} Hz", low=self.low, high=self.high, mains=self.mains)

    @property
    def diagnostic(self) -> bool:
        """Whether ST and QRS amplitudes may be judged."""
        return (self.low is None or self.low <= 0.67) and (self.high is None or self.high >= 150)


FILTERS = {
    "none": Filter(),
    "diagnostic": Filter(0.05, 150.0),
    "diagnostic 50": Filter(0.05, 150.0, 50.0),
    "diagnostic 60": Filter(0.05, 150.0, 60.0),
    "steady": Filter(0.67, 150.0),
    "muscle": Filter(0.05, 40.0),
    "monitor": Filter(0.5, 40.0),
}
_known: WeakKeyDictionary[Recording, dict[str, Recording]] = WeakKeyDictionary()


def as_displayed(recording: Recording, key: str) -> Recording:
    """The recording behind a filter of `FILTERS`, computed once."""
    choice = FILTERS[key]
    if (choice.low, choice.high, choice.mains) == (None, None, None):
        return recording
    of_recording = _known.setdefault(recording, {})
    if key not in of_recording:
        of_recording[key] = display_filter(recording, choice.low, choice.high, choice.mains)
    return of_recording[key]


def filter_text(recording: Recording, key: str = "none") -> str:
    """The filters of the recording's history and of the display, without delay all of them."""
    words = [translate(line) for line in recording.history if is_filter(line)]
    if key != "none":
        words.append(
            tr("display filter {filter}, without delay").format(filter=translate(FILTERS[key].title))
        )
    return "; ".join(words) or tr("no display filter")


def warning_text(key: str) -> str:
    """What must not be judged behind this filter; "" behind a diagnostic one."""
    choice = FILTERS[key]
    if choice.diagnostic:
        return ""
    words = tr("NOT DIAGNOSTIC: {filter} – do not judge ST or QRS amplitude")
    return words.format(filter=translate(choice.title))
