"""ISHNE Holter standard output files (Badilini 1998, Ann Noninvasive Electrocardiol 3:263-266), mapped from the disk."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.marking import age_between
from ecgtwin_app.i18n.message import Message

NAME = "ISHNE Holter"

_MAGIC = b"ISHNE1.0"
#: Magic number, checksum and the block of fixed length.
_FIXED = 522
_MOST_LEADS = 12
#: Names of the leads (table 1 there). 0 is unknown, 1 some bipolar lead; 17 to 19 are ES, AS and AI of EASI.
_LEADS = {2: "X", 3: "Y", 4: "Z", 5: "I", 6: "II", 7: "III", 8: "aVR", 9: "aVL", 10: "aVF", 17: "ES", 18: "AS", 19: "AI"} | {
    10 + n: f"V{n}" for n in range(1, 7)
}  # fmt: skip
#: What a recorder writes while a lead is off.
_FAULT = -32768
_SEX = {1: "M", 2: "F"}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with the magic number of an ECG; that of annotations is another."""
    return head[:8] == _MAGIC


def open_file(path: Path) -> EcgFile:
    """Read the leads; a lead without a name in the standard is called ECG 1, ECG 2 and so on.

    Raises
    ------
    EcgError
        The header is damaged, or the file is shorter than it announces.
    """
    with parsing(path, NAME):
        with path.open("rb") as file:
            head = file.read(_FIXED)
        if len(head) < _FIXED:
            raise EcgError("{file} ends within its header; copy it again.", file=path.name)
        variable, stated, _, start = struct.unpack_from("<4i", head, 10)
        (count,) = struct.unpack_from("<h", head, 156)
        specs = struct.unpack_from("<12h", head, 158)
        resolutions = struct.unpack_from("<12h", head, 206)
        (rate,) = struct.unpack_from("<h", head, 272)
        size = path.stat().st_size
        # The standard lays the samples behind the block of variable length; some writers state another place.
        behind = _FIXED + variable if 0 <= variable <= size - _FIXED else -1
        start = start if _FIXED <= start < size and (behind < 0 or start >= behind) else behind
        if not 1 <= count <= _MOST_LEADS or not _FIXED <= start < size:
            raise EcgError("{file} has a damaged header; copy it again.", file=path.name)
        if any(resolution <= 0 for resolution in resolutions[:count]):
            raise EcgError(
                "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.",
                file=path.name,
            )
        there = (size - start) // (2 * count)
        history = ()
        # Writers state the samples of a lead, or of all leads together.
        if stated == there * count and count > 1:
            stated = there
        if stated > there:
            raise EcgError(
                "{file} announces {announced:,} samples a lead and holds {found:,}; copy it again.",
                file=path.name,
                announced=stated,
                found=there,
            )
        samples = stated if stated > 0 else there
        if there - samples >= rate:
            history = (
                Message(
                    "left out {seconds:.6g} s behind the samples that are announced",
                    seconds=(there - samples) / max(rate, 1),
                ),
            )
        check_shape(path.name, count, rate, samples)
        names = _names(specs[:count])
        data = np.memmap(path, "<i2", "r", offset=start, shape=(samples, count))
        millivolts = np.array(resolutions[:count])[:, None] * 1e-6

        def values(first: int, last: int) -> np.ndarray:
            steps = np.asarray(data[first:last]).T
            return np.where(steps == _FAULT, np.nan, steps * millivolts)

        return EcgFile(path, NAME, names, float(rate), samples, values, _fields(head) | {"history": history})


def _names(specs: tuple[int, ...]) -> tuple[str, ...]:
    """The leads; those without a name are numbered."""
    unnamed = [k for k, spec in enumerate(specs) if spec not in _LEADS]
    names = [_LEADS.get(spec, "") for spec in specs]
    for number, k in enumerate(unnamed, start=1):
        names[k] = "ECG" if len(unnamed) == 1 else f"ECG {number}"
    return tuple(names)


def _fields(head: bytes) -> dict:
    """Patient and beginning."""
    born, recorded = _day(head, 132), _day(head, 138)
    hour, minute, second = struct.unpack_from("<3h", head, 150)
    if recorded and 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60:
        recorded += f"T{hour:02d}:{minute:02d}:{second:02d}"
    first, last, identifier = (_text(head[at : at + width]) for at, width in ((28, 40), (68, 40), (108, 20)))
    (sex,) = struct.unpack_from("<h", head, 128)
    name = " ".join(part for part in (first, last) if part)
    return {
        "patient": Patient(age_between(born, recorded), _SEX.get(sex), name, identifier),
        "recorded": recorded,
    }


def _day(head: bytes, at: int) -> str:
    """Day, month and year as ISO 8601; "" for no date."""
    day, month, year = struct.unpack_from("<3h", head, at)
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= day <= 31 and 1 <= month <= 12 and year >= 1850 else ""


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("latin-1").strip()


FORMAT = Format(
    id="ishne",
    name=NAME,
    suffixes=(".ecg", ".ishne"),
    sniff=sniff,
    open=open_file,
    holds="up to twelve leads of a Holter, patient, time",
    after="Badilini 1998",
    largest=MAX_BYTES_IN_PIECES,
)
