"""The worker: one thread, in order, cancellable between steps, and never the window's end."""

from __future__ import annotations

import threading

import pytest

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ui.jobs.worker import Worker


@pytest.fixture
def worker(qapp):
    worker = Worker()
    yield worker
    worker.stop()
    assert not worker._thread.is_alive()


class _Heard:
    """What a job's callbacks were told, and on which thread."""

    def __init__(self):
        self.items, self.ends, self.threads = [], [], set()

    def callbacks(self):
        return {"on_item": self.item, "on_done": self.done, "on_error": self.error}

    def item(self, value):
        self.items.append(value)
        self.threads.add(threading.get_ident())

    def done(self, finished):
        self.ends.append(finished)

    def error(self, sentence):
        self.ends.append(sentence)


def test_jobs_run_in_order_on_one_other_thread(worker, qtbot):
    heard, ran_on = _Heard(), []

    def job(name):
        ran_on.append(threading.get_ident())
        yield name

    for name in "abc":
        worker.submit(name, lambda name=name: job(name), **heard.callbacks())
    qtbot.waitUntil(lambda: not worker.busy)
    assert heard.items == ["a", "b", "c"]
    assert heard.ends == [True, True, True]
    assert len(set(ran_on)) == 1
    assert ran_on[0] != threading.get_ident()
    assert heard.threads == {threading.get_ident()}, "callbacks belong on the GUI thread"


def test_cancel_closes_the_generator_at_its_next_step(worker, qtbot):
    heard, go_on, closed = _Heard(), threading.Event(), threading.Event()

    def endless():
        try:
            while True:
                yield "step"
                go_on.wait(timeout=20)
        finally:
            closed.set()

    job = worker.submit("Endless", endless, **heard.callbacks())
    qtbot.waitUntil(lambda: heard.items == ["step"])
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not worker.busy)
    assert closed.is_set()
    assert heard.ends == [False]
    assert heard.items == ["step"], "nothing is delivered after a cancel"


def test_a_job_cancelled_in_the_queue_never_starts(worker, qtbot):
    gate, started = threading.Event(), []

    def first():
        yield gate.wait(timeout=20)

    worker.submit("First", first)
    second = worker.submit("Second", lambda: started.append(1) or iter(()))
    second.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not worker.busy)
    assert started == []


def test_an_ecg_error_reaches_the_user_in_its_own_words(worker, qtbot):
    heard = _Heard()

    def refuse():
        yield 1
        raise EcgError("Lead V6 is missing; open another file.")

    worker.submit("Opening", refuse, **heard.callbacks())
    qtbot.waitUntil(lambda: not worker.busy)
    assert heard.ends == ["Lead V6 is missing; open another file."]


def test_any_other_error_is_said_without_its_details_and_the_thread_lives_on(worker, qtbot):
    heard = _Heard()

    def break_down():
        raise KeyError("Doe^Jane")

    worker.submit("Opening", break_down, **heard.callbacks())
    worker.submit("Next", lambda: iter(["alive"]), **heard.callbacks())
    qtbot.waitUntil(lambda: not worker.busy)
    assert "KeyError" in heard.ends[0]
    assert "Doe" not in heard.ends[0]
    assert heard.items == ["alive"]


def test_stop_waits_for_a_running_job(qapp, qtbot):
    worker, stepped = Worker(), threading.Event()

    def endless():
        while True:
            stepped.set()
            yield

    worker.submit("Endless", endless)
    assert stepped.wait(timeout=20)
    worker.stop()
    assert not worker._thread.is_alive()
