"""WFDB samples: every format of the specification, gains, checksums, and any piece of a record."""

import numpy as np
import pytest
import wfdb
from wfdb_records import PLAIN, STEPS, TWIN, record, write_by_wfdb

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import registry, wfdb_
from ecgtwin_app.formats.registry import read_ecg


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


def test_a_gain_that_is_not_stated_is_that_of_the_format(tmp_path):
    header = record(tmp_path, "x 12 500 5000", PLAIN, line="x.dat 16", gain="")
    header.write_text("x 2 500 5000\nx.dat 16 0 16 0 0 0 0 I\nx.dat 16\n")
    file = registry.open_ecg(header)
    np.testing.assert_allclose(file.values(0, 2), np.frombuffer(PLAIN, "<i2").reshape(-1, 2)[:2].T / 200)


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
