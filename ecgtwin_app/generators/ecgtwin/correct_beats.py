"""The strip model performs the beats it is given; where it performs another one, the strip is corrected.

It moves the beats with the breath, adds noise and the baseline's wander, and shapes what lies between them:
half of the beats it leaves within 6 % of the rendered one, nine of ten within 22 % (38 conditions in six patients
each). Of ventricular and paced beats, 5 to 12 % departed by more than 40 %, as if they began elsewhere.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Largest departure from a rendered beat, as a share of its size (root mean square over leads and samples): of conducted
#: beats, among which small ones are noisy, and of those that begin in the ventricles.
LARGEST_DEPARTURE, LARGEST_VENTRICULAR = 0.4, 0.25
#: A beat is judged from so many seconds before its QRS begins to so many after, or to the next.
BEFORE, AFTER = 0.02, 0.5
#: Seconds over which a correction sets in and fades.
FADE = 0.02


def correct_beats(strip: np.ndarray, rendered: np.ndarray, score: RhythmScore) -> np.ndarray:
    """The strip with the beats that depart too far from the rendered ones brought back towards them.

    The departure is the difference from the line between its ends: a baseline that wanders is no other beat.

    Parameters
    ----------
    strip, rendered : ndarray, shape (8, samples)
        Millivolts at 500 Hz.
    score : RhythmScore
        Of the rendered beats.

    Returns
    -------
    ndarray, shape (8, samples)
        `strip` itself where no beat departs too far.
    """
    corrected = strip
    samples = strip.shape[1]
    beats = [event for event in score.events if event.chamber == "QRS"]
    onsets = [round((beat.time - BEFORE) * MODEL_RATE) for beat in beats]
    for beat, (start, following) in zip(beats, pairwise([*onsets, samples]), strict=True):
        window = slice(max(start, 0), min(start + round((BEFORE + AFTER) * MODEL_RATE), following, samples))
        if window.stop - window.start < 4 * FADE * MODEL_RATE:
            continue
        departure = _without_line(strip[:, window] - rendered[:, window])
        size = np.sqrt(np.mean(_without_line(rendered[:, window]) ** 2))
        share = np.sqrt(np.mean(departure**2)) / max(float(size), 1e-9)
        conducted = beat.origin in ("conducted", "aberrant")
        largest = LARGEST_DEPARTURE if conducted else LARGEST_VENTRICULAR
        if size == 0 or share <= largest:
            continue
        if corrected is strip:
            corrected = strip.copy()
        # The farther it departs, the less of it is another performance of the same beat.
        corrected[:, window] -= (1 - (largest / share) ** 2) * departure * _edges(departure.shape[1])
    return corrected


def _without_line(piece):
    """Each lead less the line through its first and its last samples."""
    edge = round(FADE * MODEL_RATE)
    first, last = (piece[:, part].mean(axis=1, keepdims=True) for part in (slice(edge), slice(-edge, None)))
    return piece - first - (last - first) * np.linspace(0, 1, piece.shape[1])


def _edges(samples):
    """1 inside, with cosine slopes to 0 at both ends."""
    at = np.arange(samples) + 0.5
    return fade(np.minimum(at, at[::-1]), 0, FADE * MODEL_RATE)
