"""A learned rhythm: the rhythm model composes the score of a plan, and its counterpart in sinus rhythm."""

from __future__ import annotations

import numpy as np
import torch

from ecgtwin_app.ecg.score import RhythmScore
from ecgtwin_app.engine.plan import Plan
from ecgtwin_app.engine.reference import PreparedReference, condition_of
from ecgtwin_app.heart.atria import with_turns
from ecgtwin_app.heart.rhythm import RHYTHMS
from ecgtwin_app.heart.rhythm_grid import conducted, own_pr, p_where_room, score_of
from ecgtwin_app.model.conditioning import NUMBERS
from ecgtwin_app.model.rhythm_model import atrial_rhythm
from ecgtwin_app.model.weights import TwinModel

#: Conditions under which the patient keeps a PR of their own; every other rhythm sets it.
_OWN_PR = (
    "sinus rhythm",
    "sinus bradycardia",
    "sinus tachycardia",
    "sinus arrhythmia",
    "premature atrial complex",
    "ventricular premature complex",
    "ventricular bigeminy",
)
#: Morphologies that set the PR.
_OTHER_PR = ("pre-excitation", "left atrial enlargement")
#: So many sinus P a QRS, and the sinus node is taken to lead or to go on unseen.
LEADING_SHARE = 0.5


def compose(
    model: TwinModel, plan: Plan, reference: PreparedReference, seed: int
) -> tuple[RhythmScore, RhythmScore]:
    """Score and counterpart of a plan; the counterpart is in sinus rhythm.

    Where sinus P waves lead, or go on unseen, the counterpart conducts each of them; elsewhere its P come before
    the beats of the score, where there is room.

    Raises
    ------
    EcgError
        No draw of the rhythm model has two beats.
    """
    score = compose_score(model, plan, reference, seed)
    pr = own_pr(reference.template, 60.0 / plan.rate)
    p, qrs = np.array(score.times("P", "sinus")), np.array(score.times("QRS"))
    leads = len(p) >= LEADING_SHARE * len(qrs)
    cycles = conducted(p + pr, pr) if leads else p_where_room(qrs, pr)
    return score, score_of(cycles, score.duration)


def compose_score(model: TwinModel, plan: Plan, reference: PreparedReference, seed: int) -> RhythmScore:
    """The score of a plan alone; see `compose`."""
    condition = condition_of(model.config.statements, plan, "cpu")
    if plan.pr is None and not any(n in _OTHER_PR or (n in RHYTHMS and n not in _OWN_PR) for n in plan.names):
        numbers = condition.numbers
        numbers[0, list(NUMBERS).index("PR")] = 1000 * own_pr(reference.template, 60.0 / plan.rate)
    with torch.inference_mode():
        score = model.rhythm.draw(condition, seed, atrial_rhythm(plan.names))
    return with_turns(score, np.random.default_rng(seed)) if score.atrial == "flutter" else score
