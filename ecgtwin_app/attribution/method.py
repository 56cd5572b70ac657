"""What a kind of heat map is: its words, its scale, what it needs, and the module that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.generators.progress import Progress

if TYPE_CHECKING:
    from ecgtwin_app.attribution.question import Question


@dataclass(frozen=True)
class Check:
    """A figure that tells how far a map can be trusted.

    Attributes
    ----------
    name : str
        Key in `HeatMap.checks`.
    title : str
    unit : str
        "%" for a share, which is kept as 0 to 1.
    meaning : str
        One sentence.
    """

    name: str
    title: str
    unit: str
    meaning: str


@dataclass(frozen=True, eq=False)
class Found:
    """What a method finds: the map's values (12, samples), and its checks by name."""

    values: np.ndarray
    checks: dict[str, float | bool]


@dataclass(frozen=True)
class Method:
    """A kind of heat map.

    Attributes
    ----------
    name : str
        In files, on the command line, and of the function in `module` that makes it: it takes a `Question`, and
        yields `Progress` and at its end what is `Found`.
    title : str
        In menus: "Contrast map".
    meaning : str
        What its colours show, in a few words; beside the colour bar.
    ability : Ability
        That a generator needs.
    unit : str
    signed : bool
        Decides the colours: blue over nothing to orange about 0, or cividis from low to high.
    per_lead : bool
        False when it gives one course for all leads.
    of_one : bool
        Whether it can be of one of several conditions.
    of_removed : bool
        Whether it can be of a condition that the reference shows and the twin has not.
    checks : tuple of Check
    module : str
        Below `ecgtwin_app.attribution`; imported when a map is made, because some bring torch.
    """

    name: str
    title: str
    meaning: str
    ability: Ability
    unit: str
    signed: bool
    per_lead: bool
    of_one: bool
    of_removed: bool
    checks: tuple[Check, ...]
    module: str

    def make(self, question: Question) -> Iterator[Progress | HeatMap]:
        """Make the map; closing the iterator between two steps cancels it."""
        find = getattr(import_module(f"ecgtwin_app.attribution.{self.module}"), self.name)
        for item in find(question):
            if isinstance(item, Progress):
                yield item
            else:
                yield HeatMap(
                    self.name, item.values, self.signed, self.unit, self.per_lead, item.checks, question.one
                )
