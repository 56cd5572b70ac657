"""DICOM ECG written: a new data set of known attributes, never an edited one.

De-identified by the Basic Application Level Confidentiality Profile with the Retain Patient Characteristics
option (PS3.15, annex E): age up to 89 and sex stay, everything else that could identify is absent or a dummy.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.filled import spans_of
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.channels import SCP_LEADS
from ecgtwin_app.formats.dicom import SYNTHETIC_ID, SYNTHETIC_NAME
from ecgtwin_app.formats.marking import (
    NO_DATE,
    PROGRAM,
    comment_lines,
    content_uuid,
    mark_of,
    shown_age,
)
from ecgtwin_app.formats.pydicom_alone import (
    UID,
    Dataset,
    ExplicitVRLittleEndian,
    FileDataset,
    FileMetaDataset,
)

#: SOP classes, with what PS3.3 A.34 allows in them: rates in Hz, samples a channel.
_TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
_GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.2"
_AMBULATORY = "1.2.840.10008.5.1.4.1.1.9.1.3"
_MOST_TWELVE_LEAD_SAMPLES = 16_384

#: Coding schemes whose codes need a version beside them (PS3.3, 8.2).
_VERSIONS = {"SCPECG": "1.3"}
_LEAD_CODES = {lead: f"2:{number}" for number, lead in SCP_LEADS.items()}
#: Codes of global measurements in the scheme SCPECG, as 12-lead carts write them, with UCUM units.
_MEASUREMENTS = {
    "heart rate": ("5.10.2.5-1", "Ventricular Heart Rate", "{H.B.}/min"),
    "RR": ("5.10.2.1-3", "RR Interval", "ms"),
    "P": ("5.13.5-5", "P Duration", "ms"),
    "PR": ("5.13.5-7", "PR Interval", "ms"),
    "QRS": ("5.13.5-9", "QRS Duration", "ms"),
    "QT": ("5.13.5-11", "QT Interval", "ms"),
    "QTc": ("5.10.2.5-5", "QTc Interval", "ms"),
    "P axis": ("5.10.3-11", "P Axis", "deg"),
    "QRS axis": ("5.10.3-13", "QRS Axis", "deg"),
    "T axis": ("5.10.3-15", "T Axis", "deg"),
}


def write(recording: Recording, path: Path, keep_identity: bool = False) -> Path:
    """Write a 12-lead ECG object, or a General or Ambulatory one where that is too narrow. Same input, same bytes.

    Parameters
    ----------
    recording : Recording
        50 to 1000 Hz; the twelve leads or some of them.
    path : Path
        Its folder must exist.
    keep_identity : bool
        Also who and when; see `marking.comment_lines`.

    Raises
    ------
    EcgError
        The standard has no ECG object for the rate or a lead, or a value does not fit 16 bits (±32.767 mV).
    """
    sop_class = _sop_class(recording)
    steps = np.rint(recording.signal.astype(np.float64) * 1000)
    if not np.all(np.abs(steps) <= 32767):
        raise EcgError(
            "{file} would have values beyond ±32.767 mV, which DICOM of 1 µV a step cannot hold.",
            file=path.name,
        )
    dataset = FileDataset(str(path), {}, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        setattr(dataset, keyword, f"2.25.{content_uuid(recording, keyword, keep_identity).int}")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta

    _add_patient(dataset, recording, keep_identity)
    _add_times(dataset, recording.recorded if keep_identity else "")
    _add_marking(dataset, recording, keep_identity)
    dataset.WaveformSequence = [_waveform(recording, steps)]
    dataset.WaveformAnnotationSequence = _annotations(recording, keep_identity)
    dataset.save_as(path, enforce_file_format=True)
    return path


def _sop_class(recording: Recording) -> str:
    """The narrowest SOP class that holds the recording."""
    unknown = [lead for lead in recording.leads if lead not in _LEAD_CODES]
    if unknown:
        raise EcgError(
            "DICOM is written for the twelve leads only, not for lead {lead}; write another format.",
            lead=unknown[0],
        )
    if recording.rate > 1000:
        raise EcgError(
            "A DICOM ECG has up to 1000 Hz, not {rate:g} Hz; resample the recording or write another format.",
            rate=recording.rate,
        )
    if recording.rate < 200:
        return _AMBULATORY
    return _TWELVE_LEAD if recording.samples <= _MOST_TWELVE_LEAD_SAMPLES else _GENERAL


def _add_patient(dataset: Dataset, recording: Recording, keep_identity: bool) -> None:
    patient = recording.patient
    dataset.SpecificCharacterSet = "ISO_IR 192"
    if recording.synthetic:
        name, identifier = SYNTHETIC_NAME, SYNTHETIC_ID
    elif keep_identity:
        name = identifier = ""  # a patient whose name is not known gets none
    else:
        name, identifier = "ANONYMOUS^", "ANONYMOUS"
    if keep_identity:
        # A name that is not divided is taken for the family name, which a "^" ends (PS3.5, 6.2.1).
        own = patient.name if "^" in patient.name or not patient.name else f"{patient.name}^"
        name, identifier = own or name, patient.identifier or identifier
    dataset.PatientName, dataset.PatientID = name, identifier
    dataset.PatientBirthDate = ""
    dataset.PatientSex = patient.sex or ""
    if patient.age is not None:
        years, _ = shown_age(patient.age, keep_identity)
        dataset.PatientAge = f"{int(years):03d}Y" if years >= 2 else f"{int(years * 12):03d}M"
    if keep_identity:
        dataset.PatientIdentityRemoved = "NO"
        return
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = f"{PROGRAM} {__version__}: new data set, PS3.15 basic profile"
    dataset.DeidentificationMethodCodeSequence = [
        _code("113100", "DCM", "Basic Application Confidentiality Profile"),
        _code("113108", "DCM", "Retain Patient Characteristics Option"),
    ]
    dataset.LongitudinalTemporalInformationModified = "REMOVED"


def _add_times(dataset: Dataset, recorded: str) -> None:
    """Dates where the standard demands them; a dummy where they are left out."""
    digits = "".join(c for c in recorded if c.isdigit())
    day, time = (digits[:8], digits[8:14]) if len(digits) >= 8 else ("", "")
    day, time = day or NO_DATE, time or "000000"
    dataset.StudyDate, dataset.StudyTime = day, time
    dataset.ContentDate, dataset.ContentTime = day, time
    dataset.AcquisitionDateTime = day + time


def _add_marking(dataset: Dataset, recording: Recording, keep_identity: bool) -> None:
    """What made the object, and that it is synthetic when it is."""
    dataset.Modality = "ECG"
    dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyID = dataset.SeriesNumber = dataset.InstanceNumber = "1"
    dataset.AcquisitionContextSequence = []
    dataset.Manufacturer = PROGRAM
    dataset.ManufacturerModelName = PROGRAM
    dataset.SoftwareVersions = __version__
    dataset.DeviceSerialNumber = "NONE"
    what = "Filled in samples that were not recorded" if recording.filled else "Converted the format"
    if recording.synthetic:
        what = "Made a synthetic ECG (digital twin); not for diagnosis"
    dataset.ContributingEquipmentSequence = [_equipment("109102", "Processing Equipment", what)]
    if not keep_identity:
        dataset.ContributingEquipmentSequence.append(
            _equipment("109104", "De-identifying Equipment", "Left out identifiers (PS3.15 basic profile)")
        )
    if mark := mark_of(recording):
        dataset.SeriesDescription = dataset.PatientComments = mark
        # "Some or all of the content" (PS3.3, C.12.1.1). Of others we only know what their file says, so they are not
        # declared to be none.
        dataset.SyntheticData = "YES"


def _equipment(code: str, meaning: str, what: str) -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [_code(code, "DCM", meaning)]
    item.Manufacturer = item.ManufacturerModelName = PROGRAM
    item.SoftwareVersions = __version__
    item.ContributionDescription = what
    return item


def _waveform(recording: Recording, steps: np.ndarray) -> Dataset:
    """One multiplex group of 16 bits, 1 µV a step."""
    group = Dataset()
    group.MultiplexGroupLabel = "RHYTHM"
    group.WaveformOriginality = "DERIVED" if mark_of(recording) else "ORIGINAL"
    group.NumberOfWaveformChannels = len(recording.leads)
    group.NumberOfWaveformSamples = recording.samples
    group.SamplingFrequency = f"{recording.rate:.14g}"
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    group.ChannelDefinitionSequence = [
        _channel(number, lead, recording) for number, lead in enumerate(recording.leads, start=1)
    ]
    group.add_new("WaveformData", "OW", np.ascontiguousarray(steps.T.astype("<i2")).tobytes())
    return group


def _channel(number: int, lead: str, recording: Recording) -> Dataset:
    channel = Dataset()
    channel.WaveformChannelNumber = str(number)
    channel.ChannelLabel = f"Lead {lead}"
    channel.ChannelSourceSequence = [_code(_LEAD_CODES[lead], "MDC", f"Lead {lead}")]
    if recording.synthetic or any(one.lead == lead for one in recording.filled):
        channel.ChannelDerivationDescription = mark_of(recording)
    channel.ChannelSensitivity = "1"
    channel.ChannelSensitivityUnitsSequence = [_code("uV", "UCUM", "microvolt")]
    channel.ChannelSensitivityCorrectionFactor = "1"
    channel.ChannelBaseline = "0"
    channel.ChannelSampleSkew = "0"
    channel.WaveformBitsStored = 16
    return channel


def _annotations(recording: Recording, keep_identity: bool) -> list[Dataset]:
    """The remarks as texts, and what the recording device had measured."""
    items = []
    for line in comment_lines(recording, keep_identity):
        item = Dataset()
        item.AnnotationGroupNumber = 1
        item.ReferencedWaveformChannels = [1, 0]
        item.UnformattedTextValue = line
        items.append(item)
    for lead, first, last in spans_of(recording.filled_mask, recording.leads, 1):
        # At its place, so that any viewer of annotations shows it there; samples are counted from 1.
        item = Dataset()
        item.AnnotationGroupNumber = 2
        item.ReferencedWaveformChannels = [1, recording.leads.index(lead) + 1]
        item.TemporalRangeType = "SEGMENT"
        item.ReferencedSamplePositions = [int(first) + 1, int(last)]
        item.UnformattedTextValue = "filled in, not recorded"
        items.append(item)
    for name, (code, meaning, unit) in _MEASUREMENTS.items():
        if name in recording.device:
            item = Dataset()
            item.AnnotationGroupNumber = 0
            item.ReferencedWaveformChannels = [1, 0]
            item.ConceptNameCodeSequence = [_code(code, "SCPECG", meaning)]
            item.MeasurementUnitsCodeSequence = [_code(unit, "UCUM", unit)]
            item.NumericValue = f"{recording.device[name]:.10g}"
            items.append(item)
    return items


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    if scheme in _VERSIONS:
        item.CodingSchemeVersion = _VERSIONS[scheme]
    return item
