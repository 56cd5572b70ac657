"""The signals of a WFDB record in millivolts, of one segment or of several put together.

A segment may lack leads, have them in another order, or have gains of its own; a gap has no samples.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import known_leads, resampled, told_apart, unit_in_millivolts
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import MAX_LEADS, check_shape
from ecgtwin_app.formats.marking import read_comment_lines
from ecgtwin_app.formats.wfdb_claims import files_of, frames, neighbour
from ecgtwin_app.formats.wfdb_header import Header, Signal, read_header
from ecgtwin_app.formats.wfdb_samples import SAMPLE_FORMATS, read_flac, read_samples
from ecgtwin_app.i18n.message import Message

NAME = "WFDB"
_MOST_SEGMENTS = 20_000
#: Of so many segments each is looked at when the record is opened.
_MOST_LOOKED_AT = 500
#: A recording up to this long is checked against the checksums of its header.
_LARGEST_CHECKED = 2_000_000
#: Format 8 stores differences, so nothing is known before everything ahead of it is added up.
_DIFFERENCES = "8"


def open_segment(path: Path, header: Header) -> EcgFile:
    """A record of one segment, its slower channels brought to the rate of the fastest lead."""
    names = tuple(signal.name for signal in header.signals)
    per_frame = _per_frame(header.signals)
    rate = _rate(header.rate * per_frame)
    if header.frames:
        check_shape(path.name, len(names), rate, header.frames * per_frame)
    count = frames(path, header)
    check_shape(path.name, len(names), rate, count * per_frame)
    fields = _fields(header)
    fields["history"] += _remarks(path.name, header.signals, rate, per_frame)
    fields["history"] += _checksum_remarks(path, header, count)

    def values(first: int, last: int) -> np.ndarray:
        begin, end = first // per_frame, -(-last // per_frame)
        signal = _millivolts(path, header, begin, end, per_frame)
        return signal[:, first - begin * per_frame : last - begin * per_frame]

    return EcgFile(path, NAME, names, rate, count * per_frame, values, fields)


def open_segments(path: Path, header: Header) -> EcgFile:
    """A record of several segments: in each the leads it has, elsewhere nothing."""
    lengths = [length for _, length in header.segments]
    if len(lengths) > _MOST_SEGMENTS:
        raise EcgError(
            "{file} lists more than {most:,} segments; it is damaged.", file=path.name, most=_MOST_SEGMENTS
        )
    if header.frames is not None and header.frames != sum(lengths):
        raise EcgError(
            "{file} says it has {announced:,} samples a lead, but its segments have {found:,}; "
            "copy the whole record again.",
            file=path.name,
            announced=header.frames,
            found=sum(lengths),
        )
    signals = _layout(path, header)
    names = told_apart([signal.name for signal in signals])
    per_frame = _per_frame(signals)
    rate = _rate(header.rate * per_frame)
    check_shape(path.name, len(names), rate, sum(lengths) * per_frame)
    starts = np.concatenate([[0], np.cumsum(lengths)])

    def values(first: int, last: int) -> np.ndarray:
        low, high = first // per_frame, -(-last // per_frame)
        whole = np.full((len(names), (high - low) * per_frame), np.nan)
        for k in range(int(np.searchsorted(starts, low, "right")) - 1, len(lengths)):
            begin, end = max(low, int(starts[k])), min(high, int(starts[k + 1]))
            if begin >= high:
                break
            if begin < end and header.segments[k][0] != "~":
                piece = _piece(
                    path, header, k, names, begin - int(starts[k]), end - int(starts[k]), per_frame
                )
                whole[:, (begin - low) * per_frame : (end - low) * per_frame] = piece
        return whole[:, first - low * per_frame : last - low * per_frame]

    gaps = tuple(
        (int(starts[k]) * per_frame, int(starts[k + 1]) * per_frame)
        for k, (name, length) in enumerate(header.segments)
        if name == "~" and length
    )
    fields = _fields(header)
    fields["history"] += _remarks(path.name, signals, rate, per_frame)
    fields["history"] += (Message("put together from {count} segments", count=len(lengths)),)
    return EcgFile(path, NAME, names, rate, sum(lengths) * per_frame, values, fields, gaps)


def _per_frame(signals: tuple[Signal, ...]) -> int:
    """Samples in a frame of the fastest lead, or of the fastest signal where none is called like a lead."""
    leads = [signal.per_frame for signal in signals if known_leads([signal.name])]
    return max(leads or [signal.per_frame for signal in signals])


def _rate(rate: float) -> float:
    """The rate without the rounding of a multiplication."""
    return float(round(rate)) if abs(rate - round(rate)) < 1e-9 * rate else rate


def _remarks(name: str, signals: tuple[Signal, ...], rate: float, per_frame: int) -> tuple[str, ...]:
    """Lines for the history: what is done to the samples when they are read."""
    lines = []
    slower = known_leads([s.name for s in signals if s.per_frame != per_frame and known_leads([s.name])])
    if slower:
        lines.append(
            Message("resampled {leads} to {rate:g} Hz as the other leads", leads=", ".join(slower), rate=rate)
        )
    if any(signal.skew for signal in signals):
        lines.append(Message("aligned the leads by the skew that the header states"))
    return tuple(lines)


@lru_cache(maxsize=512)
def _read_again(path: Path, modified: float) -> Header:
    return read_header(path)


def _segment(path: Path, name: str) -> tuple[Path, Header]:
    """Path and header of a segment."""
    file = neighbour(path, f"{name}.hea")
    header = _read_again(file, file.stat().st_mtime)
    if header.segments:
        raise EcgError(
            "{file} has segments that are no recordings; open one segment's header.", file=path.name
        )
    return file, header


def _layout(path: Path, header: Header) -> tuple[Signal, ...]:
    """The signals of the record: those of its layout, or of all its segments where it has none."""
    there = list(dict.fromkeys(name for name, _ in header.segments if name != "~"))
    if not there:
        raise EcgError("{file} lists only empty segments; copy the whole record again.", file=path.name)
    # A variable layout lists them in a first segment of no length; in a fixed one all segments have the same.
    has_layout = header.segments[0][1] == 0
    lists_all = has_layout or len(there) > _MOST_LOOKED_AT
    signals: list[Signal] = []
    for name in there[:1] if lists_all else there:
        segment_path, segment = _segment(path, name)
        if not has_layout:
            if segment.rate != header.rate:
                raise EcgError(
                    "{file} has segments of other kinds or rates; open one segment's header.", file=path.name
                )
            _check_length(path, segment_path, segment, dict(header.segments)[name])
        counted: dict[str, int] = {}
        for signal in segment.signals:
            counted[signal.name] = counted.get(signal.name, 0) + 1
            if sum(one.name == signal.name for one in signals) < counted[signal.name]:
                signals.append(signal)
    if not 1 <= len(signals) <= MAX_LEADS:
        raise EcgError(
            "{file} says it has {leads} leads; 1 to {most} are read.",
            file=path.name,
            leads=len(signals),
            most=MAX_LEADS,
        )
    return tuple(signals)


def _check_length(path: Path, segment_path: Path, segment: Header, length: int) -> None:
    if frames(segment_path, segment) < length:
        raise EcgError(
            "{segment} is shorter than {file} says; copy the whole record again.",
            segment=segment_path.name,
            file=path.name,
        )


def _piece(path: Path, header: Header, k: int, names, first: int, last: int, per_frame: int) -> np.ndarray:
    """A piece of segment `k` in mV, its leads in the order of `names`."""
    name, length = header.segments[k]
    segment_path, segment = _segment(path, name)
    if segment.rate != header.rate:
        raise EcgError(
            "{file} has segments of other kinds or rates; open one segment's header.", file=path.name
        )
    _check_length(path, segment_path, segment, length)
    rows = _millivolts(segment_path, segment, first, last, per_frame)
    signal = np.full((len(names), rows.shape[1]), np.nan)
    for called, row in zip(told_apart([one.name for one in segment.signals]), rows, strict=True):
        if called in names:
            signal[names.index(called)] = row
    return signal


def _millivolts(path: Path, header: Header, first: int, last: int, per_frame: int) -> np.ndarray:
    """Frames `first` to `last` in mV: (sample - baseline) / gain. Shape (channels, frames x per_frame)."""
    whole = np.full((len(header.signals), (last - first) * per_frame), np.nan)
    for k, (signal, samples) in enumerate(
        zip(header.signals, _digital(path, header, first, last), strict=True)
    ):
        unit = unit_in_millivolts(signal.unit)
        if samples is None or (unit is None and not known_leads([signal.name])):
            continue  # a pressure or a breath: `channels` leaves it out by its name
        if unit is None:
            raise EcgError(
                "{file} gives a lead in {unit!r}, not in mV or uV.", file=path.name, unit=signal.unit[:20]
            )
        row = (samples - signal.baseline) / signal.gain * unit
        row[samples == _missing(signal)] = np.nan
        if signal.per_frame != per_frame:
            row = resampled(row, signal.per_frame, per_frame)
        whole[k, : row.size] = row
    return whole


def _missing(signal: Signal) -> int | None:
    return SAMPLE_FORMATS[signal.format].missing


def _digital(path: Path, header: Header, first: int, last: int) -> list[np.ndarray | None]:
    """The samples of each signal as they are stored, float64, NaN behind the end; None for one without a file."""
    rows: list[np.ndarray | None] = [None] * len(header.signals)
    for file_name in files_of(header):
        at = [k for k, signal in enumerate(header.signals) if signal.file == file_name]
        signals = [header.signals[k] for k in at]
        file, latest = neighbour(path, file_name), last + max(signal.skew for signal in signals)
        begin = 0 if signals[0].format == _DIFFERENCES else first
        if not SAMPLE_FORMATS[signals[0].format].bytes:
            n = signals[0].per_frame
            offset = signals[0].offset
            channels = read_flac(file, begin * n + offset, latest * n + offset)
            for k, signal, row in zip(at, signals, channels, strict=True):
                rows[k] = _aligned(row, signal, first - begin, last - first)
            continue
        width = sum(signal.per_frame for signal in signals)
        stored = read_samples(file, signals[0].format, signals[0].offset, begin * width, latest * width)
        table = stored[: stored.size // width * width].reshape(-1, width)
        column = 0
        for k, signal in zip(at, signals, strict=True):
            row = table[:, column : column + signal.per_frame].reshape(-1)
            column += signal.per_frame
            if signal.format == _DIFFERENCES:
                row = signal.first + np.cumsum(row)
            rows[k] = _aligned(row, signal, first - begin, last - first)
    return rows


def _aligned(row: np.ndarray, signal: Signal, ahead: int, count: int) -> np.ndarray:
    """`count` frames of a row from frame `ahead` on, moved by the skew; NaN where the file ends before."""
    begin = (ahead + signal.skew) * signal.per_frame
    found = row[begin : begin + count * signal.per_frame].astype(np.float64)
    return np.pad(found, (0, count * signal.per_frame - found.size), constant_values=np.nan)


def _fields(header: Header) -> dict:
    """What the header states beside the samples."""
    fields = read_comment_lines(header.comments)
    fields["recorded"] = fields["recorded"] or header.recorded
    return fields


def _checksum_remarks(path: Path, header: Header, count: int) -> tuple[str, ...]:
    """A line for the history when samples differ from the checksums of the header."""
    signals = header.signals
    if sum(s.per_frame for s in signals) * count > _LARGEST_CHECKED or any(s.skew for s in signals):
        return ()
    wrong = [
        signal.name
        for signal, samples in zip(signals, _digital(path, header, 0, count), strict=True)
        if samples is not None
        and signal.checksum is not None
        # The 16-bit sum of the samples; 0 is what converters write that do not count.
        and signal.checksum
        and (signal.checksum - int(samples.sum())) % 65536
    ]
    if not wrong:
        return ()
    return (
        Message(
            "samples differ from the checksum in the header: {leads}",
            leads=", ".join(known_leads(wrong)) or Message("not in leads"),
        ),
    )
