"""How marked a rhythm condition is in a score, from just there (0) to as marked as it gets (1)."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.heart.rhythm.av_block import PROLONGED_PR
from ecgtwin_app.heart.rhythm.grid import ARRHYTHMIA_RANGE, inside


def rhythm_severity(score: RhythmScore) -> dict[str, float]:
    """Severity of every rhythm condition that has one, whether the score shows it or not.

    Rank within the range that is drawn: the scatter of RR in fibrillation, its range in sinus
    arrhythmia, PR in first-degree block, its growth in Wenckebach block, the share of dropped beats in
    Mobitz II block, how slow the escape is in complete block, how early premature beats come, and the
    share of a tachycardia's beats in the strip. Flutter, the junction and pacing have none.
    """
    qrs = inside(np.array(score.times("QRS")), score.duration)
    gaps = np.diff(qrs) if qrs.size > 1 else np.array([score.duration])
    p = np.array(score.times("P"))
    pr = _pr(score)
    dropped = 1 - len(qrs) / max(np.sum((p >= 0) & (p < score.duration - 0.3)), 1)
    early_ventricular = _prematurity(score, "QRS", "ventricular")
    ranks = {
        "sinus arrhythmia": (np.ptp(gaps), *ARRHYTHMIA_RANGE),
        "atrial fibrillation": (np.std(gaps) / np.mean(gaps), 0.14, 0.32),
        "premature atrial complex": (_prematurity(score, "P", "ectopic"), 0.24, 0.48),
        "ventricular premature complex": (early_ventricular, 0.22, 0.5),
        "ventricular bigeminy": (early_ventricular, 0.22, 0.5),
        "ventricular tachycardia": (longest_run(score) / max(len(qrs), 1), 0.1, 1.0),
        "first-degree AV block": (np.median(pr) if pr.size else 0.0, *PROLONGED_PR),
        "Wenckebach AV block": (np.ptp(pr) if pr.size else 0.0, 0.05, 0.3),
        "Mobitz II AV block": (dropped, 0.15, 0.6),
        "complete AV block": (-60 / np.mean(gaps), -50.0, -26.0),
    }
    return {name: float(np.clip((x - low) / (high - low), 0, 1)) for name, (x, low, high) in ranks.items()}


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
