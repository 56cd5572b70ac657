"""Philips Sierra XML 1.03, 1.04 and 1.04.x (root element restingecgdata), as PageWriter carts write it.

Samples are Base64 of 16 bits, mostly packed with XLI. Packed limb leads are stored as what they deviate from
Einthoven's law, each from the leads before it.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient
from ecgtwin_app.formats import xli
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import age_between, read_age, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, bytes_in, measured, number_in, parse, root_name, text_at
from ecgtwin_app.i18n.message import Message

NAME = "Sierra XML"

_TYPES = ("SierraECG", "PhilipsECG")
_VERSIONS = ("1.03", "1.04")
_MEASUREMENTS = {
    "heart rate": "heartrate",
    "RR": "rrint",
    "P": "pdur",
    "PR": "print",
    "QRS": "qrsdur",
    "QT": "qtint",
    "QTc": "qtcb",
    "P axis": "pfrontaxis",
    "QRS axis": "qrsfrontaxis",
    "T axis": "tfrontaxis",
}
#: The same in version 1.03.
_MEASUREMENTS_103 = _MEASUREMENTS | {
    "PR": "meanprint",
    "QRS": "meanqrsdur",
    "QT": "meanqtint",
    "QTc": "meanqtc",
}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is restingecgdata."""
    return root_name(head) == "restingecgdata"


def open_file(path: Path) -> EcgFile:
    """Read the waveforms; the representative beats and the calibration pulse stay in the file.

    Raises
    ------
    EcgError
        The file is of another type or version, or damaged.
    """
    with parsing(path, NAME):
        root = parse(path)
        kind, version = (
            text_at(root, "documentinfo/documenttype"),
            text_at(root, "documentinfo/documentversion"),
        )
        if kind not in _TYPES or not version.startswith(_VERSIONS):
            raise EcgError(
                "{file} calls itself {kind} {version}; Sierra files of the types "
                "{types}, versions 1.03 and 1.04, are read.",
                file=path.name,
                kind=kind[:30] or "nothing",
                version=version[:10],
                types=" and ".join(_TYPES),
            )
        waveforms = root.find(".//parsedwaveforms")
        if waveforms is None:
            raise EcgError("{file} is a Sierra file without waveforms; export it with them.", file=path.name)
        details = root.find("dataacquisition/signalcharacteristics")
        rate = number_in(text_at(details, "samplingrate"))
        size = number_in(text_at(details, "resolution") or text_at(details, "signalresolution"))
        duration = number_in(waveforms.get("durationperchannel"))
        if rate is None or size is None or size <= 0 or duration is None:
            raise EcgError(
                "{file} does not state rate, resolution and duration; export it again.", file=path.name
            )
        names = _names(path.name, waveforms, details)
        samples = round(duration / 1000 * rate)
        check_shape(path.name, len(names), rate, samples)
        check_values(path.name, len(names), samples)
        signal = _samples(path.name, waveforms, details, names, samples) * (size / 1000)
        fields = _fields(root)
        kept = _without_calibration(signal)
        if kept < samples:
            fields["history"] = (
                Message(
                    "left out the calibration pulse in the last {seconds:g} s",
                    seconds=(samples - kept) / rate,
                ),
            )
        return EcgFile(path, NAME, names, rate, kept, lambda first, last: signal[:, first:last], fields)


def _names(name: str, waveforms: Element, details: Element | None) -> tuple[str, ...]:
    """The leads in the order of their samples; version 1.03 does not list them."""
    listed = waveforms.get("leadlabels", "").split()
    count = number_in(waveforms.get("numberofleads") or text_at(details, "numberchannelsvalid"))
    if not listed and text_at(details, "acquisitiontype") in ("STD-12", "10-WIRE"):
        listed = list(LEADS)
    if count is None or not 1 <= count <= len(listed):
        raise EcgError(
            "{file} does not name its leads; export it again as a standard 12-lead ECG.", file=name
        )
    return tuple(listed[: int(count)])


def _samples(name: str, waveforms: Element, details, names: tuple[str, ...], samples: int) -> np.ndarray:
    """Stored steps, shape (leads, samples)."""
    if waveforms.get("dataencoding") != "Base64" or text_at(details, "bitspersample") not in ("", "16"):
        raise EcgError(
            "{file} stores samples in another way than Base64 of 16 bits; export it again.", file=name
        )
    data = bytes_in(name, waveforms.text or "")
    compression = waveforms.get("compression") or waveforms.get("compressmethod") or "Uncompressed"
    if waveforms.get("compressflag", "True") == "False" or compression == "Uncompressed":
        if len(data) < 2 * len(names) * samples:
            raise EcgError("{file} holds fewer samples than it announces; copy it again.", file=name)
        return np.frombuffer(data, "<i2", len(names) * samples).reshape(len(names), samples).astype(float)
    if compression != "XLI":
        raise EcgError(
            "{file} is packed with {packing!r}, which is not read; export it uncompressed.",
            file=name,
            packing=compression[:20],
        )
    rows = dict(
        zip(names, (row.astype(np.int64) for row in xli.decode(data, len(names), samples)), strict=True)
    )
    if set(LEADS[:6]) <= set(names):
        _add_lead_law(rows)
    return np.stack([rows[lead] for lead in names]).astype(float)


def _add_lead_law(rows: dict[str, np.ndarray]) -> None:
    """Turn the stored deviations of the dependent limb leads into the leads, with the device's rounding."""
    one, two = rows["I"], rows["II"]
    rows["III"] = three = two - one - rows["III"]
    rows["aVR"] = -rows["aVR"] - (one + two) // 2
    rows["aVL"] = (one - three) // 2 - rows["aVL"]
    rows["aVF"] = (two + three) // 2 - rows["aVF"]


def _without_calibration(signal: np.ndarray) -> int:
    """How many samples come before the calibration pulse that carts append; all when there is none.

    Only the pulse and the zeros around it are the same in all leads, and taken for a beat it would change the
    heart rate.
    """
    if len(signal) < 2:
        return signal.shape[1]
    differ = np.flatnonzero(np.any(signal != signal[0], axis=0))
    return int(differ[-1]) + 1 if differ.size else signal.shape[1]


def _fields(root: Element) -> dict:
    """Patient, time and device values."""
    person = root.find("patient/generalpatientdata")
    acquisition = root.find("dataacquisition")
    recorded = ""
    if acquisition is not None and acquisition.get("date"):
        recorded = "T".join(part for part in (acquisition.get("date"), acquisition.get("time")) if part)
    age = read_age(text_at(person, "age/years"))
    name = (text_at(person, "name/firstname"), text_at(person, "name/lastname"))
    patient = Patient(
        age if age is not None else age_between(text_at(person, "age/dateofbirth"), recorded),
        read_sex(text_at(person, "sex")),
        " ".join(part for part in name if part.strip("-")),
        text_at(person, "patientid"),
    )
    return {
        "patient": patient,
        "recorded": recorded,
        "device": _device(root),
        "statements": statements_of(_statements(root), patient),
    }


def _statements(root: Element) -> list[str]:
    """Each statement with its reason, then the severity."""
    interpretation = root.find("interpretations/interpretation")
    if interpretation is None:
        return []
    sides = [
        (text_at(one, "leftstatement"), text_at(one, "rightstatement"))
        for one in interpretation.findall("statement")
    ]
    return [", ".join(side for side in both if side) for both in sides] + [
        text_at(interpretation, "severity")
    ]


def _device(root: Element) -> dict[str, float]:
    """The measurements of the interpretation."""
    interpretation = root.find("interpretations/interpretation")
    found = interpretation.find("globalmeasurements") if interpretation is not None else None
    tags = _MEASUREMENTS
    if found is None and interpretation is not None:
        found, tags = interpretation.find("interpretationmeasurements"), _MEASUREMENTS_103
    device = measured({name: text_at(found, tag) for name, tag in tags.items()})
    # Some carts write a time in the place of the P wave's duration.
    if device.get("P", 0) >= device.get("PR", float("inf")):
        del device["P"]
    return device


FORMAT = Format(
    id="sierra",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time",
    after="exports, as open programs read them",
    largest=LARGEST,
)
