"""Noise by seed, the same whatever computes with it.

Seeds drew their noise with torch's generator on the processor when there was no other; their twins are kept. So its
numbers are drawn here as there: the Mersenne Twister, seeded with the lower 32 bits, and Box and Muller's transform.
Up to the last bits of float32 they are those of `torch.randn` and `torch.rand` (aten/src/ATen/core,
DistributionsHelper.h and native/cpu/DistributionTemplates.h, BSD licence).
"""

from __future__ import annotations

import math

import numpy as np

#: So many numbers are transformed together, the first half with the second.
_BLOCK = 16


class Noise:
    """Random numbers of a seed, one after the other.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int):
        self._engine = np.random.RandomState(seed & 0xFFFFFFFF)
        self._left: float | None = None

    def uniform(self, *shape: int) -> np.ndarray:
        """Numbers from 0 to below 1, float32."""
        return ((self._words(math.prod(shape)) & 0xFFFFFF) * 2.0**-24).astype(np.float32).reshape(shape)

    def normal(self, *shape: int) -> np.ndarray:
        """Gaussian numbers, float32."""
        count = math.prod(shape)
        if count < _BLOCK:
            return np.array([self._one_normal() for _ in range(count)], np.float32).reshape(shape)
        out = np.empty(count, np.float32)
        uniform = self.uniform(count)
        whole = count // _BLOCK * _BLOCK
        out[:whole] = _transformed(uniform[:whole])
        if whole < count:
            out[-_BLOCK:] = _transformed(self.uniform(_BLOCK))
        return out.reshape(shape)

    def _one_normal(self) -> float:
        if self._left is not None:
            found, self._left = self._left, None
            return found
        high, low, *more = (int(word) for word in self._words(4))
        first, second = (((h << 32 | w) & (2**53 - 1)) * 2.0**-53 for h, w in ((high, low), more))
        radius, angle = math.sqrt(-2.0 * math.log1p(-second)), 2.0 * math.pi * first
        self._left = radius * math.sin(angle)
        return radius * math.cos(angle)

    def _words(self, count: int) -> np.ndarray:
        """Raw 32-bit numbers, uint64."""
        return self._engine.randint(0, 2**32, size=count, dtype=np.uint64)


def _transformed(uniform: np.ndarray) -> np.ndarray:
    """Gaussian numbers from as many uniform ones, block by block."""
    first, second = uniform.reshape(-1, 2, _BLOCK // 2).astype(np.float64).swapaxes(0, 1)
    radius, angle = np.sqrt(-2.0 * np.log(1.0 - first)), 2.0 * np.pi * second
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).ravel()
