"""Shards that are written as soon as all their twins are there, each as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ecgtwin_app.engine.cohorts.piece import piece_of
from ecgtwin_app.engine.cohorts.shards import SHARD_FORMS, shard_name
from ecgtwin_app.engine.cohorts.table import UNFINISHED, CohortTable, FolderRefused
from ecgtwin_app.whole_files import write_whole


class Shards:
    """Puts twins that wait in the folder of a table into shards, by their numbers.

    Parameters
    ----------
    form : str
        A key of `SHARD_FORMS`.
    size : int
        Twins of a shard.
    total : int
        Twins of the plan.
    table : CohortTable
    about : mapping
        What all twins share.
    """

    def __init__(self, form: str, size: int, total: int, table: CohortTable, about: Mapping[str, Any]):
        self._form, self._size, self._total = form, size, total
        self._table, self._about = table, about
        self._ended: Counter[int] = Counter()

    def name_of(self, number: int) -> str:
        """The shard of a twin."""
        return shard_name(self._form, self._shard(number))

    def end(self, number: int) -> None:
        """A twin is there, or cannot be made; the last of its shard has the shard written."""
        shard = self._shard(number)
        self._ended[shard] += 1
        if self._ended[shard] == min(self._size, self._total - (shard - 1) * self._size):
            self._write(shard)

    def _shard(self, number: int) -> int:
        return (number - 1) // self._size + 1

    def _write(self, shard: int) -> None:
        path = self._table.folder / shard_name(self._form, shard)
        waiting = self._table.folder / UNFINISHED
        rows = sorted(
            (row for row in self._table.rows.values() if self._shard(row.number) == shard),
            key=lambda row: row.number,
        )
        try:
            if rows and not path.is_file():
                twins = [(row, piece_of((waiting / row.piece).read_bytes())) for row in rows]
                write_whole(path, SHARD_FORMS[self._form].content(twins, self._about))
            for row in rows:
                (waiting / row.piece).unlink(missing_ok=True)
        except OSError as error:
            raise FolderRefused(self._table.folder, error) from None
