"""Device files: made here from a known signal, and the real ones against second decoders."""

import base64
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from device_files import cardiosoft, muse, scp, sierra, xli_block
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import scp_huffman, xli, xml_
from ecgtwin_app.formats.registry import read_ecg

SIGNAL = strip(seconds=4)[0].signal
STEPS = np.rint(SIGNAL * 200).astype(int)  # 5 µV a step
STEPS[2] = STEPS[1] - STEPS[0]


@pytest.fixture
def save(tmp_path):
    def save(data, name="file"):
        path = tmp_path / name  # no suffix: the content decides
        path.write_bytes(data)
        return path

    return save


def assert_exact(recording, source, step=0.005, rate=500.0):
    assert (recording.source, recording.rate, recording.leads) == (source, rate, LEADS)
    np.testing.assert_allclose(
        independent_leads(recording.signal), independent_leads(STEPS) * step, atol=1e-6
    )


def test_muse_is_read_exactly_and_its_limb_leads_derived(save):
    recording = read_ecg(save(muse(STEPS, rate=250, microvolts=4.88)))
    assert_exact(recording, "MUSE XML", 0.00488, 250.0)
    assert lead_law_residual(recording.signal) < 1e-6
    assert recording.history == ("derived III, aVR, aVL, aVF from the other limb leads",)
    assert recording.device == {"heart rate": 72.0, "PR": 160.0, "QRS axis": -31.0}
    assert (recording.patient.age, recording.patient.sex) == (67.0, "F")
    assert recording.recorded == "2019-05-06T11:34:00"


def test_muse_with_another_checksum_says_so(save):
    assert "differ from the checksum" in read_ecg(save(muse(STEPS, crc=1))).history[0]


def test_cardiosoft_is_read_exactly(save):
    recording = read_ecg(save(cardiosoft(STEPS)))
    assert_exact(recording, "CardioSoft XML")
    assert (recording.patient.age, recording.recorded) == (67.0, "2019-05-06T14:19:39")


@pytest.mark.parametrize("version", ["1.03", "1.04", "1.04.01"])
def test_sierra_is_unpacked_exactly(save, version):
    recording = read_ecg(save(sierra(STEPS, version)))
    assert_exact(recording, "Sierra XML")
    np.testing.assert_allclose(recording.signal, STEPS * 0.005, atol=1e-6)
    assert (recording.patient.age, recording.device) == (67.0, {"heart rate": 72.0})


def test_the_calibration_pulse_of_sierra_is_no_ecg(save):
    pulse = np.zeros((12, 200), int)
    pulse[:, 50:150] = 200
    recording = read_ecg(save(sierra(np.hstack([STEPS, pulse]))))
    assert recording.samples == STEPS.shape[1]
    assert recording.history == ("left out the calibration pulse in the last 0.4 s",)


def test_xli_holds_any_samples():
    random = np.random.default_rng(3)
    for samples in (random.integers(-8000, 8000, 700), np.zeros(5000, int), np.arange(4000) % 7):
        (back,) = xli.decode(xli_block(samples), 1, samples.size)
        np.testing.assert_array_equal(back, samples)


@pytest.mark.parametrize("cut", [3, 9, 100, 500])
def test_xli_that_ends_early_is_refused(cut):
    with pytest.raises(EcgError, match="end early|damaged"):
        xli.decode(xli_block(STEPS[0])[:cut], 1, STEPS.shape[1])


@pytest.mark.parametrize(
    ("encoding", "huffman"), [(0, False), (0, True), (1, False), (1, True), (2, False), (2, True)]
)
def test_scp_is_read_exactly(save, encoding, huffman):
    recording = read_ecg(save(scp(STEPS, encoding, huffman)))
    assert_exact(recording, "SCP-ECG")
    assert recording.history == (
        "derived III, aVR, aVL, aVF from the other limb leads",
    )  # the checksum holds
    assert (
        recording.patient.age == 67.0 and recording.device["QT"] == 390.0 and recording.device["PR"] == 160.0
    )


def test_a_reference_beat_that_scp_subtracted_is_added_again(save):
    beat = np.rint(np.random.default_rng(0).normal(0, 30, (8, 200))).astype(int)
    assert_exact(read_ecg(save(scp(STEPS, beat=(beat, 80, [300, 800, 1400])))), "SCP-ECG")


def test_scp_of_600_hertz_states_whole_microseconds(save):
    assert read_ecg(save(scp(STEPS, interval=1667))).rate == 600.0


def test_scp_whose_sections_moved_is_found_and_said(save):
    data = scp(STEPS)
    at = data.index(b"MRN-424242")
    moved = data[:at] + b"ANON-" + data[at:]  # a name made longer without mending the pointers
    recording = read_ecg(save(moved))
    assert_exact(recording, "SCP-ECG")
    assert "found sections of the file beside where it says they are" in recording.history
    assert "the file differs from its checksum" in recording.history


def test_scp_with_decimation_between_beats_is_refused(save):
    with pytest.raises(EcgError, match="bimodal"):
        read_ecg(save(scp(STEPS, bimodal=1)))


def test_huffman_tables_of_a_file_may_switch():
    def code(prefix, total, mode, value, bits):
        return struct.pack("<BBBhI", prefix, total, mode, value, int(bits[::-1], 2))

    first = struct.pack("<H", 2) + code(1, 1, 1, 5, "0") + code(1, 1, 0, 2, "1")
    second = struct.pack("<H", 2) + code(1, 5, 1, 0, "0") + code(1, 1, 0, 1, "1")
    tables = scp_huffman.tables(struct.pack("<H", 2) + first + second)
    # 0 is 5; 1 goes to the second table; there 0 and four bits is the value; 1 goes back.
    bits = "0" + "1" + "01110" + "00011" + "1" + "0"
    data = int(bits.ljust(16, "0"), 2).to_bytes(2, "big")
    assert scp_huffman.decode(data, tables, 4) == [5, -2, 3, 5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (muse(STEPS).replace(b"Rhythm", b"Nothing"), "without rhythm leads"),
        (muse(STEPS).replace(b"MICROVOLTS", b"BUSHELS"), "how many microvolts"),
        (muse(STEPS).replace(b"<WaveFormData>", b"<WaveFormData>!"), "no Base64"),
        (muse(STEPS).replace(b">2000</LeadSampleCountTotal>", b">9000</LeadSampleCountTotal>", 1), "announces 9000"),
        (muse(STEPS)[:9000], "damaged or cut short"),
        (cardiosoft(STEPS).replace(b",1,", b",x,", 1), "no numbers"),
        (cardiosoft(STEPS).replace(b"<StripData>", b"<Strip>").replace(b"</StripData>", b"</Strip>"), "without a strip"),
        (sierra(STEPS, kind="MortaraECG"), "calls itself MortaraECG 1.04"),
        (sierra(STEPS, version="2.00"), "2.00"),
        (scp(STEPS)[:3000], "SCP-ECG"),
        (b"<AnnotatedECG xmlns='urn:hl7-org:v3'/>", "without waveforms"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused_in_one_sentence(save, data, words):
    with pytest.raises(EcgError, match=words) as caught:
        read_ecg(save(data))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_more_elements_than_any_ecg_has(save, monkeypatch):
    monkeypatch.setattr(xml_, "_MOST_ELEMENTS", 100)
    with pytest.raises(EcgError, match="more than 100 elements"):
        read_ecg(save(b"<RestingECG>" + b"<a/>" * 100 + b"</RestingECG>"))


def test_entities_and_external_files_are_not_followed(save, tmp_path):
    (tmp_path / "secret").write_text("secret")
    bomb = b'<!DOCTYPE RestingECG [<!ENTITY a "aaaaaaaaaa">]><RestingECG>&a;</RestingECG>'
    outside = b'<!DOCTYPE RestingECG [<!ENTITY a SYSTEM "secret">]><RestingECG>&a;</RestingECG>'
    for data in (bomb, outside):
        with pytest.raises(EcgError, match="not a readable MUSE XML"):
            read_ecg(save(data))


# Files of real devices.


def device_file(real_data, name):
    return real_data / "import_formats" / name


@pytest.mark.parametrize("version", ["1_03", "1_04", "1_04_01"])
def test_real_sierra_files_against_a_second_decoder(real_data, version):
    sierraecg = pytest.importorskip("sierraecg")
    path = device_file(real_data, f"philips_xml/sierra_{version}.xml")
    recording = read_ecg(path)
    with np.errstate(over="ignore"):
        leads = sierraecg.read_file(str(path)).leads
    truth = {lead.label: lead.samples * 0.005 for lead in leads}
    for lead in LEADS:
        np.testing.assert_allclose(recording.lead(lead), truth[lead][: recording.samples], atol=1e-5)


@pytest.mark.parametrize(("name", "rate", "samples"), [("240hz", 240, 2500), ("500hz", 500, 5000)])
def test_real_muse_files_against_their_bytes(real_data, name, rate, samples):
    path = device_file(real_data, f"muse_xml/muse_{name}.xml")
    recording = read_ecg(path)
    assert (recording.rate, recording.samples) == (rate, samples)
    rhythm = ElementTree.parse(path).getroot().findall("Waveform")[1]
    for lead in rhythm.findall("LeadData"):
        stored = np.frombuffer(base64.b64decode(lead.findtext("WaveFormData")), "<i2") * 0.00488
        np.testing.assert_allclose(recording.lead(lead.findtext("LeadID")), stored, atol=1e-6)
    assert not any("checksum" in line for line in recording.history)


def test_real_scp_with_pointers_that_are_wrong(real_data):
    recording = read_ecg(device_file(real_data, "scp_ecg/welch_allyn.scp"))
    assert (recording.rate, recording.samples) == (600.0, 6000)
    assert recording.device["PR"] == 167 and recording.device["QT"] == 386


def test_real_edf_ends_where_its_filling_begins(real_data):
    recording = read_ecg(device_file(real_data, "edf/sample.edf"))
    assert (recording.leads, recording.rate, recording.samples) == (("ECG",), 300.0, 9000)


def test_a_real_text_table_with_a_title(real_data):
    path = device_file(real_data, "text/testing_ecg.txt")
    recording = read_ecg(path, rate=500, unit="uV", lead_order=LEADS)
    np.testing.assert_allclose(recording.signal, np.loadtxt(path, skiprows=6).T / 1000, atol=1e-6)
    with pytest.raises(EcgError, match="rate and unit and lead order"):
        read_ecg(path)


@pytest.mark.parametrize(
    "name", ["hl7_aecg/empty.xml", "hl7_aecg/minimum_aecg.xml", "philips_xml/invalid-doc-type.xml"]
)
def test_real_files_that_are_invalid_on_purpose(real_data, name):
    with pytest.raises(EcgError, match=r"\.$"):
        read_ecg(device_file(real_data, name))


@pytest.mark.parametrize(
    "name",
    [
        "cardiosoft_xml/cardiosoft.xml", "dicom/general_500hz.dcm", "dicom/mortara_1000hz.dcm",
        "hl7_aecg/subject1_0.xml", "muse_xml/muse_240hz.xml", "muse_xml/muse_500hz.xml",
        "philips_xml/sierra_1_03.xml", "philips_xml/sierra_1_04.xml", "philips_xml/sierra_1_04_01.xml",
        "scp_ecg/welch_allyn.scp",
    ],
)  # fmt: skip
def test_rate_and_scale_agree_with_what_the_device_measured(real_data, name):
    recording = read_ecg(device_file(real_data, name))
    device = recording.device
    rate = device.get("heart rate") or 60_000 / device["RR"] if {"heart rate", "RR"} & set(device) else None
    measured = measure(recording)
    if rate:
        assert measured.heart_rate == pytest.approx(rate, abs=1)
    assert measured.qt == pytest.approx(device["QT"], abs=40)
    # The limb leads of one device obey the lead laws, to the rounding of its steps.
    assert lead_law_residual(recording.signal) < 0.02


def test_the_full_disclosure_beside_a_strip_is_said(save, real_data):
    recording = read_ecg(device_file(real_data, "cardiosoft_xml/cardiosoft.xml"))
    assert recording.history == ("left out the full-disclosure recording of 16 s beside the strip",)
    assert read_ecg(save(cardiosoft(STEPS))).history == ()
