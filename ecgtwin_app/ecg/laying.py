"""Lay a score whose events have shapes of their own: conducted, ectopic and paced beats, P waves of any origin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgtwin_app.ecg.recording import MODEL_SAMPLES
from ecgtwin_app.ecg.score import Event, RhythmScore
from ecgtwin_app.ecg.template import BeatTemplate, lay

#: The shape of a chamber's events, by their origin and site.
ShapeOf = Callable[[str, str, str], BeatTemplate]


def lay_shapes(score: RhythmScore, shape_of: ShapeOf) -> np.ndarray:
    """Perform a score, every event with the shape of its origin and site.

    Parameters
    ----------
    score : RhythmScore
        The turns of a flutter loop are no waves of their own and are left out.
    shape_of : callable (chamber, origin, site) -> BeatTemplate

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts, zero between the waves.
    """
    signal = np.zeros((8, MODEL_SAMPLES), np.float32)
    beats = [e for e in score.events if e.chamber == "QRS"]
    for kind in dict.fromkeys((e.origin, e.site) for e in beats):
        # The other beats stay for the cycle lengths, under an origin that is not laid.
        part = tuple(
            Event(e.time, "QRS", "conducted" if (e.origin, e.site) == kind else "paced") for e in beats
        )
        shape = shape_of("QRS", *kind)
        signal += lay(shape, RhythmScore(part, score.duration), qrs_origins=("conducted",), p_origins=())
    waves = [e for e in score.events if e.chamber == "P" and e.origin != "flutter"]
    for origin in dict.fromkeys(e.origin for e in waves):
        part = RhythmScore(tuple(e for e in waves if e.origin == origin), score.duration)
        signal += lay(shape_of("P", origin, ""), part, qrs_origins=(), p_origins=(origin,))
    return signal
