"""GE CardioSoft XML (root element CardiologyXML): the strip of a resting ECG as decimal text."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import read_age, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, measured, number_in, numbers_in, parse, root_name, text_at
from ecgtwin_app.i18n.message import Message

NAME = "CardioSoft XML"

_MEASUREMENTS = {
    "heart rate": "VentricularRate",
    "RR": "RRInterval",
    "P": "PDuration",
    "PR": "PQInterval",
    "QRS": "QRSDuration",
    "QT": "QTInterval",
    "QTc": "QTCInterval",
    "P axis": "PAxis",
    "QRS axis": "RAxis",
    "T axis": "TAxis",
}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is CardiologyXML."""
    return root_name(head) == "CardiologyXML"


def open_file(path: Path) -> EcgFile:
    """Read the strip; the median beat stays in the file, and so does the full disclosure, which the history says.

    Raises
    ------
    EcgError
        The file is damaged or has no strip.
    """
    with parsing(path, NAME):
        root = parse(path)
        strip = root.find("StripData")
        leads = strip.findall("WaveformData") if strip is not None else []
        if strip is None or not leads:
            raise EcgError(
                "{file} is a CardioSoft file without a strip; export it with its waveforms.", file=path.name
            )
        rate, size = number_in(text_at(strip, "SampleRate")), number_in(text_at(strip, "Resolution"))
        resolution = strip.find("Resolution")
        unit = resolution.get("units", "") if resolution is not None else ""
        if rate is None or size is None or unit.lower() != "uvperlsb":
            raise EcgError(
                "{file} does not state its rate and resolution; export it again from CardioSoft.",
                file=path.name,
            )
        rows = [numbers_in(path.name, lead.text or "", ",") for lead in leads]
        if len({row.size for row in rows}) > 1:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=path.name)
        announced = number_in(text_at(strip, "ChannelSampleCountTotal"))
        if announced and announced != rows[0].size:  # 0 stands for "not counted"
            raise EcgError(
                "{file} announces {announced:g} samples a lead and holds {found}; copy it again.",
                file=path.name,
                announced=announced,
                found=rows[0].size,
            )
        check_shape(path.name, len(rows), rate, rows[0].size)
        check_values(path.name, len(rows), rows[0].size)
        fields = _fields(root) | {"history": _full_disclosure(root)}
        signal = np.stack(rows) * (size / 1000)
        names = tuple(lead.get("lead", "") for lead in leads)
        return EcgFile(
            path, NAME, names, rate, rows[0].size, lambda first, last: signal[:, first:last], fields
        )


def _full_disclosure(root: Element) -> tuple[str, ...]:
    """A line for the history where the file holds a longer, coarser recording beside the strip."""
    found = root.find("FullDisclosure")
    count, channels, rate = (
        number_in(text_at(found, tag))
        for tag in ("FullDisclosureData/SampleCountTotal", "NumberOfChannels", "SampleRate")
    )
    if count is None:
        count = (
            text_at(found, "FullDisclosureData").count(",") + 1 if text_at(found, "FullDisclosureData") else 0
        )
    if not count or not channels or not rate:
        return ()
    return (
        Message(
            "left out the full-disclosure recording of {seconds:g} s beside the strip",
            seconds=count / channels / rate,
        ),
    )


def _fields(root: Element) -> dict:
    """Patient, time and device values."""
    person, found = root.find("PatientInfo"), root.find("RestingECGMeasurements")
    name = (text_at(person, "Name/GivenName"), text_at(person, "Name/FamilyName"))
    patient = Patient(
        read_age(text_at(person, "Age")),
        read_sex(text_at(person, "Gender")),
        " ".join(part for part in name if part),
        text_at(person, "PID"),
    )
    texts = [
        [line.text or "" for line in root.findall(f"Interpretation/{tag}")]
        for tag in ("Conclusion/ConclusionText", "Diagnosis/DiagnosisText")
    ]
    return {
        "patient": patient,
        "recorded": _moment(root.find("ObservationDateTime")),
        "device": measured({name: text_at(found, tag) for name, tag in _MEASUREMENTS.items()}),
        # The conclusion is the diagnosis as a reader left it.
        "statements": statements_of(texts[0] or texts[1], patient),
    }


def _moment(element: Element | None) -> str:
    """ISO 8601 of a date in parts, or ""."""
    parts = [number_in(text_at(element, tag)) for tag in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    whole = [int(part) for part in parts if part is not None]
    if len(whole) < len(parts):
        return ""
    year, month, day, hour, minute, second = whole
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


FORMAT = Format(
    id="cardiosoft",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time",
    after="the XML itself",
    largest=LARGEST,
)
