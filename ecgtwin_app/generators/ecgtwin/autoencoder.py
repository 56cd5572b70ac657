"""The autoencoder: 8 leads x 5000 samples to 125 tokens of 80 ms, and back.

A local cosine basis (Malvar 1990; Coifman and Meyer 1991) cuts the strip into blocks of 40 samples that
overlap smoothly, so that a change in one token never leaves an edge in the signal; principal components
learned on real records then keep the 64 of its 8 x 40 coefficients that carry the ECG. Every step but the
last is orthonormal: what the components drop is all that is lost, and decoding is one matrix product.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

BLOCK = 40
TOKENS = 125
LEAD_COUNT = 8


def _fold_windows(overlap: int) -> tuple[Tensor, Tensor]:
    """Rising and falling halves of a power-complementary sine bell over ``overlap`` samples each side."""
    r = torch.arange(overlap, dtype=torch.float64) + 0.5
    angle = math.pi / 4 * (1 + r / overlap)
    return torch.sin(angle).float(), torch.cos(angle).float()


def _dct_four(size: int) -> Tensor:
    """Orthonormal DCT-IV matrix (size, size); symmetric and its own inverse."""
    n = torch.arange(size, dtype=torch.float64) + 0.5
    return (math.sqrt(2 / size) * torch.cos(math.pi / size * n[:, None] * n[None, :])).float()


class LappedAutoencoder(nn.Module):
    """Linear, lapped and nearly free of cost.

    Parameters
    ----------
    components : int
        Numbers a token.

    Notes
    -----
    ``basis`` (320, components) has orthonormal columns, ``scale`` (components,) brings the latent half-way
    between its raw variance and unit variance: at unit variance the noise components would eat the
    diffusion model's attention, at raw variance it would never learn them.
    """

    rise: Tensor
    fall: Tensor
    dct: Tensor
    basis: Tensor
    scale: Tensor

    def __init__(self, components: int = 64):
        super().__init__()
        rise, fall = _fold_windows(BLOCK // 2)
        self.register_buffer("rise", rise, persistent=False)
        self.register_buffer("fall", fall, persistent=False)
        self.register_buffer("dct", _dct_four(BLOCK), persistent=False)
        self.register_buffer("basis", torch.eye(LEAD_COUNT * BLOCK, components))
        self.register_buffer("scale", torch.ones(components))

    def coefficients(self, signal: Tensor) -> Tensor:
        """Orthonormal coefficients (..., tokens, 8 * 40) of a signal (..., 8, samples) in mV."""
        blocks = signal.unflatten(-1, (-1, BLOCK))
        return (self._fold(blocks, 1.0) @ self.dct).transpose(-3, -2).flatten(-2)

    def from_coefficients(self, coefficients: Tensor) -> Tensor:
        """The inverse of `coefficients`."""
        blocks = coefficients.unflatten(-1, (LEAD_COUNT, BLOCK)).transpose(-3, -2) @ self.dct
        return self._fold(blocks, -1.0).flatten(-2)

    def encode(self, signal: Tensor) -> Tensor:
        """Latent (..., tokens, components) of a signal (..., 8, samples) in millivolts."""
        return self.coefficients(signal) @ self.basis / self.scale

    def decode(self, latent: Tensor) -> Tensor:
        """Signal (..., 8, samples) in millivolts of a latent (..., tokens, components)."""
        return self.from_coefficients((latent * self.scale) @ self.basis.T)

    def _fold(self, blocks: Tensor, sign: float) -> Tensor:
        """Rotate each sample near a block's edge with its mirror image across the edge.

        ``sign`` 1 folds, -1 unfolds: the rotation is orthonormal, so its inverse is its transpose. The
        outer edges of the strip are left hard, there is nothing beyond them.
        """
        half = BLOCK // 2
        blocks = blocks.clone()
        left = blocks[..., :-1, half:].flip(-1)  # mirrored: index r is r + 0.5 samples from the edge
        right = blocks[..., 1:, :half].clone()
        blocks[..., 1:, :half] = self.rise * right + sign * self.fall * left
        blocks[..., :-1, half:] = (self.rise * left - sign * self.fall * right).flip(-1)
        return blocks
