"""The one long-lived thread that runs jobs, so that the window never waits.

A job is a generator: every `yield` is something to show and a point where it can be cancelled. torch is
used on this thread only. Results come back through the event loop, so callbacks run on the GUI thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.words import tr

log = logging.getLogger(__name__)
#: Threads other than the first get 512 KB on macOS, too little for linear algebra libraries.
STACK_BYTES = 16 * 2**20


class Job:
    """Something the worker does.

    Attributes
    ----------
    title : str
        "Generating", for the message when it fails.
    """

    def __init__(self, title: str, start: Callable[[], Iterator], on_item, on_done, on_error):
        self.title = title
        self._start = start
        self._on = {"item": on_item, "done": on_done, "error": on_error}
        self._cancel = threading.Event()

    def cancel(self) -> None:
        """Ask the job to end at its next step."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._cancel.is_set()


class Worker(QObject):
    """Runs jobs one after another on its own thread."""

    _happened = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None, name: str = "ecgtwin-worker"):
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._unfinished: list[Job] = []
        self._happened.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        before = threading.stack_size(STACK_BYTES)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        threading.stack_size(before)

    def submit(
        self,
        title: str,
        start: Callable[[], Iterator],
        on_item: Callable[[Any], None] | None = None,
        on_done: Callable[[bool], None] | None = None,
        on_error: Callable[[str], None] | None = None,
    ) -> Job:
        """Queue a job.

        Parameters
        ----------
        start : callable
            Called on the worker's thread; what it returns is iterated there.
        on_item : callable
            Gets everything the job yields.
        on_done : callable
            Called at the end with True, or with False if the job was cancelled.
        on_error : callable
            Called instead of `on_done` with one sentence for the user.
        """
        job = Job(title, start, on_item, on_done, on_error)
        self._unfinished.append(job)
        self._jobs.put(job)
        return job

    @property
    def busy(self) -> bool:
        """Whether any job is queued or running."""
        return bool(self._unfinished)

    def cancel_all(self) -> None:
        """Cancel the running and every queued job."""
        for job in self._unfinished:
            job.cancel()

    def stop(self) -> None:
        """Cancel everything and wait for the thread to end."""
        self.cancel_all()
        self._jobs.put(None)
        self._thread.join()

    def _run(self):
        while (job := self._jobs.get()) is not None:
            self._perform(job)

    def _perform(self, job):
        """Run a job to its end and say how it ended, once its generator is closed."""
        try:
            if not job.cancelled:
                self._iterate(job)
        except EcgError as error:
            self._happened.emit(job, "error", error.message)
        except Exception as error:  # a job's failure is the user's to see, never the thread's end
            log.exception("A job failed")
            words = tr("{what} failed ({error}); try again, and report it if it stays.")
            self._happened.emit(job, "error", words.format(what=job.title, error=type(error).__name__))
        else:
            self._happened.emit(job, "done", not job.cancelled)

    def _iterate(self, job):
        steps = iter(job._start())
        try:
            for item in steps:
                self._happened.emit(job, "item", item)
                if job.cancelled:
                    return
        finally:
            if hasattr(steps, "close"):
                steps.close()

    def _deliver(self, job, kind, payload):
        """On the GUI thread: call the job's own callback."""
        if kind == "item" and job.cancelled:
            return  # what was under way when the user cancelled is not wanted any more
        if kind != "item":
            self._unfinished.remove(job)
        callback = job._on[kind]
        if callback is not None:
            callback(payload)
