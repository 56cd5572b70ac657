"""Classifier-free guidance (Ho and Salimans 2022): away from what would be drawn had less been said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecgtwin_app.sampling.arrays import library
from ecgtwin_app.sampling.samplers import Velocity


def guided(velocity: Velocity, weights: Sequence[float]) -> Velocity:
    """v = v(all) + sum of weight (v(all) - v(less)) over the weights. Without a weight it is the velocity itself.

    Parameters
    ----------
    velocity : callable (array, time) -> array
        Of a batch that holds the latents 1 + len(weights) times: told all, then told less, weight by weight.
    weights : sequence of float
        Strength - 1 of each dial.
    """
    if not weights:
        return velocity

    def at(x: Any, time: float) -> Any:
        copies = 1 + len(weights)
        found = velocity(library(x).concatenate([x] * copies), time)
        full, *others = (found[k * len(x) : (k + 1) * len(x)] for k in range(copies))
        return full + sum(w * (full - other) for w, other in zip(weights, others, strict=True))

    return at
