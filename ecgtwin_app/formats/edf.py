"""EDF and EDF+ (Kemp 1992, Kemp and Olivan 2003), mapped from the disk record by record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import EcgError, Patient
from ecgtwin_app.formats.channels import known_leads, millivolts_in, resampled
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.marking import age_between, read_comment_lines, read_sex

FORMAT = "EDF"
SUFFIXES = (".edf",)
LARGEST = MAX_BYTES_IN_PIECES

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
ANNOTATIONS = "EDF Annotations"
#: What our own remark says how many samples are real where the last record had to be filled.
SAMPLES_KEY = "samples"
#: What converters write where a 16-bit signal has no sample, and fill the last record with.
_FILLER = -32768
_MOST_SIGNALS = 512
#: Remarks stand in the first records; a day has too many to read all.
_RECORDS_WITH_REMARKS = 2048
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class _Signal:
    """One signal of the header, and where its samples lie in a record."""

    label: str
    unit: str
    scale: float
    offset: float
    samples: int
    at: int
    filler: int | None


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with version "0" and a header of a whole number of signals."""
    return head[:8] == b"0       " and len(head) >= 256 and head[184:192].strip().isdigit()


def open_file(path: Path) -> EcgFile:
    """Read the ECG signals; annotations and other signals stay in the file.

    Raises
    ------
    EcgError
        The file is damaged, interrupted (EDF+D) or has no ECG.
    """
    with parsing(path, FORMAT):
        with path.open("rb") as file:
            head = file.read(256)
            count = _integer(path.name, head[252:256])
            if not 1 <= count <= _MOST_SIGNALS or _integer(path.name, head[184:192]) != 256 * (count + 1):
                raise EcgError(f"{path.name} has a damaged EDF header; copy it again.")
            fields = _signal_fields(path.name, file.read(256 * count), count)
        seconds = _number(path.name, head[244:252])
        signals, width = _signals(path.name, fields)
        records = _records(path, _integer(path.name, head[236:244]), len(head) * (count + 1), width)
        leads = [k for k, s in enumerate(signals) if known_leads([s.label]) and s.samples > 0]
        if not leads:
            raise EcgError(f"{path.name} has no signal that is called like an ECG lead; rename its signals.")
        if seconds <= 0:
            raise EcgError(f"{path.name} does not state how long its records last; export it again.")
        data = np.memmap(path, "<i2", "r", offset=256 * (count + 1), shape=(records, width))

        per_record = max(signals[k].samples for k in leads)
        rate = _rate(per_record / seconds)
        annotations = [s for s in signals if s.label == ANNOTATIONS]
        remarks = _remarks(path.name, data, annotations, head[192:236])
        chosen = [signals[k] for k in leads]
        there = records * per_record - _filled(data, chosen, per_record)
        samples = _stated_samples(remarks, there)
        check_shape(path.name, len(leads), rate, samples)

        for signal in chosen:
            millivolts_in(path.name, signal.unit)
        said = _fields(head, remarks)
        slower = [signal.label for signal in chosen if signal.samples != per_record]
        if slower:
            said["history"] += (
                f"resampled {', '.join(known_leads(slower))} to {rate:g} Hz as the other leads",
            )
        if there < records * per_record:
            said["history"] += (
                f"left out {(records * per_record - there) / rate:g} s of filling at the end",
            )
        left_out = sum(s.label != ANNOTATIONS for s in signals) - len(chosen)
        if left_out:
            said["history"] += (
                f"left out {left_out} signal{'s'[: left_out > 1]} not called like an ECG lead",
            )

        def values(first: int, last: int) -> np.ndarray:
            begin, end = first // per_record, -(-last // per_record)
            piece = np.stack([_millivolts(path.name, data[begin:end], s, per_record) for s in chosen])
            return piece[:, first - begin * per_record : last - begin * per_record]

        return EcgFile(path, FORMAT, tuple(s.label for s in chosen), rate, samples, values, said)


def _integer(name: str, text: bytes) -> int:
    try:
        return int(text.decode("ascii"))
    except ValueError:
        raise EcgError(f"{name} has a damaged EDF header; copy it again.") from None


def _number(name: str, text: bytes | str) -> float:
    text = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise EcgError(f"{name} has a damaged EDF header; copy it again.")
    return number


def _signal_fields(name: str, text: bytes, count: int) -> dict[str, list[str]]:
    """Each field of all signals."""
    if len(text) < 256 * count:
        raise EcgError(f"{name} ends within its header; copy it again.")
    fields, at = {}, 0
    for field, width in SIGNAL_FIELDS.items():
        fields[field] = [
            text[at + k * width : at + (k + 1) * width].decode("latin-1").strip() for k in range(count)
        ]
        at += count * width
    return fields


def _signals(name: str, fields: dict[str, list[str]]) -> tuple[list[_Signal], int]:
    """The signals, and how many samples a record has."""
    signals, at = [], 0
    for k, label in enumerate(fields["label"]):
        samples = _integer(name, fields["samples"][k].encode("latin-1"))
        if samples < 0:
            raise EcgError(f"{name} has a damaged EDF header; copy it again.")
        low, high, least, most = (
            _number(name, fields[field][k])
            for field in ("physical_min", "physical_max", "digital_min", "digital_max")
        )
        if most == least:
            raise EcgError(f"{name} does not say how large a step of signal {k + 1} is; export it again.")
        scale = (high - low) / (most - least)
        filler = _FILLER if least == _FILLER else None
        signals.append(_Signal(label, fields["unit"][k], scale, low - least * scale, samples, at, filler))
        at += samples
    if at == 0:
        raise EcgError(f"{name} says that its records are empty; copy it again.")
    return signals, at


def _records(path: Path, stated: int, start: int, width: int) -> int:
    """How many records there are; a recorder that was interrupted states -1."""
    there = (path.stat().st_size - start) // (2 * width)
    if there < max(stated, 1):
        raise EcgError(
            f"{path.name} says it has {stated:,} records, but it holds {there:,}; copy the whole file again."
        )
    return there if stated < 0 else stated


def _rate(rate: float) -> float:
    """The rate without the rounding of the eight characters that a record's length has."""
    return float(round(rate)) if abs(rate - round(rate)) < 1e-6 * rate else rate


def _millivolts(name: str, records: np.ndarray, signal: _Signal, per_record: int) -> np.ndarray:
    """The samples of a signal in mV, at `per_record` samples a record."""
    steps = records[:, signal.at : signal.at + signal.samples].reshape(-1)
    row = (steps * signal.scale + signal.offset) * millivolts_in(name, signal.unit)
    if signal.filler is not None:
        row[steps == signal.filler] = np.nan
    return row if signal.samples == per_record else resampled(row, signal.samples, per_record)


def _remarks(name: str, data: np.ndarray, annotations: list[_Signal], reserved: bytes) -> list[str]:
    """Texts of the annotations in the first records; `EcgError` when the recording was interrupted."""
    texts, starts = [], []
    for record in data[:_RECORDS_WITH_REMARKS]:
        for k, signal in enumerate(annotations):
            lists = record[signal.at : signal.at + signal.samples].tobytes().split(b"\0")
            if k == 0 and (time := re.match(rb"([+-][\d.]+)(?:\x15[\d.]*)?\x14", lists[0])):
                starts.append(float(time[1]))
            for one in lists:
                texts += [text.decode("utf-8", "replace") for text in one.split(b"\x14")[1:] if text]
    if reserved.startswith(b"EDF+D") and len(starts) > 2:
        steps = np.diff(starts)
        if np.ptp(steps) > 1e-3:
            raise EcgError(f"{name} has interruptions (EDF+D), which are not read; export one stretch of it.")
    return texts


def _filled(data: np.ndarray, signals: list[_Signal], per_record: int) -> int:
    """How many samples at the end are filling in all leads."""
    if any(s.filler is None or s.samples != per_record for s in signals):
        return 0
    filled = 0
    for record in data[::-1]:
        real = np.any([record[s.at : s.at + s.samples] != s.filler for s in signals], axis=0)
        if real.any():
            return filled + per_record - 1 - int(np.flatnonzero(real)[-1])
        filled += per_record
    return 0  # filling only: the leads themselves will say that they have no samples


def _stated_samples(remarks: list[str], there: int) -> int:
    """The samples our own remark counts, else all."""
    for remark in remarks:
        key, _, value = remark.partition(": ")
        if key == SAMPLES_KEY and value.isdigit() and 0 < int(value) <= there:
            return int(value)
    return there


def _fields(head: bytes, remarks: list[str]) -> dict:
    """Patient and time of the header, and what this program wrote as remarks."""
    fields = read_comment_lines(remarks)
    person, recording = (head[at : at + 80].decode("latin-1").strip() for at in (8, 88))
    recorded = _moment(head[168:184].decode("latin-1"), recording)
    words = person.split()
    if head[192:197] in (b"EDF+C", b"EDF+D") and len(words) >= 4:
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
