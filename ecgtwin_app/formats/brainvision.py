"""BrainVision: a text header (.vhdr), a file of samples (.eeg) mapped from the disk, and marks in text (.vmrk).

After the BrainVision Core Data Format 1.0 (Brain Products, 2018) and headers as Recorder, Analyzer and others write them.
EEG amplifiers keep an ECG in an extra channel this way. A mark "New Segment" tells where recording began or went on, and
when; marks of any other kind stay in their file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Recognised
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_file, check_shape, parsing
from ecgtwin_app.formats.table_clock import Stretch
from ecgtwin_app.formats.table_rows import Columns, gaps_between, values_of
from ecgtwin_app.formats.units import millivolts_in, unit_in_millivolts
from ecgtwin_app.i18n.message import Message

NAME = "BrainVision"

_TITLE = re.compile(r"^Brain ?Vision Data Exchange Header File", re.IGNORECASE)
_SAMPLES = {"INT_16": "i2", "UINT_16": "u2", "INT_32": "i4", "IEEE_FLOAT_32": "f4", "IEEE_FLOAT_64": "f8"}
#: What headers say where they say nothing.
_USUAL = {"dataformat": "BINARY", "datatype": "TIMEDOMAIN"}
_LARGEST_TEXT, _MOST_CHANNELS = 10_000_000, 1024
#: Position, counted from 1, and date and time of the mark of a segment.
_SEGMENT = re.compile(r"^Mk\d+=New Segment,[^,]*,(\d+),[^,]*,[^,]*(?:,(\d{14})(\d{6})?)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Channel:
    """A channel: its name, the physical value of a step, and its unit."""

    name: str
    resolution: float
    unit: str


@dataclass(frozen=True)
class _Samples(Columns):
    """The leads among the samples of a file, (samples, channels) as they are mapped."""

    data: np.ndarray
    columns: list[int]

    def leads(self, first: int, last: int) -> np.ndarray:
        """Steps (rows, leads) of some samples."""
        return np.asarray(self.data[first:last, self.columns], np.float64)


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with the title of a header, or lies beside a header of its name."""
    if _TITLE.match(head[:100].decode("latin-1").removeprefix("ï»¿")):
        return True
    return path.suffix.lower() in (".eeg", ".vmrk") and path.with_suffix(".vhdr").is_file()


def open_file(path: Path) -> EcgFile:
    """Read the ECG channels of a recording by its header, its samples or its marks.

    Raises
    ------
    EcgError
        The header is damaged, a file of the recording is missing or shorter than announced, or it was interrupted
        without saying when.
    """
    if path.suffix.lower() in (".eeg", ".vmrk"):
        path = path.with_suffix(".vhdr")
    path = path.resolve()
    with parsing(path, NAME):
        header = _sections(_text(path))
        channels = _channels(path.name, header)
        rate = 1e6 / float(_stated(path.name, header, "Common Infos", "SamplingInterval"))
        data = _mapped(path, header, len(channels))
        columns = _leads(path.name, channels)
        check_shape(path.name, len(columns), rate, len(data))
        stretches, recorded = _stretches(path, header, rate, len(data))
        scales = [millivolts_in(path.name, channels[k].unit) * channels[k].resolution for k in columns]
        history: tuple[Message, ...] = ()
        if len(columns) < len(channels):
            history = (
                Message.counted(
                    "left out {n:,} signal not called like an ECG lead",
                    "left out {n:,} signals not called like an ECG lead",
                    len(channels) - len(columns),
                ),
            )
        return EcgFile(
            path,
            NAME,
            tuple(channels[k].name for k in columns),
            rate,
            stretches[-1].sample + stretches[-1].count,
            values_of(_Samples(data, columns), np.array(scales), np.zeros(len(columns)), stretches),
            {"recorded": recorded, "history": history},
            gaps=gaps_between(stretches),
        )


def _text(path: Path) -> str:
    """A text in UTF-8 or, as older programs write it, in the code page of Western Windows."""
    check_file(path, _LARGEST_TEXT)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _sections(text: str) -> dict[str, dict[str, str]]:
    """Keys and values by section; keys in lower case. What follows [Comment] is free text."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip()
        if line.lower() == "[comment]":
            break
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1].lower(), {})
        elif line and not line.startswith(";"):
            key, _, value = line.partition("=")
            section[key.strip().lower()] = value.strip()
    return found


def _stated(name: str, header: dict, section: str, key: str) -> str:
    """A value that a header has to state."""
    value = header.get(section.lower(), {}).get(key.lower(), "")
    if not value:
        raise EcgError("{file} has a damaged header; copy it again.", file=name)
    return value


def _channels(name: str, header: dict) -> list[_Channel]:
    """The channels, in the order of the samples. A resolution left out is 1, a unit left out µV."""
    count = int(_stated(name, header, "Common Infos", "NumberOfChannels"))
    if not 1 <= count <= _MOST_CHANNELS:
        raise EcgError("{file} has a damaged header; copy it again.", file=name)
    channels = []
    for number in range(1, count + 1):
        parts = [part.strip() for part in _stated(name, header, "Channel Infos", f"Ch{number}").split(",")]
        label, _, resolution, unit = (*parts, "", "", "", "")[:4]
        channels.append(_Channel(label.replace("\\1", ","), float(resolution or 1), unit or "uV"))
    return channels


def _leads(name: str, channels: list[_Channel]) -> list[int]:
    """Which channels are ECG leads; all that are voltages where none is called so, for the caller to name."""
    found = [k for k, channel in enumerate(channels) if known_leads([channel.name])]
    found = found or [k for k, channel in enumerate(channels) if unit_in_millivolts(channel.unit) is not None]
    if not found:
        raise EcgError("{file} has no signal that is called like an ECG lead; rename its signals.", file=name)
    return found


def _mapped(path: Path, header: dict, channels: int) -> np.ndarray:
    """The samples (samples, channels) of the data file."""
    common, name = header.get("common infos", {}), path.name
    kind = header.get("binary infos", {}).get("binaryformat", "").upper()
    form, domain = (common.get(key, usual).upper() for key, usual in _USUAL.items())
    other = next((said for said, read in ((form, "BINARY"), (domain, "TIMEDOMAIN")) if said != read), kind)
    if other not in _SAMPLES:
        raise EcgError(
            "{file} holds {kind} data, which is not read; export it as binary samples over time.",
            file=name,
            kind=other[:20],
        )
    file = _beside(path, _stated(name, header, "Common Infos", "DataFile"))
    big = header.get("binary infos", {}).get("usebigendianorder", "NO").upper() == "YES"
    steps = np.dtype((">" if big else "<") + _SAMPLES[kind])
    there = file.stat().st_size // (steps.itemsize * channels)
    samples = int(common.get("datapoints") or there)
    if not 0 < samples <= there:
        raise EcgError(
            "{file} announces {announced:,} samples a lead and holds {found:,}; copy it again.",
            file=name,
            announced=samples,
            found=there,
        )
    if common.get("dataorientation", "MULTIPLEXED").upper() == "VECTORIZED":
        return np.memmap(file, steps, "r", shape=(channels, there))[:, :samples].T
    return np.memmap(file, steps, "r", shape=(samples, channels))


def _beside(path: Path, name: str) -> Path:
    """The file of that name in the folder of the header; "$b" stands for the header's own name."""
    name = name.replace("$b", path.stem)
    file = path.parent / name
    if Path(name).name != name or not file.resolve().is_relative_to(path.parent):
        raise EcgError(
            "{file} points to {other!r}, which is not a plain file name in its folder.",
            file=path.name,
            other=name[:60],
        )
    if not file.is_file():
        raise EcgError(
            "{file} needs {other} beside it; copy all files of the record.", file=path.name, other=name
        )
    check_file(file, MAX_BYTES_IN_PIECES)
    return file


def _stretches(path: Path, header: dict, rate: float, samples: int) -> tuple[list[Stretch], str]:
    """What was recorded without a break, and when the first of it began, as far as the marks say.

    Raises
    ------
    EcgError
        Recording went on after a break, and no mark says when.
    """
    marks = path.with_suffix(".vmrk")
    if marked := header["common infos"].get("markerfile"):
        marks = _beside(path, marked) if path.with_name(marked.replace("$b", path.stem)).is_file() else marks
    begins: dict[int, tuple[str, str]] = {0: ("", "")}
    for line in _text(marks).splitlines() if marks.is_file() else ():
        if found := _SEGMENT.match(line.strip()):
            begins[int(found[1]) - 1] = (found[2] or "", found[3] or "")
    rows = sorted(row for row in begins if 0 <= row < samples)
    clocks = [_seconds(*begins[row]) for row in rows]
    if len(rows) > 1 and None in clocks:
        raise EcgError(
            "{file} was interrupted and does not say when; export one stretch of it.", file=path.name
        )
    first = clocks[0] or 0.0
    stretches: list[Stretch] = []
    for row, end, clock in zip(rows, [*rows[1:], samples], clocks, strict=True):
        begin = round(((clock or 0.0) - first) * rate)
        behind = stretches[-1].sample + stretches[-1].count if stretches else 0
        # Half a sample, and what the digits of a clock leave open, is no gap.
        if abs(begin - behind) <= max(1.0, 2e-3 * rate):
            begin = behind
        if begin < behind:
            raise EcgError(
                "{file} has records that overlap in time; export one stretch of it.", file=path.name
            )
        stretches.append(Stretch(row, begin, end - row))
    day = begins[0][0]
    moment = f"{day[:4]}-{day[4:6]}-{day[6:8]}T{day[8:10]}:{day[10:12]}:{day[12:]}"
    return stretches, moment if clocks[0] is not None else ""


def _seconds(moment: str, microseconds: str) -> float | None:
    """A date and time of 14 digits as seconds; None where there is none."""
    try:
        when = np.datetime64(
            f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}:{moment[12:14]}", "us"
        )
    except ValueError:
        return None
    return int(when.astype(np.int64)) / 1e6 + int(microseconds or 0) / 1e6 if moment else None


FORMAT = Format(
    id="brainvision",
    name=NAME,
    suffixes=(".vhdr", ".eeg"),
    sniff=sniff,
    open=open_file,
    holds="channels of an EEG amplifier, interruptions, time",
    after="BrainVision Core Data Format 1.0",
    recognised=Recognised.BY_A_HEADER_BESIDE,
    largest=MAX_BYTES_IN_PIECES,
)
