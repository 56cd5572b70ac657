"""Long QT and hyperkalaemia: the action potential itself is changed.

Long QT: limits and patterns of Rautaharju et al., AHA/ACCF/HRS 2009 part IV (J Am Coll Cardiol 2009;53:982),
Schwartz & Ackerman, Eur Heart J 2013;34:3109, and the T waves by channel of Moss et al., Circulation 1995;
92:2929 (broad, notched and low, late). Hyperkalaemia by stages: Mattu, Brady & Robinson, Am J Emerg Med
2000;18:721; Littmann et al., J Electrocardiol 2007;40:10.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecgtwin_app.ecg.recording import LEADS, MODEL_RATE
from ecgtwin_app.ecg.template import FAST_CYCLE, FAST_EXPONENT, FRIDERICIA, J_FADE, BeatTemplate, fade
from ecgtwin_app.heart.reading import between, rank, t_amplitudes
from ecgtwin_app.heart.repolarisation import add_t, later_j, t_peak_of
from ecgtwin_app.heart.vector import LeadField

#: QTc by Fridericia drawn, seconds; the limit is 0.48, and 0.6 is rare.
LONG_QTC = (0.492, 0.6)
#: A T that is lower than this (mV) in every lead is raised to it: its end could not be seen.
LOWEST_T = 0.16
#: Shares of the patterns of T.
LONG_QT_PATTERNS = {"broad": 0.35, "late": 0.2, "notched": 0.25, "T and U": 0.2}

#: T beyond its limit (1 mV in the chest, 0.5 mV in a limb lead), as a multiple of it.
PEAKED_T = (1.1, 1.9)
#: Half of the base of T at a rate of 60, seconds: a narrow one.
TENT_HALF_BASE = (0.068, 0.095)
#: Stage: QRS (s), share kept of P, how much longer P lasts, and the weight.
HYPERKALAEMIA_STAGES = {
    "peaked T": ((0.0, 0.112), (0.25, 0.5), (1.0, 1.15), 0.4),
    "wide QRS": ((0.124, 0.15), (0.15, 0.4), (1.05, 1.3), 0.35),
    "sine-like": ((0.15, 0.2), (0.04, 0.15), (1.15, 1.35), 0.25),
}
#: A P that is no taller than this in II counts as flattened, mV.
FLAT_P = 0.045
#: T of hyperkalaemia in I, II, V1 to V6 where the patient's own T gives no direction.
TENTED = np.array([0.25, 0.5, 0.25, 0.85, 1.0, 0.9, 0.7, 0.45])
#: What T must exceed in the chest and in the limb leads, mV.
_CHEST_LIMIT, _LIMB_LIMIT = 1.0, 0.5


def long_qt(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """QTc of 490 ms or more by a broad, a late or a notched T, or a U wave that T runs into."""
    severity = float(rng.random()) ** 1.2
    qtc = LONG_QTC[0] + severity * (LONG_QTC[1] - LONG_QTC[0])
    pattern = str(rng.choice(list(LONG_QT_PATTERNS), p=list(LONG_QT_PATTERNS.values())))
    # What the score's beats make of it: QT at 60 per minute is the corrected one.
    slower = template.rr**FRIDERICIA * min(template.rr / FAST_CYCLE, 1) ** (FAST_EXPONENT - FRIDERICIA)
    qt = max(qtc * slower, template.qrs_duration + 0.16)
    beat = _raised(template)
    old = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    new = round(qt * MODEL_RATE) - round(beat.qrs_duration * MODEL_RATE)
    added = max(new - old, 0)
    share_before = {"broad": 0.35, "late": 0.85, "notched": 0.3, "T and U": 0.25}[pattern] * rng.uniform(
        0.85, 1.15
    )
    beat = _lengthened(beat, new, old, share_before)
    if pattern in ("notched", "T and U"):
        beat = _second_hump(beat, rng, notched=pattern == "notched")
    beat = replace(beat, t_peak=t_peak_of(beat))
    return beat, {"severity": severity, "QTc": qtc, "pattern": pattern, "QT added": added / MODEL_RATE}


def hyperkalaemia(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Tall, narrow, symmetric T; P low and long; QRS wider from stage to stage."""
    weights = np.array([stage[-1] for stage in HYPERKALAEMIA_STAGES.values()])
    number = int(rng.choice(len(weights), p=weights / weights.sum()))
    stage = list(HYPERKALAEMIA_STAGES)[number]
    width, kept_p, longer_p, _ = HYPERKALAEMIA_STAGES[stage]
    within = float(rng.random())
    duration = max(template.qrs_duration, width[0] + within * (width[1] - width[0]) if number else 0.0)
    if number == 0:
        duration = max(duration, min(template.qrs_duration * rng.uniform(1.0, 1.12), width[1]))
    beat = widened_qrs(template, duration, rng.uniform(0, 2) + 2.0 * number)
    beat = replace(beat, qrs=beat.qrs * np.float32(rng.uniform(0.75, 1.0) if number else 1.0))
    if beat.has_p:
        kept = min(rng.uniform(*kept_p), rng.uniform(0.6, 1.0) * FLAT_P / max(float(beat.p[1].max()), 1e-6))
        beat = _flattened_p(beat, kept, rng.uniform(*longer_p))
    size = between(*PEAKED_T, rng.random())
    beat = _tented(beat, size, rng)
    reached = _beyond_limit(beat)
    severity = (number + 0.5 * within + 0.5 * rank(reached, *PEAKED_T)) / len(weights)
    return beat, {
        "severity": severity,
        "stage": stage,
        "QRS duration": beat.qrs_duration,
        "T over limit": reached,
    }


def widened_qrs(template: BeatTemplate, duration: float, slur: float) -> BeatTemplate:
    """The same QRS, slower: stretched to `duration` (s) and rounded by `slur` samples; JT is kept."""
    added = round((duration - template.qrs_duration) * MODEL_RATE)
    if added <= 0:
        return template
    n, first = template.qrs.shape[1], -template.qrs_offset
    factor = (n - 1 - first + added) / (n - 1 - first)
    own = np.arange(n + added, dtype=float)
    source = np.where(own > first, first + (own - first) / factor, own)
    qrs = np.stack([np.interp(source, np.arange(n), lead) for lead in template.qrs])
    if slur > 0:
        # Slow conduction rounds every corner but the onset.
        share = fade(own, first, first + 5 * slur + 2) * (1 - fade(own, own[-1] - 2 * slur - 4, own[-1]))
        qrs += share * (gaussian_filter1d(qrs, slur, axis=1, mode="constant") - qrs)
    beat = later_j(template, added)
    return replace(beat, qrs=qrs.astype(np.float32), qrs_peak=template.qrs_peak * factor)


def _raised(template):
    """T no lower than `LOWEST_T` in its tallest lead."""
    tallest = max(abs(size) for size in t_amplitudes(template).values())
    gain = np.float32(min(max(LOWEST_T / max(tallest, 1e-6), 1.0), 3.0))
    return replace(template, t=template.t * gain)


def _lengthened(template, new, old, before):
    """JT of `new` samples instead of `old`; a share `before` of what is added goes to the ST segment."""
    j, n = template.j_index, template.t.shape[1]
    onset = 0.3 * old
    before = min(before, 1.0)
    later = onset + before * (new - old)
    index = np.arange(n + new - old, dtype=float)
    knots = [0, j, j + later, j + new, n - 1 + new - old]
    source = np.interp(index, knots, [0, j, j + onset, j + old, n - 1])
    # A corner in time would be a corner in the trace.
    inside = fade(index, j, j + 20) * (1 - fade(index, j + new - 20, j + new))
    source += inside * (gaussian_filter1d(source, 8, mode="nearest") - source)
    t = np.stack([np.interp(source, np.arange(n), lead) for lead in template.t]).astype(np.float32)
    return replace(template, t=t, qt=template.qrs_duration + new / MODEL_RATE)


def _second_hump(template, rng, notched):
    """T split by a notch, or followed by a U wave into which it runs; the end stays where it was."""
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    index = np.arange(template.t.shape[1]) - template.j_index
    at = index / jt
    amplitude = _signed_largest(template)
    low = rng.uniform(0.45, 0.8) if notched else rng.uniform(0.4, 0.75)
    first, second = (
        (rng.uniform(0.46, 0.54), rng.uniform(0.74, 0.79))
        if notched
        else (rng.uniform(0.4, 0.47), rng.uniform(0.74, 0.78))
    )
    half = 1 - second
    own = template.t * (1 - fade(at * 1000, 50, 250) * (1 - fade(at * 1000, 1000, 1100)))
    humps = low * _hump(at, first, rng.uniform(0.26, 0.32))
    relative = rng.uniform(0.55, 1.1) if notched else rng.uniform(0.5, 1.2)
    late = amplitude * rng.lognormal(0, 0.15, 8)
    if not notched:
        # A U wave is largest in V2 and V3 and as a rule upright where T is.
        late = late * np.array([0.5, 0.9, 0.8, 1.3, 1.3, 1.1, 0.9, 0.7])
    t = own + amplitude[:, None] * humps + (low * relative * late)[:, None] * _hump(at, second, half)
    changed = replace(template, t=t.astype(np.float32))
    return _raised(changed)


def _hump(at, peak, half):
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((at - peak) / half, -1, 1))


def _signed_largest(template):
    found = t_amplitudes(template)
    return np.array([found[name] for name in ("I", "II", *LEADS[6:])])


def _flattened_p(beat, kept, longer):
    """P lower and longer, its onset where it was and its end before the QRS."""
    duration = min(beat.p_duration * longer, max(beat.pr - 0.016, beat.p_duration))
    factor = duration / beat.p_duration
    n, first = beat.p.shape[1], -beat.p_offset
    own = np.arange(n, dtype=float)
    source = np.where(own > first, first + (own - first) / factor, own)
    p = np.stack([np.interp(source, np.arange(n), lead) for lead in beat.p])
    p *= kept * (1 - fade(own, n - 8, n - 1))
    return replace(beat, p=p.astype(np.float32), p_duration=duration, p_peak=beat.p_peak * factor)


def _tented(beat, size, rng):
    """The T replaced by a tent of `size` times the limit of chest or limb leads, whichever comes first."""
    own = _signed_largest(beat)
    direction = own / max(np.abs(own).max(), 0.15)
    vector = (0.45 * direction + 0.55 * TENTED) * rng.lognormal(0, 0.15, 8)
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    index = np.arange(jt)
    # As drawn at 60/min, whatever cycle the beat was taken from.
    half = min(rng.uniform(*TENT_HALF_BASE) * beat.rr**FRIDERICIA * MODEL_RATE, 0.48 * jt)
    peak = jt - 1 - half
    tent = 0.5 + 0.5 * np.cos(np.pi * np.clip((index - peak) / half, -1, 1))
    # A tent is pointed; a raised cosine is not quite.
    tent = tent ** rng.uniform(1.0, 1.35)
    st = rng.uniform(-0.02, 0.06) * (1 - fade(index, 0.2 * jt, peak))
    course = np.concatenate([fade(np.arange(J_FADE), 0, J_FADE) * st[0], st + tent])
    at = np.arange(beat.t.shape[1]) - beat.j_index
    own_t = beat.t * (1 - 0.9 * fade(at, 0.15 * jt, 0.5 * jt) * np.ones((8, 1)))
    bare = replace(beat, t=own_t.astype(np.float32))
    gain = size
    for _ in range(8):
        tall = add_t(bare, (gain * vector)[:, None] * course.astype(np.float32))
        reached = _beyond_limit(tall)
        if abs(reached / size - 1) < 0.02:
            break
        gain *= size / max(reached, 0.1)
    return replace(tall, t_peak=t_peak_of(tall))


def _beyond_limit(beat):
    """The tallest upright T as a multiple of its lead's limit."""
    found = t_amplitudes(beat)
    return max(found[name] / (_LIMB_LIMIT if k < 6 else _CHEST_LIMIT) for k, name in enumerate(LEADS))
