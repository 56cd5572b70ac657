"""Many twins of one task by several processes: this one draws from the front, the others from the back.

They begin together: while the others start, which takes a second, this one draws. Each draws one twin at a time, which is
the same to the last bit whoever draws it.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Self

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.choice import EngineChoice
from ecgtwin_app.engine.draws import Draws
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.generators.task import Task
from ecgtwin_app.inference import set_threads, threads

#: A process more is worth its start where it spares the others so many draws, and more than `MOST` need more memory than
#: the time is worth.
WORTH, MOST = 10, 4
#: So many twins of each process are under way: it never waits.
AHEAD = 2


def processes_for(draws: int) -> int:
    """How many processes should share some draws on this machine, this one among them."""
    return max(1, min(threads(), MOST, draws // WORTH))


def shared(draws: Draws, choice: EngineChoice, processes: int, previews: bool) -> Iterator[Progress | Twin]:
    """As `Draws.of` all numbers, in their order, by so many processes. Closing it ends the others at their next twin.

    What another process could not make, because it was ended or has no memory, is made by this one.
    """
    total, made, following = draws.task.settings.samples, dict[int, Twin](), 0
    order = _Order(choice, draws.task, draws.request, draws.sources)
    with _Others(order, processes - 1, range(total)) as others:
        while following < total:
            others.go_on()
            number = others.take()
            if number is None:
                others.wait()
            else:
                for item in draws.of([number], previews=previews):
                    if isinstance(item, Progress):
                        yield replace(item, step=(following + len(made)) * draws.steps + item.step)
                    else:
                        made[number] = item
            made |= others.finished()
            while following in made:
                yield made.pop(following)
                following += 1


@dataclass(frozen=True, eq=False)
class _Order:
    """What another process is told."""

    choice: EngineChoice
    task: Task
    request: TwinRequest
    sources: Mapping[str, Sequence[str]] | None


class _Other:
    """Another process, and the numbers of the twins that it was told to make."""

    def __init__(self, order: _Order):
        # Not forked: the threads of a network do not survive it.
        context = multiprocessing.get_context("spawn")
        self.pipe, its = context.Pipe()
        self._process = context.Process(target=_work, args=(order, its), daemon=True)
        self._process.start()
        its.close()
        self.under_way: deque[int] = deque()

    def begin(self, number: int) -> bool:
        """Whether it could be told to make one more."""
        try:
            self.pipe.send(number)
        except OSError:
            return False
        self.under_way.append(number)
        return True

    def finished(self) -> Iterator[tuple[int, Twin | None]]:
        """The twins that it made since this was asked last; None for those that it cannot make."""
        try:
            while self.under_way and self.pipe.poll():
                twin = self.pipe.recv()
                yield self.under_way.popleft(), twin
        except (OSError, EOFError):
            while self.under_way:
                yield self.under_way.popleft(), None

    def end(self) -> None:
        """End it, whatever it does."""
        self.pipe.close()
        self._process.terminate()
        self._process.join()


class _Others:
    """The other processes, and the numbers of the twins that nobody has begun."""

    def __init__(self, order: _Order, processes: int, numbers: Sequence[int]):
        self._left, self._able = deque(numbers), [_Other(order) for _ in range(processes)]
        self._all = tuple(self._able)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        for one in self._all:
            one.end()

    def go_on(self) -> None:
        """Have something to do for each of the others, from the back."""
        for one in tuple(self._able):
            while self._left and len(one.under_way) < AHEAD:
                number = self._left.pop()
                if not one.begin(number):
                    self._left.append(number)
                    self._able.remove(one)
                    break

    def take(self) -> int | None:
        """A twin for this process, from the front; None where others have begun all that are left."""
        return self._left.popleft() if self._left else None

    def wait(self) -> None:
        """Until one of the others has finished a twin, or has ended."""
        wait([one.pipe for one in self._able if one.under_way])

    def finished(self) -> dict[int, Twin]:
        """Twins by their numbers since this was asked last; those that failed are left to be taken."""
        made = {}
        for one in tuple(self._able):
            for number, twin in one.finished():
                if twin is not None:
                    made[number] = twin
                    continue
                self._left.append(number)
                if one in self._able:
                    self._able.remove(one)
        return made


def _work(order: _Order, pipe: Connection) -> None:
    """Make the twins whose numbers come through the pipe, until it is closed; Ctrl+C is its parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_threads(1)
    with suppress(EOFError, OSError):
        try:
            draws = order.choice.load().draws(order.task, order.request, order.sources)
            while True:
                made = draws.of([pipe.recv()])
                pipe.send(next(item for item in made if isinstance(item, Twin)))
        except (EcgError, MemoryError):
            pipe.send(None)  # its parent will meet the same, and say it
