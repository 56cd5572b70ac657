"""`ecgtwin generate --new-patient`: what is written, what it ends with, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from command_line import refused
from drawn_patients import DrawnPatients
from sssd_files import write_sssd

from ecgtwin_app.cli import generate
from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators import catalogue

NEW = ("generate", "--new-patient", "--generator", "sssd")


@pytest.fixture
def drawn(monkeypatch):
    """The engine that is loaded; which generator was asked for is kept."""

    def use(**behaviour):
        asked = []
        monkeypatch.setattr(
            generate,
            "load_engine",
            lambda args: asked.append(args.generator) or TwinEngine(DrawnPatients(**behaviour)),
        )
        return asked

    return use


def run(*arguments):
    return main(list(map(str, arguments)))


def test_a_new_patient_is_written_as_twins_are(drawn, capsys, tmp_path):
    drawn()
    asked = (
        "--condition",
        "sinus rhythm",
        "--age",
        70,
        "--sex",
        "F",
        "--heart-rate",
        72,
        "--samples",
        2,
        "--seed",
        5,
    )
    assert run(*NEW, *asked, "--json", "--picture", "--out", tmp_path) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document == json.loads((tmp_path / "twins.json").read_text("utf-8"))
    assert [twin["seed"] for twin in document["twins"]] == [5, 6]
    assert document["provenance"]["generator"] == "sssd" and "reference_sha256" not in document["provenance"]
    assert "twin_002: 5 of 5 criteria, all met" in captured.err and "all twins are synthetic" in captured.err
    for number in (1, 2):
        read = read_ecg(tmp_path / f"twin_00{number}.hea")
        assert read.synthetic and (read.patient.age, read.patient.sex) == (70, "F")
        picture = (tmp_path / f"twin_00{number}.png").read_bytes()
        assert picture.startswith(b"\x89PNG") and b"Synthetic" in picture


def test_the_generator_of_new_patients_is_meant_where_none_is_named(drawn, tmp_path):
    asked = drawn()
    assert (
        run("generate", "--new-patient", "--condition", "healthy", "--heart-rate", 70, "--out", tmp_path) == 0
    )
    assert asked == ["sssd"]


def test_a_patient_who_misses_what_was_asked_is_written_and_ends_with_one(drawn, capsys, tmp_path):
    drawn()
    assert run(*NEW, "--condition", "AF", "--out", tmp_path) == 1
    assert (tmp_path / "twin_001.hea").is_file() and "criteria" in capsys.readouterr().err


def test_unlike_patients_have_ages_and_sexes_of_their_own(drawn, capsys, tmp_path):
    drawn()
    status = run(
        *NEW,
        "--condition",
        "sinus rhythm",
        "--samples",
        3,
        "--seed",
        2,
        "--unlike",
        "--json",
        "--out",
        tmp_path,
    )
    document = json.loads(capsys.readouterr().out)
    requests = [twin["provenance"]["request"] for twin in document["twins"]]
    assert status == 0 and len(requests) == 3
    assert len({one["age"] for one in requests}) == 3 and {one["sex"] for one in requests} == {"F", "M"}


def test_too_few_unlike_patients_are_said_and_end_with_one(drawn, capsys, tmp_path):
    drawn(alike=True)
    assert run(*NEW, "--condition", "sinus rhythm", "--samples", 4, "--unlike", "--out", tmp_path) == 1
    error = capsys.readouterr().err
    assert "3 of 4 new patients are left out" in error
    assert len(json.loads((tmp_path / "twins.json").read_text("utf-8"))["twins"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("generate", "--condition", "AF"), "REF"),
        (("generate", "example", "--unlike", "--condition", "AF"), "--unlike is for --new-patient"),
        (
            ("generate", "example", "--new-patient", "--condition", "AF"),
            "no reference; leave out either example",
        ),
        ((*NEW,), "No condition is named"),
        ((*NEW, "--condition", "AF", "--also", str(example_path())), "--also says how a recording is read"),
        ((*NEW, "--condition", "AF", "--start", 3), "--start says how"),
        ((*NEW, "--condition", "AF", "--without", "LBBB"), "leave --without out"),
        ((*NEW, "--condition", "sinus bradycardia", "--heart-rate", 90), "contradicts sinus bradycardia"),
        (("generate", "--new-patient", "--generator", "published", "--condition", "AF"), "choose sssd"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_made(capsys, tmp_path, arguments, words):
    refused(capsys, *arguments, "--out", tmp_path / "out", words=words)
    assert not (tmp_path / "out").exists()


def test_a_score_is_for_a_generator_that_performs_one(drawn, capsys, tmp_path, monkeypatch):
    drawn()
    path = tmp_path / "score.json"
    path.write_text(json.dumps(RhythmScore((Event(1.0, "QRS", "conducted"),)).to_json()), "utf-8")
    asked = (*NEW, "--condition", "sinus rhythm", "--score", path, "--out", tmp_path / "o")
    refused(capsys, *asked, words="takes no rhythm score")
    performed, plan = [], DrawnPatients.plan

    def planned(self, patient, task, seed):
        performed.append(len(task.target.score.events))
        return plan(self, patient, task, seed)

    monkeypatch.setattr(DrawnPatients, "plan", planned)
    monkeypatch.setattr(
        DrawnPatients, "spec", replace(DrawnPatients.spec, set_points=frozenset({"heart_rate", "score"}))
    )
    assert run(*asked) in (0, 1)
    assert performed == [1]


def test_without_weights_it_says_what_brings_them(capsys, tmp_path):
    refused(
        capsys,
        *NEW,
        "--condition",
        "AF",
        "--weights",
        tmp_path,
        "--out",
        tmp_path / "o",
        words="ecgtwin train sssd",
    )


def test_a_network_that_draws_no_beats_ends_in_one_sentence(capsys, tmp_path):
    """Weights of random numbers: read, asked, and given up after a bounded number of draws."""
    folder = write_sssd(tmp_path / "weights")
    refused(capsys, *NEW, "--condition", "AF", "--steps", 2, "--weights", folder, "--out", tmp_path / "o",
            words="No beat was found in 9 draws")  # fmt: skip


def test_with_the_weights_that_ship_a_new_patient_has_beats(capsys, tmp_path):
    if catalogue.GENERATORS["sssd"].unavailable(None):
        pytest.skip("The weights of the generator of new patients do not ship yet.")
    status = run(*NEW, "--condition", "sinus rhythm", "--heart-rate", 70, "--age", 50, "--sex", "M", "--best-of", 4,
                 "--json", "--out", tmp_path)  # fmt: skip
    (twin,) = json.loads(capsys.readouterr().out)["twins"]
    assert status in (0, 1) and 50 <= twin["measurements"]["heart_rate"] <= 90
