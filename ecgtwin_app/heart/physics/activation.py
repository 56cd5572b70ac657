"""The patient's own activation, slowed or turned, and what a QRS shows.

Blocks and hypertrophy change when and where the heart is activated; the patient's QRS stays the
ground on which they are written.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade
from ecgtwin_app.ecg.measurement.axis import frontal_axis
from ecgtwin_app.ecg.measurement.vcg import KORS
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE
from ecgtwin_app.heart.physics.vector import LeadField

#: A first r or q (mV) is drawn no smaller, so that noise does not hide it.
SMALLEST_WAVE = 0.065


def own_qrs(template: BeatTemplate, samples: int) -> np.ndarray:
    """The patient's QRS from its onset, (8, samples); the ramp before the onset is left off."""
    own = template.qrs[:, -template.qrs_offset :]
    qrs = np.zeros((8, samples), np.float32)
    n = min(samples, own.shape[1])
    qrs[:, :n] = own[:, :n]
    # What stood before the onset was not quite zero; begin at zero without a step.
    return qrs - qrs[:, :1] * (1 - fade(np.arange(samples), 0, 16))[None]


def paced_to(template: BeatTemplate, duration: float) -> BeatTemplate:
    """The beat with its QRS stretched or shortened in time to `duration` (s); the JT interval is kept."""
    own = round(template.qrs_duration * MODEL_RATE)
    added = round(duration * MODEL_RATE) - own
    if added == 0:
        return template
    n, onset = template.qrs.shape[1], -template.qrs_offset
    at = np.arange(n + added, dtype=np.float64)
    source = np.where(at > onset, onset + (at - onset) * own / (own + added), at)
    qrs = np.stack([np.interp(source, np.arange(n), lead) for lead in template.qrs]).astype(np.float32)
    more = added / MODEL_RATE
    return replace(
        template,
        qrs=qrs,
        t_offset=template.t_offset + added,
        qrs_duration=template.qrs_duration + more,
        qrs_peak=template.qrs_peak * (own + added) / own,
        qt=template.qt + more,
        t_peak=template.t_peak + more,
    )


def own_p(template: BeatTemplate, duration: float, samples: int) -> np.ndarray:
    """The patient's P from its onset, stretched or shortened to `duration` (s), (8, samples)."""
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


def with_p(template: BeatTemplate, p: np.ndarray, duration: float) -> BeatTemplate:
    """The beat with another P (8, n) whose sample 0 is its onset."""
    magnitude = np.linalg.norm(p, axis=0)
    return replace(
        template,
        p=p.astype(np.float32),
        p_offset=0,
        p_duration=duration,
        p_peak=int(np.argmax(magnitude)) / MODEL_RATE,
    )


def turned(qrs: np.ndarray, field: LeadField, angle: float) -> np.ndarray:
    """The QRS (8, n) with its heart vector turned in the frontal plane.

    Only the dipolar part turns; what the patient's dipole does not explain stays where it is.

    Parameters
    ----------
    angle : float
        Degrees; positive from the left arm towards the feet, as axes are counted.
    """
    vector = KORS @ qrs
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = c * vector[0] - s * vector[1], s * vector[0] + c * vector[1]
    change = np.stack([x - vector[0], y - vector[1], np.zeros_like(x)])
    return (qrs + field.matrix @ change).astype(np.float32)


def angle_to_axis(qrs: np.ndarray, added: np.ndarray, field: LeadField, axis: float) -> float:
    """The angle (degrees) by which `qrs` must turn so that with `added` it has the frontal `axis`.

    Of the turns that come equally close the smallest, which keeps most of the patient.
    """
    angles = np.arange(-180.0, 180.0)
    c, s = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    x, y, _ = KORS @ qrs.sum(axis=1)
    change = np.stack([(c - 1) * x - s * y, s * x + (c - 1) * y])
    areas = (qrs + added)[:2].sum(axis=1, keepdims=True) + field.matrix[:2, :2] @ change
    miss = np.abs((frontal_axis(areas[0], areas[1] - areas[0] / 2) - axis + 180) % 360 - 180)
    return float(angles[int(np.argmin(miss + 0.02 * np.abs(angles)))])


def qrs_axis(qrs: np.ndarray) -> float:
    """Direction (degrees) of the net area of I and aVF of eight leads (8, n)."""
    one, two = qrs[0].sum(), qrs[1].sum()
    return float(frontal_axis(one, two - one / 2))


def lead_of(qrs: np.ndarray, name: str) -> np.ndarray:
    """One of the twelve leads from eight (8, n)."""
    return twelve_leads(qrs)[LEADS.index(name)]


def first_wave(lead: np.ndarray, smallest: float = 0.03) -> float:
    """Peak (mV, signed) of the first deflection of a lead that reaches `smallest`; 0 without one."""
    seen = np.flatnonzero(np.abs(lead) >= smallest)
    if seen.size == 0:
        return 0.0
    sign = np.sign(lead[seen[0]])
    turns = np.flatnonzero(lead[seen[0] :] * sign <= 0)
    part = lead[seen[0] : seen[0] + (turns[0] if turns.size else len(lead))]
    return float(sign * np.abs(part).max())


def shows_rs(lead: np.ndarray) -> bool:
    """A small r first, then a deeper S."""
    r = first_wave(lead)
    return 0 < r < 0.8 * -lead.min() and r >= SMALLEST_WAVE and lead.max() <= r + 1e-6


def shows_qr(lead: np.ndarray) -> bool:
    """A small q first, then a taller R, larger than any S."""
    q = -first_wave(lead)
    return SMALLEST_WAVE <= q < 0.8 * lead.max() and -lead.min() < 0.8 * lead.max()


def last_run(mask: np.ndarray) -> int:
    """Length of the last uninterrupted run of True."""
    where = np.flatnonzero(mask)
    if where.size == 0:
        return 0
    breaks = np.flatnonzero(np.diff(where) > 1)
    return int(where.size - (breaks[-1] + 1 if breaks.size else 0))


def linear_rank(value: float, mild: float, marked: float) -> float:
    """Where a drawn value stands between mild (0) and marked (1)."""
    return float(np.clip((value - mild) / (marked - mild), 0, 1))
