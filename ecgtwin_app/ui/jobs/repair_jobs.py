"""Repair, complete and continue on the worker: the generator that fills in, its proposals, and what is accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.mask import proposed_mask
from ecgtwin_app.engine.repair.other_rhythm import TWINS, continue_under
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.engine.repair.repair import complete, continue_recording, repair
from ecgtwin_app.generators.catalogue import load_generator, usual_filler
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.session.repair_state import COMPLETE, CONTINUE, REPAIR, BadMark, RepairState
from ecgtwin_app.ui.jobs.reading import measured

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs

#: Said when one is stopped.
_STOPPED = N_("Cancelled; nothing was filled in.")


class RepairJobs:
    """What the worker of a controller does for `RepairState`."""

    def __init__(self, controller: Controller):
        self._controller, self._session = controller, controller.session
        self.state = RepairState()
        self._loaded: dict[str, object] = {}

    def find_bad(self, done: Callable[[tuple[BadMark, ...]], None]) -> None:
        """What the quality check would have marked."""
        reference = self._session.reference

        def found(spans):
            if self._session.reference is reference:
                done(tuple(BadMark(one.lead, one.start, one.end, one.note) for one in spans))

        self._controller.work(tr("Checking the signal"), lambda: proposed_mask(reference)[1], found)

    def repair(self, mask: np.ndarray, how: How) -> None:
        """Propose what a mask hides."""
        reference = self._session.reference
        self._propose(REPAIR, tr("Filling in"), lambda: repair(self._filler(), reference, mask, how))

    def complete(self, how: How) -> None:
        """Propose the leads that are missing to twelve."""
        reference = self._session.reference
        self._propose(COMPLETE, tr("Filling in"), lambda: complete(self._filler(), reference, how))

    def go_on(self, seconds: float, how: How) -> None:
        """Propose how the recording goes on under its own rhythm."""
        reference = self._session.reference
        self._propose(
            CONTINUE, tr("Filling in"), lambda: continue_recording(self._filler(), reference, seconds, how)
        )

    def go_on_under(self, seconds: float, condition: str, seed: int) -> None:
        """Propose how it goes on under another rhythm, as twins of the patient."""
        reference = self._session.reference

        def start():
            engine = self._controller.ready_engine()
            return continue_under(engine, self._filler(), reference, seconds, (condition,), How(TWINS, seed))

        self._propose(CONTINUE, tr("Generating"), start)

    def accept(self, recording: Recording, show: Callable[[tuple], None]) -> None:
        """Measure a repaired recording, and hand it over with what was found."""
        reference = self._session.reference

        def found(item):
            if self._session.reference is reference:
                show(item)

        self._controller.work(tr("Measuring"), lambda: measured(recording), found)

    def _propose(self, kind: str, title: str, start: Callable[[], Iterator]) -> None:
        reference = self._session.reference
        if self._controller.running or reference is None:
            return

        def steps():
            for item in start():
                if isinstance(item, Proposals):
                    _ = item.band  # here, not on the thread that draws the window
                yield item

        def stepped(item):
            if not isinstance(item, Proposals):
                self._controller.step(item)
            elif self._session.reference is reference:
                self.state.propose(kind, item)

        self._controller.begin(title, steps, stepped, stopped=_STOPPED)

    def _filler(self):
        """The generator that fills in, loaded when first needed. Only the worker's thread may call this."""
        id = self.state.generator or usual_filler()
        if id not in self._loaded:
            self._loaded = {id: load_generator(id, device="auto")}
        return self._loaded[id]
