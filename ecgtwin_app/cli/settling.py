"""What becomes of what a reference shows, and of its heart rate: settled and said before anything is drawn."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass, replace

from ecgtwin_app.conditions.feasible_rate import of_several, rate_for
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.feasible import check_consistent
from ecgtwin_app.engine.recognised import shown_by
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.wanted import Dropped, Wanted, wanted


@dataclass(frozen=True)
class Settled:
    """A request beside what is known of its reference.

    Attributes
    ----------
    request : TwinRequest
    shows : tuple of str
        What the reference shows.
    own : float or None
        Its heart rate, 1/min.
    what : Wanted
        What the twins are to have.
    """

    request: TwinRequest
    shows: tuple[str, ...]
    own: float | None
    what: Wanted

    @property
    def rate_reason(self) -> str:
        """Why the twins' rate is not the reference's; "" where it is, or another was asked."""
        if self.own is None or self.request.score is not None:
            return ""
        reason = rate_for(self.what.present, self.request.heart_rate, self.own, self.request.seed)[1]
        return reason if self.request.samples == 1 else of_several(reason)

    def known_to(self, known: Collection[str] | None) -> Settled:
        """The same for a generator that can draw these conditions; all unless given."""
        return replace(self, what=wanted(self.request, self.shows, known))

    def say(self) -> None:
        """On standard error."""
        for line in (*wanted_lines(self.what), *([self.rate_reason] if self.rate_reason else [])):
            print(f"ecgtwin: {line}", file=sys.stderr)


def settle(request: TwinRequest, reference: Recording) -> Settled:
    """Recognise what a reference shows, unless the request says it, and hold both against each other.

    Raises
    ------
    EcgError
        When at the reference's rate the request contradicts itself, or the reference cannot be measured.
    """
    measured = measure(ten_seconds(reference))
    shows = shown_by(reference, measured).names if request.shows is None else request.shows
    what = wanted(request, shows)
    check_consistent(replace(request, conditions=what.present), measured.heart_rate)
    return Settled(request, shows, measured.heart_rate, what)


def wanted_lines(what: Wanted) -> list[str]:
    """What becomes of what a reference shows, in a line; and what was named although it does not show it."""
    parts = [f"The reference shows: {_listed(what.shows)}", f"kept: {_listed(what.kept)}"]
    if what.ruled_out:
        parts.append(f"removed: {_listed(what.ruled_out)}")
    if what.dropped:
        parts.append("not kept: " + ", ".join(_with_reason(one) for one in what.dropped))
    lines = ["; ".join(parts)]
    for name in (*what.unshown_without, *what.unshown_keep):
        lines.append(f"The reference does not show {name}.")
    return lines


def _with_reason(dropped: Dropped) -> str:
    return f"{dropped.name} because {dropped.because}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"
