"""NumPy files: a plain array (.npy), mapped from the disk, and the archive that we write (.npz)."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.arrays import OPTIONS, file_of_array
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Writer
from ecgtwin_app.formats.guard import MAX_BYTES, MAX_BYTES_IN_PIECES, MAX_VALUES, check_file, parsing
from ecgtwin_app.formats.marking import comment_lines, read_comment_lines

NAME = "NumPy"

_ARRAY, _ARCHIVE = b"\x93NUMPY", b"PK\x03\x04"
#: The members of the archive.
_MEMBERS = ("signal", "rate", "unit", "leads", "comments")
_LARGEST_TEXT = 10_000_000


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is a NumPy array, or an archive that begins with one."""
    return head.startswith(_ARRAY) or (head.startswith(_ARCHIVE) and head[30:60].find(b".npy") > 0)


def open_file(
    path: Path, rate: float | None = None, unit: str | None = None, lead_order: Sequence[str] | None = None
) -> EcgFile:
    """Open an array; nothing that needs unpickling is read.

    Parameters
    ----------
    path : Path
    rate, unit, lead_order
        As for `csv_.open_file`; they win over what an archive states.

    Raises
    ------
    EcgError
        The file is damaged, holds objects, or its rate, unit or leads are not stated.
    """
    with parsing(path, NAME):
        with path.open("rb") as file:
            archive = file.read(4) == _ARCHIVE
        if not archive:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            return file_of_array(path, NAME, array, rate, unit, lead_order)
        check_file(path, MAX_BYTES)
        said = _members(path)
        if "signal" not in said:
            raise EcgError("{file} holds no array that is called signal; save it so.", file=path.name)
        comments = [str(line) for line in np.atleast_1d(said.get("comments", []))]
        return file_of_array(
            path,
            NAME,
            said["signal"],
            rate or (float(said["rate"]) if "rate" in said else None),
            unit or (str(said["unit"]) if "unit" in said else None),
            lead_order or ([str(name) for name in said["leads"]] if "leads" in said else None),
            read_comment_lines(comments),
        )


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write `signal` (leads, samples) in mV as float32, `rate`, `unit`, `leads` and `comments`.

    Parameters
    ----------
    recording : Recording
    path : Path
        Its folder must exist.
    keep_identity : bool
        See `marking.comment_lines`.
    """
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            signal=recording.signal,
            rate=np.float64(recording.rate),
            unit=np.str_("mV"),
            leads=np.array(recording.leads),
            comments=np.array(comment_lines(recording, keep_identity)),
        )
    return path


def _members(path: Path) -> dict[str, np.ndarray]:
    """The known arrays of an archive, none larger unpacked than a recording may be."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name not in _MEMBERS or name in found:
                continue
            if info.file_size > (8 * MAX_VALUES if name == "signal" else _LARGEST_TEXT):
                raise EcgError(
                    "{file} would unpack to {size:,.0f} MB; save a part of it.",
                    file=path.name,
                    size=info.file_size / 1e6,
                )
            with archive.open(info) as member:
                found[name] = np.lib.format.read_array(member, allow_pickle=False)
    return found


FORMAT = Format(
    id="npz",
    name=NAME,
    suffixes=(".npy", ".npz"),
    sniff=sniff,
    open=open_file,
    holds="one array; our archive: rate, leads, comments",
    after="NumPy's description of NPY",
    options=OPTIONS,
    largest=MAX_BYTES_IN_PIECES,
    writer=Writer(".npz", "NumPy (.npz)", write, 6),
)
