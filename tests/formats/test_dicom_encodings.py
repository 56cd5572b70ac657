"""DICOM as devices write it: groups of leads, transfer syntaxes, widths of samples, padding, and what is missing."""

import warnings

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from stepped_signal import FOUR, SIGNAL, STEPS, saved

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg


def channel(lead, sensitivity=1, unit="uV", baseline=0, correction=None):
    one, source, units = Dataset(), Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = "?", "X", f"Lead {lead}"
    units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", unit
    one.ChannelSourceSequence, one.ChannelSensitivityUnitsSequence = [source], [units]
    one.ChannelSensitivity, one.ChannelBaseline = str(sensitivity), str(baseline)
    if correction is not None:
        one.ChannelSensitivityCorrectionFactor = str(correction)
    return one


def multiplex(leads, steps, rate=500, kind="SS", dtype="<i2", offset=None, **channel_fields):
    one = Dataset()
    one.WaveformOriginality = "ORIGINAL"
    one.NumberOfWaveformChannels, one.NumberOfWaveformSamples = len(leads), steps.shape[1]
    one.SamplingFrequency = str(rate)
    one.ChannelDefinitionSequence = [channel(lead, **channel_fields) for lead in leads]
    one.WaveformBitsAllocated = 8 * np.dtype(dtype).itemsize
    one.WaveformSampleInterpretation = kind
    if offset is not None:
        one.MultiplexGroupTimeOffset = str(offset)
    one.add_new("WaveformData", "OW", np.ascontiguousarray(steps.T.astype(dtype)).tobytes())
    return one


def dicom(path, *groups, syntax=pydicom.uid.ExplicitVRLittleEndian, preamble=True):
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.2"
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.Modality, dataset.PatientName = "ECG", ""
    dataset.WaveformSequence = list(groups)
    if preamble:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if preamble and not syntax.is_private:
            dataset.save_as(path, enforce_file_format=True)
        elif preamble:
            dataset.save_as(path, enforce_file_format=True, implicit_vr=False, little_endian=True)
        else:
            dataset.save_as(path, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
    return path


def test_dicom_groups_of_the_same_rate_and_time(tmp_path):
    groups = [multiplex(LEADS[k : k + 3], STEPS[k : k + 3], offset=0) for k in (0, 3, 6, 9)]
    back = read_ecg(dicom(tmp_path / "x.dcm", *groups))
    assert (back.leads, back.history) == (LEADS, FOUR)
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)


def test_dicom_groups_one_after_the_other(tmp_path):
    groups = [multiplex(LEADS, STEPS[:, k : k + 2500], offset=k * 2 or None) for k in (2500, 0)]
    back = read_ecg(dicom(tmp_path / "x.dcm", *groups))
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)
    assert back.history == ("joined 2 stretches in order of time",)


def test_dicom_groups_of_other_rates_are_named(tmp_path):
    groups = [multiplex(["V7"], STEPS[:1, ::2], 250), multiplex(LEADS, STEPS)]
    back = read_ecg(dicom(tmp_path / "x.dcm", *groups))
    assert back.rate == 500
    assert back.history == ("left out a group that does not fit the others: V7 (10 s at 250 Hz)",)


@pytest.mark.parametrize(
    ("syntax", "preamble"),
    [
        (pydicom.uid.ExplicitVRLittleEndian, True), (pydicom.uid.ImplicitVRLittleEndian, True),
        (pydicom.uid.ExplicitVRBigEndian, True), (pydicom.uid.UID("1.2.826.0.1.99.7"), True),
        (pydicom.uid.ExplicitVRLittleEndian, False), (pydicom.uid.ImplicitVRLittleEndian, False),
        (pydicom.uid.ExplicitVRBigEndian, False),
    ],
)  # fmt: skip
def test_dicom_in_any_transfer_syntax_with_and_without_preamble(tmp_path, syntax, preamble):
    dtype = ">i2" if syntax == pydicom.uid.ExplicitVRBigEndian else "<i2"
    path = dicom(tmp_path / "x", multiplex(LEADS, STEPS, dtype=dtype), syntax=syntax, preamble=preamble)
    back = read_ecg(path)
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("SB", "i1"), ("UB", "u1"), ("US", "<u2"), ("SL", "<i4"), ("UL", "<u4"), ("SV", "<i8")],
)
def test_dicom_samples_of_any_width(tmp_path, kind, dtype):
    steps = np.clip(STEPS, -100, 100) + (100 if kind[0] == "U" else 0)
    path = dicom(tmp_path / "x.dcm", multiplex(LEADS, steps, kind=kind, dtype=dtype, sensitivity="0.01", unit="mV",
                                               correction="0.5", baseline="-0.25"))  # fmt: skip
    np.testing.assert_allclose(read_ecg(path).signal, steps * 0.005 - 0.25, atol=1e-6)


def test_companded_dicom_is_decoded_and_said(tmp_path):
    def ulaw(linear):  # ITU-T G.711 on the scale of 16 bits, written out from its segments
        size = np.minimum(np.abs(linear), 32_635) + 0x84
        exponent = np.floor(np.log2(size)).astype(int) - 7
        return ~(np.where(linear < 0, 0x80, 0) | exponent << 4 | (size >> exponent + 3) & 15) & 0xFF

    linear = STEPS * 4
    path = dicom(
        tmp_path / "x.dcm", multiplex(LEADS, ulaw(linear), kind="MB", dtype="u1", sensitivity="0.25")
    )
    back = read_ecg(path)
    assert back.history == ("decoded µ-law samples (G.711)",)
    assert np.all(np.abs(back.signal - SIGNAL) <= 0.002 + np.abs(SIGNAL) / 30)


def test_an_encoding_that_is_not_read_is_named(tmp_path):
    path = dicom(tmp_path / "x.dcm", multiplex(LEADS, STEPS, kind="ZZ"))
    with pytest.raises(EcgError, match="stores its samples as 'ZZ' of 16 bits"):
        read_ecg(path)


def test_dicom_without_a_number_of_samples(tmp_path):
    one = multiplex(LEADS, STEPS)
    one.NumberOfWaveformSamples = 0
    assert read_ecg(dicom(tmp_path / "x.dcm", one)).samples == 5000


def padded(tmp_path, steps, value=0, leads=LEADS):
    one = multiplex(leads, steps)
    one.add_new("WaveformPaddingValue", "OW", np.array([value], "<i2").tobytes())
    return read_ecg(dicom(tmp_path / "x.dcm", one))


def test_a_padding_value_that_is_a_voltage_changes_no_recorded_sample(tmp_path):
    steps = STEPS.copy()
    steps[3, 1000:1100] = steps[4, :40] = steps[5, -80:] = 0  # flat pieces of single leads
    back = padded(tmp_path, steps)
    assert back.history == ()
    np.testing.assert_allclose(back.signal, steps / 1000, atol=1e-6)


def test_padding_in_all_channels_at_an_end_is_cut_off_and_said(tmp_path):
    steps = STEPS.copy()
    steps[:, -600:] = 0
    back = padded(tmp_path, steps)
    assert back.history == ("left out what not all leads have, in the last 1.2 s",)
    np.testing.assert_allclose(back.signal, steps[:, :-600] / 1000, atol=1e-6)


def test_a_lead_that_ends_long_before_the_others(tmp_path):
    steps = STEPS.copy()
    steps[7, -400:] = 0
    assert padded(tmp_path, steps).history == ("left out what not all leads have, in the last 0.8 s",)


def test_our_own_dicom_of_a_twin_has_one_group(tmp_path):
    back = read_ecg(write_ecg(Recording(SIGNAL, 500.0, synthetic=True), tmp_path / "x.dcm"))
    assert back.history == () and back.leads == LEADS
    assert read_ecg(example_path()).history == ()


def test_a_group_may_repeat_a_lead_with_the_same_samples(tmp_path):
    groups = [multiplex(LEADS[:7], STEPS[:7]), multiplex(("II", *LEADS[7:]), STEPS[[1, *range(7, 12)]])]
    back = read_ecg(dicom(tmp_path / "x.dcm", *groups))
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)
    assert back.history == (
        "joined 2 groups of leads that were recorded together",
        "left out a second channel of lead II with the same samples",
    )


def test_a_unit_by_its_meaning(tmp_path):
    one = multiplex(LEADS, STEPS, unit="4275")
    for definition in one.ChannelDefinitionSequence:
        definition.ChannelSensitivityUnitsSequence[0].CodeMeaning = "Microvolt"
    np.testing.assert_allclose(read_ecg(dicom(tmp_path / "x.dcm", one)).signal, SIGNAL, atol=1e-6)


def test_dicom_whose_preamble_was_cut_off_before_its_meta_information(tmp_path):
    path = dicom(tmp_path / "x.dcm", multiplex(LEADS, STEPS), syntax=pydicom.uid.ImplicitVRLittleEndian)
    np.testing.assert_allclose(read_ecg(saved(tmp_path, path.read_bytes()[132:])).signal, SIGNAL, atol=1e-6)


def test_padding_beyond_every_voltage_is_missing_wherever_it_is(tmp_path):
    steps = STEPS.copy()
    steps[:, -300:] = steps[2, 1000:1010] = -32768
    back = padded(tmp_path, steps, -32768)
    assert back.history == (
        "left out what not all leads have, in the last 0.6 s",
        "bridged 10 missing samples of lead III by straight lines",
    )
