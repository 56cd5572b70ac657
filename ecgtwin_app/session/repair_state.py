"""What is marked bad in the reference, and what is proposed for it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.repair.mask import mask_of
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.signals import Signal

#: Seconds that a mark begins with where it is set by a key, and that it is long at least.
USUAL, SHORTEST = 1.0, 0.02
#: What is being done.
REPAIR, COMPLETE, CONTINUE = "repair", "complete", "continue"


@dataclass(frozen=True)
class BadMark:
    """A stretch of a lead that is bad.

    Attributes
    ----------
    lead : str
    start, end : float
        Seconds.
    note : str
        Why, where the quality check says so.
    """

    lead: str
    start: float
    end: float
    note: str = ""


class RepairState:
    """Marks of the open recording, the proposals for them, and which of these is shown.

    Attributes
    ----------
    on : bool
        Whether marks are set, or proposals compared.
    kind : str
        `REPAIR`, `COMPLETE` or `CONTINUE`.
    marks : tuple of BadMark
    chosen : int
        The mark that keys move, -1 without marks.
    proposals : Proposals or None
    current : int
        The proposal that is shown.
    generator : str
        The one that fills in; "" for the best that is there.
    layout_before : PageLayout or None
        How the page was shown before, to be put back.
    """

    def __init__(self):
        self.changed = Signal()
        self.generator = ""
        self.layout_before: PageLayout | None = None
        self._forget()

    def _forget(self):
        self.on, self.kind = False, REPAIR
        self.marks: tuple[BadMark, ...] = ()
        self.chosen = -1
        self.proposals: Proposals | None = None
        self.current = 0
        self._repaired: dict[int, Recording] = {}

    @property
    def mark(self) -> BadMark | None:
        """The chosen mark."""
        return self.marks[self.chosen] if 0 <= self.chosen < len(self.marks) else None

    @property
    def shown(self) -> Recording | None:
        """The recording with the proposal that is shown; the same object for as long as it is there."""
        if self.proposals is None:
            return None
        if self.current not in self._repaired:
            self._repaired[self.current] = self.proposals.repaired(self.current)
        return self._repaired[self.current]

    def begin(self) -> None:
        """Set marks."""
        self.on, self.kind = True, REPAIR
        self.changed.emit()

    def leave(self) -> None:
        """Show the recording again; marks are forgotten."""
        self._forget()
        self.changed.emit()

    def set_marks(self, marks: tuple[BadMark, ...]) -> None:
        """Mark these; the newest is the chosen one where another number is marked."""
        if len(marks) != len(self.marks):
            self.chosen = len(marks) - 1
        self.on, self.kind, self.proposals = True, REPAIR, None
        self.marks = marks
        self.chosen = min(self.chosen, len(marks) - 1)
        self.changed.emit()

    def choose(self, number: int) -> None:
        """Let keys move another mark."""
        self.chosen = number
        self.changed.emit()

    def propose(self, kind: str, proposals: Proposals) -> None:
        """Compare proposals."""
        self.on, self.kind = True, kind
        self.proposals, self.current, self._repaired = proposals, 0, {}
        self.changed.emit()

    def withdraw(self) -> None:
        """Back to the marks; without any, away."""
        if self.kind == REPAIR and self.marks:
            self.proposals, self.current, self._repaired = None, 0, {}
            self.changed.emit()
        else:
            self.leave()

    def show(self, number: int) -> None:
        """Show another proposal."""
        if self.proposals is not None and 0 <= number < len(self.proposals):
            self.current = number
            self.changed.emit()

    def mask(self, recording: Recording) -> np.ndarray:
        """The marks as a mask (leads, samples)."""
        mask = np.zeros(recording.signal.shape, dtype=bool)
        for one in self.marks:
            mask |= mask_of(recording, [one.lead], [(one.start, one.end)])
        return mask


def within(mark: BadMark, recording: Recording) -> BadMark:
    """A mark inside the recording, at least `SHORTEST` long and on its samples."""
    rate, samples = recording.rate, recording.samples
    first, last = sorted(round(at * rate) for at in (mark.start, mark.end))
    least = max(1, round(SHORTEST * rate))
    first = max(0, min(first, samples - least))
    return replace(mark, start=first / rate, end=min(samples, max(last, first + least)) / rate)


def moved(mark: BadMark, by: float, recording: Recording) -> BadMark:
    """A mark moved in time, its length kept."""
    by = max(-mark.start, min(by, recording.duration - mark.end))
    return within(replace(mark, start=mark.start + by, end=mark.end + by, note=""), recording)


def longer(mark: BadMark, by: float, recording: Recording) -> BadMark:
    """A mark whose end is later, or earlier."""
    end = min(recording.duration, max(mark.start + SHORTEST, mark.end + by))
    return within(replace(mark, end=end, note=""), recording)


def of_next_lead(mark: BadMark, by: int, recording: Recording) -> BadMark:
    """The same stretch of the lead above or below."""
    at = (recording.leads.index(mark.lead) + by) % len(recording.leads)
    return replace(mark, lead=recording.leads[at], note="")


def of_whole_lead(mark: BadMark, recording: Recording) -> BadMark:
    """All of its lead."""
    return replace(mark, start=0.0, end=recording.duration, note="")
