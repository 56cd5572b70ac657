"""A WFDB header held against its files before memory is taken for what it claims."""

from __future__ import annotations

import re
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, MAX_LEADS, check_file
from ecgtwin_app.formats.wfdb_header import Header
from ecgtwin_app.formats.wfdb_samples import SAMPLE_FORMATS

_BASENAME = re.compile(r"^[-\w][-\w.]*$", re.ASCII)
#: Electrodes of one recording are not read seconds apart.
_LONGEST_SKEW_S = 1.0
#: Frames of a second or more are met, at any rate.
_LARGEST_FRAME = 20_000


def neighbour(header: Path, file_name: str, largest: int = MAX_BYTES_IN_PIECES) -> Path:
    """The file of that name beside the header; `EcgError` when it is elsewhere, missing or too large."""
    name = header.name
    if not _BASENAME.match(file_name):
        raise EcgError(
            "{file} points to {other!r}, which is not a plain file name in its folder.",
            file=name,
            other=file_name[:60],
        )
    file = header.parent / file_name
    if not file.resolve().is_relative_to(header.parent):
        raise EcgError(
            "{file} points to {other}, which lies in another folder; copy it beside the header.",
            file=name,
            other=file_name,
        )
    if not file.is_file():
        raise EcgError(
            "{file} needs {other} beside it; copy all files of the record.", file=name, other=file_name
        )
    check_file(file, largest)
    return file


def frames(path: Path, header: Header) -> int:
    """How many frames a record of one segment has; where the header does not say, as many as its files hold.

    Parameters
    ----------
    path : Path
        Of the header.
    header : Header

    Raises
    ------
    EcgError
        The header is of a kind that is not read, or its files hold less than it claims.
    """
    name, signals = path.name, header.signals
    if not 1 <= len(signals) <= MAX_LEADS:
        raise EcgError(
            "{file} says it has {leads} leads; 1 to {most} are read.",
            file=name,
            leads=len(signals),
            most=MAX_LEADS,
        )
    if not header.rate > 0:
        raise EcgError("{file} does not state its samples a second; copy it again.", file=name)
    if not all(1 <= signal.per_frame <= _LARGEST_FRAME for signal in signals):
        raise EcgError(
            "{file} announces more than {most} samples a frame; it is damaged.",
            file=name,
            most=_LARGEST_FRAME,
        )
    if any(signal.skew > max(1, _LONGEST_SKEW_S * header.rate) for signal in signals):
        raise EcgError("{file} says that its leads were read seconds apart (skew); it is damaged.", file=name)
    holds = [(file, _frames_in(path, file, header)) for file in files_of(header)]
    if not holds:
        raise EcgError("{file} describes no signals; copy the whole record again.", file=name)
    if header.frames is None:
        return min(there for _, there in holds)
    for file, there in holds:
        if there < header.frames:
            raise EcgError(
                "{file} says it has {announced:,} samples a lead, but {other} holds {found:,}; "
                "copy the whole record again.",
                file=name,
                announced=header.frames,
                other=file,
                found=there,
            )
    return header.frames


def files_of(header: Header) -> tuple[str, ...]:
    """The sample files of a record, in the order of its signals."""
    return tuple(dict.fromkeys(signal.file for signal in header.signals if signal.file != "~"))


def _frames_in(path: Path, file_name: str, header: Header) -> int:
    """The frames that a sample file holds."""
    at = [k for k, signal in enumerate(header.signals) if signal.file == file_name]
    signals = [header.signals[k] for k in at]
    kinds = {signal.format for signal in signals}
    if len(kinds) > 1 or at != list(range(at[0], at[-1] + 1)):
        raise EcgError(
            "{file} mixes sample formats within {other}; convert it to format 16.",
            file=path.name,
            other=file_name,
        )
    kind = kinds.pop()
    if kind not in SAMPLE_FORMATS:
        raise EcgError(
            "{file} uses sample format {kind}, which is not read; convert it to format 16.",
            file=path.name,
            kind=kind,
        )
    form, offset = SAMPLE_FORMATS[kind], signals[0].offset
    file = neighbour(path, file_name)
    if not form.bytes:
        return max((_flac_samples(path, file) - offset) // signals[0].per_frame, 0)
    samples = (file.stat().st_size - offset) * form.samples // form.bytes
    return max(samples // sum(signal.per_frame for signal in signals), 0)


def _flac_samples(path: Path, file: Path) -> int:
    """Samples a channel that a FLAC file announces (STREAMINFO, RFC 9639, section 8.2)."""
    with file.open("rb") as stream:
        head = stream.read(42)
    if head[:4] != b"fLaC" or head[4] & 0x7F != 0 or len(head) < 42:
        raise EcgError(
            "{file} says that {other} is a FLAC file, and it is not; copy it again.",
            file=path.name,
            other=file.name,
        )
    samples = int.from_bytes(head[21:26], "big") & (2**36 - 1)
    # Even silence takes about a byte for a thousand samples.
    if samples > 4096 * file.stat().st_size:
        raise EcgError(
            "{other} announces {samples:,} samples, which it is too small to hold.",
            other=file.name,
            samples=samples,
        )
    return samples
