"""Rhythm processes: when atria and ventricles are activated.

A leading rhythm (sinus, fibrillation, flutter, junction, ventricles, pacemaker) draws cycles; AV block
is part of it and premature beats are written on it. Each score comes with its counterpart: what the
same heart, with the same random numbers, would have done without the condition.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.together import check_rhythms
from ecgtwin_app.conditions.vocabulary import NORMAL, find_conditions, load_vocabulary
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.binding import made_in
from ecgtwin_app.heart.rhythm import av_block, premature, supraventricular, ventricular
from ecgtwin_app.heart.rhythm.atrial_waves import with_flutter_waves
from ecgtwin_app.heart.rhythm.grid import (
    TRIALS,
    Rhythm,
    RhythmSetting,
    at_rate,
    conducted,
    inside,
    own_pr,
    score_from_cycles,
    sinus_beats,
)
from ecgtwin_app.i18n.message import Message

#: What leads the ventricles, and what is written on a leading rhythm, by condition. Without any, the sinus node leads.
LEADING = made_in(supraventricular, ventricular, av_block)
EARLY_BEATS = made_in(premature)
#: QRS duration (s) when the patient's own is unknown.
TYPICAL_QRS = 0.09

#: Seconds that two events of a chamber keep apart at least.
SHORTEST = {"QRS": 0.2, "P": 0.15}


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
        raise EcgError(
            "A ventricular rate of {rate:g}/min cannot be written; choose 25 to 240/min.", rate=rate
        )
    check_rhythms(conditions)
    asked = _in_order(conditions)
    seeds = rng.integers(2**62, size=TRIALS)
    # Of the rhythms alone: with a shape and without it a heart keeps its time.
    rhythms = "; ".join(c.name for c in asked if c.is_rhythm and c.name != NORMAL)
    asked_for = zlib.crc32(rhythms.encode())

    def write(rr: float, trial: int) -> Rhythm:
        # The same random numbers make another series under another condition.
        seed = [asked_for, int(seeds[trial])] if trial < TRIALS else [asked_for, int(seeds[0]), trial]
        return _rhythm(asked, rate, rr, np.random.default_rng(seed), template, duration, age)

    rhythm = at_rate(write, 60.0 / rate, duration)
    score = score_from_cycles(rhythm.cycles, duration, rhythm.atrial)
    if score.atrial == "flutter":
        score = with_flutter_waves(score, rng)
    return score, score_from_cycles(rhythm.normal, duration)


def mean_rate(score: RhythmScore) -> float:
    """Mean ventricular rate (1/min) of the QRS that lie whole in the strip; NaN for fewer than two."""
    qrs = inside(np.array(score.times("QRS")), score.duration)
    return 60.0 / float(np.mean(np.diff(qrs))) if qrs.size > 1 else float("nan")


def _in_order(conditions: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions in the order of the vocabulary, in which they lead and are written."""
    asked = find_conditions(conditions)
    return tuple(condition for condition in load_vocabulary() if condition in asked)


def _rhythm(conditions, rate, rr, rng, template, duration, age):
    """Cycles of the leading rhythm at the cycle length `rr`, with the early beats written on it."""
    # A long P still ends before its QRS.
    pr = max([own_pr(template, rr), *(condition.least_pr for condition in conditions)])
    qrs_duration = TYPICAL_QRS if template is None else template.qrs_duration
    setting = RhythmSetting(rng, conditions, rate, rr, duration, age, pr, qrs_duration)
    lead = next((LEADING[c.name] for c in conditions if c.name in LEADING), _sinus_rhythm)
    rhythm = lead(setting)
    included = {name for condition in conditions for name in condition.includes}
    for condition in conditions:
        if condition.name in EARLY_BEATS and condition.name not in included:
            rhythm = EARLY_BEATS[condition.name](setting, rhythm)
    return rhythm


def _sinus_rhythm(setting: RhythmSetting) -> Rhythm:
    """Every P conducted: with the patient's own PR, a long one, or over an accessory pathway."""
    rng, rr, pr = setting.rng, setting.rr, setting.pr
    prolonged = av_block.prolonged_pr(rng, rr)
    drawn = next((c.drawn_pr for c in setting.conditions if c.drawn_pr), None)
    if any(c.own_pr and c.is_rhythm for c in setting.conditions):
        pr = prolonged
    elif drawn is not None:
        pr = rng.uniform(*drawn)
    qrs = sinus_beats(rng, 60.0 / rr, setting.duration, setting.age, setting.uneven)
    jitter = 0.001 * np.clip(rng.standard_normal(len(qrs)), -2.5, 2.5)
    return Rhythm(conducted(qrs, pr, jitter), conducted(qrs, setting.pr, jitter))


def check_score(score: RhythmScore, duration: float = 10.0) -> RhythmScore:
    """Return a user's own score, or say what is wrong with it.

    Raises
    ------
    EcgError
        When there is no QRS, events lie outside the strip, or two come closer than the refractory
        period allows.
    """
    if abs(score.duration - duration) > 1e-6:
        raise EcgError(
            "The score lasts {duration:g} s; write one of {needed:g} s.",
            duration=score.duration,
            needed=duration,
        )
    if not score.times("QRS"):
        raise EcgError("The score has no QRS; add at least one beat.")
    for event in score.events:
        if not -1 <= event.time <= duration + 1:
            raise EcgError(
                "The {chamber} at {time:g} s lies outside the strip; move it inside.",
                chamber=Message(event.chamber),
                time=event.time,
            )
    for chamber, shortest in SHORTEST.items():
        gaps = np.diff(score.times(chamber))
        if gaps.size and gaps.min() < shortest:
            at = score.times(chamber)[int(np.argmin(gaps))]
            raise EcgError(
                "Two {chamber} follow each other by {gap:.0f} ms near {at:.2f} s; "
                "leave at least {least:.0f} ms.",
                chamber=Message(chamber),
                gap=1000 * gaps.min(),
                at=at,
                least=1000 * shortest,
            )
    return score
