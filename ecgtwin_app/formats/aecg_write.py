"""HL7 annotated ECG written: one rhythm series, 1 µV a step, remarks as subject finding comments."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import numpy as np

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.marking import (
    NO_DATE,
    PROGRAM,
    comment_lines,
    content_uuid,
    mark_of,
    shown_age,
)

_NAMESPACE = "urn:hl7-org:v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ACT_CODE = {"codeSystem": "2.16.840.1.113883.5.4", "codeSystemName": "ActCode"}
_MDC = {"codeSystem": "2.16.840.1.113883.6.24", "codeSystemName": "MDC"}
_UNITS = {"heart rate": "bpm", "P axis": "deg", "QRS axis": "deg", "T axis": "deg"}
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


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write an AnnotatedECG document. Same input, same bytes.

    Parameters
    ----------
    recording : Recording
        Of leads that have an MDC code: the twelve.
    path : Path
        Its folder must exist.
    keep_identity : bool
        Also who and when; see `marking.comment_lines`.

    Raises
    ------
    EcgError
        A lead has no code.
    """
    unknown = [lead for lead in recording.leads if lead not in LEADS]
    if unknown:
        raise EcgError("HL7 aECG has no code for lead {lead}; write another format.", lead=unknown[0])
    moment = "".join(c for c in recording.recorded if c.isdigit()) if keep_identity else ""
    identity = content_uuid(recording, "aECG", keep_identity)

    root = Element("AnnotatedECG", {"xmlns": _NAMESPACE, "xmlns:xsi": _XSI, "type": "Observation"})
    SubElement(root, "id", root=str(identity))
    SubElement(root, "code", code="93000", codeSystem="2.16.840.1.113883.6.12", codeSystemName="CPT-4")
    _add_times(root, recording, moment)
    _add_subject(root, recording, keep_identity)
    _add_age(root, recording, keep_identity)
    for line in comment_lines(recording, keep_identity):
        remark = SubElement(SubElement(root, "pertainsTo"), "subjectFindingComment")
        SubElement(remark, "text").text = line
    _add_series(SubElement(root, "component"), recording, identity, moment)
    indent(root, " ")
    ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)
    return path


def _add_subject(root: Element, recording: Recording, keep_identity: bool) -> None:
    """The trial subject: its sex, and who it is where that is kept."""
    patient = recording.patient
    timepoint = SubElement(SubElement(root, "componentOf"), "timepointEvent")
    assignment = SubElement(SubElement(timepoint, "componentOf"), "subjectAssignment")
    subject = SubElement(SubElement(assignment, "subject"), "trialSubject")
    if keep_identity and patient.identifier:
        SubElement(
            subject, "id", root=str(uuid.uuid5(uuid.NAMESPACE_DNS, PROGRAM)), extension=patient.identifier
        )
    else:
        SubElement(subject, "id", nullFlavor="MSK")
    person = SubElement(subject, "subjectDemographicPerson")
    if keep_identity and patient.name:
        SubElement(person, "name").text = patient.name
    if patient.sex:
        SubElement(person, "administrativeGenderCode", code=patient.sex, codeSystem="2.16.840.1.113883.5.1")
    trial = SubElement(SubElement(assignment, "componentOf"), "clinicalTrial")
    SubElement(trial, "id", nullFlavor="NA")


def _add_age(root: Element, recording: Recording, keep_identity: bool) -> None:
    """The age as LOINC's "reported age"."""
    if recording.patient.age is None:
        return
    years, _ = shown_age(recording.patient.age, keep_identity)
    observation = SubElement(SubElement(root, "controlVariable"), "relatedObservation")
    SubElement(
        observation,
        "code",
        code="21612-7",
        codeSystem="2.16.840.1.113883.6.1",
        codeSystemName="LOINC",
        displayName="Reported Age",
    )
    SubElement(observation, "value", {"xsi:type": "PQ", "value": f"{years:g}", "unit": "a"})


def _add_times(element: Element, recording: Recording, moment: str) -> None:
    """From when to when: both ends in figures, which readers insist on; a day that stands for none where it is kept.

    Parameters
    ----------
    moment : str
        Digits from the year on, or "".
    """
    try:
        begin = datetime.strptime(moment.ljust(14, "0")[:14], "%Y%m%d%H%M%S")
    except ValueError:  # not kept, not known, or a day that is none
        begin = datetime.strptime(NO_DATE, "%Y%m%d")
    end = begin + timedelta(seconds=recording.duration)
    times = SubElement(element, "effectiveTime")
    for tag, time, inclusive in (("low", begin, "true"), ("high", end, "false")):
        value = f"{time:%Y%m%d%H%M%S}.{time.microsecond // 1000:03d}"
        SubElement(times, tag, value=value, inclusive=inclusive)


def _add_series(component: Element, recording: Recording, identity: uuid.UUID, moment: str) -> None:
    """The rhythm series: who made it, the samples, and what a device had measured."""
    series = SubElement(component, "series")
    SubElement(series, "id", root=str(uuid.uuid5(identity, "series")))
    SubElement(series, "code", {"code": "RHYTHM", **_ACT_CODE})
    _add_times(series, recording, moment)
    author = SubElement(SubElement(series, "author"), "seriesAuthor")
    device = SubElement(author, "manufacturedSeriesDevice")
    SubElement(device, "manufacturerModelName").text = (
        f"{PROGRAM}: {mark}" if (mark := mark_of(recording)) else PROGRAM
    )
    SubElement(device, "softwareName").text = __version__

    sequences = SubElement(SubElement(series, "component"), "sequenceSet")
    time = SubElement(SubElement(sequences, "component"), "sequence")
    SubElement(time, "code", {"code": "TIME_RELATIVE", **_ACT_CODE})
    value = SubElement(time, "value", {"xsi:type": "GLIST_PQ"})
    SubElement(value, "head", value="0", unit="s")
    SubElement(value, "increment", value=f"{1 / recording.rate:.17g}", unit="s")
    for lead, row in zip(recording.leads, recording.signal, strict=True):
        sequence = SubElement(SubElement(sequences, "component"), "sequence")
        SubElement(sequence, "code", {"code": f"MDC_ECG_LEAD_{lead.upper()}", **_MDC})
        value = SubElement(sequence, "value", {"xsi:type": "SLIST_PQ"})
        SubElement(value, "origin", value="0", unit="uV")
        SubElement(value, "scale", value="1", unit="uV")
        digits = np.rint(row.astype(np.float64) * 1000).astype(np.int64)
        SubElement(value, "digits").text = " ".join(map(str, digits.tolist()))
    _add_device_values(series, recording)


def _add_device_values(series: Element, recording: Recording) -> None:
    """What the recording device had measured, as an annotation set."""
    known = {name: code for name, code in CODES.items() if name in recording.device}
    if not known:
        return
    annotations = SubElement(SubElement(series, "subjectOf"), "annotationSet")
    for name, code in known.items():
        annotation = SubElement(SubElement(annotations, "component"), "annotation")
        SubElement(annotation, "code", {"code": code, **_MDC})
        SubElement(
            annotation,
            "value",
            {"xsi:type": "PQ", "value": f"{recording.device[name]:g}", "unit": _UNITS.get(name, "ms")},
        )
