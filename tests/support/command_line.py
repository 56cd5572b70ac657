"""Helpers for tests of the command line: calls that are refused, and calls as a process of its own."""

import subprocess
import sys

from ecgtwin_app.cli.main import main

PVC = "ventricular premature complex"


def refused(capsys, *arguments, words):
    """Exit status 2 and exactly one sentence on standard error."""
    assert main(list(map(str, arguments))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert captured.err.startswith("ecgtwin: ") and captured.err.count("\n") == 1
    assert captured.err.rstrip().endswith((".", "?"))


def process(*arguments, **options):
    command = [sys.executable, "-m", "ecgtwin_app", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, **options
    )
