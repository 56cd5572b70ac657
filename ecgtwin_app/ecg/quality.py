"""What is wrong with a recording's leads, in short notes for the reader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beats import clean
from ecgtwin_app.ecg.recording import Recording
from ecgtwin_app.ecg.zero_phase import both_ways

#: A lead that swings less than this (mV) carries no heart signal.
FLAT = 0.02
#: Noise above 35 Hz outside the QRS from which a lead is called noisy, mV (root mean square).
NOISY = 0.04
#: Slow swing below 0.5 Hz from which the baseline wanders, mV (standard deviation).
WANDERING = 0.3
#: Samples that stay at a lead's extreme so long (s) were cut off by the amplifier.
CLIPPED = 0.012


@dataclass(frozen=True)
class LeadQuality:
    """The state of one lead.

    Attributes
    ----------
    lead : str
    notes : tuple of str
        Any of "flat", "clipped", "noisy", "wandering baseline", "samples missing"; empty when good.
    noise : float
        Root mean square above 35 Hz outside the QRS, mV.
    """

    lead: str
    notes: tuple[str, ...]
    noise: float


def lead_quality(recording: Recording) -> tuple[LeadQuality, ...]:
    """Look at every lead of a recording by itself."""
    signal = clean(recording.signal)
    missing = ~np.isfinite(recording.signal).all(axis=1)
    noise = _noise(signal, recording.rate)
    wander = _wander(signal, recording.rate)
    found = []
    for k, lead in enumerate(recording.leads):
        notes = []
        if np.ptp(signal[k]) < FLAT:
            notes.append("flat")
        elif _is_clipped(signal[k], recording.rate):
            notes.append("clipped")
        if noise[k] > NOISY:
            notes.append("noisy")
        if wander[k] > WANDERING:
            notes.append("wandering baseline")
        if missing[k]:
            notes.append("samples missing")
        found.append(LeadQuality(lead, tuple(notes), float(noise[k])))
    return tuple(found)


def quality_notes(recording: Recording) -> tuple[str, ...]:
    """The notes of all leads as short lines, e.g. "V3, V4: noisy"; empty for a good recording."""
    by_note: dict[str, list[str]] = {}
    for quality in lead_quality(recording):
        for note in quality.notes:
            by_note.setdefault(note, []).append(quality.lead)
    return tuple(f"{', '.join(leads)}: {note}" for note, leads in by_note.items())


def _noise(signal, rate):
    """Robust spread of what lies above 35 Hz; the few samples of the QRS do not move it."""
    if rate < 90 or signal.shape[1] < rate:
        return np.zeros(len(signal))
    fast = both_ways(signal, rate, low=35.0, padding=9)
    return 1.4826 * np.median(np.abs(fast), axis=1)


def _wander(signal, rate):
    if signal.shape[1] < 4 * rate:
        return np.zeros(len(signal))
    return np.std(both_ways(signal, rate, high=0.5, padding=9), axis=1)


def _is_clipped(lead, rate):
    """Whether the lead stays at its highest or lowest value, far from the middle, at least twice."""
    span = max(3, int(CLIPPED * rate))
    for extreme in (lead.max(), lead.min()):
        if abs(extreme - np.median(lead)) < 0.5:
            continue
        at = np.abs(lead - extreme) < 1e-6
        edges = np.flatnonzero(np.diff(np.concatenate([[0], at.astype(np.int8), [0]])))
        if np.count_nonzero(edges[1::2] - edges[::2] >= span) >= 2:
            return True
    return False
