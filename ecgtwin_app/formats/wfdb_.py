"""WFDB records: a text header (.hea) and files of samples (.dat, .flac, or MATLAB v4 .mat as in CinC 2020).

The `wfdb` package decodes the samples, piece by piece, after `wfdb_claims` has held the header against the
files. Records of several segments are put together here: a segment may lack leads or have gains of its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats.channels import known_leads, resampled, unit_in_millivolts
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.marking import read_comment_lines
from ecgtwin_app.formats.wfdb_claims import SAMPLE_FORMATS, check_header_file, frames, neighbour
from ecgtwin_app.formats.wfdb_write import write

__all__ = ["FORMAT", "LARGEST", "SUFFIXES", "open_file", "sniff", "write"]

FORMAT = "WFDB"
SUFFIXES = (".hea", ".dat", ".mat")
LARGEST = MAX_BYTES_IN_PIECES

_MOST_SEGMENTS = 20_000
#: A recording up to this long is checked against the checksums of its header.
_LARGEST_CHECKED = 2_000_000


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
        raise EcgError(f"{path.name} needs its header {header_path.name} beside it.")
    if "://" in str(header_path) or "::" in str(header_path):
        raise EcgError(f"{path.name} lies in a folder whose name looks like an address; copy it elsewhere.")
    with parsing(header_path, FORMAT):
        header = _header(header_path)
        if hasattr(header, "seg_name"):
            return _open_segments(header_path, header)
        return _open_segment(header_path, header)


def _header(path: Path):
    """What `wfdb` makes of a header."""
    check_header_file(path)
    # Imported late: it brings pandas and matplotlib, which the other formats need not wait for.
    import wfdb

    return wfdb.rdheader(str(path.with_suffix("")))


def _open_segment(path: Path, header) -> EcgFile:
    """A record of one segment, its slower channels brought to the rate of the fastest lead."""
    count = frames(path, header)
    names = tuple(name or "" for name in header.sig_name)
    leads = [k for k, name in enumerate(names) if known_leads([name])]
    per_frame = max((header.samps_per_frame[k] for k in leads), default=1)
    rate = float(header.fs) * per_frame
    samples = count * per_frame
    check_shape(path.name, len(names), rate, samples)

    fields = _fields(path, header)
    slower = [names[k] for k in leads if header.samps_per_frame[k] != per_frame]
    if slower:
        fields["history"] += (
            f"resampled {', '.join(known_leads(slower))} to {rate:g} Hz as the other leads",
        )
    if any(header.skew):
        fields["history"] += ("aligned the leads by the skew that the header states",)
    fields["history"] += _checksum_remarks(path, header, count)

    def values(first: int, last: int) -> np.ndarray:
        begin, end = first // per_frame, -(-last // per_frame)
        signal = _millivolts(path, header, begin, end, per_frame)
        return signal[:, first - begin * per_frame : last - begin * per_frame]

    return EcgFile(path, FORMAT, names, rate, samples, values, fields)


def _open_segments(path: Path, header) -> EcgFile:
    """A record of several segments: in each the leads it has, elsewhere nothing."""
    lengths = [int(length) for length in header.seg_len]
    if not header.seg_name or len(header.seg_name) != len(lengths) or len(lengths) > _MOST_SEGMENTS:
        raise EcgError(f"{path.name} does not list its segments; copy the whole record again.")
    check_shape(path.name, header.n_sig, header.fs, sum(lengths))
    # A variable layout describes its leads in a first segment of no length; a fixed one in any segment.
    layout = _first_segment(path, header)
    names = tuple(name or "" for name in layout.sig_name)
    if any(per_frame != 1 for per_frame in layout.samps_per_frame):
        raise EcgError(f"{path.name} has segments with leads at different rates; open one segment's header.")
    starts = np.concatenate([[0], np.cumsum(lengths)])

    def values(first: int, last: int) -> np.ndarray:
        signal = np.full((len(names), last - first), np.nan)
        for k in range(np.searchsorted(starts, first, "right") - 1, len(lengths)):
            begin, end = max(first, starts[k]), min(last, starts[k + 1])
            if begin >= last:
                break
            if begin < end and header.seg_name[k] != "~":
                piece = _segment_values(path, header, k, names, int(begin - starts[k]), int(end - starts[k]))
                signal[:, begin - first : end - first] = piece
        return signal

    fields = _fields(path, header)
    fields["history"] += (f"put together from {len(lengths)} segments",)
    return EcgFile(path, FORMAT, names, float(header.fs), sum(lengths), values, fields)


def _first_segment(path: Path, header):
    """The header of the segment that names the leads."""
    name = next((name for name in header.seg_name if name != "~"), None)
    if name is None:
        raise EcgError(f"{path.name} lists only empty segments; copy the whole record again.")
    layout = _header(neighbour(path, f"{name}.hea"))
    if hasattr(layout, "seg_name") or not getattr(layout, "sig_name", None):
        raise EcgError(f"{path.name} has segments that are no recordings; open one segment's header.")
    return layout


def _segment_values(path: Path, header, k: int, names, first: int, last: int) -> np.ndarray:
    """A piece of segment `k` in mV, its leads in the order of `names`."""
    segment_path = neighbour(path, f"{header.seg_name[k]}.hea")
    segment = _header(segment_path)
    if hasattr(segment, "seg_name") or float(segment.fs) != float(header.fs):
        raise EcgError(f"{path.name} has segments of other kinds or rates; open one segment's header.")
    if frames(segment_path, segment) < last or any(n != 1 for n in segment.samps_per_frame):
        raise EcgError(f"{segment_path.name} is shorter than {path.name} says; copy the whole record again.")
    piece = _millivolts(segment_path, segment, first, last, 1)
    signal = np.full((len(names), last - first), np.nan)
    for name, row in zip(segment.sig_name, piece, strict=True):
        if name in names:
            signal[names.index(name)] = row
    return signal


def _millivolts(path: Path, header, first: int, last: int, per_frame: int) -> np.ndarray:
    """Frames `first` to `last` in mV: (sample - baseline) / gain. Shape (channels, frames x per_frame)."""
    signal = np.full((header.n_sig, (last - first) * per_frame), np.nan)
    for k, samples in enumerate(_digital(path, header, first, last)):
        unit = unit_in_millivolts(header.units[k] or "mV")
        if unit is None:
            if not known_leads([header.sig_name[k] or ""]):
                continue  # a pressure or a breath: `channels` leaves it out by its name
            raise EcgError(f"{path.name} gives a lead in {header.units[k][:20]!r}, not in mV or uV.")
        row = (samples - float(header.baseline[k])) / header.adc_gain[k] * unit
        row[samples == SAMPLE_FORMATS[header.fmt[k]][1]] = np.nan
        if header.samps_per_frame[k] != per_frame:
            row = resampled(row, header.samps_per_frame[k], per_frame)
        signal[k] = row
    return signal


def _digital(path: Path, header, first: int, last: int) -> list[np.ndarray]:
    """The samples of each channel as they are stored."""
    import wfdb

    # Format 8 stores differences, so nothing is known before everything ahead of it is.
    begin = 0 if "8" in header.fmt else first
    record = wfdb.rdrecord(
        str(path.with_suffix("")),
        sampfrom=begin,
        sampto=last,
        physical=False,
        smooth_frames=False,
        return_res=32,
    )
    skipped = [(first - begin) * per_frame for per_frame in header.samps_per_frame]
    return [row[skip:] for row, skip in zip(record.e_d_signal, skipped, strict=True)]


def _fields(path: Path, header) -> dict:
    """What the header states beside the samples."""
    # Read here because `wfdb` drops whatever is not ASCII.
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    fields = read_comment_lines(line for line in lines if line.startswith("#"))
    if not fields["recorded"] and header.base_date and header.base_time:
        fields["recorded"] = f"{header.base_date.isoformat()}T{header.base_time.isoformat('seconds')}"
    return fields


def _checksum_remarks(path: Path, header, count: int) -> tuple[str, ...]:
    """A line for the history when samples differ from the checksums of the header."""
    if header.n_sig * count > _LARGEST_CHECKED or any(header.skew) or None in (header.checksum or [None]):
        return ()
    digital = _digital(path, header, 0, count)
    wrong = [
        name or ""
        for name, stated, samples in zip(header.sig_name, header.checksum, digital, strict=True)
        if (stated - _checksum(samples)) % 65536
    ]
    if not wrong:
        return ()
    return (
        f"samples differ from the checksum in the header: {', '.join(known_leads(wrong)) or 'not in leads'}",
    )


def _checksum(samples: np.ndarray) -> int:
    """The 16-bit signed sum of the samples."""
    return (int(samples.sum(dtype=np.int64)) + 32768) % 65536 - 32768
