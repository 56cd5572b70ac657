"""The Individual Base Extractor: what is personal in a reference ECG.

After ECGTwin (arXiv 2508.02720): tokens of the reference, from which what the reference's own condition
explains is subtracted, x - ReLU(cross-attention(x, condition)); trained by contrast. Beside the latent it
sees the representative beat, where most of an identity lies; a few learned queries gather identity tokens
and their mean is the base vector.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch, ConditionTokens
from ecgtwin_app.generators.ecgtwin.layers import Attention, feed_forward

#: The representative beat enters as tokens of 20 samples x 8 leads.
BEAT_BLOCK = 20


class _Layer(nn.Module):
    """Self-attention, subtraction of what the condition explains, feed-forward."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.attention = Attention(width, heads)
        self.explained = Attention(width, heads)
        self.mlp = feed_forward(width, 2)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        x = x + self.attention(self.norms[0](x))
        x = x - F.relu(self.explained(self.norms[1](x), condition))
        return x + self.mlp(self.norms[2](x))


class IndividualBaseExtractor(nn.Module):
    """Reference latent, representative beat and the reference's own condition to identity tokens.

    Parameters
    ----------
    components : int
        Numbers a latent token.
    statements : int
        Length of the condition's statement list.
    width, heads, depth, queries : int
        `queries` identity tokens of `width` numbers come out.
    beat_samples : int
        Length of the representative beat at 500 Hz.
    """

    def __init__(self, components=64, statements=8, width=192, heads=4, depth=2, queries=8, beat_samples=500):
        super().__init__()
        self.from_latent = nn.Linear(components, width)
        self.from_beat = nn.Linear(8 * BEAT_BLOCK, width)
        self.beat_position = nn.Parameter(0.02 * torch.randn(beat_samples // BEAT_BLOCK, width))
        self.condition = ConditionTokens(statements, width)
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Parameter(0.02 * torch.randn(queries, width))
        self.gather = Attention(width, heads)

    def forward(self, latent: Tensor, beat: Tensor, condition: ConditionBatch) -> Tensor:
        """Identity tokens.

        Parameters
        ----------
        latent : Tensor, shape (batch, tokens, components)
        beat : Tensor, shape (batch, 8, beat_samples)
            Representative beat, mV.
        condition : ConditionBatch
            What is known of the *reference* (often all unknown).

        Returns
        -------
        Tensor, shape (batch, queries, width)
            Their mean over the queries is the base vector.
        """
        blocks = beat.unflatten(-1, (-1, BEAT_BLOCK)).transpose(1, 2).flatten(-2)
        x = torch.cat([self.from_beat(blocks) + self.beat_position, self.from_latent(latent)], dim=1)
        tokens = self.condition(condition)
        for layer in self.layers:
            x = layer(x, tokens)
        queries = self.queries.expand(len(x), -1, -1)
        return queries + self.gather(queries, self.norm(x))


def base_vector(identity: Tensor) -> Tensor:
    """Unit-length base vector (batch, width) of identity tokens (batch, queries, width)."""
    return F.normalize(identity.mean(dim=1), dim=-1)


def contrastive_loss(a: Tensor, b: Tensor, temperature: Tensor) -> Tensor:
    """Symmetric InfoNCE of base vectors; row k of both is the same patient, and patients differ by row."""
    logits = a @ b.T * temperature
    target = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def beat_input(beat: RepresentativeBeat) -> np.ndarray:
    """The representative beat as the extractor wants it: (8, 500) mV, the fiducial at 0.35 s of 1 s."""
    before, length = 175, 500
    window = np.zeros((8, length), np.float32)
    start = beat.fiducial - before
    source = beat.signal[:, max(0, start) : start + length]
    window[:, max(0, -start) : max(0, -start) + source.shape[1]] = source
    return window
