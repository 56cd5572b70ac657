"""A WFDB header held against its files before memory is taken for what it claims.

The `wfdb` package takes memory for whatever a header says and can open addresses on the network. Format:
https://physionet.org/physiotools/wag/header-5.htm
"""

from __future__ import annotations

import re
from pathlib import Path

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_file, check_shape

#: Of each sample format: bytes a sample takes (None where it is compressed with FLAC), and the value that
#: means "no sample".
SAMPLE_FORMATS: dict[str, tuple[float | None, int | None]] = {
    "8": (1, None),
    "16": (2, -(2**15)),
    "24": (3, -(2**23)),
    "32": (4, -(2**31)),
    "61": (2, -(2**15)),
    "80": (1, -(2**7)),
    "160": (2, -(2**15)),
    "212": (1.5, -(2**11)),
    "310": (4 / 3, -(2**9)),
    "311": (4 / 3, -(2**9)),
    "508": (None, -(2**7)),
    "516": (None, -(2**15)),
    "524": (None, -(2**23)),
}
_BASENAME = re.compile(r"^[-\w][-\w.]*$", re.ASCII)
_LARGEST_HEADER = 4_000_000
#: Electrodes of one recording are not read seconds apart.
_LONGEST_SKEW_S = 1.0
_LARGEST_FRAME = 64


def check_header_file(path: Path) -> None:
    """`EcgError` unless the header is there and has the size of one."""
    check_file(path)
    if path.stat().st_size > _LARGEST_HEADER:
        raise EcgError(f"{path.name} is too large for a WFDB header; it is something else.")


def neighbour(header: Path, file_name: str, largest: int = MAX_BYTES_IN_PIECES) -> Path:
    """The file of that name beside the header; `EcgError` when it is elsewhere, missing or too large."""
    name = header.name
    if not _BASENAME.match(file_name):
        raise EcgError(f"{name} points to {file_name[:60]!r}, which is not a plain file name in its folder.")
    file = header.parent / file_name
    if not file.resolve().is_relative_to(header.parent):
        raise EcgError(
            f"{name} points to {file_name}, which lies in another folder; copy it beside the header."
        )
    if not file.is_file():
        raise EcgError(f"{name} needs {file_name} beside it; copy all files of the record.")
    check_file(file, largest)
    return file


def frames(path: Path, header) -> int:
    """How many frames (samples a lead at the record's own rate) a single-segment record has.

    Parameters
    ----------
    path : Path
        Of the header.
    header : wfdb.Record
        What `wfdb.rdheader` made of it.

    Raises
    ------
    EcgError
        The header is of a kind that is not read, or its files hold less than it claims.
    """
    name = path.name
    if not header.n_sig or not getattr(header, "file_name", None):
        raise EcgError(f"{name} describes no signals; copy the whole record again.")
    check_shape(name, header.n_sig, header.fs, 1 if header.sig_len is None else header.sig_len)
    if len(header.file_name) != header.n_sig:
        raise EcgError(
            f"{name} announces {header.n_sig} leads but describes {len(header.file_name)}; copy it again."
        )
    if not all(1 <= per_frame <= _LARGEST_FRAME for per_frame in header.samps_per_frame):
        raise EcgError(f"{name} announces more than {_LARGEST_FRAME} samples a frame; it is damaged.")
    if any(not 0 <= (skew or 0) <= _LONGEST_SKEW_S * header.fs for skew in header.skew):
        raise EcgError(f"{name} says that its leads were read seconds apart (skew); it is damaged.")

    holds = [
        _frames_in(path, file_name, header)
        for file_name in sorted(set(header.file_name), key=header.file_name.index)
    ]
    if header.sig_len is not None:
        for file_name, there in holds:
            if there < header.sig_len:
                raise EcgError(
                    f"{name} says it has {header.sig_len:,} samples a lead, but {file_name} holds {there:,}; "
                    "copy the whole record again."
                )
        return header.sig_len
    shortest = min(there for _, there in holds)
    check_shape(name, header.n_sig, header.fs, shortest)
    return shortest


def _frames_in(path: Path, file_name: str, header) -> tuple[str, int]:
    """A sample file and the frames it holds."""
    channels = [k for k in range(header.n_sig) if header.file_name[k] == file_name]
    formats = {header.fmt[k] for k in channels}
    if len(formats) > 1 or channels != list(range(channels[0], channels[-1] + 1)):
        raise EcgError(f"{path.name} mixes sample formats within {file_name}; convert it to format 16.")
    sample_format = formats.pop()
    if sample_format not in SAMPLE_FORMATS:
        raise EcgError(
            f"{path.name} uses sample format {sample_format}, which is not read; convert it to format 16."
        )
    offset = header.byte_offset[channels[0]] or 0
    size = SAMPLE_FORMATS[sample_format][0]
    file = neighbour(path, file_name)
    per_frame = sum(header.samps_per_frame[k] for k in channels)
    if size is None:
        samples = _flac_samples(path, file) - offset
        return file_name, max(samples // header.samps_per_frame[channels[0]], 0)
    return file_name, max(int((file.stat().st_size - offset) / (size * per_frame)), 0)


def _flac_samples(path: Path, file: Path) -> int:
    """Samples a channel that a FLAC file announces (STREAMINFO, RFC 9639, section 8.2)."""
    with file.open("rb") as stream:
        head = stream.read(42)
    if head[:4] != b"fLaC" or head[4] & 0x7F != 0 or len(head) < 42:
        raise EcgError(f"{path.name} says that {file.name} is a FLAC file, and it is not; copy it again.")
    samples = int.from_bytes(head[21:26], "big") & (2**36 - 1)
    # Even silence takes about a byte for a thousand samples.
    if samples > 4096 * file.stat().st_size:
        raise EcgError(f"{file.name} announces {samples:,} samples, which it is too small to hold.")
    return samples
