"""Left fascicular blocks: one half of the left ventricle is reached through the other.

The open fascicle's half is activated first and unopposed (the small initial wave), the blocked half
late, and the main vector turns towards it: up and left in anterior, down and right in posterior block.
Axes, patterns and QRS limits: Surawicz et al., AHA/ACCF/HRS 2009 part III (J Am Coll Cardiol
2009;53:976); loops: Elizari, Acunzo & Ferreiro, Circulation 2007;115:1154.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import (
    angle_to_axis,
    lead_of,
    linear_rank,
    own_qrs,
    paced_to,
    qrs_axis,
    shows_qr,
    shows_rs,
    turned,
)
from ecgtwin_app.heart.physics.repolarisation import with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts

#: The widest QRS (s) of a fascicular block alone, inside the limit of 120 ms.
WIDEST = 0.107
#: How much (s) the detour through the other fascicle adds.
DELAY = (0.002, 0.014)
#: Beside a right bundle branch block the axis is that of this first part (s) of the QRS.
LEFT_PART = 0.08
#: T is lower than in a young heart: II 0.19 mV in 74 records of the anterior block, 0.27 mV in normal ones.
KEPT_T = (0.4, 1.0)
#: Draws until the pattern is whole.
TRIES = 14


@dataclass(frozen=True)
class FascicularBlock:
    """What a fascicular block does in the frontal plane.

    Attributes
    ----------
    axis : (float, float)
        Mild and marked QRS axis, degrees.
    initial : (float, float, float)
        Frank direction of the first forces.
    late : (float, float, float)
        Frank direction of the last forces, which stand alone.
    chest : (float, float)
        How much more than a dipole's V3 to V6 see of the vertical part of the last forces.
    turned_chest : float
        How much of the turn of the frontal plane the chest leads follow.
    qr, rs : tuple of str
        Leads that must show qR and rS.
    """

    axis: tuple[float, float]
    initial: tuple[float, float, float]
    late: tuple[float, float, float]
    chest: tuple[float, float]
    turned_chest: float
    qr: tuple[str, ...]
    rs: tuple[str, ...]


ANTERIOR = FascicularBlock(
    (-51.0, -78.0), (-0.6, 1.0, -0.25), (0.2, -1.0, 0.3), (0.5, 1.3), 0.7, ("aVL",), ("II", "III", "aVF")
)
POSTERIOR = FascicularBlock(
    (97.0, 135.0), (0.75, -0.8, -0.25), (-0.55, 1.0, 0.45), (0.0, 0.1), 0.15, ("III", "aVF"), ("I", "aVL")
)


@makes("left anterior fascicular block")
def left_anterior_fascicular_block(
    template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits
):
    """Axis -45 to -90 degrees, qR in aVL, rS in II, III and aVF, deeper S in V5 and V6."""
    return _blocked(template, field, rng, ANTERIOR)


@makes("left posterior fascicular block")
def left_posterior_fascicular_block(
    template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits
):
    """Axis 90 to 180 degrees, rS in I and aVL, qR in III and aVF."""
    return _blocked(template, field, rng, POSTERIOR)


def _blocked(template, field, rng, block):
    duration = min(template.qrs_duration + rng.uniform(*DELAY), WIDEST)
    beat = paced_to(template, duration)
    own = _aged(own_qrs(beat, round(beat.qrs_duration * MODEL_RATE) + 1), rng)
    beat = replace(beat, t=beat.t * np.float32(rng.uniform(*KEPT_T)))
    best, best_shown = own, -1
    for attempt in range(TRIES):
        axis = block.axis[0] + rng.beta(1.0, 1.6) * (block.axis[1] - block.axis[0])
        qrs = _turned_loop(own, field, rng, block, axis, 1 + attempt / TRIES)
        shown = _shown(qrs, block)
        if shown > best_shown:
            best, best_shown = qrs, shown
        if shown == len(block.qr) + len(block.rs) + 2:
            break
    beat = with_qrs(beat, best, beat.qrs_duration, rng, (0.3, 0.8), (0.0, 0.08))
    axis = qrs_axis(best)
    return beat, {
        "QRS axis": axis,
        "QRS duration": beat.qrs_duration,
        "severity": linear_rank(axis, *block.axis),
    }


def _aged(own, rng):
    """The QRS with lower forces to the front in a share: r of V1 to V3 grows late (poor R progression)."""
    lower, r_left = rng.uniform(0.6, 1.0), rng.uniform(0.3, 1.0)
    chest = own[2:5]
    left = np.array([[1.0], [1.0], [0.6]]) * (1 - r_left)
    lowered = own.copy()
    lowered[2:5] = lower * (chest - left * np.maximum(chest, 0))
    return lowered.astype(np.float32)


def _turned_loop(own, field, rng, block, axis, insistence):
    """Initial forces of the open half, then the patient's own loop turned until the axis is reached."""
    samples = own.shape[1]
    d = (samples - 1) / MODEL_RATE
    at = np.arange(samples) / MODEL_RATE
    initial_end = rng.uniform(0.02, 0.03)
    size = float(np.clip(field.peak, 0.7, 2.0))
    # The patient's own septal forces give way, in the limb leads most, to those of the open half.
    own_share = np.ones((8, samples), np.float32)
    own_share[:2] = fade(at * 1000, 400 * initial_end, 1500 * initial_end)
    tip = np.array(block.initial) + 0.15 * rng.standard_normal(3)
    tip *= min(size, 1.4 * _limb_size(own)) * insistence * rng.uniform(0.08, 0.15)
    last = size * rng.uniform(0.15, 0.4) * (np.array(block.late) + 0.2 * rng.standard_normal(3))
    begin = d * rng.uniform(0.4, 0.5)
    early = Front(0.0, 0.5 * initial_end, 1.5 * initial_end, tuple(tip))
    later = Front(begin, begin + (d - begin) * rng.uniform(0.35, 0.55), d, tuple(last))
    # Chest leads sit below the late upward forces (or above the downward ones) and see them end in S.
    matrix = field.matrix.copy()
    matrix[4:8, 1] += rng.uniform(*block.chest)
    tip_leads = perform_fronts([early], field.matrix, samples, rng)
    tip_leads[2:] *= 0.4
    late_leads = perform_fronts([later], matrix, samples, rng)
    late_leads[2:] *= max(block.turned_chest, 0.4)
    base = own * own_share
    # The block turns the forces of the frontal plane, it does not enlarge them.
    gain = np.ones((8, 1), np.float32)
    wanted = _limb_size(own) * rng.uniform(0.7, 1.0)
    for _ in range(2):
        angle = angle_to_axis(gain * base, tip_leads + gain * late_leads, field, axis)
        loop = turned(gain * base, field, angle)
        # The chest leads lie across the plane of the turn and keep most of what they saw.
        loop[2:] = base[2:] + block.turned_chest * (loop[2:] - base[2:])
        main = loop + gain * late_leads
        gain[:2] *= wanted / _limb_size(main)
    main[:2] *= wanted / _limb_size(main)
    qrs = main + tip_leads
    return qrs * (1 - fade(np.arange(samples), samples - 1 - J_FADE, samples - 1))[None]


def _limb_size(qrs):
    return float(np.ptp(twelve_leads(qrs)[:6], axis=1).max())


def _shown(qrs, block):
    """How many parts of the pattern are there: the axis, whole and without the end, each qR and rS."""
    low, high = sorted(block.axis)
    axes = (qrs_axis(qrs), qrs_axis(qrs[:, : round(LEFT_PART * MODEL_RATE)]))
    return (
        sum(low - 4 <= axis <= high + 3 for axis in axes)
        + sum(shows_qr(lead_of(qrs, n)) for n in block.qr)
        + sum(shows_rs(lead_of(qrs, n)) for n in block.rs)
    )
