"""EDF and EDF+ (Kemp 1992, Kemp and Olivan 2003), and BDF (BioSemi), mapped from the disk record by record."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import known_leads, resampled
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.edf_header import ANNOTATIONS, SAMPLES_KEY, Header, Signal, read_header, said_of
from ecgtwin_app.formats.edf_write import filling, write
from ecgtwin_app.formats.format import Format, Writer
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.units import millivolts_in, unit_in_millivolts
from ecgtwin_app.i18n.message import Message

NAME = "EDF"

#: Remarks stand in the first records; a day has too many to read all.
_RECORDS_WITH_REMARKS = 2048
#: Records of interrupted files, whose beginnings are all read.
_MOST_RECORDS = 2_000_000
_BEGINNING = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[\d.]*)?\x14")


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with version "0" and a header of a whole number of signals."""
    return head[:8] == b"0       " and len(head) >= 256 and head[184:192].strip().isdigit()


def open_file(path: Path) -> EcgFile:
    """Read the ECG signals; annotations and other signals stay in the file.

    Raises
    ------
    EcgError
        The file is damaged or has no ECG.
    """
    with parsing(path, NAME):
        return file_of_records(path, NAME, read_header(path, 2), ANNOTATIONS)


def file_of_records(path: Path, what: str, header: Header, annotations: str) -> EcgFile:
    """The ECG signals of EDF or BDF.

    Where recording was interrupted (EDF+D), time goes on and samples are missing: records follow each other as their
    own annotations say, and `EcgFile.gaps` has what lies between.

    Parameters
    ----------
    path : Path
    what : str
        "EDF" or "BDF".
    header : Header
    annotations : str
        The label of signals that hold annotations.

    Raises
    ------
    EcgError
    """
    leads = _leads(path.name, header, annotations)
    if header.seconds <= 0:
        raise EcgError("{file} does not state how long its records last; export it again.", file=path.name)
    bytes_a_record = header.width * header.bytes_a_sample
    data = np.memmap(path, np.uint8, "r", offset=header.size, shape=(header.records, bytes_a_record))

    per_record = max(s.samples for s in leads)
    rate = _rate(per_record / header.seconds)
    noted = [s for s in header.signals if s.label == annotations]
    remarks = _remarks(header, data, noted)
    firsts = _first_samples(path.name, header, data, noted, rate, per_record)
    there = header.records * per_record - _filled(header, data, leads, per_record)
    samples = _stated_samples(remarks, there)
    check_shape(path.name, len(leads), rate, samples)
    for signal in leads:
        millivolts_in(path.name, signal.unit)

    said = said_of(header, remarks)
    others = len(header.signals) - len(noted) - len(leads)
    filling = (header.records * per_record - there) / rate
    said["history"] += _notes(leads, per_record, rate, filling, others)
    stretches = _stretches(firsts, header.records, per_record, samples)

    def values(first: int, last: int) -> np.ndarray:
        found = np.full((len(leads), last - first), np.nan)
        for record, begin, end in stretches:
            a, b = max(first, begin) - begin, min(last, end) - begin
            if a < b:
                one, other = record + a // per_record, record - (-b // per_record)
                rows = [_millivolts(path.name, header, data[one:other], s, per_record) for s in leads]
                skip = a - (one - record) * per_record
                found[:, a + begin - first : b + begin - first] = np.stack(rows)[:, skip : skip + b - a]
        return found

    gaps = tuple((end, begin) for (_, _, end), (_, begin, _) in pairwise(stretches))
    names = tuple(s.label for s in leads)
    return EcgFile(path, what, names, rate, stretches[-1][2], values, said, gaps=gaps)


def _leads(name: str, header: Header, annotations: str) -> list[Signal]:
    """The signals that are called like leads; all that are voltages where none is, for the caller to name."""
    leads = [s for s in header.signals if known_leads([s.label]) and s.samples > 0]
    if not leads:
        leads = [
            s
            for s in header.signals
            if s.samples > 0 and s.label != annotations and unit_in_millivolts(s.unit) is not None
        ]
    if not leads:
        raise EcgError("{file} has no signal that is called like an ECG lead; rename its signals.", file=name)
    return leads


def _notes(
    leads: list[Signal], per_record: int, rate: float, filling: float, others: int
) -> tuple[Message, ...]:
    """What the history says of leads at a lower rate, of seconds of filling, and of other signals."""
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
    if filling > 0:
        notes.append(Message("left out {seconds:g} s of filling at the end", seconds=filling))
    if others:
        notes.append(
            Message.counted(
                "left out {n:,} signal not called like an ECG lead",
                "left out {n:,} signals not called like an ECG lead",
                others,
            )
        )
    return tuple(notes)


def _stretches(firsts: np.ndarray, records: int, per_record: int, samples: int) -> list[tuple[int, int, int]]:
    """Of each stretch without a gap: its first record, its first sample, and the sample after its last."""
    begins = [k for k in range(records) if k == 0 or firsts[k] != firsts[k - 1] + per_record]
    ends = [*begins[1:], records]
    return [
        (a, int(firsts[a]), int(firsts[a]) + min((b - a) * per_record, samples - a * per_record))
        for a, b in zip(begins, ends, strict=True)
        if samples > a * per_record
    ]


def _rate(rate: float) -> float:
    """The rate without the rounding of the eight characters that a record's length has."""
    return float(round(rate)) if abs(rate - round(rate)) < 1e-6 * rate else rate


def steps_of(header: Header, records: np.ndarray, signal: Signal) -> np.ndarray:
    """The stored steps of a signal, shape (samples,), of some records."""
    width = header.bytes_a_sample
    some = records[:, signal.at * width : (signal.at + signal.samples) * width]
    if width == 2:
        return np.ascontiguousarray(some).view("<i2").reshape(-1)
    three = some.reshape(-1, 3)
    return three[:, 0] | three[:, 1].astype(np.int32) << 8 | three[:, 2].view(np.int8).astype(np.int32) << 16


def _millivolts(
    name: str, header: Header, records: np.ndarray, signal: Signal, per_record: int
) -> np.ndarray:
    """The samples of a signal in mV, at `per_record` samples a record."""
    steps = steps_of(header, records, signal)
    row = (steps * signal.scale + signal.offset) * millivolts_in(name, signal.unit)
    if signal.filler is not None:
        row[steps == signal.filler] = np.nan
    return row if signal.samples == per_record else resampled(row, signal.samples, per_record)


def _lists(header: Header, record: np.ndarray, signal: Signal) -> list[bytes]:
    """The annotation lists of a record."""
    width = header.bytes_a_sample
    return record[signal.at * width : (signal.at + signal.samples) * width].tobytes().split(b"\0")


def _remarks(header: Header, data: np.ndarray, annotations: list[Signal]) -> list[str]:
    """Texts of the annotations in the first records."""
    texts = []
    for record in data[:_RECORDS_WITH_REMARKS]:
        for signal in annotations:
            for one in _lists(header, record, signal):
                texts += [text.decode("utf-8", "replace") for text in one.split(b"\x14")[1:] if text]
    return texts


def _first_samples(
    name: str, header: Header, data: np.ndarray, annotations: list[Signal], rate: float, per_record: int
) -> np.ndarray:
    """The sample at which each record begins, counted from the first; gaps only where the file may have them.

    Raises
    ------
    EcgError
        An interrupted file does not say when its records begin, or they overlap.
    """
    continuous = np.arange(header.records, dtype=np.int64) * per_record
    if header.plus != "D":
        return continuous
    if header.records > _MOST_RECORDS or not annotations:
        raise EcgError("{file} was interrupted and does not say when; export one stretch of it.", file=name)
    starts = np.full(header.records, np.nan)
    for k, record in enumerate(data):
        if found := _BEGINNING.match(_lists(header, record, annotations[0])[0]):
            starts[k] = float(found[1])
    if not np.isfinite(starts).all():
        raise EcgError("{file} was interrupted and does not say when; export one stretch of it.", file=name)
    late = np.diff(starts) - header.seconds
    # Half a sample, and what the decimals of the beginnings leave open, is no gap.
    if np.any(late < -max(0.6 / rate, 2e-3)):
        raise EcgError("{file} has records that overlap in time; export one stretch of it.", file=name)
    missing = np.where(late > max(0.6 / rate, 2e-3), np.rint(late * rate), 0).astype(np.int64)
    return continuous + np.concatenate([[0], np.cumsum(missing)])


def _filled(header: Header, data: np.ndarray, signals: list[Signal], per_record: int) -> int:
    """How many samples at the end are filling in all leads."""
    if any(s.filler is None or s.samples != per_record for s in signals):
        return 0
    filled = 0
    for record in data[::-1]:
        real = np.any([steps_of(header, record[None], s) != s.filler for s in signals], axis=0)
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


FORMAT = Format(
    id="edf",
    name=NAME,
    suffixes=(".edf", ".rec"),
    sniff=sniff,
    open=open_file,
    holds="channels at any rate, interruptions, patient, time, our remarks",
    after="Kemp 1992, Kemp and Olivan 2003",
    largest=MAX_BYTES_IN_PIECES,
    writer=Writer(".edf", "EDF+ (.edf)", write, 3, in_pieces=True, remark=filling),
)
