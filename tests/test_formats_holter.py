"""Holter and laboratory formats, written here after their descriptions: ISHNE, and GDF of both major versions."""

import struct

import numpy as np
import pytest

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.recording import LEADS, EcgError
from ecgtwin_app.formats.registry import open_ecg, read_ecg

RATE, SAMPLES = 200, 1200
STEPS = np.rint(twelve_leads(np.random.default_rng(3).normal(0, 400, (8, SAMPLES)))).astype(np.int16)
LEAD_CODES = {"I": 5, "II": 6, "III": 7, "aVR": 8, "aVL": 9, "aVF": 10} | {
    f"V{n}": 10 + n for n in range(1, 7)
}


def ishne(
    steps=STEPS,
    codes=None,
    stated=None,
    variable=b"a remark",
    nanovolts=1000,
    rate=RATE,
) -> bytes:
    """An ISHNE file of samples interleaved by lead."""
    count, codes = len(steps), codes or tuple(LEAD_CODES.values())
    head = bytearray(522)
    head[:8] = b"ISHNE1.0"
    stated = steps.shape[1] if stated is None else stated
    struct.pack_into("<4i", head, 10, len(variable), stated, 522, 522 + len(variable))
    struct.pack_into("<h", head, 26, 1)
    head[28:33], head[68:72], head[108:111] = b"Carla", b"Muir", b"A17"
    struct.pack_into("<2h", head, 128, 2, 1)
    struct.pack_into("<12h", head, 132, 3, 2, 1950, 24, 12, 2003, 1, 1, 2004, 8, 30, 15)
    struct.pack_into("<h", head, 156, count)
    struct.pack_into("<12h", head, 158, *codes, *[-9] * (12 - count))
    struct.pack_into("<12h", head, 206, *[nanovolts] * count, *[-9] * (12 - count))
    struct.pack_into("<h", head, 272, rate)
    return bytes(head) + variable + steps.T.astype("<i2").tobytes()


def gdf(
    version, steps=STEPS, kind=3, unit="uV", records=6, seconds=(1, 1), labels=LEADS, physical=32767.0
) -> bytes:
    """A GDF file; `kind` is the code of its samples."""
    two = version.startswith("2")
    count, per_record = len(steps), steps.shape[1] // records
    head = bytearray(256)
    head[:8] = f"GDF {version}".encode()
    if two:
        head[8:20] = b"A17 Carla X "
        head[87] = 2
        struct.pack_into("<2Q", head, 168, (731939 << 32) + (1 << 31), 712257 << 32)
        struct.pack_into("<H", head, 184, count + 1)
        struct.pack_into("<H", head, 252, count)
    else:
        head[8:18], head[168:184] = b"A17 Carla ", b"2003122412000000"
        struct.pack_into("<q", head, 184, 256 * (count + 1))
        struct.pack_into("<I", head, 252, count)
    struct.pack_into("<q", head, 236, records)
    head[244:252] = struct.pack("<d", seconds) if isinstance(seconds, float) else struct.pack("<2I", *seconds)
    most = float(2 ** (8 * (3 if kind == 279 else 2) - 1) - 1)
    codes = {"uV": 4275, "mV": 4274}
    fields = [
        [label.encode().ljust(16, b"\0") for label in labels], [b"\0" * 80] * count,
*([[b"\0" * 6] * count, [struct.pack("<H", codes[unit])] * count] if two else [[unit.encode().ljust(8, b"\0")] * count]),
        [struct.pack("<d", -physical)] * count, [struct.pack("<d", physical)] * count,
        [struct.pack("<d" if two else "<q", -most if two else int(-most))] * count,
        [struct.pack("<d" if two else "<q", most if two else int(most))] * count,
        [b"\0" * 80] * count, [struct.pack("<I", per_record)] * count, [struct.pack("<I", kind)] * count, [b"\0" * 32] * count,
    ]  # fmt: skip
    data = bytes(head) + b"".join(b"".join(field) for field in fields)
    for record in range(records):
        for row in steps:
            part = row[record * per_record : (record + 1) * per_record]
            if kind == 279:
                data += part.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
            else:
                data += part.astype({3: "<i2", 16: "<f4", 17: "<f8"}[kind]).tobytes()
    return data + b"\1\0\0\0" + b"\0" * 4


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
