"""Bundle branch block: the late or slow activation of one ventricle.

Shapes and durations follow Surawicz et al., AHA/ACCF/HRS 2009 part III (J Am Coll Cardiol
2009;53:976), Strauss et al., Am J Cardiol 2011;107:927 (strict LBBB) and, for the vector loops,
Chou, Helm & Kaplan, Clinical Vectorcardiography, 1974.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import last_run, linear_rank, own_qrs, paced_to
from ecgtwin_app.heart.physics.repolarisation import with_qrs
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts, splinters

#: QRS durations drawn, seconds. Recordings labelled so and meeting the criteria have 128 to 154 ms (10th to
#: 90th percentile, n 31) in complete right and 147 to 182 ms (n 14) in left bundle branch block.
RBBB_DURATION = (0.124, 0.152)
INCOMPLETE_RBBB_DURATION = (0.103, 0.113)
LBBB_DURATION = (0.128, 0.168)
#: An own QRS (s) is shortened to this before an incomplete block delays its end.
INCOMPLETE_OWN = 0.094

_I, _V1, _V2, _V5, _V6 = 0, 2, 3, 6, 7


@makes("right bundle branch block")
def right_bundle_branch_block(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """The patient's own first half of the QRS, then the right ventricle late and slowly.

    The terminal vector points to the right and the front: R' in V1, broad S in I, V5 and V6.
    """
    duration = max(rng.uniform(*RBBB_DURATION), template.qrs_duration + rng.uniform(0.03, 0.045))
    beat, gain = _late_right_ventricle(template, field, rng, duration, 1.0)
    return beat, {
        "QRS duration": beat.qrs_duration,
        "terminal gain": gain,
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
    beat, gain = _late_right_ventricle(own, field, rng, duration, rng.uniform(0.3, 0.65))
    return beat, {
        "QRS duration": beat.qrs_duration,
        "terminal gain": gain,
        "severity": linear_rank(beat.qrs_duration, *INCOMPLETE_RBBB_DURATION),
    }


def _late_right_ventricle(template, field, rng, duration, share):
    """The beat with the right ventricle activated last; `share` sizes what it adds. Also the gain used."""
    own = template.qrs_duration
    samples = round(duration * MODEL_RATE) + 1
    at = np.arange(samples) / MODEL_RATE
    qrs = own_qrs(template, samples)
    # Nothing of the left ventricle is left to balance the right one at the end: I, V5 and V6 turn to S.
    s_start = duration - rng.uniform(0.054, 0.06)
    gone = fade(1000 * at, 1000 * (s_start - 0.012), 1000 * s_start)
    for lead in (_I, _V5, _V6):
        qrs[lead] -= gone * np.maximum(qrs[lead], 0)
    # The septum is no longer met from the right: V1 and V2 lose a part of their S.
    met = rng.uniform(0.2, 0.75) * fade(1000 * at, 20, 45)
    for lead in (_V1, _V2):
        qrs[lead] -= met * np.minimum(qrs[lead], 0)
    begin = own * rng.uniform(0.42, 0.58)
    peak = begin + (duration - begin) * rng.uniform(0.4, 0.55)
    right, down = rng.uniform(0.22, 0.46), rng.normal(0.0, 0.14)
    front = rng.uniform(0.3, 0.62)
    size = float(np.clip(field.peak, 0.8, 2.2)) / 1.3 * share
    early = np.array([rng.uniform(-0.1, 0.15), rng.normal(0, 0.1), -rng.uniform(0.1, 0.35)]) * size
    # The free wall of the right ventricle first, forward; then its base, to the right.
    forward = np.array([-0.35 * right, down + rng.normal(0, 0.1), -1.1 * front]) * size
    late = np.array([-1.2 * right, down + rng.normal(0, 0.1), -0.65 * front]) * size
    fronts = [
        Front(begin * 0.6, begin + 0.02, peak + 0.015, tuple(early)),
        Front(begin, peak - 0.004, peak + 0.7 * (duration - peak), tuple(forward)),
        Front(begin + 0.4 * (peak - begin), peak + 0.3 * (duration - peak), duration, tuple(late)),
    ]
    for front in splinters(rng, 0.75 * (duration - begin), late, rng.uniform(0.04, 0.1), 3):
        fronts.append(
            replace(front, start=front.start + begin, peak=front.peak + begin, stop=front.stop + begin)
        )
    # The late right ventricle lies closer to V1 than a central dipole does, V2 sees less of it.
    matrix = field.matrix.copy()
    matrix[3] *= rng.uniform(0.5, 0.9)
    added = perform_fronts(fronts, matrix, samples, rng, 0.12, 0.05)
    # The frontal plane is the left ventricle's until then, which keeps its axis.
    added[:2] *= fade(1000 * at, 1000 * (s_start - 0.025), 1000 * (s_start + 0.005))
    gain = _gain_until(lambda g: _rbbb_shown(qrs + g * added, 0.3 * share), rng.uniform(0.5, 0.95), 2.2)
    gradient = (0.55, 0.95) if share == 1 else (0.3, 0.8)
    return with_qrs(template, qrs + gain * added, duration, rng, gradient, (0.02, 0.12)), gain


@makes("left bundle branch block")
def left_bundle_branch_block(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """Septum from right to left, then slowly the left ventricle: no septal q, notched broad R.

    The patient's voltage and axis tendency remain; the order of activation is new.
    """
    drawn = LBBB_DURATION[0] + rng.beta(1.2, 1.4) * (LBBB_DURATION[1] - LBBB_DURATION[0])
    duration = max(drawn, template.qrs_duration + 0.02)
    samples = round(duration * MODEL_RATE) + 1
    size = float(np.clip(field.peak, 0.7, 1.7)) * rng.uniform(0.5, 0.95)
    vertical = 0.55 * float(field.axis[1]) + rng.normal(-0.08, 0.32)
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
    initial_r = bool(rng.random() < 0.55)
    if initial_r:
        # The right ventricle's apex gives a small r in V1 to V3.
        tip = (rng.uniform(0.12, 0.3), rng.normal(0.08, 0.08), -rng.uniform(0.18, 0.42))
        fronts.append(
            Front(0.0, rng.uniform(0.014, 0.022), rng.uniform(0.03, 0.046), tuple(size * np.array(tip)))
        )
    fronts += splinters(rng, d, size * np.array([0.6, 0.4 * vertical, back]), rng.uniform(0.05, 0.13))
    # The slow fronts run in the back of the left ventricle, so that V2 to V5 see less of their way to
    # the left and more of their way back: the transition moves towards V5, in some beyond it.
    matrix = field.matrix.copy()
    late = np.clip(rng.normal(0.75, 0.35), 0, 1.4)
    matrix[2:8, 0] *= 1 - late * np.array([0.1, 0.2, 0.55, 0.6, 0.4, 0.3], np.float32)
    matrix[2:8, 2] -= late * np.array([-0.1, 0.4, 0.6, 0.55, 0.3, 0.1], np.float32)
    qrs = perform_fronts(fronts, matrix, samples, rng, 0.07, rng.uniform(0.2, 0.45))
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


def _rbbb_shown(qrs, smallest):
    """Terminal R' of V1 larger than `smallest` (mV) and S of 40 ms in I and V6, both with a margin."""
    tail = qrs[:, qrs.shape[1] // 3 :]
    s_width = min(last_run(tail[lead] < -0.02) for lead in (_I, _V6))
    return tail[_V1].max() > smallest and s_width >= 0.046 * MODEL_RATE and tail[_V1][-12:].mean() > 0


def _gain_until(shown, first, last, steps=12):
    """The smallest gain at which `shown` holds, `last` when none does."""
    for gain in np.linspace(first, last, steps):
        if shown(gain):
            return float(gain)
    return float(last)
