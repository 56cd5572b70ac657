"""What every rhythm is written on: cycles of atria and ventricles, and the steady and irregular grids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import severity_range
from ecgtwin_app.ecg.beat.score import Event, RhythmScore

#: Normal PR limits (s), kept a little inside 120 to 200 ms (Surawicz et al., AHA/ACCF/HRS 2009 part III).
NORMAL_PR = (0.132, 0.184)
#: PR (s) when the patient's own is unknown.
TYPICAL_PR = 0.156
#: PR shortens with the cycle: seconds of PR per second of RR. Carruthers et al., J Am Coll Cardiol
#: 1987;10:1198 found about 10 to 30 ms less PR between rest and 150/min on exercise; over the 485 records above
#: 75/min of the real set without a block the slope is 0.041.
PR_SLOPE = 0.04
#: Waves that begin up to this long (s) before the strip still show in it.
LEAD_IN = 0.7
#: A QRS that begins this late (s) before the end is cut by it and not counted in the mean rate.
CUT_AT_END = 0.12
#: Largest range of RR in sinus rhythm, as a share of the mean: more would be sinus arrhythmia.
STEADY_RANGE = 0.085
#: Range of RR (s) drawn for sinus arrhythmia, above the 120 ms that define it.
ARRHYTHMIA_RANGE = severity_range("sinus arrhythmia")
#: Sets of random numbers tried until the mean rate fits.
TRIALS = 6
#: Where they miss the rate by this share, so many are tried: few beats with dropped ones among them fit seldom.
FAR_OFF, MOST_TRIALS = 0.03, 40
#: So few beats make a mean that one of them decides, and so near (s) to where the strip cuts a beat it may not be seen.
FEW_BEATS, EDGE = 10, 0.1


@dataclass(frozen=True, eq=False)
class RhythmSetting:
    """What a rhythm is written for.

    Attributes
    ----------
    rng : numpy.random.Generator
    conditions : tuple of Condition
        All that are asked, shapes too.
    rate : float
        Mean ventricular rate of the strip, 1/min.
    rr : float
        The cycle (s) it is written with, changed until the mean rate fits.
    duration : float
        Seconds.
    age : float or None
        Years.
    pr, qrs_duration : float
        Of conducted beats, seconds.
    """

    rng: np.random.Generator
    conditions: tuple[Condition, ...]
    rate: float
    rr: float
    duration: float
    age: float | None
    pr: float
    qrs_duration: float

    @property
    def sinus(self) -> bool:
        """Whether the sinus node leads for certain."""
        return any(condition.sinus for condition in self.conditions)

    @property
    def uneven(self) -> bool:
        """Whether it does so unevenly."""
        return any(condition.uneven for condition in self.conditions)


@dataclass(frozen=True)
class Cycle:
    """A ventricular beat and the P wave that belongs to it, seconds; either may be missing.

    A cycle without QRS is a P that is not conducted, one without P a beat of the junction, the
    ventricles, a pacemaker or fibrillating atria.
    """

    qrs: float | None
    p: float | None = None
    qrs_origin: str = "conducted"
    p_origin: str = "sinus"
    site: str = ""


@dataclass(frozen=True)
class Rhythm:
    """Cycles as performed, and as the same heart would have beaten without the condition.

    Attributes
    ----------
    cycles, normal : list of Cycle
    atrial : str
        One of `ecg.beat.score.ATRIAL_RHYTHMS`.
    reset : bool
        Whether a premature ventricular beat starts the interval of the next beat anew, as it does in a
        junctional, ventricular or electronic pacemaker.
    """

    cycles: list[Cycle]
    normal: list[Cycle]
    atrial: str = "waves"
    reset: bool = False


def score_from_cycles(cycles: Sequence[Cycle], duration: float, atrial: str = "waves") -> RhythmScore:
    """The score of the cycles that show in the strip."""
    events = []
    for cycle in cycles:
        if cycle.qrs is not None and -LEAD_IN < cycle.qrs < duration + 0.03:
            events.append(Event(float(cycle.qrs), "QRS", cycle.qrs_origin, cycle.site))
        if cycle.p is not None and -0.15 < cycle.p < duration + 0.03:
            events.append(Event(float(cycle.p), "P", cycle.p_origin))
    return RhythmScore(tuple(events), duration, atrial)


def at_rate(write: Callable[[float, int], Rhythm], rr: float, duration: float) -> Rhythm:
    """The rhythm whose mean RR in the strip is `rr`, found by changing the cycle it is written with.

    Pauses, early beats and dropped beats change the mean, and a beat that slips over the edge of the
    strip changes it by a jump; so the nearest of some trials is taken, with other random numbers where
    the first do not fit.

    Parameters
    ----------
    write : callable
        (cycle in seconds, number of the set of random numbers) -> Rhythm.
    """
    best, best_miss = Rhythm([], []), np.inf
    for trial in range(MOST_TRIALS):
        if trial >= TRIALS and best_miss < FAR_OFF:
            break
        base = rr
        for _ in range(6):
            rhythm = write(base, trial)
            qrs = inside(qrs_times(rhythm.cycles), duration)
            mean = float(np.mean(np.diff(qrs))) if qrs.size > 1 else duration
            miss = abs(mean / rr - 1)
            if qrs.size <= FEW_BEATS and _hangs_on_an_edge(rhythm, duration, mean):
                miss = max(miss, FAR_OFF)
            if miss < best_miss:
                best, best_miss = rhythm, miss
            if miss < 0.008:
                return rhythm
            base *= float(np.clip(rr / mean, 0.7, 1.4))
    return best


def _hangs_on_an_edge(rhythm, duration, mean):
    """Whether the mean of a few uneven intervals is another one with a beat more or less at the ends of the strip."""
    times = qrs_times(rhythm.cycles)
    sure = times[(times > EDGE) & (times < duration - CUT_AT_END - EDGE)]
    seen = times[(times > -EDGE) & (times < duration)]
    means = [float(np.mean(np.diff(some))) if some.size > 1 else duration for some in (sure, seen)]
    return max(abs(other / mean - 1) for other in means) > FAR_OFF


def qrs_times(cycles: Sequence[Cycle]) -> np.ndarray:
    """QRS onsets (s) in order of time."""
    return np.sort([c.qrs for c in cycles if c.qrs is not None])


def inside(times: np.ndarray, duration: float) -> np.ndarray:
    """The QRS that lie whole in the strip."""
    return times[(times >= 0) & (times < duration - CUT_AT_END)]


def own_pr(template, rr: float) -> float:
    """The patient's PR (s) at this cycle length, within normal limits."""
    pr, rr_reference = TYPICAL_PR, 0.85
    if template is not None and template.has_p:
        pr, rr_reference = template.pr, template.rr
    return float(np.clip(pr + PR_SLOPE * np.clip(rr - rr_reference, -0.5, 0.3), *NORMAL_PR))


def conducted(qrs: np.ndarray | Sequence[float], pr: float, jitter: np.ndarray | float = 0.0) -> list[Cycle]:
    """Sinus cycles: a P at `pr` (s) before every QRS."""
    return [Cycle(float(q), float(q - pr + j)) for q, j in zip(qrs, np.broadcast_to(jitter, len(qrs)))]


def p_where_room(qrs: np.ndarray | Sequence[float], pr: float) -> list[Cycle]:
    """Sinus P before every beat that leaves room for it after the beat before."""
    gaps = np.diff(qrs, prepend=qrs[0] - 2.0)
    return [Cycle(float(q), float(q - pr) if gap > pr + 0.25 else None) for q, gap in zip(qrs, gaps)]


def regular_beats(rng: np.random.Generator, rr: float, duration: float, scatter: float = 0.004) -> np.ndarray:
    """Onsets (s) of a steady pacemaker from a little before the strip to a little after it."""
    count = int((duration + 6) / rr) + 8
    steps = rr * (1 + scatter * np.clip(rng.standard_normal(count), -2.5, 2.5))
    return to_rate(-3 * rr + rng.uniform(0, rr) + np.cumsum(steps) - rr, rr, duration)


def sinus_beats(
    rng: np.random.Generator,
    rate: float,
    duration: float,
    age: float | None = None,
    arrhythmia: bool = False,
) -> np.ndarray:
    """QRS onsets (s) of a sinus rhythm from a little before the strip to a little after it.

    Respiratory sinus arrhythmia at 0.18 to 0.33 Hz and Mayer waves near 0.1 Hz modulate the cycle
    length (Task Force of ESC and NASPE, Circulation 1996;93:1043). Their size falls with age
    (Umetani et al., J Am Coll Cardiol 1998;31:593) and with rate. The range of RR stays below 9 % of
    the mean unless sinus arrhythmia is asked for: then RR differs by more than 120 ms with breathing.
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
    if arrhythmia:
        # Breathing has to be sampled by some beats a breath, and it is what makes the arrhythmia.
        breath = min(rng.uniform(0.14, 0.28), 0.3 / rr)
        respiratory = max(respiratory, 4 * mayer)
    at = np.arange(count) * rr
    angle = 2 * np.pi * breath * at + phase[0]
    variation = (
        respiratory * (np.sin(angle) + 0.2 * np.sin(2 * angle + 0.6) * arrhythmia)
        + mayer * np.sin(2 * np.pi * pressure * at + phase[1])
        + slow * np.sin(2 * np.pi * 0.03 * at + phase[2])
        + white
    )
    start = -3 * rr + rng.uniform(0, rr)
    if not arrhythmia:
        variation *= min(1.0, STEADY_RANGE / max(np.ptp(variation), 1e-9))
        return to_rate(start + np.cumsum(rr * (1 + variation)) - rr, rr, duration)
    low, high = ARRHYTHMIA_RANGE
    wanted = low + (high - low) * rng.beta(1.2, 2.2) * np.clip(rr / 0.9, 0.25, 1)
    for _ in range(4):
        times = to_rate(start + np.cumsum(rr * (1 + np.clip(variation, -0.4, 0.6))) - rr, rr, duration)
        seen = np.ptp(np.diff(inside(times, duration))) if inside(times, duration).size > 2 else wanted
        if abs(seen / wanted - 1) < 0.04:
            break
        variation = variation * wanted / max(seen, 1e-6)
    return times


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
    best, best_miss = np.zeros(0), np.inf
    for _ in range(40):
        noise = rng.standard_normal(count)
        for k in range(1, count):
            noise[k] = memory * noise[k - 1] + np.sqrt(1 - memory**2) * noise[k]
        intervals = np.maximum(rr * np.exp(variation * noise), shortest + 0.03 * rng.random(count) * rr)
        times = np.cumsum(intervals)
        times = to_rate(times - times[3] + rng.uniform(0, 1) * intervals[3], rr, duration)
        seen = np.diff(inside(times, duration))
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


def to_rate(times: np.ndarray, rr: float, duration: float) -> np.ndarray:
    """Stretch the times about the first beat of the strip until the strip's mean RR is `rr`.

    Stretching can move a beat over the end of the strip, so the number of beats is tried too.
    """
    first = int(np.searchsorted(times, 0.0))
    count = len(inside(times, duration))
    nearest = times
    for beats in (count, count - 1, count + 1, count - 2, count + 2):
        last = first + beats - 1
        if beats < 2 or last >= len(times):
            continue
        factor = rr * (beats - 1) / (times[last] - times[first])
        stretched = times[first] + (times - times[first]) * factor
        nearest = stretched if nearest is times else nearest
        if len(inside(stretched, duration)) == beats:
            return stretched
    return nearest
