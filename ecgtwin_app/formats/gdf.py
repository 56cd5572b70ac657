"""GDF 1.x and 2.x (Schlögl 2006, arXiv:cs/0608052), mapped from the disk record by record."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.channels import known_leads, resampled
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.marking import age_between
from ecgtwin_app.formats.units import millivolts_in, unit_in_millivolts
from ecgtwin_app.i18n.message import Message

NAME = "GDF"

_MOST_SIGNALS = 512
#: Sample types by their code; 24 bits are code 279, signed, and 535, unsigned.
_TYPES = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<i8", 8: "<u8", 16: "<f4", 17: "<f8"}
_SIGNED_24, _UNSIGNED_24 = 279, 535
#: Units of version 2: the code of volts (ISO/IEEE 11073-10101), and the factor in its last five bits.
_VOLTS, _FACTORS = 4256, {0: "V", 18: "mV", 19: "uV", 20: "nV"}
#: Days before the first of January of the year 1 in the calendar of version 2.
_DAYS_BEFORE = 367


@dataclass(frozen=True)
class _Signal:
    """One signal: its name, unit, physical value of a step, and where it lies in a record."""

    label: str
    unit: str
    scale: float
    offset: float
    least: float
    most: float
    samples: int
    kind: int
    at: int

    @property
    def size(self) -> int:
        """Bytes in a record."""
        return self.samples * _width(self.kind)


def _width(kind: int) -> int:
    return 3 if kind in (_SIGNED_24, _UNSIGNED_24) else np.dtype(_TYPES[kind]).itemsize


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with "GDF" and its version."""
    return head[:4] == b"GDF " and head[4:5] in (b"1", b"2")


def open_file(path: Path) -> EcgFile:
    """Read the ECG signals; events and other signals stay in the file. What lies beyond the range of a signal is missing.

    Raises
    ------
    EcgError
        The file is damaged or has no ECG.
    """
    with parsing(path, NAME):
        head, length, signals, version = _header(path)
        seconds = _duration(head)
        if seconds <= 0:
            raise EcgError(
                "{file} does not state how long its records last; export it again.", file=path.name
            )
        width = sum(s.size for s in signals)
        records = _records(path, head, (path.stat().st_size - length) // width if width else 0)
        leads = [s for s in signals if known_leads([s.label]) and s.samples > 0]
        if not leads:  # the caller may name them
            leads = [s for s in signals if s.samples > 0 and unit_in_millivolts(s.unit) is not None]
        if not leads:
            raise EcgError(
                "{file} has no signal that is called like an ECG lead; rename its signals.", file=path.name
            )
        per_record = max(s.samples for s in leads)
        rate = per_record / seconds
        rate = float(round(rate)) if abs(rate - round(rate)) < 1e-6 * rate else rate
        check_shape(path.name, len(leads), rate, records * per_record)
        for signal in leads:
            millivolts_in(path.name, signal.unit)
        data = np.memmap(path, np.uint8, "r", offset=length, shape=(records, width))

        def values(first: int, last: int) -> np.ndarray:
            begin, end = first // per_record, -(-last // per_record)
            rows = [_millivolts(path.name, data[begin:end], s, per_record) for s in leads]
            return np.stack(rows)[:, first - begin * per_record : last - begin * per_record]

        fields = _fields(head, version) | {"history": _notes(leads, rate, per_record, len(signals))}
        return EcgFile(path, NAME, tuple(s.label for s in leads), rate, records * per_record, values, fields)


def _header(path: Path) -> tuple[bytes, int, list[_Signal], float]:
    """The fixed header, the length of all of it in bytes, the signals and the version."""
    with path.open("rb") as file:
        head = file.read(256)
        if len(head) < 256:
            raise EcgError("{file} ends within its header; copy it again.", file=path.name)
        version = float(head[4:8].split(b"\0")[0])
        length = (
            struct.unpack_from("<H", head, 184)[0] * 256
            if version >= 1.9
            else struct.unpack_from("<q", head, 184)[0]
        )
        count = struct.unpack_from("<H" if version >= 1.9 else "<I", head, 252)[0]
        if not 1 <= count <= _MOST_SIGNALS or not 256 * (count + 1) <= length <= path.stat().st_size:
            raise EcgError("{file} has a damaged header; copy it again.", file=path.name)
        return head, length, _signals(path.name, file.read(256 * count), count, version), version


def _records(path: Path, head: bytes, there: int) -> int:
    """How many records the file announces; a recorder that was stopped does not know, then all that are there."""
    (records,) = struct.unpack_from("<q", head, 236)
    if records < 0:
        records = there
    if not 0 < records <= there:
        raise EcgError(
            "{file} says it has {announced:,} records, but it holds {found:,}; copy the whole file again.",
            file=path.name,
            announced=records,
            found=there,
        )
    return records


def _notes(leads: list[_Signal], rate: float, per_record: int, signals: int) -> tuple[Message, ...]:
    """What the history says of leads at a lower rate, and of other signals."""
    notes: list[Message] = []
    slower = [s.label for s in leads if s.samples != per_record]
    if slower:
        notes.append(
            Message(
                "resampled {leads} to {rate:g} Hz as the other leads",
                leads=", ".join(known_leads(slower)),
                rate=rate,
            )
        )
    if signals > len(leads):
        notes.append(
            Message.counted(
                "left out {n:,} signal not called like an ECG lead",
                "left out {n:,} signals not called like an ECG lead",
                signals - len(leads),
            )
        )
    return tuple(notes)


def _duration(head: bytes) -> float:
    """Seconds of a record: a fraction, which the last versions of the format made a floating-point number.

    The two are told apart by their size: a fraction of numbers below a thousand million is no such number.
    """
    (number,) = struct.unpack_from("<d", head, 244)
    if 1e-6 <= number <= 1e6:
        return number
    over, under = struct.unpack_from("<2I", head, 244)
    return over / under if under else 0.0


def _signals(name: str, text: bytes, count: int, version: float) -> list[_Signal]:
    """The signals of the header, field by field as in EDF."""
    if len(text) < 256 * count:
        raise EcgError("{file} ends within its header; copy it again.", file=name)

    def column(at: int, width: int) -> list[bytes]:
        return [text[at * count + k * width : at * count + (k + 1) * width] for k in range(count)]

    labels = [_text(cell) for cell in column(0, 16)]
    two = version >= 1.9
    if two:
        codes = [struct.unpack("<H", cell)[0] for cell in column(102, 2)]
        units = [
            _FACTORS.get(code & 31, "?") if code & ~31 == _VOLTS else _text(old)
            for code, old in zip(codes, column(96, 6), strict=True)
        ]
    else:
        units = [_text(cell) for cell in column(96, 8)]
    limits = [[struct.unpack("<d", cell)[0] for cell in column(at, 8)] for at in (104, 112)]
    limits += [[struct.unpack("<d" if two else "<q", cell)[0] for cell in column(at, 8)] for at in (120, 128)]
    samples = [struct.unpack("<I", cell)[0] for cell in column(216, 4)]
    kinds = [struct.unpack("<I", cell)[0] for cell in column(220, 4)]
    signals, at = [], 0
    for label, unit, low, high, least, most, number, kind in zip(
        labels, units, *limits, samples, kinds, strict=True
    ):
        if kind not in _TYPES and kind not in (_SIGNED_24, _UNSIGNED_24):
            raise EcgError(
                "{file} holds samples of a type that is not read; convert it to 16 or 24 bits.", file=name
            )
        if not all(np.isfinite((low, high, least, most))) or most == least:
            raise EcgError(
                "{file} does not say how large a step of signal {number} is; export it again.",
                file=name,
                number=len(signals) + 1,
            )
        scale = (high - low) / (most - least)
        signals.append(_Signal(label, unit, scale, low - least * scale, least, most, number, kind, at))
        at += signals[-1].size
    return signals


def _millivolts(name: str, records: np.ndarray, signal: _Signal, per_record: int) -> np.ndarray:
    """The samples of a signal in mV, at `per_record` samples a record."""
    some = np.ascontiguousarray(records[:, signal.at : signal.at + signal.size])
    if signal.kind in (_SIGNED_24, _UNSIGNED_24):
        three = some.reshape(-1, 3)
        highest = three[:, 2].view(np.int8) if signal.kind == _SIGNED_24 else three[:, 2]
        steps = three[:, 0] | three[:, 1].astype(np.int32) << 8 | highest.astype(np.int32) << 16
    else:
        steps = some.view(_TYPES[signal.kind]).reshape(-1)
    row = (steps * signal.scale + signal.offset) * millivolts_in(name, signal.unit)
    low, high = sorted((signal.least, signal.most))
    row[(steps < low) | (steps > high)] = np.nan
    return row if signal.samples == per_record else resampled(row, signal.samples, per_record)


def _fields(head: bytes, version: float) -> dict:
    """Patient and beginning."""
    text = _text(head[8 : 74 if version >= 1.9 else 88])
    words = text.split()
    code, name = ("", "")
    if words:
        code, name = words[0], " ".join(words[1:])
        code, name = (word.replace("_", " ") if word != "X" else "" for word in (code, name))
    if version < 1.9:
        digits = head[168:182].decode("latin-1")
        recorded = ""
        if digits.isdigit():
            recorded = (
                f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}"
            )
        return {"patient": Patient(name=name, identifier=code), "recorded": recorded}
    recorded, born = _moment(head, 168), _moment(head, 176)
    sex = {1: "M", 2: "F"}.get(head[87] & 3)
    return {"patient": Patient(age_between(born, recorded), sex, name, code), "recorded": recorded}


def _moment(head: bytes, at: int) -> str:
    """A time of version 2: days since the year 0, the fraction in the lower 32 bits; "" for none."""
    (raw,) = struct.unpack_from("<Q", head, at)
    days, rest = divmod(raw, 1 << 32)
    seconds = round(rest * 86400 / (1 << 32))
    try:
        day = date(1, 1, 1) + timedelta(days=days - _DAYS_BEFORE + seconds // 86400)
    except (OverflowError, ValueError):
        return ""
    if day.year < 1850:
        return ""
    seconds %= 86400
    return f"{day.isoformat()}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace").strip()


FORMAT = Format(
    id="gdf",
    name=NAME,
    suffixes=(".gdf",),
    sniff=sniff,
    open=open_file,
    holds="channels at any rate, patient, time",
    after="Schlögl 2006 (arXiv:cs/0608052)",
    largest=MAX_BYTES_IN_PIECES,
)
