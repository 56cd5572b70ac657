"""Noise by seed: the numbers that torch's generator draws, without torch."""

import numpy as np
import pytest
import torch

from ecgtwin_app.sampling.noise import Noise

SHAPES = ((3, 162), (10,), (5, 162), (8, 1), (7,), (16,), (17,), (15,), (33,))


@pytest.mark.parametrize("seed", [0, 1, 2**31 + 5, 2**32 - 1, 123456789012])
def test_the_numbers_are_those_of_torch(seed):
    """In one sequence: small draws keep half a pair for the next, large ones take whole blocks."""
    theirs, ours = torch.Generator().manual_seed(seed), Noise(seed)
    for shape in SHAPES:
        np.testing.assert_allclose(
            ours.normal(*shape), torch.randn(shape, generator=theirs).numpy(), atol=2e-6, rtol=2e-6
        )
        np.testing.assert_array_equal(ours.uniform(*shape), torch.rand(shape, generator=theirs).numpy())


def test_they_are_gaussian_and_float32():
    drawn = Noise(4).normal(200_001)
    assert drawn.dtype == np.float32 and Noise(4).uniform(3).dtype == np.float32
    assert abs(drawn.mean()) < 0.01 and abs(drawn.std() - 1) < 0.01
    assert abs((np.abs(drawn) < 1.96).mean() - 0.95) < 0.003
