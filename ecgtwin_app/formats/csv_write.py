"""Text tables written: time and leads in mV, what else there is to say in comment lines above."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.formats.csv_ import LARGEST
from ecgtwin_app.formats.marking import comment_lines

#: Rows that are turned into text at once.
_ROWS = 20_000


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write a table, tab-separated for ".tsv".

    Parameters
    ----------
    recording : Recording
    path : Path
        Its folder must exist.
    keep_identity : bool
        See `marking.comment_lines`.

    Raises
    ------
    EcgError
        The table would be longer than tables are read.
    """
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    comments = [*comment_lines(recording, keep_identity), f"rate: {recording.rate:.15g} Hz", "unit: mV"]
    # Nine digits carry every float32 back unchanged.
    formats = ["%.6f"] + ["%.9g"] * len(recording.leads)
    with path.open("wb") as file:
        file.write("".join(f"# {line}\n" for line in comments).encode("utf-8"))
        file.write((separator.join(["time_s", *recording.leads]) + "\n").encode("utf-8"))
        for first in range(0, recording.samples, _ROWS):
            piece = recording.signal[:, first : first + _ROWS].T.astype(np.float64)
            time = (first + np.arange(len(piece))) / recording.rate
            np.savetxt(file, np.column_stack([time, piece]), fmt=formats, delimiter=separator)
            if file.tell() > LARGEST:
                raise EcgError(
                    f"{path.name} would be larger than the {LARGEST / 1e6:,.0f} MB up to which tables are read; "
                    "write WFDB or EDF, or a part of the recording."
                )
    return path
