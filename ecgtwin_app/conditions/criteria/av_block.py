"""Criteria of atrioventricular block: Kusumoto et al., 2018 ACC/AHA/HRS guideline, Circulation 2019;140:e382."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.criteria.rhythm import p_before_qrs
from ecgtwin_app.conditions.verdict import Asked, Verdict, above, at_least, below, line, yes
from ecgtwin_app.ecg.delineation.atrial_activity import PTrain
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.i18n.message import Message

#: A P conducts to a QRS that begins so long after its peak, seconds.
CONDUCTS = (0.06, 0.56)
#: A PR that is so much longer (ms) before a dropped beat than after it grew; where all lie within the
#: other, PR is constant, P that stand on a T being placed to some 10 ms.
GREW, ALIKE = 20.0, 40.0
#: A beat so soon after the last (a share of the atrial cycle) is premature, and a P is on time after this one; it has so
#: much of the others' likeness to the usual P. A QRS is missing from an interval of more than so many cycles: after a
#: premature atrial beat the sinus node starts anew, which makes less of a pause.
PREMATURE, ON_TIME, SEEN, PAUSE = 0.85, 0.9, 0.6, 1.4
#: Spread of PR (standard deviation, ms) beyond which P and QRS have nothing to do with each other.
UNRELATED = 50.0


@dataclass(frozen=True, eq=False)
class Conduction:
    """How the P of a strip conduct.

    Attributes
    ----------
    pr : ndarray
        For each P the milliseconds from its peak to the QRS that it leads; NaN where none follows
        before the next P. P peaks stand some 50 ms after the onset: differences count here, not sizes.
    dropped : ndarray of bool
        P waves on time that no QRS follows, in a pause, in the middle of the strip, away from ectopic and premature
        beats.
    """

    pr: np.ndarray
    dropped: np.ndarray


def first_degree_av_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """PR above 200 ms, every P conducted."""
    usual = np.array([beat.shape == 0 for beat in m.beats])
    gaps = np.diff([beat.fiducial for beat in m.beats])
    # The pause after an ectopic beat drops nothing.
    kept = gaps[usual[:-1] & usual[1:]] if gaps.size else gaps
    dropped = kept.size and np.max(kept) > 1.7 * np.median(kept)
    return [
        above("PR interval", "ms", m.pr, 200),
        p_before_qrs(m, asked),
        yes("no dropped QRS", "yes", not dropped),
    ]


def wenckebach_av_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """P waves at a steady rate; PR grows until a QRS drops, and is shorter after it."""
    found = conduction(m)
    growths = [] if found is None else growth_at_drops(found)
    return [
        at_least("dropped QRS", "", None if found is None else float(found.dropped.sum()), 1),
        line("PR before a dropped QRS less PR after it", "ms", Message("≥ {limit:g}", limit=GREW),
             float(np.median(growths)) if growths else None, bool(growths and np.median(growths) >= GREW)),
    ]  # fmt: skip


def mobitz_ii_av_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """P waves at a steady rate; single QRS drop, PR is the same before and after, two P in a row conduct."""
    found = conduction(m)
    growths = [] if found is None else growth_at_drops(found)
    growth = float(np.median(growths)) if growths else None
    conducted = np.zeros(0, dtype=bool) if found is None else np.isfinite(found.pr)
    known = np.zeros(0) if found is None else found.pr[conducted]
    spread = float(np.percentile(known, 90) - np.percentile(known, 10)) if known.size > 2 else None
    return [
        at_least("dropped QRS", "", None if found is None else float(found.dropped.sum()), 1),
        line(
            "PR before a dropped QRS less PR after it",
            "ms",
            Message("{low:g} to {high:g}", low=-GREW, high=GREW),
            growth,
            growth is not None and abs(growth) < GREW,
        ),
        below("spread of PR", "ms", spread, ALIKE),
        yes("two P in a row conducted", "yes", bool(np.any(conducted[:-1] & conducted[1:]))),
    ]


def complete_av_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """QRS below 50/min and regular, P waves faster and unrelated to them."""
    lines = [below("ventricular rate", "1/min", m.heart_rate, 50)]
    variation = None if m.rr_cv_all is None else 100 * m.rr_cv_all
    lines.append(below("RR variation", "%", variation, 10))
    # Fibrillating atria have no P that could be unrelated.
    if asked.without_p:
        return lines
    train = m.p_train
    rate = None if train is None else train.rate
    spread = None if train is None else phase_spread(m, train)
    faster = rate is not None and m.heart_rate is not None and rate > 1.1 * m.heart_rate
    return [
        *lines,
        line("atrial rate", "1/min", "above the ventricular", rate, faster),
        at_least("spread of the distance from P to QRS", "ms", spread, UNRELATED),
    ]


def conduction(m: Measurements) -> Conduction | None:
    """Which P conduct; None where no train of P waves is seen."""
    train = m.p_train
    if train is None:
        return None
    onsets = _onsets(m)
    pr = np.full(len(train.peaks), np.nan)
    following = np.append(train.peaks[1:], np.iinfo(np.int64).max)
    for k, (peak, after) in enumerate(zip(train.peaks, following, strict=True)):
        low, high = (peak + span * MODEL_RATE for span in CONDUCTS)
        led = onsets[(onsets > low) & (onsets <= min(high, after + low - peak))]
        if led.size:
            pr[k] = 1000 * (led[0] - peak) / MODEL_RATE
    whole = (train.peaks > 0.1 * MODEL_RATE) & (
        train.peaks < m.delineation.signal.shape[1] - (CONDUCTS[1] + 0.1) * MODEL_RATE
    )
    cycle = float(np.median(np.diff(train.peaks)))
    # What an ectopic or a premature beat leaves refractory is not blocked: neither is its pause.
    soon = np.diff(onsets, prepend=-np.inf) < PREMATURE * cycle
    ectopic = onsets[soon | [beat.kind == "ectopic" for beat in m.beats]]
    before = np.insert(train.peaks[:-1], 0, 0)
    disturbed = np.array(
        [np.any((ectopic > a) & (ectopic < b)) for a, b in zip(before, following, strict=True)]
    )
    on_time = np.diff(train.peaks, prepend=-np.inf) > ON_TIME * cycle
    seen = train.each >= SEEN * train.likeness
    missed = np.isnan(pr) & whole & ~disturbed & on_time & seen & _in_pauses(train.peaks, onsets, cycle)
    return Conduction(pr, missed)


def _in_pauses(peaks, onsets, cycle):
    """Which P stand in an interval of the ventricles long enough for a QRS to be missing from it."""
    following = np.searchsorted(onsets, peaks)
    inside = (following > 0) & (following < len(onsets))
    gaps = np.diff(onsets)
    pause = np.zeros(len(peaks), dtype=bool)
    pause[inside] = gaps[following[inside] - 1] > PAUSE * cycle
    # Before the first and after the last QRS of the strip nobody knows.
    return pause | ~inside


def growth_at_drops(found: Conduction) -> list[float]:
    """For each dropped QRS the PR before it less the PR after it, milliseconds."""
    growths = []
    for k in np.flatnonzero(found.dropped):
        if 0 < k < len(found.pr) - 1:
            growth = found.pr[k - 1] - found.pr[k + 1]
            if np.isfinite(growth):
                growths.append(float(growth))
    return growths


def _onsets(m):
    """QRS onsets, samples at 500 Hz."""
    scale = m.delineation.scale
    shapes = m.delineation.shapes
    return np.array(
        [
            beat.fiducial / scale - (shapes[beat.shape].fiducial - shapes[beat.shape].waves.qrs_onset)
            for beat in m.beats
        ]
    )


def phase_spread(m: Measurements, train: PTrain) -> float | None:
    """Standard deviation of the distance from each QRS to the last P before it, milliseconds; None for too few."""
    onsets = _onsets(m)
    last = [onset - train.peaks[train.peaks <= onset][-1] for onset in onsets if onset >= train.peaks[0]]
    return float(1000 * np.std(last) / MODEL_RATE) if len(last) >= 3 else None
