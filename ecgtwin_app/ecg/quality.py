"""What is wrong with a recording's leads, and whether the recording as a whole can be used.

Each note names a mechanism that can be seen in the lead itself: an electrode that is off or moves, an
amplifier at its limit, muscle, mains, breathing. Benchmarks: `benchmarks/quality.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beats import clean
from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, Recording
from ecgtwin_app.ecg.smoothing import maximum, median
from ecgtwin_app.ecg.zero_phase import both_ways

#: Verdicts on a recording.
GOOD, SOME_LEADS, UNUSABLE = VERDICTS = ("good", "usable with these leads", "unusable")
#: A lead that swings less than this (mV) for so many seconds carries no heart signal there.
FLAT, FLAT_FOR = 0.02, 2.0
#: Noise above 35 Hz outside the QRS from which a lead is called noisy, mV (root mean square).
NOISY = 0.04
#: Slow swing below 0.5 Hz from which the baseline wanders, mV (standard deviation).
WANDERING = 0.3
#: The level of a lead that changes by this much (mV) within `JUMP_WITHIN` seconds jumps.
JUMP, JUMP_WITHIN = 1.5, 0.4
#: Farther than this (mV) from its middle no lead of the heart goes.
IMPLAUSIBLE = 5.0
#: Samples that stay at a lead's extreme so long (s) were cut off by the amplifier.
CLIPPED = 0.012
#: What can be noted of a lead.
NOTES = (
    "flat",
    "clipped",
    "noisy",
    "wandering baseline",
    "baseline jumps",
    "implausible amplitude",
    "samples missing",
)
#: Notes with which a lead can still be read.
MILD = ("wandering baseline", "samples missing")
#: With more than this share of its independent leads lost, a recording is not usable.
LOST = 0.5


@dataclass(frozen=True)
class LeadQuality:
    """The state of one lead.

    Attributes
    ----------
    lead : str
    notes : tuple of str
        Any of `NOTES`; empty when good.
    noise : float
        Root mean square above 35 Hz outside the QRS, mV.
    """

    lead: str
    notes: tuple[str, ...]
    noise: float

    @property
    def usable(self) -> bool:
        """Whether the lead can be read."""
        return all(note in MILD for note in self.notes)


@dataclass(frozen=True)
class Quality:
    """The verdict on a recording.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`: "good" where no lead has a note and the beats are sure.
    leads : tuple of LeadQuality
        The reasons by lead.
    beats : str
        Why the beats that were found cannot be trusted; "" where they can.
    """

    verdict: str
    leads: tuple[LeadQuality, ...]
    beats: str = ""

    @property
    def usable(self) -> tuple[str, ...]:
        """The leads that can be read."""
        return tuple(lead.lead for lead in self.leads if lead.usable)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all leads, and of the beats, as short lines: "V3, V4: noisy"; empty for a good recording."""
        return (*lines_of(self.leads), *((self.beats,) if self.beats else ()))

    @property
    def why(self) -> str:
        """The notes in one line."""
        return "; ".join(self.notes)

    def as_dict(self) -> dict:
        """Plain values for files."""
        return {
            "verdict": self.verdict,
            "usable": list(self.usable),
            "beats": self.beats,
            "leads": {lead.lead: list(lead.notes) for lead in self.leads},
        }


def quality_of(recording: Recording, reasons: Mapping[str, str] | None) -> Quality:
    """The verdict on a recording.

    Parameters
    ----------
    recording : Recording
    reasons : mapping of str to str or None
        `Measurements.reasons` of this recording; None where it could not be measured.
    """
    leads = lead_quality(recording)
    beats = "no heart beat was found" if reasons is None else reasons.get("heart_rate", "")
    apart = [lead for lead in leads if lead.lead in INDEPENDENT_LEADS] or list(leads)
    lost = sum(not lead.usable for lead in apart)
    if beats or lost > LOST * len(apart):
        verdict = UNUSABLE
    else:
        verdict = SOME_LEADS if any(lead.notes for lead in leads) else GOOD
    return Quality(verdict, leads, beats)


def lead_quality(recording: Recording) -> tuple[LeadQuality, ...]:
    """Look at every lead of a recording by itself."""
    signal, rate = clean(recording.signal), recording.rate
    missing = ~np.isfinite(recording.signal).all(axis=1)
    noise = _noise(signal, rate)
    wander = _wander(signal, rate)
    jump = _jump(signal, rate)
    found = []
    for k, lead in enumerate(recording.leads):
        notes = []
        if _is_flat(signal[k], rate):
            notes.append("flat")
        elif _is_clipped(signal[k], rate):
            notes.append("clipped")
        if noise[k] > NOISY:
            notes.append("noisy")
        if wander[k] > WANDERING:
            notes.append("wandering baseline")
        if jump[k] > JUMP:
            notes.append("baseline jumps")
        if np.max(np.abs(signal[k] - np.median(signal[k])), initial=0) > IMPLAUSIBLE:
            notes.append("implausible amplitude")
        if missing[k]:
            notes.append("samples missing")
        found.append(LeadQuality(lead, tuple(notes), float(noise[k])))
    return tuple(found)


def quality_notes(recording: Recording) -> tuple[str, ...]:
    """The notes of all leads as short lines, e.g. "V3, V4: noisy"; empty for a good recording."""
    return lines_of(lead_quality(recording))


def lines_of(leads: tuple[LeadQuality, ...]) -> tuple[str, ...]:
    """A line a note, with the leads that have it: "V3, V4: noisy"."""
    by_note: dict[str, list[str]] = {}
    for quality in leads:
        for note in quality.notes:
            by_note.setdefault(note, []).append(quality.lead)
    return tuple(f"{', '.join(names)}: {note}" for note, names in by_note.items())


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


def _jump(signal, rate):
    """The largest change of each lead's level within `JUMP_WITHIN`; the level is a median over 0.3 s."""
    every = max(1, round(rate / 50))
    level = median(signal[:, ::every], 2 * int(0.15 * rate / every) + 1)
    lag = max(1, round(JUMP_WITHIN * rate / every))
    if level.shape[1] <= lag:
        return np.zeros(len(signal))
    return np.max(np.abs(level[:, lag:] - level[:, :-lag]), axis=1)


def _is_flat(lead, rate):
    """Whether the lead stays within `FLAT` somewhere for `FLAT_FOR` seconds, or all the time."""
    span = int(min(FLAT_FOR * rate, len(lead)))
    if span < 2:
        return False
    half = span // 2
    swing = maximum(lead, span) + maximum(-lead, span)
    return bool(np.min(swing[half : len(lead) - half], initial=np.ptp(lead)) < FLAT)


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
