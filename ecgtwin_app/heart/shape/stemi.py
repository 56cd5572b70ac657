"""Acute transmural ischaemia by territory: ST elevation.

J-point limits: Fourth Universal Definition of Myocardial Infarction (Thygesen et al., Circulation
2018;138:e618). Extent by the site of occlusion and reciprocal change: Wagner et al., AHA/ACCF/HRS
2009 part VI (J Am Coll Cardiol 2009;53:1003); Engelen et al., J Am Coll Cardiol 1999;34:389 (anterior);
Herz et al., Am J Cardiol 1997;80:1343 (right coronary against circumflex). Shapes from hyperacute T to
tombstone: Nikus et al., J Electrocardiol 2010;43:91.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.leads_shown import at_geometric_rank, geometric_rank, st_levels
from ecgtwin_app.heart.physics.repolarisation import add_from_qrs, t_peak_of
from ecgtwin_app.heart.physics.vector import LeadField
from ecgtwin_app.heart.shape.infarct import lose_anterior_wall, lose_inferior_wall

#: J elevation drawn for the leading lead, mV.
ANTERIOR_J = (0.24, 0.8)
INFERIOR_J = (0.16, 0.6)
#: A power of the drawn rank above one makes mild cases the more frequent ones, as in the clinic.
MILD = 1.3
#: Two leads pass their limit by at least this much, mV.
MARGIN = (0.04, 0.1)
#: The injury's ST-T grows no taller than this, mV.
LARGEST_ST_T = 1.5

_V2, _V3 = 3, 4


@dataclass(frozen=True)
class Territory:
    """An occlusion's J elevation, I, II, V1 to V6, as a share of its leading lead, and its weight."""

    name: str
    elevation: tuple[float, ...]
    weight: float


@dataclass(frozen=True)
class StShape:
    """An ST-T shape.

    Attributes
    ----------
    middle, top : float
        Level at mid ST and at the T peak as multiples of the J level.
    peak : float
        When T peaks, share of JT.
    weight : float
        How often it is drawn.
    """

    middle: float
    top: float
    peak: float
    weight: float


ANTERIOR = (
    Territory("septal", (0.0, -0.08, 0.6, 1.0, 0.85, 0.45, 0.1, 0.0), 0.2),
    Territory("anterior", (0.04, -0.02, 0.25, 0.85, 1.0, 0.75, 0.35, 0.12), 0.45),
    Territory("anterolateral, proximal", (0.25, -0.14, 0.35, 0.85, 1.0, 0.9, 0.65, 0.4), 0.35),
)
#: III is II less I: a right coronary occlusion raises III above II and depresses I and aVL.
INFERIOR = (
    Territory("right coronary", (-0.32, 0.68, 0.05, -0.15, -0.12, 0.0, 0.08, 0.12), 0.35),
    Territory("right coronary with right ventricle", (-0.38, 0.62, 0.35, 0.02, -0.12, -0.1, 0.0, 0.05), 0.15),
    Territory("right coronary with posterior wall", (-0.3, 0.7, -0.25, -0.5, -0.4, -0.12, 0.12, 0.25), 0.25),
    Territory("circumflex", (0.08, 1.0, -0.3, -0.5, -0.4, -0.1, 0.3, 0.45), 0.25),
)
SHAPES = {
    "convex": StShape(1.15, 1.35, 0.55, 0.35),
    "straight": StShape(1.25, 1.65, 0.6, 0.25),
    "hyperacute": StShape(1.15, 2.2, 0.58, 0.28),
    "tombstone": StShape(1.12, 1.15, 0.42, 0.12),
}


def j_limit(lead: int, age: float | None, sex: str | None) -> float:
    """The J-point elevation (mV) that counts, for an index into I, II, V1 to V6."""
    if lead not in (_V2, _V3):
        return 0.1
    if sex == "F":
        return 0.15
    return 0.2 if age is not None and age >= 40 else 0.25


@makes("anterior STEMI")
def anterior_stemi(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Injury current to the front: ST elevation in V1 to V5 and, when proximal, I and aVL.

    III, aVR, aVL and aVF follow from I and II, which makes the reciprocal depression.
    """
    territory, shape_name = _drawn(ANTERIOR, rng), _drawn_shape(rng)
    leading = at_geometric_rank(*ANTERIOR_J, rng.random() ** MILD) * (
        1.2 if shape_name == "tombstone" else 1.0
    )
    elevation = leading * np.array(territory.elevation) * rng.lognormal(0, 0.12, 8)
    # Two contiguous leads must pass by a margin, above what the patient's own J point shows.
    own_j = template.t[:, template.j_index]
    for lead in (_V2, _V3):
        limit = j_limit(lead, traits.age, traits.sex) + rng.uniform(*MARGIN)
        elevation[lead] = max(elevation[lead], limit - min(own_j[lead], 0))
    share = np.clip(elevation / max(elevation.max(), 1e-6), 0, 1)
    beat = template
    if rng.random() < 0.7:
        loss, depth = share * rng.uniform(0.3, 1.0), rng.uniform(0.05, 0.25)
        beat = lose_anterior_wall(template, loss, rng.uniform(0.026, 0.045), depth, rng, required=())
    # In the injured leads the injury pattern replaces most of the patient's T.
    keep = 1 - rng.uniform(0.4, 0.8) * share
    beat = _injured(beat, elevation, SHAPES[shape_name], keep, rng)
    largest = float(elevation.max())
    return beat, {
        "severity": geometric_rank(largest, *ANTERIOR_J),
        "territory": territory.name,
        "shape": shape_name,
        "J elevation": largest,
    }


@makes("inferior STEMI")
def inferior_stemi(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Injury current to the feet: ST elevation in II, III and aVF, depression in aVL and often I.

    The posterior wall shows as depression of V1 to V3, the right ventricle as elevation of V1.
    """
    territory, shape_name = _drawn(INFERIOR, rng), _drawn_shape(rng)
    pattern = np.array(territory.elevation) * rng.lognormal(0, 0.15, 8)
    leading = at_geometric_rank(*INFERIOR_J, rng.random() ** MILD)
    limit = 0.1 + rng.uniform(*MARGIN)
    keep = np.ones(8)
    keep[:2] = rng.uniform(0.15, 0.6)
    keep[2:] -= rng.uniform(0.2, 0.6) * np.clip(pattern[2:], 0, 1)
    beat = template
    if rng.random() < 0.4:
        beat = lose_inferior_wall(
            beat, rng.uniform(0.026, 0.045), rng.uniform(0.05, 0.25), rng.uniform(0, 0.3), rng, limit=0.0
        )
    state = rng.bit_generator.state
    for _ in range(12):
        rng.bit_generator.state = state
        injured = _injured(beat, leading * pattern, SHAPES[shape_name], keep, rng)
        j = st_levels(injured)
        if j["aVF"] >= limit and max(j["II"], j["III"]) >= limit:
            break
        # The patient's own J point lies low: this occlusion must be a larger one.
        leading *= 1.15
    largest = max(j["II"], j["III"])
    return injured, {
        "severity": geometric_rank(largest, *INFERIOR_J),
        "territory": territory.name,
        "shape": shape_name,
        "J elevation": largest,
    }


def _drawn(territories: Sequence[Territory], rng) -> Territory:
    weights = np.array([t.weight for t in territories])
    return territories[int(rng.choice(len(territories), p=weights / weights.sum()))]


def _drawn_shape(rng) -> str:
    weights = np.array([s.weight for s in SHAPES.values()])
    return list(SHAPES)[int(rng.choice(len(SHAPES), p=weights / weights.sum()))]


def _injured(beat, elevation, shape, keep, rng):
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    injured = add_from_qrs(beat, elevation, _st_elevation(jt, elevation, shape, rng), keep)
    return replace(injured, t_peak=t_peak_of(injured))


def _st_elevation(jt, elevation, shape, rng):
    """ST-T (8, jt) of an injury from J on, mV: elevated leads with their T, reciprocal leads mirrored."""
    middle, top = shape.middle * rng.lognormal(0, 0.06), shape.top * rng.lognormal(0, 0.12)
    top = min(top, max(LARGEST_ST_T / max(elevation.max(), 1e-6), 1.0))
    peak = float(np.clip(shape.peak + rng.normal(0, 0.03), 0.36, 0.7))
    at = np.arange(jt) / max(jt - 1, 1)
    mid = 0.45 * peak
    # A monotone way from J over mid ST to the T peak, without corners.
    to_middle = 1 + (middle - 1) * np.sin(0.5 * np.pi * np.clip(at / mid, 0, 1))
    rise = fade(at * 1000, 0.35 * mid * 1000, peak * 1000)
    fall = 1 - fade(at * 1000, peak * 1000, 1000)
    unit = ((1 - rise) * to_middle + rise * top) * fall
    # Reciprocal leads mirror the ST segment more than the tall T.
    flat = to_middle * (1 - fade(at * 1000, 0.5 * peak * 1000, 1000))
    mirrored = rng.uniform(0.0, 0.6)
    up = np.maximum(elevation, 0)[:, None] * unit
    down = np.minimum(elevation, 0)[:, None] * (mirrored * unit + (1 - mirrored) * flat)
    return (up + down).astype(np.float32)
