"""What a generator proposes for what is missing of a recording, how sure it is, and the repaired recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecgtwin_app.ecg.signal.filled import Filled, spans_of
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.message import Message

#: The band is between these percentiles of the proposals.
BAND = (10.0, 90.0)


@dataclass(frozen=True, eq=False)
class Proposals:
    """Several proposals for the same samples.

    Attributes
    ----------
    recording : Recording
        What is visible of it stays to the bit; leads that it had not, and what comes after its end, are 0.
    mask : ndarray, shape (leads, samples), bool
        What is filled in.
    values : ndarray, shape (proposals, samples that are filled in), float32
        In the order of ``recording.signal[mask]``, millivolts.
    by : str
        The generator.
    seeds : tuple of int
        Of each proposal.
    done : Message
        What was done, for the history.
    """

    recording: Recording
    mask: np.ndarray
    values: np.ndarray
    by: str
    seeds: tuple[int, ...]
    done: Message

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """Its lower and its upper edge, each (leads, samples), mV; NaN where nothing is filled in."""
        # Among n proposals the k-th stands for k / (n + 1): with few the band is no narrower than with many.
        edges = np.percentile(self.values.astype(np.float64), BAND, axis=0, method="weibull")
        low, high = (np.full(self.mask.shape, np.nan) for _ in BAND)
        low[self.mask], high[self.mask] = edges
        return low, high

    def spread(self, lead: int, first: int, last: int) -> float | None:
        """Median width of the band in a stretch of a lead, mV; None with one proposal."""
        if len(self) < 2:
            return None
        low, high = self.band
        return float(f"{np.median(high[lead, first:last] - low[lead, first:last]):.3g}")

    def repaired(self, number: int) -> Recording:
        """The recording with a proposal accepted; it remembers what of it was not recorded."""
        signal = self.recording.signal.copy()
        signal[self.mask] = self.values[number]
        old = self.recording
        new = []
        for lead, first, last in spans_of(self.mask, old.leads, 1):
            row = old.leads.index(lead)
            spread = self.spread(row, int(first), int(last))
            new.append(Filled(lead, first / old.rate, last / old.rate, self.by, self.seeds[number], spread))
        return replace(
            old,
            signal=signal,
            history=(*old.history, self.done),
            filled=(*_without(old, self.mask), *new),
        )


def _without(old: Recording, mask: np.ndarray) -> list[Filled]:
    """The stretches that were filled in before, without what is filled in anew."""
    kept = []
    for one in old.filled:
        before = replace(old, filled=(one,)).filled_mask
        if not (before & mask).any():
            kept.append(one)
            continue
        kept += [
            replace(one, start=first / old.rate, end=last / old.rate)
            for _, first, last in spans_of(before & ~mask, old.leads, 1)
        ]
    return kept
