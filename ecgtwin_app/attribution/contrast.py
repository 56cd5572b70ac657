"""The contrast map: the twin minus the same noise performed without the condition.

A counterfactual is the most direct attribution a generator offers: it shows what the condition changed, in
millivolts, and nothing has to be believed about gradients.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.generators.progress import Progress


def contrast(question: Question) -> Iterator[Progress | HeatMap]:
    """Draw the same noise without the condition, and take it from the twin."""
    for item in question.counterfactual(question.steps):
        if isinstance(item, Progress):
            yield item
        else:
            signal, plain = item
            yield contrast_map(question.signal, signal, question.score, plain.score)


def contrast_map(
    twin: np.ndarray, plain: np.ndarray, score: RhythmScore | None, plain_score: RhythmScore | None
) -> HeatMap:
    """Signed contrast map.

    Parameters
    ----------
    twin, plain : ndarray, shape (12, samples)
        Millivolts; same noise, with and without the condition.
    score, plain_score : RhythmScore or None
        What each performs.

    Returns
    -------
    HeatMap
        ``checks`` tells the root mean square of the difference (mV) and the share of its energy within
        100 ms before and 450 ms after ventricular ectopic beats, where the score has any.
    """
    values = (twin - plain).astype(np.float32)
    checks = {"rms_mv": float(np.sqrt(np.mean(values**2))), "same_rhythm": score == plain_score}
    ectopic = [] if score is None else score.times("QRS", "ventricular")
    if ectopic:
        time = np.arange(values.shape[1]) / 500.0
        inside = np.zeros(len(time), bool)
        for onset in ectopic:
            inside |= (time > onset - 0.1) & (time < onset + 0.45)
        energy = (values**2).sum(axis=0)
        checks["energy_share_in_ectopic_beats"] = float(energy[inside].sum() / max(energy.sum(), 1e-12))
        checks["time_share_of_ectopic_beats"] = float(inside.mean())
    return HeatMap("contrast", values, True, "mV", True, checks)
