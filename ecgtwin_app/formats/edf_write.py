"""EDF+ written: 1 µV a step, remarks and the synthetic marking as annotations at the beginning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.formats.edf import ANNOTATIONS, SAMPLES_KEY, SIGNAL_FIELDS
from ecgtwin_app.formats.marking import comment_lines

#: The format asks for records of at most this size.
_LARGEST_RECORD = 61_440
_SHORTEST_RECORD_S, _LONGEST_RECORD_S = 0.1, 10.0
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write EDF+C. Same input, same bytes.

    Parameters
    ----------
    recording : Recording
    path : Path
        Its folder must exist.
    keep_identity : bool
        Also who and when; see `marking.comment_lines`.

    Raises
    ------
    EcgError
        A value does not fit 16 bits (±32.767 mV).
    """
    steps = np.rint(recording.signal.astype(np.float64) * 1000)
    if not np.all(np.abs(steps) <= 32767):
        raise EcgError(
            f"{path.name} would have values beyond ±32.767 mV, which EDF of 1 µV a step cannot hold."
        )
    per_record, seconds = _record(recording)
    records = -(-recording.samples // per_record)
    lines = comment_lines(recording, keep_identity)
    missing = records * per_record - recording.samples
    if missing:
        lines.append(f"{SAMPLES_KEY}: {recording.samples}")
        steps = np.pad(steps, ((0, 0), (0, missing)), mode="edge")
    annotations = _annotations(lines, records, float(seconds))

    ecg = steps.astype("<i2").reshape(len(recording.leads), records, per_record).transpose(1, 0, 2)
    words = np.frombuffer(annotations.tobytes(), "<i2").reshape(records, -1)
    body = np.concatenate([ecg.reshape(records, -1), words], axis=1)
    head = _header(recording, keep_identity, records, seconds)
    path.write_bytes(head + _signals(recording, per_record, words.shape[1]) + body.tobytes())
    return path


def _record(recording: Recording) -> tuple[int, str]:
    """Samples of a lead in a record, and the record's length as the header's eight characters say it.

    A record divides the recording where one of a sensible length does, so that nothing must be filled.
    """
    most = _LARGEST_RECORD // 2 // (len(recording.leads) + 1)
    best = []
    for samples in range(1, min(most, recording.samples) + 1):
        seconds = samples / recording.rate
        text = f"{seconds:.8g}"[:8]
        exact = abs(samples / float(text) - recording.rate) < 1e-7 * recording.rate if float(text) else False
        if exact and _SHORTEST_RECORD_S <= seconds <= _LONGEST_RECORD_S:
            best.append((recording.samples % samples != 0, abs(seconds - 1), samples, text))
    if not best:
        raise EcgError(f"EDF cannot state a rate of {recording.rate:.8g} Hz; resample the recording first.")
    _, _, samples, text = min(best)
    return samples, text


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
    marked = "_SYNTHETIC" if recording.synthetic else ""
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
