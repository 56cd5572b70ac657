"""Condition tokens: each statement present (and how marked), absent or unknown; numbers and sex."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions, is_condition
from ecgtwin_app.generators.ecgtwin.layers import sinusoid

UNKNOWN, ABSENT, PRESENT = 0, 1, 2
#: Statements that are present at once, each as a token of its own; few recordings have more.
MOST_PRESENT = 5
#: The numbers of a condition, with the mean and spread that bring each near unit size.
NUMBERS = {
    "heart rate": (80.0, 30.0),  # 1/min
    "age": (55.0, 20.0),  # years
    "PR": (160.0, 40.0),  # ms
    "QRS": (105.0, 25.0),  # ms
    "QT": (390.0, 50.0),  # ms
    "axis": (40.0, 50.0),  # degrees, frontal plane, -90 to 270
    "bandwidth": (120.0, 40.0),  # Hz, of the recording
}
_CENTRE, _SPREAD = zip(*NUMBERS.values(), strict=True)


@dataclass(frozen=True, eq=False)
class ConditionBatch:
    """A batch of conditions.

    Attributes
    ----------
    statements : Tensor, shape (batch, statements), int64
        `UNKNOWN`, `ABSENT` or `PRESENT` for each statement of the model's list.
    severity : Tensor, shape (batch, statements), float32
        From 0 (just meets its criteria) to 1 (marked); NaN where unknown.
    numbers : Tensor, shape (batch, len(NUMBERS)), float32
        In the order and units of `NUMBERS`; NaN where unknown.
    sex : Tensor, shape (batch,), int64
        0 unknown, 1 female, 2 male.
    """

    statements: Tensor
    severity: Tensor
    numbers: Tensor
    sex: Tensor

    def without_statements(self) -> ConditionBatch:
        """The same with every statement unknown: the other end of condition guidance."""
        unknown = torch.full_like(self.severity, float("nan"))
        return replace(self, statements=torch.full_like(self.statements, UNKNOWN), severity=unknown)

    def without_statement(self, column: int) -> ConditionBatch:
        """The same with one statement unknown."""
        statements, severity = self.statements.clone(), self.severity.clone()
        statements[:, column], severity[:, column] = UNKNOWN, float("nan")
        return replace(self, statements=statements, severity=severity)

    def rows(self, rows: Tensor) -> ConditionBatch:
        """The conditions of some rows of the batch."""
        return ConditionBatch(self.statements[rows], self.severity[rows], self.numbers[rows], self.sex[rows])

    def to(self, device: str | torch.device) -> ConditionBatch:
        """The same on a device."""
        fields = (self.statements, self.severity, self.numbers, self.sex)
        return ConditionBatch(*(field.to(device) for field in fields))

    def joined(self, other: ConditionBatch) -> ConditionBatch:
        """Both batches in one."""
        fields = ("statements", "severity", "numbers", "sex")
        return ConditionBatch(*(torch.cat([getattr(self, f), getattr(other, f)]) for f in fields))


def nothing_known(count: int, statements: int, device: str | torch.device = "cpu") -> ConditionBatch:
    """A batch of conditions of which nothing is known."""
    return ConditionBatch(
        torch.full((count, statements), UNKNOWN, device=device),
        torch.full((count, statements), float("nan"), device=device),
        torch.full((count, len(NUMBERS)), float("nan"), device=device),
        torch.zeros(count, dtype=torch.int64, device=device),
    )


class ConditionTokens(nn.Module):
    """Turn a `ConditionBatch` into tokens (batch, MOST_PRESENT + 1 + numbers + 1, width).

    The statements that are present have a token each, all others share one that is the sum of what is known of
    them; then come the numbers and the sex.
    """

    def __init__(self, statements: int, width: int):
        super().__init__()
        self.statement = nn.Parameter(0.1 * torch.randn(statements, 3, width))
        self.severity = nn.Parameter(torch.zeros(statements, 3, width))
        self.missing = nn.Parameter(0.1 * torch.randn(len(NUMBERS), width))
        self.number = nn.ModuleList(
            nn.Sequential(nn.Linear(33, width), nn.SiLU(), nn.Linear(width, width)) for _ in NUMBERS
        )
        self.sex = nn.Embedding(3, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, condition: ConditionBatch) -> tuple[Tensor, Tensor]:
        """The tokens, and which of them say something, (batch, tokens), bool."""
        states = condition.statements
        present = states == PRESENT
        rows = torch.arange(states.shape[1], device=states.device)
        # Known at all, where between mild and marked, and how far from the middle.
        known = torch.isfinite(condition.severity) & present
        s = torch.where(known, 2 * condition.severity - 1, torch.zeros_like(condition.severity))
        powers = torch.stack([torch.ones_like(s), s, s**2], dim=-1) * known[..., None]
        column, said = present_columns(states)
        of = torch.arange(len(states), device=states.device)[:, None]
        named = self.statement[column, PRESENT] + torch.einsum(
            "bkp,bkpw->bkw", powers[of, column], self.severity[column]
        )
        others = torch.where(present[..., None], 0.0, self.statement[rows, states])
        tokens = [named, others.sum(dim=1, keepdim=True) / len(rows) ** 0.5]
        for i, embed in enumerate(self.number):
            value = (condition.numbers[:, i] - _CENTRE[i]) / _SPREAD[i]
            told = torch.isfinite(value)
            value = torch.where(told, value, torch.zeros_like(value))
            features = torch.cat([value[:, None], sinusoid(value, 32, 30.0)], dim=-1)
            tokens.append(torch.where(told[:, None], embed(features), self.missing[i])[:, None])
        tokens.append(self.sex(condition.sex)[:, None])
        rest = torch.ones((len(states), 2 + len(NUMBERS)), dtype=torch.bool, device=states.device)
        return self.norm(torch.cat(tokens, dim=1)), torch.cat([said, rest], dim=1)


def present_columns(states: Tensor) -> tuple[Tensor, Tensor]:
    """Columns (batch, MOST_PRESENT) of the statements that are present, and which of these places are filled."""
    said, column = torch.sort((states == PRESENT).to(torch.int8), dim=1, descending=True, stable=True)
    return column[:, :MOST_PRESENT], said[:, :MOST_PRESENT] > 0


def statement_states(statements: tuple[str, ...], conditions: tuple[str, ...]) -> np.ndarray:
    """State of each of the model's statements (int8) when exactly `conditions` are present.

    Bradycardia and tachycardia are sinus rhythm at a rate. Sinus rhythm is present unless another rhythm
    takes its place. A condition of the vocabulary that the model was not taught is not told to it.

    Raises
    ------
    KeyError
        For a name that is neither a statement nor in the vocabulary.
    """
    states = np.full(len(statements), ABSENT, np.int8)
    for name in conditions:
        statement = find_condition(name).statement if is_condition(name) else name
        if statement in statements:
            states[statements.index(statement)] = PRESENT
        elif not is_condition(name):
            raise KeyError(name)
    if NORMAL in statements:
        asked, sinus = find_conditions(conditions), PRESENT
        if any(condition.replaces_sinus for condition in asked):
            sinus = ABSENT
        elif any(condition.led_by_ventricles for condition in asked):
            sinus = UNKNOWN
        states[statements.index(NORMAL)] = sinus
    return states


def unwrapped_axis(degrees: float) -> float:
    """The same direction as a number from -90 to 270: right axes lie beyond 90, and nothing wraps near them."""
    return (degrees + 90.0) % 360.0 - 90.0
