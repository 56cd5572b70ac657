"""Rhythm scores: rates, PR, irregularity, pauses, and what the counterpart leaves out."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.rhythm.atrial_waves import flutter_cycle
from ecgtwin_app.heart.rhythm.processes import check_score, mean_rate, write_score
from ecgtwin_app.heart.rhythm.severity import rhythm_severity

SINUS, AF = ("sinus rhythm",), ("atrial fibrillation",)
PVC, BLOCK = ("ventricular premature complex",), ("first-degree AV block",)
RHYTHMS = [condition.name for condition in load_vocabulary() if condition.is_rhythm]
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


def inside(times):
    times = np.array(times)
    return times[(times >= 0) & (times < 9.88)]


def pr_by_p(score):
    """PR (s) of each P in the strip, NaN where it is not conducted; only for scores without ectopy."""
    qrs, p = np.array(score.times("QRS")), score.times("P")
    found = []
    for at, following in pairwise([*p, np.inf]):
        led = qrs[(qrs > at + 0.1) & (qrs < min(at + 0.62, following + 0.1))]
        found.append(led[0] - at if led.size else np.nan)
    kept = [pr for at, pr in zip(p, found, strict=True) if 0 <= at < 9.3]
    return np.array(kept)


@given(seed=seeds, rate=st.floats(50, 105))
@settings(max_examples=40, deadline=None)
def test_sinus_arrhythmia_swings_with_breathing(seed, rate):
    score, _ = written(("sinus arrhythmia",), rate, seed)
    assert mean_rate(score) == pytest.approx(rate, rel=0.02)
    assert np.ptp(np.diff(inside(score.times("QRS")))) > 0.12
    # A swing, no scatter: neighbours are more alike than strangers.
    seen = np.diff(inside(score.times("QRS")))
    assert np.mean(np.abs(np.diff(seen))) < np.ptp(seen)


@given(seed=seeds, rate=st.floats(62, 166))
@settings(max_examples=40, deadline=None)
def test_flutter_conducts_every_second_to_fourth_turn(seed, rate):
    score, counterpart = written(("atrial flutter",), rate, seed)
    assert score.atrial == "flutter" and counterpart.atrial == "waves"
    assert mean_rate(score) == pytest.approx(rate, rel=0.02)
    cycle, _ = flutter_cycle(score, np.random.default_rng(0))
    assert 240 <= 60 / cycle <= 340
    turns = np.diff(inside(score.times("QRS"))) / cycle
    assert np.abs(turns - np.round(turns)).max() < 0.13
    assert np.round(turns).min() >= 2


@given(seed=seeds, rate=st.floats(50, 110))
@example(seed=4647, rate=70.0)  # three early beats: the usual cycle is longer than the mean one
@settings(max_examples=40, deadline=None)
def test_premature_atrial_beats_reset_the_sinus_node(seed, rate):
    score, counterpart = written(("premature atrial complex",), rate, seed)
    rr = 60 / rate
    early = score.times("P", "ectopic")
    assert 1 <= len(early) <= 3
    assert mean_rate(score) == pytest.approx(rate, rel=0.02)
    assert not counterpart.times("P", "ectopic")
    qrs, narrow = np.array(score.times("QRS")), 0
    for p in early:
        k = int(np.searchsorted(qrs, p))
        assert qrs[k] - qrs[k - 1] < 0.82 * max(rr, np.median(np.diff(qrs)))
        # A pause, and less than a compensatory one.
        assert 0.95 * rr < qrs[k + 1] - qrs[k]
        assert qrs[k + 1] - qrs[k - 1] < 1.99 * rr
        narrow += score.events[[e.time for e in score.events].index(qrs[k])].origin == "conducted"
    assert narrow


@pytest.mark.parametrize(
    "name, low, high", [("supraventricular tachycardia", 150, 220), ("junctional rhythm", 40, 60)]
)
def test_beats_from_the_junction_are_regular_and_follow_no_p(name, low, high):
    for seed in range(12):
        rate = np.random.default_rng(seed).uniform(low, high)
        score, counterpart = written((name,), rate, seed)
        assert mean_rate(score) == pytest.approx(rate, rel=0.01)
        seen = intervals(score)
        assert np.std(seen) < 0.02 * np.mean(seen)
        assert not score.times("P", "sinus") and set(score.times("P")) == set(score.times("P", "retrograde"))
        for p in score.times("P"):
            after = np.array(score.times("QRS"))
            assert not np.any((after > p + 0.02) & (after < p + 0.15))
        assert len(counterpart.times("P", "sinus")) >= len(counterpart.times("QRS")) - 4


@pytest.mark.parametrize("seed", range(12))
def test_bigeminy_alternates_at_a_fixed_coupling(seed):
    score, counterpart = written(("ventricular bigeminy",), 75, seed)
    beats = [e for e in score.events if e.chamber == "QRS"]
    assert all(one.origin != other.origin for one, other in pairwise(beats))
    assert mean_rate(score) == pytest.approx(75, rel=0.02)
    couplings = [b.time - a.time for a, b in pairwise(beats) if b.origin == "ventricular"]
    assert np.ptp(couplings) < 0.05 and max(couplings) < 0.8 * 60 / 75
    assert len({b.site for b in beats if b.origin == "ventricular"}) == 1
    assert not counterpart.times("QRS", "ventricular")


@given(seed=seeds, rate=st.floats(65, 215))
@settings(max_examples=40, deadline=None)
def test_ventricular_tachycardia_is_a_fast_run_of_one_site(seed, rate):
    score, counterpart = written(("ventricular tachycardia",), rate, seed)
    assert mean_rate(score) == pytest.approx(rate, rel=0.03)
    run = inside(score.times("QRS", "ventricular"))
    assert len(run) >= 3 and 60 / np.mean(np.diff(run)) > 102
    # One run: no other beat between its beats.
    others = np.array(score.times("QRS", "conducted"))
    assert not np.any((others > run[0]) & (others < run[-1]))
    assert len({e.site for e in score.events if e.origin == "ventricular"}) == 1
    # The atria have a beat of their own.
    assert score.times("P") and not counterpart.times("QRS", "ventricular")


def test_ventricular_tachycardia_of_all_lengths():
    def lengths(rate):
        scores = [written(("ventricular tachycardia",), rate, k)[0] for k in range(25)]
        return [len(inside(score.times("QRS", "ventricular"))) for score in scores]

    assert min(lengths(80)) < 7 and max(lengths(150)) > 22
    with_sinus = written(("sinus rhythm", "ventricular tachycardia"), 120, 1)[0]
    assert with_sinus.times("QRS", "conducted")


@pytest.mark.parametrize("seed", range(6))
def test_a_ventricular_rhythm_slower_than_any_tachycardia_is_written_as_asked(seed):
    score, _ = written(("ventricular tachycardia",), 45, seed)
    assert mean_rate(score) == pytest.approx(45, rel=0.05) and score.times("QRS", "ventricular")


@given(seed=seeds, rate=st.floats(42, 85))
@settings(max_examples=40, deadline=None)
def test_wenckebach_grows_by_shrinking_steps_until_a_beat_drops(seed, rate):
    score, counterpart = written(("Wenckebach AV block",), rate, seed)
    assert mean_rate(score) == pytest.approx(rate, rel=0.05)
    pr = pr_by_p(score)
    dropped = np.flatnonzero(np.isnan(pr))
    assert dropped.size
    whole = [k for k in dropped if 0 < k < len(pr) - 1]
    assert whole
    for k in whole:
        assert pr[k - 1] - pr[k + 1] > 0.03
    for a, b in pairwise(dropped):
        steps = np.diff(pr[a + 1 : b])
        assert np.all(steps > 0.0) and np.all(np.diff(steps) < 0.012)
    assert len(counterpart.times("QRS")) >= len(score.times("QRS"))


@given(seed=seeds, rate=st.floats(36, 80))
@settings(max_examples=40, deadline=None)
def test_mobitz_drops_beats_at_a_constant_pr(seed, rate):
    score, _ = written(("Mobitz II AV block",), rate, seed)
    assert mean_rate(score) == pytest.approx(rate, rel=0.05)
    pr = pr_by_p(score)
    known = pr[np.isfinite(pr)]
    assert np.isnan(pr).any() and np.ptp(known) < 0.012
    # Not all 2:1: somewhere two P in a row conduct.
    assert np.any(np.isfinite(pr[:-1]) & np.isfinite(pr[1:]))


@given(seed=seeds, rate=st.floats(28, 49))
@settings(max_examples=40, deadline=None)
def test_complete_block_parts_atria_and_ventricles(seed, rate):
    score, _ = written(("complete AV block",), rate, seed)
    qrs, p = np.array(score.times("QRS")), np.array(score.times("P"))
    assert mean_rate(score) == pytest.approx(rate, rel=0.01)
    assert 60 / np.median(np.diff(p)) > 1.2 * rate
    last = [q - p[p <= q].max() for q in qrs if (p <= q).any()]
    assert np.std(last) > 0.04
    assert len({(e.origin, e.site) for e in score.events if e.chamber == "QRS"}) == 1


def test_slow_escapes_are_mostly_ventricular_faster_ones_junctional():
    def wide(rate):
        scores = [written(("complete AV block",), rate, k)[0] for k in range(40)]
        return np.mean([bool(s.times("QRS", "ventricular")) for s in scores])

    assert wide(28) > 0.6
    assert wide(47) < 0.4


@pytest.mark.parametrize("seed", range(16))
def test_pacing_stimulates_every_beat_at_one_site(seed):
    score, _ = written(("ventricular pacing",), 70, seed)
    beats = [e for e in score.events if e.chamber == "QRS"]
    assert {e.origin for e in beats} == {"paced"} and len({e.site for e in beats}) == 1
    assert mean_rate(score) == pytest.approx(70, rel=0.01)


def test_pacing_has_its_modes():
    origins = [
        tuple(sorted({e.origin for e in written(("ventricular pacing",), 70, k)[0].events}))
        for k in range(40)
    ]
    assert ("paced",) in origins and ("paced", "sinus") in origins
    for k in range(10):
        score, _ = written((*AF, "ventricular pacing"), 70, k)
        assert score.atrial == "fibrillation" and score.times("QRS", "paced") and not score.times("P")
        synchronous, _ = written((*SINUS, "ventricular pacing"), 70, k)
        p = np.array(synchronous.times("P", "sinus"))
        assert all(0.12 <= q - p[p < q].max() <= 0.2 for q in synchronous.times("QRS") if q > 0.5)


def test_pre_excitation_shortens_pr():
    score, counterpart = written((*SINUS, "pre-excitation"), 70, 1)
    assert np.all(pr_intervals(score) < 0.12) and np.all(pr_intervals(counterpart) > 0.12)


@pytest.mark.parametrize("name", RHYTHMS)
def test_every_counterpart_is_sinus_rhythm(name):
    for seed in range(4):
        _, counterpart = written((name,), 75, seed)
        assert counterpart.atrial == "waves"
        assert {e.origin for e in counterpart.events} <= {"sinus", "conducted"}
        assert counterpart.times("P")


def test_every_pair_of_rhythms_is_written_or_refused_in_a_sentence():
    written_pairs = 0
    for pair in combinations(RHYTHMS, 2):
        try:
            score, _ = written(pair, 72, 5)
        except EcgError as error:
            assert pair[0] in str(error) and pair[1] in str(error)
            continue
        written_pairs += 1
        assert mean_rate(score) == pytest.approx(72, rel=0.05)
        assert np.diff(score.times("QRS")).min() > 0.22
    assert written_pairs > 40


def test_severity_ranks_what_was_drawn():
    def severities(name, rate=70):
        return [rhythm_severity(written((name,), rate, k)[0])[name] for k in range(30)]

    for name in ("atrial fibrillation", "first-degree AV block", "ventricular premature complex"):
        ranks = severities(name)
        assert 0 <= min(ranks) < 0.35 and 0.55 < max(ranks) <= 1
    long_pr = [np.median(pr_intervals(written(BLOCK, 60, k)[0])) for k in range(20)]
    ranks = [rhythm_severity(written(BLOCK, 60, k)[0])["first-degree AV block"] for k in range(20)]
    assert np.corrcoef(long_pr, ranks)[0, 1] > 0.99


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
