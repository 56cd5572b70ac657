"""Extractor and noise predictor of the published ECGTwin weights (arXiv 2508.02720).

Written for the layout of the published state dicts: names of the parts are theirs. The extractor reads
text then patient, the noise predictor patient then text; both rotate their tokens once, after embedding.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH, HEADS, CHANNELS = 256, 8, 4
#: A report sentence as a text embedding, and heart rate, age and sex of the patient.
TEXT_WIDTH, PATIENT_WIDTH = 768, 3
#: Most sentences of a report.
MOST_SENTENCES = 25
EXTRACTOR_LAYERS = 3


def _rotated(x: Tensor) -> Tensor:
    """Tokens (batch, length, width) turned by their place, over the whole width."""
    half = x.shape[-1] // 2
    rate = 10000.0 ** (-torch.arange(half, device=x.device) / half)
    angle = torch.arange(x.shape[1], device=x.device)[:, None] * rate
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], dim=-1)


def _conditions(first: Tensor, second: Tensor) -> Tensor:
    """Sentences and the patient side by side, one token a sentence."""
    count = max(part.shape[1] for part in (first, second))
    return torch.cat([part.expand(-1, count, -1) for part in (first, second)], dim=-1)


class _FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.relu(self.fc1(x)))


class _ExtractorLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.cross_attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.feed_forward = _FeedForward()
        self.condition_norm = nn.LayerNorm(WIDTH)
        self.layer_norm1 = nn.LayerNorm(WIDTH)
        self.layer_norm2 = nn.LayerNorm(WIDTH)
        self.layer_norm3 = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.layer_norm1(x)
        x = x + self.self_attn(h, h, h, need_weights=False)[0]
        c = self.condition_norm(condition)
        x = x - F.relu(self.cross_attn(self.layer_norm2(x), c, c, need_weights=False)[0])
        return x + self.feed_forward(self.layer_norm3(x))


class PublishedExtractor(nn.Module):
    """Base vector of a reference."""

    def __init__(self):
        super().__init__()
        self.signal_embedding = nn.Linear(CHANNELS, WIDTH)
        self.text_projector = nn.Linear(TEXT_WIDTH + PATIENT_WIDTH, WIDTH)
        self.layers = nn.ModuleList(_ExtractorLayer() for _ in range(EXTRACTOR_LAYERS))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.classfree_emb = nn.Parameter(torch.ones(1, WIDTH))

    def forward(self, latent: Tensor, text: Tensor | None, patient: Tensor | None) -> Tensor:
        """Base vector (batch, 256).

        Parameters
        ----------
        latent : Tensor, shape (batch, 4, n)
        text : Tensor, shape (batch, sentences, 768), or None
            The reference's report; None stands for a report that is not known.
        patient : Tensor, shape (batch, 3), or None
            Read with a report only.
        """
        x = _rotated(self.signal_embedding(latent.transpose(1, 2)))
        if text is None or patient is None:
            condition = self.classfree_emb.expand(len(x), 1, -1)
        else:
            condition = self.text_projector(_conditions(text, patient[:, None]))
        for layer in self.layers:
            x = layer(x, condition)
        return x.mean(dim=1)


class _CrossAttention(nn.Module):
    """Queries, keys and values normalised over the whole width before they are cut into heads."""

    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(WIDTH, WIDTH)
        self.kv_proj = nn.Linear(WIDTH, 2 * WIDTH)
        self.out_proj = nn.Linear(WIDTH, WIDTH)
        self.q_norm = nn.LayerNorm(WIDTH)
        self.k_norm = nn.LayerNorm(WIDTH)
        self.v_norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        k, v = self.kv_proj(condition).chunk(2, dim=-1)
        parts = self.q_norm(self.q_proj(x)), self.k_norm(k), self.v_norm(v)
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
        return self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(-2))


class _Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn1 = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.attn2 = _CrossAttention()
        self.mlp = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(approximate="tanh"), nn.Linear(4 * WIDTH, WIDTH)
        )
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(WIDTH, 6 * WIDTH))

    def forward(self, x: Tensor, adapt: Tensor, condition: Tensor) -> Tensor:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.adaLN_modulation(adapt)[:, None].chunk(6, dim=-1)
        h = _normal(x) * (1 + scale1) + shift1
        x = x + gate1 * self.attn1(h, h, h, need_weights=False)[0]
        x = x + self.attn2(_normal(x), _normal(condition))
        return x + gate2 * self.mlp(_normal(x) * (1 + scale2) + shift2)


def _normal(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


class _Time(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(256, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))

    def forward(self, step: Tensor) -> Tensor:
        rate = torch.exp(-math.log(10000.0) * torch.arange(128, device=step.device) / 128)
        angle = step[:, None].float() * rate
        return self.mlp(torch.cat([angle.cos(), angle.sin()], dim=-1))


class _Places(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos_encoding = nn.Parameter(torch.zeros(1, MOST_SENTENCES, WIDTH))


class PublishedDiT(nn.Module):
    """Noise in a latent, the AdaX Condition Injector as published.

    Parameters
    ----------
    depth : int
        Blocks; 7 in the published weights.
    """

    def __init__(self, depth: int = 7):
        super().__init__()
        self.x_embedder = nn.Linear(CHANNELS, WIDTH)
        self.t_embedder = _Time()
        self.text_projector = nn.Linear(TEXT_WIDTH + PATIENT_WIDTH, WIDTH)
        self.ib_projector = nn.Linear(WIDTH, WIDTH)
        self.c_pos_embed = _Places()
        self.blocks = nn.ModuleList(_Block() for _ in range(depth))
        self.final_layer = nn.Linear(WIDTH, CHANNELS)

    def forward(self, latent: Tensor, step: Tensor, text: Tensor, patient: Tensor, base: Tensor) -> Tensor:
        """The noise (batch, 4, n).

        Parameters
        ----------
        latent : Tensor, shape (batch, 4, n)
        step : Tensor, shape (batch,)
            0 to 999.
        text : Tensor, shape (batch, sentences, 768)
            At most `MOST_SENTENCES`.
        patient : Tensor, shape (batch, 3)
        base : Tensor, shape (batch, 256)
        """
        x = _rotated(self.x_embedder(latent.transpose(1, 2)))
        adapt = self.t_embedder(step) + self.ib_projector(base)
        condition = self.text_projector(_conditions(patient[:, None], text))
        condition = condition + self.c_pos_embed.pos_encoding[:, : condition.shape[1]]
        for block in self.blocks:
            x = block(x, adapt, condition)
        return self.final_layer(x).transpose(1, 2)
