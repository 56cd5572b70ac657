"""Reading a changed beat: what it truly shows in the twelve leads, free of noise and of measuring.

Transforms look here whether a drawn case is already one: a patient's own ST, T or septal r can hide a
small change.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE

#: A deflection smaller than this (mV) is no wave of the QRS.
SMALLEST_WAVE = 0.03
#: T is looked for from this long (s) after J on.
ST_SEGMENT = 0.06
#: Leads that look at neighbouring walls: along the chest, high lateral, inferior.
CONTIGUOUS = (
    *(("V1", "V2"), ("V2", "V3"), ("V3", "V4"), ("V4", "V5"), ("V5", "V6")),
    *(("aVL", "I"), ("II", "aVF"), ("aVF", "III"), ("II", "III")),
)


def beat_leads(template: BeatTemplate) -> np.ndarray:
    """QRS, ST and T in twelve leads, shape (12, n), mV; sample 0 is the QRS onset."""
    parts = ((template.qrs, template.qrs_offset), (template.t, template.t_offset))
    out = np.zeros((8, max(at + wave.shape[1] for wave, at in parts)), np.float32)
    for wave, at in parts:
        skipped = max(-at, 0)
        out[:, at + skipped : at + wave.shape[1]] += wave[:, skipped:]
    return twelve_leads(out)


def st_levels(template: BeatTemplate, after: float = 0.0) -> dict[str, float]:
    """Level (mV) of every lead `after` seconds from the J point."""
    leads = beat_leads(template)
    at = min(round((template.qrs_duration + after) * MODEL_RATE), leads.shape[1] - 1)
    return dict(zip(LEADS, leads[:, at].tolist(), strict=True))


def t_amplitudes(template: BeatTemplate) -> dict[str, float]:
    """The largest deflection (mV, signed) of every lead between the ST segment and the end of T."""
    start = round((template.qrs_duration + ST_SEGMENT) * MODEL_RATE)
    t = beat_leads(template)[:, start : round(template.qt * MODEL_RATE) + 1]
    largest = t[np.arange(12), np.argmax(np.abs(t), axis=1)]
    return dict(zip(LEADS, largest.tolist(), strict=True))


def independent_t(template: BeatTemplate) -> np.ndarray:
    """`t_amplitudes` of I, II, V1 to V6, shape (8,), mV."""
    found = t_amplitudes(template)
    return np.array([found[name] for name in ("I", "II", *LEADS[6:])])


def qrs_leads(template: BeatTemplate) -> dict[str, np.ndarray]:
    """The QRS of every lead, mV, from its onset to J."""
    stop = round(template.qrs_duration * MODEL_RATE) + 1
    return dict(zip(LEADS, beat_leads(template)[:, :stop], strict=True))


def q_duration(qrs: np.ndarray) -> float:
    """Seconds that a QRS, which begins at its onset, stays negative before its R; 0 when r comes first."""
    waves = np.flatnonzero(np.abs(qrs) >= SMALLEST_WAVE)
    if waves.size == 0 or qrs[waves[0]] > 0:
        return 0.0
    first = int(waves[0])
    while first > 0 and qrs[first - 1] < 0:
        first -= 1
    positive = np.flatnonzero(qrs[first + 1 :] >= 0)
    return (int(positive[0]) + 1 if positive.size else len(qrs) - first) / MODEL_RATE


def r_exceeds_s(qrs: np.ndarray) -> bool:
    """Whether the R of a lead is taller than its S (or QS) is deep."""
    top = int(np.argmax(qrs))
    return bool(qrs[top] >= SMALLEST_WAVE and qrs[top] > -qrs[top:].min())


def contiguous(leads: set[str]) -> bool:
    """Whether two of the leads are neighbours."""
    return any(one in leads and other in leads for one, other in CONTIGUOUS)


def at_geometric_rank(low: float, high: float, severity: float) -> float:
    """The value at a rank from 0 to 1 of a positive range; mild cases outnumber marked ones."""
    return low * (high / low) ** severity


def geometric_rank(value: float, low: float, high: float) -> float:
    """The rank from 0 to 1 of a value in a positive range: the inverse of `at_geometric_rank`."""
    return float(np.clip(np.log(max(value, 1e-9) / low) / np.log(high / low), 0, 1))
