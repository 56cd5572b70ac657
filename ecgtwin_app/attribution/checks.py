"""Checks that several kinds of heat maps share."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Seconds before and after the onset of a ventricular ectopic beat that count as its own.
BEFORE, AFTER = 0.1, 0.45


def in_ectopic_beats(values: np.ndarray, score: RhythmScore | None) -> dict[str, float]:
    """The share of a map's energy in ventricular ectopic beats, and theirs of the time; empty without such beats.

    Parameters
    ----------
    values : ndarray, shape (12, samples)
    score : RhythmScore or None
        What the twin performs.
    """
    ectopic = [] if score is None else score.times("QRS", "ventricular")
    if not ectopic:
        return {}
    time = np.arange(values.shape[1]) / MODEL_RATE
    inside = np.zeros(len(time), bool)
    for onset in ectopic:
        inside |= (time > onset - BEFORE) & (time < onset + AFTER)
    energy = (values**2).sum(axis=0)
    return {
        "energy_share_in_ectopic_beats": float(energy[inside].sum() / max(energy.sum(), 1e-12)),
        "time_share_of_ectopic_beats": float(inside.mean()),
    }
