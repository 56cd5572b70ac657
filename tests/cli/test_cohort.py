"""`ecgtwin cohort` in processes of its own: the twins of `generate`, killed and gone on with, cancelled, refused."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from cohort_process import PATIENCE, rows_of, start, wait_for, workers_of

from ecgtwin_app.cli.main import main
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg

PVC, AF = "ventricular premature complex", "atrial fibrillation"
ASKED = ("--heart-rate", "70", "--age", "50", "--sex", "F")
#: Twins of a condition where a run is to be interrupted before its last: enough that a fast machine is not through.
MANY = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two references of different signals, and a file that is none."""
    folder = tmp_path_factory.mktemp("references")
    reference = read_ecg(example_path())
    shutil.copy(example_path(), folder / example_path().name)
    write_ecg(reference.changed("smaller", signal=0.9 * reference.signal), folder / "two.hea")
    (folder / "broken.edf").write_bytes(b"0" + b" " * 300)
    return folder


def same_twins(out, rows, tmp_path) -> None:
    """Hold every row against `generate` with its reference, condition and seed."""
    for number, row in enumerate(rows):
        single = tmp_path / f"single{number}"
        arguments = ["generate", str(example_path()), "--condition", row["conditions"], "--seed", row["seed"]]
        main([*map(str, arguments), *ASKED, "--out", str(single)])
        alone, together = read_ecg(single / "twin_001.hea"), read_ecg(out / row["file"])
        assert np.abs(alone.signal - together.signal).max() <= 0.001  # the last bit of a file, 1 µV
        document = json.loads((single / "twins.json").read_text(encoding="utf-8"))
        assert document["twins"][0]["met"] == row["met"]
        assert document["provenance"]["reference_sha256"] == row["reference_sha256"]


def test_a_folder_over_two_processes(folder, tmp_path):
    out = tmp_path / "cohort"
    arguments = (folder, "--conditions", PVC, "--per-condition", 2, "--processes", 2, *ASKED, "--json")
    process = start(*arguments, "--out", out)
    told, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2 and "broken.edf" in errors and "Traceback" not in errors
    rows = rows_of(out)
    assert len(rows) == len({(row["reference_sha256"], row["seed"]) for row in rows}) == 4
    assert sorted(told.splitlines()) == sorted(json.dumps(row, ensure_ascii=False) for row in rows)
    assert f"4 new twins; 4 in {out / 'cohort.csv'}" in errors
    own = read_ecg(example_path()).digest()
    of_example = [row for row in rows if row["reference_sha256"] == own]
    assert [row["seed"] for row in sorted(of_example, key=lambda row: row["seed"])] == [1, 2]
    same_twins(out, of_example, tmp_path)


def test_killed_and_gone_on_with(tmp_path):
    out = tmp_path / "cohort"
    arguments = (example_path(), "--conditions", PVC, AF, "--per-condition", MANY, *ASKED, "--out", out)
    process = start(*arguments)
    wait_for(lambda: rows_of(out), process)
    workers = workers_of(process)
    assert workers or sys.platform != "linux"
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))  # none is left behind
    before = rows_of(out)
    assert 1 <= len(before) < 2 * MANY
    # Torn as by a kill in the middle of a write: half a line, a file without a line, and what was being written.
    with (out / "cohort.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"file": "half')
    (out / ".unfinished" / "half").mkdir(parents=True, exist_ok=True)
    times = {row["file"]: (out / row["file"]).stat().st_mtime_ns for row in before}
    process = start(*arguments)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, 1), errors
    rows = rows_of(out)
    assert (
        all(row in rows for row in before)
        and len(rows) == len({(row["conditions"], row["seed"]) for row in rows}) == 2 * MANY
    )
    assert all((out / name).stat().st_mtime_ns == when for name, when in times.items())
    headers = sorted(path.name for path in out.glob("*.hea"))
    assert headers == sorted(row["file"] for row in rows) and not (out / ".unfinished").exists()
    same_twins(out, [rows[0], rows[-1]], tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs to find the processes of another one")
def test_a_process_that_is_killed_ends_the_run_with_a_sentence(tmp_path):
    out = tmp_path / "cohort"
    arguments = (example_path(), "--conditions", PVC, "--per-condition", 2 * MANY, *ASKED, "--out", out)
    process = start(*arguments)
    wait_for(lambda: rows_of(out), process)
    for pid in workers_of(process):
        os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2 and "it goes on where it stopped" in errors and "Traceback" not in errors
    process = start(*arguments)
    process.communicate(timeout=PATIENCE)
    assert sorted(row["seed"] for row in rows_of(out)) == list(range(1, 2 * MANY + 1))


@pytest.mark.skipif(os.name == "nt", reason="no signals between processes")
def test_ctrl_c_ends_with_130_and_keeps_what_is_finished(tmp_path):
    out = tmp_path / "cohort"
    process = start(example_path(), "--conditions", PVC, "--per-condition", 50, *ASKED, "--out", out)
    wait_for(lambda: rows_of(out), process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130 and "the same command goes on from there" in errors
    assert "Traceback" not in errors
    rows = rows_of(out)
    assert 1 <= len(rows) < 50 and all((out / row["file"]).is_file() for row in rows)
    assert len((out / "cohort.csv").read_text(encoding="utf-8").splitlines()) == len(rows) + 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--conditions", "nonsense"], "nonsense"),
        (["--conditions", "sinus rhythm", "--per-condition", "0"], "--per-condition must be between 1 and"),
        (["--conditions", "sinus rhythm", "--processes", "0"], "--workers must be between 1 and"),
        (["--conditions", "LBBB + RBBB"], "bundle branch block"),
        (["--conditions", "AF", "--heart-rate", "10"], "heart rate"),
        ([], "--conditions"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_begins(arguments, sentence, tmp_path, capsys):
    assert main(["cohort", "example", *arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1 and not (tmp_path / "out").exists()


def test_an_empty_folder_is_said(tmp_path, capsys):
    assert main(["cohort", str(tmp_path), "--conditions", "AF", "--out", str(tmp_path / "out")]) == 2
    assert "holds no files" in capsys.readouterr().err


def test_without_ray_it_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["cohort", "example", "--conditions", "AF", "--ray", "--out", str(tmp_path / "out")]) == 2
    assert (
        "Ray is not installed here; run 'pip install \"ecgtwin-desktop[ray]\"', or leave out --ray."
        in capsys.readouterr().err
    )
