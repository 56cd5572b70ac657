"""Rhythm processes: when atria and ventricles are activated.

A leading rhythm (sinus, fibrillation, flutter, junction, ventricles, pacemaker) draws cycles; AV block
is part of it and premature beats are written on it. Each score comes with its counterpart: what the
same heart, with the same random numbers, would have done without the condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.rhythm.atrial_waves import with_flutter_waves
from ecgtwin_app.heart.rhythm.av_block import complete_block, mobitz, prolonged_pr, wenckebach
from ecgtwin_app.heart.rhythm.grid import (
    TRIALS,
    Cycle,
    Rhythm,
    at_rate,
    conducted,
    fibrillation_beats,
    inside,
    own_pr,
    p_where_room,
    score_of,
    sinus_beats,
)
from ecgtwin_app.heart.rhythm.premature import add_bigeminy, add_premature_atrial, add_premature_ventricular
from ecgtwin_app.heart.rhythm.supraventricular import (
    atrial_flutter,
    junctional_rhythm,
    supraventricular_tachycardia,
)
from ecgtwin_app.heart.rhythm.ventricular import (
    paced_fibrillation,
    ventricular_pacing,
    ventricular_tachycardia,
)

#: Rhythm conditions, by what they do to the score.
SINUS_RHYTHMS = ("sinus rhythm", "sinus bradycardia", "sinus tachycardia")
SINUS_ARRHYTHMIA = "sinus arrhythmia"
FIBRILLATION, FLUTTER = "atrial fibrillation", "atrial flutter"
SUPRAVENTRICULAR, JUNCTIONAL = "supraventricular tachycardia", "junctional rhythm"
VENTRICULAR_TACHYCARDIA, PACING = "ventricular tachycardia", "ventricular pacing"
PREMATURE_ATRIAL, PREMATURE_VENTRICULAR = "premature atrial complex", "ventricular premature complex"
BIGEMINY = "ventricular bigeminy"
FIRST_DEGREE_BLOCK, WENCKEBACH = "first-degree AV block", "Wenckebach AV block"
MOBITZ, COMPLETE_BLOCK = "Mobitz II AV block", "complete AV block"
RHYTHMS = (
    *SINUS_RHYTHMS,
    SINUS_ARRHYTHMIA,
    FIBRILLATION,
    FLUTTER,
    PREMATURE_ATRIAL,
    SUPRAVENTRICULAR,
    JUNCTIONAL,
    PREMATURE_VENTRICULAR,
    BIGEMINY,
    VENTRICULAR_TACHYCARDIA,
    PACING,
    FIRST_DEGREE_BLOCK,
    WENCKEBACH,
    MOBITZ,
    COMPLETE_BLOCK,
)
#: A morphology that the score has to know of: the QRS begins early, with the delta wave.
PRE_EXCITATION, PRE_EXCITED_PR = "pre-excitation", (0.094, 0.108)
#: Another: the P is long.
LARGE_LEFT_ATRIUM, LARGE_ATRIUM_PR = "left atrial enlargement", 0.168
#: QRS duration (s) when the patient's own is unknown.
TYPICAL_QRS = 0.09

#: Rhythms that one strip can show together.
#: Seconds that two events of a chamber keep apart at least.
SHORTEST = {"QRS": 0.2, "P": 0.15}
_SINUS = (*SINUS_RHYTHMS, SINUS_ARRHYTHMIA)
_ECTOPIC = (PREMATURE_ATRIAL, PREMATURE_VENTRICULAR, BIGEMINY)
_TOGETHER = {
    **{name: (SINUS_ARRHYTHMIA, *_ECTOPIC, FIRST_DEGREE_BLOCK, WENCKEBACH, MOBITZ, COMPLETE_BLOCK, PACING,
              VENTRICULAR_TACHYCARDIA) for name in _SINUS},
    FIBRILLATION: (PREMATURE_VENTRICULAR, BIGEMINY, PACING),
    FLUTTER: (PREMATURE_VENTRICULAR, BIGEMINY),
    FIRST_DEGREE_BLOCK: _ECTOPIC,
    PREMATURE_VENTRICULAR: (PREMATURE_ATRIAL, BIGEMINY, JUNCTIONAL, WENCKEBACH, MOBITZ, COMPLETE_BLOCK, PACING,
                            VENTRICULAR_TACHYCARDIA, SUPRAVENTRICULAR),
}  # fmt: skip
#: Slowest and fastest atria (1/min) drawn over a complete block, by the sinus rhythm asked for.
_ATRIA_OVER_BLOCK = {"sinus bradycardia": (45.0, 59.0), "sinus tachycardia": (101.0, 130.0)}


def check_rhythms(conditions: Sequence[str]) -> None:
    """Say which two of the conditions exclude each other.

    Raises
    ------
    EcgError
        When no heart shows both in one strip.
    """
    asked = [name for name in RHYTHMS if name in conditions]
    for one, other in combinations(asked, 2):
        if other in _TOGETHER.get(one, ()) or one in _TOGETHER.get(other, ()):
            continue
        without_p = next((n for n in (FIBRILLATION, FLUTTER) if n in (one, other)), None)
        reason = f": {without_p} has no P waves" if without_p else ""
        raise EcgError(f"No strip shows {one} and {other} together{reason}; leave one of them out.")
    without_sinus = [n for n in (JUNCTIONAL, VENTRICULAR_TACHYCARDIA, PACING, COMPLETE_BLOCK) if n in asked]
    if PRE_EXCITATION in conditions and without_sinus:
        raise EcgError(f"Pre-excitation does not show in {without_sinus[0]}; leave one of them out.")


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
        The counterpart is the score without the condition, in sinus rhythm: the undisturbed grid under
        premature beats, every P of an AV block conducted at a normal PR, a P (where there is room)
        before the beats of fibrillation, flutter, tachycardia or pacing.

    Raises
    ------
    EcgError
        For a rate outside 25 to 240/min or rhythms that exclude each other.
    """
    if not 25 <= rate <= 240:
        raise EcgError(f"A ventricular rate of {rate:g}/min cannot be written; choose 25 to 240/min.")
    check_rhythms(conditions)
    seeds = rng.integers(2**62, size=TRIALS)

    def write(rr: float, trial: int) -> Rhythm:
        seed = seeds[trial] if trial < TRIALS else [int(seeds[0]), trial]
        return _rhythm(conditions, rate, rr, np.random.default_rng(seed), template, duration, age)

    rhythm = at_rate(write, 60.0 / rate, duration)
    score = score_of(rhythm.cycles, duration, rhythm.atrial)
    if score.atrial == "flutter":
        score = with_flutter_waves(score, rng)
    return score, score_of(rhythm.normal, duration)


def mean_rate(score: RhythmScore) -> float:
    """Mean ventricular rate (1/min) of the QRS that lie whole in the strip; NaN for fewer than two."""
    qrs = inside(np.array(score.times("QRS")), score.duration)
    return 60.0 / float(np.mean(np.diff(qrs))) if qrs.size > 1 else float("nan")


def _rhythm(conditions, rate, rr, rng, template, duration, age):
    """Cycles of the leading rhythm at the cycle length `rr`, with the early beats written on it."""
    pr = own_pr(template, rr)
    if LARGE_LEFT_ATRIUM in conditions:
        # A long P still ends before its QRS.
        pr = max(pr, LARGE_ATRIUM_PR)
    rhythm = _leading(conditions, rate, rr, rng, template, pr, duration, age)
    if BIGEMINY in conditions:
        return add_bigeminy(rng, rhythm, rr)
    if PREMATURE_ATRIAL in conditions:
        rhythm = add_premature_atrial(rng, rhythm, rr, duration)
    if PREMATURE_VENTRICULAR in conditions:
        rhythm = add_premature_ventricular(rng, rhythm, rr, duration)
    return rhythm


def _leading(conditions, rate, rr, rng, template, pr, duration, age):
    arrhythmia = SINUS_ARRHYTHMIA in conditions
    sinus = any(name in _SINUS for name in conditions)
    qrs_duration = TYPICAL_QRS if template is None else template.qrs_duration
    if FIBRILLATION in conditions:
        qrs = fibrillation_beats(rng, 60.0 / rr, duration)
        if PACING in conditions:
            return paced_fibrillation(rng, qrs, rr, duration, p_where_room(qrs, pr))
        return Rhythm([Cycle(float(q)) for q in qrs], p_where_room(qrs, pr), "fibrillation")
    if FLUTTER in conditions:
        return atrial_flutter(rng, rr, duration, pr)
    if SUPRAVENTRICULAR in conditions:
        return supraventricular_tachycardia(rng, rr, duration, pr, qrs_duration)
    if JUNCTIONAL in conditions:
        return junctional_rhythm(rng, rr, duration, pr, qrs_duration)
    if VENTRICULAR_TACHYCARDIA in conditions:
        run_only = sinus or PREMATURE_VENTRICULAR in conditions
        return ventricular_tachycardia(rng, rate, rr * rate / 60.0, duration, age, pr, run_only)
    if PACING in conditions:
        return ventricular_pacing(rng, rr, duration, age, pr, sinus, arrhythmia)
    if WENCKEBACH in conditions:
        return wenckebach(rng, rr, duration, age, pr, arrhythmia)
    if MOBITZ in conditions:
        return mobitz(rng, rr, duration, age, pr, arrhythmia)
    if COMPLETE_BLOCK in conditions:
        limits = next((v for k, v in _ATRIA_OVER_BLOCK.items() if k in conditions), (60.0, 105.0))
        return complete_block(rng, rr, duration, age, pr, limits, arrhythmia)
    return _sinus_rhythm(conditions, rr, rng, pr, duration, age, arrhythmia)


def _sinus_rhythm(conditions, rr, rng, pr, duration, age, arrhythmia):
    """Every P conducted: with the patient's own PR, a long one, or over an accessory pathway."""
    normal_pr, prolonged = pr, prolonged_pr(rng, rr)
    if FIRST_DEGREE_BLOCK in conditions:
        pr = prolonged
    elif PRE_EXCITATION in conditions:
        pr = rng.uniform(*PRE_EXCITED_PR)
    qrs = sinus_beats(rng, 60.0 / rr, duration, age, arrhythmia)
    jitter = 0.001 * np.clip(rng.standard_normal(len(qrs)), -2.5, 2.5)
    return Rhythm(conducted(qrs, pr, jitter), conducted(qrs, normal_pr, jitter))


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
    for chamber, shortest in SHORTEST.items():
        gaps = np.diff(score.times(chamber))
        if gaps.size and gaps.min() < shortest:
            at = score.times(chamber)[int(np.argmin(gaps))]
            raise EcgError(
                f"Two {chamber} follow each other by {1000 * gaps.min():.0f} ms near {at:.2f} s; "
                f"leave at least {1000 * shortest:.0f} ms."
            )
    return score
