"""WFDB records: a text header (.hea) and files of samples (.dat, .flac, or MATLAB v4 .mat as in CinC 2020).

`wfdb_header` reads the header, `wfdb_claims` holds it against the files, `wfdb_samples` decodes any stretch of them.
Records of several segments are put together in `wfdb_segments`.
"""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Recognised, Writer
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, parsing
from ecgtwin_app.formats.pieces import Pieces
from ecgtwin_app.formats.wfdb_header import read_header
from ecgtwin_app.formats.wfdb_segments import open_segment, open_segments
from ecgtwin_app.formats.wfdb_write import write

NAME = "WFDB"


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is a WFDB header, or lies beside a header of its name."""
    if path.suffix.lower() == ".hea":
        return True
    return path.suffix.lower() in (".dat", ".mat", ".flac", "") and path.with_suffix(".hea").is_file()


def open_file(path: Path) -> EcgFile:
    """Open a record by its header, its sample file or its bare name.

    Parameters
    ----------
    path : Path
        ".hea", ".dat", ".mat", ".flac" or without suffix; the files of a record lie in one folder.

    Raises
    ------
    EcgError
        A file is missing, damaged or does not fit the header.
    """
    header_path = path.resolve().with_suffix(".hea")
    if not header_path.is_file():
        raise EcgError("{file} needs its header {header} beside it.", file=path.name, header=header_path.name)
    if "://" in str(header_path) or "::" in str(header_path):
        raise EcgError(
            "{file} lies in a folder whose name looks like an address; copy it elsewhere.", file=path.name
        )
    with parsing(header_path, NAME):
        header = read_header(header_path)
        open_record = open_segments if header.segments else open_segment
        return open_record(header_path, header)


def _write(recording: Recording | Pieces, path: Path, keep_identity: bool = False) -> Path:
    return write(recording, path.parent, path.stem, keep_identity)


FORMAT = Format(
    id="wfdb",
    name=NAME,
    suffixes=(".hea", ".dat", ".mat"),
    sniff=sniff,
    open=open_file,
    holds="segments, interruptions, time, comments",
    after="WFDB Applications Guide, header(5) and signal(5)",
    recognised=Recognised.BY_A_HEADER_BESIDE,
    largest=MAX_BYTES_IN_PIECES,
    writer=Writer(".hea", "WFDB (.hea, .dat)", _write, 1, also=(".dat",), in_pieces=True),
)
