"""A WFDB header as plain values. Format: https://physionet.org/physiotools/wag/header-5.htm

Whatever a line leaves out has the value that the format gives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.guard import check_file

_LARGEST_HEADER = 4_000_000
#: What a line that does not say it means.
_USUAL_RATE, _USUAL_GAIN = 250.0, 200.0
_RECORD = re.compile(r"^[-\w]+$", re.ASCII)
_FORMAT = re.compile(r"^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$", re.ASCII)
_GAIN = re.compile(r"^([-+]?[\d.]+(?:[eE][-+]?\d+)?)?(?:\((-?\d+)\))?(?:/(.*))?$", re.ASCII)


@dataclass(frozen=True)
class Signal:
    """One signal line.

    Attributes
    ----------
    file : str
        Of its samples; "~" for none.
    format : str
        Of the samples, as "16" or "212"; "0" for none.
    per_frame : int
        Samples in a frame.
    skew : int
        Frames by which it lies behind in its file.
    offset : int
        Bytes before the first sample.
    gain, baseline : float
        Steps a unit, and the step that is zero.
    unit, name : str
    first : int
        The sample before the first, for format 8.
    checksum : int or None
    """

    file: str
    format: str
    per_frame: int
    skew: int
    offset: int
    gain: float
    baseline: float
    unit: str
    name: str
    first: int
    checksum: int | None


@dataclass(frozen=True)
class Header:
    """A header.

    Attributes
    ----------
    rate : float
        Frames a second.
    frames : int or None
        How many there are; None when the header does not say.
    recorded : str
        ISO 8601, or "".
    signals : tuple of Signal
        Empty for a record of several segments.
    segments : tuple of (str, int)
        Name ("~" for a gap) and frames of each; empty for a record of one.
    comments : tuple of str
    """

    rate: float
    frames: int | None
    recorded: str
    signals: tuple[Signal, ...]
    segments: tuple[tuple[str, int], ...]
    comments: tuple[str, ...]


def read_header(path: Path) -> Header:
    """Read a header.

    Raises
    ------
    EcgError
        It is not one, or lists fewer signals or segments than it announces.
    """
    check_file(path)
    if path.stat().st_size > _LARGEST_HEADER:
        raise EcgError("{file} is too large for a WFDB header; it is something else.", file=path.name)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = [line.strip() for line in text.splitlines()]
    comments = tuple(line for line in lines if line.startswith("#"))
    lines = [line for line in lines if line and not line.startswith("#")]
    words = lines[0].split() if lines else []
    record, slash, segments = (words or [""])[0].partition("/")
    try:
        if not _RECORD.match(record):
            raise ValueError
        count = int(words[1])
        rate = float(re.split(r"[/(]", words[2])[0]) if len(words) > 2 else _USUAL_RATE
        frames = int(words[3]) if len(words) > 3 else 0
        listed = int(segments) if slash else count
    except (IndexError, ValueError):
        raise EcgError(
            "{file} does not begin like a WFDB header; copy the whole record again.", file=path.name
        ) from None
    there = len(lines) - 1
    if slash and not 1 <= listed <= there:
        raise EcgError(
            "{file} announces {announced:,} segments but lists {found:,}; copy the whole record again.",
            file=path.name,
            announced=listed,
            found=there,
        )
    # Remarks without their sign may follow; a signal that is not announced may not.
    further = [line.split() for line in lines[listed + 1 :]] if not slash else []
    if not 1 <= listed <= there or any(len(line) > 1 and _FORMAT.match(line[1]) for line in further):
        raise EcgError(
            "{file} announces {announced:,} leads but describes {found:,}; copy the whole record again.",
            file=path.name,
            announced=listed,
            found=there,
        )
    rest = lines[1 : listed + 1]
    return Header(
        rate,
        frames if frames > 0 else None,
        _moment(words[4:6]),
        () if slash else tuple(_signal(path.name, line) for line in rest),
        tuple(_segment(path.name, line) for line in rest) if slash else (),
        comments,
    )


def _segment(name: str, line: str) -> tuple[str, int]:
    """Name and frames of a segment line."""
    words = line.split()
    if len(words) < 2 or not words[1].isdigit() or not (words[0] == "~" or _RECORD.match(words[0])):
        raise EcgError("{file} does not list its segments; copy the whole record again.", file=name)
    return words[0], int(words[1])


def _signal(name: str, line: str) -> Signal:
    """What a signal line says."""
    words = line.split(None, 2)
    sample_format = _FORMAT.match(words[1]) if len(words) > 1 else None
    if sample_format is None:
        raise EcgError("{file} has a damaged line for a signal; copy the whole record again.", file=name)
    kind, per_frame, skew, offset = sample_format.groups()
    rest = words[2] if len(words) > 2 else ""
    first, _, after = rest.partition(" ")
    said = _GAIN.match(first)
    # Whatever is no number where one is expected begins the description.
    gain, baseline, unit = said.groups() if said else (None, None, None)
    rest = after if said else rest
    numbers: list[int] = []
    while len(numbers) < 5 and (number := re.match(r"\s*(-?\d+)(?:\s+|$)", rest)):
        numbers.append(int(number[1]))
        rest = rest[number.end() :]
    numbers += [0] * (4 - len(numbers)) if len(numbers) < 4 else []
    return Signal(
        words[0],
        kind,
        int(per_frame or 1),
        int(skew or 0),
        int(offset or 0),
        float(gain or 0) or _USUAL_GAIN,
        float(baseline if baseline is not None else numbers[1]),
        (unit or "").strip() or "mV",
        rest.strip(),
        numbers[2],
        numbers[3] if len(numbers) > 4 else None,
    )


def _moment(words: list[str]) -> str:
    """When it was recorded, where both time and day are whole."""
    if len(words) < 2:
        return ""
    clock = re.match(r"^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?$", words[0])
    day = re.match(r"^(\d{1,2})/(\d{1,2})/(\d{4})$", words[1])
    if not clock or not day:
        return ""
    hour, minute, second = (int(part or 0) for part in clock.groups())
    date, month, year = map(int, day.groups())
    if not (1 <= month <= 12 and 1 <= date <= 31 and hour < 24 and minute < 60 and second < 60):
        return ""
    return f"{year:04d}-{month:02d}-{date:02d}T{hour:02d}:{minute:02d}:{second:02d}"
