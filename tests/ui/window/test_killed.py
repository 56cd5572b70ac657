"""The window killed in the middle of its work. benchmarks/kill.py kills it thirty times and counts seconds."""

import importlib.util
import os
import random
import sys

import pytest
from places import ROOT

_PATH = ROOT / "benchmarks" / "kill.py"
_SPEC = importlib.util.spec_from_file_location("kill", _PATH)
kill = importlib.util.module_from_spec(_SPEC)
sys.modules["kill"] = kill
_SPEC.loader.exec_module(kill)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_autosave_promised_is_there_and_every_file_can_be_read(seed, tmp_path):
    after = random.Random(seed).randrange(3, 25)

    def enough(lines):
        # Some actions after the first promise: a kill between two promises, at a moment that chance chose.
        promises = [k for k, line in enumerate(lines) if line.startswith("kept")]
        return bool(promises) and sum(line.startswith("done") for line in lines[promises[0] :]) >= after

    outcome = kill.kill_once(tmp_path, enough, seed)
    assert outcome.unreadable == ()
    assert outcome.kept >= outcome.promised > 0
    assert outcome.actions >= outcome.promised
