"""Large atria: the P wave's second (left) or first (right) half grows.

Limits: Hancock et al., AHA/ACCF/HRS 2009 part V (J Am Coll Cardiol 2009;53:992); terminal force of V1:
Morris et al., Circulation 1964;29:242.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.peaks import find_peaks
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.activation import linear_rank, own_p, with_p
from ecgtwin_app.heart.physics.vector import Front, LeadField, perform_fronts

#: P durations drawn for a large left atrium, seconds.
LONG_P = (0.126, 0.148)
#: Heights of P in II drawn for a large right atrium, mV.
TALL_P = (0.275, 0.44)
#: The terminal force (mV s) that the drawn cases exceed; Morris' limit is 0.004.
TERMINAL_FORCE = (0.0052, 0.0095)
#: Depth (mV) of the dip between the two peaks of a notched P, at least.
NOTCH = 0.014
#: The right atrium's peak in II (mV) is at least this, so that the P is seen from its onset.
RIGHT_PEAK = (0.09, 0.13)
#: A notched P has its peaks at least so far apart, seconds.
NOTCH_SPAN = 0.042

_II, _V1 = 1, 2


@makes("left atrial enlargement")
def left_atrial_enlargement(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """A long P that ends in the left atrium: notched in II, terminally negative in V1, or both."""
    _needs_p(template)
    duration = LONG_P[0] + float(rng.beta(1.1, 1.5)) * (LONG_P[1] - LONG_P[0])
    severity = linear_rank(duration, *LONG_P)
    pattern = str(rng.choice(["notch", "terminal force", "both"], p=[0.2, 0.3, 0.5]))
    samples = round(duration * MODEL_RATE) + 1
    start = duration - rng.uniform(0.07, 0.08)
    peak = duration - rng.uniform(0.034, 0.042)
    late = perform_fronts(
        [Front(start, peak, duration, (1.0, 1.0, 1.0))], np.ones((8, 1)) @ [[1, 0, 0]], samples, rng, 0.05
    )
    late /= late.max(axis=1, keepdims=True)
    course = np.array([rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.8), rng.uniform(0.5, 1.1)])
    gain = field.matrix @ course * rng.lognormal(0, 0.1, 8)
    gain *= rng.uniform(0.75, 1.25) / max(gain[_II], 0.3)
    # The left atrium lies behind: V1 alone looks at its back. In 104 records of the label the terminal P of V2 is
    # -0.01 mV, that of V3 to V6 positive, 0.05 mV at most times.
    chest = np.array([rng.uniform(-0.03, 0.02), rng.uniform(0.0, 0.05), *rng.uniform(0.02, 0.08, 3)])
    force = _terminal_gain(late[_V1], pattern, rng)
    wanted_right, later = rng.uniform(*RIGHT_PEAK), rng.uniform(0.9, 1.15)
    # The right atrium ends early enough for the left one to stand alone.
    for right_end in np.linspace(min(template.p_duration, 0.105), 0.066, 8):
        right = own_p(template, right_end, samples)
        height = max(float(right[_II].max()), 0.02)
        right[:2] *= np.clip(wanted_right / height, 1, 3)
        p = right + max(height, wanted_right) * later * gain[:, None] * late
        p[_V1] = right[_V1] * (1 - late[_V1]) - force * late[_V1]
        p[_V1 + 1 :] = right[_V1 + 1 :] * (1 - late[_V1 + 1 :]) + chest[:, None] * late[_V1 + 1 :]
        if pattern == "terminal force" or has_notch(p[_II], NOTCH):
            break
    beat = with_p(template, p, duration)
    return beat, {
        "pattern": pattern,
        "P duration": beat.p_duration,
        "terminal force": terminal_force(p[_V1]),
        "severity": severity,
    }


@makes("right atrial enlargement")
def right_atrial_enlargement(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """A tall, pointed P in II, III and aVF, early upright in V1; it grows no longer."""
    _needs_p(template)
    duration = template.p_duration
    samples = round(duration * MODEL_RATE) + 1
    wanted = TALL_P[0] + float(rng.beta(1, 1.7)) * (TALL_P[1] - TALL_P[0])
    p = own_p(template, duration, samples)
    # Towards the feet and a little forward, the left share small: the axis of P turns beyond 75 degrees.
    course = np.array([rng.uniform(-0.1, 0.25), 1.0, -rng.uniform(0.1, 0.35)])
    top = rng.uniform(0.038, 0.055)
    stop = min(2 * top + 0.012, duration)
    tent = _tent(np.arange(samples) / MODEL_RATE, top, stop, rng.uniform(0.8, 1.0))
    size = field.matrix @ course * rng.lognormal(0, 0.08, 8)
    # The chest sees little of a wave that runs down: 0.03 to 0.05 mV where II has 0.17 (medians, n 17).
    size[_V1:] = max(size[_II], 0.3) * np.array([rng.uniform(0.0, 0.35), *rng.uniform(0.08, 0.3, 5)])
    added = size[:, None] * tent
    # The tent stands in the place of the patient's own dome.
    p *= rng.uniform(0.15, 0.45)
    peak = int(np.argmax(added[_II]))
    # A heart whose lead II does not look at the feet still has a P that points there.
    if added[_II, peak] < 0.5:
        added[_II] *= 0.5 / max(added[_II, peak], 0.05)
    low, high = 0.0, 2.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if (p + middle * added)[_II].max() < wanted else (low, middle)
    p = p + high * added
    return with_p(template, p, duration), {
        "P in II": float(p[_II].max()),
        "severity": linear_rank(wanted, *TALL_P),
    }


def with_left_atrial_sign(beat: BeatTemplate, rng: np.random.Generator, share: float) -> BeatTemplate:
    """In a `share` of the beats the P of a loaded left atrium: its end negative in V1, a little longer in II.

    The depth is that of records with left ventricular hypertrophy: 0.07 mV in V1, 0.03 mV in V2 (medians, n 61).
    """
    drawn, depth, second = rng.random() < share, rng.lognormal(np.log(0.065), 0.45), rng.uniform(0.1, 0.5)
    if not (drawn and beat.has_p):
        return beat
    start, samples = -beat.p_offset, round(beat.p_duration * MODEL_RATE)
    at = (np.arange(beat.p.shape[1]) - start) / max(samples, 1)
    late = (0.5 + 0.5 * np.cos(np.pi * np.clip((at - 0.72) / 0.34, -1, 1))).astype(np.float32)
    p = beat.p.copy()
    p[_V1] = p[_V1] * (1 - 0.4 * late) - np.float32(min(depth, 0.16)) * late
    p[_V1 + 1] -= np.float32(second * min(depth, 0.16)) * late
    p[_II] += np.float32(0.3 * depth) * late
    return replace(beat, p=p)


def with_right_atrial_sign(beat: BeatTemplate, rng: np.random.Generator, share: float) -> BeatTemplate:
    """In a `share` of the beats the P of a loaded right atrium (P pulmonale): pointed, 0.2 to 0.35 mV in II."""
    drawn, height, point = rng.random() < share, rng.uniform(0.2, 0.35), rng.uniform(0.6, 1.0)
    if not (drawn and beat.has_p):
        return beat
    start = -beat.p_offset
    at = (np.arange(beat.p.shape[1]) - start) / MODEL_RATE
    tent = _tent(at, 0.45 * beat.p_duration, 0.95 * beat.p_duration, point)
    lack = max(height - 0.4 * float(beat.p[_II].max()), 0.05)
    foot = np.array([0.1, 1.0, 0.25, 0.2, 0.15, 0.12, 0.1, 0.1], np.float32)
    return replace(beat, p=(beat.p * (1 - 0.6 * tent) + lack * foot[:, None] * tent).astype(np.float32))


def _tent(at, top, stop, pointed):
    """A unit wave (samples,) from 0 to `stop` (s), a triangle by the share `pointed`, else a raised cosine."""
    straight = np.interp(at, [0, top, stop], [0, 1, 0], left=0, right=0)
    triangle = smoothing.gaussian(straight**1.6, 1.5, mode="nearest")
    dome = 0.5 - 0.5 * np.cos(np.pi * straight)
    return (pointed * triangle + (1 - pointed) * dome).astype(np.float32)


def terminal_force(lead: np.ndarray) -> float:
    """Depth times duration (mV s) of the negative end of a P, given from its onset to its end."""
    negative = np.flatnonzero(lead < -0.005)
    if negative.size == 0 or negative[-1] < 0.7 * len(lead):
        return 0.0
    stop = int(negative[-1])
    start = stop
    while start > 0 and lead[start - 1] < 0:
        start -= 1
    return float((stop + 1 - start) / MODEL_RATE * -lead[start : stop + 1].min())


def _terminal_gain(late, pattern, rng):
    """Depth (mV) of the left atrium in V1: beyond Morris' limit, or short of it when only II is notched."""
    if pattern == "notch":
        return rng.uniform(0.0, 0.04)
    force = TERMINAL_FORCE[0] + rng.beta(1, 1.6) * np.ptp(TERMINAL_FORCE)
    return force / (np.count_nonzero(late > 0.08) / MODEL_RATE)


def _needs_p(template):
    if not template.has_p:
        raise EcgError(
            "A large atrium shows in the P wave, and this beat has none; take one in sinus rhythm."
        )


def has_notch(lead: np.ndarray, dip: float) -> bool:
    """Whether a P has two peaks with a `dip` (mV) between them."""
    smooth = smoothing.gaussian(lead, 2)
    peaks = find_peaks(np.pad(smooth, 1), height=0.35 * smooth.max(), prominence=dip)
    return peaks.size >= 2 and (peaks[-1] - peaks[0]) / MODEL_RATE >= NOTCH_SPAN
