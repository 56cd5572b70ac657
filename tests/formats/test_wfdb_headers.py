"""WFDB headers: what they may leave out, how they name things, and those that lie."""

import numpy as np
import pytest
from wfdb_records import PLAIN, STEPS, TWIN, record

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import wfdb_
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.registry import read_ecg


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x.y", "é"])
def test_names_that_are_none_are_refused(tmp_path, name):
    with pytest.raises(EcgError, match="record name"):
        wfdb_.write(TWIN, tmp_path, name)


def lie(tmp_path, first_line=None, signal_line=None):
    header = wfdb_.write(TWIN, tmp_path, "lie")
    lines = header.read_text("utf-8").splitlines()
    if first_line:
        lines[0] = first_line
    if signal_line:
        lines[1:13] = [signal_line.format(lead=lead) for lead in LEADS]
    header.write_text("\n".join(lines) + "\n", "utf-8")
    return header


@pytest.mark.parametrize(
    ("first_line", "signal_line", "words"),
    [
        ("lie 12 500 100000000000", None, "100 days"),
        ("lie 12 500 9000", None, "holds 5,000"),
        ("lie 12 0 5000", None, "samples a second"),
        ("lie 12 1e9 5000", None, "lie.hea"),
        ("lie 5000 500 5000", None, "leads"),
        ("lie 13 500 5000", None, "lie.hea"),
        ("", "not a header", "lie.hea"),
        (None, "../lie.dat 16 1000/mV 16 0 0 0 0 {lead}", "lie.hea"),
        (None, "/etc/passwd 16 1000/mV 16 0 0 0 0 {lead}", "lie.hea"),
        (None, "s3://bucket/lie.dat 16 1000/mV 16 0 0 0 0 {lead}", "lie.hea"),
        (None, "gone.dat 16 1000/mV 16 0 0 0 0 {lead}", "needs gone.dat beside it"),
        (None, "lie.dat 516 1000/mV 16 0 0 0 0 {lead}", "FLAC"),
        (None, "lie.dat 17 1000/mV 16 0 0 0 0 {lead}", "format 17"),
        (None, "lie.dat 16x4 1000/mV 16 0 0 0 0 {lead}", "holds 1,250"),
        (None, "lie.dat 16:900 1000/mV 16 0 0 0 0 {lead}", "skew"),
        (None, "lie.dat 16+99999999 1000/mV 16 0 0 0 0 {lead}", "holds 0"),
        (None, "lie.dat 16 1000/kPa 16 0 0 0 0 {lead}", "kPa"),
        (None, "lie.dat 16 1e-9/mV 16 0 0 0 0 {lead}", "lie.hea"),
    ],
)
def test_headers_that_lie_are_refused_in_one_sentence(tmp_path, first_line, signal_line, words):
    with pytest.raises(EcgError, match=words) as caught:
        read_ecg(lie(tmp_path, first_line, signal_line))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "record").mkdir()
    header = wfdb_.write(TWIN, tmp_path / "record", "lie")
    (tmp_path / "record" / "lie.dat").rename(tmp_path / "elsewhere.dat")
    try:
        (tmp_path / "record" / "lie.dat").symlink_to(tmp_path / "elsewhere.dat")
    except OSError:
        pytest.skip("links are not allowed here")
    with pytest.raises(EcgError, match="another folder"):
        read_ecg(header)


def test_samples_without_a_header_say_what_is_missing(tmp_path):
    wfdb_.write(TWIN, tmp_path, "r")
    (tmp_path / "r.hea").unlink()
    with pytest.raises(EcgError, match="r.hea|no format"):
        read_ecg(tmp_path / "r.dat")


@pytest.mark.parametrize(
    "first_line", ["x 12 500", "x 12 500 0", "x 12 500/500(0) 5000", "x 12 500 5000 2006"]
)
def test_what_the_first_line_may_leave_out(tmp_path, first_line):
    back = read_ecg(record(tmp_path, first_line, PLAIN))
    np.testing.assert_allclose(back.signal, STEPS / 1000, atol=1e-6)
    assert (back.rate, back.recorded, back.history) == (500.0, "", ())


def test_time_and_day_of_a_header(tmp_path):
    assert (
        read_ecg(record(tmp_path, "x 12 500 5000 9:05:07.5 3/2/2006", PLAIN)).recorded
        == "2006-02-03T09:05:07"
    )


def test_comments_and_empty_lines_before_the_record_line(tmp_path):
    header = record(tmp_path, "# made by a script\n\nx 12 500 5000", PLAIN)
    header.write_bytes(header.read_bytes().replace(b"\n", b"\r\n"))
    assert read_ecg(header).samples == 5000


@pytest.mark.parametrize("unit", ["µV", "μV", "uV", "microvolts"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_microvolts_in_any_encoding(tmp_path, unit, encoding):
    if unit == "μV" and encoding == "latin-1":
        pytest.skip("Latin-1 has no Greek letters")
    header = record(tmp_path, "x 12 500 5000", PLAIN, gain=f"1/{unit}")
    header.write_bytes(header.read_text("utf-8").encode(encoding))
    np.testing.assert_allclose(read_ecg(header).signal, STEPS / 1000, atol=1e-6)


def test_two_channels_of_one_name_and_naming_them(tmp_path):
    header = record(tmp_path, "x 2 500 5000", STEPS[:2].T.astype("<i2").tobytes(), leads=("ECG", "ECG"))
    assert read_ecg(header).leads == ("ECG 1", "ECG 2")
    named = read_ecg(header, lead_order=["II", "V1"])
    assert named.leads == ("II", "V1")
    np.testing.assert_allclose(named.signal, STEPS[:2] / 1000, atol=1e-6)
    with pytest.raises(EcgError, match="has 2 channels, but 1 are named"):
        read_ecg(header, lead_order=["II"])
    unknown = record(
        tmp_path, "x 2 500 5000", STEPS[:2].T.astype("<i2").tobytes(), leads=("chan 1", "chan 2")
    )
    with pytest.raises(NotStated, match="name its channels") as caught:
        read_ecg(unknown)
    assert caught.value.missing == ("lead_order",)
    assert read_ecg(unknown, lead_order=["other", "V5"]).leads == ("V5",)


def test_a_signal_that_is_not_announced_is_not_dropped(tmp_path):
    with pytest.raises(EcgError, match="announces 11 leads but describes 12"):
        read_ecg(record(tmp_path, "x 11 500 5000", PLAIN))
