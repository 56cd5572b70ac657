"""Groups of leads that a file keeps apart, put together where they belong to one recording.

DICOM calls them multiplex groups, HL7 aECG sequence sets, MUSE waveforms. Groups of one rate that begin together
are leads of one strip; groups of the same leads that follow each other are stretches of it. Whatever fits neither
is left out, and the history names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ecgtwin_app.formats.channels import known_leads, other_channels
from ecgtwin_app.i18n.message import Message

#: Groups belong together where they share at least this much of the time of the longer one.
_SHARED = 0.9
#: A strip of so many seconds is long enough to be chosen for its leads alone.
_LONG_S = 4.0
_SAME_MOMENT_S = 0.002


@dataclass(frozen=True, eq=False)
class Group:
    """One group of leads.

    Attributes
    ----------
    names : tuple of str
        Its channels as the file spells them.
    rate : float
        Hz.
    start : float or None
        Seconds from any moment that all groups of the file share; None where the file does not say.
    samples : int
        In each channel.
    values : callable
        As of `EcgFile`.
    """

    names: tuple[str, ...]
    rate: float
    start: float | None
    samples: int
    values: Callable[[int, int], np.ndarray]

    @classmethod
    def of(cls, names: Sequence[str], rate: float, start: float | None, signal: np.ndarray) -> Group:
        """A group whose samples, in mV, are in memory."""
        return cls(tuple(names), rate, start, signal.shape[1], lambda first, last: signal[:, first:last])

    @property
    def seconds(self) -> float:
        """Length."""
        return self.samples / self.rate


@dataclass(frozen=True, eq=False)
class _Strip:
    """Groups of leads that were recorded together, from sample `first` on, on the clock of the file."""

    groups: tuple[Group, ...]
    first: int
    samples: int
    lost: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for group in self.groups for name in group.names)

    def values(self, first: int, last: int) -> np.ndarray:
        rows = []
        for group in self.groups:
            shift = self.first - _at(group)
            rows.append(group.values(shift + first, shift + last))
        return np.concatenate(rows)


@dataclass(frozen=True, eq=False)
class Joined:
    """What groups are as one recording: the fields of an `EcgFile`, with what the history must say."""

    names: tuple[str, ...]
    rate: float
    samples: int
    values: Callable[[int, int], np.ndarray]
    gaps: tuple[tuple[int, int], ...]
    history: tuple[str, ...]


def join(groups: Sequence[Group]) -> Joined:
    """Put groups together.

    Of groups at several rates, or that do not fit together, those are taken that give most leads over some
    seconds; the history names the others.

    Parameters
    ----------
    groups : sequence of Group
        At least one.
    """
    groups = _on_one_clock(groups)
    chains = [chain for rate in _rates(groups) for chain in _chains(_strips(groups, rate))]
    best: list[_Strip] = list(max(chains, key=_worth))
    taken = [id(group) for strip in best for group in strip.groups]
    history, rate = [], best[0].groups[0].rate
    if len(best[0].groups) > 1:
        history.append(
            Message("joined {count} groups of leads that were recorded together", count=len(best[0].groups))
        )
    if len(best) > 1:
        history.append(Message("joined {count} stretches in order of time", count=len(best)))
    lost = sum(strip.lost for strip in best) / rate
    if lost:
        history.append(Message("left out {seconds:g} s that only some of the groups have", seconds=lost))
    history += [_left_out(group) for group in groups if id(group) not in taken]
    return _joined(best, tuple(history))


def _joined(chain: list[_Strip], history: tuple[str, ...]) -> Joined:
    """A chain of strips as one recording with gaps."""
    begin = chain[0].first
    leads = [_lead_names(strip.names) for strip in chain]
    orders = [[names.index(name) for name in leads[0]] for names in leads]
    near = _near(chain[0].groups[0].rate)
    places: list[tuple[int, int]] = []
    for strip in chain:
        low = strip.first - begin
        if places and abs(low - places[-1][1]) <= near:
            low = places[-1][1]
        places.append((low, low + strip.samples))
    samples = places[-1][1]
    gaps = tuple((a[1], b[0]) for a, b in pairwise(places) if b[0] > a[1])

    def values(first: int, last: int) -> np.ndarray:
        whole = np.full((len(leads[0]), last - first), np.nan)
        for strip, order, (low, high) in zip(chain, orders, places, strict=True):
            a, b = max(first, low), min(last, high)
            if a < b:
                whole[:, a - first : b - first] = strip.values(a - low, b - low)[order]
        return whole

    return Joined(chain[0].names, chain[0].groups[0].rate, samples, values, gaps, history)


def _on_one_clock(groups: Sequence[Group]) -> list[Group]:
    """The groups with their begin in seconds from that of the first."""
    earliest = min((group.start for group in groups if group.start is not None), default=0.0)
    return [
        replace(group, start=(earliest if group.start is None else group.start) - earliest)
        for group in groups
    ]


def _rates(groups: Sequence[Group]) -> list[float]:
    return list(dict.fromkeys(group.rate for group in groups))


def _at(group: Group) -> int:
    """Where a group begins, in samples of the file's clock."""
    return round((group.start or 0.0) * group.rate)


def _lead_names(names: Sequence[str]) -> list[str]:
    """The lead a channel names, or the name itself; a name that comes again is counted."""
    said: list[str] = []
    for name in names:
        lead = (known_leads([name]) or (name,))[0]
        said.append(lead if lead not in said else f"{lead} {said.count(lead) + 1}")
    return said


def _strips(groups: Sequence[Group], rate: float) -> list[_Strip]:
    """Strips of the groups of one rate, in order of time."""
    strips: list[list[Group]] = []
    for group in sorted((g for g in groups if g.rate == rate), key=_at):
        home = next((strip for strip in strips if _fits(strip, group)), None)
        if home is None:
            strips.append([group])
        else:
            home.append(group)
    found = []
    for strip in strips:
        first = max(_at(group) for group in strip)
        last = min(_at(group) + group.samples for group in strip)
        longest = max(_at(group) + group.samples for group in strip) - min(map(_at, strip))
        found.append(_Strip(tuple(strip), first, last - first, longest - (last - first)))
    return found


def _fits(strip: list[Group], group: Group) -> bool:
    """Whether a group adds leads to a strip and was recorded with it; leads of both must be the same."""
    first = max(_at(group), *(_at(other) for other in strip))
    last = min(_at(one) + one.samples for one in (*strip, group))
    longest = max(one.samples for one in (*strip, group))
    if last - first < _SHARED * longest:
        return False
    there = {name: (other, k) for other in strip for k, name in enumerate(_lead_names(other.names))}
    own = _lead_names(group.names)
    return any(name not in there for name in own) and all(
        np.array_equal(_row(group, k, first, last), _row(*there[name], first, last), equal_nan=True)
        for k, name in enumerate(own)
        if name in there
    )


def _row(group: Group, channel: int, first: int, last: int) -> np.ndarray:
    """Samples of a channel between two samples of the file's clock."""
    return group.values(first - _at(group), last - _at(group))[channel]


def _near(rate: float) -> int:
    """How many samples two moments may lie apart and still be the same, for clocks with few digits."""
    return max(1, round(_SAME_MOMENT_S * rate))


def _chains(strips: list[_Strip]) -> list[list[_Strip]]:
    """Strips of the same leads that follow each other; where one begins again at the same time, a new chain."""
    chains: list[list[_Strip]] = []
    for strip in strips:
        names = sorted(_lead_names(strip.names))
        home = next(
            (
                chain
                for chain in chains
                if sorted(_lead_names(chain[-1].names)) == names
                and strip.first >= chain[-1].first + chain[-1].samples - _near(strip.groups[0].rate)
            ),
            None,
        )
        if home is None:
            chains.append([strip])
        else:
            home.append(strip)
    return chains


def _worth(chain: list[_Strip]) -> tuple:
    """How much a chain is as an ECG: leads over some seconds first, then length."""
    samples = sum(strip.samples for strip in chain)
    seconds = samples / chain[0].groups[0].rate
    leads = len(known_leads(chain[0].names))
    return leads > 0, min(seconds, _LONG_S), leads, samples


def _left_out(group: Group) -> Message:
    """A group that is left out, in words; names that are no leads are only counted."""
    about = {
        "leads": ", ".join(known_leads(group.names)) or other_channels(len(group.names)),
        "seconds": group.seconds,
        "rate": group.rate,
    }
    if not group.start:
        return Message(
            "left out a group that does not fit the others: {leads} ({seconds:g} s at {rate:g} Hz)", **about
        )
    return Message(
        "left out a group that does not fit the others: {leads} ({seconds:g} s at {rate:g} Hz, from {start:g} s on)",
        **about,
        start=group.start,
    )
