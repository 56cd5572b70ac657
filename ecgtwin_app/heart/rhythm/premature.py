"""Early beats written on a base rhythm: ventricular, every other one ventricular, and atrial."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.rhythm.grid import Cycle, Rhythm, RhythmSetting
from ecgtwin_app.heart.shape.ventricular_beats import draw_site

#: Coupling of premature beats as a share of the cycle: at least 20 % early, with a margin.
VENTRICULAR_COUPLING = (0.5, 0.76)
ATRIAL_COUPLING = (0.55, 0.76)
#: Coupling (s) below which a beat would fall on the peak of T; few do (Smirk & Palmer, Am J Cardiol 1960;6:620).
SOONEST = 0.39
#: How often two ventricular origins compete in one strip.
MULTIFORM_SHARE = 0.12
#: How often a premature atrial beat meets a bundle branch that is still refractory.
ABERRANT_SHARE = 0.15


@makes("ventricular premature complex")
def add_premature_ventricular(setting: RhythmSetting, rhythm: Rhythm) -> Rhythm:
    """Write one to three ventricular premature beats on a rhythm.

    The sinus node is not disturbed: the next P falls in the ectopic QRS or ST segment, is not
    conducted and a full compensatory pause follows. In slow rhythms the beat is at times
    interpolated and the next P conducts with delay (Lerman, in Zipes & Jalife, Cardiac
    Electrophysiology, 2018). Coupling is nearly constant within a patient.
    """
    rng, rr, duration = setting.rng, setting.rr, setting.duration
    cycles = _in_order(rhythm.cycles)
    beats = [k for k, c in enumerate(cycles) if c.qrs is not None]
    coupling = rng.uniform(*VENTRICULAR_COUPLING)
    interpolated = rr > 0.95 and rhythm.atrial == "waves" and not rhythm.reset and rng.random() < 0.2
    delay = rng.uniform(0.02, 0.06)
    jitter = 0.012 * np.clip(rng.standard_normal(len(beats)), -2, 2)
    if any(c.qrs is None for c in cycles) and not rhythm.reset:
        # Beats drop or a run comes between: early is what is early against the cycle that conducts.
        pairs = pairwise(cycles[k] for k in beats)
        rr = min(b.qrs - a.qrs for a, b in pairs if "ventricular" not in (a.qrs_origin, b.qrs_origin))
    wanted = int(rng.integers(1, 4))
    places = _places(rng, [cycles[k] for k in beats], wanted, duration, rr, not rhythm.reset)
    sites = [draw_site(rng) for _ in range(2 if rng.random() < MULTIFORM_SHARE else 1)]

    premature, hidden = [], set()
    for number, i in enumerate(places):
        before, after = cycles[beats[i]], cycles[beats[i + 1]]
        interval = min(after.qrs - before.qrs, rr)
        share = rng.uniform(0.42, 0.5) if interpolated else min(coupling + jitter[i], 0.775)
        soonest = min(SOONEST, 0.72 * interval) if not interpolated else 0.3
        time = before.qrs + max(share * interval, soonest)
        p = after.p if after.p is not None and after.p_origin == "sinus" and after.p < after.qrs else None
        if p is not None:
            # No P before the ectopic beat: it comes at the latest with the P that it hides.
            time = min(time, p)
        premature.append(Cycle(float(time), None, "ventricular", site=sites[number % len(sites)]))
        if interpolated and p is not None and p - time > 0.3:
            cycles[beats[i + 1]] = replace(after, qrs=after.qrs + delay)
        elif rhythm.reset:
            # The pacemaker begins a new interval with the early beat; atria of their own go on.
            shift = time + rng.uniform(1.0, 1.08) * rr - after.qrs
            for k in beats[i + 1 :]:
                cycles[k] = _delayed(cycles[k], shift)
        else:
            hidden.add(beats[i + 1])
    return replace(rhythm, cycles=[*_without_qrs(cycles, hidden), *premature])


@makes("ventricular bigeminy")
def add_bigeminy(setting: RhythmSetting, rhythm: Rhythm) -> Rhythm:
    """Every other beat a ventricular premature one from one site, at a fixed coupling.

    Each ectopic beat hides the next sinus P and its pause is compensatory, which lets the next one come
    (the rule of bigeminy; Langendorf et al., Circulation 1955;11:422).
    """
    rng, rr = setting.rng, setting.rr
    cycles = _in_order(rhythm.cycles)
    beats = [k for k, c in enumerate(cycles) if c.qrs is not None]
    coupling, site = rng.uniform(*VENTRICULAR_COUPLING), draw_site(rng)
    fixed = max(coupling * rr, min(SOONEST, 0.72 * rr))
    hidden, premature = set(), []
    for k in range(int(rng.integers(2)), len(beats) - 1, 2):
        before, after = cycles[beats[k]], cycles[beats[k + 1]]
        early = fixed + 0.006 * float(np.clip(rng.standard_normal(), -2, 2))
        time = before.qrs + min(early, 0.775 * _gap(before, after, rr))
        if after.p is not None:
            time = min(time, after.p)
        premature.append(Cycle(float(time), None, "ventricular", site=site))
        hidden.add(beats[k + 1])
    return replace(rhythm, cycles=[*_without_qrs(cycles, hidden), *premature])


@makes("premature atrial complex")
def add_premature_atrial(setting: RhythmSetting, rhythm: Rhythm) -> Rhythm:
    """Write one to three premature atrial beats on a sinus rhythm.

    The early P invades the sinus node and resets it: the pause is a little longer than a cycle and less
    than compensatory (Wagner, Marriott's Practical Electrocardiography, 12th ed., chapter 15). The
    earlier it comes, the slower the AV node conducts it; now and then a bundle branch is refractory.
    """
    rng, rr, duration = setting.rng, setting.rr, setting.duration
    cycles = _in_order(rhythm.cycles)
    coupling = rng.uniform(*ATRIAL_COUPLING)
    pause, delay = rng.uniform(1.02, 1.18), rng.uniform(0.0, 0.03) + 0.08 * (0.76 - coupling)
    jitter = 0.015 * np.clip(rng.standard_normal(len(cycles)), -2, 2)
    aberrant = rng.random(len(cycles)) < ABERRANT_SHARE
    out = list(cycles)
    for number, i in enumerate(_places(rng, cycles, int(rng.integers(1, 4)), duration, rr)):
        before, after = out[i], out[i + 1]
        early = max(min(coupling + jitter[i], 0.775) * min(after.qrs - before.qrs, 1.05 * rr), 0.34)
        qrs = before.qrs + early
        origin = "aberrant" if aberrant[i] and number else "conducted"
        pr = after.qrs - after.p
        conduction = float(np.clip(pr + delay, 0.12, max(early - 0.19, 0.12)))
        out[i + 1] = Cycle(float(qrs), float(qrs - conduction), origin, "ectopic")
        # The sinus node fires a little more than a cycle after the early P.
        shift = qrs - conduction + pause * rr + pr - out[i + 2].qrs
        out[i + 2 :] = [_delayed(c, shift) for c in out[i + 2 :]]
    return replace(rhythm, cycles=out)


def _in_order(cycles):
    return sorted(cycles, key=lambda c: c.p if c.qrs is None else c.qrs)


def _gap(before, after, rr):
    """Time between two beats; where the next one may come at any time, at least most of a cycle."""
    gap = after.qrs - before.qrs
    return gap if after.p is not None else max(gap, 0.85 * rr)


def _places(rng, beats, wanted, duration, rr, conducted_only=True):
    """Numbers, in order, of the beats after which a premature one is written, four beats apart or more."""
    chosen: list[int] = []
    order = rng.permutation(max(len(beats) - 2, 0))
    for margin in (0.25, 0.05):
        for i in order:
            if chosen and (len(chosen) >= wanted or min(abs(i - k) for k in chosen) < 4):
                continue
            if beats[i].qrs < margin or beats[i + 2].qrs >= duration - margin:
                continue
            if _undisturbed(beats[i : i + 3], rr, conducted_only):
                chosen.append(int(i))
        if chosen:
            return sorted(chosen)
    # Too slow for a beat on either side: the early beat follows the first of the strip.
    return [next(i for i, c in enumerate(beats) if c.qrs >= 0.02)]


def _undisturbed(beats, rr, conducted_only):
    """Whether a premature beat fits after the first of three: no pause, run or other early beat is there."""
    gap = beats[1].qrs - beats[0].qrs
    p = beats[1].p if beats[1].p_origin == "sinus" else None
    # After a long PR the P that the early beat has to hide would come too soon.
    late_enough = p is None or p - beats[0].qrs >= max(0.3, 0.5 * gap)
    run = conducted_only and any(b.qrs_origin == "ventricular" for b in beats)
    return gap < 1.35 * rr and late_enough and not run and all(b.p_origin != "ectopic" for b in beats)


def _delayed(cycle, by):
    """The whole cycle `by` seconds later."""
    qrs, p = (None if at is None else at + by for at in (cycle.qrs, cycle.p))
    return replace(cycle, qrs=qrs, p=p)


def _without_qrs(cycles, hidden):
    """The cycles, of the `hidden` ones only the P that is not conducted."""
    kept = [c if k not in hidden else replace(c, qrs=None) for k, c in enumerate(cycles)]
    return [c for c in kept if c.qrs is not None or c.p is not None]
