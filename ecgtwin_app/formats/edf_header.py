"""The header of EDF, EDF+ (Kemp 1992, Kemp and Olivan 2003) and BDF (BioSemi), which differ in the width of a sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.marking import age_between, read_comment_lines, read_sex

#: Widths of the fields of a signal, in the order of the header.
SIGNAL_FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical_min": 8,
    "physical_max": 8,
    "digital_min": 8,
    "digital_max": 8,
    "prefilter": 80,
    "samples": 8,
    "reserved": 32,
}
_MOST_SIGNALS = 512
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ANNOTATIONS = "EDF Annotations"
#: What our own remark says how many samples are real where the last record had to be filled.
SAMPLES_KEY = "samples"


@dataclass(frozen=True)
class Signal:
    """One signal of the header, and where its samples lie in a record.

    Attributes
    ----------
    label, unit : str
    scale, offset : float
        Physical value of a step, and of the step 0.
    samples, at : int
        In each record, and before it in the record.
    filler : int or None
        What converters write where there is no sample: the lowest step, where the signal may have it.
    """

    label: str
    unit: str
    scale: float
    offset: float
    samples: int
    at: int
    filler: int | None


@dataclass(frozen=True)
class Header:
    """What the header says.

    Attributes
    ----------
    fixed : bytes
        Its first 256 bytes.
    signals : list of Signal
    width, bytes_a_sample : int
        Samples of a record, of all signals, and their width.
    records : int
    seconds : float
        Length of a record.
    """

    fixed: bytes
    signals: list[Signal]
    width: int
    bytes_a_sample: int
    records: int
    seconds: float

    @property
    def size(self) -> int:
        """Bytes before the first record."""
        return 256 * (len(self.signals) + 1)

    @property
    def plus(self) -> str:
        """ "C" for a continuous EDF+ or BDF+, "D" for one with interruptions, "" for the older kind."""
        return self.fixed[196:197].decode("latin-1") if self.fixed[192:196] in (b"EDF+", b"BDF+") else ""


def read_header(path: Path, bytes_a_sample: int) -> Header:
    """Read the header.

    Parameters
    ----------
    path : Path
    bytes_a_sample : int

    Raises
    ------
    EcgError
        It is damaged, or announces more than the file holds.
    """
    with path.open("rb") as file:
        fixed = file.read(256)
        count = _integer(path.name, fixed[252:256])
        if not 1 <= count <= _MOST_SIGNALS or _integer(path.name, fixed[184:192]) != 256 * (count + 1):
            raise EcgError("{file} has a damaged header; copy it again.", file=path.name)
        fields = _signal_fields(path.name, file.read(256 * count), count)
    seconds = _number(path.name, fixed[244:252])
    signals, width = _signals(path.name, fields, -(1 << (8 * bytes_a_sample - 1)))
    stated = _integer(path.name, fixed[236:244])
    records = _records(path, stated, 256 * (count + 1), width * bytes_a_sample)
    return Header(fixed, signals, width, bytes_a_sample, records, seconds)


def _integer(name: str, text: bytes) -> int:
    try:
        return int(text.decode("ascii"))
    except ValueError:
        raise EcgError("{file} has a damaged header; copy it again.", file=name) from None


def _number(name: str, text: bytes | str) -> float:
    text = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise EcgError("{file} has a damaged header; copy it again.", file=name)
    return number


def _signal_fields(name: str, text: bytes, count: int) -> dict[str, list[str]]:
    """Each field of all signals."""
    if len(text) < 256 * count:
        raise EcgError("{file} ends within its header; copy it again.", file=name)
    fields, at = {}, 0
    for field, width in SIGNAL_FIELDS.items():
        fields[field] = [
            text[at + k * width : at + (k + 1) * width].decode("latin-1").strip() for k in range(count)
        ]
        at += count * width
    return fields


def _signals(name: str, fields: dict[str, list[str]], lowest: int) -> tuple[list[Signal], int]:
    """The signals, and how many samples a record has."""
    signals, at = [], 0
    for k, label in enumerate(fields["label"]):
        samples = _integer(name, fields["samples"][k].encode("latin-1"))
        if samples < 0:
            raise EcgError("{file} has a damaged header; copy it again.", file=name)
        low, high, least, most = (
            _number(name, fields[field][k])
            for field in ("physical_min", "physical_max", "digital_min", "digital_max")
        )
        if most == least:
            raise EcgError(
                "{file} does not say how large a step of signal {number} is; export it again.",
                file=name,
                number=k + 1,
            )
        scale = (high - low) / (most - least)
        filler = lowest if least == lowest else None
        signals.append(Signal(label, fields["unit"][k], scale, low - least * scale, samples, at, filler))
        at += samples
    if at == 0:
        raise EcgError("{file} says that its records are empty; copy it again.", file=name)
    return signals, at


def _records(path: Path, stated: int, start: int, size: int) -> int:
    """How many records there are; a recorder that was interrupted states -1."""
    there = (path.stat().st_size - start) // size
    if there < max(stated, 1):
        raise EcgError(
            "{file} says it has {announced:,} records, but it holds {found:,}; copy the whole file again.",
            file=path.name,
            announced=stated,
            found=there,
        )
    return there if stated < 0 else stated


def said_of(header: Header, remarks: list[str]) -> dict:
    """Patient and time of the header, and what this program wrote as remarks."""
    head = header.fixed
    fields = read_comment_lines(remarks)
    person, recording = (head[at : at + 80].decode("latin-1").strip() for at in (8, 88))
    recorded = _moment(head[168:184].decode("latin-1"), recording)
    words = person.split()
    if header.plus and len(words) >= 4:
        code, sex, born, name = (word.replace("_", " ") for word in words[:4])
        said = fields["patient"]
        # The header is ASCII and knows no age; our own remarks say both better.
        fields["patient"] = Patient(
            said.age if said.age is not None else age_between(_iso(born), recorded),
            read_sex(sex) or said.sex,
            said.name or ("" if name == "X" else name),
            said.identifier or ("" if code == "X" else code),
        )
    elif person and person != "X":
        fields["patient"] = Patient(name=person)
    fields["recorded"] = fields["recorded"] or recorded
    return fields


def _iso(day: str) -> str:
    """ISO 8601 of "02-AUG-1951", or ""."""
    parts = day.upper().replace(" ", "-").split("-")
    if len(parts) != 3 or parts[1] not in _MONTHS:
        return ""
    return f"{parts[2]}-{_MONTHS.index(parts[1]) + 1:02d}-{parts[0]:0>2}"


def _moment(start: str, recording: str) -> str:
    """When the recording began; "" where the header holds the day that stands for none."""
    digits = re.match(r"(\d\d)\.(\d\d)\.(\d\d)(\d\d)\.(\d\d)\.(\d\d)", start)
    if not digits or start.startswith("01.01.85"):
        return ""
    words = recording.split()
    day = _iso(words[1]) if len(words) > 1 and words[0] == "Startdate" else ""
    year = int(digits[3])
    # The clipping date of the format: 85 to 99 stand for the last century.
    day = day or f"{1900 + year if year >= 85 else 2000 + year}-{digits[2]}-{digits[1]}"
    return f"{day}T{digits[4]}:{digits[5]}:{digits[6]}"
