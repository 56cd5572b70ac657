"""Mortara (Welch Allyn, Baxter) ELI XML: root element ECG, a CHANNEL for each lead.

There is no public specification. The layout is that of open programs which read exports of ELI 250, ELI 280 and ELI Link:
BRAVEHEART, EDFbrowser's mortara2edf and ecgdatakit.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import age_between, read_age, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, bytes_in, measured, number_in, parse, root_name

NAME = "Mortara XML"

_MARKS = re.compile(
    rb"ACQUISITION_TIME|UNITS_PER_MV|<\s*TYPICAL_CYCLE|<\s*AUTOMATIC_INTERPRETATION", re.IGNORECASE
)
_MOST_CHANNELS = 64
#: What the root, and what TYPICAL_CYCLE has of the values in `Recording.device`.
_OF_ROOT = {"heart rate": "VENT_RATE", "RR": "AVERAGE_RR"}
_OF_CYCLE = {
    "P": "P_DURATION", "PR": "PR_DURATION", "QRS": "QRS_DURATION", "QT": "QT", "QTc": "QTC", "P axis": "P_AXIS",
    "QRS axis": "QRS_AXIS", "T axis": "T_AXIS",
}  # fmt: skip


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is ECG and what follows looks like Mortara's."""
    plain = head.replace(b"\0", b"")
    return root_name(head) == "ECG" and _MARKS.search(plain) is not None


def open_file(path: Path) -> EcgFile:
    """Read the rhythm; the typical cycle stays in the file.

    Raises
    ------
    EcgError
        The file holds no channels, holds them in another way, or they differ in length or rate.
    """
    with parsing(path, NAME):
        root = parse(path)
        channels = root.findall("CHANNEL")
        if not channels or len(channels) > _MOST_CHANNELS:
            raise EcgError(
                "{file} is a Mortara file without a rhythm; export it with its waveforms.", file=path.name
            )
        rates = {number_in(channel.get("SAMPLE_FREQ")) for channel in channels}
        rate = rates.pop()
        if rates or rate is None:
            raise EcgError(
                "{file} does not state one sampling rate for all leads; export it again.", file=path.name
            )
        rows = [_samples(path.name, channel, rate) for channel in channels]
        if len({row.size for row in rows}) != 1:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=path.name)
        check_shape(path.name, len(rows), rate, rows[0].size)
        check_values(path.name, len(rows), rows[0].size)
        signal = np.stack(rows)
        names = tuple((channel.get("NAME") or "").strip() for channel in channels)
        return EcgFile(
            path,
            NAME,
            names,
            rate,
            signal.shape[1],
            lambda first, last: signal[:, first:last],
            _fields(root),
        )


def _samples(name: str, channel: Element, rate: float) -> np.ndarray:
    """The samples of a channel in mV."""
    kind = (
        channel.get("BITS", "16").strip(),
        channel.get("FORMAT", "SIGNED").strip().upper(),
        channel.get("ENCODING", "BASE64").strip().upper(),
    )
    if kind != ("16", "SIGNED", "BASE64"):
        raise EcgError(
            "{file} stores samples in another way than Base64 of 16 bits; export it again.", file=name
        )
    steps = number_in(channel.get("UNITS_PER_MV"))
    if steps is None or steps <= 0:
        raise EcgError(
            "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.", file=name
        )
    data = bytes_in(name, channel.get("DATA") or channel.text or "")
    samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2")
    # The length is stated in samples, by some in milliseconds.
    stated = number_in(channel.get("DURATION"))
    if stated and samples.size < min(stated, round(stated / 1000 * rate)):
        raise EcgError(
            "{file} announces {announced:,.0f} samples a lead and holds {found:,}; copy it again.",
            file=name,
            announced=stated,
            found=samples.size,
        )
    return samples / steps


def _fields(root: Element) -> dict:
    """Patient, time, device values and statements."""
    subject, cycle = root.find("SUBJECT"), root.find("TYPICAL_CYCLE")
    person = dict(subject.attrib) if subject is not None else {}
    recorded = _moment(root.get("ACQUISITION_TIME_XML") or root.get("ACQUISITION_TIME") or "")
    years = read_age(root.get("AGE", "")) if root.get("AGE_UNITS", "").upper() in ("", "Y", "YEARS") else None
    born = _moment(person.get("DOB_XML") or person.get("DOB") or "")
    patient = Patient(
        years or age_between(born, recorded),
        read_sex(person.get("GENDER", "")),
        " ".join(
            part
            for part in (person.get("FIRST_NAME", "").strip(), person.get("LAST_NAME", "").strip())
            if part
        ),
        person.get("ID", "").strip(),
    )
    values = {name: root.get(key, "") for name, key in _OF_ROOT.items()}
    values |= {name: cycle.get(key, "") for name, key in _OF_CYCLE.items()} if cycle is not None else {}
    said = [one.get("TEXT") or one.text or "" for one in root.findall("AUTOMATIC_INTERPRETATION/STATEMENT")]
    return {
        "patient": patient,
        "recorded": recorded,
        "device": measured(values),
        "statements": statements_of(said, patient),
    }


def _moment(text: str) -> str:
    """ISO 8601 of "20031224083015" and "2003-12-24T08:30:15"; "" for zeros."""
    found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)[T ]?(?:(\d\d):?(\d\d):?(\d\d))?", text.strip())
    if found is None or found[1] == "0000":
        return ""
    day = "-".join(found.groups()[:3])
    return f"{day}T{found[4]}:{found[5]}:{found[6]}" if found[4] else day


FORMAT = Format(
    id="mortara",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time",
    after="exports, as open programs read them",
    largest=LARGEST,
)
