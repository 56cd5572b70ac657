"""The ventricles' muscle: more of it, more voltage; strained repolarisation; and voltage that is lost.

Voltage criteria: Sokolow & Lyon, Am Heart J 1949;37:161; Casale et al. (Cornell), Circulation
1987;75:565. Strain, QRS widening and right ventricular hypertrophy: Hancock et al., AHA/ACCF/HRS 2009
part V (J Am Coll Cardiol 2009;53:992). Strain: Okin et al., J Am Coll Cardiol 2001;38:514. Low voltage:
Mason et al., part II (J Am Coll Cardiol 2007;49:1128).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import linear_rank, own_qrs, paced_to, qrs_axis
from ecgtwin_app.heart.physics.repolarisation import add_from_qrs, t_peak_of, with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts
from ecgtwin_app.heart.shape.atrial_size import with_left_atrial_sign, with_right_atrial_sign

#: Added forces (mV) are no larger than this.
LARGEST_FORCES = 4.0
#: The widest QRS (s) of hypertrophy alone.
LARGEST_QRS = 0.114
#: Sokolow's voltage (mV) of mild and marked cases.
SOKOLOW_DRAWN = (3.65, 4.7)
#: A heart that would need more than this (mV) to meet Cornell meets Sokolow instead.
LARGEST_SOKOLOW = 5.6
#: Cornell's voltage (mV) above its limit, mild and marked.
CORNELL_ABOVE = (0.25, 1.3)
#: Share of the change of the QRS area that ST-T takes up in hypertrophy without strain.
SECONDARY = (0.1, 0.7)
#: How often a P of the left atrium goes with left, one of the right atrium with right ventricular hypertrophy.
LEFT_ATRIAL_SHARE, RIGHT_ATRIAL_SHARE = 0.5, 0.5
#: Strain shows where the muscle has grown: Sokolow's voltage (mV) or Cornell's beyond its limit by this much (mV).
STRAINED_SOKOLOW, STRAINED_CORNELL = 3.6, 0.1
#: Strain inverts T to no more than this share of the R of its lead.
LARGEST_STRAIN_SHARE = (0.16, 0.4)
LEAST_INVERSION = 0.17
#: S of V4 to V6 (mV) of right ventricular hypertrophy is limited softly to what real records show.
LARGEST_RIGHT_S = (0.7, 1.5)
#: R in V1 (mV) and axis (degrees) of right ventricular hypertrophy, mild and marked.
RIGHT_R = (0.8, 1.8)
RIGHT_AXIS = (97.0, 145.0)
#: ST depression (mV at J) of strain, mild and marked.
STRAIN_ST = (0.08, 0.26)
#: Largest limb lead (mV peak to peak) drawn for low voltage, mild and marked; the limit is 0.5.
LOW_VOLTAGE = (0.465, 0.3)

_I, _II, _V1, _V2, _V3, _V4, _V5, _V6 = 0, 1, 2, 3, 4, 5, 6, 7


@makes("left ventricular hypertrophy")
def left_ventricular_hypertrophy(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Leftward and posterior QRS forces grow until Sokolow or Cornell is exceeded with a margin."""
    widest = max(template.qrs_duration, LARGEST_QRS)
    beat = paced_to(template, min(template.qrs_duration * rng.uniform(1.0, 1.12), widest))
    samples = beat.qrs.shape[1] + beat.qrs_offset
    d = beat.qrs_duration
    left, back = rng.uniform(0.7, 1.0), rng.uniform(0.0, 0.45)
    vertical = 0.45 * float(field.axis[1]) + rng.normal(-0.15, 0.18)
    cornell = bool(rng.random() < 0.42)
    if cornell:
        # Cornell's voltage is large when the forces point up and back: tall R in aVL, deep S in V3.
        back, vertical = rng.uniform(0.95, 1.3), min(vertical, 0.0) - rng.uniform(0.1, 0.35)
    peak = float(np.clip(beat.qrs_peak, 0.35 * d, 0.6 * d))
    fronts = [
        Front(0.12 * d, peak, 0.9 * d, (left, vertical, 0.5 * back)),
        Front(0.3 * d, min(peak + 0.15 * d, 0.7 * d), d, (0.3 * left, 0.3 * vertical, 0.65 * back)),
        # The base of the thick wall comes last, behind: S in V3 and V5 stays.
        Front(0.6 * d, 0.78 * d, d, (-rng.uniform(0.1, 0.4), rng.uniform(-0.3, 0.0), 0.4 * back)),
    ]
    # The enlarged ventricle lies further back and to the left: V1 to V4 see less of the leftward forces than V5. In 45
    # real records the S of V1 is 0.4 mV deeper than in normal ones, the R of V5 1.0 mV taller (medians).
    matrix = field.matrix.copy()
    matrix[2:4, 0] *= rng.uniform(0.1, 0.6)
    matrix[3, 2] *= rng.uniform(0.45, 0.9)
    matrix[4, 0] *= rng.uniform(0.4, 0.8)
    matrix[5, 0] *= rng.uniform(0.6, 1.1)
    matrix[0] *= rng.uniform(0.6, 1.0)
    forces = np.zeros_like(beat.qrs)
    forces[:, -beat.qrs_offset :] = perform_fronts(fronts, matrix, samples, rng, 0.1)
    gain_share = rng.uniform(0.2, 0.5)
    limit = 2.0 if traits.sex == "F" else 2.8
    severity = float(rng.beta(0.9, 2.0))
    voltage, target = sokolow_voltage, _at(severity, SOKOLOW_DRAWN)
    if cornell:
        voltage, target = cornell_voltage, limit + _at(severity, CORNELL_ABOVE)

    def grown(size):
        return voltage(_grown(beat.qrs, forces, gain_share, size))

    size = _size_for(grown, target)
    if cornell and sokolow_voltage(_grown(beat.qrs, forces, gain_share, size)) > LARGEST_SOKOLOW:
        # This heart lies too steep for Cornell; it meets Sokolow instead.
        voltage, target = sokolow_voltage, _at(severity, SOKOLOW_DRAWN)
        size = _size_for(grown, target)
    qrs = _grown(beat.qrs, forces, gain_share, size)
    # Thick muscle repolarises late: T loses height over the left ventricle without being strained, and what the QRS
    # has gained ST-T opposes in part (T of V6 -0.08 mV, of I 0.04 mV, medians of 61 records).
    kept = 1 - rng.uniform(0.1, 0.9) * np.array([1, 0.7, 0.1, 0.1, 0.3, 0.6, 0.9, 1], np.float32)
    grown_qrs = own_qrs(replace(beat, qrs=qrs), samples)
    beat = replace(beat, t=beat.t * kept[:, None])
    beat = with_qrs(beat, grown_qrs, d, rng, SECONDARY, (0.15, 0.4))
    beat = with_left_atrial_sign(beat, rng, LEFT_ATRIAL_SHARE)
    return beat, {"voltage": voltage(qrs), "by": voltage.__name__.split("_")[0], "severity": severity}


@makes("left ventricular strain")
def left_ventricular_strain(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Downsloping ST and an asymmetric inverted T over the left ventricle: I, aVL, V5 and V6.

    Comes with hypertrophy: a heart that has no voltage yet grows some. T is inverted by a share of its lead's R.
    """
    template = _with_voltage(template, field, rng, traits)
    severity = float(rng.beta(1.1, 1.8))
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    st = _at(severity, STRAIN_ST)
    top = rng.uniform(0.67, 0.79)
    inverted = st / rng.uniform(0.26, 0.5)
    shape = _strain_shape(jt, st / inverted, top, rng.uniform(1.2, 3.0))
    # Opposite to the left ventricle's forces, with reciprocal ST elevation in V1 to V3.
    vertical = float(np.clip(0.4 * field.axis[1] + rng.normal(-0.05, 0.15), -0.4, 0.5))
    direction = -np.array([1.0, vertical, rng.uniform(0.2, 0.8)])
    gain = (field.matrix @ direction) * rng.lognormal(0, 0.12, 8)
    # The left leads show it whatever the patient's lead field says of them.
    for lead, least in ((_I, 0.62), (_V5, 0.8), (_V6, 0.85)):
        gain[lead] = min(gain[lead], -least * rng.uniform(0.9, 1.1))
    gain *= inverted / np.mean(-gain[[_V5, _V6]])
    largest = np.maximum(rng.uniform(*LARGEST_STRAIN_SHARE) * template.qrs.max(axis=1), LEAST_INVERSION)
    gain = np.where(gain < 0, -largest * np.tanh(-gain / largest), gain)
    kept = rng.uniform(0.0, 0.15) + np.array([0, 0.2, 0.4, 0.4, 0.3, 0.1, 0, 0])
    beat = add_from_qrs(template, gain * shape[0], gain[:, None] * shape, kept)
    beat = replace(beat, t_peak=t_peak_of(beat))
    return beat, {"ST depression": st, "T inversion": float(-gain.min()), "severity": severity}


def _with_voltage(template, field, rng, traits):
    """The beat, grown until Sokolow's or Cornell's voltage tells of hypertrophy; one that has it already stays."""
    back, part = rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.6)
    d, own = template.qrs_duration, own_qrs(template, template.qrs.shape[1] + template.qrs_offset)
    peak = float(np.clip(template.qrs_peak, 0.35 * d, 0.6 * d))
    front = Front(0.12 * d, peak, 0.9 * d, (1.0, 0.3 * float(field.axis[1]), back))
    forces = perform_fronts([front], field.matrix, own.shape[1], rng, 0.1)
    limit = STRAINED_CORNELL + (2.0 if traits.sex == "F" else 2.8)

    def voltage(size):
        qrs = _grown(own, forces, part, size)
        return max(sokolow_voltage(qrs) / STRAINED_SOKOLOW, cornell_voltage(qrs) / limit)

    size = _size_for(voltage, 1.0, 0.0)
    qrs = _grown(own, forces, part, size)
    return with_qrs(template, qrs, d, rng, (0.0, 0.1), (0.15, 0.4))


@makes("right ventricular hypertrophy")
def right_ventricular_hypertrophy(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Forces to the right and the front outweigh the left ventricle's: tall R in V1, axis beyond 90 degrees.

    V5 and V6 keep a deep S. In a share the right ventricle is strained: ST-T inverted in V1 to V3.
    """
    duration = min(template.qrs_duration + rng.uniform(0.0, 0.016), LARGEST_QRS)
    beat = paced_to(template, duration)
    samples = round(beat.qrs_duration * MODEL_RATE) + 1
    d = beat.qrs_duration
    severity = float(rng.beta(1.0, 1.7))
    r_wanted, axis_wanted = _at(severity, RIGHT_R), rng.uniform(*RIGHT_AXIS)
    own = own_qrs(beat, samples)
    peak = d * rng.uniform(0.45, 0.58)
    down = rng.uniform(0.1, 0.5)
    forward = Front(0.08 * d, peak, 0.96 * d, (-0.15, 0.2 * down, -1.0))
    rightward = Front(0.25 * d, min(peak + 0.12 * d, 0.75 * d), d, (-1.0, down, rng.uniform(-0.3, 0.3)))
    # V1 lies over the enlarged ventricle, V2 and V3 less so, and V5 and V6 far from it.
    matrix = field.matrix * np.array([1, 1, 1, 0.6, 0.5, 0.6, 0.55, 0.55], np.float32)[:, None]
    v1 = perform_fronts([forward], matrix, samples, rng, 0.08)
    limb = perform_fronts([rightward], matrix, samples, rng, 0.08)
    # Leads off the patient's plane must still see their share of the new forces.
    v1 /= max(v1[_V1].max(), 0.2)
    limb /= max(-limb[_I].min(), 0.2)
    limb[_V1] *= rng.uniform(0.2, 0.6)
    end = fade(np.arange(samples), samples - 1 - J_FADE, samples - 1)
    # The right ventricle covers the early and middle forces of the left one.
    qrs = own
    left, largest_s = rng.uniform(0.55, 0.85), rng.uniform(*LARGEST_RIGHT_S)
    limb_wanted = rng.uniform(0.8, 1.2) * _limb_size(own)
    for _ in range(12):
        base = own * left
        base[_V1] -= np.minimum(base[_V1], 0) * rng.uniform(0.3, 0.6)
        # What V2 keeps of the left ventricle's S would notch its R.
        base[_V2] -= np.minimum(base[_V2], 0) * rng.uniform(0.6, 0.95)
        base[_V2] = smoothing.gaussian(base[_V2], 2.0, mode="nearest")
        forces = limb * _share_to_axis(base, limb, axis_wanted)
        forces += v1 * _share_to_r(base + forces, v1, r_wanted)
        qrs = (base + forces) * (1 - end)
        deep = np.minimum(qrs[_V3:], 0)
        qrs[_V3:] += -deep - largest_s * np.tanh(-deep / largest_s)
        # The limb leads turn, they do not grow.
        qrs[:2] *= min(1.0, limb_wanted / _limb_size(qrs))
        r, s = float(qrs[_V1].max()), float(-qrs[_V1].min())
        if r >= 0.95 * r_wanted and r > 1.3 * s and not -85 <= qrs_axis(qrs) <= RIGHT_AXIS[0] - 3:
            break
        left *= 0.85
    strained = bool(rng.random() < 0.35 + 0.4 * severity)
    gradient, st = ((0.8, 1.0), (0.2, 0.4)) if strained else ((0.3, 0.7), (0.02, 0.1))
    beat = with_qrs(beat, qrs.astype(np.float32), d, rng, gradient, st)
    beat = with_right_atrial_sign(beat, rng, RIGHT_ATRIAL_SHARE)
    return beat, {
        "R in V1": float(qrs[_V1].max()),
        "QRS axis": qrs_axis(qrs),
        "strain": strained,
        "severity": severity,
    }


@makes("low voltage")
def low_voltage(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """P, QRS and T shrink, the QRS of the limb leads below 0.5 mV; the chest leads by less, in a share below 1 mV."""
    largest = _at(float(rng.beta(1.2, 1.4)), LOW_VOLTAGE)
    limb = largest / _limb_size(template.qrs)
    everywhere = bool(rng.random() < 0.3)
    chest = min(1.0, limb ** rng.uniform(0.1, 0.6))
    if everywhere:
        chest = min(chest, rng.uniform(0.6, 0.95) / float(np.ptp(template.qrs[_V1:], axis=1).max()))
    limb = min(limb, 1.0)
    gain = np.array([limb] * 2 + [chest] * 6, np.float32)[:, None]
    # What takes the voltage of the ventricles, fluid, air or fat, takes that of T and of the atria too: T of II
    # 0.13 mV, P 0.12 mV (medians of 13 records, 0.27 and 0.14 mV in normal ones).
    share, share_p = rng.uniform(0.7, 1.2), rng.uniform(0.1, 0.5)
    beat = replace(
        template, p=template.p * gain**share_p, qrs=template.qrs * gain, t=template.t * gain**share
    )
    return beat, {
        "largest limb lead": largest,
        "chest leads below 1 mV": everywhere,
        "severity": linear_rank(largest, *LOW_VOLTAGE),
    }


def sokolow_voltage(qrs: np.ndarray) -> float:
    """S in V1 plus the larger R of V5 and V6, mV, of a QRS (8, n)."""
    return float(max(-qrs[_V1].min(), 0) + max(qrs[_V5].max(), qrs[_V6].max()))


def cornell_voltage(qrs: np.ndarray) -> float:
    """R in aVL plus S in V3, mV, of a QRS (8, n)."""
    return float((qrs[_I] - qrs[_II] / 2).max() + max(-qrs[_V3].min(), 0))


def _at(severity, limits):
    """The value at a severity from mild to marked."""
    return limits[0] + severity * (limits[1] - limits[0])


def _grown(qrs, forces, share, size):
    """A QRS with `size` times the new forces, and grown itself by `share` of that."""
    return (qrs * (1 + share * size) + size * forces).astype(np.float32)


def _size_for(voltage, target, least=0.05):
    """The size at which a growing voltage reaches its target (bisection), at least `least`."""
    low, high = least, LARGEST_FORCES
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if voltage(middle) < target else (low, middle)
    return high


def _limb_size(qrs):
    """Largest limb lead of eight leads (8, n), mV peak to peak."""
    return float(np.ptp(twelve_leads(qrs)[:6], axis=1).max())


def _share_to_r(base, forward, r):
    """How much of the forward forces brings R in V1 to `r` (mV), at least a little."""
    sizes = np.linspace(0.1, 3.0, 30)
    tops = (base[_V1] + sizes[:, None] * forward[_V1]).max(axis=1)
    return float(sizes[int(np.argmin(np.abs(tops - r)))])


def _share_to_axis(base, limb, axis):
    """How much of the rightward forces turns the frontal axis to `axis` (degrees), at most 3 mV."""
    sizes = np.linspace(0.05, 3.0, 60)
    areas = base[:2].sum(axis=1)[:, None, None] + limb[:2].sum(axis=1)[:, None, None] * sizes[:, None]
    found = np.array([qrs_axis(areas[:, k]) for k in range(len(sizes))])
    return float(sizes[int(np.argmin(np.abs((found - axis + 180) % 360 - 180)))])


def _strain_shape(length, st, top, bow):
    """A unit ST-T that slopes down from J to the T peak, slowly first, and returns fast.

    `st` is the level at J as a share of the T peak, `top` when T peaks as a share of JT, `bow` how
    convex the way down is (1 a straight slope, 3 a level ST with a T of its own).
    """
    at = np.arange(length) / max(length - 1, 1)
    down = np.clip(at / top, 0, 1) ** bow
    # Round at the bottom: the slope ends before the T peak is passed.
    rise = 0.5 * down + 0.5 * fade(1000 * at, 150 * bow * top, 1000 * top)
    fall = 1 - fade(1000 * at, 970 * top, 1000)
    return smoothing.gaussian((st + (1 - st) * rise) * fall, 4, mode="nearest").astype(np.float32)
