"""`ecgtwin impute` and `ecgtwin continue`, as a script sees them."""

import json

import numpy as np
import pytest
from command_line import refused
from synthetic_ecg import strip

from ecgtwin_app import complete_ecg, continue_ecg, repair_ecg
from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.generators.catalogue import usual_filler

STRIP = strip()[0]


@pytest.fixture
def rec(tmp_path):
    return write_ecg(STRIP, tmp_path / "rec.npz")


@pytest.mark.parametrize("suffix", [one.suffix for one in writers().values()])
def test_a_span_of_a_lead(rec, tmp_path, capsys, suffix):
    out = tmp_path / f"out{suffix}"
    assert main(["impute", str(rec), "--leads", "V3", "--span", "3.2:4.8", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "partly synthetic" in captured.err
    back, untouched = read_ecg(out), read_ecg(write_ecg(STRIP, tmp_path / f"same{suffix}"))
    (one,) = back.filled
    assert (one.lead, one.start, one.end, one.by, one.seed) == ("V3", 3.2, 4.8, usual_filler(), 1)
    visible = ~back.filled_mask
    assert (back.signal[visible].view(np.uint32) == untouched.signal[visible].view(np.uint32)).all()
    assert not np.array_equal(back.lead("V3"), untouched.lead("V3"))


def test_proposals_differ_and_say_how_sure_they_are(rec, tmp_path, capsys):
    arguments = ["impute", str(rec), "--leads", "V1,V3", "--samples", "3", "--seed", "7", "--json"]
    assert main([*arguments, "--out", str(tmp_path / "k.csv")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["generator"] == usual_filler() and set(said["band_mv"]) == {"V1", "V3"}
    assert [one["seed"] for one in said["proposals"]] == [7, 8, 9]
    read = [read_ecg(tmp_path / f"k_{k}.csv") for k in (1, 2, 3)]
    assert not np.array_equal(read[0].lead("V3"), read[1].lead("V3"))
    for one in read[2].filled:
        assert one.spread == pytest.approx(said["band_mv"][one.lead], rel=0.01) and one.spread > 0
    same = repair_ecg(read_ecg(rec), ["V1", "V3"], seed=7).repaired(1)
    np.testing.assert_array_equal(same.signal, read[1].signal)


def test_what_the_quality_check_finds(tmp_path, capsys):
    signal = STRIP.signal.copy()
    signal[LEADS.index("V6")] = 0.0
    bad = write_ecg(Recording(signal, 500.0), tmp_path / "bad.npz")
    assert main(["impute", str(bad), "--proposed", "--out", str(tmp_path / "good.npz")]) == 0
    assert "V6 0.00 to 10.00 s: flat" in capsys.readouterr().err
    assert np.ptp(read_ecg(tmp_path / "good.npz").lead("V6")) > 0.1
    refused(
        capsys,
        "impute",
        tmp_path / "good.npz",
        "--proposed",
        "--out",
        tmp_path / "x.npz",
        words="nothing bad",
    )


def test_three_leads_become_twelve(tmp_path):
    three = write_ecg(Recording(STRIP.signal[[0, 1, 6]], 500.0, ("I", "II", "V1")), tmp_path / "three.npz")
    assert main(["impute", str(three), "--complete", "--out", str(tmp_path / "twelve.dcm")]) == 0
    back = read_ecg(tmp_path / "twelve.dcm")
    assert back.leads == LEADS and {one.lead for one in back.filled} == {"V2", "V3", "V4", "V5", "V6"}
    assert complete_ecg(read_ecg(three)).repaired(0).leads == LEADS


def test_a_recording_goes_on(rec, tmp_path):
    assert main(["continue", str(rec), "--seconds", "5", "--out", str(tmp_path / "longer.npz")]) == 0
    back = read_ecg(tmp_path / "longer.npz")
    assert back.duration == 15 and {(one.start, one.end) for one in back.filled} == {(10.0, 15.0)}
    np.testing.assert_array_equal(back.signal[:, :5000], STRIP.signal)
    np.testing.assert_array_equal(continue_ecg(read_ecg(rec), 5).repaired(0).signal, back.signal)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["impute", "REC"], "Say what is to be filled in"),
        (["impute", "REC", "--leads", "V3", "--complete"], "Say what is to be filled in"),
        (["impute", "REC", "--leads", "V9"], "no lead V9"),
        (["impute", "REC", "--leads", "V3", "--span", "x"], "no span"),
        (["impute", "REC", "--leads", "V3", "--span", "8:12"], "does not lie"),
        (["impute", "REC", "--complete"], "all twelve leads"),
        (["impute", "REC", "--leads", "aVR"], "mark lead I or II"),
        (["impute", "REC", "--leads", "V3", "--samples", "0"], "proposals are not possible"),
        (["continue", "REC", "--seconds", "0"], "cannot be continued"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(rec, tmp_path, capsys, arguments, words):
    arguments = [str(rec) if one == "REC" else one for one in arguments]
    refused(capsys, *arguments, "--out", tmp_path / "out.npz", words=words)
    assert not (tmp_path / "out.npz").exists()


def test_the_place_of_the_file_is_checked_first(rec, tmp_path, capsys):
    refused(capsys, "impute", rec, "--leads", "V3", "--out", tmp_path / "x.doc", words="suffix")
    refused(capsys, "impute", rec, "--leads", "V3", "--out", tmp_path / "no" / "x.npz", words="no folder")


def test_a_recording_goes_on_under_another_rhythm(rec, tmp_path, capsys):
    out = tmp_path / "af.hea"
    arguments = ["continue", str(rec), "--seconds", "4", "--condition", "AF", "--out", str(out)]
    assert main(arguments) == 0
    back = read_ecg(out)
    assert back.duration == 14 and {one.by for one in back.filled} == {"ecgtwin"}
    assert back.history[-1] == "continued by 4 s under atrial fibrillation"
    capsys.readouterr()
    refused(capsys, *arguments[:3], "40", *arguments[4:], words="up to 8 s")
