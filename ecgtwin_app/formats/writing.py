"""The formats that are written, by name and suffix."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats import aecg_write, csv_write, edf_write, guard, npy, wfdb_write
from ecgtwin_app.formats.pieces import Pieces


def _write_dicom(recording: Recording, path: Path, keep_identity: bool) -> Path:
    # Imported late: pydicom takes half a second.
    from ecgtwin_app.formats import dicom_write

    return dicom_write.write(recording, path, keep_identity)


#: Name on the command line: (suffix, writer). A writer takes recording, path and `keep_identity`.
FORMATS = {
    "wfdb": (
        ".hea",
        lambda recording, path, keep: wfdb_write.write(recording, path.parent, path.stem, keep),
    ),
    "dicom": (".dcm", _write_dicom),
    "edf": (".edf", edf_write.write),
    "aecg": (".xml", aecg_write.write),
    "csv": (".csv", csv_write.write),
    "npz": (".npz", npy.write),
}
#: Formats that are read piece by piece, so that a recording of any length may be written in them.
IN_PIECES = ("wfdb", "edf", "csv")
_ALSO = {".dat": "wfdb", ".tsv": "csv"}


def format_of(path: Path) -> str:
    """The format that a suffix stands for; `EcgError` that lists them when it stands for none."""
    suffix = path.suffix.lower()
    found = _ALSO.get(suffix) or next((name for name, (own, _) in FORMATS.items() if own == suffix), None)
    if found is None:
        known = ", ".join(own for own, _ in FORMATS.values())
        raise EcgError(
            "{file} has no suffix of a format that is written; use one of {known}, .tsv.",
            file=path.name,
            known=known,
        )
    return found


def write(recording: Recording | Pieces, path: Path, keep_identity: bool = False) -> Path:
    """Write a recording in the format of its suffix; see `registry.write_ecg`.

    Written beside the target first, so that no file is ever half there.
    """
    name = format_of(path)
    _, writer = FORMATS[name]
    leads = recording.said.leads if isinstance(recording, Pieces) else recording.leads
    check_read_back(path, len(leads) * recording.samples)
    if name not in IN_PIECES and isinstance(recording, Pieces):
        recording = recording.recording()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".", ignore_cleanup_errors=True) as beside:
            written = writer(recording, Path(beside) / path.name, keep_identity)
            for file in sorted(Path(beside).iterdir()):
                os.replace(file, path.parent / file.name)
        return path.parent / written.name
    except OSError as error:
        raise EcgError("{file} cannot be written: {reason}.", file=path, reason=error.strerror) from error


def remarks(recording: Recording | Pieces, path: Path) -> tuple[str, ...]:
    """What the format of a path cannot hold as it is, in words."""
    filled = edf_write.filling(recording) if format_of(path) == "edf" else ""
    return (filled,) if filled else ()


def check_read_back(path: Path, values: int) -> None:
    """Refuse to write what this program's own reader of the format would refuse.

    Parameters
    ----------
    path : Path
    values : int
        Samples of all leads together.
    """
    if format_of(path) not in IN_PIECES and values > guard.MAX_VALUES:
        raise EcgError(
            "{file} would hold {values:,} values, and of this format up to {most:,} are read; "
            "write WFDB, EDF or CSV, or a part of the recording.",
            file=path.name,
            values=values,
            most=guard.MAX_VALUES,
        )
