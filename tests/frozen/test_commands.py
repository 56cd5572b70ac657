"""What scripts rely on: `twins.json`, the options of every command, and the exit statuses 0, 1, 2 and 130."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from frozen_commands import COMMANDS, DOCUMENTS, GENERATE, OPTIONS, documents, option_tables
from frozen_twins import known_hashes, one_thread

from ecgtwin_app.cli.main import main

PVC = "ventricular premature complex"


@pytest.fixture(scope="module")
def written():
    with one_thread():
        return documents()


@pytest.fixture(scope="module")
def offered():
    return option_tables()


@pytest.mark.parametrize("name", GENERATE)
def test_twins_json_stays_the_same(name, written):
    before = json.loads(DOCUMENTS.read_text(encoding="utf-8"))[name]
    if known_hashes() is None:
        # Another machine measures other last digits on its twins: what is there and what was asked stay.
        _keeps(_asked(written[name]), _asked(before))
    else:
        _keeps(written[name], before)


def _keeps(now, before, where="twins.json"):
    """Everything that was written is written still; keys may be added."""
    if isinstance(before, dict) and isinstance(now, dict):
        assert set(before) <= set(now), f"{where} has no {sorted(set(before) - set(now))}"
        for key, value in before.items():
            _keeps(now[key], value, f"{where} {key}")
    elif isinstance(before, list) and isinstance(now, list):
        assert len(now) == len(before), where
        for number, (one, other) in enumerate(zip(now, before, strict=True)):
            _keeps(one, other, f"{where} {number}")
    else:
        assert now == before, where


def _asked(value, key=""):
    """The document with its measured values left out."""
    if isinstance(value, dict):
        return {k: _asked(v, k) for k, v in value.items() if k not in ("measurements", "score")}
    if isinstance(value, list):
        return [_asked(one, key) for one in value]
    return (
        value if key in ("file", "files", "name", "unit", "asked", "seed", "conditions", "sampler") else None
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_goes_or_changes(command, offered):
    before = json.loads(OPTIONS.read_text(encoding="utf-8"))[command]
    now = offered[command]
    for flag, row in before["options"].items():
        assert flag in now["options"], f"ecgtwin {command} {flag} is gone"
        _accepts(row, now["options"][flag], f"ecgtwin {command} {flag}")
    assert len(now["arguments"]) >= len(before["arguments"])
    for row, new in zip(before["arguments"], now["arguments"], strict=False):
        _accepts(row, new, f"ecgtwin {command} {row['metavar']}")
    further = [row for flag, row in now["options"].items() if flag not in before["options"]]
    further += now["arguments"][len(before["arguments"]) :]
    assert not any(row["required"] for row in further), "a script does not know what else to say"


def _accepts(before, now, what):
    """Whatever was accepted and meant still is; choices may be added."""
    for name in ("metavar", "nargs", "default"):
        assert now[name] == before[name], f"the {name} of {what} is another one"
    assert before["required"] or not now["required"], f"{what} was not needed"
    if before["choices"] is None:
        assert now["choices"] is None, f"{what} took anything"
    else:
        assert set(before["choices"]) <= set(now["choices"]), f"a choice of {what} is gone"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["generate", "--help"], 0),
        (["conditions", "--json"], 0),
        (["measure", "example", "--json"], 0),
        (["convert", "example", "{folder}/copy.csv"], 0),
        (["generate", "example", "--condition", "AF", "--seed", "1", "--out", "{folder}"], 0),
        # A twin that misses what was asked is written all the same.
        (["generate", "example", "--condition", "LBBB", "--without", "sinus rhythm", "--out", "{folder}"], 1),
        (["measure", "{folder}/gone.dcm"], 2),
        (["convert", "example", "{folder}/copy.docx"], 2),
        (["generate", "example", "--condition", "no such thing", "--out", "{folder}"], 2),
        (["generate", "example", "--condition", PVC, "--heart-rate", "999", "--out", "{folder}"], 2),
        (["generate", "example", "--condition", PVC, "--colour", "red", "--out", "{folder}"], 2),
        (["attribute", "example", "--condition", PVC, "--of", "LBBB", "--out", "{folder}"], 2),
        (["benchmark", "--samples", "0"], 2),
        (["train", "--data", "{folder}/gone", "--work", "{folder}", "--out", "{folder}"], 2),
    ],
)
def test_exit_statuses_stay(arguments, status, tmp_path, capsys):
    try:
        got = main([one.format(folder=tmp_path) for one in arguments])
    except SystemExit as end:
        got = end.code or 0
    assert got == status, capsys.readouterr().err
    if "--out" in arguments and status < 2:
        assert (tmp_path / "twins.json").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_while_twins_are_made_ends_with_130(tmp_path):
    arguments = ["generate", "example", "--condition", PVC, "--samples", "100", "--steps", "100"]
    command = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ecgtwin_app.cli.main import main; raise SystemExit(main(sys.argv[1:]))"
    )
    folder = tmp_path / "out"
    job = subprocess.Popen(
        [sys.executable, "-c", command, *arguments, "--out", str(folder)],
        cwd=Path(__file__).resolve().parents[2],
        env=dict(os.environ, OMP_NUM_THREADS="1"),
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not folder.is_dir() and time.monotonic() < deadline:
        time.sleep(0.05)
    job.send_signal(signal.SIGINT)
    _, said = job.communicate(timeout=120)
    assert job.returncode == 130, said
    assert "Cancelled" in said
