"""`ecgtwin generate` and `attribute`: what they write, what they end with, and what they refuse."""

import argparse
import json

import numpy as np
import pytest
from command_line import PVC, refused

from ecgtwin_app.cli import attribute, generate
from ecgtwin_app.cli.asking import add_request_arguments, request_from
from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.engine.request import AskedGot, HeatMap, Progress, Twin
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


class ScriptedEngine:
    """Stands for the model: twins that are the reference, met or not as told."""

    model_name, weights_sha256, device, known = "scripted", "0" * 64, "cpu", None

    def __init__(self, met=True, interrupt_after=None):
        self.met, self.interrupt_after = met, interrupt_after

    def iter_generate(self, reference, request, others=()):
        for number in range(request.samples):
            if number == self.interrupt_after:
                raise KeyboardInterrupt
            yield Progress(number + 1, request.samples)
            seed = request.seed + number
            provenance = {"synthetic": True, "model": self.model_name, "seed": seed}
            provenance["pooled_sha256"] = [other.digest() for other in others]
            twin = reference.changed("copied", synthetic=True, provenance=provenance)
            lines = (AskedGot("QRS duration", "ms", "≥ 120", 72.0, 140.0 if self.met else 80.0, self.met),)
            yield Twin(twin, request, seed, None, lines, self.met, 1.0, 0.5, {"qrs": 80.0}, 0.1)

    def iter_attribute(self, reference, twin, method, of=""):
        yield Progress(1, 1)
        yield HeatMap(
            method, np.ones(reference.signal.shape), True, "mV", True, {"mass inside the wave": 0.9}, of
        )


@pytest.fixture
def engine(monkeypatch):
    def use(**behaviour):
        for module in (generate, attribute):
            monkeypatch.setattr(module, "load_engine", lambda args: ScriptedEngine(**behaviour))

    return use


@pytest.mark.parametrize(
    ("options", "rhythm"),
    [
        ((), "process"),
        (("--rhythm", "learned"), "learned"),
        (("--no-score",), "learned"),
    ],
)
def test_who_writes_the_rhythm_is_asked_by_name(options, rhythm):
    parser = argparse.ArgumentParser()
    add_request_arguments(parser)
    command = ["--condition", PVC, *options]
    assert request_from(parser.parse_args(command)).rhythm == rhythm
    with pytest.raises(EcgError, match="--no-score is the same as --rhythm learned"):
        request_from(parser.parse_args(["--condition", PVC, "--no-score", "--rhythm", "process"]))


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--condition", "atrial fibrilation"], "atrial fibrillation"),
        (["--condition", PVC, "--heart-rate", "0"], "heart rate must be between"),
        (["--condition", PVC, "--heart-rate", "nan"], "heart rate must be between"),
        (["--condition", PVC, "--samples", "-1"], "number of twins must be between"),
        (["--condition", PVC, "--steps", "0"], "steps must be between"),
        (["--condition", PVC, "--seed", "-5"], "seed must be between"),
        (["--condition", PVC, "--age", "-3"], "age must be between"),
        (["--condition", PVC, "--sex", "x"], "--sex"),
        (["--condition", PVC, "--samples", "many"], "--samples"),
        (["--condition", PVC, "--colour", "red"], "--colour"),
        (["--condition", PVC, "--rhythm", "none"], "--rhythm: invalid choice: 'none'"),
        (["--condition", PVC, "--without", PVC], "with and without ventricular premature complex"),
        (["--condition", PVC, "--only", "--keep", "LBBB"], "“Only” keeps nothing"),
        (["--condition", PVC, "--shows", "none", "--shows", "LBBB"], "“none” stands alone"),
        ([], "--condition"),
    ],
)
def test_bad_requests_are_one_sentence(capsys, tmp_path, extra, words):
    refused(capsys, "generate", "example", *extra, "--out", tmp_path / "out", words=words)
    assert not (tmp_path / "out").exists()


def test_out_that_is_a_file_is_refused_before_anything_is_made(capsys, tmp_path):
    (tmp_path / "taken").write_text("mine")
    refused(capsys, "generate", "example", "--condition", PVC, "--out", tmp_path / "taken", words="is a file")
    assert (tmp_path / "taken").read_text() == "mine"


def test_missing_weights_are_one_sentence(capsys, tmp_path):
    refused(
        capsys,
        "generate",
        "example",
        "--condition",
        PVC,
        "--weights",
        tmp_path,
        "--out",
        tmp_path / "o",
        words="weights",
    )


def test_generate_pools_more_recordings_of_the_patient(engine, capsys, tmp_path):
    engine()
    other = str(example_path())
    asked = ["--condition", "PVC", "--also", other, other, "--json", "--out", str(tmp_path / "out")]
    assert main(["generate", "example", *asked]) == 0
    provenance = json.loads(capsys.readouterr().out)["provenance"]
    assert provenance["pooled_sha256"] == [read_ecg(example_path()).digest()] * 2


def test_generate_writes_marked_records_and_twins_json(engine, capsys, tmp_path):
    engine()
    out = tmp_path / "out"
    assert (
        main(
            [
                "generate",
                "example",
                "--condition",
                "PVC",
                "--samples",
                "2",
                "--seed",
                "5",
                "--json",
                "--out",
                str(out),
            ]
        )
        == 0
    )
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document == json.loads((out / "twins.json").read_text("utf-8"))
    assert [twin["seed"] for twin in document["twins"]] == [5, 6]
    assert document["provenance"]["synthetic"] is True
    for twin in document["twins"]:
        assert {"file", "seed", "asked_versus_got", "lead_law_residual_uv", "identity_similarity", "seconds",
                "measurements", "first_draw"} <= set(twin)  # fmt: skip
        assert read_ecg(out / twin["file"]).synthetic
    assert "twin_002: 1 of 1 criteria, all met" in captured.err


def test_a_missed_twin_is_written_and_ends_with_one(engine, capsys, tmp_path):
    engine(met=False)
    assert main(["generate", "example", "--condition", PVC, "--out", str(tmp_path)]) == 1
    assert "QRS duration asked ≥ 120, got 80 ms" in capsys.readouterr().err
    assert (tmp_path / "twin_001.hea").is_file() and (tmp_path / "twins.json").is_file()


def test_cancelling_keeps_what_is_finished_and_ends_with_130(engine, capsys, tmp_path):
    engine(interrupt_after=2)
    assert main(["generate", "example", "--condition", PVC, "--samples", "4", "--out", str(tmp_path)]) == 130
    assert len(json.loads((tmp_path / "twins.json").read_text("utf-8"))["twins"]) == 2
    assert "Cancelled after 2 of 4" in capsys.readouterr().err


def test_generate_draws_pictures(engine, tmp_path):
    engine()
    assert main(["generate", "example", "--condition", PVC, "--picture", "--out", str(tmp_path)]) == 0
    picture = (tmp_path / "twin_001.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and b"Synthetic" in picture


def test_attribute_writes_a_map_that_loads_without_pickle(engine, tmp_path):
    engine()
    assert (
        main(["attribute", "example", "--condition", PVC, "--method", "contrast", "--out", str(tmp_path)])
        == 0
    )
    with np.load(tmp_path / "heatmap_001.npz", allow_pickle=False) as stored:
        assert stored["values"].shape == (12, 10_000)
        assert bool(stored["signed"]) is True and str(stored["method"]) == "contrast"
        assert json.loads(str(stored["checks"])) == {"mass inside the wave": 0.9}
        # What it is of, and that it is synthetic, stays with it.
        assert bool(stored["synthetic"]) is True and "not for diagnosis" in str(stored["warning"])
        assert stored["leads"].tolist() == list(LEADS) and float(stored["rate"]) == 1000.0
        assert str(stored["model"]) == ScriptedEngine.model_name and str(stored["unit"]) == "mV"
        assert stored["conditions"].tolist() == [PVC] and str(stored["of"]) == PVC
        assert "reference_sha256" in stored and len(str(stored["twin_sha256"])) == 64
        assert "SYNTHETIC: yes" in stored["comments"].tolist()


def test_attribute_writes_tables_and_a_map_by_condition(engine, tmp_path, capsys):
    engine()
    both = ["--condition", "AF", "--condition", "LBBB", "--of", "LBBB", "--of", "atrial fibrillation"]
    assert main(["attribute", "example", *both, "--format", "csv", "--out", str(tmp_path)]) == 0
    path = tmp_path / "heatmap_001_LBBB.csv"
    assert path.exists() and (tmp_path / "heatmap_001_atrial_fibrillation.csv").exists()
    text = path.read_text("utf-8")
    assert text.startswith("# SYNTHETIC: yes\n") and "# of: LBBB\n" in text and "# map unit: mV\n" in text
    head = next(line for line in text.splitlines() if not line.startswith("#"))
    assert head == "time_s," + ",".join(f"contrast_{lead}" for lead in LEADS)
    table = np.loadtxt(path, delimiter=",", comments=("#", "time_s"))
    assert table.shape == (10_000, 13) and (table[:, 1:] == 1).all()
    with pytest.raises(EcgError):  # no program of ours takes it for a recording
        read_ecg(path)
    capsys.readouterr()
    refused(capsys, "attribute", "example", "--condition", "AF", "--of", "LBBB", "--out", tmp_path,
            words="was not made with left bundle branch block")  # fmt: skip


def test_without_a_display_the_main_job_is_done_and_said(engine, monkeypatch, capsys, tmp_path):
    engine()
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("ecgtwin_app.cli.window.has_display", lambda: False)
    assert main(["--demo"]) == 0
    error = capsys.readouterr().err
    assert "no display" in error and "ecgtwin-output/" in error and "For the window" in error
    written = {path.name for path in (tmp_path / "ecgtwin-output").iterdir()}
    assert {"twin_001.hea", "twin_001.dat", "twin_003.png", "twins.json"} <= written
