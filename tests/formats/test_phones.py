"""Recordings of watches, phones and kits, written here after their descriptions: OpenSignals, AliveCor's ATC, JSON."""

import json

import numpy as np
import pytest
from format_files import CONVERTER as STEPS
from format_files import atc, opensignals

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.registry import open_ecg, read_ecg

SAMPLES = 1500


@pytest.fixture
def save(tmp_path):
    def save(data, name="file.txt"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return save


# -- OpenSignals ------------------------------------------------------------------------------------------


def bitalino(numbers=None, steps=STEPS):
    numbers = [k % 16 for k in range(len(steps))] if numbers is None else numbers
    rows = [(n, 0, 0, 0, 0, step, 512) for n, step in zip(numbers, steps, strict=True)]
    return opensignals(
        ["nSeq", "I1", "I2", "O1", "O2", "A2", "A3"], rows, ["ECGBITREV", "EDABITREV"], ["A2", "A3"], [4, 1, 1, 1, 1, 10, 10]
    )  # fmt: skip


def test_bitalino(save):
    opened = open_ecg(save(bitalino()))
    assert (opened.format, opened.rate, opened.samples, opened.names) == (
        "OpenSignals",
        1000.0,
        SAMPLES,
        ("ECG",),
    )
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal[0], (STEPS / 1024 - 0.5) * 3300 / 1100, atol=1e-6)
    assert recording.recorded == "2017-01-07T16:04:46"
    assert recording.history == (
        "took 3.3 V and a gain of 1100 for the ECG sensor, as its maker publishes",
        "left out 1 sensor not called like an ECG lead",
    )


def test_biosignalsplux_with_two_sensors(save):
    rows = [(k, 0, 30000 + step, 33000 - step) for k, step in enumerate(STEPS)]
    columns = ["nSeq", "DI", "CH1", "CH2"]
    text = opensignals(columns, rows, ["ECG", "ECG"], ["CH1", "CH2"], [16, 16], "biosignalsplux", 500)
    opened = open_ecg(save(text))
    assert (opened.names, opened.rate) == (("ECG 1", "ECG 2"), 500.0)
    np.testing.assert_allclose(
        opened.recording().lead("ECG 1"), ((30000 + STEPS) / 65536 - 0.5) * 3000 / 1019, atol=1e-6
    )


def test_lost_packets_are_found_by_the_sample_numbers(save):
    numbers = [k % 16 for k in range(SAMPLES + 5) if not 700 <= k < 705]
    recording = read_ecg(save(bitalino(numbers)))
    assert recording.samples == SAMPLES + 5
    assert "bridged 5 missing samples of lead ECG by straight lines" in recording.history


def test_sensors_without_a_name_are_asked_for(save):
    rows = [(k % 16, 0, step) for k, step in enumerate(STEPS)]
    path = save(opensignals(["nSeq", "I1", "A1"], rows, ["RAW"], ["A1"], [4, 1, 10]))
    with pytest.raises(NotStated, match="no sensor that is called ECG; name its 3 columns") as caught:
        open_ecg(path)
    assert caught.value.missing == ("lead_order", "unit")
    with pytest.raises(NotStated, match="what a step of its ECG is"):
        open_ecg(path, lead_order=("nSeq", "I1", "II")).recording()
    recording = read_ecg(path, lead_order=("nSeq", "switch", "II"), unit="3 uV")
    np.testing.assert_allclose(recording.lead("II"), STEPS * 3e-3, atol=1e-6)


def test_damaged_heads_of_opensignals(save):
    for old, new in (("sampling rate", "x"), ('"column"', '"y"'), ("EndOfHeader", "End"), ("{", "[")):
        with pytest.raises(EcgError, match="damaged"):
            read_ecg(save(bitalino().replace(old, new, 1)))


# -- AliveCor ---------------------------------------------------------------------------------------------


def test_alivecor(save):
    opened = open_ecg(save(atc(), "x.atc"))
    assert (opened.format, opened.rate, opened.samples, opened.names) == (
        "AliveCor ATC",
        300.0,
        SAMPLES,
        ("I",),
    )
    recording = opened.recording()
    np.testing.assert_allclose(recording.lead("I"), STEPS * 5e-4, atol=1e-6)
    assert recording.recorded == "2016-01-02T03:04:05"
    six = read_ecg(save(atc(6), "x.atc"))
    assert six.leads == ("I", "II", "III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(six.lead("aVF"), STEPS * 3e-3, atol=1e-5)


def test_damaged_alivecor_files(save):
    whole = atc()
    spoilt = bytearray(whole)
    spoilt[400] ^= 1
    for data, words in (
        (bytes(spoilt), "checksum"),
        (whole[:-20], "cut short"),
        (whole[:12], "no ECG"),
        (atc(nanovolts=0), "to scale"),
    ):
        with pytest.raises(EcgError, match=words):
            read_ecg(save(data, "x.atc"))


# -- JSON -------------------------------------------------------------------------------------------------

KARDIA = {
    "recordedAt": "2020-01-02T03:04:05Z", "heartRate": 61, "algorithmDetermination": "normal", "patientID": "A17",
    "data": {"raw": {"frequency": 300, "amplitudeResolution": 500, "samples": {"leadI": STEPS.tolist(), "leadII": (2 * STEPS).tolist()}}},
}  # fmt: skip
FITBIT = {
    "ecgReadings": [
        {"startTime": "2020-01-02T03:04:05.000", "averageHeartRate": 70, "resultClassification": "Normal Sinus Rhythm",
         "waveformSamples": STEPS.tolist(), "samplingFrequencyHz": "250", "scalingFactor": 10922}
    ]
}  # fmt: skip
WITHINGS = {"status": 0, "body": {"signal": STEPS.tolist(), "sampling_frequency": 300, "wearposition": 1}}


@pytest.mark.parametrize(
    ("said", "rate", "millivolts", "device"),
    [(KARDIA, 300, 5e-4, {"heart rate": 61.0}), (FITBIT, 250, 1 / 10922, {"heart rate": 70.0}), (WITHINGS, 300, 1e-3, {})],
    ids=["Kardia", "Fitbit", "Withings"],
)  # fmt: skip
def test_json_of_services(save, said, rate, millivolts, device):
    recording = read_ecg(save(json.dumps(said), "x.json"))
    assert (recording.rate, recording.samples, recording.device) == (rate, SAMPLES, device)
    np.testing.assert_allclose(recording.lead("I"), STEPS * millivolts, atol=1e-6)
    if said is not WITHINGS:
        assert recording.recorded == "2020-01-02T03:04:05" and recording.statements


@pytest.mark.parametrize(
    ("said", "words"),
    [({"a": 1}, "no recording of Kardia"), ([], "no recording of Kardia"), ({"ecgReadings": [FITBIT["ecgReadings"][0]] * 2}, "2 recordings"),
     ({"data": {"raw": {"frequency": 300, "samples": {"leadI": [1, 2]}}}}, "to scale"), ({"body": {"signal": ["x"], "sampling_frequency": 300}}, "damaged")],
)  # fmt: skip
def test_json_that_is_no_recording(save, said, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(save(json.dumps(said), "x.json"))
