"""What the waves of a strip are drawn from, but the noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, ConditionBatch
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.sampling.arrays import library

#: Kinds of waves: those of beats, which are a QRS with its T or a P, and the sinus P.
WAVES = (*KINDS, "P, sinus")
SINUS_P, CONDUCTED = WAVES.index("P, sinus"), 0


@dataclass(frozen=True, eq=False)
class StripContext:
    """All that the waves of a batch of strips are drawn from, but the noise.

    Attributes
    ----------
    condition : ConditionBatch
        QT at the reference's own cycle length.
    reference : Reference
    kind : array, shape (batch, waves), int64
        Index into `WAVES`.
    there : array, shape (batch, waves), bool
        False where a strip has fewer waves than the batch's longest.
    """

    condition: ConditionBatch
    reference: Reference
    kind: Any
    there: Any

    def without_condition(self) -> StripContext:
        """Neither statements nor set-points said: the other end of the guidance."""
        condition = self.condition.without_statements()
        numbers = library(condition.numbers).asarray(condition.numbers, copy=True)
        names = list(NUMBERS)
        numbers[:, names.index("PR") : names.index("axis") + 1] = float("nan")
        return replace(self, condition=replace(condition, numbers=numbers))

    def without_statement(self, column: int) -> StripContext:
        """The same, nothing said of one condition."""
        return replace(self, condition=self.condition.without_statement(column))

    def without_identity(self) -> StripContext:
        """The same condition and rhythm in nobody in particular."""
        return replace(self, reference=self.reference.of_nobody())

    def without_source(self) -> StripContext:
        """Nothing said of what the reference itself shows."""
        condition = self.reference.condition.without_statements()
        return replace(self, reference=replace(self.reference, condition=condition))

    def joined(self, other: StripContext) -> StripContext:
        """Both batches in one; the shorter strips are filled up."""
        waves = max(self.kind.shape[1], other.kind.shape[1])
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("kind", "there"))
        kind, there = (library(a).concatenate([filled(a, waves), filled(b, waves)]) for a, b in pairs)
        return StripContext(
            self.condition.joined(other.condition), self.reference.joined(other.reference), kind, there
        )


def filled(values: Any, waves: int) -> Any:
    """Values (batch, waves, …) with zeros for the waves that a batch's shorter strips have not."""
    none = library(values).zeros_like(values[:, :1])
    return library(values).concatenate([values, *[none] * (waves - values.shape[1])], 1)


def foreign(kind: Any) -> Any:
    """Which kinds begin in the ventricles and share nothing with the patient's own beat."""
    return (kind > CONDUCTED) & (kind <= 2 * len(VENTRICULAR_SITES))
