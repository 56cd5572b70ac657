"""Forty twins in one process leave nothing behind. benchmarks/endurance.py makes a thousand."""

import importlib.util
import sys
import tracemalloc

import pytest
from places import ROOT

from ecgtwin_app.ecg.measurement import measure as measurement
from ecgtwin_app.engine.engine import TwinEngine

_SPEC = importlib.util.spec_from_file_location("endurance", ROOT / "benchmarks" / "endurance.py")
endurance = importlib.util.module_from_spec(_SPEC)
sys.modules["endurance"] = endurance
_SPEC.loader.exec_module(endurance)
#: The signal of a twin as it is kept least: 12 leads of 5000 samples in single precision.
SIGNAL = 12 * 5000 * 4


def grown(engine, reference, first: int, count: int) -> tuple[int, int, int, int]:
    """By how much recordings, threads, open files and bytes that Python and NumPy hold are more after some twins."""
    before, bytes_before = _held()
    endurance.make(engine, reference, first, count)
    assert len(measurement._recent) <= measurement.REMEMBERED
    after, bytes_after = _held()
    return (
        after.recordings - before.recordings,
        after.threads - before.threads,
        after.files - before.files,
        bytes_after - bytes_before,
    )


def _held():
    """What is held, without the last measurements, which are kept for a while: how many is checked apart."""
    measurement._recent.clear()
    return endurance.held(), tracemalloc.get_traced_memory()[0]


@pytest.fixture
def traced(engine, reference):
    """The engine with its caches warm, and memory watched."""
    endurance.make(engine, reference, 0, len(endurance.CONDITIONS))
    tracemalloc.start()
    endurance.make(engine, reference, 0, 1)
    yield engine
    tracemalloc.stop()


def test_forty_twins_leave_nothing_behind(traced, reference):
    recordings, threads, files, more = grown(traced, reference, 100, 40)
    assert (recordings, threads, files) == (0, 0, 0)
    assert more < 40 * SIGNAL / 20


@pytest.mark.parametrize("kept", ["twin", "array"])
def test_one_that_is_kept_of_each_twin_is_noticed(traced, reference, monkeypatch, kept):
    """What the test above would fail by: a recording, or its bare signal."""
    there, generate = [], TwinEngine.generate

    def leaking(self, *args):
        twins = generate(self, *args)
        there.extend(twins if kept == "twin" else [twins[0].recording.signal.copy()])
        return twins

    monkeypatch.setattr(TwinEngine, "generate", leaking)
    recordings, _, _, more = grown(traced, reference, 200, 4)
    assert recordings == (4 if kept == "twin" else 0)
    assert more > 4 * SIGNAL / 2
