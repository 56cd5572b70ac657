"""Holter and laboratory formats, written here after their descriptions: ISHNE, and GDF of both major versions."""

import struct

import numpy as np
import pytest
from format_files import STEPS, gdf, ishne

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats.registry import open_ecg, read_ecg

SAMPLES = 1200


@pytest.fixture
def save(tmp_path):
    def save(data, name="file"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


# -- ISHNE ------------------------------------------------------------------------------------------------


def test_ishne(save):
    opened = open_ecg(save(ishne()))
    assert (opened.format, opened.rate, opened.samples, opened.names) == (
        "ISHNE Holter",
        200.0,
        SAMPLES,
        LEADS,
    )
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal, STEPS / 1000, atol=1e-6)
    patient = recording.patient
    assert (patient.name, patient.identifier, patient.sex, patient.age) == ("Carla Muir", "A17", "F", 53)
    assert (recording.recorded, recording.history) == ("2003-12-24T08:30:15", ())
    piece = opened.recording(2.0, 3.0)
    np.testing.assert_allclose(piece.signal, STEPS[:, 400:1000] / 1000, atol=1e-6)


def test_ishne_of_three_leads_without_names(save):
    opened = open_ecg(save(ishne(STEPS[:3], (0, 1, 0), nanovolts=2500)))
    assert opened.names == ("ECG 1", "ECG 2", "ECG 3")
    np.testing.assert_allclose(opened.recording().lead("ECG 2"), STEPS[1] * 2.5e-3, atol=1e-5)


def test_ishne_counts_of_other_writers(save):
    for stated, samples in ((SAMPLES * 12, SAMPLES), (0, SAMPLES), (-1, SAMPLES)):
        assert read_ecg(save(ishne(stated=stated))).samples == samples
    recording = read_ecg(save(ishne(stated=SAMPLES - 400)))
    assert recording.samples == SAMPLES - 400
    assert recording.history == ("left out 2 s behind the samples that are announced",)
    with pytest.raises(EcgError, match="announces 9,999 samples a lead and holds 1,200"):
        read_ecg(save(ishne(stated=9999)))


def test_ishne_lead_faults_are_no_samples(save):
    steps = STEPS.copy()
    steps[:, 300:304] = -32768
    assert "bridged 4 missing samples of lead V3 by straight lines" in read_ecg(save(ishne(steps))).history
    steps[:, 300:400] = -32768
    with pytest.raises(EcgError, match="has no samples of lead I for 0.5 s"):
        read_ecg(save(ishne(steps)))


@pytest.mark.parametrize(
    ("at", "form", "value", "words"),
    [(156, "<h", 0, "damaged header"), (156, "<h", 13, "damaged header"), (272, "<h", 0, "50 to 10,000"), (206, "<h", 0, "to scale"),
     (10, "<i", 99_999_999, "announces|damaged header")],
)  # fmt: skip
def test_ishne_headers_that_lie(save, at, form, value, words):
    data = bytearray(ishne())
    struct.pack_into(form, data, at, value)
    if at == 10:
        struct.pack_into("<i", data, 22, -5)
    with pytest.raises(EcgError, match=words):
        read_ecg(save(bytes(data)))


# -- GDF --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.25", "2.20"])
@pytest.mark.parametrize(("kind", "physical"), [(3, 32767.0), (16, 32767.0), (17, 32767.0), (279, 8388607.0)])
def test_gdf(save, version, kind, physical):
    opened = open_ecg(save(gdf(version, kind=kind, physical=physical)))
    assert (opened.format, opened.rate, opened.samples, opened.names) == ("GDF", 200.0, SAMPLES, LEADS)
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal, STEPS / 1000, atol=1e-5)
    assert recording.recorded == "2003-12-24T12:00:00"
    assert (recording.patient.identifier, recording.patient.name.split()[0]) == ("A17", "Carla")
    if version == "2.20":
        assert (recording.patient.sex, recording.patient.age) == ("F", 53)
    np.testing.assert_allclose(opened.recording(2.5, 2.0).signal, STEPS[:, 500:900] / 1000, atol=1e-5)


def test_gdf_units_and_lengths_of_records(save):
    np.testing.assert_allclose(
        read_ecg(save(gdf("2.10", unit="mV", physical=32.767))).signal, STEPS / 1000, atol=1e-5
    )
    assert read_ecg(save(gdf("2.51", seconds=0.5))).rate == 400
    assert read_ecg(save(gdf("2.10", seconds=(1, 2)))).rate == 400
    signals = read_ecg(save(gdf("2.10", labels=(*LEADS[:11], "Resp"))))
    assert "left out 1 signal not called like an ECG lead" in signals.history


@pytest.mark.parametrize(
    ("at", "form", "value", "words"),
    [(236, "<q", 99, "99 records, but it holds 6"), (252, "<H", 0, "damaged header"), (184, "<H", 2, "damaged header"),
     (244, "<2I", (0, 0), "how long"), (256 + 12 * 220, "<I", 77, "type that is not read")],
)  # fmt: skip
def test_gdf_headers_that_lie(save, at, form, value, words):
    data = bytearray(gdf("2.20"))
    struct.pack_into(form, data, at, *(value if isinstance(value, tuple) else (value,)))
    with pytest.raises(EcgError, match=words):
        read_ecg(save(bytes(data)))
