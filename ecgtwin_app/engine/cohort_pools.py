"""Where the jobs of a cohort are done: processes of this machine, or actors of a Ray cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohort_table import CohortRow
from ecgtwin_app.engine.cohort_worker import CohortFailure, CohortWorker, EngineChoice, Job, Stop

Result = CohortRow | CohortFailure
#: So many jobs a process are under way: it never waits, and few recordings are in memory.
AHEAD = 2


class LocalPool:
    """Processes of this machine, each with an engine of its own and one thread.

    Parameters
    ----------
    choice : EngineChoice
    folder : Path
    kind : str
        See `CohortWorker`.
    processes : int
    """

    def __init__(self, choice: EngineChoice, folder: Path, kind: str, processes: int):
        # Not forked: torch's threads do not survive it.
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._pending: set[Future] = set()
        self._finished: deque[Future] = deque()
        self._most = AHEAD * processes
        self._executor = ProcessPoolExecutor(
            processes, context, initializer=_begin, initargs=(choice, folder, kind, self._stop)
        )

    def map(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """The results of jobs as they are finished, in any order."""
        for job in jobs:
            self._pending.add(self._executor.submit(_make, job))
            while len(self._pending) >= self._most:
                yield from self._results()
        while self._pending:
            yield from self._results()

    def close(self) -> list[Result]:
        """End the processes at their next step; what was finished and not yet told."""
        self._stop.set()
        self._executor.shutdown(wait=True, cancel_futures=True)
        ended = (*self._finished, *self._pending)
        good = [f for f in ended if f.done() and not f.cancelled() and f.exception() is None]
        return [result for result in (future.result() for future in good) if result is not None]

    def _results(self) -> Iterator[Result]:
        done, self._pending = wait(self._pending, return_when=FIRST_COMPLETED)
        self._finished.extend(done)
        while self._finished:
            future = self._finished.popleft()
            try:
                result = future.result()
            except BrokenProcessPool:
                raise EcgError(
                    "A process was ended from outside, perhaps for want of memory; run the same command again: it goes"
                    " on where it stopped."
                ) from None
            if result is not None:
                yield result


class RayPool:
    """Actors of a Ray cluster: that of RAY_ADDRESS, or one on this machine. They need the same folder.

    Parameters
    ----------
    choice, folder, kind, processes
        As of `LocalPool`.
    """

    def __init__(self, choice: EngineChoice, folder: Path, kind: str, processes: int):
        try:
            import ray  # type: ignore[import-not-found]
        except ImportError:
            raise EcgError("Ray is not installed here; run 'pip install ray', or leave out --ray.") from None
        self._ray = ray
        here = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": processes, "include_dashboard": False}
        ray.init(log_to_driver=False, **here)
        worker = ray.remote(num_cpus=1)(CohortWorker)
        self._idle = [worker.remote(choice, folder.resolve(), kind) for _ in range(processes)]
        self._busy: dict = {}

    def map(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """The results of jobs as they are finished, in any order."""
        for job in jobs:
            if not self._idle:
                yield self._next()
            actor = self._idle.pop()
            self._busy[actor.make.remote(job)] = actor
        while self._busy:
            yield self._next()

    def close(self) -> list[Result]:
        """End the actors; nothing is finished and not told."""
        self._ray.shutdown()
        return []

    def _next(self) -> Result:
        (done, *_), _ = self._ray.wait(list(self._busy))
        self._idle.append(self._busy.pop(done))
        return self._ray.get(done)


_worker: CohortWorker
_stop: Stop


def _begin(choice: EngineChoice, folder: Path, kind: str, stop: Stop) -> None:
    """Make this process ready: it ends with its parent, whose Ctrl+C is not its own."""
    global _worker, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker, _stop = CohortWorker(choice, folder, kind), stop


def _make(job: Job) -> Result | None:
    return _worker.make(job, _stop)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
