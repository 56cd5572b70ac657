"""What a recording shows, on the command line: said by itself, and before twins are made of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from command_line import refused

from ecgtwin_app.cli import generate
from ecgtwin_app.cli.main import main
from ecgtwin_app.cli.settling import settle, wanted_lines
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.wanted import wanted
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


def test_what_a_recording_shows_with_reasons(capsys):
    assert main(["recognise", "example", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (finding,) = [one for one in document["shows"] if one["name"] == "sinus rhythm"]
    assert finding["meets_criteria"] is True and "criteria" in finding["sources"]
    assert finding["because"][0] == "This recording meets the criteria of sinus rhythm."
    assert any("P before QRS" in line for line in finding["because"])
    assert document["synthetic"] is False
    assert main(["recognise", "example"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("example shows: sinus rhythm\n") and "no diagnosis" in out


def test_a_file_that_is_none_is_refused(capsys, tmp_path):
    refused(capsys, "recognise", tmp_path / "gone.hea", words="gone.hea")


@pytest.mark.parametrize(
    ("request_", "shows", "line"),
    [
        (
            TwinRequest(),
            ("LBBB", "AF"),
            (
                "The reference shows: left bundle branch block, atrial fibrillation; kept: left bundle branch block; "
                "not kept: atrial fibrillation because sinus rhythm takes its place"
            ),
        ),
        (
            TwinRequest((), without=("AF",)),
            ("AF",),
            "The reference shows: atrial fibrillation; kept: nothing; removed: atrial fibrillation",
        ),
        (TwinRequest(), (), "The reference shows: nothing; kept: nothing"),
    ],
)
def test_one_line_says_what_becomes_of_it(request_, shows, line):
    assert wanted_lines(wanted(request_, shows)) == [line]


def test_what_is_ruled_out_and_not_shown_is_said():
    lines = wanted_lines(wanted(TwinRequest(without=("LBBB",)), ()))
    assert lines[1:] == ["The reference does not show left bundle branch block."]


def test_it_is_said_before_anything_is_drawn_and_so_is_the_rate(capsys, monkeypatch, tmp_path):
    class Draws:
        known = None

        def iter_generate(self, *_):
            yield from ()
            raise KeyboardInterrupt

    monkeypatch.setattr(generate, "load_engine", lambda _args: Draws())
    asked = ["--condition", "LBBB", "--shows", "complete AV block", "--out", str(tmp_path / "out")]
    assert main(["generate", "example", *asked]) == 130
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "ecgtwin: The reference shows: complete AV block; kept: complete AV block"
    assert said[1].startswith("ecgtwin: A rate of 61/min cannot be kept: complete AV block has")


def test_the_rate_is_that_of_what_is_kept_too():
    reference = read_ecg(example_path())
    assert settle(TwinRequest(("LBBB",), shows=()), reference).rate_reason == ""
    kept = settle(TwinRequest(("LBBB",), shows=("complete AV block",)), reference)
    assert kept.rate_reason.values["condition"] == "complete AV block"


def test_of_several_twins_each_has_a_rate_of_its_own():
    """What is said of all of them states no rate of one; what each twin was asked is in its own summary."""
    reference = read_ecg(example_path())
    asked = TwinRequest(("supraventricular tachycardia",), seed=4)
    one, several = (settle(replace(asked, samples=count), reference).rate_reason for count in (1, 5))
    assert "/min is drawn from the" in one
    assert "each twin's is drawn from the" in several and "rate" not in several.values
    # 169/min has room for this QT, the second twin's 198/min has not.
    long = replace(asked, qt=300.0, seed=1)
    settle(long, reference)
    with pytest.raises(EcgError, match="does not fit"):
        settle(replace(long, samples=2), reference)
