"""How marked a rhythm condition is in a score, from just there (0) to as marked as it gets (1)."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.record import Severity
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.heart.rhythm.grid import inside


def rhythm_severity(score: RhythmScore) -> dict[str, float]:
    """Severity of every rhythm condition that has one, whether the score shows it or not.

    Rank within the range that is drawn, by the measure that the condition's record names.
    """
    qrs = inside(np.array(score.times("QRS")), score.duration)
    gaps = np.diff(qrs) if qrs.size > 1 else np.array([score.duration])
    p = np.array(score.times("P"))
    pr = _pr(score)
    dropped = 1 - len(qrs) / max(np.sum((p >= 0) & (p < score.duration - 0.3)), 1)
    measures = {
        "RR range": np.ptp(gaps),
        "RR scatter": np.std(gaps) / np.mean(gaps),
        "prematurity of atrial beats": _prematurity(score, "P", "ectopic"),
        "prematurity of ventricular beats": _prematurity(score, "QRS", "ventricular"),
        "longest run": longest_run(score) / max(len(qrs), 1),
        "PR": np.median(pr) if pr.size else 0.0,
        "PR range": np.ptp(pr) if pr.size else 0.0,
        "dropped beats": dropped,
        "slowness of the escape": -60 / np.mean(gaps),
    }
    return {
        condition.name: _rank(measures[severity.measure], severity)
        for condition in load_vocabulary()
        if (severity := condition.severity) is not None
    }


def _rank(value: float, severity: Severity) -> float:
    return float(np.clip((value - severity.mildest) / (severity.most - severity.mildest), 0, 1))


def _pr(score):
    """PR (s) of every conducted QRS in the strip that follows a P by up to 0.6 s."""
    p = np.array(score.times("P"))
    found = []
    for q in score.times("QRS", "conducted"):
        before = p[(p < q) & (p > q - 0.6)]
        if before.size and 0 <= before[-1]:
            found.append(q - before[-1])
    return np.array(found)


def _prematurity(score, chamber, origin):
    """How much sooner than a mean cycle (as a share of it) the earliest of these events follows the one before."""
    beats = score.times("QRS")
    usual = np.mean(np.diff(beats)) if len(beats) > 1 else score.duration
    # A ventricular beat hides a sinus P, which tells nothing of it: atrial events are held against atrial ones.
    times = np.array(score.times(chamber))
    gaps = [t - times[times < t].max() for t in score.times(chamber, origin) if (times < t).any()]
    return float(1 - min(gaps, default=usual) / usual)


def longest_run(score: RhythmScore) -> int:
    """Most ventricular beats in a row."""
    longest = run = 0
    for event in score.events:
        if event.chamber == "QRS":
            run = run + 1 if event.origin == "ventricular" else 0
            longest = max(longest, run)
    return longest
