"""HL7 annotated ECG (aECG, root element AnnotatedECG; HL7 V3 Annotated ECG, release 1, 2005): the rhythm series.

A sequence set holds a time sequence and one sequence a lead: origin + scale x digit, each with its unit. A series
may have several: of leads recorded together, or one after the other.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.aecg_write import CODES, write
from ecgtwin_app.formats.channels import known_leads, unit_in_millivolts
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Writer
from ecgtwin_app.formats.groups import Group, join
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import NO_DATE, age_between, read_comment_lines, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.xml_ import LARGEST, measured, number_in, numbers_in, parse, root_name, text_at

NAME = "HL7 aECG"

#: As they are read, whatever their case, and QTc by the formula of Bazett.
_NAMES = {code.upper(): name for name, code in CODES.items()} | {"MDC_ECG_TIME_PD_QTCB": "QTc"}
_SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "msec": 1e-3, "us": 1e-6, "usec": 1e-6, "ns": 1e-9, "min": 60.0}
#: A step of fewer digits is meant as it stands: 3 ms are 333.3 Hz.
_ROUNDED_DIGITS = 3
_YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 1 / 52.18, "d": 1 / 365.25}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is AnnotatedECG."""
    return root_name(head) == "AnnotatedECG"


def open_file(path: Path) -> EcgFile:
    """Read the rhythm series, their sets put together; derived series such as representative beats stay in the file.

    Raises
    ------
    EcgError
        The file is damaged or has no waveforms.
    """
    with parsing(path, NAME):
        root = parse(path)
        rhythms = _rhythms(root)
        groups = [group for series in rhythms for group in _groups(path.name, series)]
        if not groups:
            raise EcgError(
                "{file} is an annotated ECG without waveforms; export it with them.", file=path.name
            )
        joined = join(groups)
        check_shape(path.name, len(joined.names), joined.rate, joined.samples)
        fields = _fields(root, rhythms[0])
        fields["history"] += joined.history
        return EcgFile(
            path, NAME, joined.names, joined.rate, joined.samples, joined.values, fields, joined.gaps
        )


def _rhythms(root: Element) -> list[Element]:
    """The series of the rhythm; all that are not derived where none calls itself so."""
    series = root.findall("component/series")
    return [one for one in series if _code(one).upper().endswith("RHYTHM")] or series


def _groups(name: str, series: Element) -> list[Group]:
    """The sequence sets of a series as groups of leads."""
    times = series.find("effectiveTime")
    low = times.find("low") if times is not None else None
    begin = _moment(low.get("value", "")) if low is not None else None
    groups = []
    for one in series.findall("component/sequenceSet"):
        sequences = _sequences(one)
        time = next((s for s in sequences if _is_time(s)), None)
        leads = [s for s in sequences if not _is_time(s)]
        if time is None or not leads:
            continue
        rate = _rate(name, time)
        rows = [_millivolts(name, lead) for lead in leads]
        if len({row.size for row in rows}) > 1:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=name)
        check_shape(name, len(rows), rate, rows[0].size)
        check_values(name, len(rows), rows[0].size)
        signal = np.stack(rows)
        names = tuple(_code(lead) for lead in leads)
        groups.append(Group.of(names, rate, _start(time, begin), signal))
    return groups


def _start(time: Element, begin: float | None) -> float | None:
    """When a set begins, in seconds: of an absolute clock where the set or its series states one."""
    head = time.find("value/head")
    if head is None:
        return begin
    moment = _moment(head.get("value", ""))
    if moment is not None and "ABSOLUTE" in _code(time).upper():
        return moment
    offset, unit = _quantity(head)
    factor = _SECONDS.get(unit.lower())
    return begin if offset is None or factor is None else (begin or 0.0) + offset * factor


def _moment(value: str) -> float | None:
    """Seconds of a time such as "20021122091000.250", to the fraction it states."""
    parts = re.match(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(\.\d+)?)?", value)
    if not parts:
        return None
    try:
        whole = datetime(*(int(part or 0) for part in parts.groups()[:6]), tzinfo=UTC)
    except ValueError:
        return None
    return whole.timestamp() + float(parts[7] or 0)


def _is_time(sequence: Element) -> bool:
    return "TIME_" in _code(sequence).upper()


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
    if step is None or step <= 0 or unit.lower() not in _SECONDS:
        raise EcgError("{file} does not state the time between samples; export it again.", file=name)
    rate = 1 / (step * _SECONDS[unit.lower()])
    # The whole rate that prints as this step: 0.00277778 s stands for 360 Hz, 4.17 ms for 240.
    whole = round(rate)
    increment = time.find("value/increment")
    digits = ("" if increment is None else increment.get("value", "")).lower().partition("e")[0]
    rounding = 0.5001 * 10.0 ** -len(digits.partition(".")[2])
    is_rounded = len(digits.replace(".", "").lstrip("0")) >= _ROUNDED_DIGITS
    near = is_rounded and whole and abs(1 / (whole * _SECONDS[unit.lower()]) - step) <= rounding
    return float(whole) if near or abs(rate - whole) < 1e-4 * rate else rate


def _millivolts(name: str, lead: Element) -> np.ndarray:
    """The samples of a lead in mV; NaN for a channel in another unit, which `channels` leaves out by its name."""
    value = lead.find("value")
    (scale, unit), (origin, origin_unit) = (
        _quantity(value.find(tag) if value is not None else None) for tag in ("scale", "origin")
    )
    digits = numbers_in(name, text_at(value, "digits"))
    factor, origin_factor = unit_in_millivolts(unit), unit_in_millivolts(origin_unit or unit)
    if scale is None or factor is None or origin_factor is None:
        if not known_leads([_code(lead)]):
            return np.full(digits.size, np.nan)
        raise EcgError(
            "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.", file=name
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
        "filled": said["filled"],
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
        found = None if times is None else times.find(tag)
        value = "" if found is None else found.get("value", "")
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


FORMAT = Format(
    id="aecg",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, measurements, statements, time; several sequences",
    after="HL7 V3 Annotated ECG, release 1 (2005)",
    largest=LARGEST,
    writer=Writer(".xml", "HL7 aECG (.xml)", write, 4),
)
