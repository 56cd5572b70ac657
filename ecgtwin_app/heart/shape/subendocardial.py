"""Ischaemia without occlusion: ST depression and T inversion.

Limits: Fourth Universal Definition of Myocardial Infarction (Thygesen et al., Circulation 2018;138:e618).
ST depression is largest in V4 to V6 and II wherever the ischaemia lies (Wagner et al., AHA/ACCF/HRS 2009
part VI, J Am Coll Cardiol 2009;53:1003). Deep anterior T inversion: de Zwaan, Bär & Wellens, Am Heart J
1982;103:730.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.leads_shown import (
    at_geometric_rank,
    contiguous,
    geometric_rank,
    qrs_leads,
    r_exceeds_s,
    st_levels,
    t_amplitudes,
)
from ecgtwin_app.heart.physics.repolarisation import add_from_qrs, t_peak_of
from ecgtwin_app.heart.physics.vector import LeadField

#: ST depression drawn for the leading lead, mV; the limit is 0.05.
DEPRESSION = (0.075, 0.38)
#: The second lead of a contiguous pair is depressed by at least this, mV, from J to 80 ms after it.
DEPRESSED = 0.065
#: Depth of T drawn for the leading lead, mV; the limit is 0.1.
INVERSION = (0.14, 0.8)
#: ... and what is left of it, mild and marked, where R limits it.
SHOWN_INVERSION = (0.14, 0.55)
#: It is no larger than this share of the R of its lead, or than `LEAST_INVERSION` (mV) where R is small.
LARGEST_SHARE, LEAST_INVERSION = (0.25, 0.6), 0.2
INVERTED = 0.125
#: A power of the drawn rank above one makes mild cases the more frequent ones, as in the clinic.
MILD = 2.0

#: ST depression in I, II, V1 to V6 as a share of the leading lead, and the weight.
DEPRESSION_SITES = {
    "lateral": ((0.5, 0.45, -0.25, 0.0, 0.35, 0.8, 1.0, 0.85), 0.45),
    "inferolateral": ((0.25, 0.8, -0.25, -0.05, 0.25, 0.7, 1.0, 0.9), 0.35),
    "diffuse": ((0.6, 0.65, -0.2, 0.3, 0.75, 1.0, 0.95, 0.75), 0.2),
    "inferior": ((0.1, 1.0, -0.1, -0.1, 0.0, 0.2, 0.45, 0.5), 0.15),
    "anterior": ((0.1, 0.15, 0.1, 0.7, 1.0, 0.95, 0.5, 0.2), 0.1),
}
#: Level 80 ms after J and at the end of the ST segment as multiples of the J level, and the weight.
SLOPES = {
    "horizontal": (1.0, 0.95, 0.45),
    "downsloping": (1.2, 1.5, 0.4),
    "slowly upsloping": (0.85, 0.5, 0.15),
}
#: Inversion of T in I, II, V1 to V6, and the weight.
INVERSION_SITES = {
    "anterior": ((0.15, 0.0, 0.35, 0.85, 1.0, 0.95, 0.65, 0.35), 0.35),
    "anterolateral": ((0.45, 0.1, 0.1, 0.45, 0.85, 1.0, 0.9, 0.65), 0.25),
    "lateral": ((0.6, 0.15, -0.1, 0.0, 0.2, 0.6, 1.0, 0.9), 0.2),
    "inferior": ((-0.05, 0.85, -0.15, -0.2, -0.1, 0.0, 0.15, 0.25), 0.2),
}


@makes("ST depression")
def st_depression(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Horizontal, downsloping or slowly upsloping depression, mostly of V4 to V6 and II."""
    site, pattern = _drawn(DEPRESSION_SITES, rng)
    slope, (at_80, at_end) = _drawn(SLOPES, rng)
    pattern = pattern * rng.lognormal(0, 0.12, 8)
    leading = at_geometric_rank(*DEPRESSION, rng.random() ** MILD)
    share = np.clip(pattern, 0, 1)
    flattened = _flat_st(template, share, rng)
    lower = rng.uniform(0.3, 1.0)
    kept = lower - lower * rng.uniform(0.1, 0.9 if slope != "downsloping" else 1.0) * share
    own = replace(flattened, t=flattened.t * _t_course(flattened, kept))
    courses = _depression_course(own, at_80, at_end, rng)
    for _ in range(16):
        beat = _added(own, -leading * pattern, courses)
        levels = [st_levels(beat, after) for after in (0.0, 0.04, 0.08)]
        depressed = {name for name in levels[0] if all(at[name] <= -DEPRESSED for at in levels)}
        if contiguous(depressed):
            break
        leading = 1.12 * leading + 0.005
    beat = replace(beat, t_peak=t_peak_of(beat))
    deepest = -min(levels[0].values())
    return beat, {
        "severity": geometric_rank(deepest, *DEPRESSION),
        "site": site,
        "slope": slope,
        "ST depression": deepest,
    }


@makes("T inversion")
def t_inversion(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Symmetric inverted T over the anterior, lateral or inferior wall."""
    upright = {name for name, qrs in qrs_leads(template).items() if r_exceeds_s(qrs)}
    site, pattern = _drawn(INVERSION_SITES, rng)
    if site == "inferior" and not any(p <= upright for p in ({"II", "aVF"}, {"aVF", "III"})):
        # With a left axis the inferior leads show no R taller than S: another wall then.
        site, pattern = "anterolateral", np.array(INVERSION_SITES["anterolateral"][0])
    pattern = pattern * rng.lognormal(0, 0.12, 8)
    leading = at_geometric_rank(*INVERSION, rng.random() ** MILD)
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    peak = rng.uniform(0.58, 0.68)
    # As wide as it can be and symmetric: it ends where the patient's own T ended.
    t = _symmetric(jt, peak, 1 - peak)
    st = rng.uniform(-0.08, 0.25)
    course = _smooth_into_j(st * (1 - fade(np.arange(jt), 0.2 * jt, peak * jt)) + t)
    # Where T stays upright it is lower too.
    kept = rng.uniform(0.5, 1.0) * (1 - rng.uniform(0.75, 1.0) * np.clip(1.3 * pattern, 0, 1))
    if site == "inferior":
        # I keeps as much of its own T as II does, or III would show the difference.
        kept[:2] = kept[1]
    largest = np.maximum(rng.uniform(*LARGEST_SHARE) * template.qrs.max(axis=1), LEAST_INVERSION)
    for _ in range(16):
        depth = leading * np.clip(pattern, 0, None)
        # T is inverted by a share of its lead's R.
        gain = leading * np.minimum(pattern, 0) + largest * np.tanh(depth / largest)
        beat = _added(template, -gain, course, kept)
        found = t_amplitudes(beat)
        # A heart without R taller than S in two neighbours cannot meet the criterion, however deep T is.
        if not contiguous(upright) or contiguous({name for name in upright if found[name] <= -INVERTED}):
            break
        leading *= 1.12
        kept = 0.8 * kept
    beat = replace(beat, t_peak=t_peak_of(beat))
    deepest = -min(depth for name, depth in found.items() if name != "aVR")
    return beat, {"severity": geometric_rank(deepest, *SHOWN_INVERSION), "site": site, "T": -deepest}


def _drawn(table, rng):
    """A name of a table and its values, by the weight that ends each row."""
    weights = np.array([row[-1] for row in table.values()])
    name = list(table)[int(rng.choice(len(table), p=weights / weights.sum()))]
    row = table[name]
    return name, np.array(row[0] if len(row) == 2 else row[:-1], dtype=float)


def _added(template, gain, course, kept: float | np.ndarray = 1.0):
    """The beat with `gain` (8,) times a unit course that leaves from the QRS."""
    later = course[J_FADE:]
    return add_from_qrs(template, gain * later[0], gain[:, None] * later, kept, into_qrs=False)


def _flat_st(template, share, rng):
    """The patient's own ST segment without its slope in the leads that will be depressed."""
    index = np.arange(template.t.shape[1]) - template.j_index
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    until = rng.uniform(0.3, 0.42) * jt
    held = 1 - share[:, None] * (1 - fade(index, until, until + 0.2 * jt))[None]
    return replace(template, t=(template.t * held).astype(np.float32))


def _t_course(template, kept):
    """`kept` of each lead from the ST segment on, all of it before J."""
    index = np.arange(template.t.shape[1]) - template.j_index
    later = fade(index, 0, 30)[None]
    return (1 - (1 - kept[:, None]) * later).astype(np.float32)


def _depression_course(template, at_80, at_end, rng):
    """The unit depression from `J_FADE` before J to the end of T."""
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    end = rng.uniform(0.38, 0.5) * jt
    mark = 0.08 * MODEL_RATE
    index = np.arange(jt)
    knots = ([0, mark, max(end, mark + 4)], [1, at_80, at_end])
    level = np.interp(index, *knots)
    return _smooth_into_j(level * (1 - fade(index, end, min(end + rng.uniform(0.25, 0.5) * jt, jt - 1))))


def _smooth_into_j(course):
    """A course from J on, rounded, with its way in before J."""
    into = fade(np.arange(J_FADE), 0, J_FADE) * course[0]
    rounded = np.concatenate([course[:1], smoothing.gaussian(course[1:], 3, mode="nearest")])
    tail = 1 - fade(np.arange(len(course)), len(course) - 12, len(course) - 1)
    return np.concatenate([into, rounded * tail]).astype(np.float32)


def _symmetric(jt, peak, half):
    """A symmetric wave of unit size, `peak` and half base `half` as shares of `jt` samples."""
    at = np.arange(jt) / max(jt - 1, 1)
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((at - peak) / half, -1, 1))
