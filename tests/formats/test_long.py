"""Long recordings: any piece of them, without taking all of them into memory."""

import tracemalloc

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats import ecg_file
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg

SIGNAL = twelve_leads(np.round(np.random.default_rng(9).normal(0, 0.4, (8, 6000)), 3)).astype(np.float32)
MINUTE = Recording(SIGNAL, 100.0)
SUFFIXES = [".hea", ".edf", ".dcm", ".xml", ".csv", ".npz"]
DAY = 24 * 3600


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_piece_of_any_format(tmp_path, suffix):
    recording = MINUTE if suffix != ".dcm" else Recording(SIGNAL, 200.0)
    file = open_ecg(write_ecg(recording, tmp_path / f"x{suffix}"))
    assert (file.duration, file.leads) == (recording.duration, LEADS)
    piece = file.recording(12.34, 10)
    first = round(12.34 * recording.rate)
    np.testing.assert_allclose(piece.signal, SIGNAL[:, first : first + round(10 * recording.rate)], atol=6e-4)
    assert piece.history[0].startswith("took 12.34 s to 22.34 s of ")
    assert file.recording().history == ()


@pytest.mark.parametrize(
    ("start", "seconds", "words"),
    [(60, 1, "choose a start"), (-1, 1, "choose a start"), (float("nan"), 1, "choose a start"), (55, 10, "5 s to give"),
     (0, 0, "ask for a length"), (0, -3, "ask for a length")],
)  # fmt: skip
def test_pieces_that_are_not_there(tmp_path, start, seconds, words):
    path = write_ecg(MINUTE, tmp_path / "x.npz")
    with pytest.raises(EcgError, match=words):
        read_ecg(path, start=start, seconds=seconds)


def test_what_does_not_fit_is_cut_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(ecg_file, "MAX_VALUES", 12 * 2000)
    recording = read_ecg(write_ecg(MINUTE, tmp_path / "x.edf"))
    assert recording.samples == 2000 and recording.history == ("took 0 s to 20 s of 60 s",)


def a_day(folder, kind):
    """A file of 24 hours, 12 leads, 500 Hz, almost all of it a hole in the disk; its path and options."""
    samples, width = DAY * 500, 24
    marked = (np.arange(12) + 1).astype("<i2") * 100
    if kind == "npy":
        head = b"\x93NUMPY\x01\x00"
        text = f"{{'descr': '<i2', 'fortran_order': False, 'shape': ({samples}, 12), }}".ljust(117) + "\n"
        start, head = 128, head + len(text).to_bytes(2, "little") + text.encode()
        path, data = folder / "day.npy", folder / "day.npy"
    elif kind == "edf":
        signals = [("ECG " + lead, "uV") for lead in LEADS]
        fields = [([label for label, _ in signals], 16), ([""] * 12, 80), (["uV"] * 12, 8), (["-32767"] * 12, 8),
                  (["32767"] * 12, 8), (["-32767"] * 12, 8), (["32767"] * 12, 8), ([""] * 12, 80),
                  (["500"] * 12, 8), ([""] * 12, 32)]  # fmt: skip
        first = [("0", 8), ("X", 80), ("X", 80), ("01.01.8500.00.00", 16), ("3328", 8), ("", 44), (str(DAY), 8),
                 ("1", 8), ("12", 4)]  # fmt: skip
        head = b"".join(text.encode().ljust(size) for text, size in first)
        head += b"".join(text.encode().ljust(size) for texts, size in fields for text in texts)
        start, path, data = 3328, folder / "day.edf", folder / "day.edf"
    else:
        lines = "".join(f"day.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in LEADS)
        (folder / "day.hea").write_text(f"day 12 500 {samples}\n{lines}")
        start, head, path, data = 0, b"", folder / "day.hea", folder / "day.dat"
    with data.open("wb") as file:
        file.write(head)
        file.truncate(start + samples * width)
        # A second at the end of the day: each lead at a value of its own.
        file.seek(start + (DAY - 1) * 500 * width)
        second = np.repeat(marked, 500) if kind == "edf" else np.tile(marked, 500)
        file.write(second.tobytes())
    return path, {"rate": 500, "unit": "uV", "lead_order": LEADS} if kind == "npy" else {}


@pytest.mark.parametrize("kind", ["npy", "edf", "wfdb"])
def test_a_day_is_opened_and_read_without_taking_it_into_memory(tmp_path, kind):
    path, options = a_day(tmp_path, kind)
    read_ecg(write_ecg(MINUTE, tmp_path / "warm.hea"))  # imports done before memory is counted
    tracemalloc.start()
    try:
        file = open_ecg(path, **options)
        last = file.recording(DAY - 2, 2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (file.duration, file.rate, file.leads) == (DAY, 500.0, LEADS)
    np.testing.assert_allclose(
        last.signal[:, 500:], np.repeat((np.arange(12) + 1) / 10, 500).reshape(12, 500), atol=1e-6
    )
    assert not last.signal[:, :500].any()
    assert peak < 50_000_000  # the file has a gigabyte
