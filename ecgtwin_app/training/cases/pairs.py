"""Batches for the ensemble: a version of a heart to be drawn, and another of the same heart as the reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ecgtwin_app.conditions.vocabulary import NORMAL, with_atria
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN, ConditionBatch
from ecgtwin_app.generators.ecgtwin.reference import BLURRED, Reference
from ecgtwin_app.generators.ecgtwin.strip_context import SINUS_P, StripContext
from ecgtwin_app.training.cases.case_distribution import MORPHOLOGIES, RHYTHMS, STATEMENTS
from ecgtwin_app.training.cases.version_table import VersionTable

#: How often a pair is a version with itself: what is there and asked for is kept.
ITSELF = 0.08
#: How often a target is drawn for nobody in particular; oftener where there is no other version of a real patient.
NOBODY, NOBODY_REAL = 0.08, 0.6
#: How often the reference is blurred, how often then each of its parts, and how far at most, in spreads of the patients.
BLUR, BLUR_PART, MOST_BLURRED = 0.5, 0.6, 1.5
#: How often the P of a reference is hidden, and a rhythm beside sinus rhythm named.
NO_P, OTHER_RHYTHM = 0.15, 0.4
#: How often a reference's own statements are left unsaid altogether, each of them, and each of its numbers.
UNSAID, ONE_UNSAID, NUMBER_UNSAID = 0.3, 0.1, 0.5
_RHYTHM_COLUMNS = [STATEMENTS.index(name) for name in RHYTHMS if name in STATEMENTS and name != NORMAL]
_WITHOUT_P = [STATEMENTS.index(with_atria(atria).name) for atria in ("fibrillation", "flutter")]
_SHAPE_COLUMNS = [STATEMENTS.index(name) for name in MORPHOLOGIES]


@dataclass(frozen=True)
class Mix:
    """What the targets of a batch are.

    Attributes
    ----------
    virtual : float
        Share of virtual targets; the others are real recordings.
    other : float
        Share of the virtual targets that are beats of other origin.
    unchanged : float
        Share of the conducted virtual targets that are the heart as it is.
    removal : bool
        False takes every reference from the heart as it is: conditions are put on, never taken away.
    """

    virtual: float = 0.78
    other: float = 0.205
    unchanged: float = 0.3
    removal: bool = True


USUAL = Mix()


class Pairs:
    """Draws batches from a table; what a batch is depends on its random numbers alone.

    Parameters
    ----------
    table : VersionTable
    mix : Mix
        Where the table has but virtual or but real versions, these are the whole batch.
    """

    def __init__(self, table: VersionTable, mix: Mix = USUAL):
        self.table, self.mix = table, mix
        shapes = table.states[:, _SHAPE_COLUMNS]
        changed = (shapes == PRESENT).any(dim=1)
        conducted = table.virtual & (table.kind == 0)
        self._changed = torch.nonzero(conducted & changed).flatten()
        self._healthy = torch.nonzero(conducted & ~changed).flatten()
        self._other = torch.nonzero(table.virtual & (table.kind > 0)).flatten()
        self._real = torch.nonzero(~table.virtual).flatten()
        states = table.states[self._real]
        often = (states == PRESENT).sum(dim=0).clamp(min=1).float()
        # A real recording counts as its rarest statement does, a normal one as little as the commonest.
        rare = torch.where(states == PRESENT, often.rsqrt(), 0.0).max(dim=1).values
        self._real_weight = rare.clamp(min=float(often.max().rsqrt()))
        self._shares = self._shares_of(mix)

    def _shares_of(self, mix: Mix) -> tuple[float, ...]:
        """Shares of changed, unchanged and other virtual targets and of real ones, among those that there are."""
        conducted = mix.virtual * (1 - mix.other)
        wanted = (
            (self._changed, conducted * (1 - mix.unchanged)),
            (self._healthy, conducted * mix.unchanged),
            (self._other, mix.virtual * mix.other),
            (self._real, 1 - mix.virtual),
        )
        shares = [share if len(rows) else 0.0 for rows, share in wanted]
        if not sum(shares):
            raise EcgError(
                "The work folder holds no versions of the kind that is to be learned; make others."
            )
        return tuple(share / sum(shares) for share in shares)

    def draw(self, count: int, waves: int, rng: torch.Generator) -> tuple[Tensor, StripContext, Tensor]:
        """About `count` strips: waves (strips, waves, SIZE), what they are to be drawn from, rows of the targets."""
        target = self._targets(count, rng)
        source, known = self._sources(target, rng)
        table = self.table
        kind, rows = self._waves(target, waves, rng)
        there = kind >= 0
        kind = kind.clamp(min=0)
        condition, fibrillates = _other_rhythm(table.condition(target), table.virtual[target], rng)
        there &= ~((kind == SINUS_P) & fibrillates[:, None])
        there[:, 0] |= ~there.any(dim=1)
        values = self._varied(rows, rng)
        return values, StripContext(condition, self._reference(source, known, rng), kind, there), target

    def other_of(self, target: Tensor, rng: torch.Generator) -> Reference:
        """References of the same hearts again, in another version where there is one."""
        source = self._another(target, rng)
        return self._reference(source, torch.ones(len(source), dtype=torch.bool), rng)

    def _reference(self, rows: Tensor, known: Tensor, rng: torch.Generator) -> Reference:
        table = self.table
        blur = torch.zeros(len(rows), len(BLURRED))
        whole = Reference(table.vectors(rows), table.has_p[rows], blur, table.condition(rows), known)
        return _hidden(whole, rng)

    def _targets(self, count: int, rng: torch.Generator) -> Tensor:
        *virtual, real = (round(share * count) for share in self._shares)
        found = [
            rows[torch.randint(max(len(rows), 1), (number,), generator=rng)]
            for rows, number in zip((self._changed, self._healthy, self._other), virtual, strict=True)
        ]
        if real:
            drawn = torch.multinomial(self._real_weight, real, replacement=True, generator=rng)
            found.append(self._real[drawn])
        return torch.cat(found)

    def _another(self, target: Tensor, rng: torch.Generator) -> Tensor:
        """Rows of other versions of the same hearts; the same row where there is but one."""
        first, count, base = self.table.first[target], self.table.count[target], self.table.base[target]
        if not self.mix.removal:
            return torch.where(base >= 0, base, target)
        step = 1 + (torch.rand(len(target), generator=rng) * (count - 1).clamp(min=1)).long()
        return first + (target - first + step) % count

    def _sources(self, target: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Rows of the references, and which of them are told."""
        same = torch.rand(len(target), generator=rng) < ITSELF
        source = self._another(target, rng)
        alone = source == target
        if self.mix.removal:
            source = torch.where(same, target, source)
        nobody = torch.where(alone, NOBODY_REAL, NOBODY)
        return source, torch.rand(len(target), generator=rng) >= nobody

    def _waves(self, target: Tensor, waves: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Kind (-1 where there is none) and row of each wave of the targets' strips."""
        table = self.table
        kind, row = table.kind[target], target
        half = torch.arange(waves) < (waves + 1) // 2
        # A conducted strip is QRS and P; another kind of beat stands beside the heart's conducted ones.
        base = torch.where(table.base[target] >= 0, table.base[target], target)
        beside = torch.where(kind == 0, target, base)
        as_p = (torch.arange(waves) % 2 == 0) | (kind == 0)[:, None]
        has_p = table.has_p[beside][:, None] & (table.kind[beside] == 0)[:, None]
        others = torch.where(as_p & has_p, SINUS_P, 0)
        kinds = torch.where(half, kind[:, None], others)
        # Beside a P of another origin stand QRS, no sinus P.
        foreign_p = torch.tensor([name.startswith("P") for name in KINDS])[kind]
        kinds = torch.where(~half & foreign_p[:, None], 0, kinds)
        rows = torch.where(half, row[:, None], beside[:, None])
        missing = ~half & (kinds == 0) & (table.kind[beside] != 0)[:, None]
        return torch.where(missing, -1, kinds), rows

    def _varied(self, rows: Tensor, rng: torch.Generator) -> Tensor:
        """Beats of the rows' versions, each a new one that differs from the others as the single ones do."""
        single = self.table.vectors(rows)[:, :, 1:]
        mean = single.mean(dim=2, keepdim=True)
        weights = torch.randn((*rows.shape, single.shape[2], 1), generator=rng) / (single.shape[2] - 1) ** 0.5
        return (mean + (weights * (single - mean)).sum(dim=2, keepdim=True)).squeeze(2)


def _other_rhythm(
    condition: ConditionBatch, virtual: Tensor, rng: torch.Generator
) -> tuple[ConditionBatch, Tensor]:
    """Some virtual strips under another rhythm, which shapes no beat; and which strips have no P for it."""
    some = (torch.rand(len(virtual), generator=rng) < OTHER_RHYTHM) & virtual
    columns = torch.tensor(_RHYTHM_COLUMNS)
    column = columns[torch.randint(len(columns), (len(virtual),), generator=rng)]
    states = condition.statements.clone()
    rows = torch.nonzero(some).flatten()
    states[rows, STATEMENTS.index(NORMAL)] = ABSENT
    states[rows, column[rows]] = PRESENT
    return replace(condition, statements=states), (states[:, _WITHOUT_P] == PRESENT).any(dim=1)


def _hidden(reference: Reference, rng: torch.Generator) -> Reference:
    """The references with parts of them blurred or hidden, and of their statements unsaid."""
    count = len(reference.known)

    def chance(p: float, *shape: int) -> Tensor:
        return torch.rand(shape or (count,), generator=rng) < p

    amount = MOST_BLURRED * torch.rand((count, len(BLURRED)), generator=rng)
    blur = torch.where(chance(BLUR, count, 1) & chance(BLUR_PART, count, len(BLURRED)), amount, 0.0)
    condition = reference.condition
    unsaid = chance(UNSAID, count, 1) | chance(ONE_UNSAID, *condition.statements.shape)
    nan = float("nan")
    condition = replace(
        condition,
        statements=condition.statements.masked_fill(unsaid, UNKNOWN),
        severity=torch.full_like(condition.severity, nan),
        numbers=condition.numbers.masked_fill(chance(NUMBER_UNSAID, *condition.numbers.shape), nan),
    )
    return replace(reference, blur=blur, has_p=reference.has_p & ~chance(NO_P), condition=condition)
