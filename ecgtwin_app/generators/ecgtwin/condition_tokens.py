"""Condition tokens: the first layer of every network that is told of a condition."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.conditioning import MOST_PRESENT, NUMBERS, PRESENT, ConditionBatch
from ecgtwin_app.generators.ecgtwin.layers import sinusoid

_CENTRE, _SPREAD = zip(*NUMBERS.values(), strict=True)


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
        of = torch.arange(states.shape[0], device=states.device)[:, None]
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
        rest = torch.ones((states.shape[0], 2 + len(NUMBERS)), dtype=torch.bool, device=states.device)
        return self.norm(torch.cat(tokens, dim=1)), torch.cat([said, rest], dim=1)


def present_columns(states: Tensor) -> tuple[Tensor, Tensor]:
    """Columns (batch, MOST_PRESENT) of the statements that are present, and which of these places are filled."""
    count = states.shape[1]
    order = count - torch.arange(count, device=states.device, dtype=torch.float32)
    said, column = torch.topk((states == PRESENT) * order, min(MOST_PRESENT, count), dim=1)
    return column, said > 0
