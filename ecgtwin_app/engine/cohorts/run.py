"""Cohorts made: each twin of a plan once, in any pool, gone on with after any end.

A run that was cancelled or killed goes on where it stopped: what stands in the folder's table is not made again. Every
twin is the one that `TwinEngine.generate` makes of its reference with its seed, whatever else is in the cohort.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ecgtwin_app
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.cohorts.card import write_card
from ecgtwin_app.engine.cohorts.plan import Plan, Planned, fingerprint
from ecgtwin_app.engine.cohorts.pools import Pool
from ecgtwin_app.engine.cohorts.sharding import Shards
from ecgtwin_app.engine.cohorts.shards import check_installed
from ecgtwin_app.engine.cohorts.spec import NOUNS, SHARDED, USUAL_SHARD, CohortSpec
from ecgtwin_app.engine.cohorts.sums import write_sums
from ecgtwin_app.engine.cohorts.table import CohortRow, CohortTable
from ecgtwin_app.engine.cohorts.worker import Choice, CohortFailure, Job, Made
from ecgtwin_app.engine.request import Progress, TwinRequest, request_to_json
from ecgtwin_app.engine.tasks import offered_by
from ecgtwin_app.formats.marking import provenance_shown

Read = Callable[[Path], Recording]


@dataclass(frozen=True)
class Cohort:
    """What is made, and where.

    Attributes
    ----------
    plan : Plan
    request : TwinRequest
        What all twins share.
    folder : Path
    form : str
        A key of `formats.writing.writers`, or one of `spec.SHARDED`.
    shard : int
        Twins of a shard.
    quotas : dict
        Of a cohort by quotas: label to count, by what it is a quota of.
    """

    plan: Plan
    request: TwinRequest
    folder: Path
    form: str = "wfdb"
    shard: int = USUAL_SHARD
    quotas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class _References:
    """Reads references; the last one stays, since its twins follow one another."""

    def __init__(self, read: Read):
        self._read = read
        self._last: tuple[Path, Recording, str] | None = None
        self._failed: dict[Path, str] = {}

    def get(self, path: Path) -> tuple[Recording, str] | str:
        """The recording and its digest, or why it cannot be used."""
        if path in self._failed:
            return self._failed[path]
        if self._last is None or self._last[0] != path:
            try:
                reference = self._read(path)
            except EcgError as error:
                self._failed[path] = str(error)
                return str(error)
            self._last = (path, reference, reference.digest())
        return self._last[1:]


class _Run:
    """What is still to be made, and how far it is."""

    def __init__(self, cohort: Cohort, read: Read, table: CohortTable, shards: Shards | None):
        self._cohort, self._table, self._shards = cohort, table, shards
        self._references = _References(read)
        self._again: deque[tuple[Planned, int]] = deque()
        self._planned: dict[int, Planned] = {}
        self._told: set[CohortFailure] = set()
        self._made = {self._mark(*row.key) for row in table.rows.values()}
        self.settled = 0
        self.news: deque[CohortFailure] = deque()

    def jobs(self) -> Iterator[Job]:
        """Those whose line is not there yet, one reference after another."""
        for planned in self._cohort.plan:
            yield from self._job(planned, 0)

    def again(self) -> Iterator[Job]:
        """Those that failed with one reference and are tried with the next."""
        while self._again:
            yield from self._job(*self._again.popleft())

    @property
    def unfinished(self) -> bool:
        """Whether any is to be tried again."""
        return bool(self._again)

    def settle(self, job: Job, result: Made | CohortFailure) -> bool:
        """Keep a result; whether it is news: what fails for one seed mostly fails for all."""
        if isinstance(result, Made):
            row = result.row
            if self._shards is not None:
                row = replace(row, file=self._shards.name_of(row.number))
            self._table.add(row, result.files)
            self._end(job.number)
            return True
        failure = replace(result, reference=job.path)
        self._fail(self._planned[job.number], job.attempt, failure)
        return False

    def _job(self, planned: Planned, attempt: int) -> Iterator[Job]:
        if self._cohort.plan.by_seed and planned.request.seed in self._made:
            self._end(planned.number)
            return
        path = planned.reference(attempt)
        assert path is not None, "a failure asks whether there is another"
        got = self._references.get(path)
        if isinstance(got, str):
            self._fail(planned, attempt, CohortFailure(path, "", got))
            yield from self.again()
            return
        reference, digest = got
        request = planned.request_for(reference.patient)
        job = Job(path, reference, digest, request, planned.device, planned.number, attempt)
        if (mark := self._mark(*job.key)) in self._made:
            self._end(planned.number)
            return
        if not self._cohort.plan.by_seed:
            self._made.add(mark)
        self._planned[planned.number] = planned
        yield job

    def _fail(self, planned: Planned, attempt: int, failure: CohortFailure) -> None:
        if failure not in self._told:
            self._told.add(failure)
            self.news.append(failure)
        if planned.reference(attempt + 1) is not None:
            self._again.append((planned, attempt + 1))
        else:
            self._end(planned.number)

    def _end(self, number: int) -> None:
        self.settled += 1
        self._planned.pop(number, None)
        if self._shards is not None:
            self._shards.end(number)

    def _mark(self, digest: str, conditions: str, seed: int) -> object:
        """What tells a twin from the others of its plan."""
        return seed if self._cohort.plan.by_seed else (digest, conditions, seed)


def iter_cohort(
    cohort: Cohort, choice: Choice, read: Read, pool_of: Callable[[], Pool]
) -> Generator[Progress | CohortRow | CohortFailure]:
    """Make what is missing of a cohort.

    Yields a `CohortRow` for each twin made and a `CohortFailure` for each reference and task that cannot be, each
    followed by a `Progress`. Closing the iterator, or an interrupt, cancels the rest; what is finished is kept.

    Parameters
    ----------
    read : callable
        Reads a reference, and raises `EcgError` for one that cannot be used.
    pool_of : callable
        Makes the pool once the folder is ready.

    Raises
    ------
    EcgError
        The folder holds another cohort or cannot be written, weights or a library are missing, or a process was ended
        from outside.
    """
    check_installed(cohort.form)
    about = about_cohort(cohort, choice)
    table = CohortTable(cohort.folder, about)
    total = len(cohort.plan)
    try:
        shards = Shards(cohort.form, cohort.shard, total, table, about) if cohort.form in SHARDED else None
        run = _Run(cohort, read, table, shards)
        yield from _made(run, pool_of, total)
    finally:
        table.close(lambda: _tell(cohort.folder, about, total))


def _tell(folder: Path, about: Mapping[str, Any], total: int) -> None:
    """What is written beside the twins at the end of a run."""
    write_card(folder, about, total)
    write_sums(folder)


def _made(
    run: _Run, pool_of: Callable[[], Pool], total: int
) -> Iterator[Progress | CohortRow | CohortFailure]:
    pool = pool_of()
    try:
        jobs = run.jobs()
        while True:
            for job, result in pool.map(jobs):
                if run.settle(job, result) and isinstance(result, Made):
                    yield result.row
                while run.news:
                    yield run.news.popleft()
                yield Progress(run.settled, total)
            if not run.unfinished:
                break
            jobs = run.again()
    finally:
        for job, result in pool.close():
            run.settle(job, result)
    yield from run.news
    yield Progress(run.settled, total)


def quotas_of(spec: CohortSpec) -> dict[str, dict[str, int]]:
    """What a plan asks for, in its own words."""
    return {name: {one.label: one.count for one in spec.quotas(name)} for name in NOUNS}


def about_cohort(cohort: Cohort, choice: Choice) -> dict[str, Any]:
    """What all twins of a cohort share, and a run that goes on with it must share too."""
    spec = choice.load().spec
    request = {
        name: value
        for name, value in request_to_json(offered_by(spec, cohort.request)).items()
        if name not in ("conditions", "samples", "seed")
    }
    about = {
        "program": f"ecgtwin {ecgtwin_app.__version__}",
        "generator": spec.id,
        "model": spec.model,
        "weights_sha256": spec.weights_sha256,
        "format": cohort.form,
        "request": provenance_shown({"request": request})["request"],
    }
    if cohort.form in SHARDED:
        about["shard"] = cohort.shard
    if cohort.quotas:
        about["quotas"] = {name: dict(counts) for name, counts in cohort.quotas.items()}
    if cohort.quotas or cohort.form in SHARDED:
        # Other twins may be added to a product; quotas and shards are those of one plan.
        about["plan"] = fingerprint(cohort.plan)
    return about
