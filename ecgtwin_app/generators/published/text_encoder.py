"""The text encoder of the published weights, nomic-embed-text-v1.5: a sentence to 768 numbers.

A BERT with rotary positions and gated feed-forward parts (Nussbaum et al. 2024, arXiv 2402.01613), written for the
layout of its published `model.safetensors`; names of the parts are theirs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH, INNER, LAYERS, HEADS = 768, 3072, 12, 12
VOCABULARY, KINDS = 30528, 2
#: Base of the rotary positions.
ROTARY_BASE = 1000.0
_EPS = 1e-12


class _Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.Wqkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out_proj = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.Wqkv(x).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(_rotated(q), _rotated(k), v)
        return self.out_proj(mixed.transpose(1, 2).flatten(-2))


class _GatedFeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc11 = nn.Linear(WIDTH, INNER, bias=False)
        self.fc12 = nn.Linear(WIDTH, INNER, bias=False)
        self.fc2 = nn.Linear(INNER, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.fc11(x) * F.silu(self.fc12(x)))


class _Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = _Attention()
        self.mlp = _GatedFeedForward()
        self.norm1 = nn.LayerNorm(WIDTH, eps=_EPS)
        self.norm2 = nn.LayerNorm(WIDTH, eps=_EPS)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x + self.attn(x))
        return self.norm2(x + self.mlp(x))


class TextEncoder(nn.Module):
    """Sentences, one at a time, to embeddings as ECGTwin's authors used them."""

    def __init__(self):
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(VOCABULARY, WIDTH),
                "token_type_embeddings": nn.Embedding(KINDS, WIDTH),
            }
        )
        self.emb_ln = nn.LayerNorm(WIDTH, eps=_EPS)
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(_Layer() for _ in range(LAYERS))})

    def forward(self, tokens: Tensor) -> Tensor:
        """Hidden states (batch, tokens, 768) of token numbers (batch, tokens), all of the same length."""
        kinds = self.embeddings.get_submodule("token_type_embeddings").get_parameter("weight")
        x = self.emb_ln(self.embeddings["word_embeddings"](tokens) + kinds[0])
        for layer in self.encoder.get_submodule("layers").children():
            x = layer(x)
        return x

    @torch.inference_mode()
    def embed(self, tokens: list[int]) -> Tensor:
        """One sentence's embedding (768,): the mean over its tokens, normalised over the features, of length 1."""
        mean = self(torch.tensor([tokens]))[0].mean(dim=0)
        return F.normalize(F.layer_norm(mean, (WIDTH,)), dim=-1)


def _rotated(x: Tensor) -> Tensor:
    """Queries or keys (batch, heads, tokens, width) turned by their place, first half against second."""
    half = x.shape[-1] // 2
    rate = ROTARY_BASE ** (-torch.arange(half, device=x.device) / half)
    angle = torch.arange(x.shape[-2], device=x.device)[:, None] * rate
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], dim=-1)
