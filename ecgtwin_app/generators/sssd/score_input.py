"""A rhythm score as the network hears it: marks at the onsets of waves, and what the atria do all the time.

The published network has to invent the rhythm of ten seconds from its labels. Ours is told it, so that what is left to
learn is near at hand: the waves at the marks, under the labels.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import ATRIAL_ORIGINS, ATRIAL_RHYTHMS, VENTRICULAR_ORIGINS, RhythmScore
from ecgtwin_app.generators.sssd.config import RATE, SAMPLES

#: Rows of marks, by chamber and origin.
_MARKS = tuple(
    (chamber, origin)
    for chamber, origins in (("P", ATRIAL_ORIGINS), ("QRS", VENTRICULAR_ORIGINS))
    for origin in origins
)
_ATRIA = tuple(rhythm for rhythm in ATRIAL_RHYTHMS if rhythm != "waves")
#: Behind the marks: atria without P waves, and whether P and QRS are told at all.
ROWS = len(_MARKS) + len(_ATRIA) + 2
#: A mark is a triangle of this many samples to both sides: neighbouring places look alike, and what is learned of one holds
#: for the next.
BREADTH = 4.0


def score_input(score: RhythmScore | None, p_known: bool = True) -> np.ndarray:
    """What the network hears of a score: (`ROWS`, 1000), float32; noughts where none is told.

    Parameters
    ----------
    score : RhythmScore or None
        Of ten seconds.
    p_known : bool
        Its atrial events are told.
    """
    told = np.zeros((ROWS, SAMPLES), np.float32)
    if score is None:
        return told
    for event in score.events:
        if p_known or event.chamber == "QRS":
            _mark(told[_MARKS.index((event.chamber, event.origin))], event.time * RATE)
    if p_known and score.atrial in _ATRIA:
        told[len(_MARKS) + _ATRIA.index(score.atrial)] = 1
    told[-2], told[-1] = p_known, 1
    return told


def _mark(row: np.ndarray, place: float) -> None:
    """Add a mark around a place between two samples; what lies outside is left out."""
    samples = np.arange(max(0, int(place - BREADTH)), min(len(row), int(place + BREADTH) + 2))
    row[samples] += np.maximum(0.0, 1 - np.abs(samples - place) / BREADTH)
