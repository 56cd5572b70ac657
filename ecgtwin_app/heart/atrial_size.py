"""Large atria: the P wave's second (left) or first (right) half grows.

Limits: Hancock et al., AHA/ACCF/HRS 2009 part V (J Am Coll Cardiol 2009;53:992); terminal force of V1:
Morris et al., Circulation 1964;29:242.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ecgtwin_app.ecg.recording import MODEL_RATE, EcgError
from ecgtwin_app.ecg.template import BeatTemplate
from ecgtwin_app.heart.activation import rank
from ecgtwin_app.heart.vector import Front, LeadField, perform_fronts

#: P durations drawn for a large left atrium, seconds.
LONG_P = (0.126, 0.152)
#: Heights of P in II drawn for a large right atrium, mV.
TALL_P = (0.275, 0.44)
#: The terminal force (mV s) that the drawn cases exceed; Morris' limit is 0.004.
TERMINAL_FORCE = (0.0052, 0.011)
#: Depth (mV) of the dip between the two peaks of a notched P.
NOTCH = (0.02, 0.05)
#: A notched P has its peaks at least so far apart, seconds.
NOTCH_SPAN = 0.042

_II, _V1 = 1, 2


def left_atrial_enlargement(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """A long P that ends in the left atrium: notched in II, terminally negative in V1, or both."""
    _needs_p(template)
    severity = float(rng.beta(1.1, 1.5))
    duration = LONG_P[0] + severity * (LONG_P[1] - LONG_P[0])
    # A left atrium that outlasts the PR would begin the QRS.
    duration = max(min(duration, template.pr - 0.006), max(LONG_P[0], template.p_duration))
    pattern = str(rng.choice(["notch", "terminal force", "both"], p=[0.3, 0.3, 0.4]))
    samples = round(duration * MODEL_RATE) + 1
    # The right atrium ends early enough for the left one to stand alone.
    right_end = min(template.p_duration, duration * rng.uniform(0.66, 0.8))
    right = _right_part(template, right_end, samples)
    start = duration - rng.uniform(0.066, 0.078)
    peak = start + (duration - start) * rng.uniform(0.45, 0.6)
    wanted_force = TERMINAL_FORCE[0] + rng.beta(1, 1.6) * np.ptp(TERMINAL_FORCE)
    wanted_dip = rng.uniform(*NOTCH)
    back = {"notch": 0.35, "terminal force": 1.3, "both": 1.2}[pattern] * rng.uniform(0.9, 1.15)
    down = rng.uniform(0.45, 0.7)
    seed = int(rng.integers(2**62))
    # V1 lies over the atria's right front and sees the left one turn away whatever the heart's position.
    matrix = field.matrix.copy()
    matrix[_V1] = 0.5 * matrix[_V1] + 0.5 * np.array([-0.4, 0.0, -0.9])
    for size in np.linspace(0.05, 0.3, 26):
        front = Front(start, peak, duration, (0.7 * size, down * size, back * size))
        p = right + perform_fronts([front], matrix, samples, np.random.default_rng(seed), 0.08)
        notch, force = _notched(p[_II], wanted_dip), terminal_force(p[_V1]) >= wanted_force
        if (notch or pattern == "terminal force") and (force or pattern == "notch"):
            break
    beat = _with_p(template, p, duration)
    return beat, {
        "pattern": pattern,
        "P duration": duration,
        "terminal force": terminal_force(p[_V1]),
        "severity": rank(duration, *LONG_P),
    }


def right_atrial_enlargement(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """A tall, pointed P in II, III and aVF, early upright in V1; it grows no longer."""
    _needs_p(template)
    duration = template.p_duration
    samples = round(duration * MODEL_RATE) + 1
    wanted = TALL_P[0] + float(rng.beta(1, 1.7)) * (TALL_P[1] - TALL_P[0])
    p = _right_part(template, duration, samples)
    # Towards the feet and a little forward, the left share small: the axis of P turns beyond 75 degrees.
    course = np.array([rng.uniform(-0.1, 0.25), 1.0, -rng.uniform(0.15, 0.55)])
    top = rng.uniform(0.038, 0.055)
    front = Front(0.0, top, min(2 * top + 0.012, duration), tuple(course))
    added = perform_fronts([front], field.matrix, samples, rng, 0.08)
    peak = int(np.argmax(added[_II]))
    # A heart whose lead II does not look at the feet still has a P that points there.
    if added[_II, peak] < 0.5:
        added[_II] *= 0.5 / max(added[_II, peak], 0.05)
    low, high = 0.0, 2.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if (p + middle * added)[_II].max() < wanted else (low, middle)
    p = p + high * added
    return _with_p(template, p, duration), {
        "P in II": float(p[_II].max()),
        "severity": rank(wanted, *TALL_P),
    }


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


def _needs_p(template):
    if not template.has_p:
        raise EcgError(
            "A large atrium shows in the P wave, and this beat has none; take one in sinus rhythm."
        )


def _right_part(template, duration, samples):
    """The patient's own P from its onset, its length brought to `duration`, (8, samples)."""
    own = template.p[:, -template.p_offset :]
    n = round(template.p_duration * MODEL_RATE)
    at = np.arange(samples) * (n / max(round(duration * MODEL_RATE), 1))
    p = np.stack([np.interp(at, np.arange(own.shape[1]), row, right=0.0) for row in own]).astype(np.float32)
    # It begins and ends at its own foot.
    end = min(round(duration * MODEL_RATE), samples - 1)
    foot = np.interp(np.arange(samples), [0, end, samples - 1], [1, 0, 0])
    p -= p[:, :1] * foot + p[:, end : end + 1] * np.interp(np.arange(samples), [0, end], [0, 1])
    p[:, end:] = 0
    return p


def _notched(lead, dip):
    smooth = gaussian_filter1d(lead, 2)
    peaks, _ = find_peaks(np.pad(smooth, 1), height=0.35 * smooth.max(), prominence=dip)
    return peaks.size >= 2 and (peaks[-1] - peaks[0]) / MODEL_RATE >= NOTCH_SPAN


def _with_p(template, p, duration):
    # Sample 0 of the new P is its onset.
    magnitude = np.linalg.norm(p, axis=0)
    return replace(
        template,
        p=p.astype(np.float32),
        p_offset=0,
        p_duration=duration,
        p_peak=int(np.argmax(magnitude)) / MODEL_RATE,
    )
