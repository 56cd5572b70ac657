"""Where the jobs of a cohort are done: here, in processes of this machine, or by actors of a Ray cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.worker import Choice, CohortWorker, Job, Result, Stop, alone

log = logging.getLogger(__name__)
#: So many jobs a process are under way: it never waits, and few recordings are in memory.
AHEAD = 2
#: Starts a Ray of this machine alone.
HERE = "local"


class Pool(Protocol):
    """Does jobs."""

    def map(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """Each job with what became of it, as they are finished, in any order."""
        ...

    def close(self) -> list[tuple[Job, Result]]:
        """End what is under way; what was finished and not yet told."""
        ...


class OnePool:
    """Does the jobs here, one after another.

    Parameters
    ----------
    choice : Choice
    form : str
        See `CohortWorker`.
    stop : Stop, optional
        Set from elsewhere, it ends the job that is under way.
    """

    def __init__(self, choice: Choice, form: str, stop: Stop | None = None):
        self._worker, self._stop = CohortWorker(choice, form), stop

    def map(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """See `Pool`; ends early when it is stopped."""
        for job in jobs:
            result = self._worker.make(job, self._stop)
            if result is None:
                return
            yield job, result

    def close(self) -> list[tuple[Job, Result]]:
        """Nothing is finished and not told."""
        return []


class LocalPool:
    """Processes of this machine, each with an engine of its own and one thread.

    Parameters
    ----------
    choice : EngineChoice
    form : str
        See `CohortWorker`.
    processes : int
    """

    def __init__(self, choice: Choice, form: str, processes: int):
        # Not forked: torch's threads do not survive it.
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._jobs: dict[Future, Job] = {}
        self._most = AHEAD * processes
        self._executor = ProcessPoolExecutor(
            processes, context, initializer=_begin, initargs=(choice, form, self._stop)
        )

    def map(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """See `Pool`."""
        for job in jobs:
            self._jobs[self._executor.submit(_make, job.travelling())] = job
            while len(self._jobs) >= self._most:
                yield from self._results()
        while self._jobs:
            yield from self._results()

    def close(self) -> list[tuple[Job, Result]]:
        """End the processes at their next step; what was finished and not yet told."""
        self._stop.set()
        self._executor.shutdown(wait=True, cancel_futures=True)
        good = [f for f in self._jobs if f.done() and not f.cancelled() and f.exception() is None]
        return [(self._jobs[future], future.result()) for future in good if future.result() is not None]

    def _results(self) -> Iterator[tuple[Job, Result]]:
        done, _ = wait(self._jobs, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                result = future.result()
            except BrokenProcessPool:
                raise EcgError(
                    "A process was ended from outside, perhaps for want of memory; run the same command again: it goes"
                    " on where it stopped."
                ) from None
            job = self._jobs.pop(future)
            if result is not None:
                yield job, result


class RayPool:
    """Actors of a Ray cluster, which send back what they made: they need no folder in common.

    Parameters
    ----------
    choice, form, processes
        As of `LocalPool`; weights that are named by a folder lie there on every machine.
    address : str
        Of a cluster, as `ray.init` takes it; `HERE` for one on this machine alone, "" for that of RAY_ADDRESS, or `HERE`
        without one.
    """

    def __init__(self, choice: Choice, form: str, processes: int, address: str = ""):
        # Nothing is told to anybody: the network is for the work alone.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        try:
            import ray  # type: ignore[import-not-found]
        except ImportError:
            raise EcgError(
                "Ray is not installed here; run 'pip install \"ecgtwin-desktop[ray]\"', or leave out --ray."
            ) from None
        self._ray = ray
        address = address or os.environ.get("RAY_ADDRESS", HERE)
        here = {"num_cpus": processes, "include_dashboard": False} if address == HERE else {}
        self._jobs: dict = {}
        try:
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", **here)
            worker = ray.remote(num_cpus=1)(_RayWorker)
            self._idle = [worker.remote(choice, form) for _ in range(processes)]
            self._hold_together(ray.get([one.who.remote() for one in self._idle], timeout=600))
        except EcgError:
            ray.shutdown()
            raise
        except Exception as error:  # Ray raises whatever its parts raise
            log.exception("Ray failed")
            ray.shutdown()
            raise _told(error) from None

    def map(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result]]:
        """See `Pool`."""
        for job in jobs:
            while not self._idle:
                yield self._next()
            actor = self._idle.pop()
            self._jobs[actor.make.remote(job.travelling())] = actor, job
        while self._jobs:
            yield self._next()

    def close(self) -> list[tuple[Job, Result]]:
        """End the actors; nothing is finished and not told."""
        self._ray.shutdown()
        return []

    def _next(self) -> tuple[Job, Result]:
        (done, *_), _ = self._ray.wait(list(self._jobs))
        actor, job = self._jobs.pop(done)
        try:
            result = self._ray.get(done)
        except Exception as error:
            log.exception("Ray failed")
            raise _told(error) from None
        self._idle.append(actor)
        return job, result

    def _hold_together(self, found: list[tuple[str, str]]) -> None:
        if len(set(found)) > 1:
            raise EcgError(
                "The machines of this Ray cluster have different versions or weights of ECGTwin; install the same on all."
            )


def _told(error: Exception) -> EcgError:
    """What Ray says, in one sentence."""
    if isinstance(cause := getattr(error, "cause", None), EcgError):
        return cause
    return EcgError(
        "Ray cannot be reached or was ended ({reason}); run the same command again: it goes on where it stopped.",
        reason=type(error).__name__,
    )


class _RayWorker(CohortWorker):
    """A worker in a process of its own."""

    def __init__(self, choice: Choice, form: str):
        alone()
        super().__init__(choice, form)


_worker: CohortWorker
_stop: Stop


def _begin(choice: Choice, form: str, stop: Stop) -> None:
    """Make this process ready: it ends with its parent, whose Ctrl+C is not its own."""
    global _worker, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    alone()
    _worker, _stop = CohortWorker(choice, form), stop


def _make(job: Job) -> Result | None:
    return _worker.make(job, _stop)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
