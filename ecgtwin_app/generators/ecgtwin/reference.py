"""A patient's reference as the networks read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.sampling.arrays import library

#: Parts of a beat that are blurred, each by its own amount.
BLURRED = ("p", "qrs", "t")


@dataclass(frozen=True, eq=False)
class Reference:
    """A batch of references as the extractor reads them: arrays, or tensors where networks are trained.

    Attributes
    ----------
    beats : array, shape (batch, beats, SIZE)
        Vectors of the median beat and of single ones.
    has_p : array, shape (batch,), bool
        Whether they show a P; where not, nothing is read of it.
    blur : array, shape (batch, 3)
        How far P, QRS and T were blurred, in spreads of the patients; 0 not at all.
    condition : ConditionBatch
        What is known of the reference's own condition.
    known : array, shape (batch,), bool
        False stands for nobody in particular.
    """

    beats: Any
    has_p: Any
    blur: Any
    condition: ConditionBatch
    known: Any

    def of_nobody(self) -> Reference:
        """Nobody in particular."""
        return replace(self, known=library(self.known).zeros_like(self.known))

    def rows(self, rows: Any) -> Reference:
        """The references of some rows of the batch."""
        parts = (self.beats[rows], self.has_p[rows], self.blur[rows], self.condition.rows(rows))
        return Reference(*parts, self.known[rows])

    def joined(self, other: Reference) -> Reference:
        """Both batches in one; they have as many beats each."""
        join = library(self.beats).concatenate
        beats, has_p, blur, known = (
            join([getattr(self, name), getattr(other, name)]) for name in ("beats", "has_p", "blur", "known")
        )
        return Reference(beats, has_p, blur, self.condition.joined(other.condition), known)
