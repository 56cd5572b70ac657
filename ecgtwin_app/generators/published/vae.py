"""The variational autoencoder of the published ECGTwin weights: 12 leads x 1024 samples to 4 x 128 and back.

Written for the layout of the published state dicts: positions and names of the parts are theirs.
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor, nn

#: Latents are multiplied by this on the way in and divided on the way out.
LATENT_SCALE = 0.18215


class _SelfAttention(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.in_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.in_proj(x).chunk(3, dim=-1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return self.out_proj(weights @ v)


class _Attention(nn.Module):
    """One head along time. Its normalisation is in the published file, and was never applied."""

    def __init__(self, channels: int):
        super().__init__()
        self.groupnorm = nn.GroupNorm(32, channels)
        self.attention = _SelfAttention(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.attention(x.transpose(1, 2)).transpose(1, 2)


class _Residual(nn.Module):
    def __init__(self, before: int, after: int):
        super().__init__()
        self.groupnorm_1 = nn.GroupNorm(32, before)
        self.conv_1 = nn.Conv1d(before, after, 3, padding=1)
        self.groupnorm_2 = nn.GroupNorm(32, after)
        self.conv_2 = nn.Conv1d(after, after, 3, padding=1)
        self.residual_layer = nn.Identity() if before == after else nn.Conv1d(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_1(F.silu(self.groupnorm_1(x)))
        return self.residual_layer(x) + self.conv_2(F.silu(self.groupnorm_2(h)))


class PublishedEncoder(nn.Sequential):
    """(batch, 12, samples) mV to the mean of the scaled latent (batch, 4, samples / 8)."""

    def __init__(self):
        def halve(channels: int) -> nn.Conv1d:
            return nn.Conv1d(channels, channels, 3, stride=2)

        super().__init__(
            nn.Conv1d(12, 128, 3, padding=1), _Residual(128, 128), _Residual(128, 128),
            halve(128), _Residual(128, 256), _Residual(256, 256),
            halve(256), _Residual(256, 512), _Residual(512, 512),
            halve(512), _Residual(512, 512), _Residual(512, 512),
            _Residual(512, 512), _Attention(512), _Residual(512, 512),
            nn.GroupNorm(32, 512), nn.SiLU(), nn.Conv1d(512, 8, 3, padding=1), nn.Conv1d(8, 8, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            if getattr(layer, "stride", None) == (2,):
                x = F.pad(x, (0, 1))
            x = layer(x)
        mean, _ = x.chunk(2, dim=1)
        return LATENT_SCALE * mean


class PublishedDecoder(nn.Sequential):
    """(batch, 4, n), scaled, to (batch, 12, 8 n) mV."""

    def __init__(self):
        def double(channels: int) -> tuple[nn.Module, nn.Module]:
            return nn.Upsample(scale_factor=2), nn.Conv1d(channels, channels, 3, padding=1)

        super().__init__(
            nn.Conv1d(4, 4, 1), nn.Conv1d(4, 512, 3, padding=1),
            _Residual(512, 512), _Attention(512), _Residual(512, 512),
            _Residual(512, 512), _Residual(512, 512), _Residual(512, 512),
            *double(512), _Residual(512, 512), _Residual(512, 512), _Residual(512, 512),
            *double(512), _Residual(512, 256), _Residual(256, 256), _Residual(256, 256),
            *double(256), _Residual(256, 128), _Residual(128, 128), _Residual(128, 128),
            nn.GroupNorm(32, 128), nn.SiLU(), nn.Conv1d(128, 12, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x / LATENT_SCALE)
