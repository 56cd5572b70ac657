"""Text tables written: time and leads in mV, what else there is to say in comment lines above."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES
from ecgtwin_app.formats.marking import comment_lines
from ecgtwin_app.formats.pieces import Pieces

#: Rows that are turned into text at once.
_ROWS = 20_000


def write(recording: Recording | Pieces, path: Path, keep_identity: bool = False) -> Path:
    """Write a table, tab-separated for ".tsv".

    Parameters
    ----------
    recording : Recording or Pieces
    path : Path
        Its folder must exist.
    keep_identity : bool
        See `marking.comment_lines`.

    Raises
    ------
    EcgError
        The table would be longer than tables are read.
    """
    pieces = recording if isinstance(recording, Pieces) else Pieces.of(recording)
    said = pieces.said
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    comments = [*comment_lines(said, keep_identity), f"rate: {said.rate:.15g} Hz", "unit: mV"]
    # Nine digits carry every float32 back unchanged.
    formats = ["%.6f"] + ["%.9g"] * len(said.leads)
    written = 0
    with path.open("wb") as file:
        file.write("".join(f"# {line}\n" for line in comments).encode("utf-8"))
        file.write((separator.join(["time_s", *said.leads]) + "\n").encode("utf-8"))
        for signal in pieces.signals():
            for first in range(0, signal.shape[1], _ROWS):
                rows = signal[:, first : first + _ROWS].T.astype(np.float64)
                time = (written + np.arange(len(rows))) / said.rate
                np.savetxt(file, np.column_stack([time, rows]), fmt=formats, delimiter=separator)
                written += len(rows)
                if file.tell() > MAX_BYTES_IN_PIECES:
                    raise EcgError(
                        "{file} would be larger than the {most:,.0f} MB up to which tables are "
                        "read; write WFDB or EDF, or a part of the recording.",
                        file=path.name,
                        most=MAX_BYTES_IN_PIECES / 1e6,
                    )
    return path
