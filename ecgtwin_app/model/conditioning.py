"""Condition tokens: each statement present, absent or unknown; heart rate, age and sex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.model.layers import sinusoid

UNKNOWN, ABSENT, PRESENT = 0, 1, 2
#: Mean and spread that bring (heart rate in 1/min, age in years) near unit size.
_CENTRE, _SPREAD = (80.0, 55.0), (30.0, 20.0)


@dataclass(frozen=True, eq=False)
class Condition:
    """A batch of conditions.

    Attributes
    ----------
    statements : Tensor, shape (batch, statements), int64
        `UNKNOWN`, `ABSENT` or `PRESENT` for each statement of the model's list.
    numbers : Tensor, shape (batch, 2), float32
        Heart rate (1/min) and age (years); NaN where unknown.
    sex : Tensor, shape (batch,), int64
        0 unknown, 1 female, 2 male.
    """

    statements: Tensor
    numbers: Tensor
    sex: Tensor

    def without_statements(self) -> Condition:
        """The same with every statement unknown: the other end of condition guidance."""
        return Condition(torch.full_like(self.statements, UNKNOWN), self.numbers, self.sex)

    def joined(self, other: Condition) -> Condition:
        """Both batches in one."""
        pairs = zip((self.statements, self.numbers, self.sex), (other.statements, other.numbers, other.sex))
        return Condition(*(torch.cat(pair) for pair in pairs))


class ConditionTokens(nn.Module):
    """Turn a `Condition` into tokens (batch, statements + 3, width): statements, heart rate, age, sex."""

    def __init__(self, statements: int, width: int):
        super().__init__()
        self.statement = nn.Parameter(0.02 * torch.randn(statements, 3, width))
        self.missing = nn.Parameter(0.02 * torch.randn(2, width))
        self.number = nn.ModuleList(
            nn.Sequential(nn.Linear(33, width), nn.SiLU(), nn.Linear(width, width)) for _ in range(2)
        )
        self.sex = nn.Embedding(3, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, condition: Condition) -> Tensor:
        rows = torch.arange(self.statement.shape[0], device=condition.statements.device)
        tokens = [self.statement[rows, condition.statements]]
        for i, embed in enumerate(self.number):
            value = (condition.numbers[:, i] - _CENTRE[i]) / _SPREAD[i]
            known = torch.isfinite(value)
            value = torch.where(known, value, torch.zeros_like(value))
            features = torch.cat([value[:, None], sinusoid(value, 32, 30.0)], dim=-1)
            tokens.append(torch.where(known[:, None], embed(features), self.missing[i])[:, None])
        tokens.append(self.sex(condition.sex)[:, None])
        return self.norm(torch.cat(tokens, dim=1))


def statement_states(statements: tuple[str, ...], conditions: tuple[str, ...]) -> np.ndarray:
    """State of each of the model's statements (int8) when exactly `conditions` are present.

    Bradycardia and tachycardia are sinus rhythm at a rate. Sinus rhythm is present unless atrial
    fibrillation takes its place. `KeyError` names a condition that the model does not know.
    """
    states = np.full(len(statements), ABSENT, np.int8)
    for name in conditions:
        name = "sinus rhythm" if name in ("sinus bradycardia", "sinus tachycardia") else name
        if name not in statements:
            raise KeyError(name)
        states[statements.index(name)] = PRESENT
    if "atrial fibrillation" not in conditions:
        states[statements.index("sinus rhythm")] = PRESENT
    return states
