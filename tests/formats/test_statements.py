"""What a device wrote about an ECG is read from every format that holds it, and stays out of exports."""

import numpy as np
import pytest
from device_files import cardiosoft, muse, scp, sierra
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import Patient, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.writing import writers

SIGNAL = strip(seconds=4)[0].signal
STEPS = np.rint(SIGNAL * 200).astype(int)
SAID = ("Sinus rhythm", "Left axis deviation")


def muse_said():
    end = "<StmtFlag>ENDSLINE</StmtFlag>"
    texts = "".join(
        f"<DiagnosisStatement>{flag}<StmtText>{text}</StmtText></DiagnosisStatement>"
        for flag, text in (("", "Sinus"), (end, "rhythm"), (end, SAID[1]))
    )
    return muse(STEPS).replace(b"<DiagnosisStatement>", texts.encode() + b"<DiagnosisStatement>", 1)


def cardiosoft_said():
    lines = "".join(f"<ConclusionText>{text}</ConclusionText>" for text in (*SAID, "---"))
    said = f"<Interpretation><Conclusion>{lines}</Conclusion></Interpretation><StripData>"
    return cardiosoft(STEPS).replace(b"<StripData>", said.encode())


def sierra_said():
    lines = "".join(f"<statement><leftstatement>{text}</leftstatement></statement>" for text in SAID)
    return (
        sierra(STEPS).decode("utf-16").replace("</interpretation>", lines + "</interpretation>").encode("utf-16")
    )  # fmt: skip


def scp_said():
    texts = [text.encode() + b"\0" for text in SAID]
    body = bytes([0, *(0,) * 7, len(texts)]) + b"".join(
        bytes([k + 1]) + len(text).to_bytes(2, "little") + text for k, text in enumerate(texts)
    )
    return scp(STEPS, statements=body)


@pytest.mark.parametrize("made", [cardiosoft_said, sierra_said, scp_said])
def test_statements_are_read_in_the_words_and_order_of_the_file(tmp_path, made):
    path = tmp_path / "file"
    path.write_bytes(made())
    assert read_ecg(path).statements == SAID


def test_a_muse_statement_goes_on_until_its_line_ends_and_none_names_the_patient(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(muse_said())
    # The last one of the made file says "seen by Dr Beeblebrox", which is the patient's name too.
    assert read_ecg(path).statements == ("Sinus rhythm", "Left axis deviation")


def test_comments_of_physionet_are_statements_and_other_remarks_are_not(tmp_path):
    path = write_ecg(Recording(SIGNAL, 500.0), tmp_path / "a.hea")
    header = path.read_text()
    head = header[: header.index("#")]
    path.write_text(head + "# Age: 51\n#Dx: 164889003\n# Medications: Jane Doe's\n")
    assert read_ecg(path).statements == ("Dx: 164889003",)
    path.write_text(
        head
        + "#<age>: 51\n#<diagnoses>:\n#Rhythm: Sinus rhythm.\n#Left ventricular hypertrophy.\n#<sex>: F\n"
    )
    recording = read_ecg(path)
    assert recording.statements == ("Rhythm: Sinus rhythm.", "Left ventricular hypertrophy.")
    assert (recording.patient.age, recording.patient.sex) == (51.0, "F")


@pytest.mark.parametrize("suffix", [one.suffix for one in writers().values()])
def test_exports_hold_statements_only_with_the_identity(tmp_path, suffix):
    secret = "Zaphod signs this rhythm"
    recording = Recording(SIGNAL, 500.0, patient=Patient(50.0, "F"), statements=(SAID[0], secret))
    folder = tmp_path / "plain"
    folder.mkdir()
    plain = write_ecg(recording, folder / f"a{suffix}")
    for file in folder.iterdir():
        assert b"Zaphod" not in file.read_bytes()
    assert read_ecg(plain).statements == ()
    kept = write_ecg(recording, tmp_path / f"b{suffix}", keep_identity=True)
    # EDF spreads the lines over the records of a short recording.
    assert set(read_ecg(kept).statements) == {SAID[0], secret}


def test_a_statement_is_one_line_and_names_no_patient():
    said = statements_of(
        ["a\n b", "a b", " , ", "for  Jane", "ID77x"], Patient(name="Jane Li", identifier="ID77x")
    )
    assert said == ("a b",)


@pytest.mark.parametrize(
    ("name", "statement", "device"),
    [
        ("dicom/general_500hz.dcm", "Normal sinus rhythm", {"heart rate", "RR", "P", "QTc", "T axis"}),
        ("dicom/mortara_1000hz.dcm", "RITMO SINUSALE", {"RR", "PR", "QRS", "QT", "QTc", "QRS axis"}),
        (
            "muse_xml/muse_240hz.xml",
            "SINUS TACHYCARDIA WITH ONE VENTRICULAR PREMATURE BEAT",
            {"P", "QTc", "P axis"},
        ),
        ("philips_xml/sierra_1_03.xml", "Sinus bradycardia, rate< 50", {"heart rate", "PR", "T axis"}),
        ("philips_xml/sierra_1_04_01.xml", "Sinus rhythm, normal P axis, V-rate 50-99", {"P", "RR", "QTc"}),
        ("cardiosoft_xml/cardiosoft.xml", "Sinus bradycardia", {"P", "RR", "QTc", "P axis"}),
        ("scp_ecg/welch_allyn.scp", "hög P-amplitud", {"heart rate", "QTc", "P", "QRS axis"}),
        ("hl7_aecg/subject1_0.xml", "Sinus Rhythm", {"P", "PR", "QTc", "QRS axis"}),
        ("wfdb/JS00001.hea", "Dx: 164889003,59118001,164934002", set()),
    ],
)
def test_real_files_state_what_their_device_found(real_data, name, statement, device):
    recording = read_ecg(real_data / "import_formats" / name)
    assert statement in recording.statements
    assert device <= set(recording.device)
