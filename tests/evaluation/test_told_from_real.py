"""The small network tells what is told, and no more; the public suite finds an offset."""

import numpy as np
import pytest

from ecgtwin_app.evaluation.metrics.public_suite import suite_over_floor
from ecgtwin_app.evaluation.metrics.told_from_real import told_from_real


def strips(count, seed, silent=False):
    """Bumps once a second in slow noise; silent strips have none between the bumps."""
    rng = np.random.default_rng(seed)
    at = np.arange(5000) / 500
    bumps = sum(np.exp(-0.5 * ((at - k - rng.uniform(0, 0.1)) / 0.02) ** 2) for k in range(10))
    noise = np.cumsum(rng.normal(0, 0.01, (count, 8, 5000)), axis=2)
    noise -= noise.mean(axis=2, keepdims=True)
    return (rng.uniform(0.8, 1.2, (count, 8, 1)) * bumps + (0.05 if silent else 1.0) * noise).astype(
        np.float32
    )


def test_silence_is_told_and_another_draw_is_not():
    real = strips(40, 0)
    assert told_from_real(strips(40, 1, silent=True), real, 0, ("whole",))["whole"] > 0.9
    assert told_from_real(strips(40, 2), real, 0, ("whole",))["whole"] < 0.75


def test_an_offset_is_far_from_the_floor():
    pytest.importorskip("ecgen_eval")
    real, other = strips(40, 3), strips(20, 4)
    found = suite_over_floor({"as real": other, "above zero": other + 0.5}, real, 0, splits=2)
    assert found["frechet"]["above zero/floor"] > 5 * found["frechet"]["as real/floor"]
    assert found["precision_recall"]["above zero"] < found["precision_recall"]["floor"]
