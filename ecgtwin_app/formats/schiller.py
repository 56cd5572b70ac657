"""Schiller XML (SEMA's SchillerEDI): patdata, examdescript, and an event whose wavedata of type ECG_RHYTHMS is the strip.

There is no public specification. The layout is that of open programs which read exports: BRAVEHEART and CVRG's
ECG converter.
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
from ecgtwin_app.formats.units import millivolts_in
from ecgtwin_app.formats.xml_ import LARGEST, number_in, numbers_in, parse, root_name, text_at

NAME = "Schiller XML"

_RHYTHM = "ECG_RHYTHMS"
_MARKS = re.compile(rb"<\s*(?:patdata|examdescript|eventdata)\b", re.IGNORECASE)
_MOST_CHANNELS = 64


def sniff(path: Path, head: bytes) -> bool:
    """Whether the root element is Schiller's, or what follows has its parts."""
    root = root_name(head)
    return root is not None and (
        "schiller" in root.lower() or _MARKS.search(head.replace(b"\0", b"")) is not None
    )


def open_file(path: Path) -> EcgFile:
    """Read the rhythm strip; averaged beats stay in the file.

    Raises
    ------
    EcgError
        There is no rhythm strip, or it does not state rate and resolution in a way that is known.
    """
    with parsing(path, NAME):
        root = parse(path)
        strips = [one for one in root.iter("wavedata") if text_at(one, "type").upper() == _RHYTHM]
        if not strips or len(strips[0].findall("channel")) > _MOST_CHANNELS:
            raise EcgError(
                "{file} is a Schiller file without a rhythm strip; export it with its waveforms.",
                file=path.name,
            )
        if len(strips) > 1:
            raise EcgError(
                "{file} holds {strips} rhythm strips; export one of them.", file=path.name, strips=len(strips)
            )
        strip = strips[0]
        rate = number_in(text_at(strip, "resolution/samplerate/value"))
        exponent = number_in(text_at(strip, "resolution/samplerate/exponent") or "1")
        step = number_in(text_at(strip, "resolution/yres/unitperbit"))
        unit = text_at(strip, "resolution/yres/units")
        # What another exponent would mean no description says.
        if rate is None or exponent not in (0, 1) or not step or not unit:
            raise EcgError("{file} does not state its rate and resolution; export it again.", file=path.name)
        rows, names = [], []
        for channel in strip.findall("channel"):
            samples = numbers_in(path.name, text_at(channel, "data").replace(",", " "))
            rows.append(samples * step * millivolts_in(path.name, unit))
            names.append(text_at(channel, "name"))
        if not rows or len({row.size for row in rows}) != 1:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=path.name)
        check_shape(path.name, len(rows), rate, rows[0].size)
        check_values(path.name, len(rows), rows[0].size)
        signal = np.stack(rows)
        fields = _fields(root)
        return EcgFile(
            path,
            NAME,
            tuple(names),
            rate,
            signal.shape[1],
            lambda first, last: signal[:, first:last],
            fields,
        )


def _fields(root: Element) -> dict:
    """Patient and time, by the names that exports use for them."""
    person, exam = root.find(".//patdata"), root.find(".//examdescript")
    recorded = ""
    if exam is not None:
        day = _first(exam, "startdate", "date", "examdate", "startdatetime/date")
        time = _first(exam, "starttime", "time", "examtime", "startdatetime/time")
        recorded = _moment(_first(exam, "startdatetime", "datetime") or f"{day} {time}")
    name = (_first(person, "firstname", "givenname"), _first(person, "lastname", "name", "familyname"))
    age = read_age(_first(person, "age"))
    born = _moment(_first(person, "birthdate", "dateofbirth", "dob"))
    return {
        "patient": Patient(
            age if age is not None else age_between(born, recorded),
            read_sex(_first(person, "gender", "sex")),
            " ".join(part for part in name if part),
            _first(person, "id", "patid", "patientid"),
        ),
        "recorded": recorded,
    }


def _first(element: Element | None, *paths: str) -> str:
    """The first text there is at some paths."""
    return next((found for path in paths if (found := text_at(element, path))), "")


def _moment(text: str) -> str:
    """ISO 8601 of "20031224", "2003-12-24 08:30:15" or "24.12.2003"; "" for anything else."""
    found = re.match(r"(\d{4})[-./]?(\d\d)[-./]?(\d\d)(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d))?)?", text.strip())
    if found:
        year, month, day, *time = found.groups()
    elif found := re.match(r"(\d\d)\.(\d\d)\.(\d{4})(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d))?)?", text.strip()):
        day, month, year, *time = found.groups()
    else:
        return ""
    return f"{year}-{month}-{day}" + (f"T{time[0]}:{time[1]}:{time[2] or '00'}" if time[0] else "")


FORMAT = Format(
    id="schiller",
    name=NAME,
    suffixes=(".xml",),
    sniff=sniff,
    open=open_file,
    holds="patient, time",
    after="exports, as open programs read them",
    largest=LARGEST,
)
