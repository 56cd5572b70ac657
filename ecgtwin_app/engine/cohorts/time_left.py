"""How long the rest of a cohort takes, from what the last twins took."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from ecgtwin_app.i18n.message import Message

#: From so many twins on there is something to go by, and so many of the last count.
FEW, LAST = 3, 50


class TimeLeft:
    """Counts twins by the clock.

    Parameters
    ----------
    clock : callable
        Seconds, from any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._when = deque([clock()], maxlen=LAST)

    def made(self) -> None:
        """Another twin is there."""
        self._when.append(self._clock())

    def seconds(self, twins: int) -> float | None:
        """For so many more; None where too few were made to tell."""
        if len(self._when) <= FEW:
            return None
        return twins * (self._when[-1] - self._when[0]) / (len(self._when) - 1)

    def words(self, twins: int) -> str:
        """The same in words, "" where nothing can be said."""
        seconds = self.seconds(twins)
        return "" if seconds is None or not twins else duration(seconds)


def duration(seconds: float) -> Message:
    """About how long something takes: seconds, minutes, or hours."""
    if seconds < 90:
        return Message("{n} s", n=max(1, round(seconds)))
    if seconds < 5400:
        return Message("{n} min", n=round(seconds / 60))
    return Message("{n:.1f} h", n=seconds / 3600)
