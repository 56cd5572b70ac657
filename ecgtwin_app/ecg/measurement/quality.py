"""What is wrong with a recording's leads, and whether the recording as a whole can be used.

Each note names a mechanism that can be seen in the lead itself: an electrode that is off or moves, an
amplifier at its limit, muscle, mains, breathing. Benchmarks: `benchmarks/quality.py`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.beats import clean
from ecgtwin_app.ecg.delineation.representative_beat import windows_around
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import with_limb_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError, Recording
from ecgtwin_app.ecg.signal.smoothing import maximum, median
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.i18n.message import Message, joined

#: Verdicts on a recording.
GOOD, SOME_LEADS, UNUSABLE = VERDICTS = ("good", "usable with these leads", "unusable")
#: A lead that swings less than this (mV) for so many seconds, or does not change at all for one, shows no heart.
FLAT, FLAT_FOR, STUCK_FOR = 0.02, 2.0, 1.0
#: Limits for one lead, and lower ones that count where half of all leads reach them: noise above 35 Hz outside the
#: QRS (root mean square), swing below 0.5 Hz (standard deviation), and change of level within `JUMP_WITHIN`
#: seconds, mV; what the beats differ by from their median, as a share of its swing.
NOISY, NOISY_ALL = 0.1, 0.035
WANDERING, WANDERING_ALL = 0.65, 0.2
JUMP, JUMP_ALL, JUMP_WITHIN = 6.0, 1.3, 0.4
UNSTEADY_ALL = 0.18
#: Noise of which this share lies at 50 or 60 Hz is hum.
HUM_SHARE = 0.5
#: Farther than this (mV) from its middle no lead of the heart goes.
IMPLAUSIBLE = 7.0
#: A change within 2 ms so many times as large as what a usual second swings (at least so many mV) is a spike.
SPIKE, SMALLEST_SWING = 2.6, 0.3
#: Where the usual QRS swings less than this (mV), it cannot be seen.
NO_QRS = 0.05
#: Samples that stay at a lead's extreme so long (s) were cut off by the amplifier.
CLIPPED = 0.012
#: What can be noted of a lead.
NOTES = (
    Message("flat"),
    Message("clipped"),
    Message("no QRS visible"),
    Message("noisy"),
    Message("mains hum"),
    Message("wandering baseline"),
    Message("baseline jumps"),
    Message("spikes"),
    Message("implausible amplitude"),
    Message("samples missing"),
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
    def why(self) -> Message:
        """The notes in one line."""
        return joined(self.notes, "; ")

    def as_dict(self) -> dict:
        """Plain values for files."""
        return {
            "verdict": self.verdict,
            "usable": list(self.usable),
            "beats": self.beats,
            "leads": {lead.lead: list(lead.notes) for lead in self.leads},
        }


def quality_of(recording: Recording, measured: Measurements | None = None) -> Quality:
    """The verdict on a recording.

    Parameters
    ----------
    recording : Recording
    measured : Measurements, optional
        Of this recording; measured here unless given.
    """
    if measured is None:
        with suppress(EcgError):
            measured = measure(recording)
    leads = lead_quality(recording, measured)
    beats = Message("no heart beat was found") if measured is None else measured.reasons.get("heart_rate", "")
    apart = [lead for lead in leads if lead.lead in INDEPENDENT_LEADS] or list(leads)
    lost = sum(not lead.usable for lead in apart)
    if beats or lost > LOST * len(apart):
        verdict = UNUSABLE
    else:
        verdict = SOME_LEADS if any(lead.notes for lead in leads) else GOOD
    return Quality(verdict, leads, beats)


def lead_quality(recording: Recording, measured: Measurements | None = None) -> tuple[LeadQuality, ...]:
    """Look at every lead of a recording by itself, and with `measured` at its beats."""
    signal, rate = clean(recording.signal), recording.rate
    noise = _noise(signal, rate)
    hum = _hum(signal, rate)
    loud = _beyond(noise, NOISY, NOISY_ALL)
    faults = {
        "no QRS visible": _no_qrs(recording.leads, measured),
        "noisy": loud & (hum < HUM_SHARE * noise) | _unsteady(recording.leads, measured),
        "mains hum": loud & (hum >= HUM_SHARE * noise),
        "wandering baseline": _beyond(_wander(signal, rate), WANDERING, WANDERING_ALL),
        "baseline jumps": _beyond(_jump(signal, rate), JUMP, JUMP_ALL),
        "spikes": _has_spikes(signal, rate),
        "implausible amplitude": np.max(
            np.abs(signal - np.median(signal, axis=1, keepdims=True)), axis=1, initial=0
        )
        > IMPLAUSIBLE,
        "samples missing": ~np.isfinite(recording.signal).all(axis=1),
    }
    found = []
    for k, lead in enumerate(recording.leads):
        notes = []
        if _is_flat(signal[k], rate):
            notes.append("flat")
        elif _is_clipped(signal[k], rate):
            notes.append("clipped")
        # Of a flat lead there is nothing more to say than what is loud in it all the same.
        silent = ("no QRS visible",) if "flat" in notes else ()
        notes += [note for note, there in faults.items() if there[k] and note not in silent]
        found.append(LeadQuality(lead, tuple(note for note in NOTES if note in notes), float(noise[k])))
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
    return tuple(
        Message("{leads}: {note}", leads=", ".join(names), note=note) for note, names in by_note.items()
    )


def _beyond(values, limit, limit_of_all):
    """Which leads pass the limit, or the lower one where half of them do."""
    values = np.asarray(values)
    return values > (limit_of_all if np.median(values) > limit_of_all else limit)


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


def _hum(signal, rate):
    """Root mean square within 0.7 Hz of 50 or 60 Hz, whichever is larger."""
    power = np.abs(np.fft.rfft(signal - signal.mean(axis=1, keepdims=True), axis=1)) ** 2
    at = np.fft.rfftfreq(signal.shape[1], 1 / rate)
    near = [power[:, np.abs(at - mains) < 0.7].sum(axis=1) for mains in (50.0, 60.0)]
    return np.sqrt(2 * np.maximum(*near)) / max(signal.shape[1], 1)


def _has_spikes(signal, rate):
    """Which leads change within 2 ms by more than a usual second swings."""
    lag, second = max(1, round(0.002 * rate)), max(1, round(rate))
    whole = signal.shape[1] // second * second
    if whole == 0:
        return np.zeros(len(signal), dtype=bool)
    swing = np.median(np.ptp(signal[:, :whole].reshape(len(signal), -1, second), axis=2), axis=1)
    steepest = np.max(np.abs(signal[:, lag:] - signal[:, :-lag]), axis=1)
    return steepest > SPIKE * np.maximum(swing, SMALLEST_SWING)


def _no_qrs(leads, measured):
    """Leads whose usual QRS is too small to be seen."""
    if measured is None:
        return np.zeros(len(leads), dtype=bool)
    shape = measured.delineation.shapes[0]
    swing = dict(zip(shape.leads, np.ptp(_qrs(shape), axis=1), strict=True))
    return np.array([swing.get(lead, np.inf) < NO_QRS for lead in leads])


def _qrs(shape):
    return shape.signal[:, max(0, shape.fiducial - 60) : shape.fiducial + 60]  # 0.12 s either side


def _unsteady(leads, measured):
    """Leads whose usual beats differ from their median, where at least half of the leads do."""
    found = None if measured is None else measured.delineation
    if found is None or sum(beat.shape == 0 for beat in found.beats) < 3:
        return np.zeros(len(leads), dtype=bool)
    shape = found.shapes[0]
    at = np.array([round(beat.fiducial / found.scale) for beat in found.beats if beat.shape == 0])
    beats = windows_around(found.signal, at, min(shape.fiducial, 150), 150)
    beats = beats[np.isfinite(beats).all(axis=(1, 2))]
    if len(beats) < 3:
        return np.zeros(len(leads), dtype=bool)
    beats = with_limb_leads(beats, found.leads)
    usual = np.median(beats, axis=0)
    rest = beats - usual
    rest -= np.median(rest, axis=2, keepdims=True)
    spread = np.median(np.sqrt(np.mean(rest**2, axis=2)), axis=0)
    share = dict(zip(shape.leads, spread / np.maximum(np.ptp(usual, axis=1), 0.1), strict=True))
    shares = np.array([share.get(lead, 0.0) for lead in leads])
    return shares > UNSTEADY_ALL if np.median(shares) > UNSTEADY_ALL else np.zeros(len(leads), dtype=bool)


def _is_flat(lead, rate):
    """Whether the lead stays within `FLAT` somewhere for `FLAT_FOR` seconds or at one value for `STUCK_FOR`."""
    for seconds, limit in ((FLAT_FOR, FLAT), (STUCK_FOR, 1e-6)):
        span = int(min(seconds * rate, len(lead)))
        half = span // 2
        swing = maximum(lead, span) + maximum(-lead, span)
        if span > 1 and np.min(swing[half : len(lead) - half], initial=np.ptp(lead)) < limit:
            return True
    return False


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
