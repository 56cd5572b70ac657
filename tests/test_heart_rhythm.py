"""Rhythm scores: rates, PR, irregularity, pauses, and what the counterpart leaves out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.ecg.score import Event, RhythmScore
from ecgtwin_app.heart.rhythm import check_score, mean_rate, write_score

SINUS, AF = ("sinus rhythm",), ("atrial fibrillation",)
PVC, BLOCK = ("ventricular premature complex",), ("first-degree AV block",)
seeds = st.integers(0, 2**31)


def written(conditions, rate, seed, **options):
    return write_score(conditions, rate, np.random.default_rng(seed), **options)


def pr_intervals(score):
    p = np.array(score.times("P"))
    return np.array(
        [q - p[p < q].max() for q in score.times("QRS", "conducted") if (p < q).any() and q > 0.5]
    )


def intervals(score):
    qrs = np.array(score.times("QRS"))
    return np.diff(qrs[(qrs >= 0) & (qrs < score.duration)])


@given(seed=seeds, rate=st.floats(35, 190))
@settings(max_examples=60, deadline=None)
def test_sinus_rhythm_keeps_its_rate_and_is_steady(seed, rate):
    score, counterpart = written(SINUS, rate, seed)
    assert mean_rate(score) == pytest.approx(rate, rel=0.01)
    assert np.std(intervals(score)) < 0.1 * np.mean(intervals(score))
    assert counterpart == score


@given(seed=seeds, rate=st.floats(45, 170))
@settings(max_examples=60, deadline=None)
def test_fibrillation_is_irregular_at_its_mean_rate(seed, rate):
    score, counterpart = written(AF, rate, seed)
    seen = intervals(score)
    assert score.atrial == "fibrillation" and not score.times("P")
    assert mean_rate(score) == pytest.approx(rate, rel=0.02)
    assert np.std(seen) / np.mean(seen) > 0.12
    assert seen.min() > 0.2
    assert counterpart.times("QRS") == score.times("QRS") and counterpart.atrial == "waves"


def test_fibrillation_has_no_memory_of_the_sinus_node():
    correlations = []
    for seed in range(60):
        seen = intervals(written(AF, 100, seed)[0])
        correlations.append(np.corrcoef(seen[:-1], seen[1:])[0, 1])
    assert -0.5 < np.mean(correlations) < 0.05


@given(seed=seeds, rate=st.floats(45, 120))
@settings(max_examples=80, deadline=None)
def test_premature_beats_are_early_and_the_sinus_node_goes_on(seed, rate):
    score, counterpart = written(PVC, rate, seed)
    rr = 60 / rate
    ectopic = score.times("QRS", "ventricular")
    assert 1 <= len(ectopic) <= 3
    assert mean_rate(score) == pytest.approx(rate, rel=0.02)
    assert not counterpart.times("QRS", "ventricular")
    # Every P of the undisturbed grid is still there.
    assert score.times("P") == pytest.approx(counterpart.times("P"), abs=1e-9)
    qrs, grid = np.array(score.times("QRS")), np.array(counterpart.times("QRS"))
    for time in ectopic:
        before = qrs[qrs < time].max()
        assert time - before < 0.87 * rr
        # It starts no later than the P that it hides.
        p = np.array(score.times("P"))
        assert not np.any((p > before + 0.02) & (p < time - 1e-9))
    for time in set(qrs) - set(ectopic):
        # The other beats stay where they were, or up to 60 ms later after an interpolated one.
        later = time - grid
        assert np.min(np.abs(later)) < 0.07


@pytest.mark.parametrize("seed", range(12))
def test_full_compensatory_pause(seed):
    score, _ = written(PVC, 85, seed)
    qrs = np.array(score.times("QRS"))
    for time in score.times("QRS", "ventricular"):
        k = int(np.searchsorted(qrs, time))
        assert qrs[k + 1] - qrs[k - 1] == pytest.approx(2 * 60 / 85, rel=0.1)


@given(seed=seeds, rate=st.floats(40, 115))
@settings(max_examples=60, deadline=None)
def test_first_degree_block_is_long_and_constant(seed, rate):
    score, counterpart = written(BLOCK, rate, seed)
    pr = pr_intervals(score)
    assert np.all((pr > 0.205) & (pr < 0.35))
    assert np.ptp(pr) < 0.0061
    assert counterpart.times("QRS") == score.times("QRS")
    assert np.all(pr_intervals(counterpart) < 0.2)


@pytest.mark.parametrize("conditions", [SINUS, AF, PVC, BLOCK, (*AF, *PVC), (*BLOCK, *PVC)])
def test_same_seed_same_score_other_seed_other_score(conditions):
    assert written(conditions, 70, 3) == written(conditions, 70, 3)
    assert written(conditions, 70, 3) != written(conditions, 70, 4)


def test_the_young_vary_more_than_the_old():
    def spread(age):
        return np.mean([np.std(intervals(written(SINUS, 65, seed, age=age)[0])) for seed in range(40)])

    assert spread(22) > 1.5 * spread(80)


def test_no_rhythm_named_means_sinus():
    assert written(("left bundle branch block",), 70, 1) == written(SINUS, 70, 1)


@pytest.mark.parametrize(
    "conditions, rate", [((*AF, *BLOCK), 70), ((*AF, *SINUS), 70), (SINUS, 10), (SINUS, 300)]
)
def test_impossible_rhythms_are_refused(conditions, rate):
    with pytest.raises(EcgError):
        written(conditions, rate, 1)


def test_a_users_own_score_is_checked():
    good = RhythmScore((Event(1.0, "QRS", "conducted"), Event(2.0, "QRS", "ventricular")))
    assert check_score(good) is good
    for bad, word in (
        (RhythmScore(()), "no QRS"),
        (RhythmScore(good.events, 8.0), "lasts"),
        (RhythmScore((*good.events, Event(2.1, "QRS", "conducted"))), "100 ms"),
        (RhythmScore((*good.events, Event(12.0, "QRS", "conducted"))), "outside"),
    ):
        with pytest.raises(EcgError, match=word):
            check_score(bad)
