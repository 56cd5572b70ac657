"""Cohorts: references × conditions × seeds, laid over processes, each twin once.

A run that was cancelled or killed goes on where it stopped: what stands in the folder's table is not made again. Every
twin is the one that `TwinEngine.generate` makes of its reference with its seed, whatever else is in the cohort.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import ecgtwin_app
from ecgtwin_app.conditions.vocabulary import find_condition, is_healthy
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.cohort_pools import LocalPool, RayPool
from ecgtwin_app.engine.cohort_table import CohortRow, CohortTable
from ecgtwin_app.engine.cohort_worker import CohortFailure, EngineChoice, Job
from ecgtwin_app.engine.request import Progress, TwinRequest, request_to_json
from ecgtwin_app.engine.tasks import offered_by
from ecgtwin_app.formats.marking import provenance_shown


@dataclass(frozen=True)
class Cohort:
    """What a cohort is made of.

    Attributes
    ----------
    references : tuple of Path
    tasks : tuple of tuple of str
        The conditions of each task.
    request : TwinRequest
        What else is asked for in all of them; its `conditions` and `samples` are of no account, `seed` is the first.
    per_task : int
        Twins of each reference in each task, with seeds from `request.seed` on.
    folder : Path
    kind : str
        A key of `formats.writing.writers`.
    """

    references: tuple[Path, ...]
    tasks: tuple[tuple[str, ...], ...]
    request: TwinRequest
    per_task: int
    folder: Path
    kind: str = "wfdb"

    @property
    def total(self) -> int:
        """How many twins there will be when all succeed."""
        return len(self.references) * len(self.tasks) * self.per_task

    def requests(self) -> Iterator[TwinRequest]:
        """One a twin, of each reference."""
        for names in self.tasks:
            # "healthy" says more than the rhythm that goes by this name; the request takes it apart.
            named = tuple(name if is_healthy(name) else find_condition(name).name for name in names)
            for number in range(self.per_task):
                yield replace(self.request, conditions=named, samples=1, seed=self.request.seed + number)


@dataclass(eq=False)
class _Run:
    """What is still to be made, and how far it is."""

    cohort: Cohort
    read: Callable[[Path], Recording]
    table: CohortTable
    settled: int = 0
    failures: deque[CohortFailure] = field(default_factory=deque)

    def jobs(self) -> Iterator[Job]:
        """Those whose line is not there yet, one reference after another."""
        requests = tuple(self.cohort.requests())
        begun = set(self.table.rows)
        for path in self.cohort.references:
            try:
                reference = self.read(path)
            except EcgError as error:
                self.failures.append(CohortFailure(path, "", str(error)))
                self.settled += len(requests)
                continue
            digest = reference.digest()
            for request in requests:
                job = Job(path, reference, digest, request)
                if job.key in begun:
                    self.settled += 1
                else:
                    begun.add(job.key)
                    yield job

    def settle(self, result: CohortRow | CohortFailure) -> bool:
        """Keep a result; whether it is news: what fails for one seed mostly fails for all."""
        self.settled += 1
        if isinstance(result, CohortRow):
            self.table.add(result)
            return True
        new = result not in self._told
        self._told.add(result)
        return new

    def __post_init__(self):
        self._told: set[CohortFailure] = set()


def iter_cohort(
    cohort: Cohort,
    choice: EngineChoice,
    read: Callable[[Path], Recording],
    processes: int = 1,
    ray: bool = False,
) -> Generator[Progress | CohortRow | CohortFailure]:
    """Make what is missing of a cohort.

    Yields a `CohortRow` for each twin made and a `CohortFailure` for each reference and task that cannot be, each
    followed by a `Progress`. Closing the iterator, or an interrupt, cancels the rest; what is finished is kept.

    Parameters
    ----------
    read : callable
        Reads a reference, and raises `EcgError` for one that cannot be used.
    processes : int
        How many twins are made at a time.
    ray : bool
        Lay the jobs over a Ray cluster instead of processes of this machine.

    Raises
    ------
    EcgError
        The folder holds another cohort or cannot be written, weights or Ray are missing, or a process was ended from outside.
    """
    table = CohortTable(cohort.folder, about_cohort(cohort, choice))
    try:
        run = _Run(cohort, read, table)
        pool = (RayPool if ray else LocalPool)(choice, cohort.folder, cohort.kind, processes)
        try:
            for result in pool.map(run.jobs()):
                if run.settle(result):
                    yield result
                while run.failures:
                    yield run.failures.popleft()
                yield Progress(run.settled, cohort.total)
        finally:
            for result in pool.close():
                run.settle(result)
        yield from run.failures
        yield Progress(run.settled, cohort.total)
    finally:
        table.close()


def about_cohort(cohort: Cohort, choice: EngineChoice) -> dict:
    """What all twins of a cohort share, and a run that goes on with it must share too."""
    spec = choice.load().spec
    request = {
        name: value
        for name, value in request_to_json(offered_by(spec, cohort.request)).items()
        if name not in ("conditions", "samples", "seed")
    }
    return {
        "program": f"ecgtwin {ecgtwin_app.__version__}",
        "generator": spec.id,
        "model": spec.model,
        "weights_sha256": spec.weights_sha256,
        "format": cohort.kind,
        "request": provenance_shown({"request": request})["request"],
    }
