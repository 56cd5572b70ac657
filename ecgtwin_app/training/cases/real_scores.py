"""The rhythm score that a real recording performs, by its delineation."""

from __future__ import annotations

import logging

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import split_beat
from ecgtwin_app.ecg.delineation.delineate import Delineation, delineate
from ecgtwin_app.ecg.delineation.representative_beat import stack_beats
from ecgtwin_app.ecg.signal.recording import MODEL_SAMPLES, EcgError, Recording

log = logging.getLogger(__name__)
#: A record whose leads still swing more than this (mV) after baseline removal is an artefact.
LARGEST_VOLTAGE = 6.0
#: Fewest beats that show a rhythm.
FEWEST_BEATS = 5


def performed_score(recording: Recording, fibrillation: bool) -> RhythmScore | None:
    """The score, or None when the recording cannot be delineated or is dominated by artefact.

    Parameters
    ----------
    recording : Recording
        Twelve leads, ten seconds at 500 Hz.
    fibrillation : bool
        Its atria fibrillate: no P is written.
    """
    try:
        signal = stack_beats(recording).signal
        found = delineate(recording)
        split_beat(found.representative)
    except EcgError as error:
        log.debug("no score: %s", error)
        return None
    swings = signal.shape[1] != MODEL_SAMPLES or np.abs(signal).max() > LARGEST_VOLTAGE
    if swings or len(found.beats) < FEWEST_BEATS:
        return None
    return score_of(found, recording.duration, recording.rate, fibrillation)


def score_of(found: Delineation, duration: float, rate: float, fibrillation: bool = False) -> RhythmScore:
    """The rhythm score that a delineated recording performs.

    Parameters
    ----------
    found : Delineation
    duration, rate : float
        Seconds and samples per second of the recording.
    fibrillation : bool
        Its atria fibrillate: no P is written.
    """
    events = []
    for beat in found.beats:
        if beat.waves.qrs_onset is None:
            continue
        origin = "ventricular" if beat.kind == "ectopic" else "conducted"
        events.append(Event(beat.waves.qrs_onset / rate, "QRS", origin))
        if beat.has_p and beat.waves.p_onset is not None and not fibrillation:
            atrial = "ectopic" if beat.kind == "premature" else "sinus"
            events.append(Event(beat.waves.p_onset / rate, "P", atrial))
    return RhythmScore(tuple(events), duration, "fibrillation" if fibrillation else "waves")


def pr_of(score: RhythmScore) -> float:
    """Median PR (s) of a score; NaN unless nearly every conducted QRS has its P at a steady distance."""
    p = np.array(score.times("P", "sinus", "paced"))
    qrs = np.array(score.times("QRS", "conducted", "aberrant"))
    qrs = qrs[qrs > 0.4]
    if p.size == 0 or qrs.size == 0:
        return float("nan")
    row = np.searchsorted(p, qrs) - 1
    gaps = np.where(row >= 0, qrs - p[np.maximum(row, 0)], np.nan)
    median = float(np.nanmedian(gaps))
    steady = np.abs(gaps - median) < 0.02
    return median if median < 0.45 and steady.mean() > 0.75 else float("nan")
