"""Old infarction: the forces of the lost wall are missing from the beginning of the QRS.

Q-wave limits: Fourth Universal Definition of Myocardial Infarction (Thygesen et al., Circulation 2018;
138:e618). Which leads lose R by the site of the scar: Bayés de Luna et al., Circulation 2006;114:1755.
T waves, deep when recent and flat later: Mandel et al., Circulation 1968;38:239.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import paced_to
from ecgtwin_app.heart.physics.leads_shown import at_geometric_rank, q_duration, qrs_leads
from ecgtwin_app.heart.physics.repolarisation import add_from_qrs, shaped_t, st_t_shape, t_peak_of
from ecgtwin_app.heart.physics.vector import LeadField

#: Q waves (s) drawn for the inferior wall; the limit is 40 ms.
INFERIOR_Q = (0.044, 0.062)
#: Q waves (s) drawn for leads that are no QS; the limit is 20 ms.
ANTERIOR_Q = (0.028, 0.05)
#: What a drawn case must reach (s) to stay beyond the limits of 20 and 40 ms when it is measured.
ANTERIOR_LIMIT, INFERIOR_LIMIT = 0.026, 0.044
#: What follows an inferior Q comes this much later (s).
DELAY = (0.012, 0.028)
#: The QRS lasts this much longer (s).
SLOWER = (0.002, 0.016)
#: ST stays raised over the scar by this much (mV) at J.
ANTERIOR_ST, INFERIOR_ST = (0.0, 0.12), (0.0, 0.05)
#: Forces of the infarcted walls end about this long (s) after the QRS onset.
EARLY_FORCES = 0.07
#: How often a lead of the wall is spared in part.
SPARED_SHARE = 0.4
#: Which leads show a Q or QS in any case.
REQUIRED = (("V2",), ("V3",), ("V2", "V3"))
#: A Q wave is at least this deep, mV.
SHALLOWEST_Q = 0.11

#: How much of its T each lead may lose beside the scar, I, II, V1 to V6.
ELSEWHERE = np.array([1.0, 0.7, 0.2, 0.2, 0.3, 0.6, 0.9, 1.0])

_I, _II, _V1, _V2, _V3, _V4, _V5, _V6 = range(8)


@dataclass(frozen=True)
class Scar:
    """How much of the wall is lost in I, II, V1 to V6 (0 to 1), and how often the scar is drawn."""

    name: str
    loss: tuple[float, ...]
    weight: float


ANTERIOR_SCARS = (
    Scar("septal", (0.0, 0.0, 1.0, 1.0, 0.9, 0.3, 0.0, 0.0), 0.35),
    Scar("apical-anterior", (0.0, 0.0, 0.7, 1.0, 1.0, 0.75, 0.3, 0.1), 0.4),
    Scar("extensive anterior", (0.45, 0.0, 0.9, 1.0, 1.0, 0.95, 0.75, 0.45), 0.25),
)


@makes("old anterior infarct")
def old_anterior_infarct(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Q or QS in V1 to V3, R lost further left by the size of the scar, T flat or inverted."""
    weights = np.array([s.weight for s in ANTERIOR_SCARS])
    scar = ANTERIOR_SCARS[int(rng.choice(len(ANTERIOR_SCARS), p=weights / weights.sum()))]
    severity = float(rng.random())
    # Few scars reach every lead of their wall: beside one with a Q others keep a small r (poor R progression).
    loss = np.clip(np.array(scar.loss) * rng.uniform(0.5, 1.1, 8), 0, 1)
    loss *= np.where(rng.random(8) < SPARED_SHARE, rng.uniform(0.1, 0.5, 8), 1.0)
    seen = REQUIRED[int(rng.choice(len(REQUIRED), p=(0.3, 0.2, 0.5)))]
    for name in seen:
        lead = LEADS.index(name) - 4
        loss[lead] = max(loss[lead], 0.85)
    width = at_geometric_rank(*ANTERIOR_Q, severity)
    beat = paced_to(template, template.qrs_duration + rng.uniform(*SLOWER))
    beat = lose_anterior_wall(beat, loss, width, rng.uniform(0.08, 0.3) * (0.6 + 0.8 * severity), rng, seen)
    direction = -np.array(scar.loss) * (0.5, 1, 0.5, 1, 1.1, 1, 0.9, 0.8)
    beat, age = _scarred_t(beat, direction, np.clip(loss, 0, 1), rng.uniform(*ANTERIOR_ST), rng)
    return beat, {"severity": severity, "scar": scar.name, "age": age, "Q duration": width}


@makes("old inferior infarct")
def old_inferior_infarct(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Q of 40 ms or more in II, III and aVF, with the lateral or posterior wall in some."""
    severity = float(rng.random())
    width = at_geometric_rank(*INFERIOR_Q, severity)
    depth = rng.uniform(0.14, 0.3) * (0.7 + 0.9 * severity)
    beat = paced_to(template, template.qrs_duration + rng.uniform(*SLOWER))
    beat = lose_inferior_wall(beat, width, depth, rng.uniform(0.0, 0.45), rng)
    missing = []
    if rng.random() < 0.3:
        beat = _more_anterior(beat, rng)
        missing.append("posterior")
    if rng.random() < 0.25:
        loss = np.array([0.1, 0, 0, 0, 0, 0.1, 0.4, 0.55]) * rng.uniform(0.6, 1.2)
        beat = lose_anterior_wall(beat, loss, 0.03, 0.12, rng, required=())
        missing.append("lateral")
    direction = np.array([0.1, -0.8, 0, 0.15, 0.1, 0, -0.1, -0.15])
    if "lateral" in missing:
        direction[[_V5, _V6]] -= 0.5
    share = np.array([0.8, 0.8, 0, 0, 0, 0, 0.2, 0.3])
    beat, age = _scarred_t(beat, direction, share, rng.uniform(*INFERIOR_ST), rng)
    walls = " and ".join(["inferior", *missing])
    return beat, {"severity": severity, "scar": walls, "age": age, "Q duration": width}


def lose_anterior_wall(
    template: BeatTemplate,
    loss: np.ndarray,
    width: float,
    depth: float,
    rng: np.random.Generator,
    required: tuple[str, ...] = ("V2", "V3"),
) -> BeatTemplate:
    """Take the R out of leads and leave a Q.

    Parameters
    ----------
    template : BeatTemplate
    loss : ndarray, shape (8,)
        Share of the R that is lost in each lead.
    width, depth : float
        Of the Q, seconds and mV; deepened until every `required` lead shows a Q of this width.
    required : tuple of str
        Lead names.

    Returns
    -------
    BeatTemplate
        Durations unchanged; a late R' of the right ventricle is kept.
    """
    index = np.arange(template.qrs.shape[1]) + template.qrs_offset
    early = fade(index, -2, 4) * _early_window(index, template)
    positive = _positive(template.qrs)
    q = _q_wave(index, width * MODEL_RATE, rng.uniform(0.4, 0.6))
    own_width = np.clip(rng.normal(1, 0.08, 8), 0.8, 1.2)
    shapes = np.stack([_q_wave(index, width * w * MODEL_RATE, 0.5) for w in own_width]) * 0.5 + 0.5 * q
    # Before the R the septal r goes wholly where the scar is dense.
    first = (1 - fade(index, width * MODEL_RATE, width * MODEL_RATE + 14)) * fade(index, -2, 2)
    taken = np.maximum(0.9 * loss[:, None] * early, np.clip(1.5 * loss - 0.25, 0, 1)[:, None] * first)
    base = _rounded(template.qrs - positive * taken, loss[:, None] * early)
    # A lead that lost little keeps its r and has no q before it.
    depths = depth * loss * np.clip((loss - 0.35) / 0.3, 0, 1)
    # Where the scar is dense nothing parts the Q from the S that follows: they are one QS, deeper by what R balanced.
    dense = np.clip((loss - 0.55) / 0.3, 0, 1)[:, None]
    dense[[_I, _II, _V5, _V6]] = 0
    own_r, own_s = positive.max(axis=1), _positive(-template.qrs).max(axis=1)
    deep = np.maximum(own_s + rng.uniform(0.05, 0.4) * own_r, 0.25) * rng.lognormal(0, 0.12, 8)
    complex_ = -deep[:, None] * _qs_course(template)
    for _ in range(14):
        qrs = (1 - dense) * (base - depths[:, None] * shapes) + dense * complex_
        beat = replace(template, qrs=qrs.astype(np.float32))
        shown = qrs_leads(beat)
        short = [name for name in required if not _has_q(shown[name], ANTERIOR_LIMIT)]
        if not short:
            break
        for name in short:
            depths[LEADS.index(name) - 4] = 1.2 * depths[LEADS.index(name) - 4] + 0.02
    return _with_peak(beat)


def _qs_course(template):
    """A unit QS: the course of the S of V1 to V3, which falls from the onset on where no r comes before it."""
    s = smoothing.gaussian(_positive(-template.qrs[_V1 : _V3 + 1]).sum(axis=0), 1.5)
    onset = -template.qrs_offset
    index = np.arange(len(s), dtype=float)
    top = float(np.sum(index * s**6) / np.sum(s**6))
    run = np.cumsum(s) / np.sum(s)
    first = float(np.interp(0.03, run, index))
    # The falling limb reaches back to the onset.
    source = np.where(index < top, top - (top - index) * (top - first) / max(top - onset, 1.0), index)
    course = np.interp(source, index, s) * fade(index, onset - 1, onset + 4)
    return course / max(float(course.max()), 1e-6)


def lose_inferior_wall(
    template: BeatTemplate,
    width: float,
    depth: float,
    loss: float,
    rng: np.random.Generator,
    limit: float = INFERIOR_LIMIT,
) -> BeatTemplate:
    """Give II, III and aVF a Q of some width (s) and depth (mV), and take a share of the R after it.

    Lead I stays the patient's own but for its first instants, and what is lost in aVF is lost in II and
    III alike. Widened until aVF and one of II and III reach `limit` (s).
    """
    index = np.arange(template.qrs.shape[1]) + template.qrs_offset
    one = template.qrs[_I]
    own_foot = template.qrs[_II] - one / 2
    early = _early_window(index, template)
    skew, delay = rng.uniform(0.42, 0.6), rng.uniform(*DELAY) * MODEL_RATE
    begun = fade(index, -2, 3)
    for _ in range(16):
        samples = width * MODEL_RATE
        q = _q_wave(index, samples + 3, skew)
        # The wave is met from the other side, later: what is left of the own wave rises out of the Q.
        foot = _later(own_foot, index, 0.8 * samples, delay, template.qrs_duration * MODEL_RATE)
        gate = 1 - (1 - fade(index, 0.75 * samples, samples + 10)) * begun
        new_foot = foot * gate - loss * _positive(foot) * gate * early - depth * q
        # A septal q in I would be an r in III.
        first = begun * (1 - fade(index, 0.5 * samples, samples))
        new_one = one + 0.8 * first * _positive(-one)
        qrs = template.qrs.copy()
        qrs[_I], qrs[_II] = new_one, _rounded(new_foot, 0.7 * begun * early) + new_one / 2
        beat = replace(template, qrs=qrs.astype(np.float32))
        shown = qrs_leads(beat)
        if _has_q(shown["aVF"], limit) and (_has_q(shown["III"], limit) or _has_q(shown["II"], limit)):
            break
        width, depth = width * 1.04, depth * 1.08 + 0.01
    return _with_peak(beat)


def _later(wave, index, start, delay, j):
    """A wave from sample `start` on, `delay` samples later and the quicker for it: it ends at J all the same."""
    source = np.interp(
        index, [index[0], 0, start, j, index[-1]], [index[0], 0, max(start - delay, 0), j, index[-1]]
    )
    return np.interp(source, index, wave)


def _rounded(wave, share):
    """A `share` of the wave's finest detail taken away: scar conducts slowly."""
    return wave + share * (smoothing.gaussian(wave, 1.6, axis=-1) - wave)


def _more_anterior(template, rng):
    """Without the posterior wall the forces point more to the front: taller R in V1 and V2."""
    qrs = template.qrs.copy()
    index = np.arange(qrs.shape[1]) + template.qrs_offset
    at = rng.uniform(0.4, 0.55) * template.qrs_duration * MODEL_RATE
    half = rng.uniform(0.016, 0.026) * MODEL_RATE
    bump = 0.5 + 0.5 * np.cos(np.pi * np.clip((index - at) / half, -1, 1))
    size = rng.uniform(0.15, 0.5)
    for lead, share in ((_V1, 0.8), (_V2, 1.0), (_V3, 0.5)):
        qrs[lead] += size * share * rng.lognormal(0, 0.15) * bump * _early_window(index, template)
    return replace(template, qrs=qrs)


def _scarred_t(beat, direction, share, st, rng):
    """T over the scar by its age: deep and symmetric when recent, shallow later, own again when old.

    `st` is the level (mV) that the J point keeps.
    """
    age = str(rng.choice(["recent", "established", "old"], p=[0.2, 0.3, 0.5]))
    size, kept = {
        "recent": (rng.uniform(0.25, 0.6), rng.uniform(0.0, 0.3)),
        "established": (rng.uniform(0.08, 0.25), rng.uniform(0.1, 0.5)),
        "old": (rng.uniform(0.0, 0.06), rng.uniform(0.5, 1.0)),
    }[age]
    # The rest of such a heart is not young either: T is lower everywhere (I 0.07, V6 0.08 mV in 119 records, normal
    # 0.23 and 0.26).
    share = np.maximum(share, rng.uniform(0.0, 0.9) * ELSEWHERE)
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    peak, start = rng.uniform(0.58, 0.7), rng.uniform(0.1, 0.25)
    inverted = shaped_t(st_t_shape(jt, 0.0, peak, start), size * direction * rng.lognormal(0, 0.15, 8))
    raised = shaped_t(1 - fade(np.arange(jt), 0.2 * jt, (peak + 0.1) * jt), -st * direction)
    later = (inverted + raised)[:, J_FADE:]
    beat = add_from_qrs(beat, later[:, 0], later, 1 - (1 - kept) * np.clip(share, 0, 1))
    return replace(beat, t_peak=t_peak_of(beat)), age


def _q_wave(index, samples, skew):
    """A unit wave from sample 0 over `samples`, largest at a share `skew` of them."""
    rise = fade(index, 0, skew * samples)
    return rise * (1 - fade(index, skew * samples, samples))


def _positive(wave):
    """The positive part without a corner where it crosses zero."""
    soft = 0.03
    return np.maximum(0.5 * (wave + np.sqrt(wave**2 + soft**2)) - 0.5 * soft, 0)


def _early_window(index, template):
    """1 during the forces of the left ventricle, 0 before J."""
    j = template.qrs_duration * MODEL_RATE
    stop = min(j - J_FADE, EARLY_FORCES * MODEL_RATE + 10)
    return 1 - fade(index, stop - 14, stop)


def _has_q(qrs, duration):
    return q_duration(qrs) >= duration and -qrs[: round(max(q_duration(qrs), 0.01) * MODEL_RATE)].min() >= (
        SHALLOWEST_Q
    )


def _with_peak(beat):
    peak = int(np.argmax(np.linalg.norm(beat.qrs, axis=0))) + beat.qrs_offset
    return replace(beat, qrs_peak=peak / MODEL_RATE)
