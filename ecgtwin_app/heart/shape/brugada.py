"""Brugada type 1: a J wave and a coved ST segment over the right ventricular outflow tract.

Coved ST of 0.2 mV or more and an inverted T in V1 or V2: Wilde et al., Circulation 2002;106:2514; Bayés de
Luna et al., J Electrocardiol 2012;45:433, for the shape.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.leads_shown import at_geometric_rank, geometric_rank, st_levels
from ecgtwin_app.heart.physics.repolarisation import add_t, t_peak_of
from ecgtwin_app.heart.physics.vector import LeadField

#: J elevation drawn for the leading lead, mV; the limit is 0.2.
COVED_J = (0.27, 0.7)
#: Which of V1, V2 and V3 are coved, relative to the leading one, and the weight.
COVED_LEADS = {
    "V1 and V2": ((0.75, 1.0, 0.2), 0.5),
    "V1 to V3": ((0.65, 1.0, 0.6), 0.2),
    "V1": ((1.0, 0.55, 0.05), 0.15),
    "V2": ((0.4, 1.0, 0.25), 0.15),
}
#: J and ST this much below the drawn level would not count: mV above the limit of 0.2.
_LOWEST = 0.24

_V1, _V3 = 2, 4


@makes("Brugada type 1")
def brugada_type_1(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """High take-off in V1 and V2, ST that falls convexly into an inverted T; other leads stay normal."""
    weights = np.array([weight for _, weight in COVED_LEADS.values()])
    name = list(COVED_LEADS)[int(rng.choice(len(weights), p=weights / weights.sum()))]
    shares = np.array(COVED_LEADS[name][0]) * rng.lognormal(0, 0.1, 3)
    leading = at_geometric_rank(*COVED_J, rng.random())
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    into = round(rng.uniform(0.024, 0.044) * MODEL_RATE)
    into = min(into, round(0.45 * template.qrs_duration * MODEL_RATE))
    kept = np.ones(8)
    kept[_V1 : _V3 + 1] = 1 - np.clip(1.2 * shares, 0, 1) * rng.uniform(0.9, 1.0)
    course = _coved(jt, into, rng)
    # A little of it reaches the inferior leads from the outflow tract beneath them.
    far = np.array([-0.04, rng.uniform(-0.05, 0.08), 0, 0, 0, 0.08, 0.0, 0.0])
    for _ in range(10):
        gain = far * leading
        gain[_V1 : _V3 + 1] = leading * shares
        beat = add_t(_without_late_s(template, shares, into), gain[:, None] * course, kept, into)
        levels = [st_levels(beat, after) for after in (0.0, 0.02)]
        reached = max(min(level[lead] for level in levels) for lead in ("V1", "V2"))
        if reached >= _LOWEST:
            break
        leading = 1.1 * leading + 0.01
    beat = replace(beat, t_peak=t_peak_of(beat))
    highest = max(levels[0]["V1"], levels[0]["V2"])
    return beat, {"severity": geometric_rank(highest, *COVED_J), "leads": name, "J elevation": highest}


def _coved(jt, into, rng):
    """Unit course from `into` samples before J: up to J, convex down, through an inverted T to zero."""
    at = np.arange(jt) / max(jt - 1, 1)
    crossing = rng.uniform(0.42, 0.56)
    # Convex to nearly straight.
    bend = rng.uniform(0.75, 1.2)
    falling = np.cos(0.5 * np.pi * np.clip(at / crossing, 0, 1) ** (1.1 * bend))
    depth = rng.uniform(0.35, 1.0)
    trough = rng.uniform(0.66, 0.74)
    half = min(1 - trough, trough - 0.3)
    inverted = 0.5 + 0.5 * np.cos(np.pi * np.clip((at - trough) / half, -1, 1))
    course = falling - depth * inverted
    rise = fade(np.arange(into), 0, into)
    rounded = smoothing.gaussian(course, 5, mode="nearest") * (1 - fade(at * 1000, 950, 1000))
    # The J wave: the top lies at J or a little after it.
    wave = rng.uniform(0.0, 0.12) * (1 - fade(np.arange(jt), 0, 16))
    whole = np.concatenate([rise * (rounded[0] + wave[0]), rounded + wave])
    # The take-off is round: J is no corner.
    whole = smoothing.gaussian(whole, rng.uniform(2.5, 4.0), mode="constant")
    whole *= fade(np.arange(len(whole)), 0, 8) * (
        1 - fade(np.arange(len(whole)), len(whole) - 12, len(whole) - 1)
    )
    return (whole / max(float(whole[into]), 1e-6)).astype(np.float32)


def _without_late_s(template, shares, into):
    """The last part of S gives way to the J wave in the coved leads."""
    index = np.arange(template.qrs.shape[1]) + template.qrs_offset
    j = template.qrs_duration * MODEL_RATE
    late = fade(index, j - into - 4, j - 0.3 * into)
    qrs = template.qrs.copy()
    for k, share in enumerate(np.clip(shares, 0, 1)):
        qrs[_V1 + k] *= 1 - share * late
    return replace(template, qrs=qrs)
