"""The heat maps there are: how each is made, and what a generator has to be able to do for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ecgtwin_app.attribution.attention import attention
from ecgtwin_app.attribution.contrast import contrast
from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.generators.progress import Progress


@dataclass(frozen=True)
class Method:
    """A kind of heat map.

    Attributes
    ----------
    name : str
    ability : Ability
        That a generator needs.
    make : callable (Question) -> iterator of Progress, at its end the HeatMap
    """

    name: str
    ability: Ability
    make: Callable[[Question], Iterator[Progress | HeatMap]]


def _gradients(question: Question) -> Iterator[Progress | HeatMap]:
    from ecgtwin_app.attribution.gradients import gradients  # not earlier: torch

    return gradients(question)


#: Heat maps by name, the default first.
METHODS = {
    method.name: method
    for method in (
        Method("contrast", Ability.TWIN, contrast),
        Method("attention", Ability.ATTENTION, attention),
        Method("gradients", Ability.GRADIENTS, _gradients),
    )
}
