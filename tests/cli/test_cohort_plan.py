"""`ecgtwin cohort PLAN.toml` in processes of its own: by quotas, killed and gone on with, checked, over Ray."""

import os
import signal
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from cohort_process import PATIENCE, rows_of, start, wait_for, workers_of

from ecgtwin_app.cli.main import main
from ecgtwin_app.formats.registry import read_ecg

PLAN = """
n = {n}
references = ["example"]
shard = 4

[conditions]
"ventricular premature complex" = "50 %"
"AF + LBBB" = "50 %"

[ages]
"40-59" = {n}

[devices]
"as made" = "50 %"
holter = {{n = "50 %", rate = 250, band = [0.5, 40], leads = ["I", "II", "V1"]}}
"""


def plan(folder: Path, n: int) -> Path:
    path = folder / "plan.toml"
    path.write_text(PLAN.format(n=n), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"
    }


def ended(process) -> str:
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, 1) and "Traceback" not in errors, errors
    return errors


def test_killed_and_gone_on_with_it_is_the_same_bytes_as_an_unbroken_run(tmp_path, capsys):
    """Each twin is there once, and none is missing."""
    path = plan(tmp_path, 8)
    ended(start(path, "--out", tmp_path / "whole"))
    process = start(path, "--out", tmp_path / "torn", "--workers", 2)
    wait_for(lambda: rows_of(tmp_path / "torn"), process)
    pids = workers_of(process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert len(rows_of(tmp_path / "torn")) < 8
    ended(start(path, "--out", tmp_path / "torn", "--workers", 2))
    rows = rows_of(tmp_path / "torn")
    assert sorted(row["seed"] for row in rows) == list(range(1, 9))
    assert Counter(row["conditions"] for row in rows) == {
        "ventricular premature complex": 4, "atrial fibrillation + left bundle branch block": 4,
    }  # fmt: skip
    assert contents(tmp_path / "torn") == contents(tmp_path / "whole")
    assert {read_ecg(tmp_path / "torn" / row["file"]).rate for row in rows} == {250.0, 500.0}
    assert main(["cohort", "--verify", str(tmp_path / "torn")]) == 0
    (tmp_path / "torn" / rows[0]["file"]).write_text("changed", encoding="utf-8")
    assert main(["cohort", "--verify", str(tmp_path / "torn")]) == 2
    assert f"{rows[0]['file']} was changed." in capsys.readouterr().err
    card = (tmp_path / "whole" / "DATA_CARD.md").read_text(encoding="utf-8")
    assert "8 of 8 planned" in card and "Synthetic – not for diagnosis" in card and "| holter | 4 |" in card


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs the extra cohorts")
def test_shards_are_the_same_after_a_kill(tmp_path):
    path = plan(tmp_path, 8)
    process = start(path, "--form", "parquet", "--out", tmp_path / "torn")
    wait_for(lambda: len(rows_of(tmp_path / "torn")) >= 5, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name in ("torn", "whole"):
        ended(start(path, "--form", "parquet", "--out", tmp_path / name, "--workers", 2))
    assert contents(tmp_path / "torn") == contents(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "whole").glob("shard*")) == [
        "shard-00001.parquet", "shard-00002.parquet",
    ]  # fmt: skip


@pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray")
def test_over_a_local_ray_of_two_workers_it_is_the_same(tmp_path):
    path = plan(tmp_path, 4)
    ended(start(path, "--out", tmp_path / "here"))
    process = start(path, "--out", tmp_path / "ray", "--ray", "local", "--workers", 2)
    ended(process)
    assert contents(tmp_path / "ray") == contents(tmp_path / "here")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["--conditions", "AF"], "--conditions is what a plan says itself; write it there."),
        (["--heart-rate", "70"], "--heart-rate is what a plan says itself"),
        (["--seed", "4"], "--seed is what a plan says itself"),
        (["--best-of", "4"], "--best-of is what a plan says itself"),
        (["--without", "AF"], "--without is what a plan says itself"),
        (["--only"], "--only is what a plan says itself"),
        (["--generator", "published"], "--generator is what a plan says itself"),
        (["--workers", "0"], "--workers must be between 1 and"),
    ],
)
def test_a_plan_has_no_second_opinion(tmp_path, capsys, said, sentence):
    path = plan(tmp_path, 4)
    assert main(["cohort", str(path), *said, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1 and not (tmp_path / "out").exists()


def test_a_quota_that_cannot_be_met_is_said_before_anything_is_made(tmp_path, capsys):
    """The example is a woman of 42."""
    path = plan(tmp_path, 4)
    path.write_text(path.read_text(encoding="utf-8").replace("40-59", "60-89"), encoding="utf-8")
    assert main(["cohort", str(path), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error == (
        "ecgtwin: The quota of ages cannot be met: 60-89 need 4, and of the sexes that go with them there are 0; change one"
        " of the quotas, or add references.\n"
    )
    assert not (tmp_path / "out").exists()


def test_what_is_no_cohort_cannot_be_verified(tmp_path, capsys):
    assert main(["cohort", "--verify", str(tmp_path)]) == 2
    assert "holds no SHA256SUMS; name the folder of a cohort" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_nothing_of_a_hostile_plan_leaves_the_folder(tmp_path, capsys):
    """Labels become names of devices, never of files."""
    text = PLAN.format(n=4).replace("holter", '"../../escaped"')
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "plan.toml").write_text(text, encoding="utf-8")
    before = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    assert main(
        ["cohort", str(tmp_path / "inner" / "plan.toml"), "--out", str(tmp_path / "inner" / "out")]
    ) in (0, 1)
    there = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    assert there == before and len(rows_of(tmp_path / "inner" / "out")) == 4


def test_help_is_whole():
    told = subprocess.run(
        [sys.executable, "-m", "ecgtwin_app", "cohort", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(flag in told for flag in ("--workers", "--ray", "--verify", "--form", "parquet", "zarr"))
