"""Rhythm scores by the rhythm model and by the rhythm processes: the asked rate, and what makes each rhythm.

    python benchmarks/rhythms.py [DRAWS] [process]

No signal is made: a score has its rate and its sequence, and both are read from it. What is asked of a sequence
is what the referee asks of the strip, as far as events tell it.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from ecgtwin_app.conditions.feasible_rate import RATE_ROOM
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.learned_rhythm import compose_score
from ecgtwin_app.generators.ecgtwin.networks import load
from ecgtwin_app.generators.ecgtwin.plan import USUAL_SEVERITY, EcgTwinPlan
from ecgtwin_app.heart.rhythm.grid import CUT_AT_END
from ecgtwin_app.heart.rhythm.processes import mean_rate, write_score
from ecgtwin_app.heart.rhythm.severity import longest_run
from ecgtwin_app.inference import USUAL_BACKEND
from ecgtwin_app.resources import weight_path

#: Rates (1/min) at rest, where a condition allows them.
REST = (50.0, 100.0)


def beats(score: RhythmScore, *origins: str) -> np.ndarray:
    """QRS (s) that lie whole in the strip."""
    return np.array([t for t in score.times("QRS", *origins) if 0 <= t < score.duration - CUT_AT_END])


def pr_of_each(score: RhythmScore) -> np.ndarray:
    """PR (s) of each P in the strip; NaN for one that no QRS follows before the next P."""
    p, qrs = np.array(score.times("P", "sinus", "paced", "ectopic")), np.array(score.times("QRS"))
    found = []
    for k, at in enumerate(p):
        until = min(p[k + 1] if k + 1 < len(p) else np.inf, at + 0.7)
        next_ = qrs[(qrs > at + 0.05) & (qrs < until)]
        if at >= 0 and at < score.duration - 0.8:
            found.append(next_[0] - at if next_.size else np.nan)
    return np.array(found)


def _spread(values: np.ndarray) -> float:
    return float(np.std(values) / np.mean(values)) if values.size > 1 else 0.0


def _conducted(score: RhythmScore) -> bool:
    pr = pr_of_each(score)
    return pr.size > 1 and np.isfinite(pr).all() and not score.times("QRS", "ventricular", "paced")


def _steady(score: RhythmScore) -> bool:
    return _spread(np.diff(beats(score))) < 0.05


def sinus(score: RhythmScore) -> bool:
    """Every P conducted at a normal PR, RR steady."""
    return _conducted(score) and 0.12 <= np.median(pr_of_each(score)) <= 0.2 and _steady(score)


def sinus_arrhythmia(score: RhythmScore) -> bool:
    """Every P conducted, RR differing by more than 120 ms."""
    return _conducted(score) and np.ptp(np.diff(beats(score))) > 0.12


def fibrillation(score: RhythmScore) -> bool:
    """No P, RR scattered by more than a tenth."""
    return not score.times("P") and _spread(np.diff(beats(score))) > 0.1


def flutter(score: RhythmScore) -> bool:
    """A steady loop of 240 to 340/min that the ventricles keep step with."""
    turns = np.array(score.times("P", "flutter"))
    if len(turns) < 20 or not 230 < 60 / np.mean(np.diff(turns)) < 350 or _spread(np.diff(turns)) > 0.04:
        return False
    cycle = np.median(np.diff(turns))
    late = np.array([t - turns[turns <= t].max() for t in beats(score) if (turns <= t).any()])
    return abs(np.mean(np.exp(2j * np.pi * late / cycle))) > 0.9


def premature_atrial(score: RhythmScore) -> bool:
    """An ectopic P whose QRS comes at least a tenth early."""
    qrs = np.array(score.times("QRS"))
    gaps = [qrs[qrs > t].min() - qrs[qrs < t].max() for t in score.times("P", "ectopic")
            if (qrs > t).any() and (qrs < t).any()]  # fmt: skip
    return bool(gaps) and min(gaps) < 0.9 * np.median(np.diff(beats(score)))


def supraventricular_tachycardia(score: RhythmScore) -> bool:
    """Regular above 100/min without sinus P."""
    return not score.times("P", "sinus") and _steady(score) and mean_rate(score) > 100


def junctional(score: RhythmScore) -> bool:
    """Regular without sinus P."""
    return not score.times("P", "sinus") and _steady(score)


def premature_ventricular(score: RhythmScore) -> bool:
    """Single ventricular beats, fewer than half, one at least a tenth early."""
    qrs, early = np.array(score.times("QRS")), beats(score, "ventricular")
    gaps = [t - qrs[qrs < t].max() for t in early if (qrs < t).any()]
    usual = np.median(np.diff(beats(score)))
    return (
        0 < len(early) <= len(beats(score)) / 2
        and longest_run(score) < 3
        and min(gaps, default=usual) < 0.9 * usual
    )


def bigeminy(score: RhythmScore) -> bool:
    """Every other beat ventricular, coupled alike."""
    row = [e for e in score.events if e.chamber == "QRS" and 0 <= e.time < score.duration - CUT_AT_END]
    kinds = [e.origin == "ventricular" for e in row]
    couplings = np.array([b.time - a.time for a, b in itertools.pairwise(row) if b.origin == "ventricular"])
    return all(a != b for a, b in itertools.pairwise(kinds)) and np.ptp(couplings) < 0.08


def ventricular_tachycardia(score: RhythmScore) -> bool:
    """Three or more ventricular beats in a row, above 100/min, from one site."""
    run = beats(score, "ventricular")
    sites = {e.site for e in score.events if e.origin == "ventricular"}
    return longest_run(score) >= 3 and 60 / np.median(np.diff(run)) > 100 and len(sites) == 1


def pacing(score: RhythmScore) -> bool:
    """Most beats paced, from one site."""
    sites = {e.site for e in score.events if e.chamber == "QRS" and e.origin == "paced"}
    return len(beats(score, "paced")) > 0.5 * len(beats(score)) and len(sites) == 1


def first_degree(score: RhythmScore) -> bool:
    """Every P conducted at a PR above 200 ms."""
    return _conducted(score) and np.median(pr_of_each(score)) > 0.2


def wenckebach(score: RhythmScore) -> bool:
    """A P dropped after a PR at least 20 ms longer than the one after it; PR never falls within a group."""
    pr = pr_of_each(score)
    drops = [k for k in range(1, len(pr) - 1) if np.isnan(pr[k])]
    longer = [pr[k - 1] - pr[k + 1] for k in drops if np.isfinite(pr[[k - 1, k + 1]]).all()]
    steps = np.diff(pr)
    return bool(longer) and min(longer) > 0.02 and np.nanmin(steps) > -0.015


def mobitz(score: RhythmScore) -> bool:
    """A P dropped between PRs that are alike."""
    pr = pr_of_each(score)
    return np.isnan(pr[1:-1]).any() and np.isfinite(pr).sum() > 1 and np.nanmax(pr) - np.nanmin(pr) < 0.025


def complete(score: RhythmScore) -> bool:
    """Steady atria and slower steady ventricles without a relation."""
    p = np.array(score.times("P", "sinus"))
    qrs = beats(score)
    late = np.array([t - p[p < t].max() for t in qrs if (p < t).any()])
    return len(p) > 1.15 * len(qrs) and _steady(score) and _spread(np.diff(p)) < 0.12 and np.ptp(late) > 0.1


def pre_excitation(score: RhythmScore) -> bool:
    """Every P conducted within 120 ms."""
    return _conducted(score) and np.median(pr_of_each(score)) < 0.12


CHECKS: dict[str, Callable[[RhythmScore], bool]] = {
    "sinus arrhythmia": sinus_arrhythmia,
    "atrial fibrillation": fibrillation,
    "atrial flutter": flutter,
    "premature atrial complex": premature_atrial,
    "supraventricular tachycardia": supraventricular_tachycardia,
    "junctional rhythm": junctional,
    "ventricular premature complex": premature_ventricular,
    "ventricular bigeminy": bigeminy,
    "ventricular tachycardia": ventricular_tachycardia,
    "ventricular pacing": pacing,
    "first-degree AV block": first_degree,
    "Wenckebach AV block": wenckebach,
    "Mobitz II AV block": mobitz,
    "complete AV block": complete,
    "pre-excitation": pre_excitation,
}


def main(draws: int, process: bool) -> None:
    """Print for each condition the mean and largest rate error and the share of right sequences."""
    model = load(weight_path(""), USUAL_BACKEND, "cpu")
    errors, right = [], []
    for condition in load_vocabulary():
        rng = np.random.default_rng(1)
        misses, good = [], []
        for seed in range(draws):
            low, high = condition.rate_range
            low, high = (
                (max(low, REST[0]), min(high, REST[1])) if low < REST[1] and high > REST[0] else (low, high)
            )
            rate = float(rng.uniform(low + RATE_ROOM, high - RATE_ROOM))
            age, pr = float(rng.uniform(20, 85)), float(rng.normal(0.156, 0.018))
            own = SimpleNamespace(has_p=True, pr=pr, rr=0.85, qrs_duration=0.09)
            severity = float(rng.uniform(*USUAL_SEVERITY))
            plan = EcgTwinPlan(
                patient=SimpleNamespace(template=own),
                task=None,
                seed=seed,
                names=(condition.name,),
                rate=rate,
                age=age,
                sex=None,
                severity=severity,
            )
            try:
                if process:
                    score = write_score(plan.names, rate, np.random.default_rng(seed), own, age=age)[0]
                else:
                    score = compose_score(model, plan)
            except EcgError as error:
                print(condition.name, error)
                continue
            misses.append(abs(mean_rate(score) - rate))
            good.append(bool(CHECKS.get(condition.name, sinus)(score)))
        errors += misses
        right += good
        print(
            f"{condition.name:40} rate error {np.nanmean(misses):5.2f}, largest {np.nanmax(misses):5.2f}; "
            f"right {100 * np.mean(good):3.0f} %",
            flush=True,
        )
    print(f"all: rate error {np.nanmean(errors):.2f}/min, right {100 * np.mean(right):.1f} % of {len(right)}")


if __name__ == "__main__":
    numbers = [int(arg) for arg in sys.argv[1:] if arg.isdigit()]
    main(numbers[0] if numbers else 50, "process" in sys.argv)
