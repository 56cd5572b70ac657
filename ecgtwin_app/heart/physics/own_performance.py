"""A patient's own recording along another rhythm score: every beat one of their own, and what lies between them.

No network has a part in it. It is the sinus twin against which drawn beats are to be measured, and the floor of what
re-timing by itself can be told by.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.rendering import render_each
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.heart.physics.fitted_beats import shapes_along
from ecgtwin_app.heart.physics.recorder import Recorder
from ecgtwin_app.heart.physics.residual import Residual


def own_performance(
    residual: Residual, score: RhythmScore, rng: np.random.Generator, recorder: Recorder | None = None
) -> np.ndarray:
    """The patient's own beats in their own order, at the times of a score.

    Parameters
    ----------
    residual : Residual
        Of the recording, with its beats.
    score : RhythmScore
        Ventricular and paced beats are left silent: the recording has no shape for them.
    rng : numpy.random.Generator
        Draws the beat that is begun with, and what the recorder adds.
    recorder : Recorder, optional
        By which the strip is recorded; without it the strip is as it comes.

    Returns
    -------
    ndarray, shape (8, samples), float32
        I, II, V1 to V6, millivolts at 500 Hz.
    """
    order = residual.order(score, rng)
    strip = residual.along(score, rng, order)
    strip += render_each(score, shapes_along([residual.beats[k] for k in order], score))
    return strip if recorder is None else recorder.record(strip, rng)
