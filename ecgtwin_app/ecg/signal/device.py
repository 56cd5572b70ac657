"""A device as it shows in a file: its band, its samples a second, its leads; given to a recording, and said in its history."""

from __future__ import annotations

from dataclasses import dataclass

from ecgtwin_app.ecg.signal.filters import display_filter
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.i18n.message import Message

#: Samples a second that a device may have, and edges (Hz) of its band: both ends of what is read.
RATES, EDGES = (100.0, 1000.0), (0.01, 250.0)


@dataclass(frozen=True)
class Device:
    """What a device leaves of an ECG.

    Attributes
    ----------
    name : str
        As the user calls it.
    rate : float
        Samples a second, Hz.
    low, high : float or None
        Edges of the pass band in Hz; None leaves that side as it is.
    leads : tuple of str
        Of `LEADS`, in the order of the file.
    """

    name: str
    rate: float = MODEL_RATE
    low: float | None = None
    high: float | None = None
    leads: tuple[str, ...] = LEADS

    def __post_init__(self):
        if not RATES[0] <= self.rate <= RATES[1]:
            raise EcgError(
                "A device has {low:g} to {high:g} samples a second, not {rate:g}.",
                low=RATES[0],
                high=RATES[1],
                rate=self.rate,
            )
        edges = [edge for edge in (self.low, self.high) if edge is not None]
        if not all(EDGES[0] <= edge <= EDGES[1] for edge in edges) or edges != sorted(set(edges)):
            raise EcgError(
                "The band of a device is two edges from {low:g} to {high:g} Hz, the lower one first.",
                low=EDGES[0],
                high=EDGES[1],
            )
        if not self.leads or len(set(self.leads)) < len(self.leads) or set(self.leads) - set(LEADS):
            raise EcgError("The leads of a device are some of {leads}, each once.", leads=", ".join(LEADS))

    def record(self, recording: Recording) -> Recording:
        """A recording of twelve leads as this device gives it.

        Parameters
        ----------
        recording : Recording
            With all of `leads`.
        """
        filtered = display_filter(recording, self.low, self.high)
        recorded = resample(filtered, self.rate)
        if self.leads == recorded.leads:
            return recorded
        return recorded.changed(
            Message("took the leads {leads}", leads=", ".join(self.leads)),
            signal=recorded.signal[[recorded.leads.index(name) for name in self.leads]],
            leads=self.leads,
        )
