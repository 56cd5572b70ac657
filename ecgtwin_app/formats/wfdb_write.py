"""WFDB written: format 16, 1 µV a step, remarks and the synthetic marking as comments of the header."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.marking import comment_lines
from ecgtwin_app.formats.pieces import Pieces

_MICROVOLTS_PER_MILLIVOLT = 1000
#: -32768 marks a missing sample in format 16.
_LARGEST_SAMPLE = 32767


def write(recording: Recording | Pieces, folder: Path, name: str, keep_identity: bool = False) -> Path:
    """Write a record, marked synthetic when it is. Same input, same bytes.

    Parameters
    ----------
    recording : Recording or Pieces
        Written at its own rate.
    folder : Path
        Must exist.
    name : str
        Of the record; letters, digits, "-" and "_".
    keep_identity : bool
        Also write who and when; see `marking.comment_lines`.

    Returns
    -------
    Path
        The header.

    Raises
    ------
    EcgError
        The name is none, or a value does not fit 16 bits (±32.767 mV).
    """
    if not re.fullmatch(r"[-\w]+", name, re.ASCII):
        raise EcgError("{file!r} is no WFDB record name; use letters, digits, - and _ only.", file=name)
    pieces = recording if isinstance(recording, Pieces) else Pieces.of(recording)
    said = pieces.said

    first: np.ndarray | None = None
    sums = np.zeros(len(said.leads), np.int64)
    with (folder / f"{name}.dat").open("wb") as file:
        for steps in pieces.steps(_MICROVOLTS_PER_MILLIVOLT):
            if not np.all(np.abs(steps) <= _LARGEST_SAMPLE):
                raise EcgError(
                    "{file} has values beyond ±32.767 mV, which a WFDB file of 1 µV a step cannot hold.",
                    file=name,
                )
            first = steps[:, 0] if first is None else first
            sums += steps.sum(axis=1).astype(np.int64)
            file.write(np.ascontiguousarray(steps.T.astype("<i2")).tobytes())

    lines = [f"{name} {len(said.leads)} {said.rate:.15g} {pieces.samples}"]
    for lead, value, total in zip(said.leads, sums if first is None else first, sums, strict=True):
        checksum = (int(total) + 32768) % 65536 - 32768
        lines.append(f"{name}.dat 16 {_MICROVOLTS_PER_MILLIVOLT}(0)/mV 16 0 {int(value)} {checksum} 0 {lead}")
    lines += [f"# {line}" for line in comment_lines(said, keep_identity)]
    header = folder / f"{name}.hea"
    header.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
    return header
