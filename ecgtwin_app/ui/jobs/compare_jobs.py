"""All generators side by side, asked on the worker's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecgtwin_app.engine.comparison import iter_comparison
from ecgtwin_app.engine.request import Progress, TwinRequest
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.jobs.told_run import told_run

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs


class CompareJobs:
    """Compares generators with the worker of a controller; one comparison at a time, a run like any other."""

    def __init__(self, controller: Controller):
        self._controller = controller

    def make(
        self,
        generators: Sequence[tuple[str, Path | None]],
        requests: Sequence[TwinRequest],
        on_item: Callable[[object], None],
        on_end: Callable[[bool, str], None],
    ) -> None:
        """Ask generators, each with the folder of its weights, for twins of the open reference.

        Parameters
        ----------
        on_item : callable
            Gets what `engine.comparison.iter_comparison` yields.
        on_end : callable
            As for `told_run`.
        """
        controller, reference = self._controller, self._controller.session.reference
        if controller.running or reference is None:
            return
        folders = dict(generators)

        def steps():
            controller.ready_engine()  # what the session knows of the reference is known to all
            return iter_comparison(
                lambda id: controller.engines.of(id, folders[id]), tuple(folders), [reference], requests
            )

        def stepped(item):
            if isinstance(item, Progress):
                controller.step(item)
            on_item(item)

        told_run(controller, tr("Comparing generators"), steps, stepped, on_end)

    def stop(self) -> None:
        """End after the step that is under way; what is finished stays."""
        self._controller.cancel()
