"""How a generated recording says so, in words and in comment lines: one place for all formats.

Everything generated is marked in the file itself, so that it stays marked when the file is passed on
(EU AI Act, Article 50(2)).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from datetime import date
from functools import cache

from ecgtwin_app import __version__
from ecgtwin_app.conditions.vocabulary import find_condition, is_condition
from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.recording import Patient, Recording
from ecgtwin_app.formats.channels import is_signal_name
from ecgtwin_app.formats.own_lines import own_line
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.resources import resource_path

PROGRAM = "ECGTwin Desktop"
GENERATOR = f"{PROGRAM} {__version__}"
#: Stands for "left out" where a format demands a date; no device recorded then.
NO_DATE = "19000101"
#: For banners and pictures.
SYNTHETIC_WORDS = "SYNTHETIC – not for diagnosis"
#: The same in ASCII, for formats that know no other characters.
SYNTHETIC_WORDS_ASCII = "SYNTHETIC - not for diagnosis"
#: Of a recording of which a part was filled in by a generator.
PARTLY_WORDS_ASCII = "PARTLY SYNTHETIC - not for diagnosis"
#: What stands after "SYNTHETIC:" where that is not all of it, and before each stretch that was filled in.
IN_PART, _FILLED = "in part", "filled"
#: So many stretches a file may state.
_MOST_FILLED = 10_000
#: The WFDB header format allows 255 characters a line; longer values stay in twins.json.
_LONGEST_LINE = 240
#: HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C): ages over 89 are given as one category.
_OLDEST_AGE = 89
_HASH = re.compile(r"[0-9a-f]{64}")
#: The line that says which generator drew a twin: "generator" is the program that wrote the file.
_DRAWN_BY, _ID = "drawn by", re.compile(r"[a-z][a-z0-9_-]{0,30}")
_VERSION = re.compile(r"[\w.+-]{1,40}")
#: What the versions may state.
_VERSIONS = frozenset(["ecgtwin", "torch", "numpy", "python"])
#: What is said of a reference that was itself generated.
_OF_GENERATED = frozenset(["synthetic", "generator", "model", "weights_sha256", "seed"])
#: Lists of conditions that provenance holds, and who can say what a reference shows (`recognition.shown.SOURCES`).
_CONDITIONS = frozenset(["present", "kept", "removed"])
SHOWN_BY = frozenset(["file", "criteria", "network", "user"])
#: What a score that is not to be seen stands as in the files of a course.
_HIDDEN = "condition hidden"
#: Keys after which a database writes what its readers found, and those that open a list of it (LUDB).
_STATEMENTS = frozenset(
    ["dx", "diagnosis", "diagnoses", "diagnose", "rhythm", "report", "interpretation", "conclusion",
     "electric axis of the heart", "scp_codes", "scp codes"]
)  # fmt: skip
_STATEMENT_LISTS = frozenset(["diagnoses", "diagnosis", "interpretation", "statements"])
_NOTHING = frozenset(["", "unknown", "n/a", "none"])
#: Keys of `Recording.device` that are read back.
_DEVICE_VALUES = ("heart rate", "RR", "P", "PR", "QRS", "QT", "QTc", "P axis", "QRS axis", "T axis")


def comment_lines(recording: Recording, keep_identity: bool = False) -> list[str]:
    """What a file should say of a recording beside its samples, as "key: value" lines.

    Parameters
    ----------
    recording : Recording
    keep_identity : bool
        Also name, identifier, date and statements. They are left out otherwise, and an age above 89 is "90+".

    Returns
    -------
    list of str
        Without any comment sign. The first is "SYNTHETIC: yes" for everything generated, "SYNTHETIC: in part" for a
        recording of which some was filled in; a line "filled" names each lead and stretch of that.
    """
    lines = []
    if recording.synthetic:
        lines += ["SYNTHETIC: yes", f"warning: {SYNTHETIC_WORDS_ASCII}"]
    elif recording.filled:
        lines += [f"SYNTHETIC: {IN_PART}", f"warning: {PARTLY_WORDS_ASCII}"]
    lines.append(f"generator: {GENERATOR}")
    lines += [f"{_FILLED}: {one}" for one in recording.filled]
    if recording.synthetic:
        provenance = recording.provenance if keep_identity else provenance_shown(recording.provenance)
        lines += _provenance_lines(provenance)
    patient = recording.patient
    if patient.age is not None:
        years, open_ended = shown_age(patient.age, keep_identity)
        lines.append(f"Age: {years:g}{'+' * open_ended}")
    if patient.sex:
        lines.append(f"Sex: {'Female' if patient.sex == 'F' else 'Male'}")
    if keep_identity:
        said = {"Name": patient.name, "Identifier": patient.identifier, "Recorded": recording.recorded}
        lines += [f"{key}: {_one_line(value)}" for key, value in said.items() if value]
        lines += [f"statement: {_one_line(text)}"[:_LONGEST_LINE] for text in recording.statements]
    if recording.device:
        lines.append(f"device: {json.dumps(recording.device)}"[:_LONGEST_LINE])
    lines += [f"history: {_one_line(entry)}"[:_LONGEST_LINE] for entry in recording.history]
    return lines


def mark_of(recording: Recording) -> str:
    """The words that a format's own field for them holds: synthetic, in part or not at all ("")."""
    if recording.synthetic:
        return SYNTHETIC_WORDS_ASCII
    return PARTLY_WORDS_ASCII if recording.filled else ""


def shown_age(age: float, keep_identity: bool) -> tuple[float, bool]:
    """The age a file states, and whether it stands for "this or older"."""
    hidden = age > _OLDEST_AGE and not keep_identity
    return (_OLDEST_AGE + 1, True) if hidden else (age, False)


def provenance_shown(provenance: dict) -> dict:
    """The provenance of a twin as files hold it: without an exact age above 89."""
    request = provenance.get("request")
    if not isinstance(request, dict):
        return provenance
    age = request.get("age")
    if not isinstance(age, int | float) or age <= _OLDEST_AGE:
        return provenance
    return provenance | {"request": request | {"age": shown_age(age, False)[0]}}


def content_uuid(recording: Recording, what: str, keep_identity: bool) -> uuid.UUID:
    """An identifier for a file that follows from its content: new for each content, the same for the same.

    It depends on the samples and on what is said of them, never on an identifier of the input file.
    """
    said = "\n".join((what, recording.digest(), *comment_lines(recording, keep_identity)))
    return uuid.UUID(bytes=hashlib.sha256(said.encode("utf-8")).digest()[:16], version=4)


def read_comment_lines(lines: Iterable[str]) -> dict:
    """The fields of a `Recording` that comment lines state.

    Understands the lines of `comment_lines`, and the "Age", "Sex", "<age>:", "Dx:", "Rhythm:" and "<diagnoses>:"
    of the PhysioNet databases; everything else is a remark and stays in the file. History and provenance are
    read only where this program wrote them, and only in its own words: a remark may begin like them and name a
    patient.

    Returns
    -------
    dict
        `patient`, `recorded`, `history`, `device`, `statements`, `synthetic`, `provenance` and `filled`.
    """
    said: dict[str, str] = {}
    history, statements, filled = [], [], []
    in_statements = False
    for line in lines:
        text = line.strip().lstrip("#").strip()
        key, colon, value = text.partition(":")
        in_statements = in_statements and not key.startswith("<")
        key, value = key.strip(" <>").lower(), value.strip()
        if colon and key == "history":
            if line := own_line(value):
                history.append(line)
            continue
        if colon and key == _FILLED and (stretch := Filled.read(value)):
            # Any other name could be a patient's.
            if is_signal_name(stretch.lead) and len(filled) < _MOST_FILLED:
                filled.append(stretch)
            continue
        if colon and key == "statement":
            statements.append(value)
        elif key in _STATEMENT_LISTS and not value:
            in_statements = True
        elif in_statements or (key in _STATEMENTS and value.lower() not in _NOTHING):
            statements.append(text)
        if colon and value:
            said.setdefault(key, value)
    ours = said.get("generator", "").startswith(PROGRAM)
    synthetic = said.get("synthetic", "").lower() == "yes"
    patient = Patient(
        read_age(said.get("age", "")),
        read_sex(said.get("sex", "")),
        said.get("name", ""),
        said.get("identifier", ""),
    )
    return {
        "patient": patient,
        "recorded": said.get("recorded", ""),
        "history": tuple(history) if ours else (),
        "device": _read_device(said.get("device", "")) if ours else {},
        "statements": statements_of(statements, patient),
        "synthetic": synthetic,
        "provenance": _read_provenance(said) if synthetic and ours else {},
        "filled": tuple(filled),
    }


def read_age(text: str) -> float | None:
    """Years in "63", "63.5", "063Y" or "90+"; None when it is not stated or not an age."""
    try:
        age = float(text.strip().rstrip("yY+ "))
    except ValueError:
        return None
    return age if 0 <= age <= 130 else None


def age_between(born: str, recorded: str) -> float | None:
    """Whole years between two dates that begin "YYYY-MM-DD" or "YYYYMMDD"; None when either is none."""
    first, last = _day(born), _day(recorded)
    if first is None or last is None or last < first:
        return None
    years = last.year - first.year - ((last.month, last.day) < (first.month, first.day))
    return float(years) if years <= 130 else None


def read_sex(text: str) -> str | None:
    """The sex a file states, as F or M; None when it states neither."""
    return {"f": "F", "m": "M", "w": "F"}.get(text.strip().lower()[:1])


def _day(text: str) -> date | None:
    digits = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", text)
    try:
        return date(*map(int, digits.groups())) if digits else None
    except ValueError:  # a birth date such as 19000000, which devices write for "unknown"
        return None


def _provenance_lines(provenance: dict) -> list[str]:
    """One "key: JSON" line for each value, nested keys joined by dots."""
    lines = []
    for key, value in provenance.items():
        if isinstance(value, dict) and value and key in ("request", "versions", "shows", "reference"):
            lines += _provenance_lines({f"{key}.{inner}": item for inner, item in value.items()})
            continue
        key = _DRAWN_BY if key == "generator" else key
        line = f"{key}: {value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)}"
        lines.append(line if len(line) <= _LONGEST_LINE else f"{key}: (long; see twins.json)")
    return [_one_line(line) for line in lines if not line.startswith("synthetic:")]


def _read_device(text: str) -> dict[str, float]:
    """The numbers of a "device" line."""
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {
        name: float(values[name])
        for name in _DEVICE_VALUES
        if isinstance(values.get(name), int | float) and abs(values[name]) < 1e6
    }


def _read_provenance(said: dict[str, str]) -> dict:
    """The reverse of `_provenance_lines`, as far as lines can say it, and only what provenance can hold.

    Any other key or value of a file is a remark, and could name a patient.
    """
    provenance: dict = {"synthetic": True}
    for line, text in said.items():
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        # A line "generator" names the program, and no generator of twins.
        key = {_DRAWN_BY: "generator", "generator": ""}.get(line, line)
        group, dot, inner = key.partition(".")
        if group == "shows" and (dot or value):
            inner = find_condition(inner).name if is_condition(inner) else ""
            dot = "."
        elif dot and inner not in _known_within(group):
            continue
        if not _is_provenance(inner if group == "reference" else group, value) or (dot and not inner):
            continue
        if dot:
            provenance.setdefault(group, {})[inner] = value
        else:
            provenance[key] = value
    return provenance


def _is_provenance(key: str, value) -> bool:
    """Whether a value is one that provenance holds under a key (its first part)."""
    if key in ("weights_sha256", "reference_sha256"):
        return isinstance(value, str) and bool(_HASH.fullmatch(value))
    if key == "pooled_sha256":
        return isinstance(value, list) and all(_is_provenance("reference_sha256", one) for one in value)
    if key in ("seed", "rate_asked"):
        return value is None or isinstance(value, int | float)
    if key == "synthetic":
        return value is True
    if key == "generator":
        return isinstance(value, str) and bool(_ID.fullmatch(value))
    if key == "model":
        return isinstance(value, str) and len(value) <= 80
    if key == "reference_filled":
        return isinstance(value, dict) and all(
            is_signal_name(lead) and isinstance(share, int | float) for lead, share in value.items()
        )
    if key == "versions":
        return isinstance(value, str) and bool(_VERSION.fullmatch(value))
    if key == "request":
        return _is_of_a_request(value)
    if key in _CONDITIONS:
        return isinstance(value, list) and all(isinstance(one, str) and is_condition(one) for one in value)
    if key == "shows":
        return value == {} or (
            isinstance(value, list) and all(isinstance(one, str) and one in SHOWN_BY for one in value)
        )
    return False


def _known_within(group: str) -> frozenset[str]:
    """The names that a request or the versions may state."""
    known = {"request": frozenset(_request_schema()), "versions": _VERSIONS, "reference": _OF_GENERATED}
    return known.get(group, frozenset())


@cache
def _request_schema() -> dict[str, dict]:
    """The fields of a request, as the engine's table of them describes them."""
    return json.loads(resource_path("request.schema.json").read_text("utf-8"))["properties"]


@cache
def _request_words() -> frozenset[str]:
    """Values of a request that are words, besides names of conditions."""
    return frozenset(word for field in _request_schema().values() for word in field.get("enum", ()) if word)


def _is_of_a_request(value) -> bool:
    """Whether a request can hold a value: a number, a condition, a list of them."""
    if isinstance(value, list):
        return all(map(_is_of_a_request, value))
    if isinstance(value, str):
        return value == _HIDDEN or value in _request_words() or is_condition(value)
    return value is None or isinstance(value, int | float)


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
