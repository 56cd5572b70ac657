"""The Individual Base Extractor: what is personal in a reference ECG.

After ECGTwin (arXiv 2508.02720): tokens of the reference, from which what the reference's own condition explains is
subtracted, x - ReLU(cross-attention(x, condition)). The tokens are the reference's own beats, the median one and
single ones; the mean of what comes out is the base vector, trained by contrast as well.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.condition_tokens import ConditionTokens
from ecgtwin_app.generators.ecgtwin.layers import Attention, feed_forward
from ecgtwin_app.generators.ecgtwin.reference import BLURRED, Reference


class _Layer(nn.Module):
    """Self-attention, subtraction of what the condition explains, feed-forward."""

    def __init__(self, width: int, heads: int, condition_width: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.attention = Attention(width, heads)
        self.explained = Attention(width, heads, condition_width)
        self.mlp = feed_forward(width, 2)

    def forward(self, x: Tensor, condition: Tensor, there: Tensor) -> Tensor:
        x = x + self.attention(self.norms[0](x))
        x = x - F.relu(self.explained(self.norms[1](x), condition, there))
        return x + self.mlp(self.norms[2](x))


class IndividualBaseExtractor(nn.Module):
    """A reference's beats and its own condition to identity tokens.

    Parameters
    ----------
    statements : int
        Length of the condition's statement list.
    width, heads, depth, condition_width : int
    """

    def __init__(
        self, statements: int, width: int, heads: int = 4, depth: int = 2, condition_width: int = 96
    ):
        super().__init__()
        self.from_beat = nn.Linear(SIZE, width)
        self.has_p = nn.Embedding(2, width)
        self.single = nn.Embedding(2, width)
        self.blur = nn.Linear(len(BLURRED), width)
        self.condition = ConditionTokens(statements, condition_width)
        self.layers = nn.ModuleList(_Layer(width, heads, condition_width) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.nobody = nn.Parameter(0.02 * torch.randn(width))
        self.to_base = nn.Linear(width, width)

    def forward(self, beats: Tensor, reference: Reference) -> Tensor:
        """Identity tokens (batch, beats, width).

        Parameters
        ----------
        beats : Tensor, shape (batch, beats, SIZE)
            Vectors near unit size, nothing where there is no P.
        reference : Reference
        """
        order = (torch.arange(beats.shape[1], device=beats.device) > 0).long()
        x = self.from_beat(beats) + self.has_p(reference.has_p.long())[:, None] + self.single(order)
        x = x + self.blur(reference.blur)[:, None]
        tokens, there = self.condition(reference.condition)
        for layer in self.layers:
            x = layer(x, tokens, there)
        return torch.where(reference.known[:, None, None], self.norm(x), self.nobody)

    def base(self, identity: Tensor) -> Tensor:
        """Unit-length base vector (batch, width) of identity tokens (batch, beats, width)."""
        return F.normalize(self.to_base(identity.mean(dim=1)), dim=-1)
