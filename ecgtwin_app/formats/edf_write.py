"""EDF+ written: 1 µV a step, remarks and the synthetic marking as annotations at the beginning."""

from __future__ import annotations

from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.edf_header import ANNOTATIONS, SAMPLES_KEY, SIGNAL_FIELDS
from ecgtwin_app.formats.marking import comment_lines
from ecgtwin_app.formats.pieces import Pieces

#: Records of at most this many bytes are asked for; one that holds a short recording whole may be larger.
_LARGEST_RECORD, _LARGEST_WHOLE = 61_440, 1_000_000
_SHORTEST_RECORD_S, _LONGEST_RECORD_S = 0.1, 10.0
#: Filling up to this long, or this share of a long recording, is accepted for a rate that is stated exactly.
_LITTLE_FILLING_S, _LITTLE_FILLING = 0.02, 1e-4
#: How far the stated rate may be from the true one where a record's length needs more than eight characters.
_RATE_TOLERANCE = 1e-7
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def write(recording: Recording | Pieces, path: Path, keep_identity: bool = False) -> Path:
    """Write EDF+C. Same input, same bytes.

    Parameters
    ----------
    recording : Recording or Pieces
    path : Path
        Its folder must exist.
    keep_identity : bool
        Also who and when; see `marking.comment_lines`.

    Raises
    ------
    EcgError
        A value does not fit 16 bits (±32.767 mV), or the header cannot state the rate.
    """
    pieces = recording if isinstance(recording, Pieces) else Pieces.of(recording)
    said = pieces.said
    per_record, seconds = record_of(pieces.samples, said.rate, len(said.leads))
    records = -(-pieces.samples // per_record)
    lines = comment_lines(said, keep_identity)
    missing = records * per_record - pieces.samples
    if missing:
        lines += [f"{SAMPLES_KEY}: {pieces.samples}", f"filling: {filling(pieces)}"]
    words = _annotations(lines, records, float(seconds)).view("<i2")

    with path.open("wb") as file:
        file.write(_header(said, keep_identity, records, seconds))
        file.write(_signals(said, per_record, words.shape[1]))
        written, rest = 0, np.empty((len(said.leads), 0))
        for steps in chain(pieces.steps(1000), [None]):
            if steps is None:  # the end: the last record is filled
                steps = np.repeat(rest[:, -1:], missing, axis=1) if missing else rest[:, :0]
            if not np.all(np.abs(steps) <= 32767):
                raise EcgError(
                    "{file} would have values beyond ±32.767 mV, which EDF of 1 µV a step cannot hold.",
                    file=path.name,
                )
            rest = np.concatenate([rest, steps], axis=1)
            whole = rest.shape[1] // per_record
            ecg = rest[:, : whole * per_record].astype("<i2").reshape(len(said.leads), whole, per_record)
            body = [
                ecg.transpose(1, 0, 2).reshape(whole, len(said.leads) * per_record),
                words[written : written + whole],
            ]
            file.write(np.concatenate(body, axis=1).tobytes())
            written, rest = written + whole, rest[:, whole * per_record :]
    return path


def filling(recording: Recording | Pieces) -> str:
    """What is added to the recording because EDF holds whole records, in words; "" where they divide it."""
    said = recording.said if isinstance(recording, Pieces) else recording
    per_record, _ = record_of(recording.samples, said.rate, len(said.leads))
    missing = -recording.samples % per_record
    if not missing:
        return ""
    what = "1 sample is" if missing == 1 else f"{missing} samples are"
    return (
        f"{what} added to each lead at the end ({missing / said.rate:.3g} s of its last value), because EDF holds "
        "whole records"
    )


def record_of(samples: int, rate: float, leads: int) -> tuple[int, str]:
    """Samples of a lead in a record, and the record's length as the header's eight characters say it.

    A record divides the recording where one of a sensible length does, so that nothing must be filled. A short
    recording may be one record. The rate follows from both numbers, so a length that eight characters hold exactly
    goes before one that they round.
    """
    bytes_a_sample = 2 * (leads + 1)
    most = min(samples + 1, _LARGEST_RECORD // bytes_a_sample)
    sizes = [n for n in range(1, most + 1) if _SHORTEST_RECORD_S <= n / rate <= _LONGEST_RECORD_S]
    if samples * bytes_a_sample <= _LARGEST_WHOLE:
        sizes.append(samples)
    best = []
    for size in sizes:
        seconds = size / rate
        text = f"{seconds:.8g}"[:8]
        wrong = abs(size / float(text) - rate) / rate if float(text) else 1.0
        exact = wrong == 0
        if exact or wrong < _RATE_TOLERANCE:
            fill = -samples % size
            exactly = exact and fill <= max(_LITTLE_FILLING_S * rate, _LITTLE_FILLING * samples)
            best.append((not exactly, fill, 0.0 if exact else wrong, abs(seconds - 1), size, text))
    if not best:
        raise EcgError("EDF cannot state a rate of {rate:.8g} Hz; resample the recording first.", rate=rate)
    *_, size, text = min(best)
    return size, text


def _annotations(lines: list[str], records: int, seconds: float) -> np.ndarray:
    """The annotation signal, shape (records, bytes): when each record begins, and the lines spread over them."""
    lists = [f"+{k * seconds:.10g}\x14\x14\0".encode() for k in range(records)]
    for k, line in enumerate(lines):
        lists[k % records] += f"+0\x14{line}\x14\0".encode()
    width = max(map(len, lists)) + 1 & ~1
    return np.frombuffer(b"".join(one.ljust(width, b"\0") for one in lists), np.uint8).reshape(records, width)


def _header(recording: Recording, keep_identity: bool, records: int, seconds: str) -> bytes:
    """The first 256 bytes."""
    patient = recording.patient
    code, name, day, clock = "X", "X", "X", "01.01.8500.00.00"
    if keep_identity:
        code, name = _word(patient.identifier), _word(patient.name)
        day, clock = _start(recording.recorded)
    marked = "_SYNTHETIC" if recording.synthetic else "_PARTLY_SYNTHETIC" if recording.filled else ""
    fields = (
        ("0", 8),
        (f"{code} {patient.sex or 'X'} X {name}", 80),
        (f"Startdate {day} X X ECGTwin_Desktop{marked}", 80),
        (clock, 16),
        (str(256 * (len(recording.leads) + 2)), 8),
        ("EDF+C", 44),
        (str(records), 8),
        (seconds, 8),
        (str(len(recording.leads) + 1), 4),
    )
    return b"".join(text.encode("ascii", "replace")[:width].ljust(width) for text, width in fields)


def _signals(recording: Recording, per_record: int, annotation_words: int) -> bytes:
    """The header of the signals, field by field."""
    lead = {
        "unit": "uV",
        "physical_min": "-32768",
        "physical_max": "32767",
        "digital_min": "-32768",
        "digital_max": "32767",
        "samples": str(per_record),
    }
    rows = [lead | {"label": name if name.startswith("ECG") else f"ECG {name}"} for name in recording.leads]
    rows.append(
        lead
        | {
            "label": ANNOTATIONS,
            "unit": "",
            "physical_min": "-1",
            "physical_max": "1",
            "samples": str(annotation_words),
        }
    )
    return b"".join(
        row.get(field, "").encode("ascii").ljust(width)
        for field, width in SIGNAL_FIELDS.items()
        for row in rows
    )


def _word(text: str) -> str:
    """A text as the header's fields hold it: ASCII, without blanks."""
    return "_".join(text.split()).encode("ascii", "replace").decode() or "X"


def _start(recorded: str) -> tuple[str, str]:
    """The day and the clock fields of an ISO 8601 time."""
    try:
        day = date.fromisoformat(recorded[:10])
    except ValueError:
        return "X", "01.01.8500.00.00"
    clock = recorded[11:19].replace(":", ".") if len(recorded) >= 19 else "00.00.00"
    return (
        f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}",
        f"{day.day:02d}.{day.month:02d}.{day.year % 100:02d}{clock}",
    )
