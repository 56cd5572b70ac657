"""What a cohort makes: each twin once, in any order, whatever fails; with a generator that copies the reference."""

import errno
import json
import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from copying_engine import REFERENCES, Choice, read

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts import worker
from ecgtwin_app.engine.cohorts.plan import Product
from ecgtwin_app.engine.cohorts.pools import OnePool
from ecgtwin_app.engine.cohorts.run import Cohort, iter_cohort
from ecgtwin_app.engine.cohorts.table import LINES, CohortRow, FolderRefused
from ecgtwin_app.engine.cohorts.worker import CohortFailure
from ecgtwin_app.engine.request import Progress, TwinRequest
from ecgtwin_app.formats.registry import read_ecg

TASKS = (("sinus rhythm",), ("AF", "LBBB"))


class Counting(OnePool):
    """Counts the jobs."""

    made: list

    def map(self, jobs):
        Counting.made = []

        def counted():
            for job in jobs:
                Counting.made.append(job.key)
                yield job

        return super().map(counted())


def cohort(folder, *names, tasks=TASKS, per_task=2, **asked):
    request = TwinRequest(seed=2, **asked)
    return Cohort(Product(tuple(map(Path, names or ("a", "b"))), tasks, request, per_task), request, folder)


def run(cohort, read=read):
    items = list(iter_cohort(cohort, Choice(), read, lambda: Counting(Choice(), cohort.form)))
    kinds = (CohortRow, CohortFailure, Progress)
    return tuple([item for item in items if isinstance(item, kind)] for kind in kinds)


def test_every_reference_under_every_condition_with_every_seed(tmp_path):
    rows, failures, steps = run(cohort(tmp_path))
    assert not failures and len(rows) == 8
    assert {row.key for row in rows} == {
        (reference.digest(), conditions, seed)
        for reference in REFERENCES.values()
        for conditions in ("sinus rhythm", "atrial fibrillation + left bundle branch block")
        for seed in (2, 3)
    }
    assert steps[-1].step == steps[-1].total == 8
    for row in rows:
        twin = read_ecg(tmp_path / row.file)
        assert (
            twin.synthetic
            and row.met == (row.seed == 2)
            and row.missed == ("" if row.met else "QRS duration")
        )
        assert row.heart_rate == (71.99 if row.seed == 2 else None)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".hea") == sorted(
        row.file for row in rows
    )


def test_nothing_in_the_folder_names_the_patient(tmp_path):
    known = replace(REFERENCES["a"], patient=replace(REFERENCES["a"].patient, name="Doe", identifier="4711"))
    run(cohort(tmp_path, "Doe_4711"), lambda path: known)
    for path in tmp_path.iterdir():
        assert "Doe" not in path.name and "4711" not in path.name
        assert b"Doe" not in path.read_bytes() and b"4711" not in path.read_bytes()


def test_a_second_run_makes_what_is_missing_and_nothing_else(tmp_path):
    run(cohort(tmp_path, "a", per_task=1))
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.dat")}
    rows, _, steps = run(cohort(tmp_path, "a", "b", per_task=2))
    assert len(rows) == 6 and len(Counting.made) == 6 and steps[-1].step == 8
    assert all((tmp_path / name).stat().st_mtime_ns == when for name, when in before.items())
    assert run(cohort(tmp_path, "a", "b", per_task=2))[0] == []


def test_a_recording_that_is_named_twice_is_one_reference(tmp_path):
    rows, _, steps = run(cohort(tmp_path, "a", "a"))
    assert len(rows) == 4 and steps[-1].step == 8


def test_what_fails_is_told_and_the_rest_is_made(tmp_path):
    rows, failures, steps = run(cohort(tmp_path, "lost", "a"))
    assert len(rows) == 4 and failures == [CohortFailure(Path("lost"), "", "lost is empty.")]
    assert steps[-1].step == steps[-1].total == 8


def test_the_same_failure_is_told_once(tmp_path):
    old = replace(REFERENCES["a"], patient=replace(REFERENCES["a"].patient, age=90))
    rows, failures, _ = run(cohort(tmp_path, "old", per_task=3), lambda path: old)
    assert [row.conditions for row in rows] == ["sinus rhythm"] * 3
    both = "atrial fibrillation + left bundle branch block"
    assert failures == [CohortFailure(Path("old"), both, "This cannot be.")]


def test_a_fault_in_one_reference_does_not_end_the_run(tmp_path):
    strange = replace(REFERENCES["b"], patient=replace(REFERENCES["b"].patient, age=91))
    rows, failures, _ = run(cohort(tmp_path), lambda path: strange if path.name == "b" else REFERENCES["a"])
    assert len(rows) == 4
    assert {failure.reason for failure in failures} == {
        "Something went wrong (ZeroDivisionError: strange); report it if it stays."
    }


def test_only_failures_end_as_well(tmp_path):
    rows, failures, steps = run(cohort(tmp_path, "x", "y"))
    assert rows == [] and len(failures) == 2 and steps[-1].step == 8


def test_another_request_is_not_mixed_in(tmp_path):
    run(cohort(tmp_path / "one", "a"))
    with pytest.raises(EcgError, match="one holds a cohort that was begun with another request"):
        run(cohort(tmp_path / "one", "a", heart_rate=80.0))


def test_a_cancelled_run_keeps_what_is_finished(tmp_path):
    job = iter_cohort(cohort(tmp_path), Choice(), read, lambda: OnePool(Choice(), "wfdb"))
    first = next(job)
    job.close()
    assert (tmp_path / "cohort.csv").is_file()
    rows, _, _ = run(cohort(tmp_path))
    assert len(rows) == 7 and first.key not in {row.key for row in rows}


@pytest.mark.skipif(sys.platform != "linux", reason="asks which file is being written")
def test_a_full_disk_ends_the_run_with_one_sentence_and_it_goes_on_later(tmp_path, monkeypatch):
    """The third line does not reach the disk."""
    synced, sync = [], os.fsync

    def full(file):
        if os.readlink(f"/proc/self/fd/{file}").endswith(LINES):
            synced.append(file)
            if len(synced) > 2:
                raise OSError(errno.ENOSPC, "No space left on device")
        sync(file)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(
            EcgError, match=r"cannot be written \(the disk is full\).*goes on where it stopped"
        ):
            run(cohort(tmp_path))
    rows, _, _ = run(cohort(tmp_path))
    lines = [json.loads(line) for line in (tmp_path / LINES).read_text(encoding="utf-8").splitlines()]
    assert len(lines) == len({line["file"] for line in lines}) == 8 and 0 < len(rows) < 8
    assert all((tmp_path / line["file"]).is_file() for line in lines)


def test_a_twin_that_cannot_be_written_ends_the_run_instead_of_failing_a_thousand_times(
    tmp_path, monkeypatch
):
    def full(*_):
        raise EcgError("x cannot be written.") from OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(worker, "write", full)
        with pytest.raises(FolderRefused, match="the disk is full"):
            run(cohort(tmp_path))
    assert len(Counting.made) == 1
    assert len(run(cohort(tmp_path))[0]) == 8, "the folder is free again"


def test_a_refusal_travels_between_processes(tmp_path):
    refused = FolderRefused(tmp_path, OSError(errno.ENOSPC, "No space left on device"))
    again = pickle.loads(pickle.dumps(refused))
    assert type(again) is FolderRefused and again.message.key == refused.message.key
