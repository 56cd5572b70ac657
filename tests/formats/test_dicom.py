"""DICOM ECGs: sample-exact against pydicom, lead codes of both schemes, and clear refusals."""

import warnings

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import dicom
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


@pytest.fixture
def dataset():
    return pydicom.dcmread(example_path())


@pytest.fixture
def save(tmp_path):
    def save(dataset):
        path = tmp_path / "changed.dcm"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset.save_as(path)
        return path

    return save


def assert_exact(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        truth = pydicom.dcmread(path).waveform_array(0).T / 1000  # the files are in uV and in our order
    np.testing.assert_allclose(read_ecg(path).signal, truth, atol=1e-6)


def test_the_example_is_read_exactly():
    recording = read_ecg(example_path())
    assert (recording.signal.shape, recording.rate, recording.leads) == ((12, 10_000), 1000.0, LEADS)
    assert recording.source == "DICOM"
    assert (recording.patient.age, recording.patient.sex) == (42.0, "F")
    assert recording.recorded == "2013-01-25T10:59:19"
    assert not recording.synthetic
    assert_exact(example_path())


def test_what_the_device_measured_is_kept():
    device = read_ecg(example_path()).device
    assert device["PR"] == 161 and device["QRS"] == 75 and device["QT"] == 368 and device["QRS axis"] == 52
    assert "PP" not in device


@pytest.mark.parametrize("name", ["general_500hz.dcm", "mortara_1000hz.dcm"])
def test_files_of_real_devices_are_read_exactly(real_data, name):
    assert_exact(real_data / "import_formats" / "dicom" / name)


def test_mdc_lead_codes_and_shuffled_channels(dataset, save):
    group = dataset.WaveformSequence[0]
    raw = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12)
    order = np.random.default_rng(2).permutation(12)
    group.WaveformData = np.ascontiguousarray(raw[:, order]).tobytes()
    channels = list(group.ChannelDefinitionSequence)
    for channel in channels:
        source = channel.ChannelSourceSequence[0]
        source.CodeValue = source.CodeValue.replace("5.6.3-9-", "2:")
        source.CodingSchemeDesignator = "MDC"
        source.CodeMeaning = "?"
    group.ChannelDefinitionSequence = [channels[k] for k in order]
    np.testing.assert_array_equal(read_ecg(save(dataset)).signal, read_ecg(example_path()).signal)


def test_leads_by_their_meaning_where_the_code_is_unknown(dataset, save):
    for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelSourceSequence[0].CodeValue = "X-1"
    np.testing.assert_array_equal(read_ecg(save(dataset)).signal, read_ecg(example_path()).signal)


def test_units_sensitivity_correction_and_baseline(dataset, save):
    before = read_ecg(example_path()).signal
    channel = dataset.WaveformSequence[0].ChannelDefinitionSequence[1]
    channel.ChannelSensitivityUnitsSequence[0].CodeValue = "mV"
    channel.ChannelSensitivity = "0.0025"
    channel.ChannelSensitivityCorrectionFactor = "0.5"
    channel.ChannelBaseline = "0.25"
    after = read_ecg(save(dataset)).signal
    np.testing.assert_allclose(after[1], before[1] + 0.25, atol=1e-6)
    np.testing.assert_array_equal(np.delete(after, 1, 0), np.delete(before, 1, 0))


def test_the_rhythm_is_taken_not_the_median_beat(dataset, save):
    dataset.WaveformSequence = list(dataset.WaveformSequence)[::-1]
    assert read_ecg(save(dataset)).samples == 10_000


def test_padding_is_missing_not_a_voltage(dataset, save):
    group = dataset.WaveformSequence[0]
    raw = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12).copy()
    raw[500:510, 2] = -32768
    group.WaveformData = raw.tobytes()
    group.add_new(0x5400100A, "OW", np.array([-32768], "<i2").tobytes())
    recording = read_ecg(save(dataset))
    assert recording.history == ("bridged 10 missing samples of lead III by straight lines",)
    assert np.abs(recording.lead("III")[500:510]).max() < 5


def test_age_from_months_and_from_the_birth_date(dataset, save):
    dataset.PatientAge = "018M"
    assert read_ecg(save(dataset)).patient.age == 1.5
    dataset.PatientAge = ""
    assert read_ecg(save(dataset)).patient.age == 42
    dataset.PatientBirthDate = ""
    assert read_ecg(save(dataset)).patient.age is None


def test_a_marked_synthetic_file_stays_synthetic(dataset, save):
    dataset.SyntheticData = "YES"
    assert read_ecg(save(dataset)).synthetic


def refused(path, words):
    with pytest.raises(EcgError, match=words) as caught:
        read_ecg(path)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "cut.dcm"
    path.write_bytes(example_path().read_bytes()[:120_000])
    refused(path, "cut.dcm")


def test_fewer_samples_than_announced_are_refused(dataset, save):
    dataset.WaveformSequence[0].NumberOfWaveformSamples = 20_000
    refused(save(dataset), "fewer samples than it announces")


def test_an_announcement_of_years_is_refused_before_it_is_read(dataset, save):
    dataset.WaveformSequence[0].NumberOfWaveformSamples = 4_000_000_000
    refused(save(dataset), "of this format up to")


def test_a_dicom_image_is_refused(dataset, save):
    del dataset.WaveformSequence
    refused(save(dataset), "without a waveform")


def test_missing_sensitivity_is_refused_not_guessed(dataset, save):
    del dataset.WaveformSequence[0].ChannelDefinitionSequence[3].ChannelSensitivity
    refused(save(dataset), "how many millivolts")


def test_a_deflated_file_is_refused(dataset, tmp_path):
    path = tmp_path / "deflated.dcm"
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    refused(path, "deflated")


def test_sniff_needs_the_magic_word(tmp_path):
    assert dicom.sniff(tmp_path / "x", bytes(128) + b"DICM")
    assert not dicom.sniff(tmp_path / "x.dcm", bytes(132))


def test_other_channels_in_other_units_do_not_stop_the_leads(dataset, save):
    group = dataset.WaveformSequence[0]
    raw = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12)
    group.WaveformData = np.ascontiguousarray(np.hstack([raw, raw[:, :1]])).tobytes()
    group.NumberOfWaveformChannels = 13
    pressure = Dataset()
    pressure.ChannelSensitivity = "1"
    unit, source = Dataset(), Dataset()
    unit.CodeValue, source.CodeValue, source.CodeMeaning = "mm[Hg]", "X-1", "Arterial pressure"
    pressure.ChannelSensitivityUnitsSequence, pressure.ChannelSourceSequence = [unit], [source]
    group.ChannelDefinitionSequence = [*group.ChannelDefinitionSequence, pressure]
    recording = read_ecg(save(dataset))
    np.testing.assert_array_equal(recording.signal, read_ecg(example_path()).signal)
    assert any("1 other channel" in line for line in recording.history)


def test_a_truncated_file_is_called_cut_short(tmp_path):
    path = tmp_path / "short.dcm"
    path.write_bytes(example_path().read_bytes()[:20000])
    with pytest.raises(EcgError, match="damaged or cut short"):
        read_ecg(path)
