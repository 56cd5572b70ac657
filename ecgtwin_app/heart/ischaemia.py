"""Acute ischaemia by territory.

J-point limits: Fourth Universal Definition of Myocardial Infarction (Thygesen et al., Circulation
2018;138:e618). Extent by the site of occlusion and reciprocal change: Wagner et al., AHA/ACCF/HRS
2009 part VI (J Am Coll Cardiol 2009;53:1003); Engelen et al., J Am Coll Cardiol 1999;34:389. Shapes
from hyperacute T to tombstone: Nikus et al., J Electrocardiol 2010;43:91.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.recording import MODEL_RATE
from ecgtwin_app.ecg.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.heart.repolarisation import add_t, t_peak_of
from ecgtwin_app.heart.vector import LeadField

#: The pattern's J elevation in its leading lead, mV.
ANTERIOR_J = (0.28, 0.8)

#: Forces of the anterior wall and septum end about this long (s) after the QRS onset.
EARLY_FORCES = 0.07

_V1, _V2, _V3, _V4 = 2, 3, 4, 5


@dataclass(frozen=True)
class Territory:
    """An occlusion's J elevation, I, II, V1 to V6, as a share of its largest lead, and its weight."""

    name: str
    elevation: tuple[float, ...]
    weight: float


ANTERIOR = (
    Territory("septal", (0.0, -0.08, 0.6, 1.0, 0.85, 0.45, 0.1, 0.0), 0.2),
    Territory("anterior", (0.04, -0.02, 0.25, 0.85, 1.0, 0.75, 0.35, 0.12), 0.45),
    Territory("anterolateral, proximal", (0.25, -0.14, 0.35, 0.85, 1.0, 0.9, 0.65, 0.4), 0.35),
)
#: ST-T shapes: level at mid ST and at the T peak as multiples of the J level, when T peaks (share of
#: JT), and the weight.
SHAPES = {
    "convex": (1.15, 1.35, 0.55, 0.35),
    "straight": (1.3, 1.8, 0.6, 0.25),
    "hyperacute": (1.15, 2.5, 0.58, 0.28),
    "tombstone": (1.12, 1.15, 0.42, 0.12),
}


def j_limit(lead: int, age: float | None, sex: str | None) -> float:
    """The J-point elevation (mV) that counts, for an index into I, II, V1 to V6."""
    if lead not in (_V2, _V3):
        return 0.1
    if sex == "F":
        return 0.15
    return 0.2 if age is not None and age >= 40 else 0.25


def anterior_stemi(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Injury current to the front: ST elevation in V1 to V5 and, when proximal, I and aVL.

    III, aVR, aVL and aVF follow from I and II, which makes the reciprocal depression.
    """
    weights = np.array([t.weight for t in ANTERIOR])
    territory = ANTERIOR[int(rng.choice(len(ANTERIOR), p=weights / weights.sum()))]
    names = list(SHAPES)
    shape_weights = np.array([SHAPES[n][3] for n in names])
    shape_name = names[int(rng.choice(len(names), p=shape_weights / shape_weights.sum()))]
    leading = rng.uniform(*ANTERIOR_J) * (1.3 if shape_name == "tombstone" else 1.0)
    elevation = leading * np.array(territory.elevation) * rng.lognormal(0, 0.12, 8)
    # Two contiguous leads must pass by a margin, above what the patient's own J point shows.
    own_j = template.t[:, template.j_index]
    for lead in (_V2, _V3):
        limit = j_limit(lead, traits.age, traits.sex) + rng.uniform(0.06, 0.12)
        elevation[lead] = max(elevation[lead], limit - min(own_j[lead], 0))
    beat = _lost_r(template, elevation, rng) if rng.random() < 0.55 else template
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    extra = _st_elevation(jt, elevation, SHAPES[shape_name], rng)
    # In the injured leads the injury pattern replaces most of the patient's T.
    share = np.clip(elevation / max(elevation.max(), 1e-6), 0, 1)
    beat = add_t(beat, extra, 1 - rng.uniform(0.4, 0.8) * share)
    beat = replace(beat, t_peak=t_peak_of(beat))
    return beat, {"territory": territory.name, "shape": shape_name, "J elevation": float(elevation.max())}


def _st_elevation(jt, elevation, shape, rng):
    middle, top, when, _ = shape
    middle, top = middle * rng.lognormal(0, 0.06), top * rng.lognormal(0, 0.12)
    peak = float(np.clip(when + rng.normal(0, 0.03), 0.36, 0.7))
    at = np.arange(jt) / max(jt - 1, 1)
    mid = 0.45 * peak
    # A monotone way from J over mid ST to the T peak, without corners.
    to_middle = 1 + (middle - 1) * np.sin(0.5 * np.pi * np.clip(at / mid, 0, 1))
    rise = fade(at * 1000, 0.35 * mid * 1000, peak * 1000)
    fall = 1 - fade(at * 1000, peak * 1000, 1000)
    course = ((1 - rise) * to_middle + rise * top) * fall
    into = fade(np.arange(J_FADE), 0, J_FADE)
    unit = np.concatenate([into, course]).astype(np.float32)
    # Reciprocal leads mirror the ST segment more than the tall T.
    flat = np.concatenate([into, to_middle * (1 - fade(at * 1000, 0.5 * peak * 1000, 1000))])
    up = np.maximum(elevation, 0)[:, None] * unit
    down = np.minimum(elevation, 0)[:, None] * flat
    return (up + down).astype(np.float32)


def _lost_r(template, elevation, rng):
    """R waves of the injured leads shrink, at times to a Q."""
    qrs = template.qrs.copy()
    loss = rng.uniform(0.4, 1.0)
    for lead in range(_V1, _V4 + 1):
        share = float(np.clip(elevation[lead] / max(elevation.max(), 1e-6), 0, 1)) * loss
        positive = np.maximum(qrs[lead], 0)
        qrs[lead] -= share * positive * 0.95
        # The lost wall leaves a small Q where the r was.
        r_peak = float(positive.max())
        depth = share * min(0.5 * r_peak, 0.3)
        centre = int(np.argmax(positive))
        width = 0.02 * MODEL_RATE
        bump = np.clip(1 - np.abs(np.arange(qrs.shape[1]) - centre) / width, 0, None)
        qrs[lead] -= depth * (0.5 - 0.5 * np.cos(np.pi * bump))
    # The wall is lost from the first half of a QRS; a late right ventricle keeps its R'.
    index = np.arange(qrs.shape[1])
    window = fade(index, -template.qrs_offset - 2, -template.qrs_offset + 6)
    late = -template.qrs_offset + EARLY_FORCES * MODEL_RATE
    stop = min(qrs.shape[1] - 1, late + 10)
    window = window * (1 - fade(index, stop - J_FADE - 4, stop))
    return replace(template, qrs=template.qrs + (qrs - template.qrs) * window)
