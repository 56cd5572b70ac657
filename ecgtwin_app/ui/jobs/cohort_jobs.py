"""Cohorts of the window: made on the worker's thread, as the command line makes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecgtwin_app.ecg.measurement.quality import quality_of
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.cohorts.plan import ByQuotas, Known, known_of, paths_of
from ecgtwin_app.engine.cohorts.pools import OnePool
from ecgtwin_app.engine.cohorts.run import Cohort, iter_cohort, quotas_of
from ecgtwin_app.engine.cohorts.shards import check_installed
from ecgtwin_app.engine.cohorts.spec import CohortSpec
from ecgtwin_app.engine.cohorts.table import rows_in
from ecgtwin_app.engine.suitability import needs, unfit
from ecgtwin_app.formats.registry import open_ecg
from ecgtwin_app.i18n.words import plural, tr

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs


@dataclass(frozen=True)
class _Ready:
    """The engine of the window, which is loaded already."""

    engine: Any

    def load(self) -> Any:
        return self.engine


class CohortJobs:
    """Makes cohorts with the worker of a controller; one at a time, a run like any other."""

    def __init__(self, controller: Controller):
        self._controller = controller
        self._stop = threading.Event()

    def make(
        self,
        spec: CohortSpec,
        folder: Path,
        on_item: Callable[[object], None],
        on_end: Callable[[str], None],
    ) -> None:
        """Make what is missing of a cohort in a folder.

        Parameters
        ----------
        on_item : callable
            Gets what `iter_cohort` yields.
        on_end : callable
            Gets the sentence with which it ended, however.
        """
        if self._controller.running:
            return
        self._stop = threading.Event()
        stop = self._stop
        told: list[str] = []

        def steps():
            yield from self._steps(spec, folder, stop)
            yield _ended(folder, spec.total)

        def stepped(item):
            if isinstance(item, str):
                told.append(item)
            else:
                on_item(item)

        def ended(running):
            if not running:
                self._controller.running_changed.disconnect(ended)
                self._controller.failed.disconnect(told.append)
                on_end(
                    told[-1]
                    if told
                    else tr("Stopped; what is finished is kept, and the same plan goes on from there.")
                )

        self._controller.failed.connect(told.append)
        self._controller.begin(tr("Making the cohort"), steps, stepped)
        self._controller.running_changed.connect(ended)

    def stop(self) -> None:
        """End after the step that is under way; what is finished is kept."""
        self._stop.set()
        self._controller.cancel()

    def _steps(self, spec: CohortSpec, folder: Path, stop: threading.Event) -> Iterator[object]:
        """On the worker's thread."""
        check_installed(spec.form)
        engine = self._controller.ready_engine()
        if engine.spec.id != spec.generator:
            raise EcgError(
                "The plan is for the generator '{generator}'; choose that one first.",
                generator=spec.generator,
            )
        known = []
        for one in known_of(paths_of(spec.references), read_reference):
            if isinstance(one, Known):
                known.append(one)
            yield one
        cohort = Cohort(ByQuotas(spec, known), spec.request, folder, spec.form, spec.shard, quotas_of(spec))
        choice = _Ready(engine)
        yield from iter_cohort(cohort, choice, read_reference, lambda: OnePool(choice, spec.form, stop))


def read_reference(path: Path) -> Recording:
    """A reference of which twins can be made; `EcgError` for any other."""
    reference = open_ecg(path).recording(0.0, None)
    if reason := needs(reference) or unfit(quality_of(ten_seconds(reference))):
        raise EcgError(reason)
    return reference


def _ended(folder: Path, total: int) -> str:
    """What there is now, in words; on the worker's thread, so that no table is read on the window's."""
    met = [row.met for row in rows_in(folder)]
    words = plural(
        "{n} twin in the folder {name}, marked synthetic; {met} met all that was asked.",
        "{n} twins in the folder {name}, marked synthetic; {met} met all that was asked.",
        len(met),
        name=folder.name,
        met=sum(met),
    )
    if len(met) < total:
        words += " " + tr("{n} could not be made with any of the references.").format(n=total - len(met))
    return words
