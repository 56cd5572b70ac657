"""XML of Mortara and Schiller, written here after the programs that read it."""

import numpy as np
import pytest
from format_files import mortara, schiller

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats.registry import open_ecg, read_ecg

RATE, SAMPLES = 500, 1500
STEPS = np.rint(twelve_leads(np.random.default_rng(4).normal(0, 100, (8, SAMPLES)))).astype("<i2")


@pytest.fixture
def save(tmp_path):
    def save(text):
        path = tmp_path / "file.xml"
        path.write_text(text, "utf-8")
        return path

    return save


def test_mortara(save):
    opened = open_ecg(save(mortara(STEPS)))
    assert (opened.format, opened.rate, opened.samples, opened.names) == (
        "Mortara XML",
        500.0,
        SAMPLES,
        LEADS,
    )
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal, STEPS / 400, atol=1e-6)
    patient = recording.patient
    assert (patient.name, patient.identifier, patient.sex, patient.age) == ("Carla Muir", "A17", "F", 53)
    assert (recording.recorded, recording.statements, recording.history) == (
        "2003-12-24T08:30:15",
        ("SINUS RHYTHM",),
        (),
    )
    assert recording.device == {
        "heart rate": 72, "RR": 833, "PR": 158, "QRS": 96, "QT": 400, "QTc": 438, "P axis": 60, "QRS axis": -20, "T axis": 45,
    }  # fmt: skip
    assert read_ecg(save(mortara(STEPS, duration=3000))).samples == SAMPLES, "a length in milliseconds"


@pytest.mark.parametrize(
    ("text", "words"),
    [(mortara(STEPS, units="0"), "to scale"), (mortara(STEPS, duration=9999), "announces 9,999 samples a lead and holds 1,500"), (mortara(STEPS, rate="x"), "sampling rate"),
     (mortara(STEPS).replace("BASE64\" NAME", "HEX\" NAME"), "Base64"), (mortara(STEPS).replace("<CHANNEL", "<X"), "without a rhythm"),
     (mortara(STEPS).replace('"SIGNED" UNITS', '"UNSIGNED" UNITS', 1), "16 bits")],
)  # fmt: skip
def test_damaged_mortara(save, text, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(save(text))


def test_schiller(save):
    opened = open_ecg(save(schiller(STEPS)))
    assert (opened.format, opened.rate, opened.samples) == ("Schiller XML", 500.0, SAMPLES)
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal, STEPS * 2.5e-3, atol=1e-6)
    patient = recording.patient
    assert (patient.name, patient.identifier, patient.sex, patient.age) == ("Carla Muir", "A17", "F", 53)
    assert recording.recorded == "2003-12-24T08:30:15"
    np.testing.assert_allclose(
        read_ecg(save(schiller(STEPS, unit="mV", per_bit="0.0025"))).signal, STEPS * 2.5e-3, atol=1e-6
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [(schiller(STEPS, kind="ECG_AVERAGES"), "without a rhythm strip"), (schiller(STEPS, exponent="3"), "rate and resolution"), (schiller(STEPS, per_bit=""), "rate and resolution"),
     (schiller(STEPS, unit="kg"), "'kg'"), (schiller(STEPS).replace(",1", ",x", 1), "no numbers")],
)  # fmt: skip
def test_damaged_schiller(save, text, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(save(text))
