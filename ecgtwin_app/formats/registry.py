"""Any readable file to a recording, any recording to a writable file."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.formats import csv_, dicom, wfdb_
from ecgtwin_app.formats.guard import check_file

#: Asked in this order; CSV last, because any text might be a table.
_READERS = (dicom, wfdb_, csv_)
_HEAD_BYTES = 4096


def read_ecg(path: Path | str, **options) -> Recording:
    """Read a 12-lead ECG; the content decides which format it is, not the name.

    Parameters
    ----------
    path : Path or str
        A file, or the bare name of a WFDB record.
    **options
        `rate`, `unit`, `lead_order`, `separator` and `decimal` for text tables (see `csv_.read`);
        None counts as not given.

    Returns
    -------
    Recording
        Twelve leads in canonical order, mV, at the file's own rate.

    Raises
    ------
    EcgError
        One sentence that says what is wrong and how to mend it.
    """
    path = Path(path)
    if not path.exists() and path.with_name(path.name + ".hea").is_file():
        path = path.with_name(path.name + ".hea")
    check_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise EcgError(f"{path.name} cannot be opened: {error.strerror}.") from error
    reader = next((reader for reader in _READERS if reader.sniff(path, head)), None)
    if reader is None:
        known = ", ".join(reader.FORMAT for reader in _READERS)
        raise EcgError(f"{path.name} is in no format that is read here; convert it to one of {known}.")
    given = {name: value for name, value in options.items() if value is not None}
    unknown = sorted(set(given) - set(getattr(reader, "OPTIONS", ())))
    if unknown:
        raise EcgError(
            f"{path.name} is a {reader.FORMAT} file and states this itself; leave out {', '.join(unknown)}."
        )
    return reader.read(path, **given)


def write_ecg(recording: Recording, path: Path | str, keep_identity: bool = False) -> Path:
    """Write a recording; the suffix decides the format.

    Parameters
    ----------
    recording : Recording
    path : Path or str
        ".hea" (or ".dat") for WFDB, ".csv" or ".tsv" for a table.
    keep_identity : bool
        Keep name, identifier and date, which are left out otherwise.

    Returns
    -------
    Path
        The file to open again.

    Raises
    ------
    EcgError
    """
    path = Path(path)
    suffix = path.suffix.lower()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if suffix in (".hea", ".dat"):
            return wfdb_.write(recording, path.parent, path.stem, keep_identity)
        if suffix in (".csv", ".tsv"):
            return csv_.write(recording, path, keep_identity)
    except OSError as error:
        raise EcgError(f"{path} cannot be written: {error.strerror}.") from error
    raise EcgError(f"{path.name} has no suffix of a format that is written; use .hea, .csv or .tsv.")
