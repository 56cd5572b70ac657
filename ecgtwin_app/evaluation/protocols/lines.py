"""What a protocol says: lines with value, interval, n, aim and the real floor beside, and tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ecgtwin_app.evaluation.report.document import rounded


@dataclass(frozen=True)
class Line:
    """One figure of a protocol.

    Attributes
    ----------
    name : str
    value, low, high : float or None
        With its 95 % interval; None where it was not measured.
    n : int
    unit : str
        "share", or as it is written behind the number.
    aim : float or None
        What was set out to be reached; None where nothing was.
    floor : float or None
        The same measured on real recordings.
    less : bool
        Whether less is better.
    note : str
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str = "share"
    aim: float | None = None
    floor: float | None = None
    less: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim was reached; None without one or without a value."""
        return None if self.value is None or self.aim is None else self._reaches(self.aim)

    @property
    def worse_than_real(self) -> bool | None:
        """Whether real recordings do better, beyond the interval; None without a floor."""
        if self.value is None or self.floor is None:
            return None
        best = self.low if self.less else self.high
        best = self.value if best is None else best
        return best > self.floor if self.less else best < self.floor

    def _reaches(self, aim: float) -> bool:
        value = self.value or 0.0
        return value <= aim + 1e-9 if self.less else value >= aim - 1e-9


def line(name: str, found: dict, **more) -> Line:
    """A line from a figure of `metrics.intervals`."""
    return Line(name, found["value"], found["low"], found["high"], found["n"], **more)


@dataclass(frozen=True)
class Table:
    """Rows behind the lines: by condition, by finding, by patient."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple, ...]


@dataclass(frozen=True)
class Outcome:
    """What a protocol found.

    Attributes
    ----------
    part : str
    question : str
        What it asks, a sentence.
    method : str
        How, in sentences.
    lines : tuple of Line
    tables : tuple of Table
    """

    part: str
    question: str
    method: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = field(default=())


def write_outcome(path: Path, outcome: Outcome, about: dict) -> None:
    """Write an outcome as plain values, with what it was measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = rounded({**about, **asdict(outcome)})
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_outcome(path: Path) -> tuple[Outcome, dict]:
    """An outcome that `write_outcome` wrote, and what it was measured on."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    lines = tuple(Line(**one) for one in plain.pop("lines"))
    tables = tuple(
        Table(one["title"], tuple(one["head"]), tuple(map(tuple, one["rows"]))) for one in plain.pop("tables")
    )
    own = {key: plain.pop(key) for key in ("part", "question", "method")}
    return Outcome(**own, lines=lines, tables=tables), plain


def worst(rows: Sequence[tuple], column: int, less: bool) -> tuple | None:
    """The row that is worst in a column; rows without a value there do not count."""
    known = [row for row in rows if row[column] is not None]
    if not known:
        return None
    return (max if less else min)(known, key=lambda row: row[column])
