"""SCP-ECG (EN 1064, ISO 11073-91064): the rhythm of a resting ECG, plain, in differences and Huffman-coded.

The file is a chain of sections; section 0 says where they are. Section 1 holds the patient, 2 the Huffman
tables, 3 the leads, 4 and 5 the reference beat where one was subtracted, 6 the rhythm and 7 the measurements.
"""

from __future__ import annotations

import binascii
import math
import struct
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats import scp_huffman
from ecgtwin_app.formats.channels import SCP_LEADS
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.groups import Group, join
from ecgtwin_app.formats.guard import MAX_LEADS, check_shape, check_values, parsing
from ecgtwin_app.formats.marking import age_between
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.i18n.message import Message

NAME = "SCP-ECG"

_RECORD_HEAD, _SECTION_HEAD, _POINTER = 6, 16, 10
#: How far from its pointer a section is looked for: tools that change a name may forget the pointers.
_NEARBY = 256
_NANOVOLTS = 1e-6  # millivolts
#: Intervals with one of these values were not measured.
_NOT_MEASURED = (0, 29999)
#: Status, day, time and count of a section of statements.
_STATEMENTS_HEAD = 9
_YEARS = {1: 1.0, 2: 1 / 12, 3: 1 / 52.18, 4: 1 / 365.25, 5: 1 / 8766}


def sniff(path: Path, head: bytes) -> bool:
    """Whether section 0 calls itself SCPECG."""
    return head[16:22] == b"SCPECG"


def open_file(path: Path) -> EcgFile:
    """Read the rhythm of section 6, a subtracted reference beat added again.

    Raises
    ------
    EcgError
        The file is damaged, or uses decimation between the beats ("bimodal compression").
    """
    with parsing(path, NAME):
        data = path.read_bytes()
        sections, moved = _sections(path.name, data)
        leads, subtracted = _leads(path.name, sections)
        multiplier, interval, _, bimodal = struct.unpack_from("<HHBB", sections[6])
        rate = _rate(interval)
        counts = [last - first + 1 for _, first, last in leads]
        check_shape(path.name, len(leads), rate, max(counts))
        check_values(path.name, len(leads), max(counts))
        if bimodal and (5 not in sections or struct.unpack_from("<H", sections[5], 2)[0] != interval):
            raise EcgError(
                "{file} keeps fewer samples between the beats (bimodal compression), which is not read; "
                "export it without.",
                file=path.name,
            )
        rows = _decode(path.name, sections, 6, counts)
        joined = join(_groups(path.name, sections, leads, rows, rate, multiplier, subtracted))
        fields = _fields(sections)
        if moved:
            fields["history"] += (Message("found sections of the file beside where it says they are"),)
        if binascii.crc_hqx(data[2:], 0xFFFF) != int.from_bytes(data[:2], "little"):
            fields["history"] += (Message("the file differs from its checksum"),)
        fields["history"] += joined.history
        return EcgFile(path, NAME, joined.names, rate, joined.samples, joined.values, fields, joined.gaps)


def _groups(name: str, sections, leads, rows, rate: float, multiplier: int, subtracted: bool) -> list[Group]:
    """The leads in mV, those together that begin and end together."""
    places = dict.fromkeys((first, last) for _, first, last in leads)
    if subtracted and len(places) > 1:
        raise EcgError(
            "{file} has leads recorded one after the other; export it with simultaneous leads.", file=name
        )
    groups = []
    for first, last in places:
        at = [k for k, lead in enumerate(leads) if lead[1:] == (first, last)]
        signal = np.stack(_same_length(name, [rows[k] for k in at])) * (multiplier * _NANOVOLTS)
        if signal.shape[1] < last - first + 1:
            raise EcgError("{file} holds fewer samples than it announces; copy it again.", file=name)
        if subtracted:
            _add_reference_beat(name, sections, signal)
        signal = signal[:, : last - first + 1]
        names = tuple(SCP_LEADS.get(leads[k][0], f"lead {leads[k][0]}") for k in at)
        groups.append(Group.of(names, rate, (first - 1) / rate, signal))
    return groups


def _sections(name: str, data: bytes) -> tuple[dict[int, bytes], bool]:
    """Contents of the sections by number, and whether any was not where the pointers say."""
    size = struct.unpack_from("<I", data, _RECORD_HEAD + 4)[0]
    found, moved = {}, False
    for at in range(
        _RECORD_HEAD + _SECTION_HEAD, min(_RECORD_HEAD + size, len(data)) - _POINTER + 1, _POINTER
    ):
        number, length, index = struct.unpack_from("<HII", data, at)
        if number == 0 or length <= _SECTION_HEAD or number in found:
            continue
        # The head of a section repeats its number and length, two bytes after its checksum.
        mark = struct.pack("<HI", number, length)
        start = index - 1
        if data[start + 2 : start + 8] != mark:
            low = max(start - _NEARBY, _RECORD_HEAD + size)  # section 0 says the same of each section
            place = data.find(mark, low, start + _NEARBY)
            if place < 2:
                continue
            start, moved = place - 2, True
        if start + length <= len(data):
            found[number] = data[start + _SECTION_HEAD : start + length]
    if 3 not in found or 6 not in found:
        raise EcgError("{file} is an SCP-ECG file without a rhythm; export it with its waveforms.", file=name)
    return found, moved


def _leads(name: str, sections: dict[int, bytes]) -> tuple[list[tuple[int, int, int]], bool]:
    """(lead number, first and last sample) of each lead, and whether a reference beat was subtracted."""
    section = sections[3]
    count, flags = section[0], section[1]
    if not 1 <= count <= MAX_LEADS or len(section) < 2 + 9 * count:
        raise EcgError("{file} does not describe its leads; copy it again.", file=name)
    leads = []
    for k in range(count):
        first, last, number = struct.unpack_from("<IIB", section, 2 + 9 * k)
        # Samples count from 1; a writer that counts from 0 means as many as it says.
        leads.append((number, max(first, 1), last))
        if last < first:
            raise EcgError("{file} does not describe its leads; copy it again.", file=name)
    return leads, bool(flags & 1)


def _rate(interval: int) -> float:
    """Samples a second of an interval in whole microseconds."""
    if interval == 0:
        raise EcgError("This SCP-ECG file does not state its sampling rate; export it again.")
    whole = round(1e6 / interval)
    # 1667 us stands for 600 Hz: the whole rate that rounds to this interval.
    return float(whole) if whole and abs(1e6 / whole - interval) <= 0.5 else 1e6 / interval


def _decode(name: str, sections: dict[int, bytes], number: int, counts: list[int]) -> list[np.ndarray]:
    """Steps of each lead in section 5 or 6."""
    section = sections[number]
    encoding = section[4]
    lengths = struct.unpack_from(f"<{len(counts)}H", section, 6)
    at = 6 + 2 * len(counts)
    if at + sum(lengths) > len(section):
        raise EcgError("{file} holds fewer samples than it announces; copy it again.", file=name)
    coded = scp_huffman.tables(sections[2]) if 2 in sections else None
    rows = []
    for length, count in zip(lengths, counts, strict=True):
        data = section[at : at + length]
        at += length
        if coded is None:
            steps = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int64)
        else:
            steps = np.array(scp_huffman.decode(data, coded, count), np.int64)
        rows.append(_undo_differences(steps, encoding))
    return rows


def _undo_differences(steps: np.ndarray, encoding: int) -> np.ndarray:
    """Samples from no, first or second differences; the first one or two are samples themselves."""
    if encoding == 1:
        return np.cumsum(steps)
    if encoding == 2 and steps.size > 2:
        slopes = np.cumsum(np.concatenate([[steps[1] - steps[0]], steps[2:]]))
        return np.concatenate([steps[:1], steps[0] + np.cumsum(slopes)])
    return steps


def _same_length(name: str, rows: list[np.ndarray]) -> list[np.ndarray]:
    if len({row.size for row in rows}) > 1 or rows[0].size == 0:
        raise EcgError("{file} has leads of different lengths; it is damaged, so copy it again.", file=name)
    return rows


def _add_reference_beat(name: str, sections: dict[int, bytes], signal: np.ndarray) -> None:
    """Add the reference beat, in mV, wherever section 4 says that it was subtracted."""
    if 4 not in sections or 5 not in sections:
        raise EcgError(
            "{file} lacks the reference beat that was subtracted from it; copy it again.", file=name
        )
    places, beat = sections[4], sections[5]
    milliseconds, fiducial, beats = struct.unpack_from("<HHH", places)
    multiplier, interval = struct.unpack_from("<HH", beat)
    if interval == 0 or interval != struct.unpack_from("<H", sections[6], 2)[0]:
        raise EcgError(
            "{file} has a reference beat at another rate, which is not read; export it without.", file=name
        )
    count = math.ceil(milliseconds * 1000 / interval)
    rows = _same_length(name, _decode(name, sections, 5, [count] * len(signal)))
    shape = np.stack(rows) * (multiplier * _NANOVOLTS)
    for k in range(beats):
        kind, first, centre, last = struct.unpack_from("<HIII", places, 6 + 14 * k)
        if kind != 0:
            continue
        # Samples count from 1, in the rhythm and in the reference beat.
        shift = fiducial - centre
        low = max(first, 1, 1 - shift)
        high = min(last, signal.shape[1], shape.shape[1] - shift)
        if low <= high:
            signal[:, low - 1 : high] += shape[:, low - 1 + shift : high + shift]


def _fields(sections: dict[int, bytes]) -> dict:
    """Patient, time and device values."""
    tags = _tags(sections.get(1, b""))
    recorded = _date(tags.get(25, b""))
    time = tags.get(26, b"")
    if recorded and len(time) >= 3:
        recorded += f"T{time[0]:02d}:{time[1]:02d}:{time[2]:02d}"
    names = (_text(tags.get(1, b"")), _text(tags.get(0, b"")))
    patient = Patient(
        _age(tags, recorded),
        {1: "M", 2: "F"}.get(tags.get(8, b"\0")[0] if tags.get(8) else 0),
        " ".join(part for part in names if part),
        _text(tags.get(2, b"")),
    )
    texts = _statements(sections.get(8, b""), 0) or _statements(sections.get(11, b""), 1)
    return {
        "patient": patient,
        "recorded": recorded,
        "device": _device(sections.get(7, b"")),
        "statements": statements_of(texts, patient),
        "history": (),
    }


def _statements(section: bytes, skipped: int) -> list[str]:
    """The texts of section 8, or of section 11, where a byte for the kind of text precedes each."""
    texts, at = [], _STATEMENTS_HEAD
    for _ in range(section[at - 1] if len(section) >= at else 0):
        if at + 3 > len(section):
            break
        length = struct.unpack_from("<H", section, at + 1)[0]
        # Codes are kept apart from their fields by zeros.
        words = section[at + 3 + skipped : at + 3 + length].split(b"\0")
        texts.append(" ".join(word.decode("latin-1") for word in words if word))
        at += 3 + length
    return texts


def _tags(section: bytes) -> dict[int, bytes]:
    """The first value of each tag of section 1."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 3 <= len(section) and section[at] != 255:
        tag, length = struct.unpack_from("<BH", section, at)
        found.setdefault(tag, section[at + 3 : at + 3 + length])
        at += 3 + length
    return found


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode("latin-1").strip()


def _date(value: bytes) -> str:
    """ISO 8601 of a year, month and day; "" when they are not stated."""
    if len(value) < 4:
        return ""
    year, month, day = struct.unpack_from("<HBB", value)
    return f"{year:04d}-{month:02d}-{day:02d}" if year and 1 <= month <= 12 and 1 <= day <= 31 else ""


def _age(tags: dict[int, bytes], recorded: str) -> float | None:
    """Years as stated, else from birth to recording."""
    stated = tags.get(4, b"")
    if len(stated) >= 3:
        number, unit = struct.unpack_from("<HB", stated)
        years = number * _YEARS.get(unit, 0.0)
        if 0 < years <= 130:
            return years
    return age_between(_date(tags.get(5, b"")), recorded)


def _device(section: bytes) -> dict[str, float]:
    """The global measurements of section 7: onsets and ends within the first reference beat, in ms."""
    if len(section) < 22 or section[0] == 0:
        return {}
    rr, _, p_on, p_off, qrs_on, qrs_off, t_off, *axes = struct.unpack_from("<HHHHHHHhhh", section, 2)
    ends = {"P": (p_on, p_off), "PR": (p_on, qrs_on), "QRS": (qrs_on, qrs_off), "QT": (qrs_on, t_off)}
    found = {
        name: float(last - first)
        for name, (first, last) in ends.items()
        if first not in _NOT_MEASURED and last not in _NOT_MEASURED and last > first
    }
    if rr not in _NOT_MEASURED:
        found |= {"RR": float(rr), "heart rate": 60_000 / rr}
    found |= _rate_and_qtc(section)
    for name, axis in zip(("P axis", "QRS axis", "T axis"), axes, strict=True):
        if abs(axis) <= 360:
            found[name] = float(axis)
    return found


def _rate_and_qtc(section: bytes) -> dict[str, float]:
    """Ventricular rate (1/min) and QTc (ms), which follow the beats, the spikes and the types of the beats."""
    at = 6 + 16 * section[0] + 10 * section[1]
    if len(section) < at + 2:
        return {}
    # Some devices leave the types of the beats out, their count included.
    listed = at + 2 + struct.unpack_from("<H", section, at)[0]
    at = listed if listed + 6 <= len(section) else at
    if len(section) < at + 6:
        return {}
    rate, _, qtc = struct.unpack_from("<HHH", section, at)
    said = {"heart rate": (rate, 10, 400), "QTc": (qtc, 100, 1000)}
    return {name: float(value) for name, (value, low, high) in said.items() if low <= value <= high}


FORMAT = Format(
    id="scp",
    name=NAME,
    suffixes=(".scp",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time",
    after="EN 1064, ISO 11073-91064",
)
