"""Twins by several processes are those of one, whatever happens to the others."""

import multiprocessing
import os
import signal

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine import shared_draws
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest

REQUEST = TwinRequest(("complete left bundle branch block",), samples=6, best_of=2)


@pytest.fixture(scope="module")
def alone(engine, reference):
    return engine.generate(reference, REQUEST)


@pytest.fixture(scope="module")
def two():
    """An engine that shares what it is asked among two processes."""
    return TwinEngine.load(device="cpu", shares=True)


@pytest.fixture(autouse=True)
def _always_worth_it(monkeypatch):
    monkeypatch.setattr(shared_draws, "WORTH", 2)
    monkeypatch.setattr(shared_draws, "threads", lambda: 2)


def same(one, other) -> bool:
    return [twin.seed for twin in one] == [twin.seed for twin in other] and all(
        np.array_equal(a.recording.signal, b.recording.signal) and a.asked_got == b.asked_got
        for a, b in zip(one, other, strict=True)
    )


def test_the_same_twins_in_the_same_order(two, reference, alone, monkeypatch):
    # This process waits, so that another makes all but the first.
    monkeypatch.setattr(shared_draws, "AHEAD", 5)
    by_others = []
    finished = shared_draws._Others.finished
    monkeypatch.setattr(
        shared_draws._Others, "finished", lambda self: by_others.append(finished(self)) or by_others[-1]
    )
    made = list(two.iter_generate(reference, REQUEST))
    assert same([item for item in made if isinstance(item, Twin)], alone)
    assert sum(len(some) for some in by_others) == 5
    steps = [item.step for item in made if isinstance(item, Progress)]
    assert steps == sorted(steps) and steps[-1] <= made[0].total == 6 * 2 * alone[0].request.steps


def test_what_an_ended_process_leaves_is_made_here(two, reference, alone):
    job = two.iter_generate(reference, REQUEST)
    made = [next(job)]
    (other,) = multiprocessing.active_children()
    os.kill(other.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    made += job
    assert same([item for item in made if isinstance(item, Twin)], alone)


def test_nothing_runs_on_after_a_cancelled_request(two, reference):
    job = two.iter_generate(reference, REQUEST)
    next(job)
    assert multiprocessing.active_children()
    job.close()
    assert not multiprocessing.active_children()


def test_what_cannot_be_made_is_said_once(two, reference):
    with pytest.raises(EcgError, match="only this rhythm process|process"):
        list(
            two.iter_generate(
                reference,
                TwinRequest(("accelerated idioventricular rhythm",), samples=4, rhythm="learned"),
            )
        )
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    ("threads", "draws", "processes"),
    [(1, 64, 1), (2, 1, 1), (2, 19, 1), (2, 20, 2), (16, 35, 3), (16, 500, 4)],
)
def test_others_are_started_only_where_they_are_worth_it(monkeypatch, threads, draws, processes):
    monkeypatch.setattr(shared_draws, "WORTH", 10)
    monkeypatch.setattr(shared_draws, "threads", lambda: threads)
    assert shared_draws.processes_for(draws) == processes
