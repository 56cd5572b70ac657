"""What is left unsaid in training, so that not knowing is as usual as knowing."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.conditioning import UNKNOWN, ConditionBatch

#: How often each part of a condition is left out. QRS, QT and axis are said oftener than not: a beat has to obey them.
DROP = {
    "statements": 0.1,
    "one statement": 0.08,
    "severity": 0.15,
    "heart rate": 0.15,
    "age": 0.15,
    "set-point": 0.4,
    "sex": 0.2,
}


def with_unknowns(
    condition: ConditionBatch, rng: torch.Generator, set_point: float = DROP["set-point"]
) -> ConditionBatch:
    """The conditions with random parts unknown: all statements, single ones, severities, numbers, the sex.

    Each set-point is left out with probability `set_point`.
    """

    def chance(p: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=rng) < p

    n, s = condition.statements.shape
    hidden = chance(DROP["statements"], n, 1) | chance(DROP["one statement"], n, s)
    vague = hidden | chance(DROP["severity"], n, s)
    no_number = torch.cat(
        [
            chance(DROP["heart rate"], n, 1),
            chance(DROP["age"], n, 1),
            chance(set_point, n, condition.numbers.shape[1] - 2),
        ],
        dim=1,
    )
    nan = float("nan")
    return replace(
        condition,
        statements=condition.statements.masked_fill(hidden, UNKNOWN),
        severity=condition.severity.masked_fill(vague, nan),
        numbers=condition.numbers.masked_fill(no_number, nan),
        sex=condition.sex.masked_fill(chance(DROP["sex"], n), 0),
    )
