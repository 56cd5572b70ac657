"""Figures: intervals, retrieval and its control."""

import numpy as np
import pytest

from ecgtwin_app.evaluation.figures import retrieval, wilson


def test_the_interval_of_a_share():
    low, high = wilson(18, 20)
    assert (low, high) == (pytest.approx(0.699, abs=0.002), pytest.approx(0.972, abs=0.002))
    assert wilson(0, 20)[0] == 0 and wilson(20, 20)[1] == 1


def test_retrieval_and_its_control():
    rng = np.random.default_rng(0)
    references = rng.normal(size=(20, 16))
    references /= np.linalg.norm(references, axis=1, keepdims=True)
    twins = references + 0.05 * rng.normal(size=references.shape)
    figures = retrieval(twins, references, rng)
    assert figures["top1"] == 1 and figures["top1_shuffled"] == 0
    assert figures["similarity_own"] > 0.9 > figures["similarity_others"]
    nobody = retrieval(rng.normal(size=(20, 16)), references, rng)
    assert nobody["top1"] < 0.4
