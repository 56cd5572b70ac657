"""The formats that are written, by name and suffix."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats import guard
from ecgtwin_app.formats.format import Writer
from ecgtwin_app.formats.pieces import Pieces
from ecgtwin_app.formats.registry import formats
from ecgtwin_app.whole_files import why


@cache
def writers() -> dict[str, Writer]:
    """The formats that are written, by their name on the command line, in the order of dialogs."""
    found = [(one.writer.place, one.id, one.writer) for one in formats() if one.writer is not None]
    return {id_: writer for _, id_, writer in sorted(found, key=lambda one: one[0])}


def format_of(path: Path) -> str:
    """The format that a suffix stands for; `EcgError` that lists them when it stands for none."""
    suffix = path.suffix.lower()
    for name, writer in writers().items():
        if suffix in (writer.suffix, *writer.also):
            return name
    known = ", ".join(writer.suffix for writer in writers().values())
    raise EcgError(
        "{file} has no suffix of a format that is written; use one of {known}, .tsv.",
        file=path.name,
        known=known,
    )


def write(recording: Recording | Pieces, path: Path, keep_identity: bool = False) -> Path:
    """Write a recording in the format of its suffix; see `registry.write_ecg`.

    Written beside the target first, so that no file is ever half there.
    """
    writer = writers()[format_of(path)]
    leads = recording.said.leads if isinstance(recording, Pieces) else recording.leads
    check_read_back(path, len(leads) * recording.samples)
    if not writer.in_pieces and isinstance(recording, Pieces):
        recording = recording.recording()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".", ignore_cleanup_errors=True) as beside:
            written = writer.write(recording, Path(beside) / path.name, keep_identity)
            for file in sorted(Path(beside).iterdir()):
                os.replace(file, path.parent / file.name)
        return path.parent / written.name
    except OSError as error:
        raise EcgError("{file} cannot be written: {reason}.", file=path, reason=why(error)) from error


def remarks(recording: Recording | Pieces, path: Path) -> tuple[str, ...]:
    """What the format of a path cannot hold as it is, in words."""
    remark = writers()[format_of(path)].remark
    said = remark(recording) if remark is not None else ""
    return (said,) if said else ()


def check_read_back(path: Path, values: int) -> None:
    """Refuse to write what this program's own reader of the format would refuse.

    Parameters
    ----------
    path : Path
    values : int
        Samples of all leads together.
    """
    if not writers()[format_of(path)].in_pieces and values > guard.MAX_VALUES:
        raise EcgError(
            "{file} would hold {values:,} values, and of this format up to {most:,} are read; "
            "write WFDB, EDF or CSV, or a part of the recording.",
            file=path.name,
            values=values,
            most=guard.MAX_VALUES,
        )
