"""A real record as a training target: its own score by delineation, its labels as statements."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.vocabulary import with_atria
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate, split_beat
from ecgtwin_app.ecg.delineation.delineate import Delineation, delineate
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat, stack_beats
from ecgtwin_app.ecg.signal.recording import MODEL_SAMPLES, EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.training.collections.labels import statements_of
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
#: A record whose leads still swing more than this (mV) after baseline removal is an artefact.
LARGEST_VOLTAGE = 6.0


@dataclass(frozen=True, eq=False)
class RealCase:
    """A real record made ready for training.

    Attributes
    ----------
    signal : ndarray, shape (8, 5000)
        Baseline removed, mV.
    beat : RepresentativeBeat
    template : BeatTemplate
    score : RhythmScore
    statements : ndarray of int8
    rate : float
        Ventricular rate, 1/min.
    """

    signal: np.ndarray
    beat: RepresentativeBeat
    template: BeatTemplate
    score: RhythmScore
    statements: np.ndarray
    rate: float


def real_case(record: RealRecord, statements: tuple[str, ...]) -> RealCase | None:
    """The case, or None when the record cannot be delineated or is dominated by artefact."""
    try:
        signal = stack_beats(record.recording).signal.astype(np.float32)
        found = delineate(record.recording)
        template = split_beat(found.representative)
    except EcgError as error:
        log.debug("%s not used: %s", record.key, error)
        return None
    if signal.shape[1] != MODEL_SAMPLES or np.abs(signal).max() > LARGEST_VOLTAGE or len(found.beats) < 5:
        return None
    states = statements_of(record.labels, record.database, statements)
    fibrillation = states[statements.index(with_atria("fibrillation").name)] == PRESENT
    score = score_of(found, record.recording.duration, record.recording.rate, fibrillation)
    rate = 60.0 / found.representative.rr
    return RealCase(signal, found.representative, template, score, states, rate)


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
