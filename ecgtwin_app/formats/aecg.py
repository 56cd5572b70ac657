"""HL7 annotated ECG (aECG, root element AnnotatedECG; HL7 V3 Annotated ECG, release 1, 2005): the rhythm series.

A sequence set holds a time sequence and one sequence a lead: origin + scale x digit, each with its unit.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.recording import EcgError, Patient
from ecgtwin_app.formats.channels import known_leads, unit_in_millivolts
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import NO_DATE, age_between, read_comment_lines, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, measured, number_in, numbers_in, parse, root_name, text_at

__all__ = ["FORMAT", "LARGEST", "SUFFIXES", "open_file", "sniff"]

FORMAT = "HL7 aECG"
SUFFIXES = (".xml",)

#: MDC codes (ISO/IEEE 11073-10102) of what devices measure.
CODES = {
    "heart rate": "MDC_ECG_HEART_RATE",
    "RR": "MDC_ECG_TIME_PD_RR",
    "P": "MDC_ECG_TIME_PD_P",
    "PR": "MDC_ECG_TIME_PD_PR",
    "QRS": "MDC_ECG_TIME_PD_QRS",
    "QT": "MDC_ECG_TIME_PD_QT",
    "QTc": "MDC_ECG_TIME_PD_QTc",
    "P axis": "MDC_ECG_ANGLE_P_FRONT",
    "QRS axis": "MDC_ECG_ANGLE_QRS_FRONT",
    "T axis": "MDC_ECG_ANGLE_T_FRONT",
}
#: As they are read, whatever their case, and QTc by the formula of Bazett.
_NAMES = {code.upper(): name for name, code in CODES.items()} | {"MDC_ECG_TIME_PD_QTCB": "QTc"}
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 1 / 52.18, "d": 1 / 365.25}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is AnnotatedECG."""
    return root_name(head) == "AnnotatedECG"


def open_file(path: Path) -> EcgFile:
    """Read the first rhythm series; derived series such as representative beats stay in the file.

    Raises
    ------
    EcgError
        The file is damaged or has no waveforms.
    """
    with parsing(path, FORMAT):
        root = parse(path)
        series = root.find("component/series")
        sets = series.findall("component/sequenceSet") if series is not None else []
        sequences = max((_sequences(one) for one in sets), key=len, default=[])
        times = [one for one in sequences if _code(one).startswith("TIME_")]
        leads = [one for one in sequences if not _code(one).startswith("TIME_")]
        if not times or not leads:
            raise EcgError(f"{path.name} is an annotated ECG without waveforms; export it with them.")
        rate = _rate(path.name, times[0])
        rows = [_millivolts(path.name, lead) for lead in leads]
        if len({row.size for row in rows}) > 1:
            raise EcgError(f"{path.name} has leads of different lengths; copy it again.")
        check_shape(path.name, len(rows), rate, rows[0].size)
        check_values(path.name, len(rows), rows[0].size)
        signal = np.stack(rows)
        names = tuple(_code(lead) for lead in leads)
        return EcgFile(
            path,
            FORMAT,
            names,
            rate,
            rows[0].size,
            lambda first, last: signal[:, first:last],
            _fields(root, series),
        )


def _sequences(sequence_set: Element) -> list[Element]:
    return sequence_set.findall("component/sequence")


def _code(element: Element) -> str:
    code = element.find("code")
    return code.get("code", "") if code is not None else ""


def _quantity(element: Element | None) -> tuple[float | None, str]:
    """Value and unit of a physical quantity."""
    return (number_in(element.get("value")), element.get("unit", "")) if element is not None else (None, "")


def _rate(name: str, time: Element) -> float:
    """Samples a second, from the step of the time sequence."""
    step, unit = _quantity(time.find("value/increment"))
    if step is None or step <= 0 or unit not in _SECONDS:
        raise EcgError(f"{name} does not state the time between samples; export it again.")
    rate = 1 / (step * _SECONDS[unit])
    # 0.00277778 s stands for 360 Hz.
    return float(round(rate)) if abs(rate - round(rate)) < 1e-4 * rate else rate


def _millivolts(name: str, lead: Element) -> np.ndarray:
    """The samples of a lead in mV; a channel in another unit is zero, `channels` leaves it out by its name."""
    value = lead.find("value")
    (scale, unit), (origin, origin_unit) = (
        _quantity(value.find(tag) if value is not None else None) for tag in ("scale", "origin")
    )
    digits = numbers_in(name, text_at(value, "digits"))
    factor, origin_factor = unit_in_millivolts(unit), unit_in_millivolts(origin_unit or unit)
    if scale is None or factor is None or origin_factor is None:
        if not known_leads([_code(lead)]):
            return np.zeros(digits.size)
        raise EcgError(
            f"{name} does not say how many millivolts a sample is, so it cannot be drawn to scale."
        )
    return digits * (scale * factor) + (origin or 0.0) * origin_factor


def _fields(root: Element, series: Element) -> dict:
    """Patient, time, device values, and what this program wrote as remarks."""
    subject = root.find(".//subject/trialSubject")
    person = subject.find("subjectDemographicPerson") if subject is not None else None
    identifier = subject.find("id") if subject is not None else None
    recorded = _recorded(root)
    said = read_comment_lines(
        text_at(remark, "subjectFindingComment/text") for remark in root.findall("pertainsTo")
    )
    sex = person.find("administrativeGenderCode") if person is not None else None
    birth = person.find("birthTime") if person is not None else None
    patient = Patient(
        _age(root, birth.get("value", "") if birth is not None else "", recorded),
        read_sex(sex.get("code", "")) if sex is not None else None,
        text_at(person, "name"),
        (identifier.get("extension") or "") if identifier is not None else "",
    )
    return {
        "patient": patient,
        "recorded": recorded,
        "device": _device(series),
        "statements": said["statements"] or statements_of(_statements(series), patient),
        "history": said["history"],
        "synthetic": said["synthetic"],
        "provenance": said["provenance"],
    }


def _age(root: Element, born: str, recorded: str) -> float | None:
    """Years as reported (LOINC 21612-7), else from birth to recording."""
    for observation in root.iter("relatedObservation"):
        value, unit = _quantity(observation.find("value"))
        if _code(observation) == "21612-7" and value is not None and unit in _YEARS:
            years = value * _YEARS[unit]
            return years if 0 <= years <= 130 else None
    return age_between(born, recorded)


def _recorded(root: Element) -> str:
    """The time of the ECG, ISO 8601 as far as the file says, or ""."""
    times = root.find("effectiveTime")
    for tag in ("center", "low"):
        value = times.find(tag).get("value", "") if times is not None and times.find(tag) is not None else ""
        digits = re.match(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?", value)
        if digits and not value.startswith(NO_DATE):
            day = "-".join(digits.group(1, 2, 3))
            return f"{day}T{digits[4]}:{digits[5]}:{digits[6] or '00'}" if digits[4] else day
    return ""


def _statements(series: Element) -> list[str]:
    """The interpretation, and the rhythm where it is annotated."""
    found = []
    for annotation in series.iter("annotation"):
        code, value = _code(annotation).upper(), annotation.find("value")
        if value is None:
            continue
        if code.startswith("MDC_ECG_INTERPRETATION"):
            found.append(value.text or value.get("displayName", ""))
        elif code == "MDC_ECG_RHY":
            found.append(value.get("displayName") or value.get("code", ""))
    return found


def _device(series: Element) -> dict[str, float]:
    """Global measurements: annotations directly in a set, not below those of a beat or lead."""
    found: dict[str, str] = {}
    for annotation_set in series.iter("annotationSet"):
        for annotation in annotation_set.findall("component/annotation"):
            code = _code(annotation).upper()
            name = _NAMES.get(code)
            value, unit = _quantity(annotation.find("value"))
            if name and value is not None:
                milliseconds = _SECONDS.get(unit, 1e-3) * 1e3
                found.setdefault(name, str(value * milliseconds))
    return measured(found)
