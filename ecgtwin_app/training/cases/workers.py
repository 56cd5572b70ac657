"""Work that is divided between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def results(function: Callable[..., Any], jobs: Sequence[tuple], workers: int) -> Iterator[Any]:
    """What a module's `function` gives for the arguments of each job, in their order.

    Parameters
    ----------
    workers : int
        Processes; 0 works in this one.
    """
    if workers == 0 or not jobs:
        yield from (function(*job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(function, *zip(*jobs, strict=True))
