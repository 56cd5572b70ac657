"""The commands as a script sees them: exit status, standard output, one sentence on standard error."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from ecgtwin_app.cli import attribute, generate
from ecgtwin_app.cli.asking import add_request_arguments, request_from
from ecgtwin_app.cli.main import COMMANDS, main
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.cli.window import has_display
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.engine.request import AskedGot, HeatMap, Progress, Twin
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg

PVC = "ventricular premature complex"


class ScriptedEngine:
    """Stands for the model: twins that are the reference, met or not as told."""

    model_name, weights_sha256, device = "scripted", "0" * 64, "cpu"

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


def refused(capsys, *arguments, words):
    """Exit status 2 and exactly one sentence on standard error."""
    assert main(list(map(str, arguments))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert captured.err.startswith("ecgtwin: ") and captured.err.count("\n") == 1
    assert captured.err.rstrip().endswith((".", "?"))


@pytest.mark.parametrize(
    ("options", "rhythm"),
    [
        ((), "process"),
        (("--rhythm", "learned"), "learned"),
        (("--no-score",), "learned"),
        (("--rhythm", "none"), "none"),
    ],
)
def test_who_writes_the_rhythm_is_asked_by_name(options, rhythm):
    parser = argparse.ArgumentParser()
    add_request_arguments(parser)
    command = ["--condition", PVC, *options]
    assert request_from(parser.parse_args(command)).rhythm == rhythm
    with pytest.raises(EcgError, match="--no-score is the same as --rhythm learned"):
        request_from(parser.parse_args(["--condition", PVC, "--no-score", "--rhythm", "none"]))


def test_bad_files_are_one_sentence(capsys, tmp_path):
    (tmp_path / "cut.dcm").write_bytes(example_path().read_bytes()[:100_000])
    refused(capsys, "measure", tmp_path / "cut.dcm", words="cut.dcm")
    (tmp_path / "letters.csv").write_text("I,II,III\na,b,c\n")
    refused(capsys, "measure", tmp_path / "letters.csv", words="other than numbers")
    (tmp_path / "giant.hea").write_text(
        "giant 12 500 100000000000\n" + "giant.dat 16 1000/mV 16 0 0 0 0 I\n" * 12
    )
    (tmp_path / "giant.dat").write_bytes(bytes(24))
    refused(capsys, "measure", tmp_path / "giant.hea", words="100 days")
    refused(capsys, "measure", tmp_path / "gone.dcm", words="There is no file")
    refused(capsys, tmp_path / "gone.dcm", words="There is no file")


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


def test_cancelling_anywhere_else_ends_with_130(monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("ecgtwin_app.cli.conditions.main", interrupted)
    assert main(["conditions"]) == 130
    assert capsys.readouterr().err == "ecgtwin: Cancelled.\n"


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


def test_measure_prints_the_matrix(capsys):
    assert main(["measure", str(example_path()), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    recording = read_ecg(example_path())
    assert report["device"] == recording.device
    assert report["lead_law_residual_uv"] == pytest.approx(
        lead_law_residual(recording.signal) * 1000, abs=1e-3
    )
    # The device that recorded it measured 61/min and a QRS of 75 ms.
    assert report["measurements"]["heart_rate"] == pytest.approx(61, abs=1)
    assert report["measurements"]["qrs"] == pytest.approx(75, abs=12)
    assert "sinus rhythm" in report["criteria_met"]
    assert "left bundle branch block" not in report["criteria_met"]
    assert main(["measure", "example"]) == 0
    shown = capsys.readouterr().out
    for line in (r"heart rate +61 /min", r"QTc Bazett +3\d\d ms\n", r"ST J\+60( +-?\d\.\d\d){12}\n"):
        assert re.search(line, shown), line
    assert "pacing spikes" not in shown and "perhaps exchanged" not in shown


def test_measure_gives_the_median_beat_on_wish(capsys):
    assert main(["measure", "example", "--json", "--median-beat"]) == 0
    beat = json.loads(capsys.readouterr().out)["median_beat"]
    assert beat["rate"] == 500 and {"V6", "x", "y", "z"} <= set(beat["leads"])
    assert beat["beats_used"] == 10
    refused(capsys, "measure", "example", "--median-beat", words="add --json")


def test_measure_takes_what_a_table_does_not_say(capsys, tmp_path):
    path = tmp_path / "t.csv"
    recording = read_ecg(example_path())
    np.savetxt(path, recording.signal.T * 1000, delimiter=";", fmt="%.2f")
    refused(capsys, "measure", path, words="give rate 500, unit mV, lead order")
    order = ",".join(recording.leads)
    assert (
        main(["measure", str(path), "--rate", "1000", "--unit", "uV", "--lead-order", order, "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["measurements"]["heart_rate"] == pytest.approx(61, abs=1)


def test_conditions_lists_the_vocabulary(capsys):
    assert main(["conditions", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert PVC in [condition["name"] for condition in listed]
    for condition in listed:
        assert {"name", "synonyms", "codes", "status", "pass_rate"} <= set(condition)
        assert condition["status"] in ("ready", "experimental")
        assert (condition["status"] == "ready") <= (condition["pass_rate"] is not None)
    assert main(["conditions"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(listed)


def test_convert_leaves_identity_out_unless_asked(capsys, tmp_path):
    for name, kept in (("a.csv", False), ("b.csv", True)):
        assert main(["convert", str(example_path()), str(tmp_path / name), *["--keep-identity"] * kept]) == 0
        assert ("642341" in (tmp_path / name).read_text("utf-8")) == kept
    assert main(["convert", str(tmp_path / "a.csv"), str(tmp_path / "c.hea")]) == 0
    np.testing.assert_allclose(read_ecg(tmp_path / "c").signal, read_ecg(example_path()).signal, atol=5.1e-4)


@pytest.mark.parametrize("target", ["r.hea", "r.dat"])
def test_convert_never_overwrites_its_source(capsys, tmp_path, target):
    assert main(["convert", "example", str(tmp_path / "r.hea")]) == 0
    capsys.readouterr()
    before = (tmp_path / "r.hea").read_bytes()
    refused(capsys, "convert", tmp_path / "r.hea", tmp_path / target, words="overwrite")
    assert (tmp_path / "r.hea").read_bytes() == before


def test_every_command_explains_itself(capsys):
    for name in ("", *COMMANDS):
        with pytest.raises(SystemExit) as end:
            main([*name.split(), "--help"])
        assert end.value.code == 0
        assert "usage: ecgtwin" in capsys.readouterr().out


def test_progress_only_on_a_terminal():
    class Stream:
        def __init__(self, terminal):
            self.terminal, self.text = terminal, ""

        def isatty(self):
            return self.terminal

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    for terminal in (False, True):
        stream = Stream(terminal)
        with ProgressBar(stream) as bar:
            bar.update(1, 2, "Twin 1 of 1")
            bar.update(2, 2)
        assert bool(stream.text) == terminal
    assert "50 %  Twin 1 of 1" in stream.text and stream.text.endswith("\n")


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_where_a_window_can_open(environment, platform, expected):
    assert has_display(environment, platform) is expected


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


def process(*arguments, **options):
    command = [sys.executable, "-m", "ecgtwin_app", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, **options
    )


def test_as_a_process_it_ends_with_the_status_and_no_traceback(tmp_path):
    ended = process("measure", str(tmp_path / "gone.dcm"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert process("--version").stdout.startswith("ECGTwin Desktop ")


def test_a_console_without_the_characters_shows_no_traceback():
    ended = process("conditions", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently")
def test_a_reader_that_goes_away_is_no_error():
    command = f'"{sys.executable}" -m ecgtwin_app measure example | head -n 1'
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stderr == ""


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_ends_with_130():
    script = (
        "import os, signal, threading\n"
        # A process started in the background of a shell ignores the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from ecgtwin_app.cli import conditions\n"
        "from ecgtwin_app.cli.main import main\n"
        "def wait(args):\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    threading.Event().wait()\n"
        "conditions.main = wait\n"
        "raise SystemExit(main(['conditions']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "ecgtwin: Cancelled.\n")


def test_measure_measures_a_recording_once(monkeypatch, capsys):
    from ecgtwin_app.cli import measure as command
    from ecgtwin_app.conditions import referee

    measured = []

    def counted(recording, *rest, **options):
        measured.append(recording)
        return measure_once(recording, *rest, **options)

    measure_once = command.measure
    monkeypatch.setattr(command, "measure", counted)
    monkeypatch.setattr(referee, "measure", counted)
    assert main(["measure", "example"]) == 0
    assert len(measured) == 1
