"""No identifier of any input is in a default export: searched byte by byte, in file names too."""

import warnings
import zipfile

import numpy as np
import pydicom
import pytest
from device_files import IDENTIFIERS, cardiosoft, muse, scp, sierra
from pydicom.dataset import Dataset
from synthetic_ecg import strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import LEADS, Patient, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

SUFFIXES = [one.suffix for one in writers().values()]
STRIP = strip(seconds=3)[0]
STEPS = np.rint(STRIP.signal * 200).astype(int)
#: What real device files hold that names somebody, a place, a device or a day.
REAL = {
    "muse_xml/muse_240hz.xml": ("502542127", "WEST", "KANYE", "AGUIRRE", "ELTON", "MYSTERY", "04-22-2000", "2000-04-22"),
    "cardiosoft_xml/cardiosoft.xml": ("1532006361", "2018-07-19", "1.2.840.113619", "20180719"),
    "philips_xml/sierra_1_03.xml": ("1112010721168bdc", "GEILM", "GE EMS", "2011-12-01", "03d494f2"),
    "philips_xml/sierra_1_04.xml": ("EKG16296", "1976-01-01", "19760101", "2008-12-23", "ad4d3d80", "S-1-5-21", "ELECTROLYTE"),
    "hl7_aecg/subject1_0.xml": ("Clark", "subject1", "19530508", "John Smith", "TECH-221", "River City", "61d1a24f", "20021122", "dizzy"),
    "scp_ecg/demo.scp": ("12-678-QW", "demo pat", "2004-06-24"),
    "scp_ecg/welch_allyn.scp": ("ANON000002", "Welch", "MDW14"),
    "edf/sample.edf": ("A00001", "challenge"),
}  # fmt: skip


def leaks(path, identifiers) -> list[str]:
    """The identifiers that are in the files of an export or in their names, in any usual encoding."""
    found = []
    for file in (path, path.with_suffix(".dat")) if path.suffix == ".hea" else (path,):
        data = file.read_bytes()
        if file.suffix == ".npz":
            with zipfile.ZipFile(file) as archive:
                data += b"".join(archive.read(name) for name in archive.namelist())
        haystack = data.lower()
        for text in identifiers:
            codes = {text.lower().encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")}
            if text.lower() in file.name.lower() or any(code in haystack for code in codes):
                found.append(text)
    return found


def dicom() -> bytes:
    """The example with identifiers in every text, a private element and the preamble."""
    dataset = pydicom.dcmread(example_path())
    for element in list(dataset):
        if element.VR in ("PN", "LO", "SH", "ST", "LT", "UT") and element.keyword:
            element.value = "Zaphod^Beeblebrox" if element.VR == "PN" else "MRN-424242"
    dataset.PatientBirthDate, dataset.StudyDate, dataset.AcquisitionDateTime = (
        "19520311",
        "20190506",
        "20190506101112",
    )
    dataset.InstitutionName, dataset.DeviceSerialNumber = "Magrathea", "SN-778899"
    dataset.add_new(0x00091001, "LO", "Beeblebrox private")
    note = Dataset()
    note.UnformattedTextValue = "history: Zaphod was here"
    dataset.WaveformAnnotationSequence.append(note)
    for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelLabel = "Beeblebrox"
    dataset.preamble = b"Zaphod Beeblebrox".ljust(128, b"\0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        buffer = pydicom.filebase.DicomBytesIO()
        dataset.save_as(buffer)
    return buffer.getvalue()


def wfdb_comments(folder):
    """A record whose header names the patient in remarks that look like ours."""
    path = write_ecg(STRIP, folder / "r.hea")
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    lines += ["# Name: Zaphod Beeblebrox", "# history: Zaphod had syncope at Magrathea", "# SYNTHETIC: yes",
              "# model: MRN-424242", "# Recorded: 2019-05-06T07:08:09", "# device: {\"Beeblebrox\": 1}"]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def edf(folder):
    """Identity in the header, in a remark and in the label of another signal."""
    who = Recording(STRIP.signal, 500.0, patient=Patient(67.0, "F", "Zaphod Beeblebrox", "MRN-424242"),
                    recorded="2019-05-06T07:08:09")  # fmt: skip
    path = write_ecg(who, folder / "r.edf", keep_identity=True)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"ECG V6          ", b"Zaphod SN-778899"))
    return path


def csv(folder):
    """A column that is called like the patient."""
    path = folder / "r.csv"
    rows = "\n".join(",".join(f"{v:.3f}" for v in (*row, 1.0)) for row in STRIP.signal.T)
    path.write_text(f"# Name: Zaphod\n# history: Magrathea\n{','.join(LEADS)},Beeblebrox\n{rows}\n")
    return path


def inputs(folder):
    """Files full of identifiers, by name, with the options they need."""
    for name, data in (
        ("muse", muse(STEPS)), ("cardiosoft", cardiosoft(STEPS)), ("sierra", sierra(STEPS)), ("scp", scp(STEPS)),
        ("dicom", dicom()),
    ):  # fmt: skip
        (folder / name).write_bytes(data)
        yield name, folder / name, {}
    yield "wfdb", wfdb_comments(folder), {}
    yield "edf", edf(folder), {}
    yield "csv", csv(folder), {"rate": 500, "unit": "mV"}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Each input that is full of identifiers, read."""
    found = {}
    for name, path, options in inputs(tmp_path_factory.mktemp("inputs")):
        assert leaks(path, IDENTIFIERS), name
        found[name] = read_ecg(path, **options)
    return found


@pytest.fixture(scope="module")
def real_recordings(real_data):
    """A second of each real file."""
    found = {}
    for name, identifiers in REAL.items():
        source = real_data / "import_formats" / name
        assert leaks(source, identifiers), name
        found[name] = read_ecg(source, start=1, seconds=1)
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_identifier_is_in_a_default_export(recordings, tmp_path, suffix):
    for name, recording in recordings.items():
        assert leaks(write_ecg(recording, tmp_path / f"x{suffix}"), IDENTIFIERS) == [], name


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_identifier_of_a_real_file_is_in_a_default_export(real_recordings, tmp_path, suffix):
    for name, recording in real_recordings.items():
        if recording.leads == LEADS or suffix not in (".dcm", ".xml"):
            assert leaks(write_ecg(recording, tmp_path / f"x{suffix}"), REAL[name]) == [], name


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_identity_on_wish_is_found(tmp_path, suffix):
    (tmp_path / "m").write_bytes(muse(STEPS))
    exported = write_ecg(read_ecg(tmp_path / "m"), tmp_path / f"x{suffix}", keep_identity=True)
    assert "MRN-424242" in leaks(exported, IDENTIFIERS)


@pytest.mark.parametrize("format_name", writers())
def test_a_converted_folder_names_nobody(tmp_path, capsys, format_name):
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "Beeblebrox_Zaphod.xml").write_bytes(muse(STEPS))
    assert main(["convert", str(source), str(target), "--format", format_name]) == 0
    written = sorted(target.iterdir())
    assert written and all(path.name.startswith("ecg_001.") for path in written)
    for path in written:
        if path.suffix != ".dat":
            assert leaks(path, IDENTIFIERS) == []
    assert (
        main(["convert", str(source), str(tmp_path / "kept"), "--format", format_name, "--keep-identity"])
        == 0
    )
    assert {path.stem for path in (tmp_path / "kept").iterdir()} == {"Beeblebrox_Zaphod"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ages_above_89_are_one_category(tmp_path, suffix):
    for age in (90, 97, 104.0):
        back = read_ecg(
            write_ecg(Recording(STRIP.signal, 500.0, patient=Patient(age)), tmp_path / f"x{suffix}")
        )
        assert back.patient.age == 90
    back = read_ecg(write_ecg(Recording(STRIP.signal, 500.0, patient=Patient(89)), tmp_path / f"x{suffix}"))
    assert back.patient.age == 89
