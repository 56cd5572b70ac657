"""How well labels are read: figures by hand, thresholds of the training records alone, patients drawn anew."""

import numpy as np
import pytest

from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.evaluation.metrics.reading import (
    AREA,
    F1,
    FEWEST,
    G_MEAN,
    by_label,
    enough_of,
    f1,
    g_mean,
    over_seeds,
    patient_weights,
    threshold,
    with_interval,
)


def test_figures_are_those_of_the_confusion_matrix():
    # Six of eight found, three of twelve called so falsely: precision 6/9, sensitivity 6/8, specificity 9/12.
    assert f1(np.array(6), np.array(3), 8, 12) == pytest.approx(2 * (6 / 9) * (6 / 8) / (6 / 9 + 6 / 8))
    assert g_mean(np.array(6), np.array(3), 8, 12) == pytest.approx(0.75)


def test_a_threshold_is_where_the_figure_of_its_own_records_is_largest():
    scores = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 9.0])
    states = np.array([ABSENT, ABSENT, PRESENT, ABSENT, PRESENT, UNKNOWN])
    # Above 1: both found, one falsely. Above 3: one found, none falsely.
    assert 1 < threshold(scores, states, g_mean) < 2
    assert 1 < threshold(scores, states, f1) < 2
    rare = np.array([PRESENT, *[ABSENT] * 4, PRESENT])
    # F1 gives up the positive that would cost four false ones, as long as the other is found alone.
    assert 4 < threshold(scores, rare, f1) < 9
    assert threshold(scores, np.full(6, ABSENT), f1) == np.inf


def test_weighted_figures_are_those_of_records_repeated_so_often():
    rng = np.random.default_rng(1)
    states = rng.choice([ABSENT, PRESENT], (60, 2))
    scores = states + rng.normal(0, 1, states.shape).round(1)
    weights = patient_weights([f"p{k // 2}" for k in range(60)], seed=3, draws=5)
    found = by_label(scores, states, weights, (scores, states), [0, 1])
    assert found[AREA].shape == (6, 2)
    for row, own in zip(range(6), weights.astype(int), strict=True):
        again = np.repeat(np.arange(60), own)
        for k in range(2):
            assert found[AREA][row, k] == pytest.approx(auroc(scores[again, k], states[again, k] == PRESENT))
            cut = threshold(scores[:, k], states[:, k], g_mean)
            called, there = scores[again, k] > cut, states[again, k] == PRESENT
            right = called[there].mean() * (~called[~there]).mean()
            assert found[G_MEAN][row, k] == pytest.approx(np.sqrt(right))


def test_patients_are_drawn_whole():
    weights = patient_weights(["a", "a", "b", "c"], seed=1, draws=200)
    assert (weights[0] == 1).all() and (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 1:].sum(1) == 3).all()
    assert len(np.unique(weights[1:], axis=0)) > 5


def test_labels_that_too_few_have_are_not_tested():
    states = np.full((FEWEST + 7, 3), ABSENT)
    states[:FEWEST, 0] = PRESENT
    states[: FEWEST - 1, 2] = PRESENT
    assert enough_of(states).tolist() == []
    more = np.concatenate([states, np.full((1, 3), ABSENT)])
    assert enough_of(more).tolist() == [0]


def test_an_interval_is_of_the_redrawn_and_the_value_of_the_whole():
    values = np.array([0.5, *np.linspace(0, 1, 101), np.nan])
    assert with_interval(values, 7) == {
        "value": 0.5, "low": pytest.approx(0.025), "high": pytest.approx(0.975), "n": 7,
    }  # fmt: skip
    assert over_seeds([{F1: np.array([0.0])}, {F1: np.array([1.0])}])[F1] == 0.5
