"""NumPy and MATLAB arrays: what they state is used, what they do not must be given, objects are never read."""

import numpy as np
import pytest
from scipy.io import savemat

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import mat
from ecgtwin_app.formats.registry import read_ecg

SIGNAL = twelve_leads(np.round(np.random.default_rng(5).normal(0, 0.4, (8, 700)), 3))
STEPS = np.rint(SIGNAL * 1000).astype(np.int16)
STATED = {"rate": 500, "unit": "uV", "lead_order": LEADS}


def assert_read(recording, source):
    assert (recording.source, recording.rate, recording.leads) == (source, 500.0, LEADS)
    np.testing.assert_allclose(recording.signal, STEPS / 1000, atol=1e-6)


@pytest.mark.parametrize(
    "array", [STEPS, STEPS.T, np.asfortranarray(STEPS), STEPS.astype(">i4"), STEPS.astype("f8")]
)
def test_npy_of_any_order_and_type(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    assert_read(read_ecg(tmp_path / "x.npy", **STATED), "NumPy")


def test_npy_that_states_nothing_asks(tmp_path):
    np.save(tmp_path / "x.npy", STEPS)
    with pytest.raises(EcgError, match="rate and unit and lead order"):
        read_ecg(tmp_path / "x.npy")
    with pytest.raises(EcgError, match="12 x 700 values, but 8 leads are named"):
        read_ecg(tmp_path / "x.npy", **STATED | {"lead_order": LEADS[:8]})


@pytest.mark.parametrize(
    "array", [np.array([{"a": 1}, "b"], dtype=object), np.array([["a"] * 700] * 12), np.zeros((2, 3, 4))]
)
def test_what_is_no_table_of_numbers_is_refused(tmp_path, array):
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    with pytest.raises(EcgError, match=r"x\.npy"):
        read_ecg(tmp_path / "x.npy", **STATED)


def test_npz_that_would_unpack_to_too_much_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "x.npz", signal=np.zeros((12, 11_000_000), np.int8), rate=500.0)
    assert (tmp_path / "x.npz").stat().st_size < 1_000_000
    with pytest.raises(EcgError, match="would unpack to"):
        read_ecg(tmp_path / "x.npz", **STATED)


@pytest.mark.parametrize("options", [{"do_compression": True}, {}, {"format": "4"}])
def test_mat_with_what_stands_beside_the_array(tmp_path, options):
    four = options.get("format") == "4"
    variables = {"val": STEPS.astype(float) if four else STEPS, "Fs": 500.0, "units": "uV"}
    if not four:
        variables["leads"] = np.array(LEADS, dtype=object)
    savemat(tmp_path / "x.mat", variables, **options)
    given = {"lead_order": LEADS} if four else {}
    assert_read(read_ecg(tmp_path / "x.mat", **given), "MATLAB")


def test_mat_that_states_nothing_asks(tmp_path):
    savemat(tmp_path / "x.mat", {"ecg": STEPS.T})
    assert_read(read_ecg(tmp_path / "x.mat", **STATED), "MATLAB")
    with pytest.raises(EcgError, match="rate and unit and lead order"):
        read_ecg(tmp_path / "x.mat")


def test_mat_of_version_7_3_says_how_to_save_it(tmp_path):
    (tmp_path / "x.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(600, b" "))
    with pytest.raises(EcgError, match="option -v7"):
        read_ecg(tmp_path / "x.mat", **STATED)


def test_mat_that_would_unpack_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mat, "_LARGEST_INFLATED", 10_000)
    savemat(tmp_path / "x.mat", {"ecg": STEPS}, do_compression=True)
    with pytest.raises(EcgError, match="would unpack"):
        read_ecg(tmp_path / "x.mat", **STATED)


def test_mat_without_numbers_is_refused(tmp_path):
    savemat(tmp_path / "x.mat", {"text": "hello"})
    with pytest.raises(EcgError, match="no table of numbers"):
        read_ecg(tmp_path / "x.mat", **STATED)
