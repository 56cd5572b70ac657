"""A learned rhythm: the rhythm model composes the score of a plan, and its counterpart in sinus rhythm."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.together import atrial_rhythm
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.generators.ecgtwin.condition_input import condition_of
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS
from ecgtwin_app.generators.ecgtwin.loaded import Networks
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.heart.rhythm.atrial_waves import with_flutter_waves
from ecgtwin_app.heart.rhythm.grid import conducted, own_pr, p_where_room, score_from_cycles

#: So many sinus P a QRS, and the sinus node is taken to lead or to go on unseen.
LEADING_SHARE = 0.5


def compose(model: Networks, plan: EcgTwinPlan) -> tuple[RhythmScore, RhythmScore]:
    """Score and counterpart of a plan; the counterpart is in sinus rhythm.

    Where sinus P waves lead, or go on unseen, the counterpart conducts each of them; elsewhere its P come before
    the beats of the score, where there is room.

    Raises
    ------
    EcgError
        No draw of the rhythm model has two beats.
    """
    score = compose_score(model, plan)
    pr = own_pr(plan.patient.template, 60.0 / plan.rate)
    p, qrs = np.array(score.times("P", "sinus")), np.array(score.times("QRS"))
    leads = len(p) >= LEADING_SHARE * len(qrs)
    cycles = conducted(p + pr, pr) if leads else p_where_room(qrs, pr)
    return score, score_from_cycles(cycles, score.duration)


def compose_score(model: Networks, plan: EcgTwinPlan) -> RhythmScore:
    """The score of a plan alone; see `compose`."""
    rhythm = model.rhythm
    assert rhythm is not None, "not offered without a rhythm model"
    condition = condition_of(model.config.statements, plan)
    pr = _pr(plan)
    if plan.pr is None and pr is not None:
        condition.numbers[0, list(NUMBERS).index("PR")] = 1000 * pr
    score = rhythm.draw(condition, plan.seed, atrial_rhythm(plan.names))
    return with_flutter_waves(score, np.random.default_rng(plan.seed)) if score.atrial == "flutter" else score


def _pr(plan: EcgTwinPlan) -> float | None:
    """The PR (s) that plan and patient tell the rhythm model, unless it is the rhythm's own."""
    asked = find_conditions(plan.names)
    if any(condition.sets_pr for condition in asked):
        return None
    drawn = next((condition.drawn_pr for condition in asked if condition.drawn_pr), None)
    if drawn is not None:
        return float(np.random.default_rng([plan.seed, 6]).uniform(*drawn))
    if any(condition.least_pr for condition in asked):
        return None
    return own_pr(plan.patient.template, 60.0 / plan.rate)
