"""What is written is read back by us and by a second reader, to the file's resolution, and says what it is."""

import json
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
import wfdb

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import FORMATS

RNG = np.random.default_rng(11)
SUFFIXES = [suffix for suffix, _ in FORMATS.values()]
#: Half a step of 1 µV, and what float32 adds.
RESOLUTION = {".csv": 1e-7, ".npz": 0} | dict.fromkeys((".hea", ".dcm", ".edf", ".xml"), 5.01e-4)
DEVICE = {"heart rate": 61.0, "PR": 158.0, "QRS": 92.0, "QT": 400.5, "QRS axis": -31.0}


def recording(samples=5000, rate=500.0, **fields):
    return Recording(twelve_leads(RNG.normal(0, 0.5, (8, samples)).astype(np.float32)), rate, **fields)


TWIN = recording(
    patient=Patient(97.0, "F", "Jane Müller", "ID77"),
    recorded="2020-02-03T04:05:06",
    history=("resampled 1000 Hz to 500 Hz",),
    device=DEVICE,
    synthetic=True,
    provenance={
        "synthetic": True, "model": "m 1", "seed": 3, "weights_sha256": "ab" * 32, "rate_asked": 70.5,
        "request": {"conditions": ["atrial fibrillation"], "heart_rate": None},
        "versions": {"ecgtwin": "0.1.0"},
    },
)  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("samples", "rate"),
    [(5000, 500.0), (10_000, 1000.0), (2500, 240.0), (5003, 500.0), (1000, 360.5), (700, 128.0)],
)
def test_read_back(tmp_path, suffix, samples, rate):
    original = recording(samples, rate)
    back = read_ecg(write_ecg(original, tmp_path / f"x{suffix}"))
    assert back.leads == LEADS and back.signal.shape == original.signal.shape
    assert back.rate == pytest.approx(rate, rel=1e-6)
    np.testing.assert_allclose(back.signal, original.signal, atol=RESOLUTION[suffix], rtol=0)
    assert not back.synthetic and back.provenance == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_twin_keeps_its_marking_and_provenance(tmp_path, suffix):
    back = read_ecg(write_ecg(TWIN, tmp_path / f"x{suffix}"))
    assert back.synthetic and back.provenance == TWIN.provenance
    assert back.history == TWIN.history and back.device == DEVICE
    assert (back.patient, back.recorded) == (Patient(90.0, "F"), "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_identity_is_kept_only_on_wish(tmp_path, suffix):
    back = read_ecg(write_ecg(TWIN, tmp_path / f"x{suffix}", keep_identity=True))
    assert (back.patient, back.recorded) == (TWIN.patient, TWIN.recorded)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_input_same_bytes(tmp_path, suffix):
    one = write_ecg(TWIN, tmp_path / "a" / f"x{suffix}").read_bytes()
    assert one == write_ecg(TWIN, tmp_path / "b" / f"x{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_fewer_leads(tmp_path, suffix):
    some = Recording(TWIN.signal[[1, 6]], 500.0, ("II", "V1"))
    back = read_ecg(write_ecg(some, tmp_path / f"x{suffix}"))
    assert back.leads == ("II", "V1")
    np.testing.assert_allclose(back.signal, some.signal, atol=RESOLUTION[suffix], rtol=0)


@pytest.mark.parametrize("suffix", [".hea", ".dcm", ".edf"])
def test_values_beyond_sixteen_bits_are_refused(tmp_path, suffix):
    signal = TWIN.signal.copy()
    signal[0, 0] = 40
    with pytest.raises(EcgError, match="32.767"):
        write_ecg(Recording(signal, 500.0), tmp_path / f"x{suffix}")


def test_wfdb_by_the_wfdb_package(tmp_path):
    write_ecg(TWIN, tmp_path / "x.hea")
    back = wfdb.rdrecord(str(tmp_path / "x"))
    np.testing.assert_allclose(back.p_signal.T, TWIN.signal, atol=RESOLUTION[".hea"])
    assert (back.fs, back.sig_name) == (500, list(LEADS))


def test_edf_by_edfio(tmp_path):
    edfio = pytest.importorskip("edfio")
    for samples in (5000, 5003):
        original = recording(samples)
        back = edfio.read_edf(str(write_ecg(original, tmp_path / "x.edf")))
        signal = np.stack([one.data for one in back.signals])[:, :samples] / 1000
        np.testing.assert_allclose(signal, original.signal, atol=RESOLUTION[".edf"])
        assert [one.label for one in back.signals] == [f"ECG {lead}" for lead in LEADS]
        assert {one.sampling_frequency for one in back.signals} == {500.0}
    marked = edfio.read_edf(str(write_ecg(TWIN, tmp_path / "y.edf")))
    assert "SYNTHETIC: yes" in {note.text for note in marked.annotations}
    assert (marked.patient.code, marked.patient.name) == ("X", "X")
    assert "SYNTHETIC" in marked.recording.equipment_code


def test_dicom_by_pydicom(tmp_path):
    path = write_ecg(TWIN, tmp_path / "x.dcm")
    dataset = pydicom.dcmread(path)
    np.testing.assert_allclose(dataset.waveform_array(0).T / 1000, TWIN.signal, atol=RESOLUTION[".dcm"])
    assert dataset.SOPClassUID.name == "12-lead ECG Waveform Storage"
    assert dataset.SyntheticData == "YES"
    assert "synthetic" in dataset.ContributingEquipmentSequence[0].ContributionDescription
    assert dataset.WaveformSequence[0].WaveformOriginality == "DERIVED"
    assert dataset.PatientAge == "090Y" and dataset.PatientIdentityRemoved == "YES"
    methods = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
    assert methods == ["113100", "113108"] and dataset.LongitudinalTemporalInformationModified == "REMOVED"
    assert path.read_bytes()[:128] == b"\0" * 128
    uids = {dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID}
    assert len(uids) == 3 and all(uid.is_valid for uid in uids)
    other = pydicom.dcmread(write_ecg(recording(), tmp_path / "y.dcm"))
    assert other.SOPInstanceUID not in uids and other.SyntheticData == "NO"


@pytest.mark.parametrize(
    ("samples", "rate", "name"),
    [(16_384, 500.0, "12-lead ECG"), (16_385, 500.0, "General ECG"), (1280, 128.0, "Ambulatory ECG")],
)
def test_dicom_takes_the_narrowest_object_that_holds_it(tmp_path, samples, rate, name):
    dataset = pydicom.dcmread(write_ecg(recording(samples, rate), tmp_path / "x.dcm"))
    assert dataset.SOPClassUID.name == f"{name} Waveform Storage"


def test_dicom_of_too_high_a_rate_is_refused(tmp_path):
    with pytest.raises(EcgError, match="up to 1000 Hz"):
        write_ecg(recording(4000, 2000.0), tmp_path / "x.dcm")


def test_aecg_by_its_elements(tmp_path):
    root = ElementTree.parse(write_ecg(TWIN, tmp_path / "x.xml")).getroot()
    space = "{urn:hl7-org:v3}"
    assert root.tag == f"{space}AnnotatedECG"
    sequences = list(root.iter(f"{space}sequence"))
    assert sequences[0].find(f".//{space}increment").get("value") == "0.002"
    for lead, sequence in zip(LEADS, sequences[1:], strict=True):
        assert sequence.find(f"{space}code").get("code") == f"MDC_ECG_LEAD_{lead.upper()}"
        digits = np.array(sequence.findtext(f".//{space}digits").split(), float)
        np.testing.assert_allclose(digits / 1000, TWIN.lead(lead), atol=RESOLUTION[".xml"])


def test_csv_and_npz_by_numpy(tmp_path):
    table = np.loadtxt(write_ecg(TWIN, tmp_path / "x.csv"), delimiter=",", comments=("#", "time_s"))
    np.testing.assert_array_equal(table[:, 1:].T.astype(np.float32), TWIN.signal)
    archive = np.load(write_ecg(TWIN, tmp_path / "x.npz"), allow_pickle=False)
    np.testing.assert_array_equal(archive["signal"], TWIN.signal)
    assert (archive["rate"], str(archive["unit"]), archive["leads"].tolist()) == (500.0, "mV", list(LEADS))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_program_of_somebody_else_can_see_the_mark(tmp_path, suffix):
    data = write_ecg(TWIN, tmp_path / f"x{suffix}").read_bytes()
    if suffix == ".npz":
        data = json.dumps(np.load(tmp_path / "x.npz")["comments"].tolist()).encode()
    assert b"SYNTHETIC" in data and b"not for diagnosis" in data


def test_a_suffix_that_is_none_names_those_that_are(tmp_path):
    with pytest.raises(EcgError, match=r"\.hea, \.dcm, \.edf, \.xml, \.csv, \.npz, \.tsv"):
        write_ecg(TWIN, tmp_path / "x.mp3")
