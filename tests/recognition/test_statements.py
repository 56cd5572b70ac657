"""What the statements of a file mean: codes, sentences in several languages, denials, hedges, hostile text."""

import time

import pytest

from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.recognition.statements import read_statements


def plainly(*statements):
    return set(read_statements(statements).plainly)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("Dx: 164889003,59118001,164934002", {"atrial fibrillation", "right bundle branch block"}),
        ("scp_codes: {'CLBBB': 100.0, 'SR': 0.0}", {"left bundle branch block", "sinus rhythm"}),
        ("SINUS TACHYCARDIA WITH ONE VENTRICULAR PREMATURE BEAT", {"sinus tachycardia", "ventricular premature complex"}),
        ("Vorhofflimmern mit Linksschenkelblock", {"atrial fibrillation", "left bundle branch block"}),
        ("unvollständiger Rechtsschenkelblock", {"incomplete right bundle branch block"}),
        ("OLD ANTEROSEPTAL INFARCT", {"old anterior infarct"}),
        ("Inferior infarct, acute (LCx), ST>0.10mV, II III aVF", {"inferior STEMI"}),
        ("inferiorer infarkt     alter unbest.", {"inferior infarct"}),
        ("1st degree AV block", {"first-degree AV block"}),
        ("RITMO SINUSALE", {"sinus rhythm"}),
        ("Rhythm: Sinus bradycardia.", {"sinus bradycardia"}),
        ("Electric axis of the heart: left axis deviation", set()),
        ("atrial tachycardia", set()),
        ("incomplete left bundle branch block", set()),
        ("- OTHERWISE NORMAL ECG -", set()),
    ],
)  # fmt: skip
def test_a_plain_statement_names_its_conditions(statement, names):
    assert plainly(statement) == names


@pytest.mark.parametrize(
    "statement",
    [
        "no LBBB",
        "Nonspecific intraventricular conduction delay, not LBBB/RBBB",
        "kein Linksschenkelblock",
        "atrial fibrillation is no longer present",
        "Atrial flutter ruled out",
        "history of atrial fibrillation",
    ],
)
def test_what_is_denied_is_not_stated(statement):
    stated = read_statements([statement])
    assert not stated.plainly and not stated.hinted


def test_a_hedge_is_a_hint_and_what_stands_beside_it_is_plain():
    stated = read_statements(["sinus rhythm with possible LVH", "Cannot rule out anterior infarct"])
    assert set(stated.plainly) == {"sinus rhythm"}
    assert set(stated.hinted) == {"left ventricular hypertrophy", "anterior infarct"}
    assert set(read_statements(["scp_codes: {'IMI': 15.0}"]).hinted) == {"inferior infarct"}


def test_a_comparison_with_an_earlier_ecg_states_nothing():
    assert plainly("Sinus rhythm", "WHEN COMPARED WITH ECG OF 1/21/99", "ATRIAL FIBRILLATION") == {
        "sinus rhythm"
    }


def test_hostile_statements_are_harmless_and_quick():
    nasty = [
        "{0.__class__}",
        "%s%n" * 70,
        "anter" * 60,
        "'A" * 150,
        "Dx: " + "9" * 290,
        "(" * 300,
        "\x00LBBB\x1b[2J",
    ]
    began = time.process_time()
    stated = read_statements(statements_of(nasty * 8 + ["infarct anter " * 20] * 3))
    assert time.process_time() - began < 1
    assert set(stated.plainly) <= {"left bundle branch block", "anterior infarct"}


def test_reports_of_ptb_xl_state_what_its_cardiologists_coded(real_data):
    """941 reports in three languages, held against their SCP statements: what is taken from a text is right."""
    import csv
    import re

    told = {
        "atrial fibrillation": {"AFIB"},
        "first-degree AV block": {"1AVB", "LPR"},
        "right bundle branch block": {"CRBBB"},
        "left bundle branch block": {"CLBBB"},
        "incomplete right bundle branch block": {"IRBBB"},
        "left anterior fascicular block": {"LAFB"},
        "ventricular premature complex": {"PVC", "BIGU"},
        "sinus rhythm": {"SR"},
        "sinus tachycardia": {"STACH"},
        "sinus bradycardia": {"SBRAD"},
    }
    right = wrong = 0
    with (real_data / "ptbxl_100hz.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            codes = set(row["labels"].split(";"))
            for name in plainly(*statements_of(re.split(r"\.\s|\s{4,}", row["report"]))) & told.keys():
                right += bool(codes & told[name])
                wrong += not codes & told[name]
    assert right > 1000 and wrong < 0.02 * right
