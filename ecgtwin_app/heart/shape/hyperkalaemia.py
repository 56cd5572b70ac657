"""Hyperkalaemia: T tall and narrow, then the atria, then the ventricles conduct slowly.

Stages: Mattu, Brady & Robinson, Am J Emerg Med 2000;18:721; Littmann et al., J Electrocardiol 2007;40:10.
The narrow base: Braun, Surawicz & Bellet, Am J Med Sci 1955;230:147.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import FRIDERICIA, J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import paced_to
from ecgtwin_app.heart.physics.leads_shown import (
    at_geometric_rank,
    geometric_rank,
    independent_t,
    t_amplitudes,
)
from ecgtwin_app.heart.physics.repolarisation import add_t, t_peak_of
from ecgtwin_app.heart.physics.vector import LeadField

#: T beyond its limit (1 mV in the chest, 0.5 mV in a limb lead), as a multiple of it.
PEAKED_T = (1.1, 1.9)
_CHEST_LIMIT, _LIMB_LIMIT = 1.0, 0.5
#: Half of the base of T at a rate of 60, seconds: a narrow one.
TENT_HALF_BASE = (0.068, 0.095)
#: A P that is no taller than this in II is flattened, mV.
FLAT_P = 0.034
#: T moves at most at this share of the speed of the QRS; beyond it a T can no longer be told from a QRS.
LARGEST_SPEED_SHARE = 0.5
#: T in I, II, V1 to V6 where the patient's own T gives no direction.
TENTED = np.array([0.25, 0.5, 0.25, 0.85, 1.0, 0.9, 0.7, 0.45])


@dataclass(frozen=True)
class PotassiumStage:
    """How far the poisoning has gone.

    Attributes
    ----------
    name : str
    qrs : (float, float)
        QRS durations drawn, seconds.
    kept_p, longer_p : (float, float)
        What is left of the height of P, and how many times as long it lasts.
    weight : float
        How often the stage is drawn.
    """

    name: str
    qrs: tuple[float, float]
    kept_p: tuple[float, float]
    longer_p: tuple[float, float]
    weight: float


STAGES = (
    PotassiumStage("peaked T", (0.08, 0.108), (0.25, 0.5), (1.0, 1.15), 0.4),
    PotassiumStage("wide QRS", (0.122, 0.15), (0.15, 0.4), (1.05, 1.3), 0.35),
    PotassiumStage("sine-like", (0.15, 0.19), (0.04, 0.15), (1.15, 1.35), 0.25),
)


@makes("hyperkalaemia")
def hyperkalaemia(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Tall, narrow, symmetric T; P low and long; QRS wider from stage to stage."""
    weights = np.array([stage.weight for stage in STAGES])
    number = int(rng.choice(len(STAGES), p=weights / weights.sum()))
    stage = STAGES[number]
    duration, slur, size = rng.uniform(*stage.qrs), rng.uniform(0.0, 1.2) + 0.8 * number, rng.random()
    size = at_geometric_rank(*PEAKED_T, size)
    half = rng.uniform(*TENT_HALF_BASE)
    slow = _flattened_p(template, rng.uniform(*stage.kept_p), rng.uniform(*stage.longer_p))
    own = independent_t(template)
    vector = 0.45 * own / max(np.abs(own).max(), 0.15) + 0.55 * TENTED
    vector = vector * rng.lognormal(0, 0.15, 8)
    # A tent is pointed; a raised cosine is not quite.
    point, st = rng.uniform(1.0, 1.35), rng.uniform(-0.02, 0.06)
    for _ in range(8):
        beat = _tented(
            _slurred(paced_to(slow, max(duration, template.qrs_duration)), slur),
            vector,
            size,
            half,
            point,
            st,
        )
        if _speed_share(beat) <= LARGEST_SPEED_SHARE:
            break
        size, half = max(0.92 * size, PEAKED_T[0]), min(1.08 * half, TENT_HALF_BASE[1])
        duration, slur = max(duration - 0.004, stage.qrs[0]), 0.7 * slur
    reached = _beyond_limit(beat)
    width = np.clip((beat.qrs_duration - stage.qrs[0]) / np.ptp(stage.qrs), 0, 1)
    severity = (number + 0.5 * width + 0.5 * geometric_rank(reached, *PEAKED_T)) / len(STAGES)
    return beat, {
        "severity": float(severity),
        "stage": stage.name,
        "QRS duration": beat.qrs_duration,
        "T over limit": reached,
    }


def _slurred(beat, slur):
    """The QRS rounded over `slur` samples: slow conduction takes every corner but the onset."""
    first, index = -beat.qrs_offset, np.arange(beat.qrs.shape[1], dtype=float)
    share = fade(index, first, first + 5 * slur + 2) * (1 - fade(index, index[-1] - 2 * slur - 4, index[-1]))
    rounded = smoothing.gaussian(beat.qrs, slur, axis=1, mode="constant")
    return replace(beat, qrs=(beat.qrs + share * (rounded - beat.qrs)).astype(np.float32))


def _flattened_p(beat, kept, longer):
    """P lower and longer, its onset where it was and its end before the QRS."""
    if not beat.has_p:
        return beat
    kept = min(kept, FLAT_P / max(float(beat.p[1].max()), 1e-6))
    duration = min(beat.p_duration * longer, max(beat.pr - 0.016, beat.p_duration))
    factor = duration / beat.p_duration
    n, first = beat.p.shape[1], -beat.p_offset
    own = np.arange(n, dtype=float)
    source = np.where(own > first, first + (own - first) / factor, own)
    p = np.stack([np.interp(source, np.arange(n), lead) for lead in beat.p])
    p *= kept * (1 - fade(own, n - 8, n - 1))
    return replace(beat, p=p.astype(np.float32), p_duration=duration, p_peak=beat.p_peak * factor)


def _tented(beat, vector, size, half, point, st):
    """T replaced by a tent of `size` times the limit of chest or limb leads, whichever comes first."""
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    index = np.arange(jt)
    # As drawn at 60/min, whatever cycle the beat was taken from.
    half = min(half * beat.rr**FRIDERICIA * MODEL_RATE, 0.48 * jt)
    peak = jt - 1 - half
    tent = (0.5 + 0.5 * np.cos(np.pi * np.clip((index - peak) / half, -1, 1))) ** point
    level = st * (1 - fade(index, 0.2 * jt, peak))
    course = np.concatenate([fade(np.arange(J_FADE), 0, J_FADE) * level[0], level + tent]).astype(np.float32)
    at = np.arange(beat.t.shape[1]) - beat.j_index
    bare = replace(beat, t=beat.t * (1 - 0.9 * fade(at, 0.15 * jt, 0.5 * jt)))
    gain = size
    for _ in range(8):
        tall = add_t(bare, (gain * vector)[:, None] * course)
        reached = _beyond_limit(tall)
        if abs(reached / size - 1) < 0.02:
            break
        gain *= size / max(reached, 0.1)
    return replace(tall, t_peak=t_peak_of(tall))


def _beyond_limit(beat):
    """The tallest upright T as a multiple of its lead's limit."""
    found = t_amplitudes(beat)
    return max(found[name] / (_LIMB_LIMIT if k < 6 else _CHEST_LIMIT) for k, name in enumerate(LEADS))


def _speed_share(beat):
    """The largest speed of T as a share of that of the QRS, over all leads and 80 ms."""
    t, qrs = (
        smoothing.mean(np.linalg.norm(np.pad(np.diff(wave, axis=1), ((0, 0), (20, 20))), axis=0), 40).max()
        for wave in (beat.t, beat.qrs)
    )
    return float(t / max(qrs, 1e-9))
