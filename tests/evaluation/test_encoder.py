"""The encoder learns what its labels tell."""

import numpy as np
import pytest

from ecgtwin_app.evaluation.metrics.encoder import FEATURES as ENCODED
from ecgtwin_app.evaluation.metrics.encoder import features_of, fit, scores_of
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT


@pytest.fixture(scope="module")
def two_classes():
    """Strips of two kinds that differ in one wave, with labels."""
    rng = np.random.default_rng(1)
    kind = np.arange(120) % 2
    strips = rng.normal(0, 40, (120, 8, 1000))
    for k in range(120):
        strips[k, :, rng.integers(0, 60) :: 80] += 600
        strips[k, 2:5, rng.integers(0, 60) + 20 :: 80] += 500 * kind[k]
    return strips.astype(np.int16), np.where(np.stack([kind, 1 - kind], 1) == 1, PRESENT, ABSENT), kind


def test_the_encoder_learns_and_is_seeded(two_classes, monkeypatch):
    monkeypatch.setattr("ecgtwin_app.evaluation.metrics.encoder.BATCH", 32)
    strips, states, kind = two_classes
    network = fit(strips[:80], states[:80], seed=1, steps=90)
    scores = scores_of(network, strips[80:])
    assert np.mean((scores[:, 0] > scores[:, 1]) == (kind[80:] == 1)) > 0.9
    encoded = features_of(network, strips[:20])
    assert encoded.shape == (20, ENCODED)
    assert np.allclose(features_of(fit(strips[:80], states[:80], seed=1, steps=90), strips[:20]), encoded)
