"""Sizes of the networks, and how knowledge reaches the waves."""

from __future__ import annotations

from dataclasses import asdict, dataclass

CONDITION, IDENTITY, TOGETHER = "condition attention", "identity attention", "beats together"
#: How knowledge reaches the waves; one that is left out is an ablation.
PATHWAYS = (CONDITION, IDENTITY, TOGETHER)


@dataclass(frozen=True)
class AdaXConfig:
    """Sizes of the networks, the pathways of the transformer, and whether it is told of nobody: an ablation."""

    statements: tuple[str, ...]
    width: int = 192
    depth: int = 5
    heads: int = 4
    condition_width: int = 96
    pathways: tuple[str, ...] = PATHWAYS
    anybody: bool = False

    def to_json(self) -> dict:
        """A plain dict."""
        return asdict(self)
