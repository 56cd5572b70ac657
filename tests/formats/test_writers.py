"""What is written is read back by us and by a second reader, to the file's resolution, and says what it is."""

import json
import shutil
import subprocess
from datetime import datetime
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
import wfdb

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

RNG = np.random.default_rng(11)
SUFFIXES = [one.suffix for one in writers().values()]
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
    # Whether a recording of others is synthetic we cannot know, so nothing is declared.
    assert other.SOPInstanceUID not in uids and "SyntheticData" not in other


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


PLAIN = recording(patient=Patient(63.0, "M", "Jane Doe", "7"), recorded="2020-02-03T04:05:06", device=DEVICE)
CHECKED = {
    "twin": (TWIN, False), "twin kept": (TWIN, True), "recorded": (PLAIN, False), "kept": (PLAIN, True),
    "of nobody": (recording(), False), "long": (recording(20_000), False), "ambulatory": (recording(2560, 128.0), False),
    "two leads": (Recording(PLAIN.signal[[1, 6]], 500.0, ("II", "V1")), False),
}  # fmt: skip


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("name", CHECKED)
def test_dciodvfy_finds_nothing(tmp_path, name):
    one, keep = CHECKED[name]
    path = write_ecg(one, tmp_path / "x.dcm", keep)
    done = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "Error" in line or "Warning" in line]
    if one.synthetic:
        # Synthetic Data is younger (2023) than the validator's dictionary, which takes it for an extension.
        said = [
            line for line in said if "0x0008,0x001c" not in line and "Standard Extended SOP Class" not in line
        ]
    assert said == []


@pytest.mark.skipif(not shutil.which("dcmdump"), reason="DCMTK is not installed")
def test_dicom_by_dcmdump(tmp_path):
    path = write_ecg(TWIN, tmp_path / "x.dcm")
    done = subprocess.run(["dcmdump", "-q", "+L", path], capture_output=True, text=True, check=True)
    assert "AcquisitionContextSequence" in done.stdout and "SYNTHETIC" in done.stdout


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_patient_without_a_name_gets_none(tmp_path, suffix):
    """Kept, the identity of an unnamed patient is no name either; and a twin's mark is no name."""
    for one in (recording(), recording(synthetic=True)):
        path = write_ecg(one, tmp_path / f"x{suffix}", keep_identity=True)
        assert b"ANONYMOUS" not in path.read_bytes()
        back = read_ecg(path)
        assert (back.patient.name, back.patient.identifier) == ("", "")


@pytest.mark.parametrize("rate", [240.0, 250.0, 360.0, 500.0, 512.0, 977.0, 999.0, 128.205128])
def test_aecg_says_the_rate_in_all_its_digits_and_when_it_ends(tmp_path, rate):
    path = write_ecg(recording(2 * 1000, rate), tmp_path / "x.xml")
    root = ElementTree.parse(path).getroot()
    space = "{urn:hl7-org:v3}"
    assert 1 / float(root.find(f".//{space}increment").get("value")) == pytest.approx(rate, rel=1e-15)
    assert int(round(1 / float(root.find(f".//{space}increment").get("value")), 9)) == int(rate)
    times = root.findall(f".//{space}effectiveTime")
    assert len(times) == 2
    for time in times:
        low, high = (
            datetime.strptime(time.find(f"{space}{end}").get("value"), "%Y%m%d%H%M%S.%f")
            for end in ("low", "high")
        )
        assert (high - low).total_seconds() == pytest.approx(2000 / rate, abs=1e-3)
    assert read_ecg(path).recorded == ""


def test_aecg_spells_its_codes_as_the_nomenclature_does(tmp_path):
    one = recording(device={"QTc": 431.0, "QT": 400.0}, recorded="2020-02-03T04:05:06")
    path = write_ecg(one, tmp_path / "x.xml", keep_identity=True)
    assert b"MDC_ECG_TIME_PD_QTc" in path.read_bytes()
    assert read_ecg(path).device == one.device and read_ecg(path).recorded == one.recorded
    path.write_bytes(path.read_bytes().replace(b"PD_QTc", b"PD_QTC"))
    assert read_ecg(path).device == one.device


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
