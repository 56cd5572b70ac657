"""One rate does not serve everybody: series, ratios and PR by condition, and atrial waves that V1 shows."""

import numpy as np

from ecgtwin_app.heart.rhythm.atrial_waves import fibrillation_waves, with_atrial_origin
from ecgtwin_app.heart.rhythm.processes import write_score

II, V1 = 1, 2


def test_the_same_random_numbers_make_another_series_under_another_rhythm():
    one, other, shaped = (
        write_score((name,), 80, np.random.default_rng(3))[0].times("QRS")
        for name in ("sinus rhythm", "first-degree AV block", "left bundle branch block")
    )
    n = min(len(one), len(other))
    assert np.abs(np.diff(one)[: n - 2] - np.diff(other)[: n - 2]).max() > 0.004
    # With a shape and without it a heart keeps its time, or their difference would show both.
    assert shaped == one


def test_complete_block_keeps_clear_of_3_to_2():
    near = 0
    for seed in range(12):
        score, _ = write_score(("complete AV block",), 45, np.random.default_rng(seed))
        ratio = np.mean(np.diff(score.times("QRS"))) / np.mean(np.diff(score.times("P")))
        near += abs(ratio - 1.5) < 0.06
    assert near <= 1


def test_hyperkalaemia_prolongs_pr():
    score, _ = write_score(("hyperkalaemia",), 70, np.random.default_rng(2))
    p, qrs = np.array(score.times("P")), np.array(score.times("QRS"))
    assert np.median([q - p[p < q].max() for q in qrs if (p < q).any()]) > 0.156


def test_retrograde_p_is_negative_in_ii_and_upright_in_v1(patient):
    for seed in range(8):
        p = with_atrial_origin(
            patient.template, patient.lead_field, "retrograde", np.random.default_rng(seed)
        ).p
        assert p[II].sum() < 0 and p[V1].max() > 0.02


def test_f_waves_are_always_seen_in_v1():
    spread = [
        np.ptp(np.percentile(fibrillation_waves(np.random.default_rng(k))[V1], (2, 98))) for k in range(30)
    ]
    assert min(spread) > 0.04
