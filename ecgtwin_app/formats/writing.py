"""The formats that are written, by name and suffix."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.formats import aecg_write, csv_, edf_write, npy, wfdb_


def _write_dicom(recording: Recording, path: Path, keep_identity: bool) -> Path:
    # Imported late: pydicom takes half a second.
    from ecgtwin_app.formats import dicom_write

    return dicom_write.write(recording, path, keep_identity)


#: Name on the command line: (suffix, writer). A writer takes recording, path and `keep_identity`.
FORMATS = {
    "wfdb": (
        ".hea",
        lambda recording, path, keep: wfdb_.write(recording, path.parent, path.stem, keep),
    ),
    "dicom": (".dcm", _write_dicom),
    "edf": (".edf", edf_write.write),
    "aecg": (".xml", aecg_write.write),
    "csv": (".csv", csv_.write),
    "npz": (".npz", npy.write),
}
_ALSO = {".dat": "wfdb", ".tsv": "csv"}


def format_of(path: Path) -> str:
    """The format that a suffix stands for; `EcgError` that lists them when it stands for none."""
    suffix = path.suffix.lower()
    found = _ALSO.get(suffix) or next((name for name, (own, _) in FORMATS.items() if own == suffix), None)
    if found is None:
        known = ", ".join(own for own, _ in FORMATS.values())
        raise EcgError(f"{path.name} has no suffix of a format that is written; use one of {known}, .tsv.")
    return found


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write a recording in the format of its suffix; see `registry.write_ecg`."""
    _, writer = FORMATS[format_of(path)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return writer(recording, path, keep_identity)
    except OSError as error:
        raise EcgError(f"{path} cannot be written: {error.strerror}.") from error
