"""WFDB: sample-exact both ways, marked, and headers that lie are refused before memory is taken."""

import numpy as np
import pytest
import wfdb
from scipy.io import loadmat
from wfdb_records import TWIN, recording

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.formats import wfdb_
from ecgtwin_app.formats.registry import read_ecg


def test_what_is_written_is_read_back(tmp_path):
    wfdb_.write(TWIN, tmp_path, "twin_001")
    back = read_ecg(tmp_path / "twin_001.hea")
    np.testing.assert_array_equal(back.signal, np.round(TWIN.signal.astype(float), 3).astype(np.float32))
    assert (back.rate, back.leads, back.source, back.history) == (500.0, LEADS, "WFDB", ())
    assert back.synthetic
    assert back.patient == Patient(63, "F")
    for key in ("model", "weights_sha256", "seed", "reference_sha256", "pooled_sha256", "versions"):
        assert back.provenance[key] == TWIN.provenance[key]
    request = back.provenance["request"]
    assert request["conditions"] == ["atrial fibrillation"]
    assert (request["heart_rate"], request["sex"]) == (72.5, None)


def test_the_reference_implementation_reads_the_same_microvolts(tmp_path):
    wfdb_.write(TWIN, tmp_path, "twin_001")
    record = wfdb.rdrecord(str(tmp_path / "twin_001"), physical=False)
    np.testing.assert_array_equal(record.d_signal.T, np.rint(TWIN.signal.astype(float) * 1000))
    assert (record.fs, record.sig_name, set(record.fmt)) == (500, list(LEADS), {"16"})
    assert (set(record.adc_gain), set(record.units)) == ({1000.0}, {"mV"})
    assert record.checksum == [int(c) for c in record.calc_checksum()] or all(
        (a - b) % 65536 == 0 for a, b in zip(record.checksum, record.calc_checksum())
    )
    assert "SYNTHETIC: yes" in record.comments


def test_header_lines_keep_to_the_format_and_hold_no_identity(tmp_path):
    header = wfdb_.write(TWIN, tmp_path, "twin_001")
    text = header.read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 255
    assert "Secret" not in text and "12345" not in text and "2020-02-03" not in text
    wfdb_.write(TWIN, tmp_path, "twin_001", keep_identity=True)
    back = read_ecg(header)
    assert back.patient == TWIN.patient and back.recorded == TWIN.recorded


def test_the_oldest_are_one_category(tmp_path):
    wfdb_.write(recording(patient=Patient(97, "M")), tmp_path, "old")
    assert "97" not in (tmp_path / "old.hea").read_text("utf-8").split("# ", 1)[1]
    assert read_ecg(tmp_path / "old").patient == Patient(90, "M")


def test_a_real_recording_is_not_marked_synthetic(tmp_path):
    header = wfdb_.write(recording(), tmp_path, "real")
    assert "SYNTHETIC" not in header.read_text("utf-8")
    assert not read_ecg(header).synthetic


def test_same_input_same_bytes(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    wfdb_.write(TWIN, tmp_path / "a", "x"), wfdb_.write(TWIN, tmp_path / "b", "x")
    for name in ("x.hea", "x.dat"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("suffix", [".hea", ".dat", ""])
def test_any_name_of_the_record_opens_it(tmp_path, suffix):
    wfdb_.write(TWIN, tmp_path, "r")
    assert read_ecg(tmp_path / f"r{suffix}").samples == 5000


def test_values_beyond_sixteen_bits_are_refused(tmp_path):
    signal = recording().signal.copy()
    signal[0, 0] = 33
    with pytest.raises(EcgError, match="32.767"):
        wfdb_.write(Recording(signal, 500.0), tmp_path, "x")


def test_a_real_matlab_record_of_cinc_is_read_exactly(real_data):
    folder = real_data / "import_formats" / "wfdb"
    back = read_ecg(folder / "JS00001.mat")
    np.testing.assert_allclose(back.signal, loadmat(folder / "JS00001.mat")["val"] / 1000, atol=1e-6)
    assert (back.patient.age, back.patient.sex, back.history) == (85, "M", ())
