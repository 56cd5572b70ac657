"""Rhythm processes: when atria and ventricles are activated.

A base rhythm (sinus or atrial fibrillation) draws the times of the ventricular beats; conduction and
ectopy are then written on it. Each score comes with its counterpart: what the same heart, with the
same random numbers, would have done without the condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.ecg.score import Event, RhythmScore

#: Rhythm conditions, by what they do to the score.
SINUS_RHYTHMS = ("sinus rhythm", "sinus bradycardia", "sinus tachycardia")
FIBRILLATION = "atrial fibrillation"
PREMATURE_VENTRICULAR = "ventricular premature complex"
FIRST_DEGREE_BLOCK = "first-degree AV block"
RHYTHMS = (*SINUS_RHYTHMS, FIBRILLATION, PREMATURE_VENTRICULAR, FIRST_DEGREE_BLOCK)

#: Normal PR limits (s), kept a little inside 120 to 200 ms (Surawicz et al., AHA/ACCF/HRS 2009 part III).
NORMAL_PR = (0.134, 0.184)
#: PR (s) when the patient's own is unknown.
TYPICAL_PR = 0.156
#: PR shortens with the cycle: seconds of PR per second of RR. Carruthers et al., J Am Coll Cardiol
#: 1987;10:1198 found about 10 to 30 ms less PR between rest and 150/min on exercise.
PR_SLOPE = 0.025
#: PR (s) drawn for first-degree block.
PROLONGED_PR = (0.21, 0.34)
#: Waves that begin up to this long (s) before the strip still show in it.
LEAD_IN = 0.7
#: A QRS that begins this late (s) before the end is cut by it and not counted in the mean rate.
CUT_AT_END = 0.12


@dataclass(frozen=True)
class Cycle:
    """A ventricular beat of the base rhythm and the P wave that belongs to it (seconds)."""

    qrs: float
    p: float | None


def write_score(
    conditions: Sequence[str],
    rate: float,
    rng: np.random.Generator,
    template=None,
    duration: float = 10.0,
    age: float | None = None,
) -> tuple[RhythmScore, RhythmScore]:
    """Write the rhythm of a strip.

    Parameters
    ----------
    conditions : sequence of str
        Condition names; those that are no rhythm are ignored, no rhythm at all means sinus.
    rate : float
        Mean ventricular rate, 1/min, of the QRS inside the strip.
    rng : numpy.random.Generator
        The same state gives the same score.
    template : BeatTemplate, optional
        For the patient's own PR and cycle length.
    duration : float
        Seconds.
    age : float, optional
        Years; sets how much the sinus node varies.

    Returns
    -------
    score, counterpart : RhythmScore
        The counterpart is the score without the condition: the undisturbed sinus grid under a PVC,
        sinus P waves (where there is room) before the beats of AF, normal PR for an AV block.

    Raises
    ------
    EcgError
        For a rate outside 25 to 240/min or rhythms that exclude each other.
    """
    if not 25 <= rate <= 240:
        raise EcgError(f"A ventricular rate of {rate:g}/min cannot be written; choose 25 to 240/min.")
    if FIBRILLATION in conditions and (
        FIRST_DEGREE_BLOCK in conditions or any(c in SINUS_RHYTHMS for c in conditions)
    ):
        raise EcgError("Atrial fibrillation has no P waves; ask for it without sinus rhythm or AV block.")
    return _write(conditions, rate, rng, template, duration, age)


def mean_rate(score: RhythmScore) -> float:
    """Mean ventricular rate (1/min) of the QRS that lie whole in the strip; NaN for fewer than two."""
    inside = _inside(np.array(score.times("QRS")), score.duration)
    return 60.0 / float(np.mean(np.diff(inside))) if inside.size > 1 else float("nan")


def _write(conditions, rate, rng, template, duration, age):
    """Score and counterpart on a base rhythm of the given rate."""
    rr = 60.0 / rate
    own_pr = _own_pr(template, rr)
    prolonged = _prolonged_pr(rng, rr)
    if FIBRILLATION in conditions:
        qrs = fibrillation_beats(rng, rate, duration)
        cycles = [Cycle(time, None) for time in qrs]
        score = _score(cycles, [], duration, "fibrillation")
        normal = _score(_p_where_room(qrs, own_pr), [], duration)
    else:
        qrs = sinus_beats(rng, rate, duration, age)
        jitter = 0.001 * np.clip(rng.standard_normal(len(qrs)), -2.5, 2.5)
        pr = prolonged if FIRST_DEGREE_BLOCK in conditions else own_pr
        cycles = [Cycle(q, q - pr + j) for q, j in zip(qrs, jitter, strict=True)]
        score = _score(cycles, [], duration)
        normal = _score([Cycle(q, q - own_pr + j) for q, j in zip(qrs, jitter, strict=True)], [], duration)
    if PREMATURE_VENTRICULAR not in conditions:
        return score, normal
    return add_premature_beats(rng, cycles, rr, duration, score.atrial)


def sinus_beats(
    rng: np.random.Generator, rate: float, duration: float, age: float | None = None
) -> np.ndarray:
    """QRS onsets (s) of a sinus rhythm from a little before the strip to a little after it.

    Respiratory sinus arrhythmia at 0.18 to 0.33 Hz and Mayer waves near 0.1 Hz modulate the cycle
    length (Task Force of ESC and NASPE, Circulation 1996;93:1043). Their size falls with age
    (Umetani et al., J Am Coll Cardiol 1998;31:593) and with rate. The range of RR stays below 9 % of
    the mean, more would be sinus arrhythmia.
    """
    rr = 60.0 / rate
    age = 45.0 if age is None else float(np.clip(age, 15, 90))
    vagal = np.exp(-(age - 20) / 38) * np.clip((rr - 0.3) / 0.6, 0.08, 1.3)
    respiratory = 0.03 * vagal * rng.lognormal(0, 0.45)
    mayer = 0.016 * np.sqrt(vagal) * rng.lognormal(0, 0.4)
    slow = 0.008 * np.sqrt(vagal) * rng.lognormal(0, 0.4)
    breath, pressure = rng.uniform(0.18, 0.33), rng.uniform(0.07, 0.12)
    phase = rng.uniform(0, 2 * np.pi, 3)
    count = int((duration + 6) / rr) + 8
    white = 0.003 * rng.standard_normal(count)
    at = np.arange(count) * rr
    variation = (
        respiratory * np.sin(2 * np.pi * breath * at + phase[0])
        + mayer * np.sin(2 * np.pi * pressure * at + phase[1])
        + slow * np.sin(2 * np.pi * 0.03 * at + phase[2])
        + white
    )
    spread = np.ptp(variation)
    variation *= min(1.0, 0.085 / max(spread, 1e-9))
    start = -3 * rr + rng.uniform(0, rr)
    return _to_rate(start + np.cumsum(rr * (1 + variation)) - rr, rr, duration)


def fibrillation_beats(rng: np.random.Generator, rate: float, duration: float) -> np.ndarray:
    """QRS onsets (s) in atrial fibrillation.

    RR is near log-normal with a slight negative correlation from beat to beat and a coefficient of
    variation of 0.15 to 0.30 (Bollmann & Lombardi, IEEE Eng Med Biol Mag 2006;25(6):15; Corino et
    al., IEEE Trans Biomed Eng 2011;58:3386); none is shorter than the AV node allows.
    """
    rr = 60.0 / rate
    shortest = min(0.3, 0.68 * rr)
    variation = rng.uniform(0.17, 0.29)
    memory = rng.uniform(-0.3, 0.0)
    count = int((duration + 6) / rr) + 8
    best, best_miss = None, np.inf
    for _ in range(40):
        noise = rng.standard_normal(count)
        for k in range(1, count):
            noise[k] = memory * noise[k - 1] + np.sqrt(1 - memory**2) * noise[k]
        intervals = np.maximum(rr * np.exp(variation * noise), shortest + 0.03 * rng.random(count) * rr)
        times = np.cumsum(intervals)
        times = _to_rate(times - times[3] + rng.uniform(0, 1) * intervals[3], rr, duration)
        inside = _inside(times, duration)
        seen = np.diff(inside)
        spread = np.std(seen) / np.mean(seen) if seen.size > 1 else 0.0
        # Beats cut by the edges of the strip would make the measured rate a matter of taste.
        edges = np.min(np.abs(times - 0.02)) < 0.05 or np.min(np.abs(times - duration + CUT_AT_END)) < 0.08
        off_rate = max(abs(rr / np.mean(seen) - 1) - 0.005, 0) if seen.size else 1.0
        too_short = max(0.9 * shortest - seen.min(initial=9), 0)
        miss = 5 * off_rate + max(0.15 - spread, spread - 0.34, 0) + too_short + 0.01 * edges
        if miss < best_miss:
            best, best_miss = times, miss
        if miss == 0:
            break
    return best


def add_premature_beats(
    rng: np.random.Generator, cycles: Sequence[Cycle], rr: float, duration: float, atrial: str = "waves"
) -> tuple[RhythmScore, RhythmScore]:
    """Write one to three ventricular premature beats on a base rhythm; returns it with and without them.

    The sinus node is not disturbed: the next P falls in the ectopic QRS or ST segment, is not
    conducted and a full compensatory pause follows. In slow rhythms the beat is at times
    interpolated and the next P conducts with delay (Lerman, in Zipes & Jalife, Cardiac
    Electrophysiology, 2018). Coupling is nearly constant within a patient.
    """
    coupling = rng.uniform(0.55, 0.8)
    interpolated = rr > 0.95 and atrial == "waves" and rng.random() < 0.2
    delay = rng.uniform(0.02, 0.06)
    wanted = int(rng.integers(1, 4))
    order = rng.permutation(len(cycles))
    jitter = 0.012 * np.clip(rng.standard_normal(len(cycles)), -2, 2)
    chosen: list[int] = []
    for margin in (0.25, 0.05):
        for i in order:
            if chosen and (len(chosen) >= wanted or min(abs(i - k) for k in chosen) < 4):
                continue
            whole = i + 2 < len(cycles) and cycles[i].qrs >= margin and cycles[i + 2].qrs < duration - margin
            if whole:
                chosen.append(int(i))
        if chosen:
            break
    if not chosen:
        # Too slow for a beat on either side: the PVC follows the first beat of the strip.
        chosen = [next(i for i, c in enumerate(cycles) if c.qrs >= 0.02)]

    premature, dropped, delayed = [], set(), {}
    for i in chosen:
        before, after = cycles[i], cycles[i + 1]
        interval = after.qrs - before.qrs
        share = rng.uniform(0.42, 0.5) if interpolated else coupling + jitter[i]
        time = before.qrs + max(share * interval, min(0.29, 0.62 * interval))
        if after.p is not None:
            # No P before the ectopic beat: it comes at the latest with the P that it hides.
            time = min(time, after.p)
        premature.append(time)
        if interpolated and after.p is not None and after.p - time > 0.3:
            delayed[i + 1] = delay
        else:
            dropped.add(i + 1)
    if delayed:
        # An interpolated beat adds to the base rhythm, which is slowed until the whole fits.
        times = np.sort([*premature, *(c.qrs for k, c in enumerate(cycles) if k not in dropped)])
        fitted = _to_rate(times, rr, duration)
        factor = np.ptp(fitted) / np.ptp(times)
        premature = [fitted[0] + (t - times[0]) * factor for t in premature]
        moved = [fitted[0] + (c.qrs - times[0]) * factor for c in cycles]
        cycles = [Cycle(q, c.p and c.p + q - c.qrs) for q, c in zip(moved, cycles, strict=True)]
    kept = [Cycle(c.qrs + delayed.get(k, 0.0), c.p) for k, c in enumerate(cycles) if k not in dropped]
    hidden = [cycles[k].p for k in dropped if cycles[k].p is not None]
    extra = [Event(float(t), "QRS", "ventricular") for t in premature]
    extra += [Event(float(p), "P", "sinus") for p in hidden]
    return _score(kept, extra, duration, atrial), _score(cycles, [], duration, atrial)


def check_score(score: RhythmScore, duration: float = 10.0) -> RhythmScore:
    """Return a user's own score, or say what is wrong with it.

    Raises
    ------
    EcgError
        When there is no QRS, events lie outside the strip, or two come closer than the refractory
        period allows.
    """
    if abs(score.duration - duration) > 1e-6:
        raise EcgError(f"The score lasts {score.duration:g} s; write one of {duration:g} s.")
    if not score.times("QRS"):
        raise EcgError("The score has no QRS; add at least one beat.")
    for event in score.events:
        if not -1 <= event.time <= duration + 1:
            raise EcgError(f"The {event.chamber} at {event.time:g} s lies outside the strip; move it inside.")
    for chamber, shortest in (("QRS", 0.2), ("P", 0.15)):
        gaps = np.diff(score.times(chamber))
        if gaps.size and gaps.min() < shortest:
            at = score.times(chamber)[int(np.argmin(gaps))]
            raise EcgError(
                f"Two {chamber} follow each other by {1000 * gaps.min():.0f} ms near {at:.2f} s; "
                f"leave at least {1000 * shortest:.0f} ms."
            )
    return score


def _own_pr(template, rr):
    """The patient's PR at this cycle length, within normal limits."""
    pr, rr_reference = TYPICAL_PR, 0.85
    if template is not None and template.has_p:
        pr, rr_reference = template.pr, template.rr
    return float(np.clip(pr + PR_SLOPE * np.clip(rr - rr_reference, -0.5, 0.3), *NORMAL_PR))


def _prolonged_pr(rng, rr):
    """A PR of first-degree block that leaves the beat before its QRS (always one random number)."""
    low, high = PROLONGED_PR
    # At fast rates only the shorter ones leave the P behind the T of the beat before.
    return float(np.clip(low + 0.006 + (high - low) * rng.beta(1.1, 1.6), low, max(0.224, rr - 0.35)))


def _p_where_room(qrs, pr):
    """Sinus P before every beat that leaves room for it after the beat before."""
    gaps = np.diff(qrs, prepend=qrs[0] - 2.0)
    return [Cycle(q, q - pr if gap > pr + 0.25 else None) for q, gap in zip(qrs, gaps, strict=True)]


def _inside(times, duration):
    return times[(times >= 0) & (times < duration - CUT_AT_END)]


def _to_rate(times, rr, duration):
    """Stretch the times about the first beat of the strip until the strip's mean RR is `rr`.

    Stretching can move a beat over the end of the strip, so the number of beats is tried too.
    """
    first = int(np.searchsorted(times, 0.0))
    count = len(_inside(times, duration))
    nearest = times
    for beats in (count, count - 1, count + 1, count - 2, count + 2):
        last = first + beats - 1
        if beats < 2 or last >= len(times):
            continue
        factor = rr * (beats - 1) / (times[last] - times[first])
        stretched = times[first] + (times - times[first]) * factor
        nearest = stretched if nearest is times else nearest
        if len(_inside(stretched, duration)) == beats:
            return stretched
    return nearest


def _score(cycles, extra, duration, atrial="waves"):
    events = list(extra)
    for cycle in cycles:
        if -LEAD_IN < cycle.qrs < duration + 0.03:
            events.append(Event(float(cycle.qrs), "QRS", "conducted"))
        if cycle.p is not None and -0.15 < cycle.p < duration + 0.03:
            events.append(Event(float(cycle.p), "P", "sinus"))
    shown = tuple(e for e in events if -LEAD_IN < e.time < duration + 0.03)
    return RhythmScore(shown, duration, atrial)
