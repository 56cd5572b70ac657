"""`ecgtwin convert` and `ecgtwin measure` on two files, as a script sees them."""

import json

import numpy as np
import pytest
from device_files import muse, sierra
from synthetic_ecg import strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.cli.measure import differences
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

STRIP = strip(seconds=6)[0]
STEPS = np.rint(STRIP.signal * 200).astype(int)


@pytest.fixture
def folder(tmp_path):
    """A folder with three recordings and a letter."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.xml").write_bytes(muse(STEPS, microvolts=5))
    (source / "b.xml").write_bytes(sierra(STEPS))
    write_ecg(STRIP, source / "c.hea")
    (source / "d.txt").write_text("Dear colleague,\nthe ECG is normal.\n")
    return source


def said(capsys) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


@pytest.mark.parametrize("one", writers())
def test_every_format_to_every_other(tmp_path, capsys, one):
    first = write_ecg(STRIP, tmp_path / f"first{writers()[one].suffix}")
    for suffix in [writer.suffix for writer in writers().values()]:
        target = tmp_path / "to" / f"second{suffix}"
        assert main(["convert", str(first), str(target)]) == 0
        back = read_ecg(target)
        assert (back.rate, back.leads) == (500.0, LEADS)
        np.testing.assert_allclose(back.signal, STRIP.signal, atol=1.01e-3)


def test_a_folder_is_converted_as_far_as_it_can_be_read(folder, tmp_path, capsys):
    assert main(["convert", str(folder), str(tmp_path / "out"), "--format", "edf"]) == 2
    text = said(capsys)
    assert "d.txt" in text and text.count("Wrote") == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "ecg_001.edf",
        "ecg_002.edf",
        "ecg_003.edf",
    ]
    for path in (tmp_path / "out").iterdir():
        np.testing.assert_allclose(read_ecg(path).lead("V3"), STRIP.lead("V3"), atol=3.1e-3)


def test_a_file_into_a_folder(folder, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    assert main(["convert", str(folder / "a.xml"), str(tmp_path / "out"), "--format", "dicom"]) == 0
    assert read_ecg(tmp_path / "out" / "ecg_001.dcm").source == "DICOM"


def test_a_piece_of_a_recording(folder, tmp_path, capsys):
    assert (
        main(["convert", str(folder / "c.hea"), str(tmp_path / "p.npz"), "--start", "2", "--seconds", "3"])
        == 0
    )
    assert "took 2 s to 5 s of 6 s" in said(capsys)
    np.testing.assert_allclose(read_ecg(tmp_path / "p.npz").signal, STRIP.signal[:, 1000:2500], atol=6e-4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{in}", "{out}"), "with --format"),
        (("{in}", "{in}", "--format", "edf"), "the folder that is read"),
        (("{in}", "{out}.edf", "--format", "edf"), "name a folder to write to"),
        (("{in}/a.xml", "{out}.edf", "--format", "csv"), "has not the suffix of csv"),
        (("{in}/a.xml", "{in}"), "with --format"),
        (("{in}/a.xml", "{in}/a.xml"), "overwrite"),
        (("{in}/c.hea", "{in}/c.dat"), "overwrite"),
        (("{in}/a.xml", "{out}.mp3"), "no suffix of a format"),
        (("{in}/a.xml", "{out}.edf", "--start", "7"), "choose a start"),
    ],
)
def test_wishes_that_cannot_be_met(folder, tmp_path, capsys, arguments, words):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    given = [text.replace("{in}", str(folder)).replace("{out}", str(tmp_path / "out")) for text in arguments]
    assert main(["convert", *given]) == 2
    text = said(capsys)
    assert words in text and text.count("\n") == 1 and text.endswith(".\n")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_measuring_two_recordings_says_how_they_differ(tmp_path, capsys):
    one = write_ecg(strip(rate=60, qt=380)[0], tmp_path / "one.npz")
    two = write_ecg(strip(rate=75, qt=420)[0], tmp_path / "two.npz")
    assert main(["measure", str(one), str(two), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["first"]["file"], report["second"]["file"]) == ("one.npz", "two.npz")
    assert report["difference"]["heart_rate"] == pytest.approx(15, abs=0.6)
    assert report["difference"]["qt"] == pytest.approx(40, abs=12)
    assert set(report["difference"]["st_j"]) == set(LEADS)
    assert main(["measure", str(one), str(two)]) == 0
    shown = capsys.readouterr().out
    assert "heart rate" in shown and " +15 /min" in shown and "one.npz meets" in shown


def test_the_difference_of_axes_goes_the_short_way():
    assert differences({"qrs_axis": -170.0, "qrs": 90.0}, {"qrs_axis": 170.0, "qrs": 100.0}) == {
        "qrs_axis": -20.0,
        "qrs": 10.0,
    }
    assert differences({"pr": None, "beats": [1]}, {"pr": 160.0, "beats": [2]}) == {}


def test_measuring_fewer_leads_says_what_is_missing(tmp_path, capsys):
    path = write_ecg(Recording(STRIP.signal[:2], 500.0, LEADS[:2]), tmp_path / "x.npz")
    assert main(["measure", str(path)]) == 0
    assert "needs V1" in capsys.readouterr().out
