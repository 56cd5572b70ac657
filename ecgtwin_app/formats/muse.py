"""GE MUSE XML (root element RestingECG): the rhythm leads of a resting ECG.

The eight independent leads are stored; the others follow from them. Values are Base64 of 16-bit samples,
little-endian, each LeadAmplitudeUnitsPerBit microvolts.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.channels import known_leads, millivolts_in
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.groups import Group, join
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, bytes_in, measured, number_in, parse, root_name, text_at
from ecgtwin_app.i18n.message import Message

NAME = "MUSE XML"

_MEASUREMENTS = {
    "heart rate": "VentricularRate",
    "P": "PDuration",
    "PR": "PRInterval",
    "QRS": "QRSDuration",
    "QT": "QTInterval",
    "QTc": "QTCorrected",
    "P axis": "PAxis",
    "QRS axis": "RAxis",
    "T axis": "TAxis",
}
#: How far the stated rate and the stated RR interval may differ: both are whole numbers.
_SAME_RATE = 0.03
_SAME_MOMENT_S = 0.02
_YEARS = {"YEARS": 1.0, "MONTHS": 1 / 12, "WEEKS": 1 / 52.18, "DAYS": 1 / 365.25, "HOURS": 0.0}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is RestingECG."""
    return root_name(head) == "RestingECG"


def open_file(path: Path) -> EcgFile:
    """Read the rhythm waveforms, put together; the median beat stays in the file.

    Raises
    ------
    EcgError
        The file is damaged, or has no rhythm.
    """
    with parsing(path, NAME):
        root = parse(path)
        waveforms = root.findall("Waveform")
        rhythms = [w for w in waveforms if text_at(w, "WaveformType").lower() == "rhythm"]
        leads = [lead for waveform in rhythms for lead in waveform.findall("LeadData")]
        if not leads:
            raise EcgError(
                "{file} is a MUSE file without rhythm leads; export it with its waveforms.", file=path.name
            )
        joined = join(_groups(path.name, rhythms))
        check_shape(path.name, len(joined.names), joined.rate, joined.samples)
        fields = _fields(root, leads)
        fields["history"] += joined.history
        return EcgFile(
            path, NAME, joined.names, joined.rate, joined.samples, joined.values, fields, joined.gaps
        )


def _groups(name: str, waveforms: list[Element]) -> list[Group]:
    """The leads of the waveforms, those together that are as long and begin together."""
    groups: list[Group] = []
    for waveform in waveforms:
        rate = _rate(name, waveform)
        parts: dict[tuple, list[tuple[str, np.ndarray]]] = {}
        for lead in waveform.findall("LeadData"):
            row = _lead(name, lead)
            offset = number_in(text_at(lead, "LeadTimeOffset")) or 0.0
            parts.setdefault((offset, row.size), []).append((text_at(lead, "LeadID"), row))
        begin = _begin(waveform, groups)
        for (offset, samples), named in parts.items():
            check_shape(name, len(named), rate, samples)
            check_values(name, len(named), samples)
            signal = np.stack([row for _, row in named])
            names = tuple(lead for lead, _ in named)
            groups.append(Group.of(names, rate, begin + offset / 1000, signal))
    return groups


def _begin(waveform: Element, before: list[Group]) -> float:
    """When a waveform begins, in seconds: in the unit that makes it follow those before it, else in ms."""
    stated = number_in(text_at(waveform, "WaveformStartTime")) or 0.0
    ends = [(group.start or 0.0) + group.seconds for group in before]
    for unit in (1e-3, 1.0, 1e-2, *(1 / group.rate for group in before[:1])):
        if any(abs(stated * unit - end) < _SAME_MOMENT_S for end in ends):
            return stated * unit
    return stated * 1e-3


def _rate(name: str, waveform: Element) -> float:
    """Samples a second: SampleBase times ten to the SampleExponent."""
    base, exponent = (
        number_in(text_at(waveform, "SampleBase")),
        number_in(text_at(waveform, "SampleExponent")),
    )
    if base is None or not -6 <= (exponent or 0) <= 6:
        raise EcgError("{file} does not state its sampling rate; export it again from MUSE.", file=name)
    return base * 10.0 ** (exponent or 0)


def _lead(name: str, lead: Element) -> np.ndarray:
    """The samples of a lead in mV."""
    data = bytes_in(name, text_at(lead, "WaveFormData"))
    if text_at(lead, "LeadSampleSize") not in ("", "2") or len(data) % 2:
        raise EcgError("{file} has samples that are not 16 bits wide; export it again from MUSE.", file=name)
    samples = np.frombuffer(data, "<i2")
    announced = number_in(text_at(lead, "LeadSampleCountTotal"))
    if announced and announced != samples.size:  # 0 stands for "not counted"
        raise EcgError(
            "{file} announces {announced:g} samples a lead and holds {found}; copy it again.",
            file=name,
            announced=announced,
            found=samples.size,
        )
    size = number_in(text_at(lead, "LeadAmplitudeUnitsPerBit"))
    unit = {"MICROVOLTS": "uV", "MILLIVOLTS": "mV"}.get(text_at(lead, "LeadAmplitudeUnits").upper(), "")
    if size is None or size <= 0 or not unit:
        raise EcgError(
            "{file} does not say how many microvolts a sample is, so it cannot be drawn to scale.", file=name
        )
    sign = -1.0 if text_at(lead, "InvertLead").upper() == "TRUE" else 1.0
    return samples * (sign * size * millivolts_in(name, unit))


def _fields(root: Element, leads: list[Element]) -> dict:
    """Patient, time, device values, and what the checksums say."""
    person, test = root.find("PatientDemographics"), root.find("TestDemographics")
    age = number_in(text_at(person, "PatientAge"))
    years = _YEARS.get(text_at(person, "AgeUnits").upper() or "YEARS", 1.0)
    changed = [
        text_at(lead, "LeadID")
        for lead in leads
        if (stated := number_in(text_at(lead, "LeadDataCRC32")))
        and zlib.crc32(bytes_in("", text_at(lead, "WaveFormData"))) != stated
    ]
    name = (text_at(person, "PatientFirstName"), text_at(person, "PatientLastName"))
    patient = Patient(
        age * years if age is not None and 0 <= age * years <= 130 else None,
        read_sex(text_at(person, "Gender")),
        " ".join(part for part in name if part),
        text_at(person, "PatientID"),
    )
    return {
        "patient": patient,
        "recorded": _moment(text_at(test, "AcquisitionDate"), text_at(test, "AcquisitionTime")),
        "device": measured(_measurements(root)),
        "statements": statements_of(_statements(root), patient),
        "history": (
            (
                Message(
                    "samples differ from the checksum in the file: {leads}",
                    leads=", ".join(known_leads(changed)),
                ),
            )
            if changed
            else ()
        ),
    }


def _measurements(root: Element) -> dict[str, str]:
    """Texts of what the cart measured, as edited; the P wave from its marks where no duration is given."""
    found, original = root.find("RestingECGMeasurements"), root.find("OriginalRestingECGMeasurements")
    texts = {name: text_at(found, tag) for name, tag in _MEASUREMENTS.items()}
    # Older versions count the RR interval in samples, newer ones in ms.
    interval = text_at(root, "QRSTimesTypes/GlobalRR")
    beats, rr = number_in(texts["heart rate"]), number_in(interval)
    if beats and rr and abs(beats * rr / 60_000 - 1) < _SAME_RATE:
        texts["RR"] = interval
    on, off = (number_in(text_at(found, tag)) for tag in ("POnset", "POffset"))
    rate = number_in(text_at(found, "ECGSampleBase") or text_at(original, "ECGSampleBase"))
    if not texts["P"] and on and off and rate and off > on:
        texts["P"] = str(round((off - on) / rate * 1000))
    return texts


def _statements(root: Element) -> list[str]:
    """The lines of the diagnosis, as confirmed, or the cart's own where nobody did."""
    lines = [""]
    for diagnosis in (root.find("Diagnosis"), root.find("OriginalDiagnosis")):
        for statement in diagnosis.findall("DiagnosisStatement") if diagnosis is not None else ():
            lines[-1] = f"{lines[-1]} {text_at(statement, 'StmtText')}"
            if any((flag.text or "").strip() == "ENDSLINE" for flag in statement.findall("StmtFlag")):
                lines.append("")
        if any(lines):
            break
    return lines


def _moment(day: str, time: str) -> str:
    """ISO 8601 of "04-22-2000" (month first) and "11:34:00"."""
    parts = day.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return ""
    date = f"{parts[2]}-{parts[0]}-{parts[1]}"
    return f"{date}T{time}" if time else date


FORMAT = Format(
    id="muse",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time",
    after="exports, as open programs read them",
    largest=LARGEST,
)
