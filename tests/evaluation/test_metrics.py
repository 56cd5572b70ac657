"""Every metric of the evaluation on a distribution whose answer is known."""

import numpy as np
import pytest

from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.evaluation.metrics.distances import frechet, over_floor, wasserstein
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, share, wilson
from ecgtwin_app.evaluation.metrics.manifold import precision_recall
from ecgtwin_app.evaluation.metrics.memorisation import memorisation, nearest_distance
from ecgtwin_app.evaluation.metrics.retrieval import equal_error_rate, retrieval


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_interval_of_a_share():
    assert wilson(18, 20) == (pytest.approx(0.699, abs=0.002), pytest.approx(0.972, abs=0.002))
    assert wilson(0, 20)[0] == 0 and wilson(20, 20)[1] == 1
    assert share([True] * 18 + [False] * 2)["value"] == 0.9
    assert share([])["value"] is None and share([])["n"] == 0


def test_the_bootstrap_of_a_mean_has_the_normal_interval_and_is_seeded(rng):
    sample = rng.normal(5, 2, 400)
    found = bootstrap(np.mean, sample, seed=3)
    half = 1.96 * sample.std() / 20
    assert found["value"] == pytest.approx(sample.mean())
    assert found["low"] == pytest.approx(sample.mean() - half, abs=0.06)
    assert found["high"] == pytest.approx(sample.mean() + half, abs=0.06)
    assert found == bootstrap(np.mean, sample, seed=3) != bootstrap(np.mean, sample, seed=4)
    assert bootstrap(np.mean, [])["value"] is None


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says(rng):
    covered = 0
    for trial in range(100):
        found = bootstrap(np.mean, rng.normal(0, 1, 60), seed=trial, draws=200)
        covered += found["low"] <= 0 <= found["high"]
    assert 88 <= covered <= 99


def test_wasserstein_of_a_shift_is_the_shift(rng):
    sample = rng.normal(size=300)
    assert wasserstein(sample, sample + 7) == pytest.approx(7)


def test_frechet_of_two_known_gaussians(rng):
    a = rng.normal(size=(40_000, 3)) * [1, 2, 3] + [0, 0, 1]
    b = rng.normal(size=(40_000, 3)) * [2, 2, 1]
    # Diagonal covariances: squared distance of the means and of the standard deviations.
    assert frechet(a, b) == pytest.approx(1 + 1 + 0 + 4, rel=0.03)
    assert frechet(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_of_correlated_gaussians_does_not_depend_on_the_axes(rng):
    a, b = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4)), rng.normal(size=(500, 4)) + 1
    turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    assert frechet(a @ turn, b @ turn) == pytest.approx(frechet(a, b))
    assert frechet(a, b) == pytest.approx(frechet(b, a))


def test_a_set_of_the_same_distribution_lies_at_the_floor_and_a_shifted_one_above(rng):
    real, same = rng.normal(size=(300, 3)), rng.normal(size=(200, 3))
    assert 0.7 < over_floor(frechet, same, real, 1)["ratio"] < 1.4
    far = over_floor(frechet, same + 1, real, 1)
    assert far["ratio"] > 10 and far["n"] == 150 and far["low"] <= far["value"] <= far["high"]


def test_sets_are_compared_with_the_same_mix_of_labels(rng):
    real = np.concatenate([rng.normal(0, 1, 200), rng.normal(50, 1, 40)])
    ours = np.concatenate([rng.normal(0, 1, 20), rng.normal(50, 1, 100)])
    labels = np.array(["a"] * 200 + ["b"] * 40), np.array(["a"] * 20 + ["b"] * 100)
    found = over_floor(wasserstein, ours, real, 1, labels[1], labels[0])
    assert found["n"] == 40 and found["value"] < 1.5
    assert over_floor(wasserstein, ours, real, 1)["value"] > 20
    nothing = over_floor(wasserstein, ours, real, 1, np.full(120, "c"), labels[0])
    assert nothing["value"] is None and nothing["n"] == 0


def test_precision_and_recall_tell_a_collapse_from_an_excess(rng):
    real = rng.normal(size=(300, 2))
    same = precision_recall(rng.normal(size=(300, 2)), real)
    assert min(same["precision"], same["recall"], same["coverage"]) > 0.85
    assert same["density"] == pytest.approx(1, abs=0.2)
    collapsed = precision_recall(0.05 * rng.normal(size=(300, 2)), real)
    assert collapsed["precision"] > 0.95 and collapsed["recall"] < 0.2 and collapsed["coverage"] < 0.3
    wide = precision_recall(6 * rng.normal(size=(300, 2)), real)
    assert wide["precision"] < 0.5 and wide["recall"] > 0.8 and wide["density"] < 0.5
    away = precision_recall(rng.normal(size=(300, 2)) + 50, real)
    assert away == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_the_equal_error_rate_of_two_gaussians(rng):
    same, other = rng.normal(2, 1, 5000), rng.normal(0, 1, 5000)
    assert equal_error_rate(same, other) == pytest.approx(0.1587, abs=0.01)  # one standard deviation out
    assert equal_error_rate(np.ones(9), np.zeros(9)) == 0
    assert equal_error_rate(other, other.copy()) == pytest.approx(0.5, abs=0.01)


def test_retrieval_and_its_floor(rng):
    references = rng.normal(size=(20, 16))
    references /= np.linalg.norm(references, axis=1, keepdims=True)
    own = np.tile(np.arange(20), 2)
    twins = references[own] + 0.05 * rng.normal(size=(40, 16))
    found = retrieval(twins, own, references)
    assert found["top1"]["value"] == 1 and found["top1"]["n"] == 40 and found["among"] == 20
    assert found["floor"] == 0 and found["eer"] < 0.01 and found["gap"]["value"] > 0.8
    nobody = retrieval(rng.normal(size=(40, 16)), own, references)
    assert nobody["top1"]["value"] < 0.3 and 0.35 < nobody["eer"] < 0.65
    assert retrieval(np.zeros((0, 16)), np.zeros(0, int), references)["top1"]["value"] is None


def test_the_area_under_the_curve():
    assert auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])) == 0.75
    assert auroc(np.array([1.0, 1.0]), np.array([0, 1])) == 0.5
    assert auroc(np.array([1.0, 2.0]), np.array([1, 1])) is None


def test_copies_are_seen(rng):
    training, unseen = rng.normal(size=(200, 8)), rng.normal(size=(80, 8))
    honest = memorisation(rng.normal(size=(150, 8)), unseen, training)
    assert honest["closer"]["value"] < 0.15 and honest["ratio"]["value"] == pytest.approx(1, abs=0.15)
    copied = memorisation(training[:150] + 0.01 * rng.normal(size=(150, 8)), unseen, training)
    assert copied["closer"]["value"] == 1 and copied["ratio"]["value"] < 0.05
    assert nearest_distance(training[:1] + 3.0, training[:1]) == pytest.approx(3.0)
