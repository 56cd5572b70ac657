"""DICOM waveforms: 12-lead, General and Ambulatory ECG (PS3.3 A.34.2 to A.34.5), read with pydicom."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording
from ecgtwin_app.formats.channels import SCP_LEADS, known_leads, unit_in_millivolts
from ecgtwin_app.formats.dicom_samples import companding, expanded, missing_samples, raw_samples
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Writer
from ecgtwin_app.formats.groups import Group, join
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.marking import NO_DATE, PROGRAM, age_between, read_age, read_comment_lines, read_sex
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.i18n.message import Message

NAME = "DICOM"

#: Inflating happens inside the parser, with no bound on what a small file turns into.
_DEFLATED = rb"1\.2\.840\.10008\.1\.2\.1\.99(?![.\d])"
#: What twins carry instead of a patient's name and identifier.
SYNTHETIC_NAME, SYNTHETIC_ID = "SYNTHETIC^TWIN", "SYNTHETIC-TWIN"
#: Codes of leads that end in their SCP-ECG number: "2:61" (MDC, PS3.16 CID 3001), "5.6.3-9-61" (SCPECG).
_LEAD_CODE = re.compile(r"^(?:2:|5\.6\.3-9-)(\d+)$")
#: Measurements as devices name them (PS3.16 TID 3713 and CID 3687), and the unit kept.
_MEASUREMENTS = {
    "ventricular heart rate": ("heart rate", "1/min"),
    "heart rate": ("heart rate", "1/min"),
    "rr interval": ("RR", "ms"),
    "p duration": ("P", "ms"),
    "pr interval": ("PR", "ms"),
    "qrs duration": ("QRS", "ms"),
    "qt interval": ("QT", "ms"),
    "qtc interval": ("QTc", "ms"),
    "p axis": ("P axis", "deg"),
    "qrs axis": ("QRS axis", "deg"),
    "t axis": ("T axis", "deg"),
}
#: What an annotation has that marks a point or a stretch of the trace.
_AT = ("TemporalRangeType", "ReferencedSamplePositions", "ReferencedTimeOffsets", "ReferencedDateTime")
_UNITS = {
    "1/min": {"{h.b.}/min": 1, "/min": 1, "1/min": 1, "{beats}/min": 1, "bpm": 1},
    "ms": {"ms": 1, "s": 1000, "us": 0.001},
    "deg": {"deg": 1},
}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file has the DICOM preamble and magic word (PS3.10, 7.1), or begins like a bare data set."""
    if head[128:132] == b"DICM":
        return True
    # Group 0002 or 0008 in either byte order; the identifiers of all DICOM objects begin alike.
    return head[:2] in (b"\x02\0", b"\x08\0", b"\0\x08") and b"1.2.840.10008." in head[:2048]


def open_file(path: Path) -> EcgFile:
    """Read the rhythm groups of a DICOM ECG, put together where they belong together.

    Values are sample x sensitivity x correction factor + baseline in the channel's unit
    (PS3.3 C.10.9). Median beats stay in the file. What the device measured itself
    becomes `Recording.device`, without being taken for true.

    Raises
    ------
    EcgError
        The file is damaged or no ECG waveform.
    """
    with parsing(path, NAME):
        # Imported here because it takes half a second.
        from ecgtwin_app.formats.pydicom_alone import pydicom

        with path.open("rb") as file:
            head = file.read(2048)
        if re.search(_DEFLATED, head):
            raise EcgError(
                "{file} is a deflated DICOM file; save it as Explicit VR Little Endian first.", file=path.name
            )
        dataset = pydicom.dcmread(path, force=head[128:132] != b"DICM")
        if not dataset.get("WaveformSequence"):
            raise EcgError(
                "{file} is a DICOM file without a waveform; choose an ECG waveform object.", file=path.name
            )
        is_little = dataset.original_encoding[1] is not False
        rhythms = _rhythm_groups(dataset)
        joined = join([_group(path.name, group, is_little) for group in rhythms])
        check_shape(path.name, len(joined.names), joined.rate, joined.samples)
        fields = _fields(dataset)
        laws = sorted({companding(group) for group in rhythms} - {""})
        fields["history"] += (
            *(Message("decoded {law} samples (G.711)", law=law) for law in laws),
            *joined.history,
        )
        return EcgFile(
            path, NAME, joined.names, joined.rate, joined.samples, joined.values, fields, joined.gaps
        )


def _rhythm_groups(dataset) -> list:
    """The multiplex groups without those that were derived from others of them, such as median beats."""
    groups = list(dataset.WaveformSequence)
    originals = [group for group in groups if group.get("WaveformOriginality", "") != "DERIVED"]
    if not originals:
        return groups
    leads = {
        _channel_name(one) for group in originals for one in group.get("ChannelDefinitionSequence") or ()
    }
    longest = max(int(group.get("NumberOfWaveformSamples", 0) or 0) for group in originals)

    def adds(group) -> bool:
        own = {_channel_name(one) for one in group.get("ChannelDefinitionSequence") or ()}
        return not own & leads and int(group.get("NumberOfWaveformSamples", 0) or 0) >= longest / 2

    return [group for group in groups if group in originals or adds(group)]


def _group(name: str, group, is_little_endian: bool) -> Group:
    """A multiplex group as a group of leads."""
    definitions = list(group.get("ChannelDefinitionSequence") or ())
    channels = int(group.get("NumberOfWaveformChannels", 0) or 0)
    if not definitions or len(definitions) != channels:
        raise EcgError(
            "{file} does not describe each of its {channels} channels; export it again.",
            file=name,
            channels=channels,
        )
    rate = float(group.SamplingFrequency)
    announced = int(group.get("NumberOfWaveformSamples", 0) or 0)
    check_shape(name, channels, rate, announced or 1)
    check_values(name, channels, announced)
    raw = raw_samples(name, group, is_little_endian)
    check_shape(name, channels, rate, raw.shape[1])
    check_values(name, channels, raw.shape[1])
    missing, law = missing_samples(raw, group, rate), companding(group)

    def values(first: int, last: int) -> np.ndarray:
        piece = raw[:, first:last]
        steps = expanded(piece, law) if law else piece
        signal = np.stack([_millivolts(name, d, row) for d, row in zip(definitions, steps, strict=True)])
        if missing is not None:
            signal[missing[:, first:last]] = np.nan
        return signal

    start = float(group.get("MultiplexGroupTimeOffset") or 0) / 1000  # ms from the acquisition
    return Group(tuple(_channel_name(one) for one in definitions), rate, start, raw.shape[1], values)


def _fields(dataset) -> dict:
    """What a recording keeps of the data set beside its samples."""
    texts = [
        str(annotation.get("UnformattedTextValue", ""))
        for annotation in dataset.get("WaveformAnnotationSequence") or ()
    ]
    said = read_comment_lines(text for text in texts if text)
    # The attribute stands for some of it, too; what our own lines name is the part.
    some = str(dataset.get("SyntheticData", "")).upper() == "YES"
    synthetic = some and (said["synthetic"] or not said["filled"])
    patient = _patient(dataset)
    return {
        "patient": patient,
        "recorded": _recorded(dataset),
        "device": _device_measurements(dataset),
        "statements": said["statements"] or _statements(dataset, patient),
        "history": said["history"],
        "synthetic": synthetic,
        "provenance": said["provenance"] if synthetic else {},
        "filled": said["filled"],
    }


def _statements(dataset, patient: Patient) -> tuple[str, ...]:
    """Annotations in words: free text, or a coded interpretation (PS3.16 TID 3717)."""
    texts = []
    for annotation in dataset.get("WaveformAnnotationSequence") or ():
        texts.append(str(annotation.get("UnformattedTextValue", "") or ""))
        codes = annotation.get("ConceptCodeSequence") or annotation.get("ConceptNameCodeSequence") or ()
        whole = not any(key in annotation for key in ("NumericValue", *_AT))
        if not texts[-1] and whole:
            texts += [str(code.get("CodeMeaning", "") or "") for code in codes]
    ours = any(text.startswith(f"generator: {PROGRAM}") for text in texts)
    return () if ours else statements_of(texts, patient)


def _channel_name(definition) -> str:
    """The lead a channel is coded as; else what it is called in words."""
    source = (definition.get("ChannelSourceSequence") or [None])[0]
    code = _LEAD_CODE.match(str(source.get("CodeValue", ""))) if source is not None else None
    if code and int(code[1]) in SCP_LEADS:
        return SCP_LEADS[int(code[1])]
    meaning = str(source.get("CodeMeaning", "")) if source is not None else ""
    label = str(definition.get("ChannelLabel", ""))
    return next((text for text in (meaning, label) if known_leads([text])), meaning or label)


def _millivolts(name: str, definition, samples: np.ndarray) -> np.ndarray:
    """One channel's samples in mV."""
    units = definition.get("ChannelSensitivityUnitsSequence")
    if "ChannelSensitivity" not in definition or not units:
        raise EcgError(
            "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.", file=name
        )
    code = str(units[0].get("CodeValue", ""))
    unit = unit_in_millivolts(code) or unit_in_millivolts(str(units[0].get("CodeMeaning", "")))
    if unit is None:
        if not known_leads([_channel_name(definition)]):
            return np.full(
                samples.shape, np.nan
            )  # a pressure or a breath: `channels` leaves it out by its name
        raise EcgError("{file} gives a lead in {unit!r}; only volts can be drawn.", file=name, unit=code[:20])
    sensitivity = float(definition.ChannelSensitivity)
    correction = float(definition.get("ChannelSensitivityCorrectionFactor", 1) or 1)
    baseline = float(definition.get("ChannelBaseline", 0) or 0)
    return (samples * (sensitivity * correction) + baseline) * unit


def _patient(dataset) -> Patient:
    """Age as stated, else from birth date and day of recording."""
    age = _stated_age(str(dataset.get("PatientAge", "") or ""))
    if age is None:
        age = age_between(str(dataset.get("PatientBirthDate", "") or ""), _recorded(dataset))
    # Where the identity was removed, what stands in its place names nobody.
    removed = str(dataset.get("PatientIdentityRemoved", "")) == "YES"
    name, identifier = (str(dataset.get(key, "") or "") for key in ("PatientName", "PatientID"))
    return Patient(
        age,
        read_sex(str(dataset.get("PatientSex", "") or "")),
        "" if removed or name == SYNTHETIC_NAME else name.rstrip("^"),
        "" if removed or identifier == SYNTHETIC_ID else identifier,
    )


def _stated_age(text: str) -> float | None:
    """Years of a DICOM age string: "042Y", "018M", "012W", "009D"."""
    unit = {"M": 12, "W": 52.18, "D": 365.25}.get(text.strip()[-1:].upper())
    age = read_age(text.strip()[:-1]) if unit else read_age(text)
    return age / unit if unit and age is not None else age


def _recorded(dataset) -> str:
    """When it was recorded, ISO 8601 as far as the file says, or ""."""
    moment = str(dataset.get("AcquisitionDateTime", "") or "")
    if not moment:
        day = str(dataset.get("ContentDate", "") or dataset.get("StudyDate", "") or "")
        moment = (
            day + str(dataset.get("ContentTime", "") or dataset.get("StudyTime", "") or "") if day else ""
        )
    digits = re.match(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?", moment)
    if not digits or moment.startswith(NO_DATE):
        return ""
    day = "-".join(digits.group(1, 2, 3))
    return f"{day}T{digits[4]}:{digits[5]}:{digits[6] or '00'}" if digits[4] else day


def _device_measurements(dataset) -> dict[str, float]:
    """What the device measured, the first value of each kind; zero stands for "not measured"."""
    found: dict[str, float] = {}
    for annotation in dataset.get("WaveformAnnotationSequence") or ():
        concept = (annotation.get("ConceptNameCodeSequence") or [None])[0]
        value = annotation.get("NumericValue")
        units = annotation.get("MeasurementUnitsCodeSequence")
        if concept is None or value is None or not units:
            continue
        meaning = str(concept.get("CodeMeaning", "")).lower().removesuffix(" global").strip()
        name, unit = _MEASUREMENTS.get(meaning, ("", ""))
        factor = _UNITS.get(unit, {}).get(str(units[0].get("CodeValue", "")).lower())
        number = float(value if isinstance(value, str | int | float) else value[0])
        if factor and (number > 0 or unit == "deg"):
            found.setdefault(name, number * factor)
    return found


def _write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    # Imported late: pydicom takes half a second.
    from ecgtwin_app.formats import dicom_write

    return dicom_write.write(recording, path, keep_identity)


FORMAT = Format(
    id="dicom",
    name=NAME,
    suffixes=(".dcm",),
    sniff=sniff,
    open=open_file,
    holds="multiplex groups, patient, measurements, statements, time",
    after="PS3.3 A.34, PS3.16",
    writer=Writer(".dcm", "DICOM (.dcm)", _write, 2),
)
