"""Rhythms that begin above the ventricles without the sinus node: junction, re-entry, flutter."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.rhythm.grid import (
    Cycle,
    Rhythm,
    RhythmSetting,
    conducted,
    fibrillation_beats,
    p_where_room,
    regular_beats,
    to_rate,
)
from ecgtwin_app.heart.rhythm.ventricular import paced_fibrillation

#: Rate of the flutter loop, 1/min (Saoudi et al., Eur Heart J 2001;22:1162; typical flutter 240 to 340).
FLUTTER_RATE = (244.0, 336.0)
#: How much of the strips conducts in no fixed ratio where a fixed one would do.
VARIABLE_SHARE = 0.35
#: Fixed ratios: the AV node halves the loop's rate, once or twice; odd ones are rare (Saoudi et al. 2001) and, one wave
#: within T and one before the QRS, look like sinus rhythm. Most turns of the loop to a beat.
FIXED_RATIOS, MOST_TURNS = (2, 4), 7
#: How often a ratio that changes is odd, against an even one.
ODD_SHARE = 0.35


@makes("atrial fibrillation")
def atrial_fibrillation(setting: RhythmSetting) -> Rhythm:
    """Irregular ventricles under fibrillating atria; where a pacemaker is asked for, paced ones."""
    rng, rr, duration = setting.rng, setting.rr, setting.duration
    qrs = fibrillation_beats(rng, 60.0 / rr, duration)
    normal = p_where_room(qrs, setting.pr)
    if any(condition.own_beats == "paced" for condition in setting.conditions):
        return paced_fibrillation(rng, qrs, rr, duration, normal)
    return Rhythm([Cycle(float(q)) for q in qrs], normal, "fibrillation")


@makes("supraventricular tachycardia")
def supraventricular_tachycardia(setting: RhythmSetting) -> Rhythm:
    """A regular narrow tachycardia; P hidden in the QRS, at its end, or in the ST segment.

    AV nodal re-entry activates the atria within 70 ms of the QRS, re-entry over an accessory pathway
    later (Brugada et al., 2019 ESC guideline on supraventricular tachycardia, Eur Heart J 2020;41:655).
    """
    rng, rr, qrs_duration = setting.rng, setting.rr, setting.qrs_duration
    qrs = regular_beats(rng, rr, setting.duration, 0.003)
    kind = rng.random()
    if kind < 0.45:
        rp = rng.uniform(0.0, 0.02)
    elif kind < 0.6:
        rp = rng.uniform(0.04, 0.065)
    else:
        rp = qrs_duration + rng.uniform(0.015, max(0.02, min(0.06, 0.38 * rr - qrs_duration)))
    return Rhythm(_retrograde(rng, qrs, rp), conducted(qrs, setting.pr), reset=True)


@makes("junctional rhythm")
def junctional_rhythm(setting: RhythmSetting) -> Rhythm:
    """A regular narrow escape rhythm; P absent, hidden in the QRS or just after it.

    A P just before the QRS, the third known place, would not show that the junction leads.
    """
    rng, rr, qrs_duration = setting.rng, setting.rr, setting.qrs_duration
    qrs = regular_beats(rng, rr, setting.duration, 0.005)
    kind = rng.random()
    if kind < 0.3:
        cycles = [Cycle(float(q)) for q in qrs]
    else:
        rp = rng.uniform(0.0, 0.02) if kind < 0.65 else qrs_duration + rng.uniform(0.015, 0.05)
        cycles = _retrograde(rng, qrs, rp)
    return Rhythm(cycles, conducted(qrs, setting.pr), reset=True)


def _retrograde(rng, qrs, rp):
    jitter = 0.0015 * np.clip(rng.standard_normal(len(qrs)), -2, 2)
    return [
        Cycle(float(q), float(q + max(rp + j, 0.0)), p_origin="retrograde")
        for q, j in zip(qrs, jitter, strict=True)
    ]


@makes("atrial flutter")
def atrial_flutter(setting: RhythmSetting) -> Rhythm:
    """Ventricular beats on a flutter loop of 240 to 340/min, conducted 2:1, 4:1 or variably.

    The ventricular rate sets the ratio and the rate of the loop is chosen to fit: where neither 2:1 nor 4:1 gives the rate,
    the ratio changes from beat to beat. Every beat falls on a whole number of flutter cycles, to a few milliseconds.

    Raises
    ------
    EcgError
        For a rate that not one turn in `MOST_TURNS` gives.
    """
    rng, rr, duration, pr = setting.rng, setting.rr, setting.duration, setting.pr
    rate = 60.0 / rr
    low, high = FLUTTER_RATE
    if rate < low / MOST_TURNS:
        raise EcgError(
            "Flutter conducts no slower than {slowest:.0f}/min; ask for a higher rate.",
            slowest=low / MOST_TURNS,
        )
    # With some slack, so that a rate at the very limit keeps its ratio; 1:1 only where nothing else gives the rate.
    fixed = [n for n in FIXED_RATIOS if low - 4 <= n * rate <= high + 4] or [1] * int(rate >= low - 4)
    # The slowest loop that still conducts 2:1 at the most, but where only 1:1 gives the rate.
    slowest = max(low, 2.2 * rate if rate < low else low)
    count = int((duration + 6) / rr) + 8
    qrs = None
    if not fixed or (slowest < high and rng.random() < VARIABLE_SHARE):
        qrs = _variable_beats(rng, rr, duration, count, (min(slowest, high), high), bool(fixed))
    if qrs is None:
        ratio = int(rng.choice(fixed))
        qrs = _on_the_loop(rng, rr, np.full(count, ratio), rr / ratio)
    qrs = to_rate(qrs, rr, duration)
    return Rhythm([Cycle(float(q)) for q in qrs], p_where_room(qrs, pr), "flutter")


def _variable_beats(rng, rr, duration, count, rates, may_fail):
    """Beats of changing ratio whose loop keeps its rate when they are fitted to the mean; None without."""
    low, high = FLUTTER_RATE
    for _ in range(8):
        cycle = 60.0 / rng.uniform(*rates)
        qrs = _on_the_loop(rng, rr, _variable(rng, rr / cycle, count), cycle)
        factor = np.ptp(to_rate(qrs, rr, duration)) / np.ptp(qrs)
        if low - 3 <= 60.0 / (cycle * factor) <= high + 3:
            return qrs
    return None if may_fail else qrs


def _on_the_loop(rng, rr, steps, cycle):
    """Onsets (s) of beats that come after so many turns of the loop each, to a few milliseconds."""
    jitter = 0.003 * np.clip(rng.standard_normal(len(steps)), -2, 2)
    return -3 * rr + rng.uniform(0, rr) + np.cumsum(steps) * cycle + jitter


def _variable(rng, mean, count):
    """Whole numbers near `mean`, mostly even where the mean allows: the AV node halves the loop's rate."""
    low, high = max(2 if mean >= 2 else 1, int(np.floor(mean - 0.6))), int(np.ceil(mean + 0.6))
    high = max(high, low + 2)
    values = np.arange(low, high + 1)
    weights = np.exp(-(((values - mean) / 0.9) ** 2)) * np.where(values % 2 == 0, 1.0, ODD_SHARE)
    steps = rng.choice(values, count, p=weights / weights.sum())
    # Towards the wanted mean, from one even number to the next while there is more to go than that.
    for k in rng.permutation(count):
        off = np.mean(steps) - mean
        if abs(off) * count < 0.6:
            break
        step = 2 if abs(off) * count >= 1.5 else 1
        steps[k] = np.clip(steps[k] - step * np.sign(off), low, high)
    return steps
