"""The table of a cohort: each line once, whole after a kill, and never that of another cohort."""

import csv
import hashlib
import json
from dataclasses import replace

import pytest

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.table import LINES, TABLE, UNFINISHED, CohortRow, CohortTable

ABOUT = {"generator": "ecgtwin", "weights_sha256": "ab", "request": {"age": None}}


def row(seed: int, met: bool = True) -> CohortRow:
    return CohortRow(f"twin_{seed}.hea", "f" * 64, "sinus rhythm", seed, met, "" if met else "QRS", 72.5)


def finished(folder, *rows) -> None:
    """The files of rows, and their lines."""
    table = CohortTable(folder, ABOUT)
    for one in rows:
        (folder / one.file).write_text("twin", encoding="utf-8")
        table.add(one)
    table.close()


def test_what_is_there_is_found_again(tmp_path):
    finished(tmp_path / "cohort", row(1), row(2, met=False))
    table = CohortTable(tmp_path / "cohort", ABOUT)
    assert list(table.rows.values()) == [row(1), row(2, met=False)]
    table.close()
    lines = (tmp_path / "cohort" / TABLE).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# SYNTHETIC: yes"
    shown = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert [(line["seed"], line["met"], line["missed"]) for line in shown] == [
        ("1", "yes", ""),
        ("2", "no", "QRS"),
    ]
    assert not (tmp_path / "cohort" / UNFINISHED).exists()


def test_a_line_cut_by_a_kill_is_dropped_and_the_next_stands_alone(tmp_path):
    finished(tmp_path, row(1), row(2))
    whole = (tmp_path / LINES).read_bytes()
    for cut in (1, 20, len(whole) // 2 - 1):
        (tmp_path / LINES).write_bytes(whole[:-cut])
        (tmp_path / UNFINISHED / "twin_2").mkdir(parents=True)
        table = CohortTable(tmp_path, ABOUT)
        # Only its end of line was lost where one byte is missing.
        assert [one.seed for one in table.rows.values()] == ([1, 2] if cut == 1 else [1])
        assert not list((tmp_path / UNFINISHED).iterdir())
        if cut > 1:
            table.add(row(2))
        table.close()
        assert (tmp_path / LINES).read_bytes() == whole


def test_a_line_without_its_file_is_made_again(tmp_path):
    finished(tmp_path, row(1), row(2))
    (tmp_path / "twin_1.hea").unlink()
    table = CohortTable(tmp_path, ABOUT)
    assert list(table.rows) == [row(2).key]
    table.close()


def test_strange_lines_are_no_rows(tmp_path):
    finished(tmp_path, row(1))
    with (tmp_path / LINES).open("a", encoding="utf-8") as file:
        file.write('{"seed": 3}\n[1]\nnonsense\n{"file": "x", "other": 1}\n')
    table = CohortTable(tmp_path, ABOUT)
    assert list(table.rows.values()) == [row(1)]
    table.close()


@pytest.mark.parametrize(
    ("about", "what"),
    [
        (ABOUT | {"weights_sha256": "cd"}, "weights sha256"),
        (ABOUT | {"request": {"age": 50}}, "request"),
        (ABOUT | {"generator": "published"}, "generator"),
    ],
)
def test_another_cohort_is_not_gone_on_with(tmp_path, about, what):
    finished(tmp_path / "one", row(1))
    before = (tmp_path / "one" / LINES).read_bytes()
    with pytest.raises(EcgError, match=f"one holds a cohort that was begun with another {what}; choose"):
        CohortTable(tmp_path / "one", about)
    assert (tmp_path / "one" / LINES).read_bytes() == before
    CohortTable(tmp_path / "one", ABOUT).close()  # the refused one has let go of the folder


def test_one_run_at_a_time(tmp_path):
    first = CohortTable(tmp_path / "busy", ABOUT)
    with pytest.raises(EcgError, match="Another run is at work in busy; wait for its end"):
        CohortTable(tmp_path / "busy", ABOUT)
    first.close()
    CohortTable(tmp_path / "busy", ABOUT).close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(EcgError, match="The folder file cannot be written"):
        CohortTable(tmp_path / "file", ABOUT)


def test_what_all_share_is_marked_synthetic(tmp_path):
    finished(tmp_path, row(1))
    about = json.loads((tmp_path / "cohort.json").read_text(encoding="utf-8"))
    assert about["synthetic"] is True and about["weights_sha256"] == "ab"


def test_a_twin_that_a_power_cut_emptied_is_made_again(tmp_path):
    content = b"samples"
    whole = replace(row(1), sha256={"twin_1.hea": hashlib.sha256(content).hexdigest()})
    table = CohortTable(tmp_path, ABOUT)
    table.add(whole, {"twin_1.hea": content})
    table.close()
    table = CohortTable(tmp_path, ABOUT)
    assert list(table.rows.values()) == [whole]
    table.close()
    (tmp_path / "twin_1.hea").write_bytes(b"")
    table = CohortTable(tmp_path, ABOUT)
    assert table.rows == {}
    table.close()
