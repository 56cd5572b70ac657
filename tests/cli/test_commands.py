"""The commands as a script sees them: exit status, standard output, one sentence on standard error."""

import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from command_line import PVC, process, refused

from ecgtwin_app.cli.main import COMMANDS, main
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.cli.window import has_display
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


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


def test_cancelling_anywhere_else_ends_with_130(monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("ecgtwin_app.cli.conditions.main", interrupted)
    assert main(["conditions"]) == 130
    assert capsys.readouterr().err == "ecgtwin: Cancelled.\n"


def test_measure_says_of_which_two_only_one_can_be(capsys, real_data):
    """Fibrillation with a right bundle branch block is fast, wide and irregular: the criteria of two rhythms are met."""
    path = str(real_data / "import_formats" / "wfdb" / "JS00001.hea")
    assert main(["measure", path]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "leave open which it is" in line]
    assert sum("atrial fibrillation and ventricular tachycardia" in line for line in told) == 1
    assert all(" and " in line and "together" in line for line in told)
    assert main(["measure", str(example_path())]) == 0
    assert "leave open" not in capsys.readouterr().out


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


def test_a_command_that_was_not_packaged_says_so(monkeypatch, capsys):
    monkeypatch.setitem(COMMANDS, "train", ("ecgtwin_app.left_out", "train the model"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    refused(capsys, "train", words="was made without ecgtwin_app.left_out")


def test_the_self_test_takes_no_file(capsys, tmp_path):
    refused(capsys, example_path(), "--self-test", tmp_path, words="leave out the file")
