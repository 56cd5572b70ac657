"""WFDB: sample-exact both ways, marked, and headers that lie are refused before memory is taken."""

import numpy as np
import pytest
import wfdb
from scipy.io import loadmat

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.formats import registry, wfdb_
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.registry import read_ecg


def recording(**fields):
    rng = np.random.default_rng(3)
    independent = np.round(np.cumsum(rng.normal(0, 0.01, (8, 5000)), axis=1), 2)
    return Recording(twelve_leads(independent), 500.0, **fields)


TWIN = recording(
    synthetic=True,
    source="ECGTwin",
    patient=Patient(63, "F", "Mrs Secret", "12345"),
    recorded="2020-02-03T04:05:06",
    provenance={
        "synthetic": True,
        "model": "ecgtwin-1",
        "weights_sha256": "ab" * 32,
        "seed": 7,
        "request": {
            "conditions": ["atrial fibrillation"],
            "heart_rate": 72.5,
            "sex": None,
            "score": "x" * 400,
        },
        "reference_sha256": "cd" * 32,
        "pooled_sha256": ["ef" * 32, "01" * 32],
        "versions": {"ecgtwin": "0.1.0"},
    },
)


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


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x.y", "é"])
def test_names_that_are_none_are_refused(tmp_path, name):
    with pytest.raises(EcgError, match="record name"):
        wfdb_.write(TWIN, tmp_path, name)


@pytest.mark.parametrize("fmt", ["16", "212", "24", "32", "80"])
def test_other_sample_formats(tmp_path, fmt):
    signal = np.round(np.clip(TWIN.signal.T.astype(float), -1, 1), 2)
    wfdb.wrsamp("f", 500, ["mV"] * 12, list(LEADS), signal, fmt=[fmt] * 12, adc_gain=[100.0] * 12,
                baseline=[0] * 12, write_dir=str(tmp_path))  # fmt: skip
    back = read_ecg(tmp_path / "f.hea")
    np.testing.assert_allclose(back.signal, signal.T, atol=1e-6)
    assert not any("checksum" in line for line in back.history)


def test_microvolt_units_and_baseline(tmp_path):
    header = wfdb_.write(TWIN, tmp_path, "u")
    text = header.read_text("utf-8")
    header.write_text(text.replace("1000(0)/mV", "1(100)/uV"), "utf-8")
    np.testing.assert_allclose(read_ecg(header).signal, TWIN.signal - 0.1, atol=6e-4)


def test_changed_samples_are_noticed_by_their_checksum(tmp_path):
    header = wfdb_.write(TWIN, tmp_path, "c")
    data = bytearray((tmp_path / "c.dat").read_bytes())
    data[24 * 100 + 2] ^= 0x10  # lead II
    (tmp_path / "c.dat").write_bytes(data)
    assert read_ecg(header).history == ("samples differ from the checksum in the header: II",)


def test_missing_samples_are_not_a_voltage(tmp_path):
    header = wfdb_.write(TWIN, tmp_path, "m")
    data = np.frombuffer((tmp_path / "m.dat").read_bytes(), "<i2").reshape(-1, 12).copy()
    data[200:205, 7] = -32768
    (tmp_path / "m.dat").write_bytes(data.tobytes())
    back = read_ecg(header)
    assert any("bridged 5 missing samples of lead V2" in line for line in back.history)
    assert np.abs(back.lead("V2")).max() < 30


def test_a_real_matlab_record_of_cinc_is_read_exactly(real_data):
    folder = real_data / "import_formats" / "wfdb"
    back = read_ecg(folder / "JS00001.mat")
    np.testing.assert_allclose(back.signal, loadmat(folder / "JS00001.mat")["val"] / 1000, atol=1e-6)
    assert (back.patient.age, back.patient.sex, back.history) == (85, "M", ())


def write_by_wfdb(folder, name="f", signal=None, leads=LEADS, **options):
    """A record that the wfdb package writes, 0.01 mV a step."""
    signal = TWIN.signal.T.astype(float) if signal is None else signal
    signal = np.round(np.clip(signal, -1, 1), 2)
    count = signal.shape[1]
    fields = {"fmt": ["16"] * count, "adc_gain": [100.0] * count, "baseline": [0] * count} | options
    wfdb.wrsamp(name, 500, ["mV"] * count, list(leads), signal, write_dir=str(folder), **fields)
    return signal.T


@pytest.mark.parametrize("fmt", ["508", "516", "524"])
def test_compressed_formats(tmp_path, fmt):
    signal = write_by_wfdb(tmp_path, signal=TWIN.signal[:8].T.astype(float), leads=LEADS[:8], fmt=[fmt] * 8)
    back = read_ecg(tmp_path / "f.hea")
    np.testing.assert_allclose(back.signal, signal, atol=1e-6)
    assert not any("checksum" in line for line in back.history)
    piece = read_ecg(tmp_path / "f.hea", start=3, seconds=2)
    np.testing.assert_allclose(piece.signal, signal[:, 1500:2500], atol=1e-6)


def test_flac_that_announces_too_much_is_refused(tmp_path):
    write_by_wfdb(tmp_path, signal=TWIN.signal[:8].T.astype(float), leads=LEADS[:8], fmt=["516"] * 8)
    (name,) = {line.split()[0] for line in (tmp_path / "f.hea").read_text().splitlines()[1:9]}
    data = bytearray((tmp_path / name).read_bytes())
    data[21:26] = bytes([data[21] | 0x0F, 255, 255, 255, 255])
    (tmp_path / name).write_bytes(data)
    with pytest.raises(EcgError, match="too small to hold"):
        read_ecg(tmp_path / "f.hea")


def test_format_8_keeps_differences(tmp_path):
    steps = np.cumsum(np.random.default_rng(1).integers(-100, 101, (12, 2000)), axis=1)
    steps -= steps[:, :1]
    differences = np.diff(steps, axis=1, prepend=0).astype(np.int8)
    (tmp_path / "d.dat").write_bytes(differences.T.tobytes())
    lines = [f"d.dat 8 1000/mV 16 0 0 {(int(row.sum()) + 32768) % 65536 - 32768} 0 {lead}"
             for lead, row in zip(LEADS, steps, strict=True)]  # fmt: skip
    (tmp_path / "d.hea").write_text("d 12 500 2000\n" + "\n".join(lines) + "\n")
    back = read_ecg(tmp_path / "d.hea", start=1, seconds=2)
    np.testing.assert_allclose(back.signal, steps[:, 500:1500] / 1000, atol=1e-6)


def segments(folder, lengths=(2000, 1000, 2000)):
    """A record in segments, the middle one empty; its lead order changes from one to the next."""
    first = write_by_wfdb(folder, "part_1", TWIN.signal.T[: lengths[0]])
    last = write_by_wfdb(folder, "part_3", TWIN.signal.T[: lengths[2], ::-1], LEADS[::-1])[::-1]
    names = ("part_1", "~", "part_3")
    lines = [f"{name} {length}" for name, length in zip(names, lengths, strict=True)]
    (folder / "whole.hea").write_text(f"whole/3 12 500 {sum(lengths)}\n" + "\n".join(lines) + "\n")
    return first, last


def test_a_record_in_segments_is_put_together(tmp_path):
    first, last = segments(tmp_path, (2000, 10, 2000))
    back = read_ecg(tmp_path / "whole.hea")
    assert back.samples == 4010 and "put together from 3 segments" in back.history
    np.testing.assert_allclose(back.signal[:, :2000], first, atol=1e-6)
    np.testing.assert_allclose(back.signal[:, 2010:], last, atol=1e-6)
    assert any("bridged 10 missing samples of lead I " in line for line in back.history)


def test_a_piece_between_gaps_of_a_record_in_segments(tmp_path):
    _, last = segments(tmp_path)
    back = read_ecg(tmp_path / "whole.hea", start=7, seconds=2)
    np.testing.assert_allclose(back.signal, last[:, 500:1500], atol=1e-6)
    with pytest.raises(EcgError, match="whole.hea was interrupted"):
        read_ecg(tmp_path / "whole.hea")


def test_a_segment_shorter_than_the_record_says_is_refused(tmp_path):
    segments(tmp_path)
    text = (tmp_path / "whole.hea").read_text()
    (tmp_path / "whole.hea").write_text(text.replace("part_3 2000", "part_3 9000").replace(" 5000", " 12000"))
    with pytest.raises(EcgError, match="shorter than whole.hea says"):
        read_ecg(tmp_path / "whole.hea")


def test_leads_at_different_rates(tmp_path):
    time = np.arange(2000) / 1000
    wave = np.rint(500 * np.sin(2 * np.pi * 4 * time)).astype("<i2")
    frames = np.stack([wave[::2], wave[1::2], wave[::2]], axis=1)  # I twice a frame, II once
    (tmp_path / "r.dat").write_bytes(frames.tobytes())
    (tmp_path / "r.hea").write_text(
        "r 2 500 1000\nr.dat 16x2 1000/mV 16 0 0 0 0 I\nr.dat 16 1000/mV 16 0 0 0 0 II\n"
    )
    back = read_ecg(tmp_path / "r.hea")
    assert (back.rate, back.samples) == (1000.0, 2000)
    assert "resampled II to 1000 Hz as the other leads" in back.history
    np.testing.assert_allclose(back.lead("I"), wave / 1000, atol=1e-6)
    np.testing.assert_allclose(back.lead("II")[200:-200], back.lead("I")[200:-200], atol=5e-3)


def test_skewed_leads_are_aligned(tmp_path):
    header = wfdb_.write(TWIN, tmp_path, "k")
    data = np.frombuffer((tmp_path / "k.dat").read_bytes(), "<i2").reshape(-1, 12).copy()
    data[:, 1] = np.roll(data[:, 1], 5)
    (tmp_path / "k.dat").write_bytes(data.tobytes())
    lines = header.read_text("utf-8").splitlines()
    lines[2] = lines[2].replace("k.dat 16 ", "k.dat 16:5 ")
    header.write_text("\n".join(lines) + "\n", "utf-8")
    back = read_ecg(header)
    np.testing.assert_allclose(back.lead("II")[:4990], TWIN.lead("II")[:4990], atol=6e-4)
    assert "aligned the leads by the skew that the header states" in back.history


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


@pytest.mark.parametrize(("segment", "words"), [("part", "needs part.hea"), ("whole", "no recordings")])
def test_a_record_of_segments_that_are_missing_or_itself(tmp_path, segment, words):
    (tmp_path / "whole.hea").write_text(f"whole/2 12 500 5000\n{segment} 2500\n{segment} 2500\n")
    with pytest.raises(EcgError, match=words):
        read_ecg(tmp_path / "whole.hea")


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


# Headers that leave things out, and records of other shapes.

STEPS = np.rint(TWIN.signal.astype(float) * 1000).astype(int)
LINE = "x.dat {fmt} {gain} 16 0 0 0 0 {lead}"


def record(folder, first_line, data, fmt="16", gain="1000/mV", leads=LEADS, name="x", line=LINE):
    """A record whose header and bytes are given."""
    lines = [first_line, *(line.format(fmt=fmt, gain=gain, lead=lead) for lead in leads)]
    (folder / f"{name}.hea").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "x.dat").write_bytes(data)
    return folder / f"{name}.hea"


PLAIN = STEPS.T.astype("<i2").tobytes()


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


def packed(steps, fmt):
    """Samples (n,) as the bytes of a format, each written out bit by bit from the specification."""
    if (
        fmt == "310"
    ):  # bits 1 to 10 of two words; the third sample's low half above in the first, its high in the second
        groups = np.pad(steps, (0, -steps.size % 3)).reshape(-1, 3) & 0x3FF
        words = np.stack(
            [groups[:, 0] << 1 | (groups[:, 2] & 31) << 11, groups[:, 1] << 1 | groups[:, 2] >> 5 << 11], 1
        )
        return words.astype("<u2").tobytes()
    if fmt == "311":
        groups = np.pad(steps, (0, -steps.size % 3)).reshape(-1, 3) & 0x3FF
        return (groups[:, 0] | groups[:, 1] << 10 | groups[:, 2] << 20).astype("<u4").tobytes()
    if fmt == "212":
        pairs = np.pad(steps, (0, -steps.size % 2)).reshape(-1, 2) & 0xFFF
        return (
            np.stack([pairs[:, 0] & 255, pairs[:, 0] >> 8 | pairs[:, 1] >> 8 << 4, pairs[:, 1] & 255], 1)
            .astype("u1")
            .tobytes()
        )
    if fmt == "24":
        return np.stack([steps >> k & 255 for k in (0, 8, 16)], axis=1).astype("u1").tobytes()
    kinds = {"16": "<i2", "61": ">i2", "32": "<i4", "80": "u1", "160": "<u2", "8": "i1"}
    return (steps + {"80": 128, "160": 32768}.get(fmt, 0)).astype(kinds[fmt]).tobytes()


@pytest.mark.parametrize("fmt", ["16", "24", "32", "61", "80", "160", "212", "310", "311"])
@pytest.mark.parametrize("count", [12, 7])
def test_every_format_from_its_specification_and_any_piece_of_it(tmp_path, fmt, count):
    steps = np.clip(STEPS[:count], -100, 100)
    header = record(
        tmp_path, f"x {count} 500 5000", packed(steps.T.reshape(-1), fmt), fmt, leads=LEADS[:count]
    )
    truth = read_ecg(
        record(tmp_path, f"x {count} 500 5000", packed(steps.T.reshape(-1), fmt), fmt, leads=LEADS[:count])
    )
    for k, lead in enumerate(LEADS[:count]):
        np.testing.assert_allclose(truth.lead(lead), steps[k] / 1000, atol=1e-6)
    for start, seconds in ((0.002, 1), (3.334, 2.002), (8.998, 1.002)):
        first, n = round(start * 500), round(seconds * 500)
        piece = read_ecg(header, start=start, seconds=seconds)
        np.testing.assert_allclose(piece.lead("I"), steps[0, first : first + n] / 1000, atol=1e-6)


def test_the_reference_implementation_agrees_on_the_ten_bit_formats(tmp_path):
    steps = np.clip(STEPS[:5], -500, 500)
    for fmt in ("310", "311", "212"):
        record(tmp_path, "x 5 500 5000", packed(steps.T.reshape(-1), fmt), fmt, leads=LEADS[:5])
        theirs = wfdb.rdrecord(str(tmp_path / "x"), physical=False).d_signal.T
        np.testing.assert_array_equal(theirs, steps)


@pytest.mark.parametrize("frames", [1, 15.5, 100])
def test_the_rate_is_frames_times_samples_a_frame(tmp_path, frames):
    per_frame = {1: 500, 15.5: 32, 100: 5}[frames]
    count = 5000 // per_frame
    steps = STEPS[:, : count * per_frame]
    data = np.concatenate([steps[:, k * per_frame : (k + 1) * per_frame].reshape(-1) for k in range(count)])
    back = read_ecg(
        record(tmp_path, f"x 12 {frames} {count}", data.astype("<i2").tobytes(), f"16x{per_frame}")
    )
    assert (back.rate, back.samples) == (frames * per_frame, count * per_frame)
    np.testing.assert_allclose(back.signal, steps / 1000, atol=1e-6)


@pytest.mark.parametrize("unit", ["µV", "μV", "uV", "microvolts"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_microvolts_in_any_encoding(tmp_path, unit, encoding):
    if unit == "μV" and encoding == "latin-1":
        pytest.skip("Latin-1 has no Greek letters")
    header = record(tmp_path, "x 12 500 5000", PLAIN, gain=f"1/{unit}")
    header.write_bytes(header.read_text("utf-8").encode(encoding))
    np.testing.assert_allclose(read_ecg(header).signal, STEPS / 1000, atol=1e-6)


def test_a_gain_that_is_not_stated_is_that_of_the_format(tmp_path):
    header = record(tmp_path, "x 12 500 5000", PLAIN, line="x.dat 16", gain="")
    header.write_text("x 2 500 5000\nx.dat 16 0 16 0 0 0 0 I\nx.dat 16\n")
    file = registry.open_ecg(header)
    np.testing.assert_allclose(file.values(0, 2), np.frombuffer(PLAIN, "<i2").reshape(-1, 2)[:2].T / 200)


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


def test_a_record_that_lists_fewer_segments_than_it_announces(tmp_path):
    segments(tmp_path)
    text = (tmp_path / "whole.hea").read_text()
    (tmp_path / "whole.hea").write_text(text.replace("whole/3", "whole/4"))
    with pytest.raises(EcgError, match="announces 4 segments but lists 3"):
        read_ecg(tmp_path / "whole.hea")
    (tmp_path / "whole.hea").write_text(text.replace(" 5000", " 9000"))
    with pytest.raises(EcgError, match="says it has 9,000 samples a lead, but its segments have 5,000"):
        read_ecg(tmp_path / "whole.hea")


def test_a_variable_layout_with_frames_a_gap_and_a_lead_that_comes_later(tmp_path):
    steps = STEPS[:2, :2000]
    for name, leads in (("a_1", ("II",)), ("a_2", ("V5", "II"))):
        rows = [steps[("II", "V5").index(lead)].reshape(-1, 4) for lead in leads]
        (tmp_path / f"{name}.dat").write_bytes(np.concatenate(rows, axis=1).astype("<i2").tobytes())
        lines = "".join(f"{name}.dat 16x4 1000/mV 16 0 0 0 0 {lead}\n" for lead in leads)
        (tmp_path / f"{name}.hea").write_text(f"{name} {len(leads)} 125 500\n{lines}")
    (tmp_path / "a_layout.hea").write_text("a_layout 2 125 0\n~ 0x4 0 0 0 0 0 0 II\n~ 0x4 0 0 0 0 0 0 V5\n")
    (tmp_path / "a.hea").write_text("a/4 2 125 1050\na_layout 0\na_1 500\n~ 50\na_2 500\n")
    file = registry.open_ecg(tmp_path / "a.hea")
    assert (file.rate, file.samples, file.leads) == (500.0, 4200, ("II", "V5"))
    assert file.stretches() == ((0, 4), (4.4, 8.4))
    early = file.recording(0, 4)
    assert early.leads == ("II",) and "left out what has no samples here: V5" in early.history
    late = file.recording(4.4, 4)
    np.testing.assert_allclose(late.signal, steps / 1000, atol=1e-6)


def test_longer_than_a_day_and_begun_late(tmp_path):
    lines = "".join(f"x.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in LEADS[:2])
    samples = 14 * 86_400 * 200
    (tmp_path / "x.hea").write_text(f"x 2 200 {samples}\n{lines}")
    with (tmp_path / "x.dat").open("wb") as file:
        file.truncate(samples * 4)
        file.seek(4 * 200 * 100_000)
        file.write(STEPS[:2].T.astype("<i2").tobytes())
    piece = read_ecg(tmp_path / "x.hea", start=100_000, seconds=25)
    np.testing.assert_allclose(piece.signal[:2], STEPS[:2] / 1000, atol=1e-6)
    assert piece.history[0] == "took 100000 s to 100025 s of 1209600 s"


def test_a_signal_that_is_not_announced_is_not_dropped(tmp_path):
    with pytest.raises(EcgError, match="announces 11 leads but describes 12"):
        read_ecg(record(tmp_path, "x 11 500 5000", PLAIN))
