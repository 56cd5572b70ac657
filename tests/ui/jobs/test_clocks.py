"""A clock that is set back, a machine that sleeps for days: what is newest, what is locked and what runs stays so."""

import os
import time

import pytest
from PySide6.QtWidgets import QApplication
from synthetic_ecg import strip
from ui_window import generate

from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.jobs.autosave import Autosave

pytest_plugins = ("ui_fixtures",)
DAYS = 7 * 86400.0


def _left(folder, rate: float) -> Autosave:
    """What a window leaves that does not close in order."""
    keeper = Autosave(folder, lambda: None)
    write_session(keeper.path, SessionState(strip(rate=rate)[0]))
    keeper._timer.stop()
    return keeper


def test_the_last_session_is_offered_whatever_the_clock_said(qapp, tmp_path):
    write_session(
        tmp_path / "0123456789abcdef.ecgtwin", SessionState(strip(rate=50)[0])
    )  # of a former version
    keepers = [_left(tmp_path, rate) for rate in (60, 70, 80)]
    now = time.time()
    for age, keeper in enumerate(keepers):  # the later ones were written with the clock set back
        os.utime(keeper.path, (now - age * DAYS, now - age * DAYS))
        keeper._lock.unlock()
    new = Autosave(tmp_path, lambda: None)
    expected = [keeper.path for keeper in reversed(keepers)] + [tmp_path / "0123456789abcdef.ecgtwin"]
    offered = []
    while (left := new.leftover()) is not None:
        assert read_session(left).reference.samples == 5000
        offered.append(left)
        new.forget(left)
    assert offered == expected, "each in its turn, none is lost"
    for keeper in (*keepers, new):
        keeper.stop()


def test_a_window_that_slept_for_days_keeps_its_session(qapp, tmp_path):
    keeper = _left(tmp_path, 60)
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - DAYS, time.time() - DAYS))
    other = Autosave(tmp_path, lambda: None)
    assert other.leftover() is None
    other.stop()
    keeper.stop()


@pytest.mark.parametrize("gap", [DAYS, -DAYS])
def test_a_run_goes_on_after_a_gap_of_days(opened, engine, qtbot, monkeypatch, gap):
    """The machine sleeps at every step, or its clock is set back: nothing is cancelled or given up."""
    passed, made = [0.0], type(engine).iter_generate

    def asleep(self, *args, **more):
        for item in made(self, *args, **more):
            passed[0] += gap
            yield item

    monkeypatch.setattr(type(engine), "iter_generate", asleep)
    for name in ("time", "monotonic", "perf_counter") if gap > 0 else ("time",):
        clock = getattr(time, name)
        monkeypatch.setattr(time, name, lambda clock=clock: clock() + passed[0])
    monkeypatch.setattr(qtbot, "waitUntil", _wait)  # pytest's own would take the gap for its timeout
    generate(opened, qtbot, samples=2)
    assert len(opened.workbench.session.twins) == 2 and abs(passed[0]) >= 2 * DAYS
    assert engine.closed == 0 and not opened.workbench.messages.text.startswith("Cancelled")


def _wait(condition):
    for _ in range(6000):
        QApplication.processEvents()
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")
