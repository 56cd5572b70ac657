"""Quotas that are met exactly: two lists of counts laid over each other where they go together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message


def shared(total: int, shares: Sequence[float]) -> list[int]:
    """Whole counts that add up to a total and are as near to the shares as can be (largest remainders).

    Parameters
    ----------
    shares : sequence of float
        Not negative; their sum is above zero.
    """
    exact = total * np.asarray(shares, float) / sum(shares)
    counts = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return counts.tolist()


def spread(
    rows: Sequence[tuple[str, int]],
    columns: Sequence[tuple[str, int]],
    together: Callable[[int, int], bool],
    what: tuple[str, str],
) -> np.ndarray:
    """How many of each pair, so that every row and every column has its count.

    Pairs are as evenly mixed as what goes together allows; the same input gives the same counts.

    Parameters
    ----------
    rows, columns : sequence of (str, int)
        Label and count; both counts have the same sum.
    together : callable
        Whether a row and a column, by their places, can be one twin.
    what : tuple of str
        What rows and columns are, for the sentence.

    Returns
    -------
    ndarray of int, shape (rows, columns)

    Raises
    ------
    EcgError
        One sentence: which rows need more than is left for them.
    """
    need, room = [count for _, count in rows], [count for _, count in columns]
    total = sum(need)
    allowed = np.array(
        [[together(i, j) for j in range(len(columns))] for i in range(len(rows))], bool
    ).reshape(len(rows), len(columns))
    pairs = np.zeros(allowed.shape, int)
    if total:
        pairs[allowed] = np.floor(np.outer(need, room) / total).astype(int)[allowed]
    for row in range(len(rows)):
        while pairs[row].sum() < need[row]:
            reached = _one_more(pairs, allowed, room, row, need[row] - int(pairs[row].sum()))
            if reached:
                raise _short(rows, columns, allowed, sorted(reached), what)
    return pairs


def _one_more(pairs, allowed, room, row, missing) -> set[int]:
    """Place some more of a row, others moved aside; the rows that stand in each other's way where there is no place."""
    came_from: dict[int, int] = {}
    rows, queue = {row: -1}, deque([row])
    while queue:
        at = queue.popleft()
        for column in np.flatnonzero(allowed[at]).tolist():
            if column in came_from:
                continue
            came_from[column] = at
            left = room[column] - int(pairs[:, column].sum())
            if left > 0:
                _move(pairs, came_from, rows, column, min(left, missing))
                return set()
            for other in np.flatnonzero(pairs[:, column]).tolist():
                if other not in rows:
                    rows[other] = column
                    queue.append(other)
    return set(rows)


def _move(pairs, came_from, rows, column, most) -> None:
    """Along the way that was found: each row takes the next column and leaves the one before."""
    way = []
    at = came_from[column]
    while True:
        way.append((at, column))
        if rows[at] < 0:
            break
        column = rows[at]
        way.append((at, column))
        at = came_from[column]
    given = [most, *(int(pairs[pair]) for pair in way[1::2])]
    for number, pair in enumerate(way):
        pairs[pair] += min(given) if number % 2 == 0 else -min(given)


def _short(rows, columns, allowed, reached, what) -> EcgError:
    fits = np.flatnonzero(allowed[reached].any(axis=0))
    return EcgError(
        "The quota of {what} cannot be met: {labels} need {needed}, and of the {others} that go with them there are"
        " {there}; change one of the quotas, or add references.",
        what=Message(what[0]),
        labels=", ".join(rows[i][0] for i in reached),
        needed=sum(rows[i][1] for i in reached),
        others=Message(what[1]),
        there=sum(columns[j][1] for j in fits),
    )
