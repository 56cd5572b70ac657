"""The encoder learns what its labels tell, and twins are as useful to it as they are alike."""

import numpy as np
import pytest

from ecgtwin_app.evaluation.metrics.encoder import FEATURES as ENCODED
from ecgtwin_app.evaluation.metrics.encoder import features_of, fit, scores_of
from ecgtwin_app.evaluation.metrics.tstr import tstr
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


def test_use_is_high_for_twins_like_the_real_and_chance_for_others(two_classes, monkeypatch):
    strips, states, _ = two_classes

    # Least squares on the leads' spread in place of the network: what is tested is who trains and who tests.
    def leads(x):
        return np.column_stack([x.std(axis=2), np.ones(len(x))])

    def quick(x, y, seed):
        return np.linalg.lstsq(leads(x), y == PRESENT, rcond=None)[0]

    monkeypatch.setattr("ecgtwin_app.evaluation.metrics.tstr.fit", quick)
    monkeypatch.setattr(
        "ecgtwin_app.evaluation.metrics.tstr.scores_of", lambda network, x: leads(x) @ network
    )
    patients = [str(k // 2) for k in range(60)]
    found = tstr(strips[:60], states[:60], patients, strips[60:], states[60:], ("one", "other"), 1)
    assert found["labels"] == ["one", "other"]
    assert min(found[way]["macro"]["value"] for way in ("TRTR", "TSTR", "TRTS")) > 0.9
    wrong = tstr(strips[:60], states[:60], patients, strips[60:], states[60:, ::-1], ("one", "other"), 1)
    assert wrong["TSTR"]["macro"]["value"] < 0.1
    assert "TSTR" not in tstr(strips[:4], states[:4], patients[:4], strips, states, ("one", "other"), 1)
