"""Hypertrophy: more muscle, more voltage, strained repolarisation.

Voltage criteria: Sokolow & Lyon, Am Heart J 1949;37:161; Casale et al. (Cornell), Circulation
1987;75:565. Strain, QRS widening and left atrial abnormality: Hancock et al., AHA/ACCF/HRS 2009
part V (J Am Coll Cardiol 2009;53:992).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.recording import MODEL_RATE
from ecgtwin_app.ecg.template import BeatTemplate
from ecgtwin_app.heart.repolarisation import add_t, shaped_t, st_t_shape, t_peak_of
from ecgtwin_app.heart.vector import Front, LeadField, perform_fronts

#: Share of cases with strain and with a left atrial P wave.
STRAIN_SHARE = 0.55
ATRIAL_SHARE = 0.35
#: Added forces (mV) are no larger than this.
LARGEST_FORCES = 4.0
#: The widest QRS (s) of hypertrophy alone.
LARGEST_QRS = 0.114

_I, _II, _V1, _V3, _V5, _V6 = 0, 1, 2, 4, 6, 7


def left_ventricular_hypertrophy(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Leftward and posterior QRS forces grow until Sokolow or Cornell is exceeded with a margin."""
    beat = _widened(template, rng)
    samples = beat.qrs.shape[1] + beat.qrs_offset
    d = beat.qrs_duration
    left, back = rng.uniform(0.7, 1.0), rng.uniform(0.35, 0.95)
    vertical = 0.45 * float(field.axis[1]) + rng.normal(-0.05, 0.18)
    cornell = bool(rng.random() < 0.25)
    if cornell:
        # Cornell's voltage is large when the forces point up and back: tall R in aVL, deep S in V3.
        back, vertical = rng.uniform(0.95, 1.3), min(vertical, 0.0) - rng.uniform(0.1, 0.35)
    peak = float(np.clip(beat.qrs_peak, 0.35 * d, 0.6 * d))
    fronts = [
        Front(0.12 * d, peak, 0.9 * d, (left, vertical, 0.5 * back)),
        Front(0.3 * d, min(peak + 0.15 * d, 0.7 * d), d, (0.4 * left, 0.3 * vertical, 0.6 * back)),
    ]
    # The enlarged ventricle lies further back: V3 and V4 see less of the leftward forces than V5.
    matrix = field.matrix.copy()
    matrix[4:6, 0] *= rng.uniform(0.4, 0.8)
    forces = np.zeros_like(beat.qrs)
    forces[:, -beat.qrs_offset :] = perform_fronts(fronts, matrix, samples, rng, 0.1)
    gain_share = rng.uniform(0.2, 0.5)
    cornell_limit = 2.0 if traits.sex == "F" else 2.8
    voltage, target = sokolow_voltage, _sokolow_target(rng)
    if cornell:
        voltage, target = cornell_voltage, cornell_limit + rng.uniform(0.35, 1.0)

    def grown(size):
        return voltage(beat.qrs * (1 + gain_share * size) + size * forces)

    if cornell and grown(LARGEST_FORCES) < target:
        # This heart lies too steep for Cornell; it meets Sokolow instead.
        voltage, target = sokolow_voltage, _sokolow_target(rng)
    size = _size_for(grown, target)
    beat = replace(beat, qrs=(beat.qrs * (1 + gain_share * size) + size * forces).astype(np.float32))
    strain = bool(rng.random() < STRAIN_SHARE)
    if strain:
        beat = _strain(beat, field, rng)
    else:
        beat = replace(beat, t=beat.t * np.float32(rng.uniform(0.85, 1.2)))
    enlarged = bool(template.has_p and rng.random() < ATRIAL_SHARE)
    if enlarged:
        beat = left_atrial_p(beat, field, rng)
    return beat, {"strain": strain, "left atrial P": enlarged, "voltage": float(voltage(beat.qrs))}


def sokolow_voltage(qrs: np.ndarray) -> float:
    """S in V1 plus the larger R of V5 and V6, mV, of a QRS (8, n)."""
    return float(max(-qrs[_V1].min(), 0) + max(qrs[_V5].max(), qrs[_V6].max()))


def cornell_voltage(qrs: np.ndarray) -> float:
    """R in aVL plus S in V3, mV, of a QRS (8, n)."""
    return float((qrs[_I] - qrs[_II] / 2).max() + max(-qrs[_V3].min(), 0))


def left_atrial_p(beat: BeatTemplate, field: LeadField, rng: np.random.Generator) -> BeatTemplate:
    """Add the left atrium late in P: longer, notched in II, terminally negative in V1.

    P of 120 ms or more and a terminal force in V1 (Morris et al., Circulation 1964;29:242).
    """
    longest = max(beat.pr - 0.012, 0.09)
    duration = min(max(rng.uniform(0.122, 0.145), beat.p_duration), longest)
    samples = round(duration * MODEL_RATE) + 1
    start = max(duration - rng.uniform(0.06, 0.075), 0.02)
    size = rng.uniform(0.05, 0.09)
    front = Front(start, (start + duration) / 2, duration, (0.8 * size, 0.6 * size, 1.2 * size))
    late = perform_fronts([front], field.matrix, samples, rng, 0.1)
    p = np.zeros((8, max(beat.p.shape[1], samples - beat.p_offset)), np.float32)
    p[:, : beat.p.shape[1]] += beat.p
    p[:, -beat.p_offset : -beat.p_offset + samples] += late
    return replace(beat, p=p, p_duration=duration)


def _widened(template, rng):
    """The QRS stretched by up to a fifth, no wider than hypertrophy makes it."""
    factor = min(rng.uniform(1.02, 1.2), max(1.0, LARGEST_QRS / template.qrs_duration))
    added = round(template.qrs_duration * (factor - 1) * MODEL_RATE)
    n = template.qrs.shape[1]
    first = -template.qrs_offset
    own = np.arange(n + added, dtype=np.float64)
    source = np.where(own > first, first + (own - first) * (n - 1 - first) / (n - 1 - first + added), own)
    qrs = np.stack([np.interp(source, np.arange(n), lead) for lead in template.qrs]).astype(np.float32)
    more = added / MODEL_RATE
    return replace(
        template,
        qrs=qrs,
        t_offset=template.t_offset + added,
        qrs_duration=template.qrs_duration + more,
        qrs_peak=template.qrs_peak * factor,
        qt=template.qt + more,
        t_peak=template.t_peak + more,
    )


def _sokolow_target(rng):
    """Mostly a little beyond the limit, at times far (mV)."""
    return min(3.75 + rng.exponential(0.55), 5.6)


def _size_for(voltage, target):
    """The size at which a growing voltage reaches its target (bisection); at least a little."""
    low, high = 0.05, LARGEST_FORCES
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if voltage(middle) < target else (low, middle)
    return high


def _strain(beat, field, rng):
    """ST-T opposite to the QRS: downsloping ST and an asymmetric inverted T over the left ventricle."""
    jt = round((beat.qt - beat.qrs_duration) * MODEL_RATE)
    shape = st_t_shape(jt, rng.uniform(0.15, 0.4), rng.uniform(0.62, 0.75), rng.uniform(0.0, 0.25))
    size = rng.uniform(0.2, 0.5) * np.clip(field.peak / 1.3, 0.7, 1.4)
    vector = -size * np.array([1.0, 0.4 * field.axis[1] + rng.normal(0, 0.1), rng.uniform(0.2, 0.7)])
    gain = (field.matrix @ vector) * rng.lognormal(0, 0.12, 8)
    kept = rng.uniform(0.1, 0.4)
    strained = add_t(beat, shaped_t(shape, gain), kept)
    return replace(strained, t_peak=t_peak_of(strained))
