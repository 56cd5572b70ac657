"""An opened ECG file: what it says of itself, and its samples piece by piece.

A day of twelve leads does not fit into memory as one recording. Readers therefore return an `EcgFile`; where
the format allows, it takes samples from the disk only when a piece is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.filled import cut_filled
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.channels import known_leads, recording_from_channels, told_apart
from ecgtwin_app.formats.gaps import LONGEST_GAP_S
from ecgtwin_app.formats.guard import MAX_VALUES, parsing
from ecgtwin_app.i18n.message import Message

#: Stretches that a message names.
_MOST_NAMED = 8


@dataclass(frozen=True, eq=False)
class EcgFile:
    """What a reader returns.

    Attributes
    ----------
    path : Path
    format : str
        As in `Recording.source`.
    names : tuple of str
        The channels as the file spells them, those with the same name told apart.
    rate : float
        Hz.
    samples : int
        In each channel.
    values : callable
        ``values(first, last)`` gives millivolts, shape (channels, last - first), NaN where a sample is missing.
    fields : dict
        Further fields of `Recording` that the file states.
    gaps : tuple of (int, int)
        First sample and the one after the last of each piece of time in which the recorder was interrupted.
    """

    path: Path
    format: str
    names: tuple[str, ...]
    rate: float
    samples: int
    values: Callable[[int, int], np.ndarray]
    fields: dict = field(default_factory=dict)
    gaps: tuple[tuple[int, int], ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "names", told_apart(self.names))

    def named(self, names: Sequence[str]) -> EcgFile:
        """The same file with other names for its channels.

        Parameters
        ----------
        names : sequence of str
            One for each channel, in the order of the file; what is no lead ("other") is left out.

        Raises
        ------
        EcgError
            Not as many names as channels.
        """
        if len(names) != len(self.names):
            raise EcgError(
                "{file} has {channels} channels, but {named} are named; name them all, in the "
                "order of the file.",
                file=self.path.name,
                channels=len(self.names),
                named=len(names),
            )
        fields, called = self.fields, dict(zip(self.names, names, strict=True))
        if filled := fields.get("filled"):
            called = {lead: known_leads([new]) for old, new in called.items() for lead in known_leads([old])}
            moved = [replace(one, lead=called[one.lead][0]) for one in filled if called.get(one.lead)]
            fields = {**fields, "filled": tuple(moved)}
        return replace(self, names=tuple(str(name).strip() for name in names), fields=fields)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.samples / self.rate

    @property
    def leads(self) -> tuple[str, ...]:
        """The leads a recording of this file has before others are derived, in canonical order."""
        return known_leads(self.names)

    def recording(self, start: float = 0.0, seconds: float | None = None) -> Recording:
        """A piece of the file.

        Parameters
        ----------
        start : float
            Seconds from the beginning.
        seconds : float, optional
            Length; to the end unless given, but never more than fits into memory (`guard.MAX_VALUES`),
            and the history says so.

        Raises
        ------
        EcgError
            The piece does not lie in the file, spans a gap, or its samples cannot be used.
        """
        first, last = self.span(start, seconds)
        last = self._fitting(start, first, last, seconds)
        with parsing(self.path, self.format):
            fields = {"source": self.format, **self.fields}
            history = tuple(fields.pop("history", ()))
            if (first, last) != (0, self.samples):
                history += (taken(first / self.rate, last / self.rate, self.duration),)
                fields["filled"] = cut_filled(fields.get("filled", ()), first / self.rate, last / self.rate)
            return recording_from_channels(
                self.path.name, self.values(first, last), self.names, self.rate, history=history, **fields
            )

    def stretches(self) -> tuple[tuple[float, float], ...]:
        """Begin and end in seconds of what lies between the gaps too long to be bridged; all of it without any."""
        long = [gap for gap in self.gaps if gap[1] - gap[0] > LONGEST_GAP_S * self.rate]
        edges = [0, *(sample for gap in long for sample in gap), self.samples]
        return tuple((a / self.rate, b / self.rate) for a, b in zip(edges[::2], edges[1::2], strict=True))

    def _without_gap(self, first: int, last: int) -> tuple[int, int]:
        """The same; `EcgError` that names the stretches when samples are missing between the two."""
        stretches = self.stretches()
        if any(round(a * self.rate) <= first and last <= round(b * self.rate) for a, b in stretches):
            return first, last
        named = ", ".join(f"{a:.10g} to {b:.10g} s" for a, b in stretches[:_MOST_NAMED])
        named += ", …" if len(stretches) > _MOST_NAMED else ""
        raise EcgError(
            "{file} was interrupted, and no samples are made up; choose a piece within {pieces}.",
            file=self.path.name,
            pieces=named,
        )

    def span(self, start: float = 0.0, seconds: float | None = None) -> tuple[int, int]:
        """First sample of a piece and the one after its last; `EcgError` when it is not in the file or spans a gap."""
        if not (math.isfinite(start) and 0 <= start < self.duration):
            raise EcgError(
                "{file} lasts {duration:.6g} s; choose a start between 0 and that, not {start:g} s.",
                file=self.path.name,
                duration=self.duration,
                start=start,
            )
        first = round(start * self.rate)
        if seconds is None:
            return self._without_gap(first, self.samples)
        if not (math.isfinite(seconds) and 0 < round(seconds * self.rate) <= self.samples - first):
            raise self._too_long(start, self.samples - first, seconds)
        return self._without_gap(first, first + round(seconds * self.rate))

    def _fitting(self, start: float, first: int, last: int, seconds: float | None) -> int:
        """`last`, or where memory ends when no length was asked for."""
        most = MAX_VALUES // len(self.names)
        if seconds is not None and last - first > most:
            raise self._too_long(start, most, seconds)
        return min(last, first + most)

    def _too_long(self, start: float, left: int, seconds: float) -> EcgError:
        return EcgError(
            "{file} has {left:.6g} s to give from second {start:g}; ask for a length "
            "up to that, not {seconds:g} s.",
            file=self.path.name,
            left=left / self.rate,
            start=start,
            seconds=seconds,
        )


def taken(start: float, end: float, duration: float) -> Message:
    """The line of a history that says which seconds of a file were read."""
    return Message(
        "took {start:.10g} s to {end:.10g} s of {duration:.10g} s", start=start, end=end, duration=duration
    )
