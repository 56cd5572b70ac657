"""Bundle branch block: the late or slow activation of one ventricle.

Shapes and durations follow Surawicz et al., AHA/ACCF/HRS 2009 part III (J Am Coll Cardiol
2009;53:976), Strauss et al., Am J Cardiol 2011;107:927 (strict LBBB) and, for the vector loops,
Chou, Helm & Kaplan, Clinical Vectorcardiography, 1974.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import linear_rank, own_qrs, paced_to
from ecgtwin_app.heart.physics.repolarisation import with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts, smooth_activation, splinters

#: QRS durations drawn, seconds. Recordings labelled so and meeting the criteria have 128 to 154 ms (10th to
#: 90th percentile, n 31) in complete right and 147 to 182 ms (n 14) in left bundle branch block.
RBBB_DURATION = (0.124, 0.152)
INCOMPLETE_RBBB_DURATION = (0.102, 0.116)
LBBB_DURATION = (0.13, 0.178)
#: An own QRS (s) is shortened to this before an incomplete block delays its end.
INCOMPLETE_OWN = 0.094

_I, _V1, _V2, _V5, _V6 = 0, 2, 3, 6, 7


@dataclass(frozen=True)
class LateRightVentricle:
    """How large the late right ventricle is drawn.

    Attributes
    ----------
    r : (float, float, float, float)
        R' in V1: median (mV), spread of its logarithm, least and largest.
    in_v2 : (float, float)
        R' in V2 against that in V1.
    s : (float, float)
        Median S (mV) in I and V6.
    met : (float, float)
        Share of the S of V1 that is lost.
    hands_over : tuple of float
        How far each lead's own last forces give way, I, II, V1 to V6.
    gradient : (float, float)
        As in `with_qrs`.
    s_lasts : float
        The S of I and V6 lasts at least so long, seconds.
    """

    r: tuple[float, float, float, float]
    in_v2: tuple[float, float]
    s: tuple[float, float]
    met: tuple[float, float]
    hands_over: tuple[float, ...]
    gradient: tuple[float, float]
    s_lasts: float


#: As in the training records of the labels: R' of V1 0.75 mV (n 46) and 0.16 mV (n 80), S of I 0.32 and 0.14 mV, S of
#: V6 0.32 and 0.14 mV, S of V1 0.14 and 0.57 mV (medians).
COMPLETE = LateRightVentricle(
    (0.8, 0.4, 0.3, 1.9),
    (0.1, 0.95),
    (0.3, 0.3),
    (0.4, 1.0),
    (1, 0.3, 1, 0.8, 0.3, 0.6, 1, 1),
    (0.55, 0.95),
    0.056,
)
INCOMPLETE = LateRightVentricle(
    (0.19, 0.5, 0.08, 0.55),
    (-0.2, 0.8),
    (0.13, 0.13),
    (0.0, 0.6),
    (1, 0.2, 1, 0.5, 0.1, 0.3, 0.9, 1),
    (0.2, 0.8),
    0.07,
)


@makes("right bundle branch block")
def right_bundle_branch_block(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """The patient's own first half of the QRS, then the right ventricle late and slowly.

    The terminal vector points to the right and the front: R' in V1, broad S in I, V5 and V6.
    """
    duration = max(rng.uniform(*RBBB_DURATION), template.qrs_duration + rng.uniform(0.03, 0.045))
    beat, late = _late_right_ventricle(template, field, rng, duration, COMPLETE)
    return beat, {
        "QRS duration": beat.qrs_duration,
        "R' in V1": late,
        "severity": linear_rank(beat.qrs_duration, *RBBB_DURATION),
    }


@makes("incomplete right bundle branch block")
def incomplete_right_bundle_branch_block(
    template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits
):
    """As right bundle branch block, later by less: QRS 100 to 119 ms, a small r' in V1."""
    own = paced_to(template, min(template.qrs_duration, INCOMPLETE_OWN))
    duration = max(
        rng.uniform(*INCOMPLETE_RBBB_DURATION), min(own.qrs_duration + 0.014, INCOMPLETE_RBBB_DURATION[1])
    )
    beat, late = _late_right_ventricle(own, field, rng, duration, INCOMPLETE)
    return beat, {
        "QRS duration": beat.qrs_duration,
        "R' in V1": late,
        "severity": linear_rank(beat.qrs_duration, *INCOMPLETE_RBBB_DURATION),
    }


def _late_right_ventricle(template, field, rng, duration, late):
    """The beat with the right ventricle activated last, as large as `late` draws it. Also R' of V1, mV."""
    own, samples = template.qrs_duration, round(duration * MODEL_RATE) + 1
    at = 1000 * np.arange(samples) / MODEL_RATE
    qrs = own_qrs(template, samples)
    # The septum is no longer met from the right: V1 and V2 lose a part of their S.
    met = rng.uniform(*late.met)
    for lead, share in ((_V1, 1.0), (_V2, rng.uniform(0.3, 1.0))):
        qrs[lead] -= met * share * fade(at, 20, 45) * np.minimum(qrs[lead], 0)
    sizes = _terminal_sizes(qrs, rng, late)
    begin = 1000 * own * rng.uniform(0.45, 0.58)
    s_begin = min(begin + 6, 1000 * (duration - late.s_lasts))
    top = 1000 * duration - rng.uniform(0.42, 0.52) * (1000 * duration - begin)
    shift = np.clip(rng.normal(0, 3, 8), -6, 6)
    for lead in range(8):
        s_lead = lead in (_I, _V5, _V6)
        start = s_begin if s_lead else begin
        # S is broad: it is deep soon and stays until the end.
        peak = max(
            (s_begin + 0.42 * (1000 * duration - s_begin) if s_lead else top) + shift[lead], start + 14
        )
        rise, fall = fade(at, start, peak), 1 - fade(at, peak, 1000 * duration)
        # Where the late ventricle is seen large, nothing of the left one is left beside it.
        handed = fade(at, start - 4, start + 0.6 * (peak - start)) * late.hands_over[lead]
        wave = rise * fall ** (rng.uniform(0.5, 0.7) if s_lead else rng.uniform(0.7, 1.0))
        qrs[lead] = qrs[lead] * (1 - handed) + sizes[lead] * wave
    end = 1 - fade(at, 1000 * duration - 8, 1000 * duration)
    beat = with_qrs(template, qrs * end, duration, rng, late.gradient, (0.02, 0.12))
    return beat, float(sizes[_V1])


def _terminal_sizes(qrs, rng, late):
    """The late wave (mV) of each lead: R' in V1 and V2, S in I, V4 to V6, no smaller than a wave that is seen."""
    first, last = late.s
    sizes = np.zeros(8)
    sizes[_V1] = np.clip(rng.lognormal(np.log(late.r[0]), late.r[1]), *late.r[2:])
    sizes[_V1] = max(sizes[_V1], 0.12 * -qrs[_V1].min(), 0.11)
    sizes[_V2] = sizes[_V1] * rng.uniform(*late.in_v2)
    sizes[4] = sizes[_V1] * rng.uniform(-0.3, 0.25)
    for lead, median in ((_I, first), (_V6, last)):
        sizes[lead] = -np.clip(rng.lognormal(np.log(median), 0.55), 0.3 * median, 3 * median)
        sizes[lead] = min(sizes[lead], -0.12 * qrs[lead].max(), -0.085)
    sizes[_V5] = sizes[_V6] * rng.uniform(0.95, 1.7)
    sizes[5] = sizes[_V5] * rng.uniform(0.2, 1.1)
    # The right ventricle's base ends above or below the frontal plane's middle.
    sizes[1] = sizes[_I] * rng.uniform(-0.4, 1.1)
    return sizes


@makes("left bundle branch block")
def left_bundle_branch_block(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Septum from right to left, then slowly the left ventricle: no septal q, notched broad R.

    The patient's voltage and axis tendency remain; the order of activation is new.
    """
    drawn = LBBB_DURATION[0] + rng.beta(1.5, 1.3) * (LBBB_DURATION[1] - LBBB_DURATION[0])
    duration = max(drawn, template.qrs_duration + 0.02)
    samples = round(duration * MODEL_RATE) + 1
    size = float(np.clip(field.peak, 0.7, 1.7)) * rng.uniform(0.5, 0.95)
    vertical = 0.55 * float(field.axis[1]) + rng.normal(-0.22, 0.34)
    back = rng.uniform(0.65, 1.25)
    d = duration
    septal = (rng.uniform(0.5, 0.8), 0.35 * vertical + rng.normal(0.05, 0.12), rng.uniform(0.05, 0.4))
    middle = (rng.uniform(0.25, 0.55), 0.6 * vertical + rng.normal(0, 0.1), back)
    lateral = (rng.uniform(0.45, 0.8), 0.6 * vertical - rng.uniform(0, 0.25), rng.uniform(0.2, 0.6))
    notch = rng.uniform(0.0, 0.08)
    fronts = [
        Front(0.0, d * rng.uniform(0.3, 0.38), d * (0.74 - notch), tuple(size * np.array(septal))),
        Front(d * 0.1, d * rng.uniform(0.45, 0.54), d * 0.92, tuple(size * np.array(middle))),
        Front(d * (0.38 + notch), d * rng.uniform(0.64, 0.74), d, tuple(size * np.array(lateral))),
    ]
    initial_r = bool(rng.random() < 0.75)
    if initial_r:
        # The right ventricle's apex gives a small r in V1 to V3.
        tip = (rng.uniform(0.12, 0.3), rng.normal(0.08, 0.08), -rng.uniform(0.3, 0.75))
        fronts.append(
            Front(0.0, rng.uniform(0.014, 0.022), rng.uniform(0.03, 0.046), tuple(size * np.array(tip)))
        )
    fronts += splinters(rng, d, size * np.array([0.6, 0.4 * vertical, back]), rng.uniform(0.03, 0.09))
    # The slow fronts run in the back of the left ventricle, so that V2 to V5 see less of their way to
    # the left and more of their way back: the transition moves towards V5, in some beyond it.
    matrix = field.matrix.copy()
    late = np.clip(rng.normal(0.95, 0.4), 0, 1.6)
    matrix[2:8, 0] *= 1 - late * np.array([0.1, 0.2, 0.55, 0.6, 0.4, 0.3], np.float32)
    matrix[2:8, 2] -= late * np.array([-0.1, 0.4, 0.6, 0.55, 0.3, 0.1], np.float32)
    qrs = perform_fronts(fronts, matrix, samples, rng, 0.07, rng.uniform(0.15, 0.4))
    qrs = smooth_activation(qrs, rng.uniform(1.5, 3.0))
    # Only part of the patient's own T survives under the secondary change, less where it would hide it.
    share, seed = rng.uniform(0.45, 0.8), int(rng.integers(2**62))
    for _ in range(5):
        base = replace(template, t=template.t * np.float32(share))
        beat = with_qrs(base, qrs, duration, np.random.default_rng(seed), (0.45, 0.85), (0.16, 0.36))
        if _opposed(beat, _V1) and (_opposed(beat, _I) or _opposed(beat, _V6)):
            break
        share *= 0.5
    return beat, {
        "QRS duration": beat.qrs_duration,
        "initial r in V1": initial_r,
        "severity": linear_rank(beat.qrs_duration, *LBBB_DURATION),
    }


def _opposed(beat, lead):
    """Whether ST-T clearly opposes the QRS in a lead."""
    qrs, t = float(beat.qrs[lead].sum()), float(beat.t[lead].sum())
    return qrs * t < 0 and abs(t) > 0.25 * abs(qrs)
