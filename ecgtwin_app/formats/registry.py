"""Any readable file to a recording, any recording to a writable file."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_file
from ecgtwin_app.formats.pieces import Pieces
from ecgtwin_app.whole_files import why

_HEAD_BYTES = 8192


@cache
def formats() -> tuple[Format, ...]:
    """Every format, in the order in which a file is asked about.

    A format is a module of this folder with a `FORMAT`; modules whose name goes on after an underscore ("edf_write")
    are parts of others. They are imported when a file is first opened: a start does not wait for twenty of them.
    """
    folder = import_module("ecgtwin_app.formats").__path__
    names = [info.name for info in iter_modules(folder) if "_" not in info.name.rstrip("_")]
    modules = [import_module(f"ecgtwin_app.formats.{name}") for name in names]
    found = [module.FORMAT for module in modules if isinstance(getattr(module, "FORMAT", None), Format)]
    return tuple(sorted(found, key=lambda one: (one.recognised, one.id)))


def suffixes() -> tuple[str, ...]:
    """The endings that files of these formats usually have, for dialogs."""
    return tuple(dict.fromkeys(suffix for one in formats() for suffix in one.suffixes))


def open_ecg(path: Path | str, **options) -> EcgFile:
    """Open an ECG file of any length; the content decides which format it is, not the name.

    Parameters
    ----------
    path : Path or str
        A file, or the bare name of a WFDB record.
    **options
        `rate`, `unit`, `separator` and `decimal` for what tables and arrays do not state themselves (see
        `csv_.open_file`); `lead_order` names the channels of any file. None counts as not given.

    Returns
    -------
    EcgFile
        Its leads, rate and length, and recordings of any piece of it.

    Raises
    ------
    EcgError
        One sentence that says what is wrong and how to mend it.
    """
    path = Path(path)
    if not path.exists() and path.with_name(path.name + ".hea").is_file():
        path = path.with_name(path.name + ".hea")
    check_file(path, MAX_BYTES_IN_PIECES)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise EcgError("{file} cannot be opened: {reason}.", file=path.name, reason=why(error)) from error
    found = next((one for one in formats() if one.sniff(path, head)), None)
    if found is None:
        known = ", ".join(sorted(one.name for one in formats()))
        raise EcgError(
            "{file} is in no format that is read here; convert it to one of {known}.",
            file=path.name,
            known=known,
        )
    check_file(path, found.largest)
    given = {name: value for name, value in options.items() if value is not None}
    names = given.pop("lead_order", None) if "lead_order" not in found.options else None
    unknown = sorted(set(given) - set(found.options))
    if unknown:
        raise EcgError(
            "{file} is a {format} file and states this itself; leave out {options}.",
            file=path.name,
            format=found.name,
            options=", ".join(unknown),
        )
    file = found.open(path, **given)
    return file.named(names) if names else file


def read_ecg(
    path: Path | str, start: float | None = None, seconds: float | None = None, **options
) -> Recording:
    """Read an ECG, or a piece of a long one.

    Parameters
    ----------
    path : Path or str
        A file, or the bare name of a WFDB record.
    start, seconds : float, optional
        The piece; all of it unless given, as far as it fits into memory (`EcgFile.recording`).
    **options
        As for `open_ecg`.

    Returns
    -------
    Recording
        The leads that the file has or that follow from them, in canonical order, mV, at the file's own rate.

    Raises
    ------
    EcgError
        One sentence that says what is wrong and how to mend it.
    """
    return open_ecg(path, **options).recording(start or 0.0, seconds)


def write_ecg(recording: Recording | Pieces, path: Path | str, keep_identity: bool = False) -> Path:
    """Write a recording; the suffix decides the format.

    Parameters
    ----------
    recording : Recording or Pieces
        In memory, or the whole of a long file piece by piece (`pieces.pieces_of`).
    path : Path or str
        ".hea" (or ".dat") for WFDB, ".dcm" for DICOM, ".edf", ".xml" for HL7 aECG, ".csv" or ".tsv" for a table,
        ".npz" for NumPy.
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
    from ecgtwin_app.formats import writing

    return writing.write(recording, Path(path), keep_identity)
