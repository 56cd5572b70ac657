"""Where training examples come from: what the extractor and the flow ask of a source, small or large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Protocol, Self

import torch
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor

#: Latent tokens that the extractor sees of each recording when it is trained.
WINDOW = 62


class Tensors:
    """A dataclass of tensors and of such dataclasses, as one thing."""

    def each(self, change: Callable[[Tensor], Tensor]) -> Self:
        """The same with every tensor changed."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore[reportArgumentType]
        return replace(self, **{name: _changed(value, change) for name, value in values.items()})  # pyright: ignore[reportArgumentType, reportReturnType]

    def to(self, device: torch.device) -> Self:
        """On a device."""
        return self.each(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> Self:
        """In memory that a GPU reads by itself."""
        return self.each(Tensor.pin_memory)


def _changed(value, change):
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, (ConditionBatch, Context)):
        return replace(
            value, **{field.name: _changed(getattr(value, field.name), change) for field in fields(value)}
        )
    return value.each(change)


@dataclass(frozen=True, eq=False)
class Reference(Tensors):
    """What the extractor reads: latent (batch, tokens, components), beat (batch, 8, 500) and condition."""

    latent: Tensor
    beat: Tensor
    condition: ConditionBatch


class Batch(Protocol):
    """Targets of the flow, latent (batch, tokens, components), and what they are to be drawn from."""

    @property
    def latent(self) -> Tensor: ...

    def to(self, device: torch.device) -> Batch:
        """On a device."""
        ...

    def context(self, extractor: IndividualBaseExtractor) -> Context:
        """What the flow is told; a finished extractor reads the identity where that was not done before."""
        ...


class CaseSource(Protocol):
    """Encoded cases, drawn a batch at a time. A batch depends on the step and its random numbers alone.

    Attributes
    ----------
    streamed : bool
        Whether drawing reads from the disk, so that worker processes should draw ahead.
    """

    @property
    def streamed(self) -> bool: ...

    def contrast(self, count: int, step: int, rng: torch.Generator) -> tuple[Reference, Reference]:
        """Two sides of different patients, a row each: two recordings, or two windows, of the same one."""
        ...

    def batch(self, count: int, step: int, rng: torch.Generator) -> Batch:
        """`count` targets of the flow with parts of what is known left out at random."""
        ...

    def spread(self, seed: int) -> Tensor:
        """Root mean square (2, components) of the latent in ordinary and in ventricular tokens."""
        ...

    def read_identities(self, extractor: IndividualBaseExtractor) -> None:
        """Take note of a finished extractor: what it reads of a reference need be read only once."""
        ...

    def about(self) -> dict:
        """How much there is, for the manifest of the weights."""
        ...
