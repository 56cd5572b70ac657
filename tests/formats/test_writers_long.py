"""No writer loses a second: what is longer than memory is written whole or refused, and seconds are counted."""

import math
import tracemalloc

import numpy as np
import pytest

from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.formats import ecg_file, guard, pieces
from ecgtwin_app.formats.edf_write import record_of
from ecgtwin_app.formats.pieces import pieces_of
from ecgtwin_app.formats.registry import open_ecg, read_ecg
from ecgtwin_app.formats.writing import writers

TWO_HOURS = 7200
SUFFIXES = [one.suffix for one in writers().values()]


def steps(lead, first, last):
    """Microvolts of a lead: every sample tells which one it is, and no beat is the same."""
    n = np.arange(first, last)
    return ((n * (7 + lead)) % 4001 - 2000).astype("<i2")


def two_hours(folder, rate, leads):
    """A WFDB record that is written here by hand, a minute at a time."""
    name, samples = f"hours_{rate}", TWO_HOURS * rate
    rows = "".join(f"{name}.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in leads)
    (folder / f"{name}.hea").write_text(f"{name} {len(leads)} {rate} {samples}\n{rows}")
    with (folder / f"{name}.dat").open("wb") as file:
        for first in range(0, samples, 60 * rate):
            file.write(np.stack([steps(k, first, first + 60 * rate) for k in range(len(leads))], 1).tobytes())
    return folder / f"{name}.hea"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_hours_of_a_small_rate_are_whole_in_every_format(tmp_path, suffix, capsys):
    source = two_hours(tmp_path, 64, ("I", "V2"))
    assert main(["convert", str(source), str(tmp_path / f"out{suffix}")]) == 0
    back = read_ecg(tmp_path / f"out{suffix}")
    assert (back.samples, back.duration, back.leads) == (TWO_HOURS * 64, TWO_HOURS, ("I", "V2"))
    for k, row in enumerate(back.signal):
        np.testing.assert_array_equal(np.rint(row * 1000), steps(k, 0, TWO_HOURS * 64))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_hours_beyond_memory_are_whole_or_refused(tmp_path, suffix, capsys, monkeypatch):
    monkeypatch.setattr(guard, "MAX_VALUES", 400_000)  # of 921,600
    monkeypatch.setattr(ecg_file, "MAX_VALUES", 400_000)
    monkeypatch.setattr(pieces, "_PIECE_VALUES", 100_000)
    source = two_hours(tmp_path, 64, ("I", "V2"))
    folder = tmp_path / "out"
    status = main(["convert", str(source), str(folder / f"out{suffix}")])
    said = capsys.readouterr().err
    if suffix not in [one.suffix for one in writers().values() if one.in_pieces]:
        assert status == 2 and said.count("\n") == 1 and "write WFDB, EDF or CSV" in said
        assert not folder.exists()
        return
    assert status == 0 and "took" not in said
    file = open_ecg(folder / f"out{suffix}")
    assert (file.samples, file.duration, file.leads) == (TWO_HOURS * 64, TWO_HOURS, ("I", "V2"))
    values = np.rint(file.values(0, file.samples) * 1000)
    np.testing.assert_array_equal(values, [steps(k, 0, file.samples) for k in range(2)])


@pytest.mark.parametrize("name", ["wfdb", "edf"])
def test_memory_is_bounded_and_a_part_may_be_long_too(tmp_path, name):
    assert 12 * 6500 * 250 > guard.MAX_VALUES
    source = two_hours(tmp_path, 250, LEADS)
    target = tmp_path / f"out{writers()[name].suffix}"
    main(["convert", str(source), str(target), "--seconds", "20"])  # imports done before memory is counted
    tracemalloc.start()
    try:
        assert main(["convert", str(source), str(target), "--start", "60", "--seconds", "6500"]) == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000  # the signal alone would be 78 MB as float32 and 156 MB as float64
    file = open_ecg(target)
    assert file.samples == 6500 * 250
    assert "took 60 s to 6560 s of 7200 s" in file.fields["history"]
    for first in range(0, file.samples, 400_000):
        last = min(first + 400_000, file.samples)
        values = np.rint(file.values(first, last) * 1000)
        np.testing.assert_array_equal(values, [steps(k, first + 15_000, last + 15_000) for k in range(12)])


def test_a_table_too_long_for_its_reader_is_refused_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    source = two_hours(tmp_path, 64, ("I", "V2"))
    monkeypatch.setattr("ecgtwin_app.formats.csv_write.MAX_BYTES_IN_PIECES", 2_000_000)
    assert main(["convert", str(source), str(tmp_path / "out" / "x.csv")]) == 2
    assert "write WFDB or EDF" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_pieces_are_the_recording_that_memory_would_hold(tmp_path, monkeypatch):
    """Seams fall into no gap, a slower channel is resampled without seams, and the counts add up."""
    samples, rate = 120_000, 500
    rng = np.random.default_rng(4)
    fast = rng.integers(-900, 900, samples).astype("<i2")
    slow = np.cumsum(rng.integers(-9, 10, samples // 2)).astype("<i2")
    fast[rng.integers(0, samples, 900)] = -32768
    for begin in range(9_990, samples, 10_000):
        fast[begin : begin + 20] = -32768  # as long as may be bridged, across where seams would be
    frames = np.column_stack([fast.reshape(-1, 2), slow])
    (tmp_path / "x.dat").write_bytes(frames.astype("<i2").tobytes())
    (tmp_path / "x.hea").write_text(
        f"x 2 {rate // 2} {samples // 2}\nx.dat 16x2 1000/mV 16 0 0 0 0 II\nx.dat 16 1000/mV 16 0 0 0 0 V5\n"
    )
    file = open_ecg(tmp_path / "x.hea")
    whole = file.recording()
    monkeypatch.setattr(pieces, "_PIECE_VALUES", 20_000)
    parts = pieces_of(file)
    signals = list(parts.signals())
    assert len(signals) > 5
    np.testing.assert_allclose(np.concatenate(signals, axis=1), whole.signal, atol=2e-5)
    assert parts.said.history == whole.history and parts.samples == samples
    assert parts.said.leads == whole.leads and parts.said.patient == whole.patient


def test_pieces_leave_a_calibration_pulse_out_at_the_end_only(tmp_path, monkeypatch):
    """In the midst of a long recording nothing is left out, whatever a piece looks like at its ends."""
    rng = np.random.default_rng(3)
    signal = rng.normal(0, 0.2, (12, 60_000)).round(3)
    pulse = np.concatenate([np.zeros(100), np.ones(100), np.zeros(50)])
    signal[:, -250:] = pulse
    signal[:, 20_000:20_250] = pulse  # ends where a piece of 20,250 samples does
    np.save(tmp_path / "x.npy", signal.astype(np.float32))
    file = open_ecg(tmp_path / "x.npy", rate=500, unit="mV", lead_order=LEADS)
    monkeypatch.setattr(pieces, "_PIECE_VALUES", 12 * 20_250)
    parts = pieces_of(file)
    assert parts.samples == file.recording().samples == 60_000 - 250
    assert sum(piece.shape[1] for piece in parts.signals()) == parts.samples
    assert parts.said.history == file.recording().history


@pytest.mark.parametrize(
    "rate", [100, 128, 180, 200, 240, 250, 256, 257, 300, 360, 400, 480, 500, 512, 600, 960, 977, 1000]
)
def test_edf_records_state_the_rate_and_fill_less_than_a_few_samples(rate):
    for samples in (
        10 * rate,
        10 * rate + 1,
        9 * rate + 313,
        5000,
        2500,
        4096,
        TWO_HOURS * rate,
        TWO_HOURS * rate + 17,
    ):
        size, seconds = record_of(samples, rate, 12)
        assert len(seconds) <= 8 and -samples % size <= max(1, 0.03 * rate, 1e-4 * samples)
        stated = size / float(seconds)
        assert math.isclose(stated, rate, rel_tol=1e-7)
        if samples % rate == 0 or rate in (100, 200, 240, 250, 400, 500, 1000):
            assert stated == rate


def test_what_edf_adds_is_said_in_the_file_and_by_convert(tmp_path, capsys):
    edfio = pytest.importorskip("edfio")
    source = tmp_path / "x.npy"
    np.save(source, np.random.default_rng(1).normal(0, 0.3, (2, 2500)).astype(np.float32))
    stated = ["--rate", "240", "--unit", "mV", "--lead-order", "I,II"]
    assert main(["convert", str(source), str(tmp_path / "x.edf"), *stated]) == 0
    sentence = "2 samples are added to each lead at the end (0.00833 s of its last value)"
    assert sentence in capsys.readouterr().err
    other = edfio.read_edf(str(tmp_path / "x.edf"))
    assert {signal.sampling_frequency for signal in other.signals} == {240.0}
    assert other.signals[0].data.size == 2502
    assert any(sentence in note.text for note in other.annotations)
    assert read_ecg(tmp_path / "x.edf").samples == 2500
