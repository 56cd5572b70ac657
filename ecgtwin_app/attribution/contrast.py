"""The contrast map: the twin minus the same noise performed without the condition.

A counterfactual is the most direct attribution a generator offers: it shows what the condition changed, in
millivolts, and nothing has to be believed about gradients.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.attribution.checks import in_ectopic_beats
from ecgtwin_app.attribution.method import Found
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.generators.progress import Progress


def contrast(question: Question) -> Iterator[Progress | Found]:
    """Draw the same noise without the condition, and take it from the twin."""
    for item in question.counterfactual(question.steps):
        if isinstance(item, Progress):
            yield item
        else:
            signal, plain = item
            values = (question.signal - signal).astype(np.float32)
            checks = {
                "rms_mv": float(np.sqrt(np.mean(values**2))),
                "same_rhythm": question.score == plain.score,
                **in_ectopic_beats(values, question.score),
            }
            yield Found(values, checks)
