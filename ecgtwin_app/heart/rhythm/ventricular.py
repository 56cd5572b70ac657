"""Rhythms led by the ventricles or by a pacemaker."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.rhythm.grid import Cycle, Rhythm, RhythmSetting, conducted, regular_beats, sinus_beats
from ecgtwin_app.heart.shape.ventricular_beats import draw_pacing_site, draw_site

#: Rates (1/min) drawn for a run of ventricular tachycardia, and of the sinus node around it.
RUN_RATE = (112.0, 215.0)
AROUND_RATE = (52.0, 98.0)
#: How often a tachycardia that could be a run fills the strip.
SUSTAINED_SHARE = 0.6
#: How often the atria follow the ventricles backwards.
RETROGRADE_SHARE = 0.25
#: Shortest cycle (s) of an accelerated idioventricular rhythm, a little within its 100/min, and the sinus cycle around it.
FASTEST_IDIOVENTRICULAR, SLOWER_SINUS = 60 / 98, 1.03
#: A strip of paced beats shows its first QRS from so many seconds on, or none that it cuts.
FIRST_QRS = 0.08


@makes("ventricular tachycardia")
def ventricular_tachycardia(setting: RhythmSetting) -> Rhythm:
    """Ventricular beats of one site in a row, from three to the whole strip.

    A run begins with a premature beat, its cycle is steady within some per cent, and the sinus node goes
    on beneath it (AV dissociation); Zeppenfeld et al., 2022 ESC guideline on ventricular arrhythmias,
    Eur Heart J 2022;43:3997.
    """
    rng, rate, duration, age, pr = setting.rng, setting.rate, setting.duration, setting.age, setting.pr
    # Of the sinus cycle around a run, or of the tachycardia's where it fills the strip: what makes the mean fit.
    scale = setting.rr * rate / 60.0
    run_only = setting.sinus or any(condition.ectopic for condition in setting.conditions)
    site = draw_site(rng)
    runs = _possible_runs(rng, rate, duration)
    if not runs or (not run_only and rate >= 104 and rng.random() < SUSTAINED_SHARE):
        return _sustained(rng, 60.0 * scale / rate, duration, age, pr, site)
    # A run of three is told from a couplet by one beat: longer ones where the rate has room for them.
    runs = [run for run in runs if run[1] > 3] or runs
    fast, beats, around = runs[int(rng.integers(len(runs)))]
    rr = 60.0 / around * scale
    sinus = sinus_beats(rng, 60.0 / rr, duration, age)
    cycle = 60.0 / fast
    length = (beats - 1) * cycle
    # The strip shows where the run begins and ends.
    room = max(duration - length - 1.4, 0.05)
    place = np.searchsorted(sinus, 0.15 + rng.uniform(0, room * 0.7))
    start = sinus[place] + max(rng.uniform(0.5, 0.72) * rr, min(0.3, 0.6 * rr))
    start = min(start, sinus[place + 1] - pr)
    steps = cycle * (1 + 0.02 * np.clip(rng.standard_normal(beats - 1), -2, 2))
    steps[: min(3, beats - 1)] *= 1 + 0.04 * rng.random()
    run = start + np.concatenate([[0.0], np.cumsum(steps)])
    # The first sinus beat after it finds the ventricles and the AV node ready again.
    ready = run[-1] + max(0.6, 0.85 * cycle)
    cycles = [Cycle(float(q), None, "ventricular", site=site) for q in run]
    for q in sinus:
        falls = start - 0.01 < q < ready or (start < q and q - pr < run[-1] + 0.22)
        cycles.append(Cycle(None if falls else float(q), float(q - pr)))
    return Rhythm(cycles, conducted(sinus, pr))


@makes("accelerated idioventricular rhythm")
def accelerated_idioventricular_rhythm(setting: RhythmSetting) -> Rhythm:
    """A ventricular focus a little faster than the sinus node: through the strip, or in a run between sinus beats.

    It takes over late in diastole, when its beat comes just before a conducted one, without a premature beat; P waves
    drift through it (isorhythmic dissociation); Riera et al., Indian Pacing Electrophysiol J 2010;10:40.
    """
    rng, rr, duration, age, pr = setting.rng, setting.rr, setting.duration, setting.age, setting.pr
    site = draw_site(rng)
    if not setting.sinus:
        return _sustained(rng, rr, duration, age, pr, site)
    # A run as fast as it may be leaves the sinus node a little slower still.
    usual = max(rr * rng.uniform(1.02, 1.06), SLOWER_SINUS * FASTEST_IDIOVENTRICULAR)
    sinus = sinus_beats(rng, 60.0 / usual, duration, age)
    usual = float(np.mean(np.diff(sinus)))
    cycle = max(usual * rng.uniform(0.82, 0.9), FASTEST_IDIOVENTRICULAR)
    count = int(np.clip((duration - 3.2) / cycle, 3, rng.integers(4, 7)))
    latest = max(duration - count * cycle - 1.6, 1.2)
    place = int(np.searchsorted(sinus, rng.uniform(1.0, latest)))
    steps = cycle * (1 + 0.01 * np.clip(rng.standard_normal(count - 1), -2, 2))
    run = sinus[place] - rng.uniform(0.06, 0.11) + np.concatenate([[0.0], np.cumsum(steps)])
    ready = run[-1] + max(0.6, 0.8 * cycle)
    cycles = [Cycle(float(q), None, "ventricular", site=site) for q in run]
    for q in sinus:
        falls = run[0] - 0.01 < q < ready
        cycles.append(Cycle(None if falls else float(q), float(q - pr)))
    return Rhythm(cycles, conducted(sinus, pr))


def _possible_runs(rng, rate, duration):
    """Runs (rate, beats, sinus rate around) that give the strip its mean rate."""
    found = []
    total = rate * duration / 60
    for fast in rng.uniform(max(RUN_RATE[0], 1.05 * rate), max(RUN_RATE[1], 1.1 * rate), 4):
        for beats in range(3, max(4, int(total) - 2)):
            rest = duration - beats * 60 / fast - 0.3
            if rest < 1.8:
                break
            around = 60 * (total - beats) / rest
            if AROUND_RATE[0] <= around <= min(AROUND_RATE[1], fast / 1.25) or (
                rate < 66 and 0.6 * rate <= around <= rate
            ):
                found.append((float(fast), beats, float(around)))
    return found


def _sustained(rng, rr, duration, age, pr, site):
    qrs = regular_beats(rng, rr, duration, 0.01)
    cycles = [Cycle(float(q), None, "ventricular", site=site) for q in qrs]
    if rng.random() < RETROGRADE_SHARE:
        rp = rng.uniform(0.11, 0.17)
        # Fast tachycardias go back to the atria with every other beat only.
        step = 1 if rr > 0.38 else 2
        cycles[::step] = [Cycle(c.qrs, c.qrs + rp, "ventricular", "retrograde", site) for c in cycles[::step]]
    else:
        # Slower than the ventricles, or they would capture them.
        fastest = min(115, 0.85 * 60 / rr)
        atria = sinus_beats(rng, rng.uniform(min(60, fastest), fastest), duration, age)
        cycles += [Cycle(None, float(t)) for t in atria]
    return Rhythm(cycles, conducted(qrs, pr), reset=True)


@makes("ventricular pacing")
def ventricular_pacing(setting: RhythmSetting) -> Rhythm:
    """Paced ventricles: following the sinus P, after paced atria, or on their own.

    Modes after Bernstein et al., the revised NASPE/BPEG generic code, Pacing Clin Electrophysiol
    2002;25:260; AV delays of 120 to 200 ms are the usual settings.
    """
    rng, rr, duration, age, pr = setting.rng, setting.rr, setting.duration, setting.age, setting.pr
    site = draw_pacing_site(rng)
    delay = rng.uniform(0.122, 0.198)
    mode = rng.random()
    if setting.sinus or mode < 0.5:
        qrs = _with_first_spike(sinus_beats(rng, 60.0 / rr, duration, age, setting.uneven))
        cycles = [Cycle(float(q), float(q - delay), "paced", site=site) for q in qrs]
        return Rhythm(cycles, conducted(qrs, pr))
    qrs = _with_first_spike(regular_beats(rng, rr, duration, 0.0005))
    if mode < 0.75:
        cycles = [Cycle(float(q), float(q - delay), "paced", "paced", site) for q in qrs]
    else:
        cycles = [Cycle(float(q), None, "paced", site=site) for q in qrs]
        atria = sinus_beats(rng, rng.uniform(50, 100), duration, age)
        cycles += [Cycle(None, float(t)) for t in atria]
    return Rhythm(cycles, conducted(qrs, pr), reset=True)


def _with_first_spike(qrs):
    """Onsets (s) of paced QRS, moved where the strip would begin between a spike and its QRS."""
    cut = (qrs > -0.15) & (qrs < FIRST_QRS)
    return qrs + (FIRST_QRS - qrs[cut][0]) if cut.any() else qrs


def paced_fibrillation(
    rng: np.random.Generator, beats: np.ndarray, rr: float, duration: float, pr_cycles: list[Cycle]
) -> Rhythm:
    """Fibrillating atria over a paced ventricle: all paced, or paced wherever the AV node is too slow.

    Parameters
    ----------
    beats : ndarray
        QRS onsets (s) that the AV node alone would give.
    """
    site = draw_pacing_site(rng)
    if rng.random() < 0.6:
        qrs = regular_beats(rng, rr, duration, 0.0005)
        return Rhythm(
            [Cycle(float(q), None, "paced", site=site) for q in qrs], pr_cycles, "fibrillation", True
        )
    longest = rr * rng.uniform(0.98, 1.12)
    cycles, last = [], float(beats[0])
    for beat in beats[1:]:
        # The escape interval runs out before the next conducted beat comes; one close behind is blocked.
        while beat - last > longest:
            last += longest
            cycles.append(Cycle(last, None, "paced", site=site))
        if beat - last > min(0.32, 0.6 * rr):
            last = float(beat)
            cycles.append(Cycle(last))
    return Rhythm(cycles, pr_cycles, "fibrillation", True)
