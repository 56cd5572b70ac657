"""Flutter gives any ventricular rate from 40/min on, by 2:1, 4:1 or a changing ratio of one loop."""

import numpy as np
import pytest

from ecgtwin_app.heart.rhythm.processes import mean_rate, write_score
from ecgtwin_app.heart.rhythm.supraventricular import FLUTTER_RATE


def turns_between_beats(score):
    """Turns of the loop from QRS to QRS, and the loop's rate (1/min)."""
    loop = 60.0 / np.diff(score.times("P", "flutter")).mean()
    return np.diff(score.times("QRS")) * loop / 60.0, loop


@pytest.mark.parametrize("rate", [40, 55, 60, 75, 90, 110, 130, 150])
def test_every_rate_is_performed_by_one_loop(rate):
    fixed = []
    for seed in range(4):
        score, _ = write_score(["atrial flutter"], rate, np.random.default_rng(seed))
        turns, loop = turns_between_beats(score)
        assert mean_rate(score) == pytest.approx(rate, rel=0.025), seed
        assert FLUTTER_RATE[0] - 8 <= loop <= FLUTTER_RATE[1] + 8, seed
        assert np.abs(turns - np.round(turns)).max() < 0.2, seed
        ratios = set(np.round(turns))
        assert min(ratios) >= 2 and max(ratios) <= 9, (seed, ratios)
        fixed += ratios if len(ratios) == 1 else ()
    if rate >= 60:
        assert set(fixed) <= {2, 4}, "3:1 without a change looks like sinus rhythm"


@pytest.mark.parametrize("rate, ratio", [(150, 2), (130, 2), (75, 4), (64, 4)])
def test_the_usual_ratio_is_usual(rate, ratio):
    scores = [write_score(["atrial flutter"], rate, np.random.default_rng(seed))[0] for seed in range(12)]
    same = [set(np.round(turns_between_beats(score)[0])) == {ratio} for score in scores]
    assert np.mean(same) >= 0.3
