"""Rhythms of the AV node and the bundle of His when they conduct late, not always, or not at all.

Definitions: Kusumoto et al., 2018 ACC/AHA/HRS guideline on bradycardia, Circulation 2019;140:e382;
shapes of the intervals: Josephson, Clinical Cardiac Electrophysiology, 4th ed., chapter 4.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ecgtwin_app.conditions.vocabulary import severity_range
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.rhythm.grid import Cycle, Rhythm, RhythmSetting, conducted, regular_beats, sinus_beats
from ecgtwin_app.heart.shape.ventricular_beats import draw_escape_site

#: PR (s) drawn for first-degree block, mostly little prolonged: 230 ms is the median of 21 real records.
PROLONGED_PR = severity_range("first-degree AV block")
#: PR (s) of the first beat of a Wenckebach group, first increment, and the longest PR.
WENCKEBACH_PR = (0.16, 0.26)
WENCKEBACH_STEP = (0.05, 0.14)
WENCKEBACH_LONGEST = 0.5
#: Slowest and fastest sinus node (1/min) drawn over a complete block, unless the sinus rhythm asked for says it.
SINUS_NODE_RATE = (60.0, 105.0)
#: Slowest and fastest atria (1/min) under a dropped beat.
ATRIAL_RATE = (38.0, 150.0)


def prolonged_pr(rng: np.random.Generator, rr: float) -> float:
    """A PR (s) of first-degree block that leaves the beat before its QRS (always one random number)."""
    low, high = PROLONGED_PR
    # At fast rates only the shorter ones leave the P behind the T of the beat before.
    return float(np.clip(low + 0.006 + (high - low) * rng.beta(0.9, 3.2), low, max(0.224, rr - 0.42)))


@makes("Wenckebach AV block")
def wenckebach(setting: RhythmSetting) -> Rhythm:
    """PR grows by ever smaller steps until a P is not conducted, 3:2 to 6:5.

    Because the steps shrink, RR shortens before the pause, and the pause is shorter than two cycles.
    """
    rng, rr, duration, age, pr = setting.rng, setting.rr, setting.duration, setting.age, setting.pr
    # Enough beats to see PR grow, few enough for a whole group and its pause within the strip.
    possible = [n for n in (3, 4, 5, 6) if n * _atrial_cycle(rr, n) <= 0.62 * duration] or [3]
    n = int(rng.choice(possible))
    pp = _atrial_cycle(rr, n)
    p = sinus_beats(rng, 60.0 / pp, duration, age, setting.uneven) - pr
    first = max(rng.uniform(*WENCKEBACH_PR), pr)
    longest = min(WENCKEBACH_LONGEST, max(pp - 0.12, first + 0.06))
    step, shrink = rng.uniform(*WENCKEBACH_STEP), rng.uniform(0.45, 0.7)
    steps = step * shrink ** np.arange(5)
    growth = np.concatenate([[0.0], np.cumsum(steps)])
    growth *= min(1.0, (longest - first) / growth[n - 2])
    # A pause with beats on both sides lies near the middle of the strip.
    middle = int(np.argmin(np.abs(p - rng.uniform(0.4, 0.6) * duration)))
    vary = rng.random() < 0.5
    cycles, k = [], middle - (n - 1) - n * (middle // n)
    groups = []
    while k < len(p):
        size = (
            n
            if not vary or k <= middle < k + n
            else int(rng.choice([m for m in (3, 4, 5, 6) if m in possible]))
        )
        groups.append((k, size))
        k += size
    jitter = 0.002 * rng.standard_normal(len(p))
    for start, size in groups:
        for place in range(size):
            if 0 <= start + place < len(p):
                at = float(p[start + place])
                late = first + growth[place] + jitter[start + place]
                cycles.append(Cycle(None if place == size - 1 else at + late, at))
    return Rhythm(cycles, conducted(p + pr, pr))


def _atrial_cycle(rr, n):
    """Cycle of the atria (s) when n - 1 of n beats are conducted."""
    return float(np.clip(rr * (n - 1) / n, 60 / ATRIAL_RATE[1], 60 / ATRIAL_RATE[0]))


@makes("Mobitz II AV block")
def mobitz(setting: RhythmSetting) -> Rhythm:
    """Beats drop without warning: PR constant before and after, 3:2, 4:3, 5:4 and at times 3:1.

    2:1 alone would not tell it from Wenckebach block, so some group always has two conducted beats in
    a row.
    """
    rng, rr, duration, age, pr = setting.rng, setting.rr, setting.duration, setting.age, setting.pr
    # (P waves, conducted ones) of the groups that may follow each other.
    mixes = [
        ((3, 2),),
        ((4, 3),),
        ((5, 4),),
        ((3, 2), (4, 3)),
        ((3, 2), (2, 1)),
        ((3, 2), (3, 1)),
        ((4, 3), (3, 1)),
    ]
    shares = np.array([np.sum([m[1] for m in mix]) / np.sum([m[0] for m in mix]) for mix in mixes])
    # The sinus node keeps to what it likes, about 60 to 105/min.
    atrial = 60.0 / rr / shares
    lengths = np.array([max(m[0] for m in mix) for mix in mixes]) * 60.0 / atrial
    weights = np.exp(-(((atrial - 82) / 22) ** 2)) * (lengths < 0.6 * duration) + 1e-9
    mix = mixes[int(rng.choice(len(mixes), p=weights / weights.sum()))]
    share = sum(m[1] for m in mix) / sum(m[0] for m in mix)
    p = sinus_beats(rng, 60.0 / (rr * share), duration, age, setting.uneven) - pr
    constant = max(pr, rng.uniform(0.15, 0.25))
    # The pause of a group with two conducted beats lies near the middle of the strip.
    middle = int(np.argmin(np.abs(p - rng.uniform(0.4, 0.6) * duration)))
    falls = np.zeros(len(p), bool)
    total, made = mix[0]
    k = middle - made
    falls[max(k + made, 0) : k + total] = True
    for direction in (1, -1):
        at = k + total if direction > 0 else k
        while 0 < at < len(p):
            total, made = mix[int(rng.integers(len(mix)))]
            start = at if direction > 0 else at - total
            falls[max(start + made, 0) : max(start + total, 0)] = True
            at += direction * total
    jitter = 0.001 * np.clip(rng.standard_normal(len(p)), -2.5, 2.5)
    cycles = [
        Cycle(None if dropped else float(t + constant + j), float(t))
        for t, dropped, j in zip(p, falls, jitter, strict=True)
    ]
    return Rhythm(cycles, conducted(p + pr, pr))


@makes("complete AV block")
def complete_block(setting: RhythmSetting) -> Rhythm:
    """Atria and ventricles beat apart; the escape rhythm is slow and regular.

    A junctional escape (narrow, 40 to 60/min) where the block is in the AV node, a ventricular one
    (wide, 20 to 40/min) where it is below. A P-P interval that holds a QRS is a little shorter
    (ventriculophasic arrhythmia; Rosenbaum & Lepeschkin, Circulation 1955;11:240).
    """
    rng, rr, duration, age, pr = setting.rng, setting.rr, setting.duration, setting.age, setting.pr
    rate = 60.0 / rr
    qrs = regular_beats(rng, rr, duration, 0.006)
    low, high = next((c.sinus_node_rate for c in setting.conditions if c.sinus_node_rate), SINUS_NODE_RATE)
    low = min(max(low, 1.35 * rate), 1.1 * max(high, 1.35 * rate))
    high = max(high, 1.1 * low)
    for _ in range(40):
        atrial = rng.uniform(low, high)
        # Near a whole multiple of the escape rate the P would seem to keep their distance, near one and a half of it
        # every second beat would look conducted, 3:2.
        halves = 2 * atrial / rate
        if abs(halves - round(halves)) > 0.2:
            break
    p = sinus_beats(rng, atrial, duration, age, setting.uneven)
    holds = np.array([np.any((qrs > a) & (qrs < b)) for a, b in pairwise(p)])
    gaps = np.diff(p) * (1 - rng.uniform(0, 0.05) * holds)
    p = p[0] + np.concatenate([[0.0], np.cumsum(gaps)])
    junctional = rng.random() < np.clip((rate - 28) / 16, 0.12, 0.85)
    origin, site = ("conducted", "") if junctional else ("ventricular", draw_escape_site(rng))
    cycles = [Cycle(float(q), None, origin, site=site) for q in qrs]
    cycles += [Cycle(None, float(t)) for t in p]
    return Rhythm(cycles, conducted(p + pr, pr), reset=True)
