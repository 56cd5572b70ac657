"""Recordings of any length to be written: all of their samples, but never all of them in memory.

`EcgFile.recording` gives what fits into memory. What converts a file must not stop there, so it takes the whole
file as pieces that lie end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.signal.filled import cut_filled
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats import guard
from ecgtwin_app.formats.channels import BRIDGED, bridged_samples, known_leads, recording_from_channels
from ecgtwin_app.formats.ecg_file import EcgFile, taken
from ecgtwin_app.formats.guard import parsing
from ecgtwin_app.i18n.message import Message

#: Samples of all channels together in a piece.
_PIECE_VALUES = 1_000_000
#: Read at either side of a piece and cut off again, so that a channel brought to another rate has no seam.
_MARGIN_S = 1.0


@dataclass(frozen=True, eq=False)
class Pieces:
    """A recording whose samples come piece by piece.

    Attributes
    ----------
    said : Recording
        Everything but the samples: leads, rate, patient, history.
    samples : int
        In each lead.
    signals : callable
        ``signals()`` iterates over arrays (leads, n) in mV, which end to end are the recording.
    """

    said: Recording
    samples: int
    signals: Callable[[], Iterable[np.ndarray]]

    @classmethod
    def of(cls, recording: Recording) -> Pieces:
        """A recording that is in memory, as one piece."""
        said = replace(recording, signal=recording.signal[:, :0])
        return cls(said, recording.samples, lambda: [recording.signal])

    def recording(self) -> Recording:
        """All of it in memory."""
        return replace(self.said, signal=np.concatenate(list(self.signals()), axis=1))

    def steps(self, per_millivolt: int) -> Iterator[np.ndarray]:
        """The pieces as whole steps, float64, so many in a millivolt."""
        for signal in self.signals():
            yield np.rint(signal.astype(np.float64) * per_millivolt)


def fits_into_memory(file: EcgFile, start: float = 0.0, seconds: float | None = None) -> bool:
    """Whether `EcgFile.recording` gives all of a piece of a file."""
    first, last = file.span(start, seconds)
    return (last - first) * len(file.names) <= guard.MAX_VALUES


def pieces_of(file: EcgFile, start: float = 0.0, seconds: float | None = None) -> Pieces:
    """A file of any length, or a part of it. Everything is read once to learn what its history says.

    Parameters
    ----------
    file : EcgFile
    start, seconds : float, optional
        As for `EcgFile.recording`; to the end unless a length is given.

    Raises
    ------
    EcgError
        The part does not lie in the file, or its samples cannot be used.
    """
    first, last = file.span(start, seconds)
    history: dict[object, Message | str] = {}
    said: Recording | None = None
    samples = 0
    for recording in _recordings(file, first, last):
        if said is not None and recording.leads != said.leads:
            raise EcgError(
                "{file} has other leads later on; convert its parts one by one.", file=file.path.name
            )
        samples += recording.samples
        said = said or replace(recording, signal=recording.signal[:, :0])
        for line in recording.history:
            if not (isinstance(line, Message) and line.key == BRIDGED):
                history[line] = line
                continue
            lead, count = str(line.values["lead"]), _count(line)
            former = history.get(lead)
            if isinstance(former, Message):
                line = bridged_samples(_count(former) + count, lead)
            history[lead] = line
    lines = tuple(history.values())
    if (first, last) != (0, file.samples):
        lines = (taken(first / file.rate, last / file.rate, file.duration), *lines)
    if said is None:  # a file has a second at least, and so a piece
        raise ValueError("no piece")
    filled = cut_filled(file.fields.get("filled", ()), first / file.rate, last / file.rate)
    said = replace(said, history=(*file.fields.get("history", ()), *lines), filled=filled)
    return Pieces(said, samples, lambda: (one.signal for one in _recordings(file, first, last)))


def _count(line: Message) -> int:
    """How many samples a line says were bridged."""
    return int(str(line.values["count"]))


def _recordings(file: EcgFile, first: int, last: int) -> Iterator[Recording]:
    """The part as recordings that lie end to end, each without the history that the file states."""
    fields = {"source": file.format, **file.fields, "history": (), "filled": ()}
    usual = max(_PIECE_VALUES // len(file.names), round(10 * file.rate))
    named = [k for k, name in enumerate(file.names) if known_leads([name])]
    margin = round(_MARGIN_S * file.rate)
    begin = first
    while begin < last:
        # What would be left behind the last piece is too short for a recording of its own.
        end = begin + usual if last - begin > 2 * usual else last
        ahead, behind = max(first, begin - margin), min(last, end + margin)
        with parsing(file.path, file.format):
            values = file.values(ahead, behind)[:, begin - ahead :]
            end = begin + _seam(values[named], end - begin) if end < last else last
            yield recording_from_channels(
                file.path.name,
                values[:, : end - begin],
                file.names,
                file.rate,
                ends=(begin == first, end == last),
                **fields,
            )
        begin = end


def _seam(values: np.ndarray, wished: int) -> int:
    """Where a piece ends: at the place asked for, or a little later, where no lead lacks a sample.

    A gap is bridged from both its ends, so both have to lie in one piece.
    """
    there = np.asarray(np.isfinite(values).all(axis=0))
    whole = np.flatnonzero(there[wished - 1 : -1] & there[wished:])
    return wished + int(whole[0]) if whole.size else wished
